/*
 * masked: requests and answers as they may be shown to others: without keys, addresses of people,
 * logs and rows.
 */
#ifndef MASKED_H
#define MASKED_H

#include <jansson.h>
#include <stdbool.h>

#define MASKED "***"

/* Keys (digits, a slash, 16 or more hexadecimal digits) and what stands before the @ of a URL. */
char *masked_text(const char *s); /* malloc'ed */

/* A path, segment by segment. */
char *masked_path(const char *path); /* malloc'ed */

/* A copy; members that hold a secret by their name are MASKED, other texts as masked_text(). */
json_t *masked_json(const json_t *j);

/* Does the answer of this call hold rows? path: as in a request, without v3/. */
bool masked_is_rows(const char *path);

#endif
