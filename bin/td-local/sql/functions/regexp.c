/*
 * Regular expressions by PCRE2. What it reads differently from Joni (Presto) or Java (Hive) is
 * refused by name.
 */
#include "sql/functions/lib.h"

#include <ctype.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum { MATCH_LIMIT = 5000000, DEPTH_LIMIT = 100000, HEAP_KIB = 64 << 10 };

struct regexp {
	pcre2_code *code;
	pcre2_match_data *m;
	pcre2_match_context *limits;
	char *pattern;
	size_t n;
	uint32_t groups;
};

static void drop(void *p)
{
	struct regexp *r = p;

	pcre2_match_context_free(r->limits);
	pcre2_match_data_free(r->m);
	pcre2_code_free(r->code);
	free(r->pattern);
	free(r);
}

/* --- reading a pattern before PCRE2 does */

static int refuse(struct call *c, const char *what, size_t n)
{
	return call_refuse(c, "'%.*s' in a regular expression", (int)n, what);
}

/* \p{...}: Hive's POSIX names become classes; scripts and blocks are refused. */
static int property(struct call *c, const char **p, const char *end, struct buf *out)
{
	static const char *const names[][2] = { { "Lower", "a-z" }, { "Upper", "A-Z" },
		{ "Alpha", "a-zA-Z" }, { "Digit", "0-9" }, { "Alnum", "a-zA-Z0-9" },
		{ "ASCII", "\\x00-\\x7f" }, { "Blank", " \\t" }, { "Cntrl", "\\x00-\\x1f\\x7f" },
		{ "XDigit", "0-9a-fA-F" }, { "Space", " \\t\\n\\x0b\\f\\r" },
		{ "Punct", "!-\\/:-@\\[-`{-~" } };
	const char *from = *p - 1, *name = *p + 2, *close;

	if (*p + 1 == end || (*p)[1] != '{') {
		*p += 2;
		return buf_put(out, from, *p < end ? 3 : 2);
	}
	close = memchr(name, '}', (size_t)(end - name));
	if (!close)
		return call_error(c, "Invalid regular expression: unclosed property");
	*p = close + 1;
	if ((close - name > 2 && (strncmp(name, "In", 2) == 0 || strncmp(name, "Is", 2) == 0)) ||
		strncmp(name, "java", 4) == 0)
		return refuse(c, from, (size_t)(*p - from));
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i][0]) == (size_t)(close - name) &&
			memcmp(names[i][0], name, strlen(names[i][0])) == 0)
			return lib_is_hive(c)
				? buf_printf(out, "[%s%s]", from[1] == 'P' ? "^" : "", names[i][1])
				: refuse(c, from, (size_t)(*p - from));
	return buf_put(out, from, (size_t)(*p - from));
}

/* An escape; *p follows the backslash. */
static int escape(struct call *c, const char **p, const char *end, struct buf *out, bool class)
{
	if (*p == end)
		return call_error(c, "Invalid regular expression: a backslash at its end");
	switch (**p) {
	case 'h':
	case 'H':
	case 'N':
	case 'g':
	case 'K':
	case 'C':
	case 'R':
	case 'X':
	case 'v':
	case 'V':
	case 'o':
	case 'E': return refuse(c, *p - 1, 2);
	case 'p': case 'P':
		return class ? (lib_is_hive(c) && *p + 2 < end && isupper((unsigned char)(*p)[2]) &&
						       islower((unsigned char)(*p)[3])
					       ? refuse(c, *p - 1, 2)
					       : property(c, p, end, out))
			     : property(c, p, end, out);
	case 'u':
		for (int i = 1; i <= 4; i++)
			if (end - *p <= i || !isxdigit((unsigned char)(*p)[i]))
				return call_error(c,
					"Invalid regular expression: Illegal Unicode escape "
					"sequence");
		buf_printf(out, "\\x{%.4s}", *p + 1);
		*p += 5;
		return 0;
	case 'Q': {
		const char *close = lib_find(*p, (size_t)(end - *p), "\\E", 2);

		if (class)
			return refuse(c, "\\Q in a class", 13);
		for (++*p; *p < (close ? close : end); ++*p)
			if ((isascii((unsigned char)**p) && !isalnum((unsigned char)**p) &&
				    buf_putc(out, '\\')) ||
				buf_putc(out, **p))
				return -1;
		*p = close ? close + 2 : end;
		return 0;
	}
	default: {
		size_t w = lib_width(*p, end);

		if (isalpha((unsigned char)**p) && !strchr("abBcdDefGkKnrsStwWxAzZ", **p))
			return call_error(
				c, "Invalid regular expression: invalid escape \\%c", **p);
		buf_putc(out, '\\');
		buf_put(out, *p, w);
		*p += w;
		return 0;
	}
	}
}

