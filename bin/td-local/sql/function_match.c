/* Signatures: "(array(T), (T) -> boolean) -> array(T)", and the choice among overloads. */
#include "sql/function_match.h"
#include "base/mem.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum pattern_kind { ANY, NUMBER, INTEGER, TYPE, FAMILY, ARRAY, MAP, LAMBDA };
struct pattern {
	enum pattern_kind kind;
	char letter;                 /* of ANY, NUMBER, INTEGER */
	const struct sqltype *type;  /* TYPE; FAMILY: with any parameters */
	bool sized;                  /* varchar(x), char(x): as long as the argument of that form */
	unsigned n;
	struct pattern *of[8];       /* LAMBDA: parameters, and last its result */
};
enum { PARAMETERS_MAX = 16, FAR = 1000000 };
struct signature {
	unsigned n;
	struct pattern *parameter[PARAMETERS_MAX], *result;
	bool variadic; /* the last one any number of times, also none */
};

/* --- reading */

static struct pattern *read_pattern(struct arena *a, const char **p);

static void blanks(const char **p)
{
	while (**p == ' ')
		++*p;
}

static bool take(const char **p, const char *what)
{
	size_t n = strlen(what);

	blanks(p);
	if (strncmp(*p, what, n) != 0)
		return false;
	*p += n;
	return true;
}

static void read_list(struct arena *a, const char **p, struct pattern *out)
{
	while (!take(p, ")")) {
		take(p, ",");
		out->of[out->n++] = read_pattern(a, p);
	}
}

/* A type's name reaches to the comma or bracket that is not its own. */
static void read_name(struct arena *a, const char **p, struct pattern *out)
{
	const char *from = *p;
	int depth = 0;

	for (; **p && (depth || !strchr(",)", **p)) && strncmp(*p, "...", 3) != 0; ++*p)
		depth += (**p == '(') - (**p == ')');
	from = arena_copy(a, from, (size_t)(*p - from));
	out->sized = strcmp(from, "varchar(x)") == 0 || strcmp(from, "char(x)") == 0;
	out->type = sqltype_parse(a, out->sized ? arena_copy(a, from, strlen(from) - 3) : from);
	out->kind = !out->sized && (strchr(from, '(') || !strcmp(from, "unknown")) ? TYPE : FAMILY;
	if (!out->type)
		abort(); /* a table's row is wrong: every row is read by a test */
}

static struct pattern *read_pattern(struct arena *a, const char **p)
{
	struct pattern *out = arena_alloc(a, sizeof *out);

	blanks(p);
	if (take(p, "(")) {
		out->kind = LAMBDA;
		read_list(a, p, out);
		take(p, "->");
		out->of[out->n++] = read_pattern(a, p);
	} else if (isupper((unsigned char)**p) && !isalpha((unsigned char)(*p)[1])) {
		out->letter = **p;
		out->kind = **p == 'N' ? NUMBER : **p == 'I' ? INTEGER : ANY;
		++*p;
	} else if (take(p, "array(")) {
		out->kind = ARRAY;
		read_list(a, p, out);
	} else if (take(p, "map(")) {
		out->kind = MAP;
		read_list(a, p, out);
	} else {
		read_name(a, p, out);
	}
	return out;
}

static struct signature *read_signature(struct arena *a, const char *text)
{
	struct signature *s = arena_alloc(a, sizeof *s);
	const char *p = text;

	take(&p, "(");
	while (!take(&p, ")")) {
		take(&p, ",");
		s->parameter[s->n++] = read_pattern(a, &p);
		s->variadic = take(&p, "...");
	}
	if (take(&p, "->"))
		s->result = read_pattern(a, &p);
	return s;
}

/* --- fitting */

