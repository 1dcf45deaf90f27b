/*
 * keyfile: the key of a data directory: random, made with the directory, kept in its file `key`
 * that only its owner may read.
 */
#ifndef KEYFILE_H
#define KEYFILE_H

#include "base/fail.h"

/* The key in DIR/key, made if missing; malloc'ed, NULL with f filled. */
char *keyfile_of(const char *dir, struct fail *f);

/* The first line of a file; malloc'ed, NULL with f filled. */
char *keyfile_read(const char *path, struct fail *f);

#endif
