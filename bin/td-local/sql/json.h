/*
 * json: JSON text (RFC 8259), read token by token without building a tree. The text is data: it may
 * be broken anywhere.
 *
 * Numbers keep their text; what the engines make of it (1.10 becomes 1.1) is json_copy()'s. Values
 * are at most JSON_DEPTH levels deep. Functions that write return -1 when the buffer is full; those
 * that read, when the text is not JSON.
 */
#ifndef SQL_JSON_H
#define SQL_JSON_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

enum { JSON_DEPTH = 500 };
enum json_kind {
	JSON_BAD = -1,
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_INT,
	JSON_REAL,
	JSON_STRING,
	JSON_LIST,
	JSON_OBJECT
};

struct json {
	const char *p, *end;
	int depth;
	bool verbatim; /* json_copy() leaves numbers as they are written */
};
struct json_token {
	enum json_kind kind;
	const char *p; /* a number's text; what is between a string's quotes, escapes and all */
	size_t n;
};

struct json json_of(const char *p, size_t n);
bool json_end(struct json *j); /* nothing but blanks is left */

/* The next value: a scalar whole, of a list or an object only the bracket. */
enum json_kind json_next(struct json *j, struct json_token *t);
int json_skip(struct json *j); /* a whole value */

/*
 * The parts of a list or object whose bracket was read: 1: another element follows (of an object:
 * its key is *key), 0: the end, -1: bad. *first is true before the first and belongs to this loop.
 */
int json_more(struct json *j, enum json_kind in, bool *first, struct json_token *key);

int json_unescape(struct buf *out, const char *p, size_t n);       /* a string's inside, as text */
int json_quote(struct buf *out, const char *p, size_t n); /* the way back, with the quotes */
int json_double(struct buf *out, double d); /* a number; NaN and the infinities are strings */

/* One value without blanks, doubles as Java prints them; sorted: keys in order, of equal ones the
 * last. */
int json_copy(struct buf *out, struct json *j, bool sorted);
/* A whole text; -1: it is not JSON. */
int json_canonical(struct buf *out, const char *p, size_t n);

/* Paths of json_extract(): $.a["b"][0]. */
struct json_path {
	size_t n;
	struct json_step {
		const char *p; /* borrowed from the path's text, or from `made` */
		size_t n;
		long index;    /* the same as a number, or -1 */
	} *step;
	char *made;
};
enum json_path_result {
	JSON_PATH_GOOD,
	JSON_PATH_BAD,
	JSON_PATH_WILD /* valid, and not known here */
};
enum json_path_result json_path(struct json_path *path, const char *p, size_t n);
void json_path_free(struct json_path *path);
/* j is moved to the value that the path leads to: 1; 0: there is none; -1: bad JSON before it. */
int json_find(struct json *j, const struct json_path *path);

#endif
