/* columns: which there are, what they are called, their types, and which of them is the time. */
#include "encode.h"

#include "base/die.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "value/lossless.h"
#include "value/sqlname.h"

#include <stdlib.h>

/* --- the sample */

static int add_key(struct input *in, const char *p, size_t n, struct fail *f)
{
	struct schema *raw = &in->columns.raw;
	char *name = mem_copy(p, n);
	int rc = utf8_text(p, n) < n
		? fail_set(f, FAIL_DATA, "the name of column %zu is not UTF-8%s", raw->n + 1,
			  memchr(p, '\0', n) ? ": a NUL byte" : "")
		: schema_add(raw, name, NULL, f);

	free(name);
	return rc ? fail_at(f, "%s", input_name(in)) : 0;
}

/* Columns that the last row brought along. */
static int add_columns(struct input *in, struct fail *f)
{
	struct columns *c = &in->columns;
	const struct keys *keys = &in->part->reader.keys;
	size_t n = keys->n > c->raw.n ? keys->n : c->raw.n;

	while (c->raw.n < n)
		if (add_key(in, keys_name(keys, c->raw.n), keys->key[c->raw.n].len, f))
			return -1;
	if (n > c->known) {
		c->seen = mem_resize(c->seen, n, sizeof *c->seen);
		for (size_t i = c->known; i < n; i++)
			c->seen[i] = (struct infer){ .decimal = in->opts->decimal };
		c->known = n;
	}
	return 0;
}

/* Not an object, or a map. */
static bool is_array(const struct row *row)
{
	unsigned char c = (unsigned char)row->raw[0];

	return c == '[' || (c & 0xf0) == 0x90 || c == 0xdc || c == 0xdd;
}

static bool has_second(const char *p, size_t n)
{
	for (; n >= 3; p++, n--)
		if (memcmp(p, "},{", 3) == 0)
			return true;
	return false;
}

/* The cell that holds an array of two objects or more, or -1. */
static long find_objects(const struct row *row)
{
	for (size_t i = 0; i < row->n; i++) {
		const struct cell *c = &row->cell[i];

		if (c->kind == CELL_STRING && c->n > 6 && memcmp(c->p, "[{", 2) == 0 &&
			c->p[c->n - 1] == ']' && has_second(c->p, c->n))
			return (long)i;
	}
	return -1;
}

/*
 * One JSON document with rows inside is one row: was that meant? Of a large one it is not believed,
 * unless --columns names what holds the rows.
 */
static int check_document(const struct input *in, struct fail *f)
{
	enum { LARGE = 64 << 10 };
	const struct columns *c = &in->columns;
	const char *name;

	if (in->part->reader.format != FORMAT_JSONL || c->sampled != 1 || c->many < 0)
		return 0;
	name = c->raw.col[c->many].name;
	if (schema_find(&in->opts->columns, name) >= 0)
		return 0;
	if (c->bytes > LARGE)
		return fail_set(f, FAIL_DATA, "%s: one document of JSON, of %zu bytes, would be "
			"one row: jq -c '.%s[]' makes each element of '%s' a row, --columns "
			"%s:string insists on one", input_name(in), c->bytes, name, name, name);
	warn("%s: one document of JSON is one row: jq -c '.%s[]' makes each element of '%s' a row",
		input_name(in), name, name);
	return 0;
}

static const char separators[] = "\t;|"; /* between cells where commas are not */

/* Does every cell of the only column hold one of these? */
static void see_separators(struct columns *c, const struct row *row)
{
	const struct cell *cell = row->cell;
	unsigned held = 0;

	if (row->n != 1 || cell->n == 0)
		return;
	for (unsigned i = 0; separators[i] && cell->kind == CELL_TEXT; i++)
		held |= memchr(cell->p, separators[i], cell->n) ? 1u << i : 0;
	c->separators = c->separated++ ? c->separators & held : held;
}

/* One column of CSV, whose cells look like several: lines may stand before the header. */
static int check_separators(const struct input *in, struct fail *f)
{
	const struct columns *c = &in->columns;
	const char *by = separators;

	if (in->rows != &in->part->reader.csv.rowin || in->opts->csv.delim || c->raw.n != 1 ||
		c->separators == 0 || in->part->reader.format != FORMAT_CSV)
		return 0;
	while (!(c->separators >> (by - separators) & 1))
		by++;
	return fail_set(f, FAIL_DATA, "%s: one column, whose cells all hold %s: %s reads cells "
		"that it separates (--skip-lines N leaves out lines before the header), -d , "
		"insists on one column", input_name(in),
		*by == '\t' ? "a tab" : *by == ';' ? "';'" : "'|'",
		*by == '\t' ? "-f tsv" : *by == ';' ? "-d ';'" : "-d '|'");
}

