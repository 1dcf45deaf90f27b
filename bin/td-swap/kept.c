/*
 * td-swap: generations of old tables, as --keep=N makes them: TABLE_kept_ and a time; which one an
 * undo means, and which are to stay no more.
 */
#include "swap.h"

#include "base/die.h"
#include "base/mem.h"
#include "sys/clock.h"
#include "td/tempname.h"

#include <stdlib.h>
#include <string.h>

enum { MARK_MAX = 600 };

char *kept_mark(const char *table, const char *instead)
{
	return mem_printf("td-swap: the rows of %s before %s", table, instead);
}

/* Not cut: then two tables might have one name for their kept rows. */
char *kept_default(const char *table, struct fail *f)
{
	char *name = mem_printf("%s_kept", table);

	if (strlen(name) <= TDURL_NAME_ADVISED)
		return name;
	fail_set(f, FAIL_USAGE,
		"--keep: %s is longer than the %d characters that Treasure Data advises: say "
		"--keep=NAME",
		name, TDURL_NAME_ADVISED);
	free(name);
	return NULL;
}

/* The newest first; of the same second, by their names. */
static int newest_first(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	return x->at != y->at ? (x->at < y->at) - (x->at > y->at) : strcmp(y->name, x->name);
}

int kept_list(struct swap *s, const char *db, const char *table, struct kept_tables *out,
	struct fail *f)
{
	char *plain = mem_printf("%s_kept", table);
	struct api_name *all;
	size_t n, len;

	*out = (struct kept_tables){ 0 };
	if (api_table_list(s->api, db, &all, &n, f)) {
		free(plain);
		return -1;
	}
	out->v = mem_zero(n + 1, sizeof *out->v);
	for (size_t i = 0; i < n; i++) {
		const char *name = all[i].name;
		const int64_t at = tempname_kept_time(name, table, &len);

		if (strcmp(name, plain) == 0 || tempname_is_undo(name, plain))
			out->plain = true;
		if (at >= 0)
			out->v[out->n++] = (struct kept){ .at = at,
				.undoing = name[len] != '\0',
				.name = mem_copy(name, len) };
	}
	if (out->n > 1)
		qsort(out->v, out->n, sizeof *out->v, newest_first);
	s->kept_newest = out->n > 0 ? out->v[0].at : 0;
	api_names_free(all, n);
	free(plain);
	return 0;
}

void kept_free(struct kept_tables *k)
{
	for (size_t i = 0; i < k->n; i++)
		free(k->v[i].name);
	free(k->v);
}

char *kept_name(struct swap *s, const char *table)
{
	const int64_t now = api_time(s->api);

	return tempname_kept(
		table, now > s->kept_newest ? now : s->kept_newest + 1, clock_random());
}

/* An earlier --keep made it: its description says so. */
static int is_marked(struct swap *s, const char *db, const char *table, const char *name,
	bool *is, struct fail *f)
{
	char *mark = kept_mark(table, ""), text[MARK_MAX];
	int rc = api_table_description(s->api, db, name, text, sizeof text, f);

	*is = rc == 0 && strncmp(text, mark, strlen(mark)) == 0;
	free(mark);
	return rc;
}

int kept_older(struct swap *s, const char *db, const char *table, struct buf *seen, char **name,
	struct fail *f)
{
	struct kept_tables all;
	size_t stays = 0;
	bool is;
	int rc = kept_list(s, db, table, &all, f);

	*name = NULL;
	for (size_t i = 0; i < all.n && rc == 0 && !*name; i++) {
		char *line = mem_printf("%s\n", all.v[i].name);

		if (!all.v[i].undoing && ++stays > s->o->keep_n && !strstr(buf_text(seen), line)) {
			buf_puts(seen, line);
			rc = is_marked(s, db, table, all.v[i].name, &is, f);
			if (rc == 0 && is)
				*name = mem_string(all.v[i].name);
			else if (rc == 0)
				warn("table %s.%s stays: its description does not say that an "
				     "earlier --keep made it",
					db, all.v[i].name);
		}
		free(line);
	}
	kept_free(&all);
	return rc;
}

int kept_pick(struct swap *s, const char *db, const char *table, struct fail *f)
{
	const char *chosen = s->o->keep_name;
	const unsigned n = s->o->undo_n;
	struct kept_tables all;
	size_t len;

	if (chosen && tempname_kept_time(chosen, table, &len) < 0) {
		s->in.kept = mem_string(chosen);
		return 0;
	}
	if (kept_list(s, db, table, &all, f))
		return -1;
	if (chosen)
		s->in.kept = mem_string(chosen);
	else if (n > 0 && n > all.n)
		fail_set(f, FAIL_REFUSED, "--undo=%u: %s.%s has %zu kept table%s of --keep=N", n,
			db, table, all.n, all.n == 1 ? "" : "s");
	else if (n == 0 && all.n > 0 && all.plain)
		fail_set(f, FAIL_GUARD,
			"%s.%s has %s_kept and %s: say which with --keep=NAME (or --undo=1, the "
			"newest of --keep=N)",
			db, table, table, all.v[0].name);
	else if (all.n > 0)
		s->in.kept = mem_string(all.v[n > 0 ? n - 1 : 0].name);
	else
		s->in.kept = kept_default(table, f);
	kept_free(&all);
	return f->kind ? -1 : 0;
}
