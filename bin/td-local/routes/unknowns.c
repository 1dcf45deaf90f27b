/* Parsing what --service says. */
#include "routes/unknowns.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *name, *value;
	size_t flag; /* offset in struct unknowns of what it sets, or clears if it is `usual` */
	bool usual;
} values[] = {
	{ "ids", "move", offsetof(struct unknowns, ids_stay), true },
	{ "ids", "stay", offsetof(struct unknowns, ids_stay), false },
	{ "ids", "hide", offsetof(struct unknowns, ids_hidden), false },
	{ "counts", "now", offsetof(struct unknowns, counts_lag), true },
	{ "counts", "lag", offsetof(struct unknowns, counts_lag), false },
	{ "session", "id", offsetof(struct unknowns, session_by_name), true },
	{ "session", "name", offsetof(struct unknowns, session_by_name), false },
	{ "rename", "keep", offsetof(struct unknowns, rename_new), true },
	{ "rename", "new", offsetof(struct unknowns, rename_new), false },
	{ "denied", "403", offsetof(struct unknowns, denied_401), true },
	{ "denied", "401", offsetof(struct unknowns, denied_401), false },
	{ "writer", "show", offsetof(struct unknowns, writer_blind), true },
	{ "writer", "blind", offsetof(struct unknowns, writer_blind), false },
};

static bool same(const char *word, const char *p, size_t n)
{
	return strlen(word) == n && memcmp(word, p, n) == 0;
}

static int take(struct unknowns *u, const char *p, size_t n, struct fail *f)
{
	const char *eq = memchr(p, '=', n);
	size_t name = eq ? (size_t)(eq - p) : n;

	for (size_t i = 0; eq && i < sizeof values / sizeof *values; i++) {
		if (!same(values[i].name, p, name) || !same(values[i].value, eq + 1, n - name - 1))
			continue;
		if (same("ids", p, name))
			u->ids_stay = u->ids_hidden = false;
		*((bool *)((char *)u + values[i].flag)) = !values[i].usual;
		return 0;
	}
	return fail_set(f, FAIL_USAGE,
		"'%.*s' is not one of ids=move|stay|hide, counts=now|lag, session=id|name, "
		"rename=keep|new, denied=403|401, writer=show|blind",
		(int)n, p);
}

int unknowns_parse(struct unknowns *u, const char *spec, struct fail *f)
{
	for (const char *p = spec;; p++) {
		size_t n = strcspn(p, ",");

		if (take(u, p, n, f))
			return -1;
		p += n;
		if (!*p)
			return 0;
	}
}
