/* What the functions share: characters, lists, sets, sorting, times in parts. */
#include "sql/functions/lib.h"
#include "base/utf8.h"

#include <strings.h>

/* --- characters */

size_t lib_width(const char *p, const char *end)
{
	uint32_t c;
	unsigned n = (unsigned char)*p < 0x80 ? 1 : utf8_next(p, (size_t)(end - p), &c);

	return n ? n : 1;
}

uint32_t lib_character(const char *p, const char *end)
{
	uint32_t c;

	return utf8_next(p, (size_t)(end - p), &c) ? c : 0xfffd;
}

size_t lib_length(const struct datum *v)
{
	size_t n = 0;

	for (const char *p = v->p, *end = p + v->n; p < end; p += lib_width(p, end))
		n++;
	return n;
}

const char *lib_skip(const char *p, const char *end, int64_t n)
{
	for (; n > 0 && p < end; n--)
		p += lib_width(p, end);
	return p;
}

const char *lib_find(const char *p, size_t n, const char *what, size_t m)
{
	const char *last = p + n - m;

	if (m > n)
		return NULL;
	if (m == 0)
		return p;
	for (; p <= last && (p = memchr(p, *what, (size_t)(last - p) + 1)); p++)
		if (memcmp(p, what, m) == 0)
			return p;
	return NULL;
}

struct datum lib_printed(struct call *c, int i, const struct datum *arg)
{
	struct datum out;
	struct buf b;

	datum_set_null(&out);
	buf_init(&b, CALL_VALUE_MAX);
	call_text(c, &b, print_text(&b, c->query, c->arg[i], &arg[i]), &out);
	return out;
}

const struct sqltype *lib_varchar(struct call *c, int64_t length)
{
	return length >= SQL_UNBOUNDED ? &sqltype_varchar
				       : sqltype_new(c->scratch, SQL_VARCHAR, (int)length, 0);
}

/* --- lists */

struct datum *lib_add(struct call *c, struct lib_list *l)
{
	if (l->n == l->room) {
		size_t room = l->room ? 2 * l->room : 16;
		struct datum *wider = arena_alloc(c->scratch, room * sizeof *wider);

		if (l->n)
			memcpy(wider, l->v, l->n * sizeof *wider);
		l->v = wider;
		l->room = room;
	}
	datum_set_null(&l->v[l->n]);
	return &l->v[l->n++];
}

void lib_add_text(struct call *c, struct lib_list *l, const char *p, const char *end)
{
	lib_text(lib_add(c, l), p, end);
}

void lib_list_as(
	struct call *c, const struct sqltype *t, const struct datum *v, size_t n, struct datum *out)
{
	if (!call_stopped(c) && datum_list(c->scratch, t, v, n, out))
		call_refuse(
			c, "%s: a result of more than %d MiB", c->f->name, CALL_VALUE_MAX >> 20);
}

void lib_array(struct call *c, const struct lib_list *l, struct datum *out)
{
	lib_list_as(c, c->result, l->v, l->n, out);
}

void lib_map(struct call *c, const struct sqltype *t, struct datum *kv, size_t n, bool last,
	struct datum *out)
{
	struct lib_set keys;
	struct buf b;
	size_t twice = 0;

	if (last) {
		lib_set_init(&keys, c->scratch, t->of[0]);
		for (size_t i = 0; i < n; i++) {
			size_t at = lib_set_find(&keys, &kv[2 * i]);
			struct datum value = kv[2 * i + 1];

			if (at == SIZE_MAX) {
				at = keys.n;
				lib_set_add(&keys, &kv[2 * i]);
				kv[2 * at] = kv[2 * i];
			}
			kv[2 * at + 1] = value;
		}
		n = keys.n;
	}
	buf_init(&b, CALL_VALUE_MAX);
	if (datum_put_map(&b, t, kv, n, &twice)) {
		struct buf key;

		buf_init(&key, 1 << 16);
		print_text(&key, c->query, t->of[0], &kv[2 * twice]);
		if (t->of[0]->n)
			call_error(c, "Duplicate map keys are not allowed");
		else
			call_error(c, "Duplicate map keys (%.*s) are not allowed",
				(int)(key.len < 200 ? key.len : 200), key.p ? key.p : "");
		buf_free(&key);
		buf_free(&b);
		return;
	}
	call_blob(c, &b, datum_end(&b, out), out);
}

