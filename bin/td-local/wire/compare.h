/*
 * compare: how two answers to the same call differ, in what a client can rely on: members, types,
 * and values that are not different by nature (ids, times, sizes, the words of messages).
 */
#ifndef COMPARE_H
#define COMPARE_H

#include "base/buf.h"

#include <jansson.h>

/* Adds a line for each difference, each with `before` in front. Of arrays the first elements. */
void compare_json(const json_t *theirs, const json_t *ours, const char *before, struct buf *out);

#endif
