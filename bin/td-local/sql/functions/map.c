/* Maps and rows. Entries lie in the order of their keys. */
#include "sql/functions/lib.h"

#include <math.h>

static struct datum *pairs(struct call *c, const struct datum *map, size_t *n)
{
	struct datum *v = datum_elements(c->scratch, map, n);

	*n /= 2;
	return v;
}

static bool key_good(struct call *c, const struct sqltype *t, const struct datum *key)
{
	if (key->kind == DATUM_NULL)
		call_error(c, "map key cannot be null");
	else if ((t->kind == SQL_ARRAY || t->kind == SQL_ROW) && datum_has_null(t, key))
		call_error(c, "map key cannot be indeterminate");
	return !c->failed;
}

/* --- constructors */

static void map_of_arrays(struct call *c, const struct datum *arg, struct datum *out)
{
	struct lib_list l = { 0 };
	size_t n, m;
	struct datum *k = datum_elements(c->scratch, &arg[0], &n),
		     *v = datum_elements(c->scratch, &arg[1], &m);

	if (n != m)
		call_error(c, "Key and value arrays must be the same length");
	for (size_t i = 0; i < n && !call_stopped(c); i++) {
		if (!key_good(c, c->result->of[0], &k[i]))
			return;
		*lib_add(c, &l) = k[i];
		*lib_add(c, &l) = v[i];
	}
	if (!c->failed)
		lib_map(c, c->result, l.v, n, false, out);
}

static void empty_map(struct call *c, const struct datum *arg, struct datum *out)
{
	(void)arg;
	lib_map(c, c->result, NULL, 0, false, out);
}

static const struct sqltype *empty_type(struct call *c)
{
	return sqltype_map(c->scratch, &sqltype_unknown, &sqltype_unknown);
}

/* Hive: map(k, v, k, v ...) */
static void h_map(struct call *c, const struct datum *arg, struct datum *out)
{
	struct datum *kv = arena_alloc(c->scratch, (size_t)c->argc * sizeof *kv);
	size_t n = 0;

	for (int i = 0; i + 1 < c->argc; i += 2) {
		if (arg[i].kind == DATUM_NULL)
			continue;
		if (cast_datum(c, c->arg[i], c->result->of[0], &arg[i], &kv[2 * n]) ||
		    cast_datum(c, c->arg[i + 1], c->result->of[1], &arg[i + 1], &kv[2 * n + 1]))
			return;
		n++;
	}
	lib_map(c, c->result, kv, n, true, out);
}

static const struct sqltype *h_map_type(struct call *c)
{
	const struct sqltype *kv[2] = { &sqltype_unknown, &sqltype_unknown };

	if (c->argc % 2) {
		call_error(c, "Arguments must be in key/value pairs");
		return NULL;
	}
	for (int i = 0; i < c->argc; i++) {
		kv[i % 2] = sqltype_common(c->scratch, kv[i % 2], c->arg[i], SQL_HIVE);
		if (!kv[i % 2]) {
			call_error(c, "%s type should all be the same for map",
				i % 2 ? "Value" : "Key");
			return NULL;
		}
	}
	return sqltype_map(c->scratch, kv[0], kv[1]);
}

/* --- rows */

static void make_row(struct call *c, const struct datum *arg, struct datum *out)
{
	lib_list_as(c, c->result, arg, (size_t)c->argc, out);
}

static const struct sqltype *struct_type(struct call *c)
{
	const char **name = arena_alloc(c->scratch, ((size_t)c->argc + 1) * sizeof *name);

	for (int i = 0; i < c->argc; i++)
		name[i] = arena_printf(c->scratch, "col%d", i + 1);
	return sqltype_row(c->scratch, (unsigned)c->argc, c->arg, name);
}

/* --- entries */

static const struct sqltype *entry_type(const struct sqltype *array)
{
	return array->of[0]->kind == SQL_ROW && array->of[0]->n == 2 ? array->of[0] : NULL;
}

static const struct sqltype *from_entries_type(struct call *c)
{
	const struct sqltype *row = c->arg[0]->kind == SQL_ARRAY ? entry_type(c->arg[0]) : NULL;

	if (c->arg[0]->kind == SQL_UNKNOWN ||
		(!row && c->arg[0]->kind == SQL_ARRAY && c->arg[0]->of[0]->kind == SQL_UNKNOWN))
		return empty_type(c);
	if (!row) {
		call_error(c, "Unexpected parameters (%s) for function %s",
			sqltype_text(c->scratch, c->arg[0], SQL_PRESTO), c->f->name);
		return NULL;
	}
	return sqltype_map(c->scratch, row->of[0],
		c->f->name[1] == 'u' ? sqltype_array(c->scratch, row->of[1]) : row->of[1]);
}

