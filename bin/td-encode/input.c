#include "encode.h"

#include "base/die.h"
#include "base/mem.h"
#include "sys/sandbox.h"

#include <stdlib.h>
#include <unistd.h>

enum {
	LOOK = 4096,       /* bytes that tell the format, from the first row on */
	LOOK_MAX = 1 << 20 /* how far the first row is looked for */
};

/* --- what is it? */

static bool is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

static enum format text_format(const char *p, size_t n)
{
	size_t tabs = 0, commas = 0;

	for (size_t i = 0; i < n && !is_line_end(p[i]); i++) {
		tabs += p[i] == '\t';
		commas += p[i] == ',';
	}
	return tabs > commas ? FORMAT_TSV : FORMAT_CSV;
}

/*
 * msgpack maps and arrays begin with bytes that begin no text, or as a character that would be one
 * of more than 32767 items.
 */
static bool is_msgpack(const char *p, size_t n)
{
	const unsigned char first = n > 0 ? (unsigned char)p[0] : 0;

	return (first >= 0x80 && first <= 0x9f) ||
		(first >= 0xdc && first <= 0xdf &&
			!(n > 1 && ((unsigned char)p[1] & 0xc0) == 0x80));
}

/*
 * Where the first row or the header begins: behind empty lines and what the user says are no rows.
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

static int recognise_text(struct input *in, struct fail *f)
{
	const char *p;
	size_t first, at, want = LOOK;
	ssize_t n;

	for (;; want *= 2) {
		n = lookahead_peek(&in->peek, want, &p, f);
		if (n < 0)
			return -1;
		first = where_rows_begin(&in->opts->csv, p, (size_t)n);
		if ((size_t)n < want || is_telling(p, first, (size_t)n))
			break;
		if (want >= LOOK_MAX)
			return fail_set(f, FAIL_DATA,
				"%s: no row in the first %d bytes: say with -f what it is",
				input_name(in), LOOK_MAX);
	}
	at = skip_blanks(p, first, (size_t)n);
	in->format = at < (size_t)n && (p[at] == '{' || p[at] == '[')
		? FORMAT_JSONL
		: text_format(p + first, (size_t)n - first);
	return 0;
}

/* p: the first bytes. */
static int recognise(struct input *in, const char *p, size_t n, struct fail *f)
{
	in->format = framein_is(p, n) ? FORMAT_FRAME
		: is_msgpack(p, n)    ? FORMAT_MSGPACK
				      : FORMAT_AUTO;
	return in->format == FORMAT_AUTO ? recognise_text(in, f) : 0;
}

const char *input_format(const struct input *in)
{
	static const char *const names[] = { "nothing", "a frame of rows", "CSV", "TSV", "JSON",
		"msgpack" };

	return names[in->format];
}

/* Options that the format has no use for would be ignored: then something else was meant. */
static int check_options(const struct input *in, struct fail *f)
{
	const struct opts *o = in->opts;
	const char *of_csv = o->csv.delim ? "--delimiter"
		: o->quote_given          ? "--quote"
		: o->csv.escape           ? "--escape"
		: o->no_header            ? "--no-header"
		: o->csv.repeated         ? "--repeated-header"
		: o->csv.skip             ? "--skip-lines"
		: o->nulls.n              ? "--null"
					  : NULL;

	if (in->format == FORMAT_CSV || in->format == FORMAT_TSV)
		return 0;
	if (of_csv)
		return fail_set(f, FAIL_USAGE, "%s is for CSV and TSV, and the input is %s", of_csv,
			input_format(in));
	if (o->csv.comment && in->format != FORMAT_JSONL)
		return fail_set(f, FAIL_USAGE, "--comment is for texts, and the input is %s",
			input_format(in));
	return 0;
}

/* --- readers */

static struct source *text(struct input *in)
{
	return &in->peek.source;
}

static void reader_close(struct input *in)
{
	if (in->rows == &in->csv.rowin)
		csvin_free(&in->csv);
	else if (in->rows == &in->json.rowin)
		jsonin_free(&in->json);
	else if (in->rows == &in->mp.rowin)
		mpin_free(&in->mp);
	in->rows = NULL;
}