/* --- sets */

uint64_t lib_hash(const struct sqltype *t, const struct datum *v)
{
	uint64_t h = 14695981039346656037ULL ^ (uint64_t)v->kind;
	size_t n = t->kind == SQL_TIMESTAMP_TZ && v->kind == DATUM_BLOB ? 16 : v->n;
	double d = v->d == 0 ? 0 : v->d;
	const unsigned char *p = (const unsigned char *)v->p;

	if (v->kind == DATUM_INT) {
		p = (const unsigned char *)&v->i;
		n = sizeof v->i;
	} else if (v->kind == DATUM_DOUBLE) {
		p = (const unsigned char *)&d;
		n = sizeof d;
	}
	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 1099511628211ULL;
	return h ^ h >> 29;
}

void lib_set_init(struct lib_set *s, struct arena *memory, const struct sqltype *t)
{
	*s = (struct lib_set){ .t = t, .memory = memory };
}

static size_t *slot_of(struct lib_set *s, const struct datum *v)
{
	size_t i = (size_t)lib_hash(s->t, v) & (s->room - 1);

	while (s->slot[i] && datum_compare(s->t, &s->v[s->slot[i] - 1], v) != 0)
		i = (i + 1) & (s->room - 1);
	return &s->slot[i];
}

static void grow(struct lib_set *s)
{
	size_t room = s->room ? 2 * s->room : 32;
	struct datum *v = arena_alloc(s->memory, room * sizeof *v);

	if (s->n)
		memcpy(v, s->v, s->n * sizeof *v);
	s->v = v;
	s->room = room;
	s->slot = arena_alloc(s->memory, room * sizeof *s->slot);
	for (size_t i = 0; i < s->n; i++)
		*slot_of(s, &v[i]) = i + 1;
}

size_t lib_set_find(struct lib_set *s, const struct datum *v)
{
	return s->room ? *slot_of(s, v) - 1 : SIZE_MAX;
}

bool lib_set_add(struct lib_set *s, const struct datum *v)
{
	size_t *slot;

	if (2 * s->n >= s->room)
		grow(s);
	slot = slot_of(s, v);
	if (*slot)
		return false;
	s->v[s->n++] = *v;
	*slot = s->n;
	return true;
}

/* --- sorting: stable, and it can be stopped */

static void merge(struct call *c, struct datum *v, struct datum *other, size_t n,
		  int (*compare)(struct call *c, const struct datum *x, const struct datum *y))
{
	size_t half = n / 2, i = 0, j = half, k = 0;

	if (n < 2 || call_stopped(c))
		return;
	merge(c, v, other, half, compare);
	merge(c, v + half, other, n - half, compare);
	while (k < n && !c->failed)
		other[k++] = j == n || (i < half && compare(c, &v[j], &v[i]) >= 0) ? v[i++]
										   : v[j++];
	if (k == n)
		memcpy(v, other, n * sizeof *v);
}

void lib_sort(struct call *c, struct datum *v, size_t n,
	int (*compare)(struct call *c, const struct datum *x, const struct datum *y))
{
	merge(c, v, arena_alloc(c->scratch, (n + 1) * sizeof *v), n, compare);
}

/* --- times */

const char *const lib_units[9] = { "millisecond", "second", "minute", "hour", "day", "week",
	"month", "quarter", "year" };

int lib_unit(const struct datum *v)
{
	for (int i = 0; i < 9; i++)
		if (strlen(lib_units[i]) == v->n && strncasecmp(lib_units[i], v->p, v->n) == 0)
			return i;
	return -1;
}

struct lib_time lib_time_of(const struct call *c, const struct sqltype *t, const struct datum *v)
{
	struct lib_time x = { 0 };
	decimal_t moment, of_second;
	int64_t second;

