#include "encode.h"

#include "value/colname.h"
#include "base/die.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <stdlib.h>

/* --- the sample */

static int add_key(struct input *in, const char *p, size_t n, struct fail *f)
{
	char *name = mem_copy(p, n);
	int rc = utf8_text(p, n) < n
		? fail_set(f, FAIL_DATA, "the name of column %zu is not UTF-8%s", in->names.n + 1,
			  memchr(p, '\0', n) ? ": a NUL byte" : "")
		: schema_add(&in->names, name, NULL, f);

	free(name);
	return rc ? fail_at(f, "%s", input_name(in)) : 0;
}

/* Columns that the last row brought along. */
static int grow(struct input *in, size_t *known, struct fail *f)
{
	size_t n = in->keys.n > in->names.n ? in->keys.n : in->names.n;

	while (in->names.n < n)
		if (add_key(in, keys_name(&in->keys, in->names.n), in->keys.key[in->names.n].len,
			    f))
			return -1;
	if (n > *known) {
		in->seen = mem_resize(in->seen, n, sizeof *in->seen);
		memset(in->seen + *known, 0, (n - *known) * sizeof *in->seen);
		*known = n;
	}
	return 0;
}

/* Not an object, or a map. */
static bool is_array(const struct row *row)
{
	unsigned char c = (unsigned char)row->raw[0];

	return c == '[' || (c & 0xf0) == 0x90 || c == 0xdc || c == 0xdd;
}

static int see(struct input *in, const struct row *row, size_t *known, struct fail *f)
{
	if (grow(in, known, f))
		return -1;
	for (size_t i = 0; i < row->n; i++)
		if (!cell_is_null(&in->opts->nulls, &row->cell[i]))
			infer_cell(&in->seen[i], &row->cell[i]);
	in->sampled++;
	in->listed |= is_array(row);
	return 0;
}

static int sample(struct input *in, struct fail *f)
{
	enum row_result rc;
	struct row row;
	size_t known = 0;

	if (grow(in, &known, f))
		return -1;
	while ((rc = row_next(in->rows, &row, f)) != ROW_END) {
		if (rc == ROW_FAILED || (rc == ROW_BAD && !in->opts->rejects))
			return -1;
		f->kind = FAIL_NONE; /* a bad row is set aside when its turn comes */
		if (rc == ROW_GOOD && see(in, &row, &known, f))
			return -1;
	}
	return 0;
}

/* --- names */

static bool was_there(const struct input *in, size_t i)
{
	return in->seen[i].values > in->seen[i].none;
}

/*
 * Is this what a key of the rows will be called that --columns does not call by its own name?
 * there: the keys of the rows, as they are made legal, of which the first `given` are named by
 * --columns.
 */
static bool is_final_name(const struct opts *o, const struct schema *there, size_t given,
	const char *name)
{
	bool other_time = o->time_given || (o->time_column && strcmp(o->time_column, "time") != 0);

	for (size_t i = 0; i < o->rename.n; i++)
		if (strcmp(o->rename.col[i].type, name) == 0 &&
			schema_find(&o->columns, o->rename.col[i].name) < 0)
			return true;
	return schema_find(there, other_time && strcmp(name, "time_") == 0 ? "time" : name) >=
		(long)given;
}

/*
 * The user may call columns by the names that they will get, and list the time that every table
 * has: where no row has such a name it is no key. Of rows that are arrays every name is that of a
 * column.
 */
static int forget_names(struct input *in, struct fail *f)
{
	struct schema there = { 0 }, all = in->names;
	struct fail ignored = { 0 }; /* a name that is too long is found again */
	size_t given = 0;
	int rc = 0;

	if (in->listed || in->sampled == 0)
		return 0;
	for (size_t i = 0; i < all.n && rc == 0; i++)
		if (was_there(in, i)) {
			rc = schema_add(&there, all.col[i].name, NULL, f);
			given += i < in->opts->columns.n;
		}
	colname_make_all(&there, &ignored);
	in->names = (struct schema){ 0 };
	keys_free(&in->keys);
	keys_init(&in->keys);
	for (size_t i = 0; i < all.n && rc == 0; i++) {
		const char *name = all.col[i].name;

		if (!was_there(in, i) &&
			(strcmp(name, "time") == 0 || is_final_name(in->opts, &there, given, name)))
			continue;
		in->seen[in->names.n] = in->seen[i];
		rc = schema_add(&in->names, name, NULL, f);
		keys_find(&in->keys, name, strlen(name));
	}
	schema_free(&there);
	schema_free(&all);
	return rc;
}