static int csv_open(struct input *in, struct fail *f)
{
	struct csvin_rules rules = in->opts->csv;

	if (!rules.delim)
		rules.delim = in->format == FORMAT_TSV ? '\t' : ',';
	if (rules.escape && in->format == FORMAT_TSV && !in->opts->quote_given)
		rules.quote = 0;
	if (csvin_init(&in->csv, text(in), &rules, f))
		return -1;
	in->rows = &in->csv.rowin;
	return 0;
}

static int reader_open(struct input *in, struct fail *f)
{
	switch (in->format) {
	case FORMAT_CSV:
	case FORMAT_TSV:
		return csv_open(in, f);
	case FORMAT_JSONL:
		jsonin_init(&in->json, text(in), &in->keys);
		in->json.comment = in->opts->csv.comment;
		in->rows = &in->json.rowin;
		return 0;
	default:
		mpin_init(&in->mp, text(in), &in->keys);
		in->rows = &in->mp.rowin;
		return 0;
	}
}

void input_rewind(struct input *in)
{
	if (in->format == FORMAT_FRAME)
		return; /* its reader stands at the first row: nothing of it was sampled */
	in->rows->rewind(in->rows, false);
	in->json.nested = in->nested;
	in->json.strings = in->strings;
}

/* --- names */

static int add_name(struct input *in, const char *p, size_t n, struct fail *f)
{
	char *name = mem_copy(p, n);
	int rc = schema_add(&in->names, name, NULL, f);

	free(name);
	return rc ? fail_at(f, "%s", input_name(in)) : 0;
}

static int given_names(struct input *in, struct fail *f)
{
	const struct schema *given = &in->opts->columns;

	for (size_t i = 0; i < given->n; i++)
		if (schema_add(&in->names, given->col[i].name, NULL, f))
			return -1;
	return 0;
}

/* One column only, whose name looks like several: the delimiter may be another one. */
static void hint_delimiter(const struct input *in, const struct row *row)
{
	const char *p = row->cell[0].p;

	if (in->opts->csv.delim || row->n > 1)
		return;
	for (size_t i = 0; i < row->cell[0].n; i++) {
		if (p[i] == '\t') {
			warn("%s has one column; if its cells are separated by tabs, say -f tsv",
				input_name(in));
			return;
		}
		if (p[i] == ';' || p[i] == '|') {
			warn("%s has one column; if its cells are separated by '%c', say -d '%c'",
				input_name(in), p[i], p[i]);
			return;
		}
	}
}

/* The names of CSV by its header. */
static int header_names(struct input *in, struct fail *f)
{
	struct row row;
	enum row_result rc = row_next(in->rows, &row, f);

	if (rc != ROW_GOOD)
		return rc == ROW_END ? fail_set(f, FAIL_DATA, "%s: no header line", input_name(in))
				     : -1;
	hint_delimiter(in, &row);
	buf_put(&in->header, row.raw, row.raw_len);
	for (size_t i = 0; i < row.n; i++)
		if (add_name(in, row.cell[i].p, row.cell[i].n, f))
			return -1;
	in->rows->mark(in->rows);
	return 0;
}

/*
 * The first row of CSV that has no header; bad ones before it are rejected later, if they may be.
 */
static enum row_result first_row(struct input *in, struct row *row, struct fail *f)
{
	enum row_result rc;

	while ((rc = row_next(in->rows, row, f)) == ROW_BAD && in->opts->rejects)
		f->kind = FAIL_NONE;
	return rc;
}

/* The names of CSV that has no header: --columns, or as many as the first row has cells. */
static int csv_names(struct input *in, struct fail *f)
{
	size_t given = in->opts->columns.n;
	struct row row;
	enum row_result rc;

	in->rows->mark(in->rows);
	in->csv.columns = in->opts->rejects ? given : 0; /* then others are bad rows */
	rc = first_row(in, &row, f);
	if (rc == ROW_FAILED || rc == ROW_BAD)
		return -1;
	if (rc == ROW_END)
		row.n = given;
	in->rows->rewind(in->rows, true);
	if (rc == ROW_END && given == 0)
		return fail_set(f, FAIL_DATA, "%s: no rows, and no --columns", input_name(in));
	if (given > 0 && row.n != given)
		return fail_set(f, FAIL_DATA, "%s: line %llu: %zu cells where --columns names %zu",
			input_name(in), (unsigned long long)row.line, row.n, given);
	in->csv.columns = row.n; /* also if no row came: of one column, empty lines are rows */
	if (given > 0)
		return given_names(in, f);
	for (size_t i = 0; i < row.n; i++)
		if (add_name(in, "", 0, f))
			return -1;
	return 0;
}