/* What follows an opening parenthesis. */
static int group(struct call *c, const char *p, const char *end)
{
	size_t n = (size_t)(end - p);

	if (n > 0 && *p == '*')
		return refuse(c, "(*", 2);
	if (n < 2 || *p != '?')
		return 0;
	switch (p[1]) {
	case ':': case '=': case '!': case '>': case '<':
		return 0;
	case '#':
		return lib_is_hive(c) ? refuse(c, "(?#", 3) : 0;
	default:
		for (const char *s = p + 1; s < end && *s != ')' && *s != ':'; s++)
			if (!strchr("imsx-", *s))
				return refuse(c, p - 1, (size_t)(s - p) + 2);
		return 0;
	}
}

/* {,n} is a quantifier for some and text for others. */
static bool starts_open_range(const char *p, const char *end)
{
	return end - p > 2 && p[0] == '{' && p[1] == ',' && isdigit((unsigned char)p[2]);
}

static int rewrite(struct call *c, const char *p, const char *end, struct buf *out)
{
	bool class = false;

	while (p < end) {
		if (*p == '\\') {
			p++;
			if (escape(c, &p, end, out, class))
				return -1;
			continue;
		}
		if (class && *p == '[')
			return refuse(c, "[ in a class", 12);
		if (class && end - p > 1 && p[0] == '&' && p[1] == '&')
			return refuse(c, "&& in a class", 13);
		if (!class && *p == '(' && group(c, p + 1, end))
			return -1;
		if (!class && starts_open_range(p, end))
			return refuse(c, "{,n}", 4);
		if (!class && *p == '[') {
			class = true;
			buf_putc(out, *p++);
			if (p < end && *p == '^')
				buf_putc(out, *p++);
			if (p < end && *p == ']')
				buf_putc(out, *p++);
			continue;
		}
		if (class && *p == ']')
			class = false;
		buf_putc(out, *p++);
	}
	return 0;
}

static int compile(struct call *c, const struct datum *pattern, struct regexp *r)
{
	uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C |
		(lib_is_hive(c) ? 0 : PCRE2_UCP);
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	struct buf b;
	size_t at;
	int error;

	buf_init(&b, 1 << 20);
	pcre2_set_newline(context, lib_is_hive(c) ? PCRE2_NEWLINE_ANY : PCRE2_NEWLINE_LF);
	if (rewrite(c, pattern->p, pattern->p + pattern->n, &b) == 0)
		r->code = pcre2_compile(
			(PCRE2_SPTR)(b.p ? b.p : ""), b.len, options, &error, &at, context);
	if (!r->code && !c->failed) {
		PCRE2_UCHAR text[200];

		pcre2_get_error_message(error, text, sizeof text);
		call_error(
			c, "Invalid regular expression: %s near index %zu", (const char *)text, at);
	}
	pcre2_compile_context_free(context);
	buf_free(&b);
	if (!r->code)
		return -1;
	r->m = pcre2_match_data_create_from_pattern(r->code, NULL);
	r->limits = pcre2_match_context_create(NULL);
	if (!r->m || !r->limits)
		abort();
	pcre2_set_match_limit(r->limits, MATCH_LIMIT);
	pcre2_set_depth_limit(r->limits, DEPTH_LIMIT);
	pcre2_set_heap_limit(r->limits, HEAP_KIB);
	pcre2_pattern_info(r->code, PCRE2_INFO_CAPTURECOUNT, &r->groups);
	return 0;
}

/* The compiled pattern; c keeps the last one. NULL: an error. */
static struct regexp *regexp_of(struct call *c, const struct datum *pattern)
{
	struct regexp *r = c->own;

