/* reader: the reader for the format of the input, and the names that its columns come with. */
#include "encode.h"

#include "base/mem.h"
#include "base/num.h"

#include <stdlib.h>
#include <strings.h>

const char *reader_option(enum format format)
{
	static const char *const names[] = { "auto", "frame", "csv", "tsv", "jsonl", "msgpack",
		"apache", "ltsv", "syslog", "regex", NULL };

	return names[format];
}

const char *reader_format(const struct reader *r)
{
	static const char *const names[] = { "nothing", "a frame of rows", "CSV", "TSV", "JSON",
		"msgpack", "a log of Apache's", "LTSV", "syslog", "lines for --pattern" };

	return names[r->format];
}

static const char *input_of(const struct reader *r)
{
	return r->format == FORMAT_FRAME ? "the frame" : r->csv.from->name;
}

/* Options without effect on this format would be ignored: the user meant something else. */
static int check_format(const struct reader *r, struct fail *f)
{
	const struct opts *o = r->opts;
	const char *of_csv = o->csv.delim ? "--delimiter"
		: o->quote_given          ? "--quote"
		: o->escape_given         ? "--escape"
		: o->no_header            ? "--no-header"
		: o->csv.repeated         ? "--repeated-header"
		: o->csv.skip             ? "--skip-lines"
		: o->csv.trim             ? "--trim"
		: o->header               ? "--header"
		: o->nulls.n && !reader_is_lines(r) ? "--null"
					  : NULL;

	if (o->unknown_given && !reader_is_keyed(r) && !(o->files && o->files[1]))
		return fail_set(f, FAIL_USAGE, "--unknown-keys is for JSON, msgpack, LTSV and "
			"several files, and the input is %s", reader_format(r));
	if (o->array_rows && r->format != FORMAT_JSONL)
		return fail_set(f, FAIL_USAGE, "--array-rows is for JSON, and the input is %s",
			reader_format(r));
	if (r->format == FORMAT_CSV || r->format == FORMAT_TSV)
		return 0;
	if (of_csv)
		return fail_set(f, FAIL_USAGE, "%s is for CSV and TSV, and the input is %s", of_csv,
			reader_format(r));
	if (o->csv.comment && r->format != FORMAT_JSONL && !reader_is_lines(r))
		return fail_set(f, FAIL_USAGE, "--comment is for text, and the input is %s",
			reader_format(r));
	return 0;
}

static int check_options(const struct reader *r, const char *name, struct fail *f)
{
	bool several = r->opts->files && r->opts->files[0] && r->opts->files[1];

	if (check_format(r, f) == 0)
		return 0;
	return several ? fail_at(f, "%s", name) : -1;
}

static int add_name(struct schema *names, const char *p, size_t n, struct fail *f)
{
	char *name = n ? mem_copy(p, n) : mem_printf("_c%zu", names->n);
	int rc = schema_add(names, name, NULL, f);

	free(name);
	return rc;
}

static int names_of(const struct schema *s, struct schema *names, struct fail *f)
{
	for (size_t i = 0; i < s->n; i++)
		if (schema_add(names, s->col[i].name, NULL, f))
			return -1;
	return 0;
}

/* --- CSV */

/* One column only, whose name looks like several: the delimiter is another one. */
static int check_delimiter(const struct reader *r, const struct row *row, struct fail *f)
{
	const struct cell *c = &row->cell[0];
	const char *at = NULL;

	if (r->opts->csv.delim || row->n > 1 || c->kind == CELL_QUOTED)
		return 0;
	for (const char *d = "\t;|"; *d && !at && c->n > 0; d++)
		at = memchr(c->p, *d, c->n);
	if (!at)
		return 0;
	if (*at == '\t')
		return fail_set(f, FAIL_DATA, "%s: one column, whose name holds a tab: -f tsv "
			"reads "
			"cells that tabs separate, -d , insists on one column", input_of(r));
	return fail_set(f, FAIL_DATA, "%s: one column, whose name holds '%c': -d '%c' reads cells "
		"that it separates, -d , insists on one column", input_of(r), *at, *at);
}

/* The names of CSV by its header. */
static int header_names(struct reader *r, struct schema *names, struct fail *f)
{
	struct row row;
	enum row_result rc = row_next(r->rows, &row, f);

	if (rc != ROW_GOOD)
		return rc == ROW_END ? fail_set(f, FAIL_DATA, "%s: no header line", input_of(r))
				     : -1;
	if (check_delimiter(r, &row, f))
		return -1;
	buf_put(&r->header, row.raw, row.raw_len);
	for (size_t i = 0; i < row.n; i++)
		if (add_name(names, row.cell[i].p, row.cell[i].n, f))
			return fail_at(f, "%s", input_of(r));
	csvin_header(&r->csv, &row);
	r->rows->mark(r->rows);
	return 0;
}

/* The first row of CSV without a header; bad ones before it are rejected later, if they may be. */
static enum row_result first_row(struct reader *r, struct row *row, struct fail *f)
{
	enum row_result rc;