static int sample_row(struct input *in, const struct row *row, struct fail *f)
{
	struct columns *c = &in->columns;
	bool nulls = in->opts->nulls.n > 0;

	if (in->part->reader.keys.n > c->known && add_columns(in, f))
		return -1;
	c->bytes += row->raw_len;
	see_separators(c, row);
	for (size_t i = 0; i < row->n; i++)
		if (!(nulls && cell_is_null(&in->opts->nulls, &row->cell[i])))
			infer_cell(&c->seen[i], &row->cell[i]);
	if (c->sampled++ == 0)
		c->many = find_objects(row);
	c->listed |= is_array(row);
	return 0;
}

/* The first row is wrong, and only its first byte told that it is JSON, or msgpack. */
static int explain_format(const struct input *in, struct fail *f)
{
	if (in->opts->format != FORMAT_AUTO)
		return -1;
	if (in->part->reader.format == FORMAT_MSGPACK)
		return fail_add(f, "; it begins like msgpack: if it is text, say so with "
			"--encoding and -f");
	if (in->part->reader.format != FORMAT_JSONL)
		return -1;
	return fail_add(f, "; it begins like JSON: if it is not, name the format with -f");
}

/* What is left of the sample's bytes goes to later files; their keys are columns of all. */
static int sample_others(struct input *in, struct fail *f)
{
	struct columns *c = &in->columns;
	struct keys *keys = &in->part->reader.keys;

	if (in->origin.n < 2 || c->bytes >= ROW_SAMPLE)
		return 0;
	if (input_sample_others(in, ROW_SAMPLE - c->bytes, sample_row, f))
		return -1;
	for (size_t i = keys->n; reader_is_keyed(&in->part->reader) && i < c->raw.n; i++) {
		keys_row(keys);
		keys_find(keys, c->raw.col[i].name, strlen(c->raw.col[i].name));
	}
	return 0;
}

static int sample(struct input *in, struct fail *f)
{
	struct rowin *rows = in->rows;
	enum row_result rc;
	struct row row;

	if (add_columns(in, f))
		return -1;
	while ((rc = row_next(rows, &row, f)) != ROW_END) {
		if (rc == ROW_FAILED || (rc == ROW_BAD && !in->opts->rejects)) {
			if (in->columns.sampled == 0)
				explain_format(in, f);
			return rc == ROW_BAD ? rejects_offer(f) : -1;
		}
		f->kind = FAIL_NONE; /* a bad row is set aside when its turn comes */
		if (rc == ROW_GOOD && sample_row(in, &row, f))
			return -1;
	}
	return sample_others(in, f);
}

static bool was_there(const struct columns *c, size_t i)
{
	return !c->seen || c->seen[i].values > c->seen[i].none;
}

/*
 * --columns may list the time that every table has: where no row has that key, it is not a column.
 * Of rows that are arrays every name is that of a column.
 */
static int forget_time(struct input *in, struct fail *f)
{
	struct columns *c = &in->columns;
	struct keys *keys = &in->part->reader.keys;
	long time = schema_find(&c->raw, "time");
	struct schema all = c->raw;

	if (c->listed || c->sampled == 0 || time < 0 || was_there(c, (size_t)time))
		return 0;
	c->raw = (struct schema){ 0 };
	keys_free(keys);
	keys_init(keys);
	for (size_t i = 0; i < all.n; i++) {
		if ((long)i == time)
			continue;
		c->seen[c->raw.n] = c->seen[i];
		if (schema_add(&c->raw, all.col[i].name, NULL, f))
			break;
		keys_find(keys, all.col[i].name, strlen(all.col[i].name));
	}
	schema_free(&all);
	return f->kind ? -1 : 0;
}

/* --- names: options call columns as the input does */