/* The names of rows that name their columns: --columns first; the sample finds the others. */
static int key_names(struct input *in, struct fail *f)
{
	const struct schema *given = &in->opts->columns;

	for (size_t i = 0; i < given->n; i++) {
		keys_row(&in->keys);
		keys_find(&in->keys, given->col[i].name, strlen(given->col[i].name));
	}
	in->rows->mark(in->rows);
	return given_names(in, f);
}

/*
 * A program that failed before it knew its columns writes a head without any, and then why it gave
 * up.
 */
static int no_columns(struct input *in, struct fail *f)
{
	struct frame_block b;
	const char *p;
	size_t n;

	if (framein_next(&in->frame, &b, &p, &n, f) == FRAMEIN_FAILED)
		return -1;
	return fail_set(f, FAIL_DATA, "%s: this frame does not name its columns", input_name(in));
}

static int open_frame(struct input *in, struct fail *f)
{
	if (framein_open(&in->frame, text(in), f))
		return -1;
	if (in->frame.head.content != FRAME_ROWS)
		return fail_set(f, FAIL_DATA,
			"%s: this frame holds records already: pipe it straight into td-put",
			input_name(in));
	if (in->frame.head.schema.n == 0)
		return no_columns(in, f);
	mpin_init(&in->mp, framein_plain(&in->frame), NULL);
	in->mp.columns = in->frame.head.schema.n;
	in->rows = &in->mp.rowin;
	return schema_copy(&in->names, &in->frame.head.schema, f);
}

static int open_text(struct input *in, struct fail *f)
{
	if (reader_open(in, f))
		return -1;
	if (in->rows != &in->csv.rowin)
		return key_names(in, f);
	return in->opts->no_header ? csv_names(in, f) : header_names(in, f);
}

/* --- where the bytes come from */

static int open_source(struct input *in, struct fail *f)
{
	fd_source_init(&in->fd, STDIN_FILENO, "standard input");
	if (!in->opts->command) {
		lookahead_init(&in->outer, &in->fd.source);
		return 0;
	}
	if (child_open(&in->child, in->opts->command, false, f))
		return -1;
	lookahead_init(&in->outer, &in->child.source);
	return 0;
}

/* A gzip file that is cut is bad data; a pipe that is cut has a writer that died. */
static ssize_t inflated_read(struct source *s, void *p, size_t cap, struct fail *f)
{
	struct gzip_source *g = (struct gzip_source *)s;
	struct input *in = (struct input *)((char *)g - offsetof(struct input, gz));
	ssize_t n = in->inflate(s, p, cap, f);

	if (n < 0 && f->kind == FAIL_UPSTREAM && !in->opts->command && fd_is_file(in->fd.fd))
		f->kind = FAIL_DATA;
	return n;
}

/*
 * The encoding of a text that begins with these bytes, NULL for UTF-8; *f if the user has to say
 * it.
 */
static const char *encoding_of(const struct input *in, const char *p, size_t n, struct fail *f)
{
	bool marked;
	const char *guess = recode_guess(p, n, &marked);

	if (in->opts->encoding || in->format == FORMAT_FRAME || in->format == FORMAT_MSGPACK)
		return in->opts->encoding;
	if (guess && !marked && (in->format != FORMAT_AUTO || !is_msgpack(p, n)))
		fail_set(f, FAIL_DATA,
			"%s: NUL bytes as in UTF-16 without a byte order mark: if it is, say "
			"--encoding %s",
			in->outer.source.name, guess);
	return marked ? guess : NULL;
}