/* The index of the column that the user calls `name`: by its legal name, or as it came. */
static long find(const struct input *in, const char *name)
{
	long i = schema_find(&in->names, name);

	return i >= 0 ? i : schema_find(&in->raw, name);
}

/*
 * The same where --columns or --schema say it: what --preview prints of rows is their own name,
 * whatever others get.
 */
static long find_given(const struct input *in, const char *name)
{
	long i = input_has_own_names(in) ? schema_find(&in->raw, name) : -1;

	return i >= 0 ? i : find(in, name);
}

static int no_column(struct input *in, const char *option, const char *name, struct fail *f)
{
	return fail_set(f, FAIL_DATA, "%s: there is no column '%s' (%s)", input_name(in), name,
		option);
}

static void say_renamed(const struct input *in)
{
	enum { SAID = 8 };
	struct buf b;
	size_t n = 0;

	buf_init(&b, 1 << 16);
	for (size_t i = 0; i < in->raw.n; i++) {
		if (strcmp(in->raw.col[i].name, in->names.col[i].name) == 0)
			continue;
		if (n < SAID)
			buf_printf(&b, "%s'%.40s' is %s", n ? ", " : "", in->raw.col[i].name,
				in->names.col[i].name);
		n++;
	}
	if (n > SAID)
		buf_printf(&b, ", and %zu more", n - SAID);
	if (n > 0)
		warn("column names made legal: %s", buf_text(&b));
	buf_free(&b);
}

static int rename_columns(struct input *in, struct fail *f)
{
	const struct schema *renames = &in->opts->rename;

	for (size_t k = 0; k < renames->n; k++) {
		long i = find(in, renames->col[k].name),
		     other = schema_find(&in->names, renames->col[k].type);

		if (i < 0)
			return no_column(in, "--rename", renames->col[k].name, f);
		if (other >= 0 && other != i)
			return fail_set(f, FAIL_DATA,
				"%s: --rename %s=%s: there is a column of that name already",
				input_name(in), renames->col[k].name, renames->col[k].type);
		colname_rename(&in->names, (size_t)i, renames->col[k].type);
	}
	return 0;
}

/* Which columns become part of the record, in which order: in->order[0..ordered). */
static int choose_columns(struct input *in, struct fail *f)
{
	const struct schema *select = &in->opts->select, *drop = &in->opts->drop;

	for (size_t k = 0; k < select->n; k++) {
		long i = find(in, select->col[k].name);

		if (i < 0)
			return no_column(in, "--select", select->col[k].name, f);
		if (in->dropped[i])
			return fail_set(f, FAIL_DATA, "%s: --select: '%s' twice", input_name(in),
				select->col[k].name);
		in->order[in->ordered++] = (size_t)i;
		in->dropped[i] = true; /* it has its place */
	}
	for (size_t k = 0; k < drop->n; k++) {
		long i = find(in, drop->col[k].name);

		if (i < 0)
			return no_column(in, "--drop", drop->col[k].name, f);
		in->dropped[i] = true;
	}
	for (size_t i = 0; i < in->names.n && select->n == 0; i++)
		if (!in->dropped[i])
			in->order[in->ordered++] = i;
	return 0;
}

/* Which cell holds the time, if any; a column `time` that does not is called time_ instead. */
static int choose_time(struct input *in, struct record *r, struct fail *f)
{
	const struct opts *o = in->opts;
	long own = schema_find(&in->names, "time");

	r->time = o->time;
	r->time_rules = o->time_rules;
	r->time_cell = -1;
	if (o->time_column) {
		r->time_cell = find(in, o->time_column);
		if (r->time_cell < 0)
			return no_column(in, "--time-column", o->time_column, f);
	} else if (!o->time_given && own >= 0 && (o->select.n > 0 || !in->dropped[own])) {
		r->time_cell = own;
	}
	if (r->time_cell >= 0)
		r->time_name = mem_string(in->names.col[r->time_cell].name);
	if (own >= 0 && own != r->time_cell)
		colname_rename(&in->names, (size_t)own, "time_");
	return 0;
}

