/*
 * gen: deterministic rows for measuring. gen KIND BYTES [ROWS]: about that many bytes on standard
 * output, or that many rows.
 *
 *   log     an access log as CSV: 12 columns, quoted cells and UTF-8 among them
 *   jsonl   the same rows as JSON lines
 *   narrow  two numeric columns
 *   wide    2,000 columns
 *   long    cells of 10 MB
 *   short   rows of 8 bytes
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed = 88172645463325252u;

static unsigned dice(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 11) % n);
}

#define PICK(list) list[dice(sizeof list / sizeof *list)]

struct request {
	long time, user;
	const char *method, *agent, *referer, *city;
	char path[64], host[20], session[17];
	int status;
	unsigned long bytes;
	double seconds;
};

static void fill(struct request *r, long n)
{
	static const char *const methods[] = { "GET", "GET", "GET", "GET", "POST", "PUT", "HEAD" };
	static const char *const agents[] = { "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 "
					      "(KHTML, like Gecko) Chrome/120.0 Safari/537.36",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X)", "curl/8.5.0",
		"Googlebot/2.1", "python-requests/2.31.0" };
	static const char *const referers[] = { "", "", "https://example.com/",
		"https://example.com/search?q=a,b", "https://example.org/\"quoted\"",
		"https://example.net/caf\xc3\xa9" };
	static const char *const cities[] = { "Tokyo", "\xe6\x9d\xb1\xe4\xba\xac",
		"S\xc3\xa3o Paulo", "New York", "Washington, D.C.", "M\xc3\xbcnchen", "Osaka",
		"London" };
	static const char *const parts[] = { "item", "category", "search", "cart", "login",
		"api/v2/orders", "static/img" };
	static const int statuses[] = { 200, 200, 200, 200, 200, 304, 301, 404, 500 };

	r->time = 1700000000 + n / 7;
	r->user = dice(4) ? (long)dice(5000000) : -1;
	r->method = PICK(methods);
	r->agent = PICK(agents);
	r->referer = PICK(referers);
	r->city = PICK(cities);
	r->status = PICK(statuses);
	r->bytes = dice(200000);
	r->seconds = dice(3000000) / 1e6;
	snprintf(r->path, sizeof r->path, "/%s/%u?page=%u", PICK(parts), dice(100000), dice(50));
	snprintf(r->host, sizeof r->host, "%u.%u.%u.%u", dice(223) + 1, dice(256), dice(256),
		dice(256));
	snprintf(r->session, sizeof r->session, "%08x%08x", dice(0xffffffffu), dice(0xffffffffu));
}

static void csv_text(const char *s)
{
	if (!strpbrk(s, ",\"\n(")) {
		fputs(s, stdout);
		return;
	}
	putchar('"');
	for (; *s; s++) {
		if (*s == '"')
			putchar('"');
		putchar(*s);
	}
	putchar('"');
}

static void json_text(const char *name, const char *s)
{
	printf(",\"%s\":\"", name);
	for (; *s; s++) {
		if (*s == '"')
			putchar('\\');
		putchar(*s);
	}
	putchar('"');
}

static int csv_row(long n)
{
	struct request r;
	int size;

	fill(&r, n);
	size = printf("%ld,%s,", r.time, r.host);
	if (r.user >= 0)
		size += printf("%ld", r.user);
	size += printf(",%s,%s,%d,%lu,%.6f,", r.method, r.path, r.status, r.bytes, r.seconds);
	csv_text(r.referer);
	putchar(',');
	csv_text(r.agent);
	putchar(',');
	csv_text(r.city);
	size += printf(",%s\n", r.session);
	return size + 2 + (int)(strlen(r.referer) + strlen(r.agent) + strlen(r.city));
}

static int json_row(long n)
{
	struct request r;
	int size;

	fill(&r, n);
	size = printf("{\"time\":%ld,\"host\":\"%s\"", r.time, r.host);
	if (r.user >= 0)
		size += printf(",\"user\":%ld", r.user);
	else
		size += printf(",\"user\":null");
	size += printf(
		",\"method\":\"%s\",\"path\":\"%s\",\"status\":%d,\"bytes\":%lu,\"seconds\":%.6f",
		r.method, r.path, r.status, r.bytes, r.seconds);
	json_text("referer", r.referer);
	json_text("agent", r.agent);
	json_text("city", r.city);
	size += printf(",\"session\":\"%s\"}\n", r.session);
	return size + 38 + (int)(strlen(r.referer) + strlen(r.agent) + strlen(r.city));
}

static int wide_row(long n)
{
	int size = 0;

	for (int i = 0; i < 2000; i++)
		size += n < 0        ? printf("%sc%d", i ? "," : "", i)
			: i % 3 == 0 ? printf("%s%u", i ? "," : "", dice(100000))
			: i % 3 == 1 ? printf(",text%u", dice(1000))
				     : printf(",%u.%02u", dice(1000), dice(100));
	return size + printf("\n");
}

static int long_row(long n)
{
	enum { SIZE = 10000000 };

	printf("%ld,", n);
	for (int i = 0; i < SIZE; i += 10)
		printf("%09u ", dice(1000000000));
	return SIZE + printf("\n");
}

int main(int argc, char **argv)
{
	const char *kind = argc > 2 ? argv[1] : "";
	long long bytes = argc > 2 ? strtoll(argv[2], NULL, 10) : 0;
	long rows = argc > 3 ? strtol(argv[3], NULL, 10) : -1;

	if (strcmp(kind, "log") == 0)
		puts("time,host,user,method,path,status,bytes,seconds,referer,agent,city,session");
	else if (strcmp(kind, "wide") == 0)
		wide_row(-1);
	else if (strcmp(kind, "narrow") == 0)
		puts("time,count");
	else if (strcmp(kind, "jsonl") != 0)
		puts("a,b");
	for (long n = 0; rows < 0 ? bytes > 0 : n < rows; n++)
		bytes -= strcmp(kind, "log") == 0    ? csv_row(n)
			: strcmp(kind, "jsonl") == 0 ? json_row(n)
			: strcmp(kind, "narrow") == 0
			? printf("%ld,%u\n", 1700000000 + n / 7, dice(1000000))
			: strcmp(kind, "wide") == 0 ? wide_row(n)
			: strcmp(kind, "long") == 0
			? long_row(n)
			: printf("%u,%u\n", 100 + dice(900), 100 + dice(900));
	return fflush(stdout) ? 1 : 0;
}
