/* engine: breadth first, visited states as hashes. */
#include "engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct engine_private {
	uint64_t *table; /* hashes, open addressing; 0: empty */
	uint64_t slots;
	uint32_t *parent; /* of each state */
	uint16_t *step;   /* its number among the successors of its parent */
	uint64_t room;
	char *now, *next; /* the frontier, and the one after it */
	uint64_t now_n, next_n, next_room;
	uint32_t current, now_first; /* numbers of states */
	uint16_t ordinal;
	/* replaying */
	int wanted; /* ordinal; -1: not replaying */
	char *found;
	const char *line; /* wanted by its text, not by its ordinal; or NULL */
	int hit;
	char text[160];
};

static void *need(void *p)
{
	if (!p) {
		fprintf(stderr, "explore: out of memory\n");
		exit(1);
	}
	return p;
}

static uint64_t hash(const void *state, size_t n)
{
	const char *p = state;
	uint64_t h = 0x9e3779b97f4a7c15u, w;

	for (; n >= 8; n -= 8, p += 8) {
		memcpy(&w, p, 8);
		h = (h ^ w) * 0xff51afd7ed558ccdu;
		h ^= h >> 32;
	}
	for (; n > 0; n--, p++)
		h = (h ^ (unsigned char)*p) * 0x100000001b3u;
	h ^= h >> 29;
	h *= 0xc4ceb9fe1a85ec53u;
	h ^= h >> 32;
	return h ? h : 1;
}

static void grow_table(struct engine_private *p)
{
	const uint64_t slots = p->slots ? p->slots * 2 : 1 << 16;
	uint64_t *table = need(calloc((size_t)slots, sizeof *table));

	for (uint64_t i = 0; i < p->slots; i++)
		if (p->table[i]) {
			uint64_t at = p->table[i] & (slots - 1);

			while (table[at])
				at = (at + 1) & (slots - 1);
			table[at] = p->table[i];
		}
	free(p->table);
	p->table = table;
	p->slots = slots;
}

/* 1 if it is new. */
static int insert(struct engine *e, uint64_t h)
{
	struct engine_private *p = e->p;
	uint64_t at;

	if (e->states * 2 >= p->slots)
		grow_table(p);
	for (at = h & (p->slots - 1); p->table[at]; at = (at + 1) & (p->slots - 1))
		if (p->table[at] == h)
			return 0;
	p->table[at] = h;
	return 1;
}

static void append(struct engine *e, const void *state)
{
	struct engine_private *p = e->p;

	if (e->states == p->room) {
		p->room = p->room ? p->room * 2 : 1 << 14;
		p->parent = need(realloc(p->parent, (size_t)p->room * sizeof *p->parent));
		p->step = need(realloc(p->step, (size_t)p->room * sizeof *p->step));
	}
	if (p->next_n == p->next_room) {
		p->next_room = p->next_room ? p->next_room * 2 : 1 << 10;
		p->next = need(realloc(p->next, (size_t)p->next_room * e->size));
	}
	memcpy(p->next + p->next_n++ * e->size, state, e->size);
	p->parent[e->states] = p->current;
	p->step[e->states] = p->ordinal;
	if (++e->states > e->limit) {
		fprintf(stderr, "explore: more than %llu states\n", (unsigned long long)e->limit);
		exit(1);
	}
}

void engine_to(struct engine *e, const void *state, const char *how)
{
	struct engine_private *p = e->p;
	const uint16_t ordinal = p->ordinal++;

	if (p->line) {
		if (!p->hit && strcmp(how, p->line) == 0) {
			memcpy(p->found, state, e->size);
			p->hit = 1;
		}
		return;
	}
	if (p->wanted >= 0) {
		if (ordinal == p->wanted) {
			memcpy(p->found, state, e->size);
			snprintf(p->text, sizeof p->text, "%s", how);
		}
		return;
	}
	if (insert(e, hash(state, e->size))) {
		p->ordinal = ordinal;
		append(e, state);
		p->ordinal = (uint16_t)(ordinal + 1);
	}
}

void engine_broken(struct engine *e, unsigned law)
{
	if (e->broken[law]++ == 0)
		e->first[law] = e->p->current;
}

void engine_some(struct engine *e, unsigned bit)
{
	e->some |= (uint64_t)1 << bit;
}

