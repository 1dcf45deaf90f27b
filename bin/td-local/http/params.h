/*
 * params: the parameters of a request. TD takes them from the query string, a form, a multipart
 * form or a JSON object, and clients use all four, some at once; they end in one object of texts. A
 * body wins over the query string.
 */
#ifndef PARAMS_H
#define PARAMS_H

#include "http/request.h"

enum { PARAMS_MAX = 1000 };

/*
 * Adds to `out`; type is the Content-Type, or NULL. -1: they are not what it says, not UTF-8, or
 * more than PARAMS_MAX.
 * conn is the connection that they come from, which only a multipart body needs.
 */
int params_parse(json_t *out, struct MHD_Connection *conn, const char *query, const char *type,
	const char *body, size_t n);

int params_read(struct request *r); /* -1: answered with 400 */

const char *params_text(const struct request *r, const char *name); /* NULL: missing or empty */
bool params_true(const struct request *r, const char *name);        /* "true" or "1" */

/*
 * An integer, `none` if it is not given. One that is not an integer, or is out of range, is
 * answered with 422 and gives -1.
 */
int params_int(struct request *r, const char *name, int64_t min, int64_t max, int64_t none,
	int64_t *out);

#endif
