/*
 * lossless, cell and infer: a string is the number that strtoll() and strtod() find, by the
 * grammar of lossless.h and no other; converted to any type, it is valid msgpack or refused; the
 * type that is inferred from two strings loses neither.
 */
#include "record/cell.h"
#include "value/lossless.h"
#include "fuzz.h"
#include "record/infer.h"
#include "format/jsonvalue.h"
#include "base/mem.h"
#include "value/mp.h"
#include "base/utf8.h"

#include <errno.h>
#include <math.h>
#include <regex.h>

enum { TYPES = 11 };

/* Made once. */
static struct type *const *types(void)
{
	static const char *const texts[TYPES] = { "int", "long", "float", "double", "string",
		"array<long>", "array<string>", "array<array<double>>", "map<string,long>",
		"map<long,string>", "map<string,array<map<string,double>>>" };
	static struct type *all[TYPES];

	for (size_t i = 0; i < TYPES && !all[TYPES - 1]; i++)
		all[i] = type_parse(texts[i], FAIL_IGNORED);
	return all;
}

enum grammar { A_LONG, A_FRACTION, IN_FULL, A_LENIENT_LONG, GRAMMARS };

static bool is(enum grammar g, const char *text)
{
	static const char *const patterns[GRAMMARS] = { "^(0|-?[1-9][0-9]*)$",
		"^-?(0|[1-9][0-9]*)?[.][0-9]+$",
		"^-?(0|[1-9][0-9]*)?([.][0-9]+)?([eE][+-][0-9]+)?$", "^ *[+-]?[0-9]+ *$" };
	static regex_t re[GRAMMARS];
	static bool made[GRAMMARS];

	FUZZ_CHECK(made[g] || regcomp(&re[g], patterns[g], REG_EXTENDED | REG_NOSUB) == 0);
	made[g] = true;
	return regexec(&re[g], text, 0, NULL, 0) == 0;
}

/* Of the digits, from the first that is not 0 on. */
static size_t significant(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text >= '0' && *text <= '9' && (n > 0 || *text != '0');
	return n;
}

static bool same_double(double a, double b)
{
	return memcmp(&a, &b, sizeof a) == 0;
}

/*
 * Has a double that is printed with as many digits these digits? Up to the exponent, and without
 * zeros at the end of a fraction.
 */
static bool is_printed_in_full(const char *text)
{
	size_t n = strcspn(text, "eE");
	char printed[64], *digits = printed, *own = mem_copy(text, n);
	const char *p = own;
	size_t wanted;
	bool same;

	while (strchr(own, '.') && own[n - 1] == '0')
		own[--n] = '\0';
	wanted = significant(own);
	same = is(IN_FULL, text) && wanted <= 17;
	if (same && wanted > 15) {
		snprintf(printed, sizeof printed, "%.*e", (int)wanted - 1,
			fabs(strtod(text, NULL)));
		for (p += strspn(p, "-.0"); same && *p; p++) {
			digits += *digits == '.';
			same = *p == '.' || *p == *digits++;
		}
	}
	free(own);
	return same;
}

/* text: without NUL bytes, and LOSSLESS_AHEAD bytes may be read after it. */
static void numbers(const char *text, size_t n)
{
	bool is_long, is_double, found;
	int64_t i, ahead_i;
	double d, ahead_d;
	long long want;

	errno = 0;
	want = strtoll(text, NULL, 10);
	is_long = is(A_LONG, text) && errno == 0;
	FUZZ_CHECK(lossless_long(text, n, &i) == is_long &&
		lossless_long_ahead(text, n, &ahead_i) == is_long);
	FUZZ_CHECK(!is_long || (i == want && ahead_i == want));

	is_double = (is_long || is(A_FRACTION, text)) && significant(text) <= 15;
	if (n < 300) { /* and not so small that a double has no such number */
		found = lossless_double(text, n, &d);
		FUZZ_CHECK(lossless_double_ahead(text, n, &ahead_d) == found);
		FUZZ_CHECK(found == is_double || (found && is_printed_in_full(text)));
		FUZZ_CHECK(!found ||
			(same_double(d, strtod(text, NULL)) && same_double(ahead_d, d)));
	}
	if (lossless_long_lenient(text, n, &i))
		FUZZ_CHECK(i == want && errno == 0 && is(A_LENIENT_LONG, text));
	if (lossless_double_lenient(text, n, &d))
		FUZZ_CHECK(same_double(d, strtod(text, NULL)) && !strpbrk(text, "xXnN"));
}

