/* sqltype: the types of SQL, their names, and what coerces to what. */
#include "sql/sqltype.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SCALAR(name, k, p) const struct sqltype sqltype_##name = { .kind = k, .a = p }
SCALAR(unknown, SQL_UNKNOWN, 0);
SCALAR(boolean, SQL_BOOLEAN, 0);
SCALAR(tinyint, SQL_TINYINT, 0);
SCALAR(smallint, SQL_SMALLINT, 0);
SCALAR(integer, SQL_INTEGER, 0);
SCALAR(bigint, SQL_BIGINT, 0);
SCALAR(real, SQL_REAL, 0);
SCALAR(double, SQL_DOUBLE, 0);
SCALAR(varchar, SQL_VARCHAR, SQL_UNBOUNDED);
SCALAR(varbinary, SQL_VARBINARY, 0);
SCALAR(date, SQL_DATE, 0);
SCALAR(interval_day, SQL_INTERVAL_DAY, 0);
SCALAR(interval_month, SQL_INTERVAL_MONTH, 0);
SCALAR(json, SQL_JSON, 0);
SCALAR(timestamp, SQL_TIMESTAMP, 3);
SCALAR(timestamp_tz, SQL_TIMESTAMP_TZ, 3);

enum { DEPTH_MAX = 64, FIELDS_MAX = 1000 };

/* The names of both engines; the first of a kind that an engine has is the one that is printed. */
static const struct spelling {
	const char *text;
	const struct sqltype *t;
	enum sql_engine engine;
} spellings[] = {
	{ "unknown", &sqltype_unknown, SQL_PRESTO }, { "void", &sqltype_unknown, SQL_HIVE }, { "boolean", &sqltype_boolean, SQL_BOTH },
	{ "tinyint", &sqltype_tinyint, SQL_BOTH }, { "smallint", &sqltype_smallint, SQL_BOTH }, { "integer", &sqltype_integer, SQL_PRESTO },
	{ "int", &sqltype_integer, SQL_HIVE }, { "bigint", &sqltype_bigint, SQL_BOTH }, { "real", &sqltype_real, SQL_PRESTO },
	{ "float", &sqltype_real, SQL_HIVE }, { "double", &sqltype_double, SQL_BOTH }, { "varchar", &sqltype_varchar, SQL_PRESTO },
	{ "string", &sqltype_varchar, SQL_HIVE }, { "varbinary", &sqltype_varbinary, SQL_PRESTO }, { "binary", &sqltype_varbinary, SQL_HIVE },
	{ "date", &sqltype_date, SQL_BOTH }, { "json", &sqltype_json, SQL_PRESTO },
	{ "interval day to second", &sqltype_interval_day, SQL_PRESTO }, { "interval_day_time", &sqltype_interval_day, SQL_HIVE },
	{ "interval year to month", &sqltype_interval_month, SQL_PRESTO }, { "interval_year_month", &sqltype_interval_month, SQL_HIVE },
	{ "long", &sqltype_bigint, 0 },
};
enum { SPELLINGS = sizeof spellings / sizeof *spellings };

/* --- makers */

const struct sqltype *sqltype_new(struct arena *a, enum sqltype_kind kind, int p, int s)
{
	struct sqltype *t = arena_alloc(a, sizeof *t);

	t->kind = kind;
	t->a = p;
	t->b = s;
	return t;
}

const struct sqltype *sqltype_decimal(struct arena *a, int precision, int scale)
{
	return sqltype_new(a, SQL_DECIMAL, precision, scale);
}

static const struct sqltype *nested(struct arena *a, enum sqltype_kind kind, unsigned n,
	const struct sqltype *const *of, const char *const *name)
{
	const struct sqltype **copy = arena_alloc(a, n * sizeof *copy);
	const char **names = name ? arena_alloc(a, n * sizeof *names) : NULL;
	struct sqltype *t = arena_alloc(a, sizeof *t);

	for (unsigned i = 0; i < n; i++) {
		copy[i] = of[i];
		if (names)
			names[i] = name[i];
	}
	*t = (struct sqltype){ .kind = kind, .n = n, .of = copy, .name = names };
	return t;
}