	if (r && r->n == pattern->n && memcmp(r->pattern, pattern->p, r->n) == 0)
		return r;
	if (r)
		drop(r);
	c->own = NULL;
	r = calloc(1, sizeof *r);
	if (!r || !(r->pattern = malloc(pattern->n + 1)))
		abort();
	memcpy(r->pattern, pattern->p, r->n = pattern->n);
	if (compile(c, pattern, r)) {
		drop(r);
		return NULL;
	}
	c->own = r;
	c->own_free = drop;
	return r;
}

/* --- matching */

/*
 * The next match from *at on; *at moves to its end (beyond the text's end after an empty match
 * there). False: none, or an error.
 */
static bool next(struct call *c, struct regexp *r, const struct datum *text, size_t *at,
	const size_t **where)
{
	int n;

	if (*at > text->n || call_stopped(c))
		return false;
	n = pcre2_match(r->code, (PCRE2_SPTR)text->p, text->n, *at, 0, r->m, r->limits);
	if (n == PCRE2_ERROR_NOMATCH)
		return false;
	if (n < 0) {
		PCRE2_UCHAR why[200];

		pcre2_get_error_message(n, why, sizeof why);
		call_refuse(c, "the regular expression '%.*s' takes too long (%s)",
			(int)(r->n < 100 ? r->n : 100), r->pattern, (const char *)why);
		return false;
	}
	*where = pcre2_get_ovector_pointer(r->m);
	*at = (*where)[1];
	if ((*where)[0] == (*where)[1])
		*at += *at < text->n ? lib_width(text->p + *at, text->p + text->n) : 1;
	return true;
}

static void set_group(const struct datum *text, const size_t *where, int64_t g, struct datum *out)
{
	if (where[2 * g] == PCRE2_UNSET)
		datum_set_null(out);
	else
		datum_set_text(out, text->p + where[2 * g], where[2 * g + 1] - where[2 * g]);
}

static bool group_good(struct call *c, const struct regexp *r, int64_t g)
{
	if (g < 0)
		call_error(c, "Group cannot be negative");
	else if (g > r->groups)
		call_error(c, "Pattern has %u groups. Cannot access group %lld", r->groups,
			(long long)g);
	return !c->failed;
}

static void like(struct call *c, const struct datum *arg, struct datum *out)
{
	struct regexp *r = regexp_of(c, &arg[1]);
	const size_t *where;
	size_t at = 0;
	bool found = r && next(c, r, &arg[0], &at, &where);

	if (!c->failed)
		datum_set_bool(out, found && (arg[1].n || !lib_is_hive(c)));
}

static void extract(struct call *c, const struct datum *arg, struct datum *out)
{
	int64_t g = c->argc > 2 ? arg[2].i : lib_is_hive(c) ? 1 : 0;
	struct regexp *r = regexp_of(c, &arg[1]);
	const size_t *where;
	size_t at = 0;

	if (!r || (!lib_is_hive(c) && !group_good(c, r, g)))
		return;
	if (next(c, r, &arg[0], &at, &where)) {
		if (group_good(c, r, g))
			set_group(&arg[0], where, g, out);
	} else if (lib_is_hive(c)) {
		datum_set_text(out, "", 0);
	}
}

static void extract_all(struct call *c, const struct datum *arg, struct datum *out)
{
	int64_t g = c->argc > 2 ? arg[2].i : 0;
	struct regexp *r = regexp_of(c, &arg[1]);
	struct lib_list l = { 0 };
	const size_t *where;
	size_t at = 0;

	if (!r || !group_good(c, r, g))
		return;
	while (next(c, r, &arg[0], &at, &where))
		set_group(&arg[0], where, g, lib_add(c, &l));
	if (!c->failed)
		lib_array(c, &l, out);
}

static void split(struct call *c, const struct datum *arg, struct datum *out)
{
	struct regexp *r = regexp_of(c, &arg[1]);
	struct lib_list l = { 0 };
	size_t at = 0, last = 0;
	const size_t *where;

	while (r && next(c, r, &arg[0], &at, &where)) {
		lib_add_text(c, &l, arg[0].p + last, arg[0].p + where[0]);
		last = where[1];
	}
	if (c->failed)
		return;
	lib_add_text(c, &l, arg[0].p + last, arg[0].p + arg[0].n);
	lib_array(c, &l, out);
}

