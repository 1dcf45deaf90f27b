#include "encode.h"

#include "value/colname.h"
#include "value/colspec.h"

#include <stdio.h>

/*
 * The command that takes rejected rows after repair, so that they go into the same columns with the
 * same types and times: the options that still matter, the types as they are locked, and the time
 * if no column holds it.
 *
 * Rows of texts and of msgpack keep the names that they came with, and --select and its kin work as
 * before. Rows of a frame, and CSV without a header, have the final names.
 */

enum { TYPES_MAX = 32 << 10 }; /* bytes of --columns; shells and people want no more */

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

/*
 * NAME,NAME or, of --rename, OLD=NEW,OLD=NEW. A name with a line end would not stay on its line:
 * the legal one is as good.
 */
static void option_names(struct buf *b, const char *name, const struct schema *s)
{
	struct buf list;

	buf_init(&list, (size_t)SCHEMA_COLUMNS_MAX * 2 * SCHEMA_NAME_MAX);
	for (size_t i = 0; i < s->n; i++) {
		buf_puts(&list, i ? "," : "");
		if (strpbrk(s->col[i].name, "\r\n"))
			colname_make(&list, s->col[i].name, i);
		else
			buf_puts(&list, s->col[i].name);
		buf_printf(&list, "%s%s", s->col[i].type ? "=" : "",
			s->col[i].type ? s->col[i].type : "");
	}
	if (s->n > 0)
		option(b, name, buf_text(&list));
	buf_free(&list);
}

static bool has_final_names(const struct input *in)
{
	return in->format == FORMAT_FRAME || in->opts->no_header;
}

static const struct record_column *column_of(const struct record *r, size_t cell)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->column[i].cell == cell)
			return &r->column[i];
	return NULL;
}

/*
 * --columns: all in their order, because rows may be arrays; where there is a header, those that
 * have a type.
 */
static void columns(struct buf *b, const struct input *in, const struct record *r)
{
	bool header = in->header.len > 0;
	const struct schema *names = header || has_final_names(in) ? &in->names : &in->raw;
	bool fits = true;
	struct buf list;

	buf_init(&list, TYPES_MAX);
	for (size_t i = 0; i < names->n; i++) {
		const struct record_column *c = column_of(r, i);
		const char *name = names->col[i].name;
		char *type = c ? type_text(c->rules.type) : NULL;

		if ((c || !header) && fits)
			fits = (c ? strcmp(name, "time") != 0 || strcmp(type, "long") == 0
				  : !strchr(name, ':')) &&
				colspec_is_listed(name) &&
				buf_printf(&list, "%s%s%s%s", list.len ? "," : "", name,
					c ? ":" : "", c ? type : "") == 0;
		free(type);
	}
	if (!fits)
		buf_puts(b, " --schema FILE"); /* what --preview prints */
	else if (list.len > 0)
		option(b, "--columns", buf_text(&list));
	buf_free(&list);
}

static void choice(struct buf *b, const struct input *in, const struct record *r)
{
	struct schema out = { 0 };
	struct fail ignored = { 0 };

	if (!has_final_names(in)) {
		option_names(b, "--select", &in->opts->select);
		option_names(b, "--drop", &in->opts->drop);
		option_names(b, "--rename", &in->opts->rename);
		return;
	}
	for (size_t i = 0; i < in->names.n; i++)
		if (!column_of(r, i) &&
			((long)i != r->time_cell || strcmp(in->names.col[i].name, "time") != 0))
			schema_add(&out, in->names.col[i].name, NULL, &ignored);
	option_names(b, "--drop", &out);
	schema_free(&out);
}

static void time_options(struct buf *b, const struct input *in, const struct record *r)
{
	static const char *const units[] = { "s", "ms", "us", "ns" };
	const struct tdtime *rules = &in->opts->time_rules;
	size_t unit = 0;

	if (r->time_cell < 0) {
		buf_printf(b, " --time-unit s --time-value %lld", (long long)r->time);
		return;
	}
	if (has_final_names(in) ? strcmp(r->time_name, "time") != 0 : in->opts->time_column != NULL)
		option(b, "--time-column",
			has_final_names(in) ? r->time_name : in->opts->time_column);
	else if (input_is_keyed(in))
		option(b, "--time-column",
			"time"); /* rows that have none must not get that of the run */
	option(b, "--time-format", rules->format);
	for (int64_t n = rules->unit; n > 1; n /= 1000)
		unit++;
	if (rules->unit)
		option(b, "--time-unit", units[unit]);
	option(b, "--time-zone", in->opts->time_zone);
}

static void csv_options(struct buf *b, const struct opts *o)
{
	option_char(b, "--delimiter", o->csv.delim);
	if (o->quote_given && !o->csv.quote)
		option(b, "--quote", "none");
	else if (o->quote_given)
		option_char(b, "--quote", o->csv.quote);
	option_char(b, "--escape", o->csv.escape);
	buf_puts(b, o->no_header ? " --no-header" : "");
	for (size_t i = 0; i < o->nulls.n; i++)
		option(b, "--null", o->nulls.text[i]);
}

void repair_command(struct buf *b, const struct input *in, const struct record *r)
{
	bool csv = in->format == FORMAT_CSV || in->format == FORMAT_TSV;

	buf_printf(b, "td-encode -f %s --comment '" REJECTS_MARK "'",
		!csv                               ? "jsonl"
			: in->format == FORMAT_CSV ? "csv"
						   : "tsv");
	if (csv)
		csv_options(b, in->opts);
	columns(b, in, r);
	choice(b, in, r);
	time_options(b, in, r);
}