/* How far a coercion goes; 0: none is needed. */
static int distance(const struct sqltype *from, const struct sqltype *to)
{
	if (from->kind == to->kind)
		return sqltype_same(from, to) || from->kind == SQL_VARCHAR ? 0 : 1;
	if (from->kind == SQL_UNKNOWN)
		return 1;
	if (sqltype_is_text(from) && to->kind == SQL_DECIMAL)
		return 100; /* Hive: a text in arithmetic is a double */
	return 10 + abs((int)to->kind - (int)from->kind);
}

static const struct sqltype **letter_of(struct function_match *m, const struct pattern *p)
{
	return &m->letter[p->letter - 'A'];
}

static bool letter_allows(const struct pattern *p, const struct sqltype *t)
{
	return t->kind == SQL_UNKNOWN || p->kind == ANY ||
		(p->kind == NUMBER ? sqltype_is_number(t) : sqltype_is_integer(t));
}

/* Binds the letters of parameter p to an argument of type t. Returns false if they do not match. */
static bool unify(struct function_match *m, const struct pattern *p, const struct sqltype *t)
{
	const struct sqltype **letter;

	if (t->kind == SQL_UNKNOWN && p->kind >= TYPE)
		return true;
	if (p->letter == 'X')
		return true;
	switch (p->kind) {
	case ANY: case NUMBER: case INTEGER:
		letter = letter_of(m, p);
		*letter = *letter ? sqltype_common(m->a, *letter, t, m->engine) : t;
		return *letter && letter_allows(p, *letter);
	case ARRAY:
		return t->kind == SQL_ARRAY && unify(m, p->of[0], t->of[0]);
	case MAP:
		return t->kind == SQL_MAP && unify(m, p->of[0], t->of[0]) &&
			unify(m, p->of[1], t->of[1]);
	case LAMBDA:
		return t->kind == SQL_LAMBDA && t->n == p->n;
	default:
		return t->kind == p->type->kind || sqltype_coerces(t, p->type, m->engine) ||
			(p->kind == FAMILY && p->type->kind == SQL_CHAR && t->kind == SQL_VARCHAR);
	}
}

/* The type that p is with the letters' types; t: the argument's, for what may have any parameters.
 * NULL: a letter is free. */
static const struct sqltype *substitute(
	struct function_match *m, const struct pattern *p, const struct sqltype *t)
{
	const struct sqltype *of[8];

	if (p->letter == 'X')
		return t;
	switch (p->kind) {
	case ANY: case NUMBER: case INTEGER: return *letter_of(m, p);
	case TYPE: return p->type;
	case FAMILY:
		if (p->sized && !t)
			return sqltype_new(m->a, p->type->kind, m->length, 0);
		if (t && t->kind == p->type->kind)
			return t;
		if (t && t->kind == SQL_VARCHAR && p->type->kind == SQL_CHAR)
			return sqltype_new(m->a, SQL_CHAR, sqltype_char_length(t->a), 0);
		if (p->type->kind == SQL_DECIMAL && t && t->kind != SQL_UNKNOWN) {
			const struct sqltype *one = sqltype_decimal(m->a, 1, 0),
					     *common = sqltype_common(m->a, t, one, m->engine);

			return common && common->kind == SQL_DECIMAL ? common : p->type;
		}
		return p->type;
	default: break;
	}
	for (unsigned i = 0; i < p->n; i++)
		if (!(of[i] = substitute(m, p->of[i],
			      t && t->n == p->n && t->kind != SQL_LAMBDA ? t->of[i] : NULL)) &&
			p->kind != LAMBDA)
			of[i] = &sqltype_unknown;
	if (p->kind == ARRAY)
		return sqltype_array(m->a, of[0]);
	if (p->kind == MAP)
		return sqltype_map(m->a, of[0], of[1]);
	return NULL;
}

static const struct pattern *parameter(const struct signature *s, int i)
{
	if ((unsigned)i < s->n)
		return s->parameter[i];
	return s->variadic && s->n ? s->parameter[s->n - 1] : NULL;
}

static bool count_fits(const struct signature *s, int argc)
{
	unsigned least = s->n - s->variadic;

	return (unsigned)argc >= least && (s->variadic || (unsigned)argc == s->n);
}

