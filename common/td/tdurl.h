/*
 * tdurl: destinations as text. Pure: no environment, no defaults, no network; `conf` fills in what
 * is left out.
 *
 *   td://[KEY]@[HOST[:PORT]]/DATABASE/TABLE[?mode=MODE][&ssl=true|false]
 *   td://[KEY]@[HOST[:PORT]][/DATABASE]               (database and table are NULL then)
 *   NAME:[TABLE][?mode=...]   NAME:DATABASE/TABLE[?mode=...]      a named connection
 *
 *   MODE: append, replace, truncate, create,
 *         replace&from=TIME&to=TIME            the rows of a range of time
 *         merge&key=COLUMN,...[&delete=COLUMN] the rows with the same key
 *
 * KEY may hold its "/" raw or as %2F. HOST is a host name, or a site: us jp eu ap02 ap03 idcf. A
 * HOST is reached by https; a loopback HOST by http, unless ssl=true. Names are as Treasure Data
 * accepts them: 3 to 255 of [a-z0-9_]. Unknown parameters are refused, not ignored: a transfer that
 * does something other than its URL says is worse than none.
 */
#ifndef TDURL_H
#define TDURL_H

#include "base/fail.h"

#include <stdbool.h>

enum tdurl_mode {
	TDURL_APPEND,
	TDURL_REPLACE,
	TDURL_TRUNCATE,
	TDURL_CREATE,
	TDURL_MERGE,
	TDURL_MODES /* how many */
};
enum { TDURL_KEYS_MAX = 16 };
enum { TDURL_NAME_MIN = 3, TDURL_NAME_MAX = 255, TDURL_NAME_ADVISED = 128 };

struct tdurl {
	char *connection; /* NAME of the two forms above; then key and endpoint are NULL */
	char *key;        /* decoded; secret; NULL if left out */
	/* "https://api.eu01.treasuredata.com", "http://127.0.0.1:8080"; NULL if left out */
	char *endpoint;
	char *database;   /* NULL in NAME:TABLE, or if left out */
	char *table;      /* NULL if left out */
	enum tdurl_mode mode;
	bool has_mode;    /* mode was given */
	char *from, *to;  /* decoded, as they were typed; mode=replace, both or none */
	char *keys;       /* mode=merge: a column, a newline, a column ...; decoded */
	char *deleted;    /* mode=merge: the column that marks rows as deleted, or NULL */
};

/* FAIL_USAGE; the message never holds the key. */
int tdurl_parse(struct tdurl *u, const char *text, struct fail *f);
void tdurl_free(struct tdurl *u); /* wipes the key */

/*
 * The URL again, malloc'ed; a key is written as "***". Without one it parses to the same
 * destination.
 */
char *tdurl_format(const struct tdurl *u);

/*
 * Overwrite the key of a URL in the caller's argv with '*', so that ps(1) does not show it for
 * longer than needed.
 */
void tdurl_hide(char *text);

const char *tdurl_mode_name(enum tdurl_mode m);
/* Some rows of the table are replaced, and the others stay. */
bool tdurl_carries(const struct tdurl *u);

/*
 * The forms of TD_API_SERVER: host, host:port, http(s)://host[:port][/base], a site's name. Without
 * a scheme it is https, but http for a loopback address. *out is
 * malloc'ed, "SCHEME://host[:port][/base]" without a slash at the end and without a default port.
 * http is refused (FAIL_CONFIG) for a host that is not loopback, because the key would cross the
 * network in the clear; `plain` allows it.
 */
int tdurl_endpoint(const char *text, bool plain, char **out, struct fail *f);

/* The site's name of such an endpoint: "jp"; NULL: not a site. */
const char *tdurl_site(const char *endpoint);

/* Legal as a database's or table's name; what: "database", "table". */
int tdurl_check_name(const char *what, const char *name, struct fail *f);

#endif
