/* lookup: rows chained by the hash of some of their columns. */
#include "sql/lookup.h"

#include <string.h>

#define TWO_63 9223372036854775808.0

static uint64_t mix(uint64_t x)
{
	x ^= x >> 32;
	x *= 0x9e3779b97f4a7c15u;
	return x ^ x >> 29;
}

static uint64_t hash_bytes(const char *p, size_t n)
{
	uint64_t h = n, part;

	for (; n >= sizeof part; p += sizeof part, n -= sizeof part) {
		memcpy(&part, p, sizeof part);
		h = mix(h ^ part) * 0xff51afd7ed558ccdu;
	}
	part = 0;
	memcpy(&part, p, n);
	return mix(h ^ part);
}

static uint64_t hash_double(double d)
{
	uint64_t bits;

	if (d >= -TWO_63 && d < TWO_63 && d == (double)(int64_t)d)
		return (uint64_t)(int64_t)d;
	memcpy(&bits, &d, sizeof bits);
	return bits;
}

uint32_t lookup_hash(uint32_t h, const struct datum *v)
{
	uint64_t x = v->kind == DATUM_INT ? (uint64_t)v->i
		: v->kind == DATUM_DOUBLE ? hash_double(v->d)
					  : hash_bytes(v->p, v->n);

	return (uint32_t)(mix(mix(x) + h) >> 16);
}

int lookup_add(struct lookup *l, const struct lookup_row *row)
{
	if (l->n == l->room) {
		size_t room = l->room ? l->room * 2 : 1024;
		struct lookup_row *more =
			room > LOOKUP_MAX ? NULL : sqlite3_realloc64(l->rows, room * sizeof *more);

		if (!more)
			return SQLITE_NOMEM;
		l->rows = more;
		l->room = room;
	}
	l->rows[l->n++] = *row;
	return SQLITE_OK;
}

/* The last row comes first, so that each chain has the order of the rows. */
int lookup_end(struct lookup *l)
{
	while (l->bits < 31 && (size_t)1 << l->bits < l->n)
		l->bits++;
	l->heads = sqlite3_malloc64(sizeof *l->heads << l->bits);
	if (!l->heads)
		return SQLITE_NOMEM;
	memset(l->heads, 0, sizeof *l->heads << l->bits);
	for (size_t i = l->n; i > 0; i--) {
		struct lookup_row *r = &l->rows[i - 1];
		uint32_t *head = &l->heads[r->next & (((uint32_t)1 << l->bits) - 1)];

		r->next = *head;
		*head = (uint32_t)i;
	}
	return SQLITE_OK;
}

void lookup_free(struct lookup *l)
{
	sqlite3_free(l->rows);
	sqlite3_free(l->heads);
	*l = (struct lookup){ 0 };
}

const struct lookup_row *lookup_first(const struct lookup *l, uint32_t hash)
{
	uint32_t i = l->heads[hash & (((uint32_t)1 << l->bits) - 1)];

	return i ? &l->rows[i - 1] : NULL;
}

const struct lookup_row *lookup_next(const struct lookup *l, const struct lookup_row *row)
{
	return row->next ? &l->rows[row->next - 1] : NULL;
}
