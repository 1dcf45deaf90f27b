/* alias: what the service will call a column in SQL. */
#include "value/alias.h"
#include "base/mem.h"

#include <stdlib.h>

static bool is_small(char c)
{
	return (c >= 'a' && c <= 'z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool alias_is_legal(const char *name)
{
	if (!is_small(*name))
		return false;
	for (; *name; name++)
		if (!is_small(*name) && !is_digit(*name))
			return false;
	return true;
}

int alias_of(struct buf *out, const char *name)
{
	size_t start = out->len;
	bool in_run = false;

	for (; *name; name++) {
		char c = *name >= 'A' && *name <= 'Z' ? (char)(*name + ('a' - 'A')) : *name;
		bool good = is_small(c) || (is_digit(c) && out->len > start);

		if ((good || !in_run) && buf_putc(out, good ? c : '_'))
			return -1;
		in_run = !good;
	}
	return out->len > start ? 0 : buf_putc(out, '_');
}

static bool is_taken(const struct schema *s, const char *alias)
{
	return strcmp(alias, "time") == 0 || schema_find(s, alias) >= 0;
}

static int add_free(struct schema *out, const char *name, struct fail *f)
{
	char *alias = mem_string(name);
	int rc;

	for (unsigned k = 1; is_taken(out, alias); k++) {
		free(alias);
		alias = mem_printf("%s_%u", name, k);
	}
	rc = schema_add(out, alias, NULL, f);
	free(alias);
	return rc;
}

int alias_all(struct schema *out, const struct schema *names, struct fail *f)
{
	struct buf b;
	int rc = 0;

	buf_init(&b, (size_t)1 << 20);
	for (size_t i = 0; i < names->n && rc == 0; i++) {
		b.len = 0;
		if (alias_of(&b, names->col[i].name))
			rc = fail_set(f, FAIL_DATA, "the name of column %zu is too long", i + 1);
		else
			rc = add_free(out, buf_text(&b), f);
	}
	buf_free(&b);
	return rc;
}

bool alias_is_empty(const char *alias)
{
	size_t blanks = strspn(alias, "_");

	return blanks > 0 && alias[blanks + strspn(alias + blanks, "0123456789")] == '\0';
}
