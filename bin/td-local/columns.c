#include "columns.h"
#include "mem.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- keys */

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

long keys_find(const struct keys *k, const char *p, size_t n, size_t guess)
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

static void enter(struct keys *k, size_t at)
{
	size_t i = hash(k->key[at].p, k->key[at].n) & (k->slots - 1);

	while (k->slot[i])
		i = (i + 1) & (k->slots - 1);
	k->slot[i] = (uint32_t)at + 1;
}

size_t keys_add(struct keys *k, const char *p, size_t n)
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

void keys_free(struct keys *k)
{
	for (size_t i = 0; i < k->n; i++)
		free(k->key[i].p);
	free(k->key);
	free(k->slot);
	*k = (struct keys){ 0 };
}

/* --- types of what is seen */

enum { LONG = 1, DOUBLE = 2, STRING = 4, ARRAY = 8, MAP = 16 };

static unsigned type_of(const struct mp *t)
{
	switch (t->type) {
	case MP_NIL: return 0;
	case MP_UINT: case MP_INT: return LONG;
	case MP_FLOAT: return DOUBLE;
	case MP_ARRAY: return ARRAY;
	case MP_MAP: return MAP;
	default: return STRING; /* booleans too: they are kept as text */
	}
}

static void note_inner(struct detected *d, size_t i, const char *p, const char *end, const struct mp *outer)
{
	struct mp t;

	for (uint32_t n = outer->n; n > 0; n--) {
		if (outer->type == MP_MAP) {
			mp_token(p, end, &t);
			d->seen[i].key |= type_of(&t);
			p += mp_value(p, end);
		}
		mp_token(p, end, &t);
		d->seen[i].inner |= type_of(&t);
		p += mp_value(p, end);
	}
}

void detected_note(struct detected *d, size_t i, const char *p, const char *end)
{
	struct mp t;
	ptrdiff_t n = mp_token(p, end, &t);
	unsigned type = type_of(&t);

	d->seen[i].own |= type;
	if (type == ARRAY || type == MAP)
		note_inner(d, i, p + n, end, &t);
}

static const char *scalar(unsigned set)
{
	return set == LONG ? "long" : set == DOUBLE || set == (LONG | DOUBLE) ? "double" : "string";
}

char *detected_type(const struct detected *d, size_t i)
{
	switch (d->seen[i].own) {
	case ARRAY: return mem_printf("array<%s>", scalar(d->seen[i].inner));
	case MAP: return mem_printf("map<%s,%s>", scalar(d->seen[i].key), scalar(d->seen[i].inner));
	default: return mem_string(scalar(d->seen[i].own));
	}
}

json_t *detected_json(const struct detected *d)
{
	json_t *all = json_array();

	for (size_t i = 0; i < d->keys.n; i++) {
		json_t *name = json_stringn(d->keys.key[i].p, d->keys.key[i].n);
		char *type;

		if (!name)
			continue; /* not UTF-8: the data stays, no column */
		type = detected_type(d, i);
		json_array_append_new(all, json_pack("[os]", name, type));
		free(type);
	}
	return all;
}

/* --- schemas */

static const char *cell(const json_t *s, size_t i, size_t k)
{
	return json_string_value(json_array_get(json_array_get(s, i), k));
}

const char *columns_name(const json_t *s, size_t i)
{
	return cell(s, i, 0);
}

const char *columns_type(const json_t *s, size_t i)
{
	return cell(s, i, 1);
}

const char *columns_alias(const json_t *s, size_t i)
{
	return cell(s, i, 2);
}

static bool scalar_word(const char *p, size_t n)
{
	static const char *const words[] = { "int", "long", "float", "double", "string" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strlen(words[i]) == n && memcmp(words[i], p, n) == 0)
			return true;
	return false;
}

/* The end of the type at p, or NULL if there is none. */
static const char *type_end(const char *p, unsigned depth)
{
	const char *word = p;
	size_t n;

	while (isalpha((unsigned char)*p))
		p++;
	n = (size_t)(p - word);
	if (scalar_word(word, n))
		return p;
	if (depth == 16 || *p != '<')
		return NULL;
	if (n == 5 && memcmp(word, "array", 5) == 0) {
		p = type_end(p + 1, depth + 1);
	} else if (n == 3 && memcmp(word, "map", 3) == 0) {
		p = type_end(p + 1, depth + 1);
		if (!p || *p != ',')
			return NULL;
		p = type_end(p + 1, depth + 1);
	} else {
		return NULL;
	}
	return p && *p == '>' ? p + 1 : NULL;
}

/* Blanks out, then checked; malloc'ed, or NULL. */
static char *type_clean(const char *type)
{
	char *s = mem_string(type), *to = s;
	const char *end;

	for (const char *p = type; *p; p++)
		if (*p != ' ' && *p != '\t')
			*to++ = *p;
	*to = '\0';
	end = type_end(s, 0);
	if (end && *end == '\0')
		return s;
	free(s);
	return NULL;
}

static bool plain_char(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || c == '_' || (!first && c >= '0' && c <= '9');
}

/* What SQL calls a key: itself if that is legal; otherwise each run of other characters is one '_', in lower case. */
static char *alias_of(const char *name)
{
	char *s = mem_alloc(strlen(name) + 2), *to = s;
	bool run = false;

	for (const char *p = name; *p; p++) {
		char c = (char)tolower((unsigned char)*p);

		if (!plain_char(c, to == s)) {
			if (!run)
				*to++ = '_';
			run = true;
			continue;
		}
		*to++ = c;
		run = false;
	}
	if (to == s)
		*to++ = '_';
	*to = '\0';
	return s;
}