long columns_find(const struct input *in, const char *option, const char *name, struct fail *f)
{
	const struct schema *raw = &in->columns.raw;
	long at = schema_find(raw, name);

	if (at < 0 && in->columns.sampled == 0 && reader_is_keyed(&in->part->reader))
		return COLUMNS_NO_ROWS;
	if (at < 0)
		return fail_set(f, FAIL_DATA, "%s: there is no column '%s' (%s)", input_name(in),
			name, option);
	for (size_t i = (size_t)at + 1; i < raw->n; i++)
		if (strcmp(raw->col[i].name, name) == 0)
			return fail_set(f, FAIL_DATA, "%s: columns %ld and %zu are both called "
				"'%s' "
				"(%s)", input_name(in), at + 1, i + 1, name, option);
	return at;
}

static int rename_columns(struct input *in, struct fail *f)
{
	const struct schema *renames = &in->opts->rename;

	for (size_t k = 0; k < renames->n; k++) {
		long i = columns_find(in, "--rename", renames->col[k].name, f);

		if (i == COLUMNS_NO_ROWS)
			continue;
		if (i < 0)
			return -1;
		column_set_name(&in->columns, (size_t)i, renames->col[k].type);
	}
	return 0;
}

/* Columns that --schema does not have, apart from the time. */
static int check_new_columns(struct input *in, struct fail *f)
{
	const struct opts *o = in->opts;
	struct columns *c = &in->columns;

	if (o->new_columns == UNKNOWN_UNSET || o->new_columns == UNKNOWN_ADD)
		return 0;
	for (size_t i = 0; i < c->raw.n; i++) {
		const char *name = c->raw.col[i].name;

		if (schema_find(&o->columns, name) >= 0 ||
			strcmp(c->names.col[i].name, "time") == 0)
			continue;
		c->dropped[i] = true;
		if (o->new_columns == UNKNOWN_REFUSE &&
			!(o->time_column && strcmp(o->time_column, name) == 0))
			return fail_set(f, FAIL_DATA, "%s: column '%.200s' is not in %.200s: "
				"--new-columns add takes it, ignore leaves it out",
				input_name(in), name, o->schema_file);
	}
	return 0;
}

/* Which columns become part of the record, in which order: c->order[0..ordered). */
static int choose_columns(struct input *in, struct fail *f)
{
	const struct schema *select = &in->opts->select, *drop = &in->opts->drop;
	struct columns *c = &in->columns;

	if (check_new_columns(in, f))
		return -1;
	for (size_t k = 0; k < select->n; k++) {
		long i = columns_find(in, "--select", select->col[k].name, f);

		if (i == COLUMNS_NO_ROWS)
			continue;
		if (i < 0)
			return -1;
		c->order[c->ordered++] = (size_t)i;
		c->dropped[i] = true; /* it has its place */
	}
	for (size_t k = 0; k < drop->n; k++) {
		long i = columns_find(in, "--drop", drop->col[k].name, f);

		if (i == COLUMNS_NO_ROWS)
			continue;
		if (i < 0)
			return -1;
		c->dropped[i] = true;
	}
	for (size_t i = 0; i < c->raw.n && select->n == 0; i++)
		if (!c->dropped[i])
			c->order[c->ordered++] = i;
	return 0;
}

/* An option that says how a time is read, or NULL. */
static const char *time_option(const struct opts *o)
{
	return o->time_rules.format     ? "--time-format"
		: o->time_rules.unit        ? "--time-unit"
		: o->time_zone              ? "--time-zone"
		: o->time_rules.reject_gaps ? "--time-gap"
					    : NULL;
}

/*
 * Which cell holds the time, if any: that of --time-column, or of a column `time` that --drop does
 * not name. A column `time` that does not hold it is called time_ in the record.
 */
static int choose_time(struct input *in, struct record *r, struct fail *f)
{
	const struct opts *o = in->opts;
	struct columns *c = &in->columns;
	long own = schema_find(&c->names, "time");
	bool dropped = own >= 0 && o->drop.n > 0 && c->dropped[own];

	r->time = o->time;
	r->span = o->time_span;
	r->time_rules = o->time_rules;
	r->time_rules.named = zones_find;
	r->time_rules.zones = in->origin.zones;
	r->time_cell = -1;
	if (o->time_column) {
		const long at = columns_find(in, "--time-column", o->time_column, f);

		if (at < 0 && at != COLUMNS_NO_ROWS)
			return -1;
		r->time_cell = at >= 0 ? at : -1;
	} else if (!o->time_given && own >= 0 && !dropped) {
		r->time_cell = own;
		r->time_rules.whole = true;
	}
	if (r->time_cell >= 0)
		r->time_name = mem_string(c->raw.col[r->time_cell].name);
	else if (!o->time_given && !o->time_column && time_option(o))
		return fail_set(f, FAIL_USAGE, "%s needs a time to read: --time-column COLUMN",
			time_option(o));
	if (own >= 0 && own != r->time_cell)
		column_set_name(c, (size_t)own, "time_");
	return 0;
}

