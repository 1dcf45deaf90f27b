/* rejects_command: the command that takes rejected rows after repair. */
#include "encode.h"

#include "value/colspec.h"

#include <stdio.h>
#include <stdlib.h>

/*
 * The command that takes rejected rows after repair, so that they go into the same columns with the
 * same types and times: the options that still matter, the types as they are locked, and the time
 * if no column holds it.
 *
 * Rows keep the names that they came with, and --select and its kin work as before.
 */

enum { TYPES_MAX = 32 << 10 }; /* bytes of --columns; no more fits shells and people */

static bool is_plain(const char *s)
{
	return *s &&
		s[strspn(s,
			"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./"
			":,%+@=-")] == '\0';
}

/* One word for sh(1). */
static void word(struct buf *b, const char *s)
{
	if (is_plain(s)) {
		buf_puts(b, s);
		return;
	}
	buf_putc(b, '\'');
	for (; *s; s++) {
		if (*s == '\'')
			buf_puts(b, "'\\''");
		else
			buf_putc(b, *s);
	}
	buf_putc(b, '\'');
}

static void option(struct buf *b, const char *name, const char *value)
{
	if (!value)
		return;
	buf_printf(b, " %s ", name);
	word(b, value);
}

static void option_char(struct buf *b, const char *name, char value)
{
	if (value)
		option(b, name, (char[]){ value, '\0' });
}

/* NAME,NAME or, of --rename, OLD=NEW,OLD=NEW; on one line, whatever the names hold. */
static void option_names(struct buf *b, const char *name, const struct schema *s)
{
	struct buf list;

	buf_init(&list, (size_t)SCHEMA_COLUMNS_MAX * 8 * SCHEMA_NAME_MAX);
	for (size_t i = 0; i < s->n; i++) {
		buf_puts(&list, i ? "," : "");
		colspec_item(&list, s->col[i].name);
		if (s->col[i].type) {
			buf_putc(&list, '=');
			colspec_item(&list, s->col[i].type);
		}
	}
	if (s->n > 0)
		option(b, name, buf_text(&list));
	buf_free(&list);
}

static void option_name(struct buf *b, const char *name, const char *column)
{
	struct schema one = { &(struct column){ (char *)(uintptr_t)column, NULL }, 1 };

	option_names(b, name, &one);
}

static const struct record_column *column_of(const struct record *r, size_t cell)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->column[i].cell == cell)
			return &r->column[i];
	return NULL;
}

static const struct record_column *typed_column_of(const struct record *r, size_t cell)
{
	const struct record_column *c = column_of(r, cell);

	return c && record_is_typed(c) ? c : NULL;
}

/*
 * --columns: all in their order, because rows may be arrays; where there is a header, those that
 * have a type.
 */
static void columns(struct buf *b, const struct input *in, const struct record *r)
{
	const struct schema *raw = &in->columns.raw;
	bool header = in->part->reader.header.len > 0, fits = true;
	struct buf list;

	buf_init(&list, TYPES_MAX);
	for (size_t i = 0; i < raw->n; i++) {
		const struct record_column *c = typed_column_of(r, i);
		const char *name = raw->col[i].name;
		char *type = c ? type_text(c->rules.type) : NULL;

		if ((c || !header) && fits)
			fits = (!c || strcmp(name, "time") != 0 || strcmp(type, "long") == 0) &&
				buf_puts(&list, list.len ? "," : "") == 0 &&
				colspec_item(&list, name) == 0 &&
				buf_printf(&list, "%s%s", c ? ":" : "", c ? type : "") == 0;
		free(type);
	}
	if (!fits)
		buf_puts(b, " --schema FILE"); /* what --preview prints */
	else if (list.len > 0)
		option(b, "--columns", buf_text(&list));
	buf_free(&list);
}

/* What is added to the rows of the file that is being read, as values that stay the same. */
static void added(struct buf *b, const struct input *in)
{
	const struct schema *add = &in->opts->add;
	struct buf one;

	for (size_t i = 0; in->added && i < add->n; i++) {
		char *value = added_value(in, i, FAIL_IGNORED), *type = type_text(in->added[i]);

		buf_init(&one, 1 << 16);
		colspec_item(&one, add->col[i].name);
		buf_printf(&one, ":%s=%s%s", type, value && *value == '@' ? "@" : "",
			value ? value : "");
		option(b, "--add-column", buf_text(&one));
		buf_free(&one);
		free(value);
		free(type);
	}
}

