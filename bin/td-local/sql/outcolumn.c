#include "sql/outcolumn.h"
#include "base/mem.h"
#include "store/value.h"
#include "sql/vtab.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool plain_name(const char *s)
{
	static const char *const words[] = { "null", "true", "false", "current_time",
		"current_date", "current_timestamp" };

	if (!isalpha((unsigned char)*s) && *s != '_')
		return false;
	for (const char *p = s; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '_')
			return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcasecmp(s, words[i]) == 0)
			return false;
	return true;
}

/* SQLite calls a column without a name by its text; TD's engines by its number. */
static char *result_name(sqlite3_stmt *q, int i, const struct dialect *d, bool hive)
{
	const char *name = sqlite3_column_name(q, i);
	bool own = name &&
		(plain_name(name) || sqlite3_column_origin_name(q, i) || dialect_names(d, name));

	return own ? mem_string(name) : mem_printf(hive ? "_c%d" : "_col%d", i);
}

static bool is_nested(const char *type)
{
	return strncmp(type, "array", 5) == 0 || strncmp(type, "map", 3) == 0;
}

static bool is_real(const char *type)
{
	return strcmp(type, "double") == 0 || strcmp(type, "real") == 0 ||
		strcmp(type, "float") == 0;
}

static bool is_whole(const char *type)
{
	return strcmp(type, "bigint") == 0 || strcmp(type, "integer") == 0 ||
		strcmp(type, "int") == 0 || strcmp(type, "smallint") == 0 ||
		strcmp(type, "tinyint") == 0;
}

struct out_column *outcolumn_all(sqlite3_stmt *q, int n, const struct dialect *d, bool hive)
{
	struct out_column *c = mem_zero((size_t)n + 1, sizeof *c);

	for (int i = 0; i < n; i++) {
		const char *type = sqlite3_column_decltype(q, i), *name = sqlite3_column_name(q, i);

		c[i].said = !type;
		if (!type && name)
			type = dialect_type(d, name);
		c[i].name = result_name(q, i, d, hive);
		c[i].type = type ? mem_string(type) : NULL;
		c[i].nested = type && is_nested(type);
		c[i].real = type && is_real(type);
		c[i].boolean = type && c[i].said && strcmp(type, "boolean") == 0;
	}
	return c;
}

/* The type of a column that has none declared: what its values say; varchar if there are none. */
static char *seen_type(const struct out_column *c, bool hive)
{
	const char *text = hive ? "string" : "varchar";
	char *inner, *type;

	if (!c->inner || c->saw_text || c->saw_int || c->saw_real)
		return mem_string(c->saw_text || c->inner ? text
				: c->saw_real             ? "double"
				: c->saw_int              ? "bigint"
							  : text);
	inner = column_types_type(c->inner, 0);
	type = vtab_type(inner, hive);
	free(inner);
	return type;
}

char *outcolumn_schema(const struct out_column *c, int n, bool hive)
{
	json_t *all = json_array();
	char *text;

	for (int i = 0; i < n; i++) {
		char *type = c[i].type ? mem_string(c[i].type) : seen_type(&c[i], hive);

		json_array_append_new(all, json_pack("[ss]", c[i].name, type));
		free(type);
	}
	text = json_dumps(all, 0);
	json_decref(all);
	return text;
}

static int put_text(struct buf *b, struct out_column *c, const char *p, size_t n, bool json)
{
	json_t *j = json ? json_loadb(p, n, JSON_DECODE_ANY, NULL) : NULL;
	bool nested = json_is_array(j) || json_is_object(j);
	size_t start = b->len;
	int rc = nested ? value_put_json(b, j) : value_put_str(b, p, n);

	json_decref(j);
	c->saw_text |= !nested;
	if (!rc && nested && !c->type) {
		if (!c->inner)
			c->inner = mem_zero(1, sizeof *c->inner);
		column_types_note(c->inner, 0, b->p + start, b->p + b->len);
	}
	return rc;
}

int outcolumn_put(struct buf *b, struct out_column *c, sqlite3_stmt *q, int i)
{
	bool json;

	switch (sqlite3_column_type(q, i)) {
	case SQLITE_INTEGER:
		c->saw_int = true;
		c->saw_other |= sqlite3_column_int64(q, i) >> 1 != 0;
		if (c->boolean)
			return value_put_bool(b, sqlite3_column_int64(q, i) != 0);
		return c->real ? value_put_double(b, sqlite3_column_double(q, i))
			       : value_put_int(b, sqlite3_column_int64(q, i));
	case SQLITE_FLOAT:
		c->saw_real = true;
		return value_put_double(b, sqlite3_column_double(q, i));
	case SQLITE_NULL:
		return value_put_nil(b);
	default:
		json = c->nested ||
			(!c->type &&
				sqlite3_value_subtype(sqlite3_column_value(q, i)) == VTAB_JSON);
		return put_text(b, c, sqlite3_column_blob(q, i), (size_t)sqlite3_column_bytes(q, i),
			json);
	}
}

/* Do the values deny what the statement says? */
static bool denied(const struct out_column *c)
{
	if (!c->said || !c->type)
		return false;
	if (c->boolean || is_whole(c->type))
		return c->saw_text || c->saw_real || c->inner || (c->boolean && c->saw_other);
	if (c->nested)
		return c->saw_int || c->saw_real || c->saw_text;
	return c->real ? c->saw_text || c->inner : c->saw_int || c->saw_real || c->inner;
}

bool outcolumn_mixed(struct out_column *c, int n)
{
	bool any = false;

	for (int i = 0; i < n; i++) {
		if (denied(&c[i])) {
			free(c[i].type);
			c[i].type = NULL;
			c[i].nested = c[i].real = c[i].boolean = false;
			any = true;
		}
		if (!c[i].real && c[i].saw_int && c[i].saw_real && !c[i].saw_text)
			any = c[i].real = true;
	}
	return any;
}

void outcolumn_free(struct out_column *c, int n)
{
	for (int i = 0; i < n; i++) {
		free(c[i].name);
		free(c[i].type);
		free(c[i].inner);
	}
	free(c);
}
