/*
 * params: the parameters of a request. TD takes them from the query string, a form, a multipart
 * form or a JSON object, and clients use all four, some at once; they end in one object of texts. A
 * body wins over the query string.
 */
#ifndef PARAMS_H
#define PARAMS_H

#include "http/request.h"

/* Adds to `out`; type is the Content-Type, or NULL. -1: they are not what it says, or no UTF-8. */
int params_parse(json_t *out, const char *query, const char *type, const char *body, size_t n);

int params_read(struct req *r); /* -1: the body is not what it says; answered */

/* %XX undone; malloc'ed, NULL if there is a NUL or a bad escape in it. plus: '+' is a space. */
char *params_unescape(const char *p, size_t n, bool plus);

#endif