	while ((rc = row_next(r->rows, row, f)) == ROW_BAD && r->opts->rejects)
		f->kind = FAIL_NONE;
	return rc;
}

/* The names of CSV that has no header: --columns, or as many as the first row has cells. */
static int csv_names(struct reader *r, struct schema *names, struct fail *f)
{
	size_t given = r->opts->columns.n;
	struct row row;
	enum row_result rc;

	r->rows->mark(r->rows);
	r->csv.columns = r->opts->rejects ? given : 0; /* then others are bad rows */
	rc = first_row(r, &row, f);
	if (rc == ROW_FAILED || rc == ROW_BAD)
		return -1;
	if (rc == ROW_END)
		row.n = given;
	r->rows->rewind(r->rows, true);
	if (rc == ROW_END && given == 0)
		return fail_set(f, FAIL_DATA, "%s: no rows, and no --columns", input_of(r));
	if (given > 0 && row.n != given)
		return fail_set(f, FAIL_DATA, "%s: line %llu: %zu cell%s where --columns names %zu",
			input_of(r), (unsigned long long)row.line, row.n, num_s(row.n), given);
	if (rc == ROW_GOOD && given == 0 && check_delimiter(r, &row, f))
		return -1;
	r->csv.columns = row.n; /* also if no row came: of one column, empty lines are rows */
	if (given > 0)
		return names_of(&r->opts->columns, names, f);
	for (size_t i = 0; i < row.n; i++)
		if (add_name(names, "", 0, f))
			return -1;
	return 0;
}

/*
 * The dialect. TSV that the user names has the escapes of td-fetch, PostgreSQL and MySQL, unless
 * an option says otherwise; what merely looks like TSV may have quotes, and a backslash in it has
 * to be explained.
 */
static struct csvin_rules csv_rules(const struct reader *r)
{
	const struct opts *o = r->opts;
	struct csvin_rules rules = o->csv;
	bool named = o->format == FORMAT_TSV;

	if (!rules.delim)
		rules.delim = r->format == FORMAT_TSV ? '\t' : ',';
	if (r->format != FORMAT_TSV)
		return rules;
	if (!o->escape_given && !(o->quote_given && rules.quote) && named) {
		rules.escape = '\\';
		rules.strict = true;
	}
	rules.no_backslash = !named && !o->escape_given;
	if (!o->quote_given && (named || rules.escape))
		rules.quote = 0;
	return rules;
}

/* Excel's first line, sep=; : the delimiter, or 0. */
static char separator_line(const char *p, size_t n)
{
	size_t at = n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	if (n < at + 6 || strncasecmp(p + at, "sep=", 4) != 0 || (p[at + 4] & 0x80))
		return 0;
	return p[at + 5] == '\n' || p[at + 5] == '\r' ? p[at + 4] : 0;
}

/* If there is such a line, it counts. */
static int use_separator_line(struct reader *r, struct bytes *b, struct csvin_rules *rules,
	struct fail *f)
{
	const char *p;
	ssize_t n = lookahead_peek(&b->text, 16, &p, f);
	char delim = n < 0 ? 0 : separator_line(p, (size_t)n);

	if (n < 0 || !delim || rules->skip > 0)
		return n < 0 ? -1 : 0;
	if (r->opts->csv.delim && r->opts->csv.delim != delim)
		return fail_set(f, FAIL_DATA, "%s: its first line says that '%c' separates cells, "
			"and --delimiter '%c': --skip-lines 1 skips that line", b->text.source.name,
			delim, r->opts->csv.delim);
	rules->delim = delim;
	rules->skip = 1;
	return 0;
}

/* What was given, what the first line says and what looks likely may not fit together. */
static int check_dialect(const struct reader *r, const struct csvin_rules *rules, struct fail *f)
{
	char delim = rules->delim;

	if (delim != rules->quote && delim != rules->escape)
		return 0;
	return fail_set(f, FAIL_USAGE, "the %s and the field separator, which %s, are the same "
		"character: give --delimiter", delim == rules->quote ? "--quote" : "--escape",
		r->opts->csv.delim ? "--delimiter says" : "this input seems to have");
}

static int csv_open(struct reader *r, struct bytes *b, struct schema *names, struct fail *f)
{
	struct csvin_rules rules = csv_rules(r);

	if (use_separator_line(r, b, &rules, f) || check_dialect(r, &rules, f) ||
		csvin_init(&r->csv, &b->text.source, &rules, f))
		return -1;
	r->rows = &r->csv.rowin;
	return r->opts->no_header ? csv_names(r, names, f) : header_names(r, names, f);
}

/* --- rows that name their columns: --columns first; the sample finds the others */

static int key_names(struct reader *r, const struct schema *known, struct schema *names,
	struct fail *f)
{
	const struct schema *given = known ? known : &r->opts->columns;

	for (size_t i = 0; i < given->n; i++) {
		keys_row(&r->keys);
		keys_find(&r->keys, given->col[i].name, strlen(given->col[i].name));
	}
	r->rows->mark(r->rows);
	return names_of(given, names, f);
}

