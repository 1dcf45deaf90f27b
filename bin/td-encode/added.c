/* added: columns that are not in the input, --add-column NAME=VALUE and --filename-column NAME. */
#include "encode.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "value/colspec.h"

#include <stdlib.h>

char *added_value(const struct input *in, size_t i, struct fail *f)
{
	const char *value = in->opts->add_value[i], *path = origin_path(&in->origin);

	if (*value != '@')
		return mem_string(value);
	if (value[1] == '@')
		return mem_string(value + 1);
	if (strcmp(value, "@now") == 0)
		return mem_printf("%lld", (long long)in->opts->started);
	if (!utf8_is(path, strlen(path))) {
		fail_set(f, FAIL_DATA, "the name of a file is not UTF-8, and so is not a value");
		return NULL;
	}
	return mem_string(path);
}

/* The type that was given, or the one that its value has as text of CSV. */
static struct type *type_of(const struct input *in, const struct column *add, const char *value,
	struct fail *f)
{
	const struct cell cell = { .p = value, .n = strlen(value), .kind = CELL_TEXT };
	struct infer seen = { .decimal = 0 };

	if (add->type)
		return type_parse(add->type, f);
	if (in->opts->all_string)
		return type_new(TYPE_STRING);
	infer_cell(&seen, &cell);
	return type_new(infer_kind(&seen));
}

static int check_name(const struct input *in, const char *name, struct fail *f)
{
	const struct columns *c = &in->columns;

	for (size_t k = 0; k < c->ordered; k++)
		if (strcmp(c->names.col[c->order[k]].name, name) == 0)
			return fail_set(f, FAIL_DATA, "%s: there is a column '%.200s' already: "
				"--add-column needs another name, or --rename", input_name(in),
				name);
	return 0;
}

static int add_value(struct input *in, size_t i, struct fail *f)
{
	const struct column *add = &in->opts->add.col[i];
	char *value = added_value(in, i, f);
	struct cell cell = { .p = value, .n = value ? strlen(value) : 0, .kind = CELL_TEXT };
	int rc = -1;

	if (value && !in->added[i])
		in->added[i] = type_of(in, add, value, f);
	if (value && in->added[i])
		rc = record_constant(in->record, add->name, in->added[i], &cell)
			? fail_set(f, FAIL_DATA, "--add-column %s: '%.200s' does not fit its type",
				  add->name, value)
			: 0;
	free(value);
	return rc;
}

int added_fill(struct input *in, struct fail *f)
{
	size_t n = in->opts->add.n;

	if (n > 0 && !in->added)
		in->added = mem_zero(n, sizeof(struct type *));
	record_no_constants(in->record);
	for (size_t i = 0; i < n; i++)
		if (check_name(in, in->opts->add.col[i].name, f) || add_value(in, i, f))
			return -1;
	record_begin(in->record);
	return 0;
}

void added_describe(const struct input *in, struct schema *s, struct fail *f)
{
	for (size_t i = 0; in->added && i < in->opts->add.n; i++) {
		char *type = type_text(in->added[i]);

		schema_add(s, in->opts->add.col[i].name, type, f);
		free(type);
	}
}

void added_free(struct input *in)
{
	for (size_t i = 0; in->added && i < in->opts->add.n; i++)
		type_free(in->added[i]);
	free(in->added);
}