/* The pairs of an array of rows. */
static bool read_entries(struct call *c, const struct datum *array, struct lib_list *l)
{
	struct datum_walk w, fields;
	struct datum row, k, v;

	for (datum_walk(&w, c->scratch, array); datum_next(&w, &row) && !call_stopped(c);) {
		if (row.kind == DATUM_NULL) {
			call_error(c, "map entry cannot be null");
			return false;
		}
		datum_walk(&fields, c->scratch, &row);
		datum_next(&fields, &k);
		datum_next(&fields, &v);
		if (!key_good(c, c->result->of[0], &k))
			return false;
		*lib_add(c, l) = k;
		*lib_add(c, l) = v;
	}
	return !c->failed;
}

static void from_entries(struct call *c, const struct datum *arg, struct datum *out)
{
	struct lib_list l = { 0 };

	if (read_entries(c, &arg[0], &l))
		lib_map(c, c->result, l.v, l.n / 2, false, out);
}

static void multimap_from_entries(struct call *c, const struct datum *arg, struct datum *out)
{
	struct lib_list l = { 0 }, made = { 0 };
	struct lib_set keys;

	if (!read_entries(c, &arg[0], &l))
		return;
	lib_set_init(&keys, c->scratch, c->result->of[0]);
	for (size_t i = 0; i < l.n && !call_stopped(c); i += 2) {
		struct lib_list one = { 0 };

		if (!lib_set_add(&keys, &l.v[i]))
			continue;
		for (size_t k = i; k < l.n; k += 2)
			if (datum_compare(c->result->of[0], &l.v[i], &l.v[k]) == 0)
				*lib_add(c, &one) = l.v[k + 1];
		*lib_add(c, &made) = l.v[i];
		lib_list_as(c, c->result->of[1], one.v, one.n, lib_add(c, &made));
	}
	if (!c->failed)
		lib_map(c, c->result, made.v, made.n / 2, false, out);
}

static const struct sqltype *entries_type(struct call *c)
{
	return sqltype_array(c->scratch, sqltype_row(c->scratch, 2, c->arg[0]->of, NULL));
}

static void entries(struct call *c, const struct datum *arg, struct datum *out)
{
	struct lib_list l = { 0 };
	size_t n;
	struct datum *kv = pairs(c, &arg[0], &n);

	for (size_t i = 0; i < n && !call_stopped(c); i++)
		lib_list_as(c, c->result->of[0], kv + 2 * i, 2, lib_add(c, &l));
	lib_array(c, &l, out);
}

/* Hive's order of keys is a hash table's: it is known only where there is no choice. */
static bool order_known(struct call *c, size_t n)
{
	if (lib_is_hive(c) && n > 1 && !sqltype_is_integer(c->arg[0]->of[0]))
		call_refuse(c, "%s of a map whose keys are not integers: their order", c->f->name);
	return !c->failed;
}

static void parts(struct call *c, const struct datum *arg, int which, struct datum *out)
{
	size_t n;
	struct datum *kv = pairs(c, &arg[0], &n);

	if (!order_known(c, n))
		return;
	for (size_t i = 0; i < n; i++)
		kv[i] = kv[2 * i + (size_t)which];
	lib_list_as(c, c->result, kv, n, out);
}

static void keys(struct call *c, const struct datum *arg, struct datum *out)
{
	parts(c, arg, 0, out);
}

static void values(struct call *c, const struct datum *arg, struct datum *out)
{
	parts(c, arg, 1, out);
}

static void element_at(struct call *c, const struct datum *arg, struct datum *out)
{
	struct datum_walk w;
	struct datum k, v;

	for (datum_walk(&w, c->scratch, &arg[0]); datum_next(&w, &k) && datum_next(&w, &v);)
		if (datum_compare(c->arg[1], &k, &arg[1]) == 0)
			*out = v;
}

static void concat(struct call *c, const struct datum *arg, struct datum *out)
{
	struct lib_list l = { 0 };

	for (int i = 0; i < c->argc; i++) {
		struct datum_walk w;
		struct datum e;

		for (datum_walk(&w, c->scratch, &arg[i]); datum_next(&w, &e) && !call_stopped(c);)
			*lib_add(c, &l) = e;
	}
	if (!c->failed)
		lib_map(c, c->result, l.v, l.n / 2, true, out);
}

/* --- lambdas */

static void keep(struct call *c, struct datum *v)
{
	if (v->kind == DATUM_TEXT || v->kind == DATUM_BLOB)
		v->p = arena_copy(c->scratch, v->p, v->n);
}

static void filter(struct call *c, const struct datum *arg, struct datum *out)
{
	struct datum yes;
	size_t n, kept = 0;
	struct datum *kv = pairs(c, &arg[0], &n);

	for (size_t i = 0; i < n; i++) {
		if (call_lambda(c, 1, kv + 2 * i, &yes))
			return;
		if (yes.kind == DATUM_INT && yes.i) {
			kv[2 * kept] = kv[2 * i];
			kv[2 * kept++ + 1] = kv[2 * i + 1];
		}
	}
	lib_map(c, c->result, kv, kept, false, out);
}

