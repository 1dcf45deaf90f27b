/*
 * lookup: the records of a table by the values of some of its columns, for joins: a hash table.
 * Equal values have equal hashes; that other values have them too is for the reader to find out.
 * Its memory is SQLite's, and so within the limit of all queries. Pure.
 */
#ifndef LOOKUP_H
#define LOOKUP_H

#include "sql/datum.h"

#include <sqlite3.h>

struct lookup_row {
	const char *p; /* the record */
	int64_t row;   /* its number */
	uint32_t n;    /* its bytes */
	uint32_t next; /* the next of the same hash, from 1; before lookup_end() the hash */
};

struct lookup {
	struct lookup_row *rows;
	size_t n, room;
	uint32_t *heads; /* 1 << bits of them */
	unsigned bits;
};

enum { LOOKUP_MAX = 1 << 30 }; /* rows */

/* The hash of one more value, which is not NULL; begin with 0. An integer has that of the double
 * that is equal to it. */
uint32_t lookup_hash(uint32_t h, const struct datum *v);

/* Adds a record; when all are there, lookup_end(). SQLite's status. */
int lookup_add(struct lookup *l, const struct lookup_row *row);
int lookup_end(struct lookup *l);
void lookup_free(struct lookup *l);

/* The rows of a hash, in the order in which they were added; NULL: no more. */
const struct lookup_row *lookup_first(const struct lookup *l, uint32_t hash);
const struct lookup_row *lookup_next(const struct lookup *l, const struct lookup_row *row);

#endif
