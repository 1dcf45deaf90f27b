/* Splits lines of logs: Apache's, LTSV, syslog. */
#include "format/logline.h"
#include "value/calendar.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

struct cursor {
	const char *p, *end;
};

static enum row_result bad(struct fail *f, const char *what)
{
	fail_set(f, FAIL_DATA, "%s", what);
	return ROW_BAD;
}

static bool take(struct cursor *c, char wanted)
{
	if (c->p == c->end || *c->p != wanted)
		return false;
	c->p++;
	return true;
}

/* The word before the next blank or the end; the cursor moves past that blank. */
static struct cursor word(struct cursor *c)
{
	const char *blank = memchr(c->p, ' ', (size_t)(c->end - c->p));
	struct cursor w = { c->p, blank ? blank : c->end };

	c->p = blank ? blank + 1 : c->end;
	return w;
}

static bool is_dash(const struct cursor *w)
{
	return w->end - w->p == 1 && *w->p == '-';
}

/* Cell i, NULL for `-`. */
static void set(struct linein_cells *cells, size_t i, struct cursor w)
{
	if (!is_dash(&w))
		linein_set(cells, i, w.p, w.end);
}

static bool is_number(const struct cursor *w, size_t least, size_t most)
{
	const char *p = w->p;

	while (p < w->end && *p >= '0' && *p <= '9')
		p++;
	return p == w->end && (size_t)(p - w->p) >= least && (size_t)(p - w->p) <= most;
}

/* --- Apache */

const char *const logline_apache_names[LOGLINE_APACHE] = { "host", "ident", "user", "time",
	"method", "path", "protocol", "code", "size", "referer", "agent" };

bool logline_is_number(const char *name)
{
	static const char *const numbers[] = { "code", "size", "facility", "severity" };

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (strcmp(name, numbers[i]) == 0)
			return true;
	return false;
}

enum { HOST, IDENT, USER, TIME, METHOD, PATH, PROTOCOL, CODE, SIZE, REFERER, AGENT };

/* "...", in which a backslash escapes a quote, followed by a blank or the end. */
static bool quoted(struct cursor *c, struct cursor *text)
{
	if (!take(c, '"'))
		return false;
	text->p = c->p;
	while (c->p < c->end && *c->p != '"')
		c->p += *c->p == '\\' && c->p + 1 < c->end ? 2 : 1;
	text->end = c->p;
	return take(c, '"') && (c->p == c->end || take(c, ' '));
}

/*
 * METHOD PATH PROTOCOL. Anything else, such as bots send, is a path alone: nothing of it is
 * lost.
 */
static void request(struct linein_cells *cells, struct cursor text)
{
	struct cursor c = text, method = word(&c), path = word(&c), protocol = c;

	if (method.p < method.end && path.p < path.end && protocol.end - protocol.p > 5 &&
		memcmp(protocol.p, "HTTP/", 5) == 0 &&
		!memchr(protocol.p, ' ', (size_t)(protocol.end - protocol.p))) {
		linein_set(cells, METHOD, method.p, method.end);
		linein_set(cells, PATH, path.p, path.end);
		linein_set(cells, PROTOCOL, protocol.p, protocol.end);
	} else {
		set(cells, PATH, text);
	}
}

enum row_result logline_apache(void *with, struct linein_cells *cells, const char *p, size_t n,
	struct fail *f)
{
	struct cursor c = { p, p + n }, text, at;

	(void)with;
	linein_room(cells, LOGLINE_APACHE);
	cells->n = LOGLINE_APACHE;
	for (size_t i = HOST; i <= USER; i++)
		set(cells, i, word(&c));
	at.p = c.p + 1;
	if (!take(&c, '[') || !(at.end = memchr(c.p, ']', (size_t)(c.end - c.p))))
		return bad(f, "no [time] in the fourth field: this is not the common or "
			"combined log format, -f regex reads others");
	c.p = at.end + 1;
	linein_set(cells, TIME, at.p, at.end);
	if (!take(&c, ' ') || !quoted(&c, &text))
		return bad(f, "no \"request\" in the fifth field: this is not the common or "
			"combined log format, -f regex reads others");
	request(cells, text);
	at = word(&c);
	if (!is_number(&at, 3, 3) && !is_dash(&at))
		return bad(f, "the status is not a number of three digits");
	set(cells, CODE, at);
	at = word(&c);
	if (!is_number(&at, 1, 19) && !is_dash(&at))
		return bad(f, "the size is not a number");
	set(cells, SIZE, at);
	if (c.p == c.end)
		return ROW_GOOD;
	for (size_t i = REFERER; i <= AGENT; i++) {
		if (!quoted(&c, &text))
			return bad(f, "referer and agent are not two quoted texts: -f regex "
				"reads other formats");
		set(cells, i, text);
	}
	return c.p == c.end ? ROW_GOOD : bad(f, "more follows than the combined log format has: "
		"-f regex reads it");
}