void engine_run(struct engine *e, const void *first)
{
	struct engine_private *p = e->p = need(calloc(1, sizeof *p));

	p->wanted = -1;
	p->current = UINT32_MAX;
	engine_to(e, first, "");
	for (uint64_t base = 0, any = 0; p->next_n > 0 && !any; base += p->now_n) {
		char *empty = p->now;

		p->now = p->next;
		p->now_n = p->next_n;
		p->next = empty;
		p->next_n = 0;
		p->next_room = 0;
		free(p->next); /* the states of the frontier before are not kept */
		p->next = NULL;
		for (uint64_t i = 0; i < p->now_n; i++) {
			p->current = (uint32_t)(base + i);
			p->ordinal = 0;
			e->check(e, p->now + i * e->size);
			e->expand(e, p->now + i * e->size);
		}
		for (unsigned l = 0; e->first_only && l < ENGINE_LAWS; l++)
			any |= e->broken[l];
	}
}

static void write_steps(
	struct engine *e, uint32_t n, const void *first, const char *before, FILE *to)
{
	struct engine_private *p = e->p;
	uint32_t depth = 0, *way;
	char *state = need(malloc(e->size));

	for (uint32_t i = n; p->parent[i] != UINT32_MAX; i = p->parent[i])
		depth++;
	way = need(calloc(depth + 1, sizeof *way));
	for (uint32_t i = n, k = depth; k > 0; i = p->parent[i])
		way[--k] = i;
	memcpy(state, first, e->size);
	p->found = need(malloc(e->size));
	for (uint32_t k = 0; k < depth; k++) {
		p->wanted = p->step[way[k]];
		p->ordinal = 0;
		e->expand(e, state);
		fprintf(to, "%s%s\n", before, p->text);
		memcpy(state, p->found, e->size);
	}
	p->wanted = -1;
	free(p->found);
	free(way);
	free(state);
}

void engine_trace(struct engine *e, uint32_t n, const void *first)
{
	write_steps(e, n, first, "#     ", stdout);
}

int engine_keep(struct engine *e, uint32_t n, const void *first, const char *path, const char *law,
	const void *settings, size_t settings_n)
{
	FILE *to = fopen(path, "w");

	if (!to)
		return -1;
	fprintf(to, "# %s\n", law);
	for (size_t i = 0; i < settings_n; i++)
		fprintf(to, "%u ", ((const unsigned char *)settings)[i]);
	fputc('\n', to);
	write_steps(e, n, first, "", to);
	return fclose(to) ? -1 : 0;
}

/* Opened after its first line. */
static FILE *open_kept(const char *path)
{
	char line[256];
	FILE *from = fopen(path, "r");

	if (from && !fgets(line, sizeof line, from)) {
		fclose(from);
		return NULL;
	}
	return from;
}

int engine_settings(const char *path, void *settings, size_t settings_n)
{
	FILE *from = open_kept(path);
	char line[256], *p = line;

	if (!from || !fgets(line, sizeof line, from))
		return -1;
	fclose(from);
	for (size_t i = 0; i < settings_n; i++)
		((unsigned char *)settings)[i] = (unsigned char)strtoul(p, &p, 10);
	return 0;
}

int engine_replay(struct engine *e, const void *first, const char *path, int *of)
{
	struct engine_private *p = e->p = need(calloc(1, sizeof *p));
	FILE *from = open_kept(path);
	char line[256], *state = need(malloc(e->size));
	int taken = 0, stopped = 0;

	*of = 0;
	p->wanted = -1;
	p->found = need(malloc(e->size));
	memcpy(state, first, e->size);
	for (int i = 0; from && fgets(line, sizeof line, from); i++) {
		if (i == 0)
			continue; /* the settings */
		line[strcspn(line, "\n")] = '\0';
		(*of)++;
		p->hit = 0;
		p->line = line;
		if (!stopped)
			e->expand(e, state);
		p->line = NULL;
		stopped = !p->hit;
		if (!stopped) {
			memcpy(state, p->found, e->size);
			e->check(e, state);
			taken++;
		}
	}
	if (from)
		fclose(from);
	free(p->found);
	free(state);
	return from && *of > 0 ? taken : -1;
}

void engine_free(struct engine *e)
{
	free(e->p->table);
	free(e->p->parent);
	free(e->p->step);
	free(e->p->now);
	free(e->p->next);
	free(e->p);
}
