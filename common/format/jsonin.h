/*
 * jsonin: JSON objects (RFC 8259), one after the other or as the elements of one array, to rows of
 * msgpack cells. Between objects any white space will do, and the record separator of JSON text
 * sequences (RFC 7464), so JSON lines and indented objects are both read. Elements may be arrays,
 * too: then their values are the columns in order.
 *
 * Values are as jsontok.h says. Objects and arrays inside a row are given as JSON text without
 * insignificant blanks, or as msgpack where `nested` says so. Errors, with line and character:
 * everything RFC 8259 forbids, text that is not UTF-8, lone surrogates, a key twice in a row's
 * object, nesting deeper than MP_DEPTH.
 *
 * A row that is JSON but has wrong keys or a wrong number of values is ROW_BAD as a whole. One that
 * is not JSON is skipped up to the end of its line if the next line begins like a row; otherwise,
 * and in an array, nothing shows where the next row begins.
 *
 * Memory: the longest row, at most ROW_MAX, and a quarter of it; as much again where strings have
 * escapes or values are nested.
 */
#ifndef JSONIN_H
#define JSONIN_H

#include "base/buf.h"
#include "base/io.h"
#include "value/keys.h"
#include "value/row.h"

#include <stdbool.h>

struct jsonin {
	struct rowin rowin;
	struct keys *keys;  /* the columns; grows while it is open */
	const bool *nested; /* by column; NULL: none */
	const bool *strings; /* by column: its numbers are passed on as text; NULL: none */
	bool lists;          /* rows may be arrays: an option named their columns */
	bool array_rows;     /* a value that begins with "[[" or "[{" is a row, not many */
	bool ignore_unknown; /* keys that are not columns, once keys is closed, are passed over */
	/* lines that begin with it are skipped (not inside an array); NULL: none */
	const char *comment;

	/* private */
	struct source *from;
	/* in.p[here.at..len): from the start of the current row; from mark.at on it is kept */
	struct buf in;
	struct jsonin_place {
		size_t at; /* in `in` */
		bool begun, array, after;
		uint64_t line;
		size_t column; /* characters of the current line before `at` */
		/* the last row was skipped to the end of its line; or one before was */
		bool broken, guessed;
	} here, mark;
	struct fail lost; /* why a row was skipped */
	char unfit_key[80]; /* the key that is meant, for the sentence; or empty */
	/* what is wrong with the current row although it is JSON, and where; or NULL */
	const char *unfit, *culprit;
	size_t used; /* the length of the row that was handed out last */
	bool ended, marked;
	bool arrays;       /* an array of rows was seen */
	struct keys *own;  /* a fork's, whose `in` is a slice, copied; otherwise NULL */
	uint64_t start;    /* the line of that slice */
	struct buf out; /* the cells' msgpack */
	struct cell *cell;
	size_t cap;
};

void jsonin_init(struct jsonin *j, struct source *from, struct keys *keys); /* both borrowed */
void jsonin_free(struct jsonin *j);

#endif