/* --select alone says which keys count. */
static bool ignores_unknown(const struct opts *o)
{
	return o->unknown_keys == UNKNOWN_IGNORE ||
		(o->unknown_keys == UNKNOWN_UNSET && o->select.n > 0);
}

static int json_open(struct reader *r, struct source *from, const struct schema *known,
	struct schema *names, struct fail *f)
{
	jsonin_init(&r->json, from, &r->keys);
	r->json.comment = r->opts->csv.comment;
	r->json.lists = r->opts->columns.n > 0;
	r->json.array_rows = r->opts->array_rows;
	r->json.ignore_unknown = ignores_unknown(r->opts);
	r->rows = &r->json.rowin;
	return key_names(r, known, names, f);
}

static int mp_open(struct reader *r, struct source *from, const struct schema *known,
	struct schema *names, struct fail *f)
{
	mpin_init(&r->mp, from, &r->keys);
	r->mp.lists = r->opts->columns.n > 0;
	r->mp.ignore_unknown = ignores_unknown(r->opts);
	r->rows = &r->mp.rowin;
	return key_names(r, known, names, f);
}

/* --- logs */

static int lines_open(struct reader *r, struct source *from, const struct schema *known,
	struct schema *names, struct fail *f)
{
	const char *const *fixed = r->format == FORMAT_APACHE ? logline_apache_names
		: r->format == FORMAT_SYSLOG ? logline_syslog_names : NULL;
	size_t n = r->format == FORMAT_APACHE ? LOGLINE_APACHE : LOGLINE_SYSLOG;

	linein_init(&r->lines, from);
	r->rows = &r->lines.rowin;
	r->lines.comment = r->opts->csv.comment;
	r->lines.split = r->format == FORMAT_APACHE ? logline_apache
		: r->format == FORMAT_SYSLOG ? logline_syslog
		: r->format == FORMAT_LTSV ? logline_ltsv : regexline_split;
	r->lines.pure = fixed != NULL;
	r->ltsv = (struct logline_ltsv){ &r->keys, ignores_unknown(r->opts) };
	r->lines.with = r->format == FORMAT_SYSLOG ? (void *)(uintptr_t)&r->opts->started
		: r->format == FORMAT_LTSV ? (void *)&r->ltsv : (void *)&r->regex;
	if (r->format == FORMAT_LTSV)
		return key_names(r, known, names, f);
	for (size_t i = 0; fixed && i < n; i++)
		if (schema_add(names, fixed[i], NULL, f))
			return -1;
	r->rows->mark(r->rows);
	return fixed ? 0 : regexline_open(&r->regex, r->opts->pattern, names, f);
}

/* --- frames */

/* A program that failed before it knew its columns writes a head without any, and then why. */
static int no_columns(struct reader *r, const char *name, struct fail *f)
{
	struct frame_block b;
	const char *p;
	size_t n;

	switch (framein_next(&r->frame, &b, &p, &n, f)) {
	case FRAMEIN_FAILED:
		return -1;
	case FRAMEIN_END: /* no rows: of a statement that writes */
		return 0;
	default:
		break;
	}
	return fail_set(f, FAIL_DATA, "%s: this frame does not name its columns", name);
}

static int frame_open(struct reader *r, struct source *from, struct schema *names, struct fail *f)
{
	if (framein_open(&r->frame, from, f))
		return -1;
	if (r->frame.head.content != FRAME_ROWS)
		return fail_set(f, FAIL_DATA,
			"%s: this frame holds records already: pipe it straight into td-put",
			from->name);
	if (r->frame.head.schema.n == 0 && no_columns(r, from->name, f))
		return -1;
	mpin_init(&r->mp, framein_plain(&r->frame), NULL);
	r->mp.columns = r->frame.head.schema.n;
	r->rows = &r->mp.rowin;
	return schema_copy(names, &r->frame.head.schema, f);
}

int reader_open(struct reader *r, struct bytes *b, const struct schema *known,
	struct schema *names, struct fail *f)
{
	struct source *from = &b->text.source;

	if (check_options(r, from->name, f))
		return -1;
	switch (r->format) {
	case FORMAT_FRAME:
		return frame_open(r, from, names, f);
	case FORMAT_CSV:
	case FORMAT_TSV:
		return csv_open(r, b, names, f);
	case FORMAT_APACHE:
	case FORMAT_LTSV:
	case FORMAT_SYSLOG:
	case FORMAT_REGEX:
		return lines_open(r, from, known, names, f);
	case FORMAT_JSONL:
		return json_open(r, from, known, names, f);
	default:
		return mp_open(r, from, known, names, f);
	}
}

void reader_close(struct reader *r)
{
	if (r->rows == &r->csv.rowin)
		csvin_free(&r->csv);
	else if (r->rows == &r->json.rowin)
		jsonin_free(&r->json);
	else if (r->rows == &r->mp.rowin)
		mpin_free(&r->mp);
	else if (r->rows == &r->lines.rowin)
		linein_free(&r->lines);
	if (r->format == FORMAT_FRAME)
		framein_close(&r->frame);
	regexline_close(&r->regex);
	r->rows = NULL;
	keys_free(&r->keys);
	buf_free(&r->header);
}
