/* Finds the column of a key. */
#include "value/keys.h"
#include "base/mem.h"
#include "value/schema.h"
#include "base/utf8.h"

#include <stdlib.h>

enum { TEXT_MAX = SCHEMA_COLUMNS_MAX * 1024 };

void keys_init(struct keys *k)
{
	*k = (struct keys){ .row = 1 };
	buf_init(&k->text, TEXT_MAX);
	buf_room(&k->text, 256);
}

void keys_free(struct keys *k)
{
	buf_free(&k->text);
	free(k->key);
	free(k->slot);
}

void keys_copy(struct keys *k, const struct keys *of)
{
	keys_init(k);
	buf_put(&k->text, of->text.p, of->text.len);
	k->n = of->n;
	k->closed = of->closed;
	k->slots = of->slots;
	if (of->slots == 0)
		return;
	k->key = mem_resize(NULL, of->slots, sizeof *k->key);
	k->slot = mem_resize(NULL, of->slots, sizeof *k->slot);
	memcpy(k->key, of->key, of->n * sizeof *k->key);
	memcpy(k->slot, of->slot, of->slots * sizeof *k->slot);
	for (size_t i = 0; i < k->n; i++)
		k->key[i].seen = 0;
}

void keys_close(struct keys *k)
{
	k->closed = true;
}

void keys_row(struct keys *k)
{
	k->row++;
	k->next = 0;
}

static uint64_t hash(const char *p, size_t n)
{
	uint64_t h = 14695981039346656037u; /* FNV-1a */

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)p[i]) * 1099511628211u;
	return h ^ h >> 29;
}

static bool same(const struct keys *k, size_t i, const char *p, size_t n)
{
	return k->key[i].len == n && memcmp(keys_name(k, i), p, n) == 0;
}

/* The slot that holds the key, or the empty one where it belongs. */
static size_t place(const struct keys *k, const char *p, size_t n)
{
	size_t s = (size_t)hash(p, n) & (k->slots - 1);

	while (k->slot[s] && !same(k, k->slot[s] - 1, p, n))
		s = (s + 1) & (k->slots - 1);
	return s;
}

static void grow(struct keys *k)
{
	if (k->slots > 2 * k->n)
		return;
	free(k->slot);
	k->slots = k->slots ? 2 * k->slots : 64;
	k->slot = mem_zero(k->slots, sizeof *k->slot);
	k->key = mem_resize(k->key, k->slots, sizeof *k->key);
	for (size_t i = 0; i < k->n; i++)
		k->slot[place(k, keys_name(k, i), k->key[i].len)] = (uint32_t)i + 1;
}

static bool is_verbatim(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)p[i] < 0x20 || p[i] == '"' || p[i] == '\\')
			return false;
	return utf8_is(p, n);
}

static long add(struct keys *k, const char *p, size_t n)
{
	if (k->closed)
		return KEYS_UNKNOWN;
	if (k->n == SCHEMA_COLUMNS_MAX || n >= UINT32_MAX || buf_room(&k->text, n + 1))
		return KEYS_FULL;
	buf_put(&k->text, p, n);
	buf_putc(&k->text, '"');
	grow(k);
	k->slot[place(k, p, n)] = (uint32_t)k->n + 1;
	k->key[k->n] =
		(struct key){ (uint32_t)(k->text.len - n - 1), (uint32_t)n, is_verbatim(p, n), 0 };
	return (long)k->n++;
}

/* The last ones of all: nothing was placed with regard to them. */
void keys_forget(struct keys *k, size_t n)
{
	while (k->n > n) {
		const struct key *last = &k->key[k->n - 1];

		k->slot[place(k, k->text.p + last->at, last->len)] = 0;
		k->text.len = last->at;
		k->n--;
	}
}

long keys_find(struct keys *k, const char *p, size_t n)
{
	long i;

	if (k->next < k->n && same(k, k->next, p, n)) {
		i = (long)k->next;
	} else {
		size_t s = k->slots ? place(k, p, n) : 0;

		i = k->slots && k->slot[s] ? (long)k->slot[s] - 1 : add(k, p, n);
		if (i < 0)
			return i;
	}
	if (k->key[i].seen == k->row)
		return KEYS_TWICE;
	k->key[i].seen = k->row;
	k->next = (size_t)i + 1;
	return i;
}
