/* JSON functions of Presto, and Hive's get_json_object(). What is not JSON is NULL, but for
 * json_parse(). */
#include "sql/functions/lib.h"
#include "sql/json.h"

/* --- paths: the last one is kept */

struct kept {
	struct json_path path;
	char *text;
	size_t n;
};

static void drop(void *p)
{
	struct kept *k = p;

	json_path_free(&k->path);
	free(k->text);
	free(k);
}

static const struct json_path *path_of(struct call *c, const struct datum *v)
{
	struct kept *k = c->own;
	enum json_path_result r;

	if (k && k->n == v->n && memcmp(k->text, v->p, k->n) == 0)
		return &k->path;
	if (k)
		drop(k);
	c->own = NULL;
	k = calloc(1, sizeof *k);
	if (!k || !(k->text = malloc(v->n + 1)))
		abort();
	memcpy(k->text, v->p, k->n = v->n);
	r = json_path(&k->path, k->text, k->n);
	if (r == JSON_PATH_GOOD) {
		c->own = k;
		c->own_free = drop;
		return &k->path;
	}
	drop(k);
	if (r == JSON_PATH_WILD)
		call_refuse(c, "JSON path '%.*s'", (int)(v->n < 200 ? v->n : 200), v->p);
	else if (!lib_is_hive(c))
		call_error(c, "Invalid JSON path: '%.*s'", (int)(v->n < 200 ? v->n : 200), v->p);
	return NULL;
}

/* --- texts of tokens */

static void set_token(struct call *c, const struct json_token *t, struct datum *out)
{
	static const char *const words[] = { "null", "false", "true" };
	struct buf b;

	buf_init(&b, CALL_VALUE_MAX);
	call_text(c, &b,
		t->kind == JSON_STRING	       ? json_unescape(&b, t->p, t->n)
			: t->kind <= JSON_TRUE ? buf_puts(&b, words[t->kind])
					       : buf_put(&b, t->p, t->n),
		out);
}

/* A whole value as JSON; bad: NULL. */
static void set_copy(struct call *c, struct json j, bool sorted, struct datum *out)
{
	struct buf b;

	buf_init(&b, CALL_VALUE_MAX);
	if (json_copy(&b, &j, sorted))
		buf_free(&b);
	else
		call_text(c, &b, 0, out);
}

static bool is_scalar(enum json_kind k)
{
	return k >= JSON_FALSE && k <= JSON_STRING;
}

/* --- whole texts */

static void parse(struct call *c, const struct datum *arg, struct datum *out)
{
	struct buf b;

	buf_init(&b, CALL_VALUE_MAX);
	if (json_canonical(&b, arg[0].p, arg[0].n)) {
		buf_free(&b);
		call_error(c, "Cannot convert '%.*s' to JSON",
			(int)(arg[0].n < 200 ? arg[0].n : 200), arg[0].p);
	} else {
		call_text(c, &b, 0, out);
	}
}

static void format(struct call *c, const struct datum *arg, struct datum *out)
{
	(void)c;
	*out = arg[0];
}

static void is_json_scalar(struct call *c, const struct datum *arg, struct datum *out)
{
	struct json j = json_of(arg[0].p, arg[0].n), whole = j;
	struct json_token t;

	if (json_skip(&whole) || !json_end(&whole))
		call_error(c, "Invalid JSON value: %.*s", (int)(arg[0].n < 200 ? arg[0].n : 200),
			arg[0].p);
	else
		datum_set_bool(out, json_next(&j, &t) < JSON_LIST);
}

/* --- by path */

static void extract(struct call *c, const struct datum *arg, struct datum *out)
{
	const struct json_path *path = path_of(c, &arg[1]);
	struct json j = json_of(arg[0].p, arg[0].n);

	if (path && json_find(&j, path) > 0)
		set_copy(c, j, false, out);
}

static void extract_scalar(struct call *c, const struct datum *arg, struct datum *out)
{
	const struct json_path *path = path_of(c, &arg[1]);
	struct json j = json_of(arg[0].p, arg[0].n);
	struct json_token t;

	if (path && json_find(&j, path) > 0 && is_scalar(json_next(&j, &t)))
		set_token(c, &t, out);
}

static void get_json_object(struct call *c, const struct datum *arg, struct datum *out)
{
	const struct json_path *path = path_of(c, &arg[1]);
	struct json j = json_of(arg[0].p, arg[0].n), at, whole = j;
	struct json_token t;

	if (!path || json_skip(&whole) || json_find(&j, path) <= 0)
		return;
	at = j;
	if (is_scalar(json_next(&at, &t)))
		set_token(c, &t, out);
	else if (t.kind != JSON_NULL)
		set_copy(c, j, false, out);
}

