#include "outcolumn.h"
#include "mem.h"
#include "value.h"
#include "vtab.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool plain_name(const char *s)
{
	static const char *const words[] = { "null", "true", "false", "current_time", "current_date", "current_timestamp" };

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
static char *result_name(sqlite3_stmt *q, int i, const char *sql, bool hive)
{
	const char *name = sqlite3_column_name(q, i);
	char *quoted = name ? mem_printf("\"%s\"", name) : NULL;
	bool own = name && (plain_name(name) || sqlite3_column_origin_name(q, i) || strstr(sql, quoted));

	free(quoted);
	return own ? mem_string(name) : mem_printf(hive ? "_c%d" : "_col%d", i);
}

struct out_column *outcolumn_all(sqlite3_stmt *q, int n, const char *sql, bool hive)
{
	struct out_column *c = mem_zero((size_t)n + 1, sizeof *c);

	for (int i = 0; i < n; i++) {
		const char *type = sqlite3_column_decltype(q, i);

		c[i].name = result_name(q, i, sql, hive);
		c[i].type = type ? mem_string(type) : NULL;
		c[i].nested = type && (strncmp(type, "array", 5) == 0 || strncmp(type, "map", 3) == 0);
		c[i].real = type && (strcmp(type, "double") == 0 || strcmp(type, "real") == 0 || strcmp(type, "float") == 0);
	}
	return c;
}

/* The type of a column that has none declared: what its values say; varchar if there are none. */
static char *seen_type(const struct out_column *c, bool hive)
{
	const char *text = hive ? "string" : "varchar";
	char *inner, *type;

	if (!c->inner || c->saw_text || c->saw_int || c->saw_real)
		return mem_string(c->saw_text || c->inner ? text : c->saw_real ? "double" : c->saw_int ? "bigint" : text);
	inner = detected_type(c->inner, 0);
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
		detected_note(c->inner, 0, b->p + start, b->p + b->len);
	}
	return rc;
}

int outcolumn_put(struct buf *b, struct out_column *c, sqlite3_stmt *q, int i)
{
	bool json;

	switch (sqlite3_column_type(q, i)) {
	case SQLITE_INTEGER:
		c->saw_int = true;
		return c->real ? value_put_double(b, sqlite3_column_double(q, i)) : value_put_int(b, sqlite3_column_int64(q, i));
	case SQLITE_FLOAT:
		c->saw_real = true;
		return value_put_double(b, sqlite3_column_double(q, i));
	case SQLITE_NULL:
		return value_put_nil(b);
	default:
		json = c->nested || sqlite3_value_subtype(sqlite3_column_value(q, i)) == VTAB_JSON;
		return put_text(b, c, sqlite3_column_blob(q, i), (size_t)sqlite3_column_bytes(q, i), json);
	}
}

bool outcolumn_mixed(struct out_column *c, int n)
{
	bool any = false;

	for (int i = 0; i < n; i++) {
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