static bool alias_taken(const json_t *s, const char *alias)
{
	if (strcmp(alias, "time") == 0)
		return true;
	for (size_t i = 0; i < json_array_size(s); i++)
		if (strcmp(columns_alias(s, i), alias) == 0)
			return true;
	return false;
}

static json_t *free_alias(const json_t *s, const char *name, const char *wish)
{
	char *base = wish ? mem_string(wish) : alias_of(name), *alias = mem_string(base);
	json_t *j;

	for (unsigned k = 1; alias_taken(s, alias); k++) {
		free(alias);
		alias = mem_printf("%s_%u", base, k);
	}
	j = json_string(alias);
	free(alias);
	free(base);
	return j;
}

static long find(const json_t *s, const char *name)
{
	for (size_t i = 0; i < json_array_size(s); i++)
		if (strcmp(columns_name(s, i), name) == 0)
			return (long)i;
	return -1;
}

static int check_pair(const json_t *pair, const char **name, char **type, struct fail *f)
{
	const char *t = json_string_value(json_array_get(pair, 1));

	*type = NULL;
	*name = json_string_value(json_array_get(pair, 0));
	if (!*name || !t)
		return fail_set(f, FAIL_DATA, "Validation failed: Schema must be an array of [name, type]");
	if (strlen(*name) != json_string_length(json_array_get(pair, 0)) || strlen(*name) > COLUMNS_KEY_MAX)
		return fail_set(f, FAIL_DATA, "Validation failed: Column name is not legal");
	if (strcmp(*name, "time") == 0 || strcmp(*name, "v") == 0)
		return fail_set(f, FAIL_DATA, "Validation failed: Column '%s' is reserved", *name);
	*type = type_clean(t);
	if (!*type)
		return fail_set(f, FAIL_DATA, "Validation failed: Invalid type '%s' of column '%s'", t, *name);
	return 0;
}

static int add(json_t *s, const char *name, const char *type, const json_t *pair, struct fail *f)
{
	const char *wish = json_string_value(json_array_get(pair, 2)), *text = json_string_value(json_array_get(pair, 3));
	json_t *alias;

	if (json_array_size(s) == COLUMNS_MAX)
		return fail_set(f, FAIL_DATA, "Validation failed: More than %d columns", COLUMNS_MAX);
	for (const char *p = wish; p && *p; p++)
		if (!plain_char(*p, false))
			return fail_set(f, FAIL_DATA, "Validation failed: Invalid alias '%s'", wish);
	if (wish && *wish && alias_taken(s, wish))
		return fail_set(f, FAIL_DATA, "Validation failed: Alias '%s' is used twice", wish);
	alias = free_alias(s, name, wish && *wish ? wish : NULL);
	return json_array_append_new(s, json_pack("[ssos?]", name, type, alias, text));
}

/* One more column: 0, 1 if it is there already with the same type, -1. */
static int put(json_t *s, const json_t *pair, bool strict, bool ignore, struct fail *f)
{
	const char *name;
	char *type;
	long at;
	int rc = -1;

	if (check_pair(pair, &name, &type, f))
		return -1;
	at = find(s, name);
	if (at < 0)
		rc = add(s, name, type, pair, f);
	else if (ignore || !strict || strcmp(columns_type(s, (size_t)at), type) == 0)
		rc = 1;
	else
		fail_set(f, FAIL_DATA, "Validation failed: Type of column '%s' cannot be changed from %s to %s", name,
		         columns_type(s, (size_t)at), type);
	free(type);
	return rc;
}

json_t *columns_parse(const char *text, bool ignore_duplicates, struct fail *f)
{
	json_t *in = json_loads(text, 0, NULL), *out = json_array(), *pair;
	size_t i;

	if (!json_is_array(in)) {
		fail_set(f, FAIL_DATA, "Validation failed: Schema is not a JSON array");
	} else {
		json_array_foreach(in, i, pair) {
			int rc = put(out, pair, true, ignore_duplicates, f);

			if (rc == 1 && !ignore_duplicates)
				fail_set(f, FAIL_DATA, "Validation failed: Schema has duplicate column '%s'",
				         json_string_value(json_array_get(pair, 0)));
			if (f->kind)
				break;
		}
	}
	json_decref(in);
	if (f->kind == FAIL_NONE)
		return out;
	json_decref(out);
	return NULL;
}

json_t *columns_append(const json_t *old, const json_t *more, bool strict, struct fail *f)
{
	json_t *out = json_deep_copy(old), *pair;
	size_t i;

	json_array_foreach(more, i, pair) {
		if (put(out, pair, strict, false, f) >= 0)
			continue;
		if (strict) {
			json_decref(out);
			return NULL;
		}
		*f = (struct fail){ 0 }; /* found in data: what cannot be a column stays data */
	}
	return out;
}

json_t *columns_load(const char *text)
{
	json_t *s = json_loads(text && *text ? text : "[]", 0, NULL);

	return s ? s : json_array();
}

json_t *columns_shown(const json_t *s, bool descriptions)
{
	json_t *out = json_array(), *row;
	size_t i;

	json_array_foreach(s, i, row) {
		json_t *shown = json_pack("[OO]", json_array_get(row, 0), json_array_get(row, 1));
		bool own = strcmp(columns_name(s, i), columns_alias(s, i)) != 0;

		if (own || descriptions)
			json_array_append_new(shown, own ? json_incref(json_array_get(row, 2)) : json_null());
		if (descriptions)
			json_array_append(shown, json_array_get(row, 3));
		json_array_append_new(out, shown);
	}
	return out;
}
