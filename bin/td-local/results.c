/* Named results: where jobs may send their rows, by name. */
#include "local.h"
#include "mem.h"
#include "tdurl.h"

#include <stdlib.h>
#include <string.h>

/* Without the key. What is no td:// URL is kept, for clients that only store it, and shown up to its password. */
static char *shown(const char *url)
{
	struct fail f = { 0 };
	struct tdurl u;
	const char *at = strrchr(url, '@'), *scheme = strstr(url, "://");
	char *s;

	if (tdurl_parse(&u, url, &f) == 0) {
		s = tdurl_format(&u);
		tdurl_free(&u);
		return s;
	}
	if (!at || !scheme || at < scheme + 3)
		return mem_string(url);
	return mem_printf("%.*s***%s", (int)(scheme + 3 - url), url, at);
}

static void list(struct req *r)
{
	struct catalog *c = &r->l->cat;
	json_t *all = json_array();
	sqlite3_stmt *q;

	for (q = cat_select(c, "SELECT name, url FROM results ORDER BY name", ""); cat_next(c, &q);) {
		char *url = shown(cat_column(q, 1));

		json_array_append_new(all, json_pack("{s:s, s:s, s:s}", "name", cat_column(q, 0), "organization", "", "url", url));
		free(url);
	}
	req_json(r, json_pack("{s:o}", "results", all));
}

static bool known(struct req *r)
{
	return cat_num(&r->l->cat, 0, "SELECT 1 FROM results WHERE name = ?1", "s", r->arg[0]) != 0;
}

static void create(struct req *r)
{
	const char *url = req_param(r, "url"), *name = r->arg[0];

	if (strlen(name) < 3 || strlen(name) > 255)
		req_error(r, 422, "Validation failed: Name is too %s", strlen(name) < 3 ? "short" : "long");
	else if (!url)
		req_error(r, 422, "'url' parameter is required");
	else if (known(r))
		req_error(r, 409, "Result must be unique");
	else {
		cat_do(&r->l->cat, "INSERT INTO results VALUES (?1, ?2)", "ss", name, url);
		req_json(r, json_pack("{s:s}", "result", name));
	}
}

static void delete(struct req *r)
{
	if (!known(r)) {
		req_error(r, 404, "Couldn't find Result with name = %.300s", r->arg[0]);
		return;
	}
	cat_do(&r->l->cat, "DELETE FROM results WHERE name = ?1", "s", r->arg[0]);
	req_json(r, json_pack("{s:s}", "result", r->arg[0]));
}

const struct route result_routes[] = {
	{ "GET", "result/list", MASTER, .handle = list },
	{ "POST", "result/create/:", MASTER, .handle = create },
	{ "POST", "result/delete/:", MASTER, .handle = delete },
	{ 0 },
};