/* --drop, and what --new-columns ignores. */
static void dropped(struct buf *b, const struct input *in)
{
	const struct columns *c = &in->columns;
	struct schema all = { 0 };

	for (size_t i = 0; i < c->raw.n && in->opts->select.n == 0; i++)
		if (c->dropped[i])
			schema_add(&all, c->raw.col[i].name, NULL, FAIL_IGNORED);
	option_names(b, "--drop", &all);
	schema_free(&all);
}

static void choice(struct buf *b, const struct input *in)
{
	const struct opts *o = in->opts;

	option_names(b, "--select", &o->select);
	dropped(b, in);
	option_names(b, "--rename", &o->rename);
	buf_puts(b, o->sql_names ? " --names sql" : "");
}

static void time_options(struct buf *b, const struct input *in, const struct record *r)
{
	static const char *const units[] = { "s", "ms", "us", "ns" };
	const struct tdtime *rules = &in->opts->time_rules;
	size_t unit = 0;

	if (r->time_cell < 0) {
		buf_printf(b, " --time-unit s --time-value %lld", (long long)r->time);
		if (r->span > 0)
			buf_printf(b, ",%lld", (long long)(r->span / 3600));
		return;
	}
	if (in->opts->time_column)
		option_name(b, "--time-column", in->opts->time_column);
	else if (reader_is_keyed(&in->part->reader) || in->part->reader.format == FORMAT_FRAME)
		/* rows that have none must not get that of the run */
		option_name(b, "--time-column", r->time_name);
	option(b, "--time-format", rules->format);
	for (int64_t n = rules->unit; n > 1; n /= 1000)
		unit++;
	if (rules->unit)
		option(b, "--time-unit", units[unit]);
	option(b, "--time-zone", in->opts->time_zone);
	if (rules->reject_gaps)
		option(b, "--time-gap", "reject");
}

/* TSV says all of its dialect, because -f tsv alone has one of its own. */
static void csv_options(struct buf *b, const struct input *in)
{
	const struct opts *o = in->opts;
	const struct csvin_rules *rules = &in->part->reader.csv.rules;
	bool tsv = in->part->reader.format == FORMAT_TSV;

	if (o->csv.delim || (rules->delim != ',' && !tsv))
		option_char(b, "--delimiter", rules->delim);
	if ((o->quote_given || tsv) && !rules->quote)
		option(b, "--quote", "none");
	else if (o->quote_given || tsv)
		option_char(b, "--quote", rules->quote);
	if (tsv && !rules->escape)
		option(b, "--escape", "none");
	else if (!rules->strict)
		option_char(b, "--escape", rules->escape);
	buf_puts(b, o->no_header ? " --no-header" : o->header ? " --header" : "");
	buf_puts(b, o->csv.trim ? " --trim" : "");
	option_char(b, "--decimal", o->decimal);
}

void repair_command(struct buf *b, const struct input *in, const struct record *r)
{
	bool csv = in->part->reader.format == FORMAT_CSV || in->part->reader.format == FORMAT_TSV;

	buf_printf(b, "td-encode -f %s --comment '" REJECTS_MARK "'",
		csv || reader_is_lines(&in->part->reader) ?
			reader_option(in->part->reader.format) : "jsonl");
	option(b, "--pattern", in->opts->pattern);
	if (csv)
		csv_options(b, in);
	else if (reader_is_keyed(&in->part->reader) && in->opts->unknown_keys >= UNKNOWN_IGNORE)
		option(b, "--unknown-keys",
			in->opts->unknown_keys == UNKNOWN_ADD ? "add" : "ignore");
	for (size_t i = 0; i < in->opts->nulls.n; i++)
		option(b, "--null", in->opts->nulls.text[i]);
	buf_puts(b, in->opts->array_rows ? " --array-rows" : "");
	columns(b, in, r);
	choice(b, in);
	added(b, in);
	time_options(b, in, r);
}
