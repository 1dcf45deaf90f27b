#include "value/colname.h"
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

static bool is_large(char c)
{
	return c >= 'A' && c <= 'Z';
}

bool colname_is_legal(const char *name)
{
	if (!is_small(*name) || strcmp(name, "v") == 0)
		return false;
	for (; *name; name++)
		if (!is_small(*name) && !is_digit(*name))
			return false;
	return true;
}

int colname_make(struct buf *out, const char *name, size_t place)
{
	size_t start = out->len;
	bool in_run = false;

	if (!*name)
		return buf_printf(out, "_c%zu", place);
	for (; *name; name++) {
		bool good =
			is_small(*name) || is_large(*name) || (is_digit(*name) && out->len > start);
		char c = !good ? '_' : is_large(*name) ? (char)(*name + ('a' - 'A')) : *name;

		if ((good || !in_run) && buf_putc(out, c))
			return -1;
		in_run = !good;
	}
	return out->len == start + 1 && out->p[start] == 'v' ? buf_putc(out, '_') : 0;
}

static bool taken(const struct schema *s, size_t i, const char *name)
{
	for (size_t k = 0; k < s->n; k++)
		if (k != i && s->col[k].name && strcmp(s->col[k].name, name) == 0)
			return true;
	return false;
}

/* Below `from` all suffixes are taken. The one that was given, or 0. */
static unsigned rename_from(struct schema *s, size_t i, const char *name, unsigned from)
{
	unsigned k = from;
	char *new = k ? mem_printf("%s_%u", name, k) : mem_string(name);

	while (taken(s, i, new)) {
		free(new);
		new = mem_printf("%s_%u", name, ++k);
	}
	free(s->col[i].name);
	s->col[i].name = new;
	return k;
}

void colname_rename(struct schema *s, size_t i, const char *name)
{
	rename_from(s, i, name, 0);
}

/*
 * The suffix that the last of the columns before i with this name was given, and the next one; 0:
 * there is none.
 */
static unsigned next_suffix(char *const *made, const unsigned *suffix, size_t i, const char *name)
{
	while (i-- > 0)
		if (made[i] && strcmp(made[i], name) == 0)
			return suffix[i] + 1;
	return 0;
}

/*
 * Names that are no legal ones, or not the first of theirs, move to `old`: they stand back until
 * the others have theirs.
 */
static void stand_back(struct schema *s, char **old)
{
	for (size_t i = 0; i < s->n; i++)
		if (!colname_is_legal(s->col[i].name)) {
			old[i] = s->col[i].name;
			s->col[i].name = NULL;
		}
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; k < i && s->col[i].name; k++)
			if (s->col[k].name && strcmp(s->col[k].name, s->col[i].name) == 0) {
				old[i] = s->col[i].name;
				s->col[i].name = NULL;
			}
}

int colname_make_all(struct schema *s, struct fail *f)
{
	char **old = mem_zero(s->n + 1, sizeof *old), **made = mem_zero(s->n + 1, sizeof *made);
	unsigned *suffix = mem_zero(s->n + 1, sizeof *suffix);
	struct buf b;

	buf_init(&b, 2 * SCHEMA_NAME_MAX);
	for (size_t i = 0; i < s->n; i++)
		if (strlen(s->col[i].name) > SCHEMA_NAME_MAX)
			fail_set(f, FAIL_DATA, "the name of column %zu is longer than %d bytes",
				i + 1, SCHEMA_NAME_MAX);
	stand_back(s, old);
	for (size_t i = 0; i < s->n; i++) {
		if (!old[i])
			continue;
		b.len = 0;
		if (!f->kind)
			colname_make(&b, old[i], i);
		made[i] = mem_string(buf_text(&b));
		suffix[i] = rename_from(s, i, made[i], next_suffix(made, suffix, i, made[i]));
	}
	for (size_t i = 0; i < s->n; i++) {
		free(old[i]);
		free(made[i]);
	}
	buf_free(&b);
	free(old);
	free(made);
	free(suffix);
	return f->kind ? -1 : 0;
}