const struct sqltype *sqltype_array(struct arena *a, const struct sqltype *of)
{
	return nested(a, SQL_ARRAY, 1, &of, NULL);
}

const struct sqltype *sqltype_map(
	struct arena *a, const struct sqltype *key, const struct sqltype *value)
{
	return nested(a, SQL_MAP, 2, (const struct sqltype *[]){ key, value }, NULL);
}

const struct sqltype *sqltype_row(
	struct arena *a, unsigned n, const struct sqltype *const *of, const char *const *name)
{
	bool any = false;

	for (unsigned i = 0; name && i < n; i++)
		any |= name[i] != NULL;
	return nested(a, SQL_ROW, n, of, any ? name : NULL);
}

/* --- names */

static int print_members(const struct sqltype *t, enum sql_engine engine, struct buf *out)
{
	bool hive = engine == SQL_HIVE;
	int rc = buf_putc(out, hive ? '<' : '(');

	for (unsigned i = 0; i < t->n && !rc; i++) {
		if (i)
			rc = buf_puts(out, hive || t->kind == SQL_MAP ? "," : ", ");
		if (!rc && t->name && t->name[i])
			rc = buf_puts(out, t->name[i]) || buf_putc(out, hive ? ':' : ' ');
		else if (!rc && hive && t->kind == SQL_ROW)
			rc = buf_printf(out, "col%u:", i + 1);
		if (!rc)
			rc = sqltype_print(t->of[i], engine, out);
	}
	return rc || buf_putc(out, hive ? '>' : ')') ? -1 : 0;
}

static const char *spelling(const struct sqltype *t, enum sql_engine engine)
{
	for (int i = 0; i < SPELLINGS; i++)
		if (spellings[i].t->kind == t->kind && (spellings[i].engine & engine))
			return spellings[i].text;
	return t->kind == SQL_JSON ? "json" : "unknown";
}

int sqltype_print(const struct sqltype *t, enum sql_engine engine, struct buf *out)
{
	bool hive = engine == SQL_HIVE;

	switch (t->kind) {
	case SQL_DECIMAL:
		return buf_printf(out, "decimal(%d,%d)", t->a, t->b);
	case SQL_VARCHAR:
		return t->a == SQL_UNBOUNDED ? buf_puts(out, hive ? "string" : "varchar")
					     : buf_printf(out, "varchar(%d)", t->a);
	case SQL_CHAR:
		return buf_printf(out, "char(%d)", t->a);
	case SQL_TIME:
		return buf_printf(out, "time(%d)", t->a);
	case SQL_TIMESTAMP:
		return hive ? buf_puts(out, "timestamp") : buf_printf(out, "timestamp(%d)", t->a);
	case SQL_TIMESTAMP_TZ:
		return buf_printf(out, "timestamp(%d) with time zone", t->a);
	case SQL_ARRAY:
		return buf_puts(out, "array") || print_members(t, engine, out) ? -1 : 0;
	case SQL_MAP:
		return buf_puts(out, "map") || print_members(t, engine, out) ? -1 : 0;
	case SQL_ROW:
		return buf_puts(out, hive ? "struct" : "row") || print_members(t, engine, out) ? -1
											       : 0;
	case SQL_LAMBDA:
		return buf_puts(out, "function") || print_members(t, SQL_PRESTO, out) ? -1 : 0;
	default:
		return buf_puts(out, spelling(t, engine));
	}
}

const char *sqltype_text(struct arena *a, const struct sqltype *t, enum sql_engine engine)
{
	struct buf b;
	const char *s;

	buf_init(&b, 1 << 20);
	sqltype_print(t, engine, &b);
	s = arena_copy(a, buf_text(&b), b.len);
	buf_free(&b);
	return s;
}

/* --- reading names */

struct reader {
	struct arena *a;
	const char *p;
	int depth;
};

