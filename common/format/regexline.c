/* Splits lines by a regular expression. */
#include "format/regexline.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum { STEPS = 1000000, DEPTH = 10000, HEAP_KIB = 16 << 10 };

/* PCRE2's table of names: entries of two bytes of the group's number and the name. */
struct entry {
	uint32_t group;
	const char *name;
};

static int by_group(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;

	return (a->group > b->group) - (a->group < b->group);
}

static int take_names(struct regexline *r, struct schema *names, struct fail *f)
{
	const unsigned char *table;
	uint32_t n, size;
	struct entry *all;

	pcre2_pattern_info(r->code, PCRE2_INFO_NAMECOUNT, &n);
	pcre2_pattern_info(r->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
	pcre2_pattern_info(r->code, PCRE2_INFO_NAMETABLE, &table);
	if (n == 0)
		return fail_set(f, FAIL_USAGE, "--pattern: no named group such as (?<host>\\S+): "
			"they are the columns");
	all = mem_zero(n, sizeof *all);
	r->group = mem_zero(n, sizeof *r->group);
	r->n = n;
	for (uint32_t i = 0; i < n; i++, table += size)
		all[i] = (struct entry){ (uint32_t)table[0] << 8 | table[1],
			(const char *)table + 2 };
	qsort(all, n, sizeof *all, by_group);
	for (uint32_t i = 0; i < n && !f->kind; i++) {
		r->group[i] = all[i].group;
		if (schema_find(names, all[i].name) >= 0)
			fail_set(f, FAIL_USAGE, "--pattern: two groups are called '%s'",
				all[i].name);
		else
			schema_add(names, all[i].name, NULL, f);
	}
	free(all);
	return f->kind ? -1 : 0;
}

static int bad_pattern(int error, size_t at, struct fail *f)
{
	PCRE2_UCHAR why[200];

	pcre2_get_error_message(error, why, sizeof why);
	return fail_set(f, FAIL_USAGE, "--pattern: %s, at character %zu", (char *)why, at);
}

int regexline_open(struct regexline *r, const char *pattern, struct schema *names, struct fail *f)
{
	const uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED | PCRE2_ENDANCHORED |
		PCRE2_NEVER_BACKSLASH_C;
	PCRE2_SIZE at;
	int error;

	*r = (struct regexline){ 0 };
	r->code = pcre2_compile((PCRE2_SPTR)pattern, strlen(pattern), options, &error, &at, NULL);
	if (!r->code)
		return bad_pattern(error, at, f);
	r->match = pcre2_match_data_create_from_pattern(r->code, NULL);
	r->context = pcre2_match_context_create(NULL);
	if (!r->match || !r->context)
		return fail_set(f, FAIL_SYSTEM, "--pattern: no memory");
	pcre2_set_match_limit(r->context, STEPS);
	pcre2_set_depth_limit(r->context, DEPTH);
	pcre2_set_heap_limit(r->context, HEAP_KIB);
	return take_names(r, names, f);
}

void regexline_close(struct regexline *r)
{
	pcre2_match_context_free(r->context);
	pcre2_match_data_free(r->match);
	pcre2_code_free(r->code);
	free(r->group);
}

static enum row_result refuse(int rc, struct fail *f)
{
	PCRE2_UCHAR why[200];

	if (rc == PCRE2_ERROR_NOMATCH) {
		fail_set(f, FAIL_DATA, "--pattern does not match the whole line");
		return ROW_BAD;
	}
	pcre2_get_error_message(rc, why, sizeof why);
	fail_set(f, FAIL_DATA, "--pattern: %s", (char *)why);
	return ROW_BAD;
}

enum row_result regexline_split(void *with, struct linein_cells *cells, const char *p, size_t n,
	struct fail *f)
{
	const struct regexline *r = with;
	/* linein has checked the text */
	int rc = pcre2_match(r->code, (PCRE2_SPTR)p, n, 0, PCRE2_NO_UTF_CHECK, r->match,
		r->context);
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(r->match);

	if (rc <= 0)
		return refuse(rc, f);
	linein_room(cells, r->n);
	cells->n = r->n;
	for (size_t i = 0; i < r->n; i++) {
		uint32_t group = r->group[i];

		if ((int)group < rc && at[2 * group] != PCRE2_UNSET &&
			at[2 * group] <= at[2 * group + 1])
			linein_set(cells, i, p + at[2 * group], p + at[2 * group + 1]);
	}
	return ROW_GOOD;
}