/* The sum of the arguments' distances, or -1: it does not fit. */
static int fit(struct function_match *m, const struct sqltype *const *arg)
{
	int sum = 0;

	memset(m->letter, 0, sizeof m->letter);
	if (!count_fits(m->s, m->argc))
		return -1;
	for (int i = 0; i < m->argc; i++)
		if (!unify(m, parameter(m->s, i), arg[i]))
			return -1;
	for (int i = 0; i < m->argc; i++) {
		const struct pattern *p = parameter(m->s, i);

		if (p->kind == LAMBDA) {
			m->arg[i] = arg[i];
			continue;
		}
		m->arg[i] = substitute(m, p, arg[i]);
		if (!m->arg[i])
			m->arg[i] = &sqltype_unknown;
		if (p->sized)
			m->length = m->arg[i]->a;
		if (m->arg[i]->kind == SQL_UNKNOWN && p->kind == INTEGER)
			m->arg[i] = *letter_of(m, p) = &sqltype_bigint;
		if (m->arg[i]->kind == SQL_UNKNOWN && p->kind == NUMBER)
			m->arg[i] = *letter_of(m, p) = &sqltype_double;
		sum += distance(arg[i], m->arg[i]) * (arg[i]->kind == SQL_UNKNOWN ? 1 : 2) +
			(p->kind == ANY ? 1 : 0);
	}
	return sum;
}

static struct function_match *new_match(
	struct arena *a, enum sql_engine engine, const struct function *f, int argc)
{
	struct function_match *m = arena_alloc(a, sizeof *m);

	*m = (struct function_match){ .f = f, .argc = argc, .a = a, .engine = engine };
	m->arg = arena_alloc(a, ((size_t)argc + 1) * sizeof *m->arg);
	m->s = read_signature(a, f->signature);
	return m;
}

/* --- what the engines have, and td-local has not */

static const struct {
	enum sql_engine engine;
	const char *names; /* blanks between and around them */
} missing[] = {
	{ SQL_PRESTO,
		" approx_most_frequent approx_set beta_cdf bing_tile bing_tile_at "
		"bing_tiles_around classify color bar "
		"convex_hull_agg empty_approx_set evaluate_classifier_predictions features "
		"geometry_union great_circle_distance "
		"inverse_beta_cdf inverse_normal_cdf is_subnet_of learn_classifier learn_regressor "
		"line_locate_point make_set_digest "
		"merge merge_set_digest murmur3 numeric_histogram parse_data_size "
		"parse_presto_data_size qdigest_agg regress "
		"render rgb spatial_partitioning spooky_hash_v2_32 spooky_hash_v2_64 st_point "
		"st_distance st_contains tdigest_agg "
		"to_geometry uuid "
		"value_at_quantile values_at_quantiles "
		"word_stem "
		"intersection_cardinality jaccard_index hash_counts "
		"current_user current_groups " },
	{ SQL_HIVE,
		" add_bias amplify assert_true array_concat bround cbrt context_ngrams "
		"create_union current_database each_top_k "
		"ewah_bitmap extract_feature extract_weight from_json from_utc_timestamp "
		"get_splits histogram in_file inline isfalse "
		"java_method json_tuple logged_in_user mask mask_first_n mask_hash mask_last_n "
		"mask_show_first_n mask_show_last_n matchpath "
		"ngrams noop noopwithmap parse_url_tuple percentile quantify rand_amplify reflect "
		"reflect2 rescale replicate_rows sentences "
		"sigmoid sort_by_feature stack tokenize tokenize_ja to_utc_timestamp train_arow "
		"train_classifier train_logregr "
		"train_regressor unescape windowingtablefunction xpath " },
	{ SQL_BOTH,
		" td_parse_user_agent td_parse_agent td_ip_to_country_code td_ip_to_country_name "
		"td_ip_to_city_name "
		"td_ip_to_latitude td_ip_to_longitude td_ip_to_postal_code td_ip_to_time_zone "
		"td_ip_to_domain td_ip_to_connection_type "
		"td_ip_to_metro_code td_ip_to_subdivision_names "
		"td_ip_to_least_specific_subdivision_name "
		"td_ip_to_most_specific_subdivision_name td_lat_long_to_country td_currency_conv "
		"td_approx_most_frequent td_numeric_range "
		"td_x_rank td_array_index td_substr td_count_if td_sessionize td_average_location "
		"smart_digest " },
};