static void transform(struct call *c, const struct datum *arg, struct datum *out)
{
	bool of_keys = strcmp(c->f->name, "transform_keys") == 0;
	struct datum made;
	size_t n;
	struct datum *kv = pairs(c, &arg[0], &n);

	for (size_t i = 0; i < n; i++) {
		if (call_lambda(c, 1, kv + 2 * i, &made))
			return;
		keep(c, &made);
		if (of_keys && !key_good(c, c->result->of[0], &made))
			return;
		kv[2 * i + !of_keys] = made;
	}
	lib_map(c, c->result, kv, n, false, out);
}

static void zip_with(struct call *c, const struct datum *arg, struct datum *out)
{
	const struct sqltype *key = c->arg[0]->of[0];
	struct lib_list l = { 0 };
	size_t n, m, i = 0, j = 0;
	struct datum *v = pairs(c, &arg[0], &n), *w = pairs(c, &arg[1], &m), three[3], made;

	while (i < n || j < m) {
		int order = i == n ? 1 : j == m ? -1 : datum_compare(key, &v[2 * i], &w[2 * j]);

		three[0] = order <= 0 ? v[2 * i] : w[2 * j];
		datum_set_null(&three[1]);
		datum_set_null(&three[2]);
		if (order <= 0)
			three[1] = v[2 * i++ + 1];
		if (order >= 0)
			three[2] = w[2 * j++ + 1];
		if (call_lambda(c, 2, three, &made))
			return;
		keep(c, &made);
		*lib_add(c, &l) = three[0];
		*lib_add(c, &l) = made;
	}
	lib_map(c, c->result, l.v, l.n / 2, false, out);
}

/* --- vectors */

static void cosine(struct call *c, const struct datum *arg, struct datum *out)
{
	double dot = 0, length[2] = { 0, 0 };
	size_t n[2];
	struct datum *v[2] = { pairs(c, &arg[0], &n[0]), pairs(c, &arg[1], &n[1]) };

	for (int k = 0; k < 2; k++)
		for (size_t i = 0; i < n[k]; i++) {
			double x = lib_double(&v[k][2 * i + 1]);

			if (v[k][2 * i + 1].kind == DATUM_NULL)
				return;
			length[k] += x * x;
		}
	for (size_t i = 0, j = 0; i < n[0] && j < n[1];) {
		int order = datum_compare(c->arg[0]->of[0], &v[0][2 * i], &v[1][2 * j]);

		if (order == 0)
			dot += lib_double(&v[0][2 * i + 1]) * lib_double(&v[1][2 * j + 1]);
		i += order <= 0;
		j += order >= 0;
	}
	if (length[0] != 0 && length[1] != 0)
		datum_set_double(out, dot / (sqrt(length[0]) * sqrt(length[1])));
}

const struct function functions_map[] = {
	{ "map", "(array(K), array(V)) -> map(K,V)", SQL_PRESTO, 0, .call = map_of_arrays },
	{ "map", "() -> unknown", SQL_PRESTO, 0, .call = empty_map, .result = empty_type },
	{ "map", "(X...) -> unknown", SQL_HIVE, FUNCTION_NULLS, .call = h_map, .result = h_map_type },
	{ "struct", "(X...) -> unknown", SQL_HIVE, FUNCTION_NULLS, .call = make_row, .result = struct_type },
	{ "map_from_entries", "(X) -> unknown", SQL_PRESTO, 0, .call = from_entries, .result = from_entries_type },
	{ "multimap_from_entries", "(X) -> unknown", SQL_PRESTO, 0, .call = multimap_from_entries, .result = from_entries_type },
	{ "map_entries", "(map(K,V)) -> unknown", SQL_PRESTO, 0, .call = entries, .result = entries_type },
	{ "map_keys", "(map(K,V)) -> array(K)", SQL_BOTH, 0, .call = keys },
	{ "map_values", "(map(K,V)) -> array(V)", SQL_BOTH, 0, .call = values },
	{ "element_at", "(map(K,V), K) -> V", SQL_PRESTO, 0, .call = element_at },
	{ "map_concat", "(map(K,V), map(K,V), map(K,V)...) -> map(K,V)", SQL_PRESTO, 0, .call = concat },
	{ "map_filter", "(map(K,V), (K, V) -> boolean) -> map(K,V)", SQL_PRESTO, 0, .call = filter },
	{ "transform_keys", "(map(K,V), (K, V) -> U) -> map(U,V)", SQL_PRESTO, 0, .call = transform },
	{ "transform_values", "(map(K,V), (K, V) -> U) -> map(K,U)", SQL_PRESTO, 0, .call = transform },
	{ "map_zip_with", "(map(K,V), map(K,W), (K, V, W) -> U) -> map(K,U)", SQL_PRESTO, 0, .call = zip_with },
	{ "cosine_similarity", "(map(varchar,double), map(varchar,double)) -> double", SQL_PRESTO, 0, .call = cosine },
	{ 0 },
};