/* How many parts a list or object has, or -1. */
static int64_t count_parts(struct call *c, struct json *j, enum json_kind kind)
{
	struct json_token key;
	bool first = true;
	int64_t n = 0;
	int more;

	for (; (more = json_more(j, kind, &first, &key)) > 0; n++)
		if (json_skip(j) || call_stopped(c))
			return -1;
	return more < 0 ? -1 : n;
}

static void size(struct call *c, const struct datum *arg, struct datum *out)
{
	const struct json_path *path = path_of(c, &arg[1]);
	struct json j = json_of(arg[0].p, arg[0].n);
	struct json_token t;
	int64_t n;

	if (!path || json_find(&j, path) <= 0 || json_next(&j, &t) == JSON_BAD)
		return;
	n = t.kind < JSON_LIST ? 0 : count_parts(c, &j, t.kind);
	if (n >= 0)
		datum_set_int(out, n);
}

/* --- lists */

static void array_length(struct call *c, const struct datum *arg, struct datum *out)
{
	struct json j = json_of(arg[0].p, arg[0].n);
	struct json_token t;
	int64_t n;

	if (json_next(&j, &t) == JSON_LIST && (n = count_parts(c, &j, JSON_LIST)) >= 0)
		datum_set_int(out, n);
}

/* A string element comes without its quotes, as in Presto. */
static void array_get(struct call *c, const struct datum *arg, struct datum *out)
{
	struct json j = json_of(arg[0].p, arg[0].n), all = j;
	struct json_token t, none;
	int64_t at = arg[1].i;
	bool first = true;

	if (json_next(&j, &t) != JSON_LIST)
		return;
	if (at < 0) {
		json_next(&all, &t);
		at += count_parts(c, &all, JSON_LIST);
	}
	for (int64_t i = 0;
		at >= 0 && json_more(&j, JSON_LIST, &first, &none) > 0 && !call_stopped(c); i++) {
		struct json here = j;

		if (i < at) {
			if (json_skip(&j))
				return;
			continue;
		}
		if (is_scalar(json_next(&j, &t)))
			set_token(c, &t, out);
		else if (t.kind != JSON_NULL)
			set_copy(c, here, false, out);
		return;
	}
}

static bool token_equals(struct call *c, const struct json_token *t, const struct datum *v)
{
	struct datum text;
	int64_t i;
	double d;

	switch (c->arg[1]->kind) {
	case SQL_BOOLEAN: return t->kind == (v->i ? JSON_TRUE : JSON_FALSE);
	case SQL_BIGINT:
		return t->kind == JSON_INT && cast_parse_integer(t->p, t->n, &i) == 0 && i == v->i;
	case SQL_DOUBLE:
		return t->kind == JSON_REAL && cast_parse_double(t->p, t->n, &d) == 0 &&
			d == lib_double(v);
	default:
		if (t->kind != JSON_STRING)
			return false;
		set_token(c, t, &text);
		return text.kind == DATUM_TEXT && text.n == v->n && memcmp(text.p, v->p, v->n) == 0;
	}
}

static void array_contains(struct call *c, const struct datum *arg, struct datum *out)
{
	struct json j = json_of(arg[0].p, arg[0].n);
	struct json_token t, none;
	bool first = true;
	int more;

	if (json_next(&j, &t) != JSON_LIST)
		return;
	while ((more = json_more(&j, JSON_LIST, &first, &none)) > 0 && !call_stopped(c)) {
		struct json here = j;

		if (json_skip(&j))
			return;
		if (json_next(&here, &t) < JSON_LIST && token_equals(c, &t, &arg[1])) {
			datum_set_bool(out, true);
			return;
		}
	}
	if (more == 0)
		datum_set_bool(out, false);
}

#define ROWS(name, rest, f) \
	{ name, "(json" rest, SQL_PRESTO, 0, .call = f }, { name, "(varchar" rest, SQL_PRESTO, 0, .call = f }
const struct function functions_json[] = {
	{ "json_parse", "(varchar) -> json", SQL_PRESTO, 0, .call = parse },
	{ "json_format", "(json) -> varchar", SQL_PRESTO, 0, .call = format },
	ROWS("is_json_scalar", ") -> boolean", is_json_scalar),
	ROWS("json_extract", ", varchar) -> json", extract),
	ROWS("json_extract_scalar", ", varchar) -> varchar", extract_scalar),
	ROWS("json_size", ", varchar) -> bigint", size),
	ROWS("json_array_length", ") -> bigint", array_length),
	ROWS("json_array_get", ", bigint) -> json", array_get),
	ROWS("json_array_contains", ", boolean) -> boolean", array_contains),
	ROWS("json_array_contains", ", bigint) -> boolean", array_contains),
	ROWS("json_array_contains", ", double) -> boolean", array_contains),
	ROWS("json_array_contains", ", varchar) -> boolean", array_contains),
	{ "get_json_object", "(varchar, varchar) -> varchar", SQL_HIVE, 0,
		.call = get_json_object },
	{ 0 },
};
