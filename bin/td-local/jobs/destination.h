/*
 * destination: where the rows of a job go, in the forms that clients send:
 *
 *   result=td://[KEY]@[HOST]/DATABASE/TABLE[?mode=...]
 *   result=NAME:TABLE                                  a named result; NAME:DATABASE/TABLE if its URL has no database
 *   result={"type":"treasure_data","api_key":...}      or result_connection_id with result_connection_settings
 *
 * All but NAME:TABLE are kept as a URL; a named result is looked up when the job runs. Texts are
 * malloc'ed and may hold a key.
 */
#ifndef DESTINATION_H
#define DESTINATION_H

#include "http/request.h"

/*
 * Inside a transaction: what the request asks for, as it is kept; NULL if nothing. -1: none that
 * can be served; answered.
 */
int destination_asked(struct req *r, char **text);

/* Inside a transaction: the URL it means. NULL with f filled (FAIL_DATA). */
char *destination_url(struct catalog *c, const char *text, struct fail *f);

/*
 * A URL as it is kept: of its parameters only `mode` and `ssl`; an `apikey` among them stands where
 * keys stand.
 */
char *destination_clean(const char *url);

/* The URL of an account: td://KEY@HOST. */
char *destination_account(const char *key, const char *host);

void destination_free(char *text); /* overwritten before */

/* As it may be shown, without the key. */
char *destination_masked(const char *text);

#endif
