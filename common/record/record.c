/* Turns rows into records. */
#include "record/record.h"
#include "value/colspec.h"
#include "value/lossless.h"
#include "format/jsonvalue.h"
#include "base/mem.h"
#include "value/mp.h"
#include "value/mpack.h"

#include <stdlib.h>

enum {
	NUMBER = 9, /* bytes of the longest number, or of a string's header and then some */
	HEAD_ROOM = 16
};

void record_init(struct record *r)
{
	*r = (struct record){ .time_cell = -1 };
	buf_init(&r->head, 64);
	buf_init(&r->constants, 16 << 20);
}

void record_free(struct record *r)
{
	for (size_t i = 0; i < r->n; i++) {
		type_free((struct type *)(uintptr_t)r->column[i].rules.type);
		free(r->column[i].name);
		free(r->column[i].input);
		free(r->column[i].key);
	}
	free(r->column);
	free(r->time_name);
	buf_free(&r->head);
	buf_free(&r->constants);
}

void record_add(struct record *r, const char *name, const char *input, struct type *type,
	bool exact, size_t cell)
{
	struct record_column *c;
	struct buf key;

	if ((r->n & (r->n - 1)) == 0) /* a power of two: full */
		r->column = mem_resize(r->column, r->n ? 2 * r->n : 1, sizeof *r->column);
	c = &r->column[r->n++];
	buf_init(&key, strlen(name) + 8 + ROW_AHEAD);
	buf_room(&key, strlen(name) + 8 + ROW_AHEAD);
	mpack_text(&key, name, strlen(name));
	*c = (struct record_column){
		.rules = { .type = type, .exact = exact,
			.decimal = r->decimal,
			.nulls = r->nulls },
		.name = mem_string(name),
		.input = mem_string(input),
		.kind = type->kind,
		.cell = cell,
		.key = key.p,
		.key_len = key.len,
	};
}

void record_untyped(struct record *r)
{
	r->column[r->n - 1].rules.untyped = true;
}

void record_begin(struct record *r)
{
	r->head.len = 0;
	mpack_map(&r->head, r->n + r->constant + 1);
	mpack_text(&r->head, "time", 4);
	r->plain = true;
	r->room = HEAD_ROOM + NUMBER + ROW_AHEAD + r->constants.len;
	for (size_t i = 0; i < r->n; i++) {
		enum type_kind kind = r->column[i].kind;

		r->plain &= (kind == TYPE_LONG || kind == TYPE_DOUBLE || kind == TYPE_STRING) &&
			!r->column[i].rules.nulls && !r->column[i].rules.decimal;
		r->room += r->column[i].key_len + NUMBER;
	}
}

void record_fork(struct record *fork, const struct record *r)
{
	struct record_column *column = mem_resize(fork->column, r->n + 1, sizeof *column);

	*fork = *r;
	fork->column = column;
	if (r->n > 0)
		memcpy(column, r->column, r->n * sizeof *column);
	fork->any = false;
	for (size_t i = 0; i < r->n; i++)
		column[i].rules.not_finite = 0;
}

void record_join(struct record *r, const struct record *fork)
{
	for (size_t i = 0; i < r->n; i++) {
		r->column[i].rules.not_finite += fork->column[i].rules.not_finite;
		r->column[i].rules.filled |= fork->column[i].rules.filled;
	}
	if (!fork->any)
		return;
	if (!r->any || fork->time_min < r->time_min)
		r->time_min = fork->time_min;
	if (!r->any || fork->time_max > r->time_max)
		r->time_max = fork->time_max;
	r->any = true;
}

void record_forget(struct record *fork)
{
	free(fork->column);
}

int record_constant(struct record *r, const char *name, const struct type *type,
	const struct cell *value)
{
	struct cell_rules rules = { .type = type };

	r->constant++;
	return mpack_text(&r->constants, name, strlen(name)) ||
		cell_put(&rules, value, &r->constants) != CELL_GOOD ? -1 : 0;
}

void record_no_constants(struct record *r)
{
	r->constant = 0;
	r->constants.len = 0;
}