/* --- LTSV */

static enum row_result unknown_label(const struct cursor *label, long why, struct fail *f)
{
	int n = label->end - label->p < 80 ? (int)(label->end - label->p) : 80;

	fail_set(f, FAIL_DATA, why == KEYS_TWICE ? "the label '%.*s' stands twice" :
		why == KEYS_FULL ? "the label '%.*s' is one column too many" :
		"the label '%.*s', which none of the first rows had: --columns names it, "
		"--unknown-keys what becomes of it", n, label->p);
	return ROW_BAD;
}

static enum row_result field(struct logline_ltsv *with, struct linein_cells *cells,
	struct cursor field, struct fail *f)
{
	const char *colon = memchr(field.p, ':', (size_t)(field.end - field.p));
	struct cursor label = { field.p, colon };
	long i;

	if (!colon || colon == field.p) {
		fail_set(f, FAIL_DATA, "a field without a label: '%.*s'",
			field.end - field.p < 80 ? (int)(field.end - field.p) : 80, field.p);
		return ROW_BAD;
	}
	i = keys_find(with->keys, label.p, (size_t)(colon - label.p));
	if (i < 0)
		return i == KEYS_UNKNOWN && with->ignore_unknown ? ROW_GOOD :
								 unknown_label(&label, i, f);
	linein_room(cells, (size_t)i + 1);
	linein_set(cells, (size_t)i, colon + 1, field.end);
	return ROW_GOOD;
}

enum row_result logline_ltsv(void *with, struct linein_cells *cells, const char *p, size_t n,
	struct fail *f)
{
	struct logline_ltsv *l = with;
	size_t known = l->keys->n;
	const char *end = p + n;

	keys_row(l->keys);
	for (;;) {
		const char *tab = memchr(p, '\t', (size_t)(end - p));
		struct cursor c = { p, tab ? tab : end };

		if (field(l, cells, c, f) == ROW_BAD) {
			keys_forget(l->keys, known);
			return ROW_BAD;
		}
		if (!tab)
			break;
		p = tab + 1;
	}
	linein_room(cells, l->keys->n);
	cells->n = l->keys->n;
	return ROW_GOOD;
}

/* --- syslog */

const char *const logline_syslog_names[LOGLINE_SYSLOG] = { "facility", "severity", "time", "host",
	"app", "procid", "msgid", "data", "message" };

enum { FACILITY, SEVERITY, WHEN, SENDER, APP, PROCID, MSGID, DATA, MESSAGE };

/* A cell with text that is not part of the line. */
static void made(struct linein_cells *cells, size_t i, const char *text)
{
	size_t at = cells->text.len;

	buf_put(&cells->text, text, strlen(text)); /* short: it does not move */
	linein_set(cells, i, cells->text.p + at, cells->text.p + cells->text.len);
}

/* <PRI>: facility and severity. -1: there is one, and it is wrong. */
static int priority(struct linein_cells *cells, struct cursor *c)
{
	unsigned number = 0, digits = 0;
	char text[8];

	if (!take(c, '<'))
		return 0;
	for (; c->p < c->end && *c->p >= '0' && *c->p <= '9' && digits < 4; c->p++, digits++)
		number = number * 10 + (unsigned)(*c->p - '0');
	if (digits == 0 || digits > 3 || number > 191 || !take(c, '>'))
		return -1;
	snprintf(text, sizeof text, "%u", number / 8);
	made(cells, FACILITY, text);
	snprintf(text, sizeof text, "%u", number % 8);
	made(cells, SEVERITY, text);
	return 0;
}