/* A date as some country writes it, 29.2.2024 or 02/29/24, or a time of day. */
static bool is_local_date(const char *s)
{
	static const char digits[] = "0123456789";
	size_t a = strspn(s, digits), b, c;
	char by = s[a];
	const char *end;

	if (a == 0 || !by || !strchr("/.-:", by))
		return false;
	b = strspn(s + a + 1, digits);
	if (by == ':')
		return a <= 2 && b == 2;
	if (b == 0 || b > 2 || s[a + 1 + b] != by)
		return false;
	c = strspn(s + a + b + 2, digits);
	end = s + a + b + 2 + c;
	if (*end && *end != ' ')
		return false;
	return (a == 4 && c > 0 && c <= 2) || (a <= 2 && c == 4) || (a == 2 && b == 2 && c == 2);
}

/* A number, a date, or nothing. */
static bool is_value(const char *s)
{
	const struct tdtime any = { .any_seconds = true };
	size_t n = strlen(s);
	int64_t t;
	double d;

	return strspn(s, " ") == n || lossless_double_lenient(s, n, &d) ||
		lossless_long_lenient(s, n, &t) || is_local_date(s) ||
		(n >= 8 && !tdtime_parse(&any, s, n, &t));
}

/* Columns i and k have one name in the record: is it that a row was taken for the header? */
static int same_names(const struct input *in, size_t i, size_t k, struct fail *f)
{
	const char *a = in->columns.raw.col[i].name, *b = in->columns.raw.col[k].name;

	column_set_clash(in, i, k, f);
	if (strcmp(a, b) == 0 && in->rows == &in->part->reader.csv.rowin && is_value(a))
		fail_add(f, "; if that line is a row: --no-header");
	return -1;
}

/* An index over the names of what goes into the record, to find two that are equal. */
static int by_name(const void *left, const void *right)
{
	return strcmp((*(struct column *const *)left)->name,
		(*(struct column *const *)right)->name);
}

static int check_equal(const struct input *in, struct fail *f)
{
	const struct columns *c = &in->columns;
	struct column **sorted = mem_zero(c->ordered + 1, sizeof(struct column *));

	for (size_t k = 0; k < c->ordered; k++)
		sorted[k] = &c->names.col[c->order[k]];
	qsort(sorted, c->ordered, sizeof *sorted, by_name);
	for (size_t k = 1; k < c->ordered && !f->kind; k++)
		if (by_name(&sorted[k - 1], &sorted[k]) == 0)
			same_names(in, (size_t)(sorted[k - 1] - c->names.col),
				(size_t)(sorted[k] - c->names.col), f);
	free(sorted);
	return f->kind ? -1 : 0;
}

static int check_names(struct input *in, struct fail *f)
{
	const struct columns *c = &in->columns;

	for (size_t k = 0; k < c->ordered; k++) {
		const char *name = c->names.col[c->order[k]].name;

		if (strlen(name) > SCHEMA_NAME_MAX)
			return fail_set(f, FAIL_DATA, "%s: the name of column %zu, '%.60s...', has "
				"%zu bytes, more than %d: --rename OLD=NEW", input_name(in),
				c->order[k] + 1, name, strlen(name), SCHEMA_NAME_MAX);
	}
	return check_equal(in, f);
}

/* Names that changed without being asked for. */
static void report_names(const struct input *in)
{
	enum { SHOWN = 8 };
	const struct columns *c = &in->columns;
	struct buf b;
	size_t n = 0;

	buf_init(&b, 1 << 16);
	for (size_t k = 0; k < c->ordered; k++) {
		const char *raw = c->raw.col[c->order[k]].name,
			*name = c->names.col[c->order[k]].name;

		if (strcmp(raw, name) == 0 || schema_find(&in->opts->rename, raw) >= 0)
			continue;
		if (n < SHOWN)
			buf_printf(&b, "%s'%.40s' → %s", n ? ", " : "", raw, name);
		n++;
	}
	if (n > SHOWN)
		buf_printf(&b, ", and %zu more", n - SHOWN);
	if (n > 0)
		warn("renamed columns: %s", buf_text(&b));
	buf_free(&b);
}

