/* Matching a request's path with the patterns of the routes. */
#include "http/route.h"
#include "base/url.h"

#include <stdlib.h>
#include <string.h>

/* Does the path match? Takes the arguments that ':' matches. */
static bool match(const char *pattern, const char *path, struct request *r)
{
	unsigned n = 0;

	for (;;) {
		size_t want = strcspn(pattern, "/"), have = strcspn(path, "/");

		if (want == 1 && *pattern == ':') {
			if (have == 0 || !(r->arg[n] = url_unescape(path, have, false)))
				break;
			n++;
		} else if (want != have || memcmp(pattern, path, have) != 0) {
			break;
		}
		pattern += want;
		path += have;
		while (path[0] == '/' && (path[1] == '/' || path[1] == '\0'))
			path++;
		if (!*pattern && !*path)
			return true;
		if (*pattern != '/' || *path != '/')
			break;
		pattern++;
		path++;
	}
	while (n > 0)
		free(r->arg[--n]);
	memset(r->arg, 0, sizeof r->arg);
	return false;
}

static bool takes(const char *method, const char *asked)
{
	return strcmp(method, asked) == 0 ||
		(strcmp(method, "GET") == 0 && strcmp(asked, "HEAD") == 0);
}

const struct route *route_find(const struct route *const *tables, struct request *r)
{
	for (; *tables; tables++)
		for (const struct route *t = *tables; t->method; t++)
			if (takes(t->method, r->method) && match(t->pattern, r->path, r))
				return t;
	return NULL;
}
