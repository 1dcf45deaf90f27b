/*
 * zone: daylight saving time, its gaps and its repeated hours; offsets; files that lie. With the
 * argument "-" it answers what zone.t asks: lines "file PATH", "u UTC" and "l LOCAL".
 */
#include "sys/zonefile.h"
#include "tap.h"
#include "value/tdtime.h"
#include "value/zonerule.h"

#include <inttypes.h>
#include <stdlib.h>

static struct zone *zone;

static bool opens(const char *name)
{
	struct fail f = { 0 };

	zone_free(zone);
	zone = zonefile_open(name, &f);
	return zone;
}

static void at(const char *text, int64_t want, const char *what)
{
	struct tdtime rules = { .zone = zone };
	int64_t got = -1;
	const char *why = tdtime_parse(&rules, text, strlen(text), &got);

	if (why)
		printf("# %s\n", why);
	tap_num(got, want, what);
}

/* What a zone's clocks show, as "EST -18000". */
static void shows(int64_t utc, const char *want, const char *what)
{
	const struct zone_type *t = zone_at(zone, utc);
	char got[80];

	snprintf(got, sizeof got, "%s %" PRId32 "%s", t->abbreviation, t->east,
		t->dst ? " dst" : "");
	tap_is(got, want, what);
}

static void shown(int64_t local, enum zone_fit fit, int64_t before, int64_t after, const char *what)
{
	struct zone_local l = zone_local(zone, local);

	if (!tap_result(l.fit == fit && l.before == before && l.after == after, what))
		printf("# %d, %" PRId64 ", %" PRId64 "\n", l.fit, l.before, l.after);
}

/* A file with one change, a day after 1970 began, in both blocks. */
struct file {
	unsigned char p[400];
	size_t n;
};

static void put(struct file *f, const void *p, size_t n)
{
	memcpy(f->p + f->n, p, n);
	f->n += n;
}

