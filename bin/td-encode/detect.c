/* detect: what the input is, by its first bytes, if no option says so. */
#include "encode.h"

#include "format/logline.h"

enum {
	LOOK = 4096,       /* bytes that tell the format, from the first row on */
	LOOK_MAX = 1 << 20 /* how far the first row is looked for */
};

static bool is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

struct separators {
	size_t tabs, commas;
};

/* Those of the line at p, which ends at *end; not those inside double quotes. */
static struct separators count(const char *p, size_t n, size_t *end)
{
	struct separators s = { 0, 0 };
	bool quoted = false;
	size_t i;

	for (i = 0; i < n && (quoted || !is_line_end(p[i])); i++) {
		quoted ^= p[i] == '"';
		s.tabs += !quoted && p[i] == '\t';
		s.commas += !quoted && p[i] == ',';
	}
	while (i < n && is_line_end(p[i]))
		i++;
	*end = i;
	return s;
}

/* Where the first line has both, the one that the second has as often is meant. */
static enum format text_format(const char *p, size_t n)
{
	size_t end, ignored;
	struct separators first = count(p, n, &end), second = count(p + end, n - end, &ignored);

	if (first.tabs == 0 || first.commas == 0)
		return first.tabs > 0 ? FORMAT_TSV : FORMAT_CSV;
	if (end < n && (second.tabs == first.tabs) != (second.commas == first.commas))
		return second.tabs == first.tabs ? FORMAT_TSV : FORMAT_CSV;
	return first.tabs > first.commas ? FORMAT_TSV : FORMAT_CSV;
}

/*
 * msgpack maps and arrays begin with bytes that begin no text, or as a character that would be one
 * of more than 32767 items.
 */
bool detect_is_msgpack(const char *p, size_t n)
{
	const unsigned char first = n > 0 ? (unsigned char)p[0] : 0;

	return (first >= 0x80 && first <= 0x9f) ||
		(first >= 0xdc && first <= 0xdf &&
			!(n > 1 && ((unsigned char)p[1] & 0xc0) == 0x80));
}

/*
 * Where the first row or the header begins: after empty lines and lines that an option declares not
 * to be rows.
 */
static size_t where_rows_begin(const struct csvin_rules *rules, const char *p, size_t n)
{
	size_t at = n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0,
	       len = rules->comment ? strlen(rules->comment) : 0;
	uint64_t skip = rules->skip;

	while (at < n) {
		if (skip == 0 && !is_line_end(p[at]) &&
			!(len > 0 && n - at >= len && memcmp(p + at, rules->comment, len) == 0))
			break;
		skip -= skip > 0;
		while (at < n && !is_line_end(p[at]))
			at++;
		at += at + 1 < n && p[at] == '\r' && p[at + 1] == '\n' ? 2 : at < n;
	}
	return at;
}

static size_t skip_blanks(const char *p, size_t at, size_t n)
{
	while (at < n && p[at] && strchr(" \t\r\n", p[at]))
		at++;
	return at;
}

/* Does the row at p[first] tell the format? If it is whole, or at least long. */
static bool is_telling(const char *p, size_t first, size_t n)
{
	size_t at = skip_blanks(p, first, n);

	if (at < n && n - first >= LOOK)
		return true;
	while (at < n && !is_line_end(p[at]))
		at++;
	return at < n;
}

static enum format text_at(const char *p, size_t first, size_t n)
{
	size_t at = skip_blanks(p, first, n);

	return at < n && (p[at] == '{' || p[at] == '[' || p[at] == '\x1e') ? FORMAT_JSONL :
							  text_format(p + first, n - first);
}

/* A log of these kinds would be cut at its commas or tabs, or at none. */
static int refuse_log(const struct bytes *b, const char *p, size_t n, struct fail *f)
{
	const char *log = logline_guess(p, n);

	if (!log)
		return 0;
	return fail_set(f, FAIL_DATA,
		"%s: this looks like lines of a log: give -f %s (or -f csv, if it is not)",
		b->text.source.name, log);
}

static int detect_text(struct bytes *b, const struct opts *o, enum format *format, struct fail *f)
{
	const char *p;
	size_t first, want = LOOK;
	ssize_t n;

	for (;; want *= 2) {
		n = lookahead_peek(&b->text, want, &p, f);
		if (n < 0)
			return -1;
		first = where_rows_begin(&o->csv, p, (size_t)n);
		if ((size_t)n < want || is_telling(p, first, (size_t)n))
			break;
		if (want >= LOOK_MAX)
			return fail_set(f, FAIL_DATA,
				"%s: no row in the first %d bytes: name the format with -f",
				b->text.source.name, LOOK_MAX);
	}
	*format = text_at(p, first, (size_t)n);
	return *format == FORMAT_JSONL ? 0 : refuse_log(b, p + first, (size_t)n - first, f);
}

int detect(struct bytes *b, const struct opts *o, enum format *format, struct fail *f)
{
	const char *p;
	ssize_t n = lookahead_peek(&b->text, LOOK, &p, f);

	if (n < 0)
		return -1;
	*format = o->format;
	if (o->format != FORMAT_AUTO)
		return 0;
	*format = framein_is(p, (size_t)n) ? FORMAT_FRAME :
		  detect_is_msgpack(p, (size_t)n) ? FORMAT_MSGPACK : FORMAT_AUTO;
	return *format == FORMAT_AUTO ? detect_text(b, o, format, f) : 0;
}
