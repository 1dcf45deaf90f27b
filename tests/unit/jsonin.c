/*
 * jsonin: accepts and refuses what jansson does, with the same values, wherever the input is cut.
 */
#include "format/jsonin.h"
#include "bytes.h"
#include "record/cell.h"
#include "value/mp.h"
#include "tap.h"

#include <jansson.h>
#include <stdlib.h>

enum { OUT_MAX = 1 << 20 };

static uint64_t seed = 88172645463325252u;

static unsigned dice(unsigned n)
{
	seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
	return (unsigned)((seed >> 20) % n);
}

/* Rows as text: "line(column=value ...)"; a failure ends it with "!". */
static struct buf rows_of(const char *p, size_t n, size_t piece)
{
	struct bytes_source s = bytes_source(p, n, piece);
	struct fail f = { 0 };
	struct jsonin j;
	struct keys keys;
	struct row row;
	struct buf out;

	buf_init(&out, OUT_MAX);
	keys_init(&keys);
	jsonin_init(&j, &s.source, &keys);
	while (row_next(&j.rowin, &row, &f) == ROW_GOOD) {
		buf_printf(&out, "%llu(", (unsigned long long)row.line);
		for (size_t i = 0; i < row.n; i++) {
			char *value = cell_show(&row.cell[i]);

			buf_printf(&out, "%s%.*s=%s", i ? " " : "", (int)keys.key[i].len,
				keys_name(&keys, i), value);
			free(value);
		}
		buf_puts(&out, ")");
	}
	if (f.kind)
		buf_printf(&out, "! %s", f.why);
	jsonin_free(&j);
	keys_free(&keys);
	buf_text(&out);
	return out;
}

static void good(const char *text, const char *want, const char *what)
{
	struct buf all = rows_of(text, strlen(text), 1 << 20);
	int same = 1;

	tap_is(all.p, want, what);
	for (size_t piece = 1; piece < 20; piece++) {
		struct buf cut = rows_of(text, strlen(text), piece);

		same &= strcmp(all.p, cut.p) == 0;
		buf_free(&cut);
	}
	tap_result(same, "... cut anywhere");
	buf_free(&all);
}

/* --- against jansson */

/*
 * An object with some of the keys a to h, mostly in order; often with one byte that is another one.
 */
static size_t make_row(char *out, size_t cap)
{
	static const char *const values[] = { "0", "-0", "7", "-12345678", "123456789",
		"1700000000", "123456789012345", "9007199254740993", "-9223372036854775808", "1.5",
		"-0.5", "0.000001", "12345678.25", "1234567.1234567", "99999999.99999999", "1e5",
		"-2.5E-3", "null", "true", "false", "\"\"", "\"x\"", "\"0123456789abcdef\"",
		"\"\xc3\xa9t\xc3\xa9\"", "\"a longer text, 0123456789 0123456789\"",
		"\"\\\"q\\\" \\u00e9\\ud83d\\ude00\\n\"", "[1,\"x\"]", "{\"k\": null}" };
	static const char bytes[] = "{}[]:,\"\\0123456789.eE+-a u\x80\xc3\x01";
	size_t n = (size_t)snprintf(out, cap, "{");

	for (unsigned i = 0, any = 0; i < 8; i++)
		if (dice(4))
			n += (size_t)snprintf(out + n, cap - n, "%s%s\"%c%s\"%s:%s%s",
				any++ ? "," : "", dice(9) ? "" : " ", 'a' + (dice(9) ? i : dice(8)),
				dice(9) ? "" : "\\u0061", dice(9) ? "" : " ", dice(9) ? "" : " ",
				values[dice(sizeof values / sizeof *values)]);
	n += (size_t)snprintf(out + n, cap - n, "%s}\n", dice(9) ? "" : " ");
	if (dice(2))
		out[dice((unsigned)n)] = bytes[dice(sizeof bytes - 1)];
	return n;
}

static bool same_number(const struct cell *c, const json_t *want)
{
	char room[CELL_PACKED];
	struct cell packed = *c;
	struct mp t;

	if (c->kind == CELL_INT || c->kind == CELL_REAL)
		packed = cell_packed(c, room);
	if (packed.kind != CELL_MP || mp_token(packed.p, packed.p + packed.n, &t) <= 0)
		return false;
	if (json_is_integer(want))
		return (t.type == MP_UINT && (json_int_t)t.as.u == json_integer_value(want)) ||
		       (t.type == MP_INT && t.as.i == json_integer_value(want));
	return t.type == MP_STR || (t.type == MP_FLOAT && t.as.d == json_real_value(want));
}

