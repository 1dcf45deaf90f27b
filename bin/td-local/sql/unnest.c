#include "sql/unnest.h"
#include "sql/functions.h"
#include "base/mem.h"
#include "sql/words.h"

#include <stdlib.h>
#include <string.h>

enum { ARGS_MAX = 8 };

struct table {
	sqlite3_vtab base;
	const json_t *names; /* of the visible columns */
	int position;        /* which of them counts the rows, or -1 */
	bool hive;           /* it counts from 0 */
};

struct cursor {
	sqlite3_vtab_cursor base;
	json_t *column[2 * ARGS_MAX];
	int columns;
	size_t row, rows;
};

static int on_create(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out,
	char **err)
{
	const json_t *one = json_array_get(aux, argc > 3 ? strtoul(argv[3], NULL, 10) : 0),
		     *names = json_array_get(one, 1);
	struct table *t;
	struct buf b;
	int rc;

	(void)err;
	buf_init(&b, 1 << 20);
	buf_puts(&b, "CREATE TABLE x (");
	for (size_t i = 0; i < json_array_size(names); i++) {
		words_put_name(&b, json_string_value(json_array_get(names, i)));
		buf_puts(&b, ", ");
	}
	for (int i = 0; i < ARGS_MAX; i++)
		buf_printf(&b, "%s\"\x01%d\" HIDDEN", i ? ", " : "", i);
	buf_puts(&b, ")");
	rc = sqlite3_declare_vtab(db, buf_text(&b));
	buf_free(&b);
	if (rc != SQLITE_OK)
		return rc;
	t = mem_zero(1, sizeof *t);
	t->names = names;
	t->position = (int)json_integer_value(json_array_get(one, 0));
	t->hive = t->position == 0;
	*out = &t->base;
	return SQLITE_OK;
}

static int on_destroy(sqlite3_vtab *base)
{
	free(base);
	return SQLITE_OK;
}

/* The hidden columns are the arguments; all that are given have to be known. */
static int on_plan(sqlite3_vtab *base, sqlite3_index_info *i)
{
	int visible = (int)json_array_size(((struct table *)base)->names);

	for (int k = 0; k < i->nConstraint; k++) {
		int arg = i->aConstraint[k].iColumn - visible;

		if (arg < 0 || i->aConstraint[k].op != SQLITE_INDEX_CONSTRAINT_EQ)
			continue;
		if (!i->aConstraint[k].usable)
			return SQLITE_CONSTRAINT;
		i->aConstraintUsage[k].argvIndex = arg + 1;
		i->aConstraintUsage[k].omit = 1;
	}
	i->estimatedCost = 10;
	i->estimatedRows = 10;
	return SQLITE_OK;
}

static int on_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
	struct cursor *c = mem_zero(1, sizeof *c);

	(void)base;
	*out = &c->base;
	return SQLITE_OK;
}

static void forget(struct cursor *c)
{
	while (c->columns > 0)
		json_decref(c->column[--c->columns]);
	c->row = c->rows = 0;
}

static int on_close(sqlite3_vtab_cursor *base)
{
	forget((struct cursor *)base);
	free(base);
	return SQLITE_OK;
}

static void add_column(struct cursor *c, json_t *column)
{
	size_t n = json_array_size(column);

	c->column[c->columns++] = column;
	c->rows = n > c->rows ? n : c->rows;
}

/* An array is a column, a map is two. */
static int add(struct cursor *c, sqlite3_value *v)
{
	json_t *j = functions_json(v), *keys, *values, *one;
	const char *key;

	if (json_is_object(j)) {
		keys = json_array();
		values = json_array();
		json_object_foreach(j, key, one) {
			json_array_append_new(keys, json_string(key));
			json_array_append(values, one);
		}
		json_decref(j);
		add_column(c, keys);
		add_column(c, values);
	} else if (json_is_array(j) || sqlite3_value_type(v) == SQLITE_NULL) {
		add_column(c, j);
	} else {
		json_decref(j);
		return -1;
	}
	return 0;
}

static int on_filter(sqlite3_vtab_cursor *base, int plan, const char *text, int argc,
	sqlite3_value **argv)
{
	struct cursor *c = (struct cursor *)base;

	(void)plan;
	(void)text;
	forget(c);
	for (int i = 0; i < argc && i < ARGS_MAX; i++)
		if (add(c, argv[i])) {
			sqlite3_free(base->pVtab->zErrMsg);
			base->pVtab->zErrMsg =
				sqlite3_mprintf("Cannot unnest what is no array and no map");
			return SQLITE_ERROR;
		}
	return SQLITE_OK;
}

static int on_next(sqlite3_vtab_cursor *base)
{
	((struct cursor *)base)->row++;
	return SQLITE_OK;
}

static int on_eof(sqlite3_vtab_cursor *base)
{
	const struct cursor *c = (struct cursor *)base;

	return c->row >= c->rows;
}

static int on_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
	*out = (sqlite3_int64)((struct cursor *)base)->row;
	return SQLITE_OK;
}

static int on_column(sqlite3_vtab_cursor *base, sqlite3_context *x, int i)
{
	const struct table *t = (struct table *)base->pVtab;
	struct cursor *c = (struct cursor *)base;
	int k = i - (t->position >= 0 && i > t->position);

	if (i == t->position)
		sqlite3_result_int64(x, (sqlite3_int64)c->row + !t->hive);
	else if (k < c->columns)
		functions_result_element(x, json_array_get(c->column[k], c->row));
	return SQLITE_OK;
}

static const sqlite3_module module = {
	.iVersion = 1,
	.xCreate = on_create,
	.xConnect = on_create,
	.xBestIndex = on_plan,
	.xDisconnect = on_destroy,
	.xDestroy = on_destroy,
	.xOpen = on_open,
	.xClose = on_close,
	.xFilter = on_filter,
	.xNext = on_next,
	.xEof = on_eof,
	.xColumn = on_column,
	.xRowid = on_rowid,
};

int unnest_create(sqlite3 *db, const char *main, const json_t *all, struct fail *f)
{
	int rc = sqlite3_create_module(db, "td_unnest", &module, (void *)(uintptr_t)all);

	for (size_t i = 0; i < json_array_size(all) && rc == SQLITE_OK; i++) {
		char *sql = sqlite3_mprintf(
			"CREATE VIRTUAL TABLE \"%w\".unnest_%d USING td_unnest (%d)", main, (int)i,
			(int)i);

		rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
		sqlite3_free(sql);
	}
	return rc == SQLITE_OK ? 0 : fail_set(f, FAIL_DATA, "UNNEST: %s", sqlite3_errmsg(db));
}