/* Java's String.split(): nothing before an empty match at the start, no empty texts at the end. */
static void java_split(struct call *c, const struct datum *arg, struct datum *out)
{
	struct regexp *r = regexp_of(c, &arg[1]);
	struct lib_list l = { 0 };
	size_t at = 0, last = 0;
	const size_t *where;

	while (r && next(c, r, &arg[0], &at, &where)) {
		if (where[1] == 0 || (where[0] == where[1] && where[0] == arg[0].n))
			continue;
		lib_add_text(c, &l, arg[0].p + last, arg[0].p + where[0]);
		last = where[1];
	}
	if (c->failed)
		return;
	lib_add_text(c, &l, arg[0].p + last, arg[0].p + arg[0].n);
	while (l.n > 1 && l.v[l.n - 1].n == 0)
		l.n--;
	lib_array(c, &l, out);
}

static void count(struct call *c, const struct datum *arg, struct datum *out)
{
	struct regexp *r = regexp_of(c, &arg[1]);
	const size_t *where;
	size_t at = 0;
	int64_t n = 0;

	while (r && next(c, r, &arg[0], &at, &where))
		n++;
	if (!c->failed)
		datum_set_int(out, n);
}

static void position(struct call *c, const struct datum *arg, struct datum *out)
{
	int64_t start = c->argc > 2 ? arg[2].i : 1, k = c->argc > 3 ? arg[3].i : 1;
	const char *p = arg[0].p, *end = p + arg[0].n;
	struct regexp *r = regexp_of(c, &arg[1]);
	const size_t *where;
	struct datum before;
	size_t at;

	if (start < 1)
		call_error(c, "start position cannot be smaller than 1");
	else if (k < 1)
		call_error(c, "occurrence cannot be smaller than 1");
	if (!r || c->failed)
		return;
	datum_set_int(out, -1);
	if (start > (int64_t)lib_length(&arg[0]))
		return;
	at = (size_t)(lib_skip(p, end, start - 1) - p);
	while (next(c, r, &arg[0], &at, &where))
		if (--k == 0) {
			lib_text(&before, p, p + where[0]);
			datum_set_int(out, (int64_t)lib_length(&before) + 1);
			return;
		}
}

/* --- replacing */

static int bad_replacement(struct call *c, const struct datum *with)
{
	return call_error(c, "Illegal replacement sequence: %.*s",
		(int)(with->n < 200 ? with->n : 200), with->p);
}

/* The group that a $ names; *p follows the $. */
static int64_t reference(struct call *c, const struct regexp *r, const struct datum *with,
	const char **p, const char *end)
{
	int64_t g;

	if (*p < end && **p == '{') {
		const char *name = ++*p, *close = memchr(name, '}', (size_t)(end - name));

		if (!close)
			return bad_replacement(c, with);
		*p = close + 1;
		g = pcre2_substring_number_from_name(
			r->code, (PCRE2_SPTR)arena_copy(c->scratch, name, (size_t)(close - name)));
		return g > 0 ? g
			     : call_error(c, "Illegal replacement sequence: unknown group { %.*s }",
				       (int)(close - name), name);
	}
	if (*p == end || !isdigit((unsigned char)**p))
		return bad_replacement(c, with);
	g = *(*p)++ - '0';
	if (g > r->groups)
		return call_error(
			c, "Illegal replacement sequence: unknown group %lld", (long long)g);
	while (*p < end && isdigit((unsigned char)**p) && g * 10 + (**p - '0') <= r->groups)
		g = g * 10 + (*(*p)++ - '0');
	return g;
}

static int put_replacement(struct call *c, const struct regexp *r, const struct datum *text,
	const size_t *where, const struct datum *with, struct buf *b)
{
	const char *p = with->p, *end = p + with->n;
	struct datum part;

	while (p < end) {
		if (*p == '$') {
			int64_t g;

			p++;
			g = reference(c, r, with, &p, end);
			if (g < 0)
				return -1;
			set_group(text, where, g, &part);
			if (part.kind != DATUM_NULL && buf_put(b, part.p, part.n))
				return -1;
			continue;
		}
		if (*p == '\\' && ++p == end)
			return bad_replacement(c, with);
		if (buf_putc(b, *p++))
			return -1;
	}
	return 0;
}

