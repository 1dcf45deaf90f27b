/*
 * destination: where the rows of a job go, in the forms that clients send:
 *
 *   result=td://[KEY]@[HOST]/DATABASE/TABLE[?mode=...]
 *   result=NAME:TABLE    a named result; NAME:DATABASE/TABLE if its URL has no
 * database result={"type":"treasure_data","api_key":...} result_connection_id with
 * result_connection_settings
 *
 * All but NAME:TABLE are kept as a URL; a named result is looked up when the job runs. Texts are
 * malloc'ed, may hold a key, and are freed with destination_free(). Failures are FAIL_DATA.
 */
#ifndef DESTINATION_H
#define DESTINATION_H

#include "store/catalog.h"

#include <jansson.h>
#include <stdbool.h>

/* Inside a transaction: the URL that a destination means. NULL with f filled. */
char *destination_url(struct catalog *c, const char *text, struct fail *f);

/*
 * A URL as it is kept: of its parameters only `mode` and `ssl`; an `apikey` among them is moved to
 * the place of keys. Other texts are copied.
 */
char *destination_clean(const char *url);

/* A URL that is not td://: it is kept, without the keys that a JSON object has, and cannot be used.
 */
bool destination_elsewhere(const char *text);

/* The URL of an account: td://KEY@HOST. Both may be NULL. */
char *destination_account(const char *key, const char *host);

/* A table of the account that a URL names; what the settings leave out is the URL's. */
char *destination_table(const char *url, const json_t *settings, struct fail *f);

/* {"type":"treasure_data", ...}: account and table in one. Of another type: TYPE:// */
char *destination_json(const char *text, struct fail *f);

void destination_free(char *text); /* overwritten before; NULL is fine */

/* As it may be shown, without the key. */
char *destination_masked(const char *text);

#endif