/* "-" or [id name="value" ...]... : where a quote, a backslash and a bracket are escaped. */
static bool structured_data(struct cursor *c, struct cursor *data)
{
	data->p = c->p;
	if (c->p < c->end && *c->p == '-') {
		c->p++;
	} else {
		if (c->p == c->end || *c->p != '[')
			return false;
		while (take(c, '[')) {
			bool in_quotes = false;

			for (; c->p < c->end && (in_quotes || *c->p != ']'); c->p++) {
				if (*c->p == '\\' && in_quotes && c->p + 1 < c->end)
					c->p++;
				else if (*c->p == '"')
					in_quotes = !in_quotes;
			}
			if (!take(c, ']'))
				return false;
		}
	}
	data->end = c->p;
	return c->p == c->end || take(c, ' ');
}

/* RFC 5424, after the version. */
static enum row_result rfc5424(struct linein_cells *cells, struct cursor c, struct fail *f)
{
	struct cursor data;

	for (size_t i = WHEN; i <= MSGID; i++) {
		struct cursor w = word(&c);

		if (w.p == w.end)
			return bad(f, "a field of RFC 5424 is empty or missing");
		set(cells, i, w);
	}
	if (!structured_data(&c, &data))
		return bad(f, "no structured data as RFC 5424 has it");
	set(cells, DATA, data);
	if (c.end - c.p >= 3 && memcmp(c.p, "\xef\xbb\xbf", 3) == 0)
		c.p += 3;
	linein_set(cells, MESSAGE, c.p, c.end);
	return ROW_GOOD;
}

static int month_of(const char *p)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; i < 12; i++)
		if (memcmp(p, names + 3 * i, 3) == 0)
			return i + 1;
	return 0;
}

static bool two_digits(const char *p, unsigned max, unsigned *out)
{
	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return false;
	*out = (unsigned)(p[0] - '0') * 10 + (unsigned)(p[1] - '0');
	return *out <= max;
}

/*
 * Mmm dd hh:mm:ss, of the latest year in which it is not more than a day ahead of the present:
 * zones and clocks differ.
 */
static bool old_time(struct linein_cells *cells, struct cursor *c, int64_t now)
{
	enum { LENGTH = 15 };
	const char *p = c->p;
	unsigned day, hour, minute, second, year;
	char text[32];
	int month;

	if (c->end - p < LENGTH || !(month = month_of(p)) || p[3] != ' ' || p[6] != ' ' ||
		p[9] != ':' || p[12] != ':' || !two_digits(p + 7, 23, &hour) ||
		!two_digits(p + 10, 59, &minute) || !two_digits(p + 13, 60, &second))
		return false;
	day = p[4] == ' ' && p[5] >= '1' && p[5] <= '9' ? (unsigned)(p[5] - '0') : 0;
	if ((day == 0 && !two_digits(p + 4, 31, &day)) || day == 0)
		return false;
	year = (unsigned)calendar_date(calendar_floor(now + 86400, 86400)).year;
	for (unsigned oldest = year - 8; year > oldest; year--)
		if ((int)day <= calendar_month_length(year, month) &&
			calendar_days(year, month, (int)day) * 86400 + hour * 3600 <= now + 86400)
			break;
	if ((int)day > calendar_month_length(year, month))
		return false;
	snprintf(text, sizeof text, "%04u-%02d-%02u %.8s", year, month, day, p + 7);
	made(cells, WHEN, text);
	c->p += LENGTH;
	return c->p == c->end || take(c, ' ');
}

/* app[procid]: or app: , before the message; a message without one is only that. */
static void tag(struct linein_cells *cells, struct cursor *c)
{
	const char *p = c->p, *id, *id_end;

	while (p < c->end && *p != ' ' && *p != '[' && *p != ':')
		p++;
	if (p == c->p || p == c->end || *p == ' ')
		return;
	id = id_end = NULL;
	if (*p == '[') {
		id = p + 1;
		id_end = memchr(id, ']', (size_t)(c->end - id));
		if (!id_end || id_end + 1 == c->end || id_end[1] != ':')
			return;
	}
	linein_set(cells, APP, c->p, p);
	linein_set(cells, PROCID, id, id_end);
	c->p = (id ? id_end + 1 : p) + 1;
	take(c, ' ');
}