static bool same_value(const struct cell *c, const json_t *want)
{
	if (json_is_string(want))
		return c->kind == CELL_STRING && c->n == json_string_length(want) &&
		       memcmp(c->p, json_string_value(want), c->n) == 0;
	if (json_is_number(want))
		return same_number(c, want);
	if (json_is_array(want) || json_is_object(want))
		return c->kind == CELL_STRING; /* its text */
	return c->kind == CELL_MP && c->n == 1 &&
	       *c->p == (json_is_null(want) ? '\xc0' : json_is_true(want) ? '\xc3' : '\xc2');
}

/* The row is the object: as many values, and the same ones. */
static bool same_row(const struct row *row, const struct keys *keys, json_t *want)
{
	size_t values = 0;

	for (size_t i = 0; i < row->n; i++) {
		char *name = malloc(keys->key[i].len + 1);
		const json_t *v;

		memcpy(name, keys_name(keys, i), keys->key[i].len);
		name[keys->key[i].len] = '\0';
		v = json_object_get(want, name);
		free(name);
		values += row->cell[i].kind != CELL_NONE;
		if (v ? !same_value(&row->cell[i], v) : row->cell[i].kind != CELL_NONE)
			return false;
	}
	return values == json_object_size(want);
}

/* Numbers beyond what jansson takes are unsigned or texts here. */
static bool is_larger(const struct row *row)
{
	for (size_t i = 0; i < row->n; i++)
		if (row->cell[i].kind == CELL_MP && row->cell[i].n > 1 &&
		    (*row->cell[i].p == '\xcf' || (*row->cell[i].p & 0xe0) == 0xa0))
			return true;
	return false;
}

static void differential(void)
{
	int taken = 0, right = 1;
	struct keys keys; /* as they come, and then expected */

	keys_init(&keys);
	for (int i = 0; i < 100000 && right; i++) {
		char text[1024];
		size_t n = make_row(text, sizeof text);
		struct bytes_source s = bytes_source(text, n, i % 2 ? n : 1 + (size_t)i % 31);
		struct fail f = { 0 };
		struct jsonin j;
		struct row row;
		json_t *want = json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL);
		enum row_result rc;

		jsonin_init(&j, &s.source, &keys);
		rc = row_next(&j.rowin, &row, &f);
		if (json_is_object(want))
			right = rc == ROW_GOOD && same_row(&row, &keys, want);
		/* a number that jansson does not take, or what is wrong follows it */
		else if (rc == ROW_GOOD)
			right = is_larger(&row) || row_next(&j.rowin, &row, &f) != ROW_END;
		taken += json_is_object(want);
		if (!right)
			printf("# row %d: %s: %.*s\n", i, f.kind ? f.why : "taken", (int)n, text);
		json_decref(want);
		jsonin_free(&j);
		if (keys.n > 20) {
			keys_free(&keys);
			keys_init(&keys);
		}
	}
	keys_free(&keys);
	tap_result(right, "100,000 random rows: the same values as jansson's, or refused");
	tap_num(taken > 30000 && taken < 80000, 1, "... some of this, some of that");
}

int main(void)
{
	good("{\"a\":1,\"b\":\"x\"}\n{\"b\":\"\\u0041\",\"a\":-2.5}\n",
		"1(a=1 b=\"x\")2(a=-2.5 b=\"A\")", "rows, keys in another order");
	good("{\"a\\\"b\":1}\n{\"a\\\"b\":2}\n", "1(a\"b=1)2(a\"b=2)",
		"a key that is written with an escape");
	good("{\"a\":1}\n{\"a\":1,\"a\":2}\n",
		"1(a=1)! input: line 2, character 8: a key that this row had already (the key 'a')",
		"a key twice, both where it is expected and where not");
	good("{\"a\":123456789012345678901234567890,\"b\":18446744073709551615,\"c\":0."
	     "12345678901234567891}\n",
		"1(a=\"123456789012345678901234567890\" b=18446744073709551615 "
		"c=\"0.12345678901234567891\")",
		"numbers beyond a double");
	good("[{\"a\":1},\n {\"a\":07}]\n",
		"1(a=1)! input: line 2, character 7: a number with leading zeros",
		"an array of rows");
	good("{\"a\":\"a text without an end",
		"! input: line 1, character 28: the input ends inside a row",
		"an input that is cut");
	good("{\"a\":12345678", "! input: line 1, character 14: the input ends inside a row",
		"... in a number");
	good("{\"a\":\"0123456789abcde\t\"}\n",
		"! input: line 1, character 22: a control character in a string",
		"a tab in a string");
	differential();
	return tap_done();
}