/* Of a text file, in quotes or not. */
static inline bool is_text(const struct cell *c)
{
	return c->kind == CELL_TEXT || c->kind == CELL_QUOTED;
}

static const char *time_of_mp(const struct tdtime *rules, const struct cell *c, int64_t *out)
{
	struct mp t;

	if (mp_token(c->p, c->p + c->n, &t) <= 0)
		return "is not a time";
	switch (t.type) {
	case MP_NIL:
		return "is NULL: every record needs a time";
	case MP_UINT:
		return tdtime_natural(rules, t.as.u, out);
	case MP_INT:
		return tdtime_number(rules, t.as.i, out);
	case MP_FLOAT:
		return tdtime_real(rules, t.as.d, out);
	case MP_STR:
		return tdtime_parse(rules, t.as.p, t.n, out);
	case MP_EXT:
		return t.ext == -1 ? tdtime_msgpack(t.as.p, t.n, out) : "is not a time";
	default:
		return "is not a time";
	}
}

static const char *time_of_number(const struct tdtime *rules, const struct cell *c, int64_t *out)
{
	struct cell number = { .kind = CELL_MP };
	const char *why = "is not a time";
	struct buf value;

	buf_init(&value, c->n + NUMBER);
	if (!jsonvalue_text(c->p, c->n, &value)) {
		number.p = value.p;
		number.n = value.len;
		why = time_of_mp(rules, &number, out);
	}
	buf_free(&value);
	return why;
}

static const char *time_of(const struct tdtime *rules, const struct cell *c, bool ahead,
	int64_t *out)
{
	char room[CELL_PACKED];
	struct cell number;
	int64_t seconds;

	if (ahead && ((is_text(c) && !rules->format) || c->kind == CELL_NUMBER) &&
		lossless_long_ahead(c->p, c->n, &seconds))
		return tdtime_number(rules, seconds,
			out); /* as tdtime_parse() or time_of_number() would, sooner */
	if (c->kind == CELL_NUMBER)
		return time_of_number(rules, c, out);
	if (c->kind == CELL_REAL) {
		number = cell_packed(c, room);
		return time_of_mp(rules, &number, out);
	}
	if (c->kind <= CELL_STRING && c->n == 0)
		return "is empty: every record needs a time";
	if (c->kind == CELL_INT)
		return tdtime_number(rules, c->i, out);
	return c->kind == CELL_MP ? time_of_mp(rules, c, out)
				  : tdtime_parse(rules, c->p, c->n, out);
}

/* A column that was taken for the time because of its name may be something else. */
static const char *other_time(const struct record *r)
{
	return r->time_rules.whole
		? "; if it is not the time of the row: --rename time=NAME, --time-column COLUMN, "
		  "--time-value TIME"
		: "";
}

static enum record_result bad_time(const struct record *r, const struct cell *c, const char *why,
	struct fail *f)
{
	char *shown = cell_show(c);

	fail_set(f, FAIL_DATA, "column %ld '%s': %s %s%s", r->time_cell + 1, r->time_name, shown,
		why, other_time(r));
	free(shown);
	return RECORD_BAD;
}

/* The type that would take the value, and what an int has taken so far. */
static const char *better(enum type_kind kind, const struct cell *c)
{
	struct mp t;
	int64_t l;
	double d;

	if (kind >= TYPE_ARRAY)
		return "string";
	if (c->kind == CELL_TEXT || c->kind == CELL_QUOTED)
		return kind == TYPE_INT && lossless_long(c->p, c->n, &l) ? "long"
			: lossless_double(c->p, c->n, &d)                ? "double"
									 : "string";
	if (c->kind == CELL_INT)
		return kind == TYPE_INT ? "long" : "string";
	if (c->kind == CELL_REAL)
		return "double";
	if (c->kind != CELL_MP || mp_token(c->p, c->p + c->n, &t) <= 0)
		return "string";
	if (kind == TYPE_INT && (t.type == MP_INT || (t.type == MP_UINT && t.as.u <= INT64_MAX)))
		return "long";
	return t.type == MP_FLOAT ? "double" : "string";
}