/* --- types */

/* Types that the user gave. */
static int given_types(struct input *in, struct fail *f)
{
	const struct schema *given = &in->opts->columns;

	for (size_t k = 0; k < given->n; k++) {
		long i = find_given(in, given->col[k].name);

		if (i < 0 && strcmp(given->col[k].name, "time") == 0)
			continue; /* a schema may list what every table has */
		if (i < 0)
			return no_column(in, "--columns", given->col[k].name, f);
		if (!given->col[k].type)
			continue;
		type_free(in->type[i]);
		in->type[i] = type_parse(given->col[k].type, f);
		if (!in->type[i])
			return -1;
	}
	return 0;
}

/* Is there a column of CSV whose type only a sample can tell? */
static bool needs_sample(const struct input *in)
{
	bool untyped = false;

	for (size_t i = 0; i < in->names.n; i++)
		untyped |= !in->type[i];
	return untyped && in->rows == &in->csv.rowin && !in->opts->all_string;
}

static int other_types(struct input *in, struct fail *f)
{
	if (needs_sample(in) && sample(in, f))
		return -1;
	for (size_t i = 0; i < in->names.n; i++) {
		const char *engine =
			in->format == FORMAT_FRAME ? in->frame.head.schema.col[i].type : NULL;

		if (in->type[i])
			continue;
		in->exact[i] = !engine;
		if (in->opts->all_string)
			in->type[i] = type_new(TYPE_STRING);
		else if (engine)
			in->type[i] = type_of_engine(engine);
		else if (in->seen)
			in->type[i] = type_new(infer_kind(&in->seen[i]));
		else
			return fail_set(f, FAIL_DATA,
				"%s: column %zu '%s' has no type: say it with --columns",
				input_name(in), i + 1, in->names.col[i].name);
	}
	for (size_t i = 0; i < in->names.n; i++) {
		in->nested[i] = in->type[i]->kind == TYPE_ARRAY || in->type[i]->kind == TYPE_MAP;
		in->strings[i] = in->type[i]->kind == TYPE_STRING;
	}
	return 0;
}

static void fill_record(struct input *in, struct record *r)
{
	r->nulls = in->opts->nulls.n > 0 ? &in->opts->nulls : NULL;
	for (size_t k = 0; k < in->ordered; k++) {
		size_t i = in->order[k];

		if (strcmp(in->names.col[i].name, "time") == 0)
			continue;
		record_add(r, in->names.col[i].name, in->type[i], in->exact[i], i);
		in->type[i] = NULL; /* the record's now */
	}
	record_begin(r);
}

static int name_and_type(struct input *in, struct record *r, struct fail *f)
{
	if (colname_make_all(&in->names, f))
		return fail_at(f, "%s", input_name(in));
	say_renamed(in);
	if (rename_columns(in, f) || choose_columns(in, f) || choose_time(in, r, f) ||
	    given_types(in, f) || other_types(in, f))
		return -1;
	fill_record(in, r);
	return 0;
}

int columns_open(struct input *in, struct record *r, struct fail *f)
{
	int rc;

	if (input_is_keyed(in) && (sample(in, f) || forget_names(in, f)))
		return -1;
	keys_close(&in->keys);
	in->type = mem_zero(in->names.n + 1, sizeof(struct type *));
	in->exact = mem_zero(in->names.n + 1, sizeof *in->exact);
	in->nested = mem_zero(in->names.n + 1, sizeof *in->nested);
	in->strings = mem_zero(in->names.n + 1, sizeof *in->strings);
	in->order = mem_zero(in->names.n + 1, sizeof *in->order);
	in->dropped = mem_zero(in->names.n + 1, sizeof *in->dropped);
	rc = schema_copy(&in->raw, &in->names, f) || name_and_type(in, r, f) ? -1 : 0;
	if (rc == 0)
		input_rewind(in);
	return rc;
}