static void put_block(struct file *f, unsigned wide)
{
	static const unsigned char type[] = { 0, 0, 0x1c, 0x20, 0, 0, 0, 0, 0x2a, 0x30, 1, 4 };
	static const unsigned char counts[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0,
		0, 0, 2, 0, 0, 0, 8 };

	put(f, "TZif3\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
	put(f, counts, sizeof counts);
	put(f, &"\0\0\0\0\0\1\x51\x80"[8 - wide], wide);
	put(f, "\1", 1);
	put(f, type, sizeof type);
	put(f, "AAA\0BBB", 8);
}

static struct file file_of(const char *footer)
{
	struct file f = { .n = 0 };

	put_block(&f, 4);
	put_block(&f, 8);
	put(&f, footer, strlen(footer));
	return f;
}

enum { SECOND = 44 + 5 + 12 + 8 }; /* where the second block begins */

static bool parses(const struct file *f)
{
	zone_free(zone);
	zone = zone_parse(f->p, f->n);
	return zone;
}

static bool parses_with(size_t place, unsigned char c)
{
	struct file f = file_of("\nAAA-2\n");

	f.p[place] = c;
	return parses(&f);
}

static void files(void)
{
	struct file f = file_of("\nCCC-3DDD,M3.5.0,M10.5.0/3\n");
	bool cut = false;

	tap_result(parses(&f), "a file of our own");
	shows(0, "AAA 7200", "before its first change the first type");
	shows(86400, "BBB 10800 dst", "its change");
	shows(100 * 86400, "DDD 14400 dst", "after it the footer");
	zone_free(zone);
	zone = NULL;
	for (size_t n = 0; n < f.n; n++)
		cut = cut || (zone = zone_parse(f.p, n));
	tap_result(!cut, "cut anywhere it is not a file");
	f = file_of("\n\n");
	tap_result(parses(&f), "a footer without a rule");
	shows(INT64_MAX, "BBB 10800 dst", "the last type goes on");
	shows(INT64_MIN, "AAA 7200", "the first as well");
	tap_result(!parses_with(0, 't'), "another magic");
	tap_result(!parses_with(4, '1'), "version 1");
	tap_result(parses_with(4, '4'), "version 4");
	tap_result(!parses_with(SECOND + 28 + 3, 1), "leap seconds");
	tap_result(!parses_with(SECOND + 32, 255), "more changes than there are bytes");
	tap_result(!parses_with(SECOND + 44 + 8, 2), "a type that there is not");
	tap_result(!parses_with(SECOND + 44 + 9, 0x7f), "an offset of years");
	tap_result(!parses_with(SECOND + 44 + 9 + 5, 8), "an abbreviation outside");
	tap_result(!parses_with(SECOND + 44 + 9 + 12 + 1, 27), "an escape sequence in it");
	tap_result(!parses_with(SECOND + 44 + 9 + 12 + 7, 'B'), "one without an end");
}

static void rules(void)
{
	static const char *const bad[] = { "", "A", "AAA", "AAA25", "AAA1BBB", "AAA1BBB,M3.2.0",
		"AAA1BBB,M13.2.0,M1.1.0", "AAA1BBB,M3.6.0,M1.1.0", "AAA1BBB,M3.2.7,M1.1.0",
		"AAA1BBB,J0,J1", "AAA1BBB,1,366", "AAA1BBB,1,J366", "AAA1BBB,M3.2.0/168,M1.1.0",
		"<AA", "<AAA1", "AAA1:60", "AAA1:00:60", "AAA1BBB,M3.2.0,M1.1.0x", "AAA1BBB2,",
		"AAA1111" };
	struct zonerule r;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		tap_result(!zonerule_parse(&r, bad[i]), bad[i]);
	tap_result(zonerule_parse(&r, "<-0330>3:30<-0230>,J60/-1,300/25:00:01"),
		"a rule with everything");
	tap_num(r.standard.east, -12600, "its offset");
	tap_num(r.saving.east, -9000, "an hour ahead of it");
	tap_num(zonerule_next(&r, 1704067200).at, 1709247600 + 12600,
		"J60 of a leap year is 1 March; an hour before it");
	tap_num(zonerule_last(&r, 1735603200).at, 1730077201 + 9000,
		"day 300, in the first hour of the next day");
	tap_result(zonerule_parse(&r, "XXX3EDT4,0/0,J365/23"), "daylight saving time all year");
	for (int64_t t = 1704067200 - 86400; t < 1704067200 + 86400; t += 3600)
		if (!zonerule_last(&r, t).dst)
			tap_num(t, 0, "and it is");
}

static void named(void)
{
	tap_result(opens("America/New_York"), "a zone, whatever TZDIR says");
	at("2024-01-15 12:00", 1705338000, "winter");
	at("2024-07-15 12:00", 1721059200, "summer");
	at("2024-03-10 01:59:59", 1710053999, "before the gap");
	at("2024-03-10 02:30", 1710055800, "in the gap: as 03:30");
	at("2024-03-10 03:00", 1710054000, "after the gap");
	at("2024-11-03 00:30", 1730608200, "before the repeated hour");
	at("2024-11-03 01:30", 1730611800, "in the repeated hour: the first");
	at("2024-11-03 02:00", 1730617200, "after the repeated hour");
	at("2024-07-15 12:00Z", 1721044800, "a zone of its own counts");
	shown(1710037800, ZONE_SKIPPED, 1710055800, 1710052200, "both readings of a skipped time");
	shown(1730597400, ZONE_REPEATED, 1730611800, 1730615400, "both of a repeated one");
	shown(1730601000, ZONE_ONCE, 1730619000, 1730619000, "and the one of the next hour");
	shows(2224843200, "EDT -14400 dst", "summer after 2037");
	shows(253402300799, "EST -18000", "the last winter of 9999");
	tap_result(opens("Asia/Tokyo"), "another zone");
	at("2024-01-15 12:00", 1705287600, "Tokyo");
	tap_result(opens("-05:30"), "an offset");
	at("2024-02-29 06:30", 1709208000, "an offset is used");
}

static void names(void)
{
	static const char *const good[] = { "UTC", "GMT", "Z", "+9", "-03", "+0530", "+18:00" };
	static const char *const bad[] = { "", "Nowhere/Else", "../etc/passwd", "/etc/passwd",
		"Asia", "zone.tab", "+25:00", "+18:01", "+9:00", "+090", "+09:0", "+09:60", "+",
		"+ 9", "+09:00x", "utc", "asia/tokyo", "tzdata.zi" };

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		tap_result(opens(good[i]), good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		tap_result(!opens(bad[i]), bad[i]);
}

static struct zone *read_zone(const char *path)
{
	static char p[1 << 20];
	FILE *in = fopen(path, "rb");
	size_t n = in ? fread(p, 1, sizeof p, in) : 0;

	if (in)
		fclose(in);
	return zone_parse(p, n);
}

static int answer(void)
{
	static const char *const fits[] = { "once", "skipped", "repeated" };
	char line[4096];

	while (fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "file ", 5) == 0) {
			zone_free(zone);
			zone = read_zone(line + 5);
			puts(zone ? "zone" : "none");
		} else if (zone && *line == 'u') {
			const struct zone_type *t = zone_at(zone, strtoll(line + 2, NULL, 10));

			printf("%" PRId32 " %d %s\n", t->east, t->dst, t->abbreviation);
		} else if (zone) {
			struct zone_local l = zone_local(zone, strtoll(line + 2, NULL, 10));

			printf("%s %" PRId64 " %" PRId64 "\n", fits[l.fit], l.before, l.after);
		}
	}
	zone_free(zone);
	return fflush(stdout) ? 1 : 0;
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "-") == 0)
		return answer();
	setenv("TZDIR", "/nonexistent", 1);
	named();
	names();
	files();
	rules();
	zone_free(zone);
	return tap_done();
}