static bool string_takes(const struct cell *c)
{
	const struct type string = { .kind = TYPE_STRING };
	struct cell_rules rules = { .type = &string };
	enum cell_result rc;
	struct buf out;

	buf_init(&out, (size_t)2 * ROW_MAX);
	rc = cell_put(&rules, c, &out);
	buf_free(&out);
	return rc == CELL_GOOD;
}

/* What could be done; malloc'ed. */
static char *hint(const struct record_column *column, const struct cell *c)
{
	struct buf b;

	buf_init(&b, 1 << 16);
	buf_puts(&b, string_takes(c) ? "--columns " : "no column can take it; --drop ");
	colspec_item(&b, column->input);
	if (string_takes(c))
		buf_printf(&b, ":%s would take it", better(column->rules.type->kind, c));
	else
		buf_puts(&b, " leaves it out");
	buf_text(&b);
	return b.p;
}

static const char *article(const char *type)
{
	return *type == 'i' || *type == 'a' ? "an" : "a";
}

static enum record_result bad_cell(const struct record_column *column, const struct cell *c,
	enum cell_result why, struct fail *f)
{
	char *shown = cell_show(c), *type = type_text(column->rules.type), *what = hint(column, c);

	if (why == CELL_TWICE)
		fail_set(f, FAIL_DATA, "column %zu '%s': %s has a key twice; %s", column->cell + 1,
			column->input, shown, what);
	else if (why == CELL_BROKEN)
		fail_set(f, FAIL_DATA, "column %zu '%s': not UTF-8", column->cell + 1,
			column->input);
	else if (why == CELL_NO_TEXT)
		fail_set(f, FAIL_DATA,
			"column %zu '%s': an extension of msgpack, or an array or a map as a key; "
			"%s", column->cell + 1, column->input, what);
	else
		fail_set(f, FAIL_DATA, "column %zu '%s': %s is not %s %s%s; %s", column->cell + 1,
			column->input, shown, article(type), type,
			column->rules.exact ? ", as the first rows were" : "", what);
	free(shown);
	free(type);
	free(what);
	return RECORD_BAD;
}

/* n bytes; up to ROW_AHEAD more are read and written, which a short text does not notice. */
static inline void copy(char *o, const char *p, size_t n)
{
	enum { LONG = 256 };

	if (n > LONG)
		memcpy(o, p, n);
	else
		for (size_t at = 0; at < n; at += ROW_AHEAD)
			memcpy(o + at, p + at, ROW_AHEAD);
}

static inline char *plain_string(char *o, const struct cell *c)
{
	if (c->kind < CELL_TEXT || c->kind > CELL_NUMBER)
		return NULL;
	mpack_to_str(&o, c->n);
	copy(o, c->p, c->n);
	return o + c->n;
}

static inline char *plain_long(char *o, const struct cell_rules *rules, const struct cell *c)
{
	int64_t i = c->i;

	if (c->kind != CELL_INT &&
		(!is_text(c) ||
			(!lossless_long_ahead(c->p, c->n, &i) &&
				(rules->exact || !lossless_long_lenient(c->p, c->n, &i)))))
		return NULL;
	mpack_to_int64(&o, i);
	return o;
}

static inline char *plain_double(char *o, const struct cell_rules *rules, const struct cell *c)
{
	double d = c->d;

	if (c->kind == CELL_INT && c->i > -EXACT_INTEGER && c->i < EXACT_INTEGER)
		d = (double)c->i;
	else if (c->kind != CELL_REAL &&
		(!is_text(c) ||
			(!lossless_double_ahead(c->p, c->n, &d) &&
				(rules->exact || !lossless_double_lenient(c->p, c->n, &d)))))
		return NULL;
	mpack_to_double(&o, d);
	return o;
}

static inline bool plain_nil(enum type_kind kind, const struct cell *c)
{
	return kind != TYPE_STRING && c->kind <= CELL_QUOTED && c->n == 0;
}