/* What is put is one value of msgpack, of the type's own; a text in a string's column is itself. */
static enum cell_result put(const struct cell *c, const struct type *type, bool exact,
	struct buf *out)
{
	struct cell_rules rules = { .type = type, .exact = exact };
	enum cell_result rc;
	struct mp t;

	buf_init(out, 1 << 20);
	rc = cell_put(&rules, c, out);
	if (rc != CELL_GOOD)
		return rc;
	FUZZ_CHECK(mp_value(out->p, out->p + out->len) == (ptrdiff_t)out->len &&
		mp_token(out->p, out->p + out->len, &t) > 0);
	if (t.type == MP_NIL)
		return rc;
	switch (type->kind) {
	case TYPE_INT:
	case TYPE_LONG: FUZZ_CHECK(t.type == MP_INT || t.type == MP_UINT); break;
	case TYPE_FLOAT:
	case TYPE_DOUBLE: FUZZ_CHECK(t.type == MP_FLOAT); break;
	case TYPE_STRING:
		FUZZ_CHECK(t.type == MP_STR && t.n == c->n &&
			(t.n == 0 || memcmp(t.as.p, c->p, t.n) == 0));
		break;
	case TYPE_ARRAY: FUZZ_CHECK(t.type == MP_ARRAY); break;
	default: FUZZ_CHECK(t.type == MP_MAP);
	}
	return rc;
}

/* A nested value in a text is the one that JSON has there. */
static void nested(const struct cell *text, const struct type *type)
{
	struct buf json, a, b;
	bool is_json;

	buf_init(&json, 1 << 20);
	is_json = !jsonvalue_text(text->p, text->n, &json);
	if (put(text, type, false, &a) == CELL_GOOD && text->n > 0) {
		struct cell value = { { json.p }, json.len, CELL_MP };

		FUZZ_CHECK(is_json && put(&value, type, false, &b) == CELL_GOOD);
		FUZZ_CHECK(a.len == b.len && memcmp(a.p, b.p, a.len) == 0);
		buf_free(&b);
	}
	buf_free(&a);
	buf_free(&json);
}

static void into_types(const char *text, size_t n)
{
	const enum cell_kind kinds[] = { CELL_TEXT, CELL_STRING };
	struct buf out;

	for (size_t i = 0; i < 2 * TYPES; i++) {
		const struct cell c = { { text }, n, kinds[i % 2] };

		for (int exact = 0; exact < 2; exact++) {
			put(&c, types()[i / 2], exact, &out);
			buf_free(&out);
		}
		if (c.kind == CELL_TEXT && types()[i / 2]->kind >= TYPE_ARRAY)
			nested(&c, types()[i / 2]);
		free(cell_show(&c));
	}
}

/*
 * Both fit the type that is inferred of them, and are still there: a long letter by letter, a
 * double as the same number.
 */
static void inferred(const struct cell cell[2])
{
	struct infer seen = { 0 };
	const struct type *type;

	infer_cell(&seen, &cell[0]);
	infer_cell(&seen, &cell[1]);
	type = types()[infer_kind(&seen) == TYPE_LONG      ? 1
			: infer_kind(&seen) == TYPE_DOUBLE ? 3
							   : 4];
	for (int i = 0; i < 2; i++) {
		char back[32];
		struct buf out;
		struct mp t;

		FUZZ_CHECK(put(&cell[i], type, true, &out) == CELL_GOOD);
		mp_token(out.p, out.p + out.len, &t);
		FUZZ_CHECK((t.type == MP_NIL) == (cell[i].n == 0 && type->kind != TYPE_STRING));
		if (type->kind == TYPE_LONG && cell[i].n) {
			snprintf(back, sizeof back, "%lld",
				t.type == MP_INT ? (long long)t.as.i : (long long)t.as.u);
			FUZZ_CHECK(strlen(back) == cell[i].n &&
				memcmp(back, cell[i].p, cell[i].n) == 0);
		}
		buf_free(&out);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_zero(size + LOSSLESS_AHEAD + 1, 1), *second;

	memcpy(text, data, size);
	into_types(text, size);
	second = memchr(text, '\n', size);
	if (second && utf8_is(text, size)) {
		const size_t n = (size_t)(second - text);
		const struct cell cell[2] = { { { text }, n, CELL_TEXT },
			{ { second + 1 }, size - n - 1, CELL_TEXT } };

		inferred(cell);
	}
	text[strcspn(text, "\n")] = '\0';
	numbers(text, strlen(text));
	free(text);
	return 0;
}