static bool is_missing(enum sql_engine engine, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < sizeof missing / sizeof *missing; i++)
		for (const char *p = missing[i].names;
			missing[i].engine & engine && (p = strstr(p, name)); p++)
			if (p[-1] == ' ' && p[n] == ' ')
				return true;
	return false;
}

/* --- choosing */

static const char *types_text(
	struct arena *a, enum sql_engine engine, int argc, const struct sqltype *const *arg)
{
	const char *s = "";

	for (int i = 0; i < argc; i++)
		s = arena_printf(a, "%s%s%s", s, i ? ", " : "",
			arg[i]->kind == SQL_LAMBDA ? "function" : sqltype_text(a, arg[i], engine));
	return s;
}

static const char *unfit(struct arena *a, enum sql_engine engine, const char *name, int argc,
	const struct sqltype *const *arg)
{
	const char *expected = "";

	for (const struct function *const *t = functions_tables; *t; t++)
		for (const struct function *f = *t; f->name; f++)
			if (f->engines & engine && strcmp(f->name, name) == 0)
				expected = arena_printf(a, "%s%s%s%s", expected,
					*expected ? ", " : "", name, f->signature);
	return arena_printf(a,
		"Unexpected parameters (%s) for function %s. Expected: %s in td-local",
		types_text(a, engine, argc, arg), name, expected);
}

struct function_match *function_resolve(struct arena *a, enum sql_engine engine, const char *name,
	int argc, const struct sqltype *const *arg, const char **why)
{
	struct function_match *best = NULL;
	int least = FAR;
	bool some = false;

	for (const struct function *const *t = functions_tables; *t; t++)
		for (const struct function *f = *t; f->name; f++) {
			struct function_match *m;
			int d;

			if (!(f->engines & engine) || strcmp(f->name, name) != 0)
				continue;
			some = true;
			m = new_match(a, engine, f, argc);
			d = fit(m, arg);
			if (d >= 0 && d < least) {
				best = m;
				least = d;
			}
		}
	if (!some && is_missing(engine, name))
		*why = arena_printf(a, "%s(%s): not supported by td-local", name,
			types_text(a, engine, argc, arg));
	else if (!some)
		*why = arena_printf(
			a, "Function '%s' not registered, or not known to td-local", name);
	else if (!best)
		*why = unfit(a, engine, name, argc, arg);
	return best;
}

const struct sqltype *const *function_lambda_parameters(struct function_match *m, int i)
{
	const struct pattern *p = parameter(m->s, i);
	const struct sqltype **of = arena_alloc(m->a, p->n * sizeof *of);

	for (unsigned k = 0; k + 1 < p->n; k++) {
		of[k] = substitute(m, p->of[k], NULL);
		if (!of[k])
			of[k] = &sqltype_unknown;
	}
	return of;
}

const struct sqltype *function_lambda_result(
	struct function_match *m, int i, const struct sqltype *body)
{
	const struct pattern *p = parameter(m->s, i), *r = p->of[p->n - 1];
	const struct sqltype *t = substitute(m, r, NULL),
			     **of = arena_alloc(m->a, p->n * sizeof *of);
	struct sqltype *lambda = arena_alloc(m->a, sizeof *lambda);