/* The value, where there is room for it; NULL: the long way knows more about it. */
static inline char *put_plain(char *o, const struct record_column *column, const struct cell *c)
{
	if (column->rules.untyped && c->n > 0)
		return NULL;
	if (plain_nil(column->rules.untyped ? TYPE_LONG : column->kind, c)) {
		mpack_to_nil(&o);
		return o;
	}
	switch (column->kind) {
	case TYPE_STRING:
		return plain_string(o, c);
	case TYPE_LONG:
		return plain_long(o, &column->rules, c);
	default:
		return plain_double(o, &column->rules, c);
	}
}

/*
 * The common case, with one check of the buffer for all pieces: the record is at most r->room
 * longer than the row. False, with nothing appended, if there is no such room or a cell is not
 * plain, or bad: then the long way finds out why.
 */
static bool put_plain_row(const struct record *r, const struct row *row, int64_t when,
	struct buf *out)
{
	char *o;

	if (out->cap - out->len < row->raw_len || out->cap - out->len - row->raw_len < r->room)
		return false;
	o = out->p + out->len;
	memcpy(o, r->head.p, HEAD_ROOM);
	o += r->head.len;
	mpack_to_int64(&o, when);
	for (size_t i = 0; i < r->n; i++) {
		const struct record_column *c = &r->column[i];

		copy(o, c->key, c->key_len);
		o = put_plain(o + c->key_len, c, &row->cell[c->cell]);
		if (!o)
			return false;
	}
	if (r->constant > 0) {
		memcpy(o, r->constants.p, r->constants.len);
		o += r->constants.len;
	}
	out->len = (size_t)(o - out->p);
	return true;
}

/* The row was not taken: NaN in its first n columns does not count. */
static void forget_nan(struct record *r, const struct row *row, size_t n, struct buf *out)
{
	size_t start = out->len;

	for (size_t i = 0; i < n; i++) {
		struct cell_rules *rules = &r->column[i].rules;
		uint64_t before = rules->not_finite;

		if (before == 0)
			continue;
		cell_put(rules, &row->cell[r->column[i].cell], out);
		rules->not_finite = before - (rules->not_finite - before);
		out->len = start;
	}
}

static enum record_result put_row(struct record *r, const struct row *row, int64_t when,
	struct buf *out, struct fail *f)
{
	size_t start = out->len, i = 0;

	if (buf_put(out, r->head.p, r->head.len) || mpack_int64(out, when))
		goto full;
	for (; i < r->n; i++) {
		struct record_column *c = &r->column[i];
		enum cell_result rc = buf_put(out, c->key, c->key_len) ? CELL_FULL :
				      cell_put(&c->rules, &row->cell[c->cell], out);

		if (rc == CELL_FULL)
			goto full;
		if (rc != CELL_GOOD) {
			out->len = start;
			forget_nan(r, row, i, out);
			return bad_cell(c, &row->cell[c->cell], rc, f);
		}
	}
	if (buf_put(out, r->constants.p, r->constants.len))
		goto full;
	return RECORD_GOOD;
full:
	out->len = start;
	forget_nan(r, row, i, out);
	return RECORD_FULL;
}

enum record_result record_put(struct record *r, const struct row *row, struct buf *out,
	struct fail *f)
{
	int64_t when = r->time + r->step;
	const char *why;

	if (r->time_cell >= 0 &&
		(why = time_of(&r->time_rules, &row->cell[r->time_cell], row->bounded, &when)))
		return bad_time(r, &row->cell[r->time_cell], why, f);
	if (!(r->plain && row->bounded && put_plain_row(r, row, when, out))) {
		enum record_result rc = put_row(r, row, when, out, f);

		if (rc != RECORD_GOOD)
			return rc;
	}
	if (r->span > 0 && ++r->step == r->span)
		r->step = 0;
	if (!r->any || when < r->time_min)
		r->time_min = when;
	if (!r->any || when > r->time_max)
		r->time_max = when;
	r->any = true;
	return RECORD_GOOD;
}