	if (t->kind == SQL_DATE) {
		x.days = v->i;
		return x;
	}
	moment = datum_moment(t, v);
	of_second = moment % decimal_power(12);
	of_second += of_second < 0 ? decimal_power(12) : 0;
	second = (int64_t)((moment - of_second) / decimal_power(12));
	if (t->kind == SQL_TIMESTAMP_TZ) {
		x.zone = datum_zone(v);
		x.offset = query_zone_offset(c->query, x.zone, second);
		second += x.offset;
	}
	x.days = calendar_floor(second, 86400);
	x.second = (int)(second - x.days * 86400);
	x.picosecond = (int64_t)of_second;
	return x;
}

void lib_time_set(struct call *c, const struct sqltype *t, struct lib_time x, struct datum *out)
{
	int64_t second = x.days * 86400 + x.second;

	if (t->kind == SQL_DATE) {
		datum_set_int(out, x.days);
		return;
	}
	if (t->kind == SQL_TIMESTAMP_TZ)
		second = query_zone_to_utc(c->query, x.zone, second);
	datum_set_moment(
		c->scratch, t, (decimal_t)second * decimal_power(12) + x.picosecond, x.zone, out);
}

struct lib_time lib_truncate(struct lib_time x, enum lib_unit unit)
{
	struct calendar_date d = calendar_date(x.days);

	x.picosecond = unit == UNIT_MILLISECOND ? x.picosecond / 1000000000 * 1000000000 : 0;
	if (unit == UNIT_MINUTE)
		x.second -= x.second % 60;
	else if (unit == UNIT_HOUR)
		x.second -= x.second % 3600;
	else if (unit >= UNIT_DAY)
		x.second = 0;
	if (unit == UNIT_WEEK)
		x.days -= calendar_iso_weekday(x.days) - 1;
	else if (unit == UNIT_MONTH)
		x.days = calendar_days(d.year, d.month, 1);
	else if (unit == UNIT_QUARTER)
		x.days = calendar_days(d.year, (d.month - 1) / 3 * 3 + 1, 1);
	else if (unit == UNIT_YEAR)
		x.days = calendar_days(d.year, 1, 1);
	return x;
}

/* --- xxHash, 64 bits (github.com/Cyan4973/xxHash, doc/xxhash_spec.md), with the seed 0 */

static const uint64_t xx_prime[5] = { 11400714785074694791ULL, 14029467366897019727ULL,
	1609587929392839161ULL, 9650029242287828579ULL, 2870177450012600261ULL };

static uint64_t little(const unsigned char *p, int n)
{
	uint64_t x = 0;

	for (int i = n - 1; i >= 0; i--)
		x = x << 8 | p[i];
	return x;
}

static uint64_t left(uint64_t x, int n)
{
	return x << n | x >> (64 - n);
}

static uint64_t xx_round(uint64_t acc, uint64_t in)
{
	return left(acc + in * xx_prime[1], 31) * xx_prime[0];
}

static uint64_t xx_rest(uint64_t h, const unsigned char *p, const unsigned char *end)
{
	for (; end - p >= 8; p += 8)
		h = left(h ^ xx_round(0, little(p, 8)), 27) * xx_prime[0] + xx_prime[3];
	if (end - p >= 4) {
		h = left(h ^ little(p, 4) * xx_prime[0], 23) * xx_prime[1] + xx_prime[2];
		p += 4;
	}
	for (; p < end; p++)
		h = left(h ^ *p * xx_prime[4], 11) * xx_prime[0];
	h = (h ^ h >> 33) * xx_prime[1];
	h = (h ^ h >> 29) * xx_prime[2];
	return h ^ h >> 32;
}

uint64_t lib_xxhash64(const char *text, size_t n)
{
	const unsigned char *p = (const unsigned char *)text, *end = p + n;
	uint64_t v[4] = { xx_prime[0] + xx_prime[1], xx_prime[1], 0, 0 - xx_prime[0] },
		 h = xx_prime[4];

	if (n >= 32) {
		for (; end - p >= 32; p += 32)
			for (int i = 0; i < 4; i++)
				v[i] = xx_round(v[i], little(p + 8 * i, 8));
		h = left(v[0], 1) + left(v[1], 7) + left(v[2], 12) + left(v[3], 18);
		for (int i = 0; i < 4; i++)
			h = (h ^ xx_round(0, v[i])) * xx_prime[0] + xx_prime[3];
	}
	return xx_rest(h + n, p, end);
}
