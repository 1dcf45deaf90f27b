/* stored: msgpack of a table as SQL values. */
#include "sql/stored.h"
#include "store/value.h"
#include "value/mp.h"

#include <math.h>

static int64_t integer_of(const struct mp *m, const struct sqltype *t, bool *fits)
{
	int64_t v = m->type == MP_INT ? m->as.i : (int64_t)m->as.u;

	*fits = m->type == MP_INT || m->type == MP_BOOL ||
		(m->type == MP_UINT && m->as.u <= INT64_MAX);
	if (t->kind == SQL_INTEGER && (v < INT32_MIN || v > INT32_MAX))
		*fits = false;
	return v;
}

static int text_of(
	struct arena *a, const char *p, const char *end, const struct mp *m, struct datum *out)
{
	struct buf b;
	int rc = 0;

	if (m->type == MP_STR || m->type == MP_BIN) {
		datum_set_text(out, m->as.p, m->n);
		return 0;
	}
	if (m->type == MP_EXT)
		return 0;
	buf_init(&b, DATUM_MAX);
	if (value_text(p, end, &b) == 0)
		datum_set_text(out, arena_copy(a, b.p, b.len), b.len);
	else
		rc = -1;
	buf_free(&b);
	return rc;
}

static int list_of(struct arena *a, const struct sqltype *t, const char *p, const char *end,
	const struct mp *m, struct datum *out)
{
	size_t n = m->type == MP_MAP ? 2 * (size_t)m->n : m->n, kept = 0, twice;
	struct datum *v = arena_alloc(a, (n + 1) * sizeof *v);
	struct buf b;
	bool map = t->kind == SQL_MAP;
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		ptrdiff_t len = mp_value(p, end);

		rc = stored_datum(a, map ? t->of[i % 2] : t->of[0], p, p + len, &v[kept++]);
		p += len;
		if (map && i % 2 && v[kept - 2].kind == DATUM_NULL)
			kept -= 2;
	}
	if (rc)
		return -1;
	if (!map)
		return datum_list(a, t, v, n, out);
	buf_init(&b, DATUM_MAX);
	if (datum_put_map(&b, t, v, kept / 2, &twice) == 0 && datum_end(&b, out) == 0)
		out->p = arena_copy(a, b.p, b.len);
	buf_free(&b);
	return 0;
}

static void double_of(const struct sqltype *t, const struct mp *m, struct datum *out)
{
	double d = m->type == MP_FLOAT ? m->as.d
		: m->type == MP_UINT   ? (double)m->as.u
				       : (double)m->as.i;

	if ((m->type == MP_FLOAT && !isnan(d)) || m->type == MP_UINT || m->type == MP_INT)
		datum_set_double(out, t->kind == SQL_REAL ? (double)(float)d : d);
}

int stored_datum(
	struct arena *a, const struct sqltype *t, const char *p, const char *end, struct datum *out)
{
	struct mp m;
	ptrdiff_t n = mp_token(p, end, &m);
	bool fits;

	datum_set_null(out);
	if (n <= 0 || m.type == MP_NIL)
		return 0;
	if (sqltype_is_integer(t)) {
		int64_t i = integer_of(&m, t, &fits);

		if (fits)
			datum_set_int(out, i);
	} else if (t->kind == SQL_DOUBLE || t->kind == SQL_REAL) {
		double_of(t, &m, out);
	} else if (sqltype_is_text(t)) {
		return text_of(a, p, end, &m, out);
	} else if ((t->kind == SQL_ARRAY && m.type == MP_ARRAY) ||
		(t->kind == SQL_MAP && m.type == MP_MAP)) {
		return list_of(a, t, p + n, end, &m, out);
	}
	return 0;
}