/* --- types */

/* Types that the user gave. */
static int given_types(struct input *in, struct fail *f)
{
	const struct schema *given = &in->opts->columns;
	struct columns *c = &in->columns;

	for (size_t k = 0; k < given->n; k++) {
		const char *name = given->col[k].name;
		long i;

		if (strcmp(name, "time") == 0 && schema_find(&c->raw, name) < 0)
			continue; /* a schema may list what every table has */
		i = columns_find(in, "--columns", name, f);
		if (i == COLUMNS_NO_ROWS)
			continue;
		if (i < 0)
			return -1;
		if (!given->col[k].type)
			continue;
		type_free(c->type[i]);
		c->type[i] = type_parse(given->col[k].type, f);
		if (!c->type[i])
			return -1;
	}
	return 0;
}

/* Is there a column of CSV whose type only a sample can tell? */
static bool needs_sample(const struct input *in)
{
	const struct columns *c = &in->columns;
	bool untyped = false;

	for (size_t i = 0; i < c->raw.n; i++)
		untyped |= !c->type[i];
	return untyped && !in->opts->all_string &&
		(in->rows == &in->part->reader.csv.rowin ||
			in->part->reader.format == FORMAT_REGEX);
}

/* The type that is not found out: a job's, or that of a log whose columns are fixed. */
static const char *engine_type(const struct input *in, size_t i)
{
	const struct reader *r = &in->part->reader;

	if (r->format == FORMAT_APACHE || r->format == FORMAT_SYSLOG)
		return logline_is_number(in->columns.raw.col[i].name) ? "bigint" : "varchar";
	return r->format == FORMAT_FRAME ? r->frame.head.schema.col[i].type : NULL;
}

/* Where empty cells are NULL unless they are in quotes, those in quotes are texts. */
static bool is_blank(const struct input *in, const struct infer *seen)
{
	return seen->blank &&
		cell_is_null(&in->opts->nulls, &(struct cell){ .p = "", .kind = CELL_TEXT });
}

static int other_types(struct input *in, struct fail *f)
{
	struct columns *c = &in->columns;

	if (needs_sample(in) && sample(in, f))
		return -1;
	for (size_t i = 0; i < c->raw.n; i++) {
		const char *engine = engine_type(in, i);

		if (c->type[i])
			continue;
		c->exact[i] = !engine;
		if (in->opts->all_string)
			c->type[i] = type_new(TYPE_STRING);
		else if (engine)
			c->type[i] = type_of_engine(engine);
		else if (c->seen)
			c->type[i] = type_new(infer_kind(&c->seen[i]));
		c->untyped[i] = c->type[i] && c->exact[i] && c->seen && !in->opts->all_string &&
			infer_is_empty(&c->seen[i]) && !is_blank(in, &c->seen[i]);
		if (c->type[i])
			continue;
		return fail_set(f, FAIL_DATA,
			"%s: column %zu '%s' has no type: give it one with --columns",
			input_name(in), i + 1, c->raw.col[i].name);
	}
	for (size_t i = 0; i < c->raw.n; i++) {
		c->nested[i] = c->type[i]->kind == TYPE_ARRAY || c->type[i]->kind == TYPE_MAP;
		c->strings[i] = c->type[i]->kind == TYPE_STRING;
	}
	return 0;
}

/* --- a header that looks like a row */

/* Did an option name one of the columns? Then the user knows that it is a header. */
static bool is_named(const struct opts *o)
{
	return o->columns.n > 0 || o->select.n > 0 || o->drop.n > 0 || o->rename.n > 0 ||
		o->time_column;
}

/* The only column has a name of four words or more, with a digit: a line of a log, perhaps. */
static bool is_line_of_text(const struct input *in)
{
	const char *s = in->columns.raw.col[0].name;
	size_t blanks = 0;

	if (in->columns.raw.n != 1 || in->opts->csv.delim || !strpbrk(s, "0123456789"))
		return false;
	for (; *s; s++)
		blanks += *s == ' ' && s[1] != ' ';
	return blanks >= 3;
}

/*
 * The header of CSV looks like a row if a cell of it is a value, and no cell is a text above a
 * column of numbers.
 */