/* Also a file that is cut behind its first byte, which alone is no text. */
static bool is_gzip(const char *p, size_t n)
{
	return (gzip_is(p, n) && !framein_is(p, n)) || (n == 1 && *p == '\037');
}

/*
 * Inflate what is gzip'ed and no frame, and turn it into UTF-8. Returns how much can be seen at *p.
 */
static ssize_t open_inner(struct input *in, const char **p, struct fail *f)
{
	ssize_t n = lookahead_peek(&in->outer, LOOK, p, f);
	struct source *from = &in->outer.source;
	const char *encoding;

	if (n < 0)
		return -1;
	in->gzipped = is_gzip(*p, (size_t)n) && in->format != FORMAT_FRAME;
	if (in->gzipped) {
		if (gzip_source_init(&in->gz, from, f))
			return -1;
		in->inflate = in->gz.source.read;
		in->gz.source.read = inflated_read;
		from = &in->gz.source;
	}
	lookahead_init(&in->plain, from);
	n = lookahead_peek(&in->plain, LOOK, p, f);
	encoding = n < 0 ? NULL : encoding_of(in, *p, (size_t)n, f);
	if (n > 0 && in->gzipped && gzip_is(*p, (size_t)n) && !framein_is(*p, (size_t)n))
		return fail_set(f, FAIL_DATA, "%s: gzip'ed twice: inflate it once before",
			in->outer.source.name);
	if (f->kind)
		return -1;
	from = &in->plain.source;
	if (encoding) {
		if (recode_init(&in->recode, from, encoding, f))
			return -1;
		from = &in->recode.source;
	}
	/* everything is open, and nothing of the input was looked into but its first bytes */
	if (sandbox_seal(in->child.pid, f))
		return -1;
	debug("sandbox: %s", sandbox_parts());
	lookahead_init(&in->peek, from);
	return lookahead_peek(&in->peek, LOOK, p, f);
}

int input_open(struct input *in, const struct opts *o, struct fail *f)
{
	const char *p;
	ssize_t n;

	*in = (struct input){ .opts = o, .format = o->format };
	keys_init(&in->keys);
	buf_init(&in->header, (size_t)2 * ROW_MAX);
	if (open_source(in, f) || (n = open_inner(in, &p, f)) < 0)
		return -1;
	if (n == 0 && (o->format == FORMAT_AUTO || o->format == FORMAT_FRAME))
		return o->command
			? fail_set(f, FAIL_DATA, "'%s' exited with 0, but wrote nothing",
				  input_name(in))
			: fail_set(f, FAIL_UPSTREAM,
				  "%s is empty: the program that should write it died or failed",
				  input_name(in));
	if (o->format == FORMAT_AUTO && recognise(in, p, (size_t)n, f))
		return -1;
	if (check_options(in, f))
		return -1;
	return in->format == FORMAT_FRAME ? open_frame(in, f) : open_text(in, f);
}

int input_verify(struct input *in, uint64_t rejected, bool *verified, struct fail *f)
{
	*verified = in->opts->command != NULL; /* its source ends only if it exited with 0 */
	if (in->format != FORMAT_FRAME)
		return 0;
	*verified |= in->frame.end.verified;
	if (in->frame.end.rows != in->taken + rejected)
		return fail_set(f, FAIL_DATA, "%s: %llu rows came, but the frame's end says %llu",
			input_name(in), (unsigned long long)(in->taken + rejected),
			(unsigned long long)in->frame.end.rows);
	return 0;
}

void input_close(struct input *in)
{
	child_stop(&in->child);
	reader_close(in);
	if (in->format == FORMAT_FRAME)
		framein_close(&in->frame);
	for (size_t i = 0; in->type && i < in->names.n; i++)
		type_free(in->type[i]);
	free(in->type);
	free(in->exact);
	free(in->nested);
	free(in->strings);
	free(in->seen);
	free(in->order);
	free(in->dropped);
	keys_free(&in->keys);
	buf_free(&in->header);
	schema_free(&in->names);
	schema_free(&in->raw);
	lookahead_free(&in->peek);
	if (in->gzipped)
		gzip_source_free(&in->gz);
	recode_free(&in->recode);
	lookahead_free(&in->plain);
	lookahead_free(&in->outer);
}
