/* A hash table from names to small numbers. */
#include "store/keyset.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static uint32_t hash(const char *p, size_t n)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	while (n--)
		h = (h ^ (unsigned char)*p++) * 16777619u;
	return h;
}

static bool same(const struct key *k, const char *p, size_t n)
{
	return k->n == n && memcmp(k->p, p, n) == 0;
}

long keyset_find(const struct keyset *k, const char *p, size_t n, size_t guess)
{
	if (guess < k->n && same(&k->key[guess], p, n))
		return (long)guess;
	if (!k->slots)
		return -1;
	for (size_t i = hash(p, n) & (k->slots - 1); k->slot[i]; i = (i + 1) & (k->slots - 1))
		if (same(&k->key[k->slot[i] - 1], p, n))
			return (long)k->slot[i] - 1;
	return -1;
}

static void enter(struct keyset *k, size_t at)
{
	size_t i = hash(k->key[at].p, k->key[at].n) & (k->slots - 1);

	while (k->slot[i])
		i = (i + 1) & (k->slots - 1);
	k->slot[i] = (uint32_t)at + 1;
}

size_t keyset_add(struct keyset *k, const char *p, size_t n)
{
	if (2 * (k->n + 1) > k->slots) {
		k->slots = k->slots ? 2 * k->slots : 32;
		free(k->slot);
		k->slot = mem_zero(k->slots, sizeof *k->slot);
		k->key = mem_resize(k->key, k->slots, sizeof *k->key);
		for (size_t i = 0; i < k->n; i++)
			enter(k, i);
	}
	k->key[k->n] = (struct key){ mem_copy(p, n), n };
	enter(k, k->n);
	return k->n++;
}

void keyset_cut(struct keyset *k, size_t n)
{
	if (n >= k->n)
		return;
	while (k->n > n)
		free(k->key[--k->n].p);
	memset(k->slot, 0, k->slots * sizeof *k->slot);
	for (size_t i = 0; i < n; i++)
		enter(k, i);
}

void keyset_free(struct keyset *k)
{
	for (size_t i = 0; i < k->n; i++)
		free(k->key[i].p);
	free(k->key);
	free(k->slot);
	*k = (struct keyset){ 0 };
}
