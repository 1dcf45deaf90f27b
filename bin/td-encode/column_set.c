/* column_set: the names of columns in the record, and columns that come after the first rows. */
#include "encode.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "value/sqlname.h"

#include <stdlib.h>

void column_set_name(struct columns *c, size_t i, const char *name)
{
	free(c->names.col[i].name);
	c->names.col[i].name = mem_string(name);
}

/* The name that column i has without --rename, into b; empty: as it is. */
static int default_name(struct input *in, size_t i, struct buf *b, struct fail *f)
{
	const char *name = in->columns.names.col[i].name;

	b->len = 0;
	if (in->opts->sql_names && sqlname_make(b, name, i))
		return fail_set(f, FAIL_DATA, "%s: the name of column %zu is too long",
			input_name(in), i + 1);
	else if (!*name)
		buf_printf(b, "_c%zu", i);
	else if (strcmp(name, "v") == 0)
		buf_puts(b, "v_"); /* v is reserved */
	return 0;
}

int column_set_name_from(struct input *in, size_t i, struct fail *f)
{
	struct columns *c = &in->columns;
	struct buf b;

	buf_init(&b, 4 << 20);
	for (; i < c->raw.n && !f->kind; i++)
		if (schema_add(&c->names, c->raw.col[i].name, NULL, f) == 0 &&
			default_name(in, i, &b, f) == 0 && b.len > 0)
			column_set_name(c, i, buf_text(&b));
	buf_free(&b);
	return f->kind ? -1 : 0;
}

int column_set_clash(const struct input *in, size_t i, size_t k, struct fail *f)
{
	const struct columns *c = &in->columns;
	const char *a = c->raw.col[i].name, *b = c->raw.col[k].name;

	if (strcmp(a, b) != 0)
		return fail_set(f, FAIL_DATA, "%s: columns %zu '%.100s' and %zu '%.100s' would "
			"both be '%.100s': --rename one of them", input_name(in), i + 1, a, k + 1,
			b, c->names.col[i].name);
	return fail_set(f, FAIL_DATA, "%s: columns %zu and %zu are both called '%.200s': %s",
		input_name(in), i + 1, k + 1, a,
		in->part->reader.format == FORMAT_FRAME ?
			"give one of them another name in the query (AS)" :
			"name all columns with --skip-lines 1 --no-header --columns NAME,...");
}

bool column_set_uses(const struct input *in, size_t i)
{
	const struct columns *c = &in->columns;
	size_t k = 0;

	while (k < c->ordered && c->order[k] != i)
		k++;
	return k < c->ordered || in->record->time_cell == (long)i;
}

/* --- columns that come later */

static int check_new(struct input *in, size_t i, struct fail *f)
{
	const struct columns *c = &in->columns;
	const char *name = c->names.col[i].name;

	if (strlen(name) > SCHEMA_NAME_MAX || utf8_text(name, strlen(name)) < strlen(name))
		return fail_set(f, FAIL_DATA, "%s: a key that is not a column name: UTF-8, up to "
			"%d bytes", input_name(in), SCHEMA_NAME_MAX);
	for (size_t k = 0; k < i; k++)
		if (strcmp(c->names.col[k].name, name) == 0 && column_set_uses(in, k))
			return column_set_clash(in, k, i, f);
	if (schema_find(&in->opts->add, name) >= 0)
		return fail_set(f, FAIL_DATA, "%s: a column '%.200s' comes, which "
			"--add-column adds", input_name(in), name);
	return 0;
}

static void record_column(struct input *in, size_t i, enum type_kind kind)
{
	struct columns *c = &in->columns;

	c->exact[i] = true;
	c->strings[i] = kind == TYPE_STRING;
	record_add(in->record, c->names.col[i].name, c->raw.col[i].name, type_new(kind), true, i);
	record_begin(in->record);
}

int column_set_add(struct input *in, const char *name, struct fail *f)
{
	struct columns *c = &in->columns;
	size_t i = c->raw.n;

	if (schema_add(&c->raw, name, NULL, f) || column_set_name_from(in, i, f))
		return -1;
	if (strcmp(c->names.col[i].name, "time") == 0)
		column_set_name(c, i, "time_");
	if (check_new(in, i, f))
		return -1;
	c->order[c->ordered++] = i;
	if (in->opts->all_string) {
		record_column(in, i, TYPE_STRING);
		return 0;
	}
	c->pending[i] = true;
	c->waiting++;
	return 0;
}

int column_set_see(struct input *in, const struct row *row, struct fail *f)
{
	struct columns *c = &in->columns;
	const struct keys *keys = &in->part->reader.keys;

	while (reader_is_keyed(&in->part->reader) && c->raw.n < keys->n) {
		char *name = mem_copy(keys_name(keys, c->raw.n), keys->key[c->raw.n].len);
		int rc = column_set_add(in, name, f);

		free(name);
		if (rc)
			return -1;
	}
	for (size_t i = 0; c->waiting > 0 && i < row->n; i++) {
		struct infer one = { .decimal = in->opts->decimal };

		if (!c->pending[i] || cell_is_null(&in->opts->nulls, &row->cell[i]))
			continue;
		infer_cell(&one, &row->cell[i]);
		if (infer_is_empty(&one))
			continue;
		c->pending[i] = false;
		c->waiting--;
		record_column(in, i, infer_kind(&one));
	}
	return 0;
}

void column_set_free(struct columns *c)
{
	for (size_t i = 0; c->type && i < c->raw.n; i++)
		type_free(c->type[i]);
	free(c->type);
	free(c->exact);
	free(c->untyped);
	free(c->nested);
	free(c->strings);
	free(c->seen);
	free(c->order);
	free(c->dropped);
	free(c->pending);
	schema_free(&c->names);
	schema_free(&c->raw);
}