static int check_header(const struct input *in, struct fail *f)
{
	const struct columns *c = &in->columns;
	const struct reader *r = &in->part->reader;
	long value = -1;

	if (check_separators(in, f))
		return -1;
	if (r->rows != &r->csv.rowin || in->opts->no_header || in->opts->header ||
		is_named(in->opts))
		return 0;
	if (c->raw.n > 0 && is_line_of_text(in))
		return fail_set(f, FAIL_DATA, "%s: line %llu looks like a line of text, not like a "
			"header ('%.40s...'): -f regex reads logs, --header takes it for the "
			"header", input_name(in), (unsigned long long)r->csv.header.line,
			c->raw.col[0].name);
	for (size_t i = 0; i < c->raw.n; i++) {
		const char *name = r->csv.header.name[i];
		bool number = c->type[i]->kind != TYPE_STRING;

		if (!is_value(name) && number)
			return 0;
		if (is_value(name) && value < 0)
			value = (long)i;
	}
	if (value < 0)
		return 0;
	return fail_set(f, FAIL_DATA, "%s: line %llu looks like a row, not like a header "
		"(column %ld: '%.40s'): --no-header takes it for a row, --header for the header",
		input_name(in), (unsigned long long)r->csv.header.line, value + 1,
		r->csv.header.name[value]);
}

static void fill_record(struct input *in, struct record *r)
{
	struct columns *c = &in->columns;

	r->decimal = in->opts->decimal;
	r->nulls = in->opts->nulls.n > 0 ? &in->opts->nulls : NULL;
	for (size_t k = 0; k < c->ordered; k++) {
		size_t i = c->order[k];

		if (strcmp(c->names.col[i].name, "time") == 0)
			continue;
		record_add(r, c->names.col[i].name, c->raw.col[i].name, c->type[i], c->exact[i], i);
		c->type[i] = NULL; /* the record's now */
		if (c->untyped[i])
			record_untyped(r);
	}
}

static int name_and_type(struct input *in, struct record *r, struct fail *f)
{
	if (column_set_name_from(in, 0, f) || rename_columns(in, f) || choose_columns(in, f) ||
	    choose_time(in, r, f) || check_names(in, f) || given_types(in, f) || other_types(in,
		f) ||
		check_header(in, f))
		return -1;
	report_names(in);
	fill_record(in, r);
	return 0;
}

/*
 * Columns of CSV that --columns names and the first file does not have, where later files may bring
 * more.
 */
static int expect_columns(struct input *in, struct fail *f)
{
	const struct schema *given = &in->opts->columns;
	struct columns *c = &in->columns;
	size_t n = c->raw.n;

	if (in->opts->unknown_keys != UNKNOWN_ADD || !in->opts->unknown_given ||
		reader_is_keyed(&in->part->reader))
		return 0;
	for (size_t k = 0; k < given->n; k++)
		if (schema_find(&c->raw, given->col[k].name) < 0 &&
			strcmp(given->col[k].name, "time") != 0 &&
			schema_add(&c->raw, given->col[k].name, NULL, f))
			return -1;
	if (c->raw.n == n)
		return 0;
	in->part->place = mem_zero(n + 1, sizeof *in->part->place);
	for (size_t i = 0; i < n; i++)
		in->part->place[i] = i;
	return 0;
}

/* As many as there can ever be, where they can become more. */
static void make_arrays(struct columns *c, bool grow)
{
	size_t room = (grow ? SCHEMA_COLUMNS_MAX : c->raw.n) + 1;

	c->type = mem_zero(room, sizeof(struct type *));
	c->exact = mem_zero(room, sizeof *c->exact);
	c->untyped = mem_zero(room, sizeof *c->untyped);
	c->nested = mem_zero(room, sizeof *c->nested);
	c->strings = mem_zero(room, sizeof *c->strings);
	c->pending = mem_zero(room, sizeof *c->pending);
	c->order = mem_zero(room, sizeof *c->order);
	c->dropped = mem_zero(room, sizeof *c->dropped);
}

int columns_open(struct input *in, struct record *r, struct fail *f)
{
	struct columns *c = &in->columns;

	if (expect_columns(in, f) ||
		(reader_is_keyed(&in->part->reader) && (sample(in, f) || forget_time(in, f))))
		return -1;
	if (check_document(in, f))
		return -1;
	make_arrays(c, in->opts->unknown_keys == UNKNOWN_ADD);
	in->record = r;
	if (name_and_type(in, r, f) || added_fill(in, f))
		return -1;
	input_rewind(in);
	return 0;
}
