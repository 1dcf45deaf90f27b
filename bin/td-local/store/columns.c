/* Schemas as JSON: checking, aliases, appending. */
#include "store/columns.h"
#include "base/mem.h"
#include "store/jsontext.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/*
 * What SQL calls a key: itself if that is legal; otherwise each run of other characters is one '_',
 * in lower case.
 */
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
		return fail_set(f, FAIL_DATA,
			"Validation failed: Schema must be an array of [name, type]");
	if (!**name || strlen(*name) != json_string_length(json_array_get(pair, 0)) ||
		strlen(*name) > COLUMNS_KEY_MAX)
		return fail_set(f, FAIL_DATA, "Validation failed: Column name is not legal");
	if (strcmp(*name, "time") == 0 || strcmp(*name, "v") == 0)
		return fail_set(f, FAIL_DATA, "Validation failed: Column '%s' is reserved", *name);
	*type = type_clean(t);
	if (!*type)
		return fail_set(f, FAIL_DATA, "Validation failed: Invalid type '%s' of column '%s'",
			t, *name);
	return 0;
}

static int add(json_t *s, const char *name, const char *type, const json_t *pair, struct fail *f)
{
	const char *wish = json_string_value(json_array_get(pair, 2)),
		   *text = json_string_value(json_array_get(pair, 3));
	json_t *alias;

	if (json_array_size(s) == COLUMNS_MAX)
		return fail_set(f, FAIL_DATA, "Validation failed: More than %d columns",
			COLUMNS_MAX);
	for (const char *p = wish; p && *p; p++)
		if (!plain_char(*p, false))
			return fail_set(f, FAIL_DATA, "Validation failed: Invalid alias '%s'",
				wish);
	if (wish && *wish && alias_taken(s, wish))
		return fail_set(f, FAIL_DATA, "Validation failed: Alias '%s' is used twice", wish);
	alias = free_alias(s, name, wish && *wish ? wish : NULL);
	return json_array_append_new(s, json_pack("[ssos?]", name, type, alias, text));
}

/* One more column: 0, 1 if it exists with the same type, -1. */
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
		fail_set(f, FAIL_DATA,
			"Validation failed: Type of column '%s' cannot be changed from %s to %s",
			name, columns_type(s, (size_t)at), type);
	free(type);
	return rc;
}

/* null in the place of the alias: the column keeps the one it has. */
static void keep_alias(json_t *pair, const json_t *was)
{
	const char *name = json_string_value(json_array_get(pair, 0));
	long at = name && json_is_null(json_array_get(pair, 2)) ? find(was, name) : -1;

	if (at >= 0)
		json_array_set_new(pair, 2, json_string(columns_alias(was, (size_t)at)));
}

json_t *columns_parse(const char *text, const json_t *was, bool ignore_duplicates, struct fail *f)
{
	json_t *in = jsontext_parse(text, text ? strlen(text) : 0), *out = json_array(), *pair;
	size_t i;

	if (!json_is_array(in)) {
		fail_set(f, FAIL_DATA, "Validation failed: Schema is not a JSON array");
	} else {
		json_array_foreach(in, i, pair) {
			int rc;

			keep_alias(pair, was);
			rc = put(out, pair, true, ignore_duplicates, f);

			if (rc == 1 && !ignore_duplicates)
				fail_set(f, FAIL_DATA,
					"Validation failed: Schema has duplicate column '%s'",
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
		fail_clear(f); /* found in data: what cannot be a column stays data */
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
			json_array_append_new(shown,
				own ? json_incref(json_array_get(row, 2)) : json_null());
		if (descriptions)
			json_array_append(shown, json_array_get(row, 3));
		json_array_append_new(out, shown);
	}
	return out;
}
