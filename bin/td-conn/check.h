/*
 * check: does a connection work? Prints to standard output, never a key; name: a connection, or
 * NULL for the default account.
 */
#ifndef CHECK_H
#define CHECK_H

#include "api/api.h"

/* Server, site, key and database; fails with the first that does not work. */
int check_test(const struct api_opt *o, const char *name, struct fail *f);

/*
 * What a bug report needs: versions, libraries, sandbox, files, variables by name alone, server,
 * rights of the key, clock. Prints all that it can, then fails as check_test() would.
 */
int check_doctor(const struct api_opt *o, const char *name, struct fail *f);

/* What was printed is written, or f says why not. */
int check_flush(struct fail *f);

#endif