/* By a lambda of all groups, from 1. */
static int put_called(struct call *c, const struct regexp *r, const struct datum *text,
	const size_t *where, struct buf *b, bool *null)
{
	struct datum *g = arena_alloc(c->scratch, (r->groups + 1) * sizeof *g), list, with;

	for (uint32_t i = 0; i < r->groups; i++)
		set_group(text, where, i + 1, &g[i]);
	lib_list_as(c, c->arg[2]->of[0], g, r->groups, &list);
	if (c->failed || call_lambda(c, 2, &list, &with))
		return -1;
	*null |= with.kind == DATUM_NULL;
	return with.kind == DATUM_NULL ? 0 : buf_put(b, with.p, with.n);
}

static void replace(struct call *c, const struct datum *arg, struct datum *out)
{
	static const struct datum none = { .kind = DATUM_TEXT, .p = "" };
	bool lambda = c->argc > 2 && c->arg[2]->kind == SQL_LAMBDA, null = false;
	const struct datum *with = c->argc > 2 ? &arg[2] : &none;
	struct regexp *r = regexp_of(c, &arg[1]);
	size_t at = 0, last = 0;
	const size_t *where;
	struct buf b;
	int rc = 0;

	buf_init(&b, CALL_VALUE_MAX);
	while (r && rc == 0 && next(c, r, &arg[0], &at, &where)) {
		rc = buf_put(&b, arg[0].p + last, where[0] - last);
		last = where[1];
		if (rc == 0)
			rc = lambda ? put_called(c, r, &arg[0], where, &b, &null)
				    : put_replacement(c, r, &arg[0], where, with, &b);
	}
	if (c->failed || null)
		buf_free(&b);
	else
		call_text(c, &b, rc ? rc : buf_put(&b, arg[0].p + last, arg[0].n - last), out);
}

/* Presto's guess at the longest result. */
static const struct sqltype *replaced_type(struct call *c)
{
	int64_t n = c->arg[0]->a, with = c->arg[2]->a,
		most = n < (1 << 20) && with < (1 << 20) ? n * with / 2 : SQL_UNBOUNDED;

	most = most > with ? most : with;
	return lib_varchar(c, most < (1 << 30) ? n + most * (n + 1) : SQL_UNBOUNDED);
}

const struct function functions_regexp[] = {
	{ "regexp_like", "(varchar, varchar) -> boolean", SQL_PRESTO, 0, .call = like },
	{ "$rlike", "(varchar, varchar) -> boolean", SQL_HIVE, 0, .call = like },
	{ "regexp_extract", "(varchar(x), varchar) -> varchar(x)", SQL_BOTH, 0, .call = extract },
	{ "regexp_extract", "(varchar(x), varchar, bigint) -> varchar(x)", SQL_BOTH, 0, .call = extract },
	{ "regexp_extract_all", "(varchar(x), varchar) -> array(varchar(x))", SQL_PRESTO, 0, .call = extract_all },
	{ "regexp_extract_all", "(varchar(x), varchar, bigint) -> array(varchar(x))", SQL_PRESTO, 0, .call = extract_all },
	{ "regexp_replace", "(varchar(x), varchar) -> varchar(x)", SQL_PRESTO, 0, .call = replace },
	{ "regexp_replace", "(varchar, varchar, varchar) -> varchar", SQL_BOTH, 0, .call = replace, .result = replaced_type },
	{ "regexp_replace", "(varchar, varchar, (array(varchar)) -> varchar) -> varchar", SQL_PRESTO, 0, .call = replace },
	{ "regexp_split", "(varchar(x), varchar) -> array(varchar(x))", SQL_PRESTO, 0, .call = split },
	{ "split", "(varchar, varchar) -> array(varchar)", SQL_HIVE, 0, .call = java_split },
	{ "regexp_count", "(varchar, varchar) -> bigint", SQL_PRESTO, 0, .call = count },
	{ "regexp_position", "(varchar, varchar) -> integer", SQL_PRESTO, 0, .call = position },
	{ "regexp_position", "(varchar, varchar, bigint) -> integer", SQL_PRESTO, 0, .call = position },
	{ "regexp_position", "(varchar, varchar, bigint, bigint) -> integer", SQL_PRESTO, 0, .call = position },
	{ 0 },
};