/* YYYY-MM-DDT... */
static bool is_rfc3339(const struct cursor *c)
{
	return c->end - c->p > 20 && c->p[4] == '-' && c->p[7] == '-' && c->p[10] == 'T';
}

static enum row_result rfc3164(struct linein_cells *cells, struct cursor c, int64_t now,
	struct fail *f)
{
	if (is_rfc3339(&c))
		set(cells, WHEN, word(&c));
	else if (!old_time(cells, &c, now))
		return bad(f, "no time as RFC 5424 or RFC 3164 has it at the start of the message");
	set(cells, SENDER, word(&c));
	if (cells->cell[SENDER].n == 0)
		return bad(f, "no host after the time");
	tag(cells, &c);
	linein_set(cells, MESSAGE, c.p, c.end);
	return ROW_GOOD;
}

enum row_result logline_syslog(void *with, struct linein_cells *cells, const char *p, size_t n,
	struct fail *f)
{
	struct cursor c = { p, p + n };

	linein_room(cells, LOGLINE_SYSLOG);
	cells->n = LOGLINE_SYSLOG;
	if (priority(cells, &c))
		return bad(f, "the priority is not a number from 0 to 191 in angle brackets");
	if (c.p > p && c.end - c.p > 2 && memcmp(c.p, "1 ", 2) == 0) {
		c.p += 2;
		return rfc5424(cells, c, f);
	}
	return rfc3164(cells, c, *(const int64_t *)with, f);
}

/* --- what a line looks like ------------------------------------------------- */

/* Is p[0..n) like the picture? 0: a digit, A: a letter, _: a blank or a digit; else itself. */
static bool is_like(const char *p, size_t n, const char *picture)
{
	for (; *picture; picture++, p++, n--) {
		if (n == 0)
			return false;
		if (!(*picture == '0'   ? isdigit((unsigned char)*p)
				: *picture == 'A' ? isalpha((unsigned char)*p)
				: *picture == '_' ? *p == ' ' || isdigit((unsigned char)*p)
						  : *p == *picture))
			return false;
	}
	return true;
}

/* HOST IDENT USER [10/Oct/2000:13:55:36 */
static bool is_apache(const char *p, size_t n)
{
	for (int word = 0; word < 3; word++) {
		size_t i = 0;

		while (i < n && (unsigned char)p[i] > ' ')
			i++;
		if (i == 0 || i == n || p[i] != ' ')
			return false;
		p += i + 1;
		n -= i + 1;
	}
	return is_like(p, n, "[00/AAA/0000:00:00:00");
}

/* <34>1 2003-10-11T, <34>Oct 11 22:14:15, or without <34> */
static bool is_syslog(const char *p, size_t n)
{
	size_t i = 1;

	if (n > 0 && *p == '<') {
		while (i < n && i < 4 && isdigit((unsigned char)p[i]))
			i++;
		if (i < 2 || i == n || p[i] != '>')
			return false;
		p += i + 1;
		n -= i + 1;
		if (is_like(p, n, "1 0000-00-00T") || is_like(p, n, "0000-00-00T"))
			return true;
	}
	return is_like(p, n, "AAA _0 00:00:00 ");
}

/* LABEL:VALUE, a tab, LABEL:VALUE and so on to the end of the line */
static bool is_ltsv(const char *p, size_t n)
{
	size_t fields = 0;

	for (size_t i = 0; i < n; fields++) {
		size_t begin = i;

		while (i < n && (isalnum((unsigned char)p[i]) || p[i] == '_' || p[i] == '.' ||
				p[i] == '-'))
			i++;
		if (i == begin || i == n || p[i] != ':')
			return false;
		while (i < n && p[i] != '\t' && p[i] != '\n' && p[i] != '\r')
			i++;
		if (i == n || p[i] != '\t')
			return fields > 0;
		i++;
	}
	return false;
}

const char *logline_guess(const char *p, size_t n)
{
	return is_apache(p, n)   ? "apache"
		: is_syslog(p, n) ? "syslog"
		: is_ltsv(p, n)   ? "ltsv"
				  : NULL;
}