	if (!t || t->kind == SQL_UNKNOWN) {
		if (!unify(m, r, body))
			return NULL;
		t = substitute(m, r, body);
	} else if (!sqltype_same(body, t) && body->kind != SQL_UNKNOWN &&
		!sqltype_coerces(body, t, m->engine)) {
		return NULL;
	}
	memcpy(of, function_lambda_parameters(m, i), (p->n - 1) * sizeof *of);
	of[p->n - 1] = t;
	*lambda = (struct sqltype){ .kind = SQL_LAMBDA, .n = p->n, .of = of };
	m->arg[i] = lambda;
	return t;
}

bool function_lambda_widen(struct function_match *m, int i, const struct sqltype *body)
{
	const struct pattern *p = parameter(m->s, i), *r = p->of[p->n - 1];

	if (!unify(m, r, body))
		return false;
	for (int k = 0; k < m->argc; k++) /* arguments with that letter become wider, too */
		if (parameter(m->s, k)->kind != LAMBDA)
			m->arg[k] = substitute(m, parameter(m->s, k), m->arg[k]);
	return true;
}

const struct sqltype *function_result(struct function_match *m, struct call *c)
{
	c->f = m->f;
	c->argc = m->argc;
	c->arg = m->arg;
	if (m->f->result)
		m->result = m->f->result(c);
	else
		m->result = substitute(m, m->s->result, NULL);
	if (!m->result && !c->failed)
		m->result = &sqltype_unknown;
	return m->result;
}

const struct function *function_find(enum sql_engine engine, const char *name)
{
	for (const struct function *const *t = functions_tables; *t; t++)
		for (const struct function *f = *t; f->name; f++)
			if (f->engines & engine && strcmp(f->name, name) == 0)
				return f;
	return NULL;
}

/* --- the list for the manual */

/* What looks like a function but is handled by the binder. */
static const struct {
	enum sql_engine engine;
	const char *line;
} special[] = {
	{ SQL_BOTH, "if(boolean, T, T) -> T\n" }, { SQL_PRESTO, "if(boolean, T) -> T\n" },
	{ SQL_BOTH, "coalesce(T, T...) -> T\n" }, { SQL_BOTH, "nullif(T, T) -> T\n" },
	{ SQL_PRESTO, "try(T) -> T\n" }, { SQL_PRESTO, "typeof(T) -> varchar\n" },
	{ SQL_PRESTO, "grouping(T...) -> bigint\n" }, { SQL_HIVE, "nvl(T, T) -> T\n" },
	{ SQL_HIVE, "isnull(T) -> boolean\n" }, { SQL_HIVE, "isnotnull(T) -> boolean\n" },
	{ SQL_HIVE, "named_struct(varchar, T, ...) -> struct\n" },
	{ SQL_HIVE, "explode(array(T))\n" }, { SQL_HIVE, "explode(map(K,V))\n" },
	{ SQL_HIVE, "posexplode(array(T))\n" }, { SQL_HIVE, "inline(array(struct))\n" },
	{ SQL_HIVE, "stack(integer, T...)\n" }, { SQL_HIVE, "json_tuple(varchar, varchar...)\n" },
	{ SQL_BOTH, "cast(T AS U) -> U\n" }, { SQL_PRESTO, "try_cast(T AS U) -> U\n" },
};

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int function_list(struct buf *out, enum sql_engine engine)
{
	struct arena a = { 0 };
	const char **line = NULL;
	size_t n = 0;
	int rc = 0;

	for (const struct function *const *t = functions_tables; *t; t++)
		for (const struct function *f = *t; f->name; f++) {
			if (!(f->engines & engine) || *f->name == '$')
				continue;
			line = mem_resize(line, n + 1, sizeof *line);
			line[n++] = arena_printf(&a, "%s%s\n", f->name, f->signature);
		}
	for (size_t i = 0; i < sizeof special / sizeof *special; i++)
		if (special[i].engine & engine) {
			line = mem_resize(line, n + 1, sizeof *line);
			line[n++] = special[i].line;
		}
	qsort(line, n, sizeof *line, by_text);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = i && strcmp(line[i], line[i - 1]) == 0 ? 0 : buf_puts(out, line[i]);
	free(line);
	arena_free(&a);
	return rc;
}