static void blanks(struct reader *r)
{
	while (isspace((unsigned char)*r->p))
		r->p++;
}

static bool take(struct reader *r, char c)
{
	blanks(r);
	if (*r->p != c)
		return false;
	r->p++;
	return true;
}

static bool word(struct reader *r, const char *w)
{
	size_t n = strlen(w);

	blanks(r);
	if (strncasecmp(r->p, w, n) != 0 || isalnum((unsigned char)r->p[n]) || r->p[n] == '_')
		return false;
	r->p += n;
	return true;
}

/* "(n)" or "(n, m)"; what is not there stays as it was. */
static bool numbers(struct reader *r, int *a, int *b)
{
	if (!take(r, '('))
		return true;
	*a = (int)strtol(r->p, (char **)&r->p, 10);
	if (b && take(r, ','))
		*b = (int)strtol(r->p, (char **)&r->p, 10);
	return take(r, ')');
}

static const struct sqltype *type(struct reader *r);

static const char *field_name(struct reader *r)
{
	const char *start;
	char *s;

	if (take(r, '"')) {
		size_t n = strcspn(r->p, "\"");

		s = arena_copy(r->a, r->p, n);
		r->p += n + (r->p[n] == '"');
	} else {
		start = r->p;
		while (isalnum((unsigned char)*r->p) || *r->p == '_')
			r->p++;
		s = arena_copy(r->a, start, (size_t)(r->p - start));
	}
	for (char *c = s; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return s;
}

/* A field: a type, or a name and a type. */
static const struct sqltype *field(struct reader *r, bool hive, const char **name)
{
	const char *start = r->p;
	const struct sqltype *t = hive ? NULL : type(r);

	*name = NULL;
	blanks(r);
	if (t && (*r->p == ',' || *r->p == ')'))
		return t;
	r->p = start;
	blanks(r);
	*name = field_name(r);
	if (!**name || (hive && !take(r, ':')))
		return NULL;
	return type(r);
}

static const struct sqltype *members(struct reader *r, enum sqltype_kind kind)
{
	const struct sqltype *of[FIELDS_MAX];
	const char *name[FIELDS_MAX];
	bool hive = take(r, '<');
	unsigned n = 0;

	if (!hive && !take(r, '('))
		return NULL;
	do {
		if (n == FIELDS_MAX)
			return NULL;
		name[n] = NULL;
		of[n] = kind == SQL_ROW ? field(r, hive, &name[n]) : type(r);
		if (!of[n++])
			return NULL;
	} while (take(r, ','));
	if (!take(r, hive ? '>' : ')') || (kind == SQL_ARRAY && n != 1) ||
		(kind == SQL_MAP && n != 2))
		return NULL;
	return kind == SQL_ROW ? sqltype_row(r->a, n, of, name) : nested(r->a, kind, n, of, NULL);
}

static const struct sqltype *time_type(struct reader *r, enum sqltype_kind plain)
{
	int p = 3;

	if (!numbers(r, &p, NULL) || p < 0 || p > 12)
		return NULL;
	if (word(r, "with")) {
		if (!word(r, "time") || !word(r, "zone") || plain == SQL_TIME)
			return NULL;
		return sqltype_new(r->a, SQL_TIMESTAMP_TZ, p, 0);
	}
	if (word(r, "without") && (!word(r, "time") || !word(r, "zone")))
		return NULL;
	return sqltype_new(r->a, plain, p, 0);
}

static const struct sqltype *sized(struct reader *r, enum sqltype_kind kind, int a)
{
	return numbers(r, &a, NULL) && a >= 0 ? sqltype_new(r->a, kind, a, 0) : NULL;
}

static const struct sqltype *decimal(struct reader *r, int p, int s)
{
	if (!numbers(r, &p, &s) || p < 1 || p > SQL_DECIMAL_MAX || s < 0 || s > p)
		return NULL;
	return sqltype_decimal(r->a, p, s);
}

static const struct sqltype *interval(struct reader *r)
{
	if (word(r, "day"))
		return word(r, "to") && word(r, "second") ? &sqltype_interval_day : NULL;
	return word(r, "year") && word(r, "to") && word(r, "month") ? &sqltype_interval_month
								    : NULL;
}

static const struct sqltype *parametric(struct reader *r)
{
	const struct sqltype *t;

	if (word(r, "varchar"))
		return sized(r, SQL_VARCHAR, SQL_UNBOUNDED);
	if (word(r, "char")) {
		t = sized(r, SQL_CHAR, 1);
		return t && t->a <= SQL_CHAR_MAX ? t : NULL;
	}
	if (word(r, "decimal") || word(r, "numeric") || word(r, "dec"))
		return decimal(r, *r->p == '(' || *(r->p + strspn(r->p, " ")) == '(' ? 0 : 38, 0);
	if (word(r, "timestamp"))
		return time_type(r, SQL_TIMESTAMP);
	if (word(r, "time"))
		return time_type(r, SQL_TIME);
	if (word(r, "interval"))
		return interval(r);
	if (word(r, "array"))
		return members(r, SQL_ARRAY);
	if (word(r, "map"))
		return members(r, SQL_MAP);
	if (word(r, "row") || word(r, "struct"))
		return members(r, SQL_ROW);
	if (word(r, "double")) {
		word(r, "precision");
		return &sqltype_double;
	}
	return NULL;
}

static const struct sqltype *type(struct reader *r)
{
	const struct sqltype *t = NULL;

	if (++r->depth > DEPTH_MAX)
		return NULL;
	t = parametric(r);
	for (int i = 0; i < SPELLINGS && !t; i++)
		if (!strchr(spellings[i].text, ' ') && word(r, spellings[i].text))
			t = spellings[i].t;
	while (t && word(r, "array")) /* "bigint array" */
		t = sqltype_array(r->a, t);
	r->depth--;
	return t;
}

const struct sqltype *sqltype_parse(struct arena *a, const char *text)
{
	struct reader r = { .a = a, .p = text };
	const struct sqltype *t = type(&r);

	blanks(&r);
	return t && *r.p == '\0' ? t : NULL;
}

const struct sqltype *sqltype_of_column(struct arena *a, const char *declared)
{
	const struct sqltype *t = sqltype_parse(a, declared);

	return t ? t : &sqltype_varchar;
}

static int print_column(const struct sqltype *t, struct buf *b)
{
	switch (t->kind) {
	case SQL_TINYINT: case SQL_SMALLINT: case SQL_INTEGER:
		return buf_puts(b, "int");
	case SQL_BIGINT: case SQL_BOOLEAN:
		return buf_puts(b, t->kind == SQL_BIGINT ? "long" : "int");
	case SQL_REAL:
		return buf_puts(b, "float");
	case SQL_DOUBLE:
		return buf_puts(b, "double");
	case SQL_ARRAY:
		return buf_puts(b, "array<") || print_column(t->of[0], b) || buf_putc(b, '>');
	case SQL_MAP:
		return buf_puts(b, "map<") || print_column(t->of[0], b) || buf_putc(b, ',') ||
			print_column(t->of[1], b) || buf_putc(b, '>');
	default:
		return buf_puts(b, "string");
	}
}

const char *sqltype_column(struct arena *a, const struct sqltype *t)
{
	struct buf b;
	const char *s;

	buf_init(&b, 1 << 20);
	print_column(t, &b);
	s = arena_copy(a, buf_text(&b), b.len);
	buf_free(&b);
	return s;
}

/* --- sameness and coercions */

bool sqltype_same(const struct sqltype *x, const struct sqltype *y)
{
	if (x->kind != y->kind || x->a != y->a || x->b != y->b || x->n != y->n)
		return false;
	for (unsigned i = 0; i < x->n; i++)
		if (!sqltype_same(x->of[i], y->of[i]))
			return false;
	return true;
}

/* Digits that an integer type has as a decimal. */
static int digits(enum sqltype_kind kind)
{
	static const int n[] = {
		[SQL_TINYINT] = 3, [SQL_SMALLINT] = 5, [SQL_INTEGER] = 10, [SQL_BIGINT] = 19
	};

	return n[kind];
}

static bool to_decimal(const struct sqltype *from, const struct sqltype *to)
{
	int p = sqltype_is_integer(from) ? digits(from->kind) : from->a,
	    s = sqltype_is_integer(from) ? 0 : from->b;

	return to->b >= s && to->a - to->b >= p - s;
}

static bool number_coerces(const struct sqltype *from, const struct sqltype *to)
{
	if (sqltype_is_integer(from))
		return to->kind == SQL_DECIMAL ? to_decimal(from, to)
					       : sqltype_is_number(to) && to->kind >= from->kind;
	if (from->kind == SQL_DECIMAL)
		return to->kind == SQL_DECIMAL ? to_decimal(from, to)
					       : to->kind == SQL_REAL || to->kind == SQL_DOUBLE;
	return from->kind == SQL_REAL && to->kind == SQL_DOUBLE;
}

/* Hive: text becomes a number, a date or a time, and everything becomes text. */
static bool hive_coerces(const struct sqltype *from, const struct sqltype *to)
{
	if (to->kind == SQL_VARCHAR && to->a == SQL_UNBOUNDED)
		return from->n == 0 && from->kind != SQL_VARBINARY;
	if (sqltype_is_text(from))
		return to->kind == SQL_DOUBLE ||
			(to->kind == SQL_DECIMAL && to->a == SQL_DECIMAL_MAX) ||
			to->kind == SQL_TIMESTAMP || to->kind == SQL_DATE;
	return false;
}

static bool time_coerces(const struct sqltype *from, const struct sqltype *to)
{
	if (from->kind == SQL_DATE)
		return to->kind == SQL_TIMESTAMP || to->kind == SQL_TIMESTAMP_TZ;
	if (from->kind == SQL_TIMESTAMP)
		return (to->kind == SQL_TIMESTAMP || to->kind == SQL_TIMESTAMP_TZ) &&
			to->a >= from->a;
	return (from->kind == SQL_TIMESTAMP_TZ || from->kind == SQL_TIME) &&
		to->kind == from->kind && to->a >= from->a;
}

/* Presto: a varchar becomes a char, and no char a varchar. */
static bool text_coerces(
	const struct sqltype *from, const struct sqltype *to, enum sql_engine engine)
{
	if (from->kind == SQL_CHAR && to->kind == SQL_VARCHAR)
		return engine == SQL_HIVE && to->a >= from->a;
	return to->a >= (to->kind == SQL_CHAR ? sqltype_char_length(from->a) : from->a);
}

bool sqltype_coerces(const struct sqltype *from, const struct sqltype *to, enum sql_engine engine)
{
	if (sqltype_same(from, to) || from->kind == SQL_UNKNOWN)
		return to->kind != SQL_LAMBDA;
	if (from->n && from->kind == to->kind && from->n == to->n && from->kind != SQL_LAMBDA) {
		for (unsigned i = 0; i < from->n; i++)
			if (!sqltype_coerces(from->of[i], to->of[i], engine))
				return false;
		return true;
	}
	if (sqltype_is_number(from) && sqltype_is_number(to) && number_coerces(from, to))
		return true;
	if (sqltype_is_text(from) && sqltype_is_text(to))
		return text_coerces(from, to, engine);
	if (time_coerces(from, to))
		return true;
	return engine == SQL_HIVE && hive_coerces(from, to);
}

static int larger(int a, int b)
{
	return a > b ? a : b;
}

static const struct sqltype *common_decimal(
	struct arena *a, const struct sqltype *x, const struct sqltype *y)
{
	int px = x->kind == SQL_DECIMAL ? x->a : digits(x->kind),
	    sx = x->kind == SQL_DECIMAL ? x->b : 0;
	int py = y->kind == SQL_DECIMAL ? y->a : digits(y->kind),
	    sy = y->kind == SQL_DECIMAL ? y->b : 0;
	int p = larger(px - sx, py - sy) + larger(sx, sy);

	return sqltype_decimal(a, p > SQL_DECIMAL_MAX ? SQL_DECIMAL_MAX : p, larger(sx, sy));
}

static const struct sqltype *common_members(
	struct arena *a, const struct sqltype *x, const struct sqltype *y, enum sql_engine engine)
{
	const struct sqltype **of = arena_alloc(a, x->n * sizeof *of);
	const char **name = x->name && y->name ? arena_alloc(a, x->n * sizeof *name) : NULL;

	for (unsigned i = 0; i < x->n; i++) {
		of[i] = sqltype_common(a, x->of[i], y->of[i], engine);
		if (!of[i])
			return NULL;
		if (name && x->name[i] && y->name[i] && strcmp(x->name[i], y->name[i]) == 0)
			name[i] = x->name[i];
	}
	return x->kind == SQL_ROW ? sqltype_row(a, x->n, of, name)
				  : nested(a, x->kind, x->n, of, NULL);
}

static const struct sqltype *common_time(
	struct arena *a, const struct sqltype *x, const struct sqltype *y)
{
	int xp = x->kind == SQL_DATE ? 0 : x->a, yp = y->kind == SQL_DATE ? 0 : y->a;
	enum sqltype_kind kind = x->kind > y->kind ? x->kind : y->kind;

	return kind == SQL_DATE ? &sqltype_date : sqltype_new(a, kind, larger(xp, yp), 0);
}

static bool is_moment(const struct sqltype *t)
{
	return t->kind == SQL_DATE || t->kind == SQL_TIMESTAMP || t->kind == SQL_TIMESTAMP_TZ;
}

const struct sqltype *sqltype_common(
	struct arena *a, const struct sqltype *x, const struct sqltype *y, enum sql_engine engine)
{
	if (sqltype_same(x, y))
		return x;
	if (x->kind == SQL_UNKNOWN || y->kind == SQL_UNKNOWN)
		return x->kind == SQL_UNKNOWN ? y : x;
	if (x->n && x->kind == y->kind && x->n == y->n)
		return common_members(a, x, y, engine);
	if (sqltype_is_number(x) && sqltype_is_number(y)) {
		bool decimal_one = x->kind == SQL_DECIMAL || y->kind == SQL_DECIMAL;

		if (decimal_one && x->kind <= SQL_DECIMAL && y->kind <= SQL_DECIMAL)
			return common_decimal(a, x, y);
		return x->kind > y->kind ? x : y;
	}
	if (x->kind == y->kind && sqltype_is_text(x))
		return x->a > y->a ? x : y;
	if (sqltype_is_text(x) && sqltype_is_text(y))
		return engine == SQL_HIVE
			? sqltype_new(a, SQL_VARCHAR, larger(x->a, y->a), 0)
			: sqltype_new(a, SQL_CHAR, sqltype_char_length(larger(x->a, y->a)), 0);
	if ((is_moment(x) && is_moment(y)) || (x->kind == SQL_TIME && y->kind == SQL_TIME))
		return x->kind == SQL_TIME ? (x->a > y->a ? x : y) : common_time(a, x, y);
	if (engine == SQL_HIVE && sqltype_coerces(x, &sqltype_varchar, engine) &&
		sqltype_coerces(y, &sqltype_varchar, engine))
		return &sqltype_varchar;
	return NULL;
}

bool sqltype_comparable(const struct sqltype *t)
{
	for (unsigned i = 0; i < t->n; i++)
		if (!sqltype_comparable(t->of[i]))
			return false;
	return t->kind != SQL_LAMBDA;
}

bool sqltype_orderable(const struct sqltype *t)
{
	for (unsigned i = 0; i < t->n; i++)
		if (!sqltype_orderable(t->of[i]))
			return false;
	return t->kind != SQL_MAP && t->kind != SQL_JSON && t->kind != SQL_LAMBDA;
}
