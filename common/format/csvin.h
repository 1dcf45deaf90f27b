/*
 * csvin: CSV and TSV (RFC 4180, any one-byte delimiter and quote) to rows of text cells. Lines end
 * in LF, CRLF or CR.
 *
 * libcsv, in its strict mode, decides what a record is: a quote inside an unquoted cell, text after
 * a closing quote and a quote that is never closed are errors. csvscan finds records that are
 * plainly well formed; both give the same cells (tests/unit/csvin.c). Blanks around cells are kept.
 * An empty line is not a row, unless rows have one column: then it is an empty cell, as every
 * writer means it. A byte order mark of UTF-8 is skipped, where files were joined (see `repeated`)
 * at the start of every record; text that is not UTF-8, and NUL bytes, are errors that name the
 * place.
 *
 * Memory: the longest record, at most ROW_MAX, and a quarter of it; as much again when it has
 * doubled quotes.
 */
#ifndef CSVIN_H
#define CSVIN_H

#include "base/buf.h"
#include "format/csvscan.h"
#include "base/io.h"
#include "value/row.h"

#include <csv.h>

struct csvin_rules {
	char delim, quote;   /* quote 0: there are none */
	char escape;         /* 0: none; with one, csvescape.h finds the records */
	const char *comment; /* records that begin with this text are skipped; NULL: none */
	uint64_t skip;       /* lines before the first record */
	bool strict;         /* an escape that no writer uses is an error */
	bool no_backslash;   /* a backslash is an error: its meaning was not given */
	bool trim;           /* leave out blanks around cells without quotes */
	/* skip records that are the same text as the first one (headers of joined files) */
	bool repeated;
};

struct csvin {
	struct rowin rowin;
	size_t columns; /* what every row must have; 0: the first row's */

	/* private */
	struct source *from;
	struct csvin_rules rules;
	size_t comment_len;
	struct buf first; /* the first record, if rules.repeated */
	struct buf in; /* in.p[here.at..len): from the start of the current record */
	struct csvin_place {
		size_t at;     /* in `in` */
		uint64_t line; /* of the next byte */
		uint64_t skip; /* lines, still */
		bool begun;    /* a byte order mark was checked for */
		bool plain;    /* of what follows only empty lines are not rows */
		size_t first;  /* the length of `first` */
	} here, mark;
	size_t used; /* the length of the record that was handed out last */
	bool ended, marked;
	bool forked;    /* `in` is a slice, and header and first are the reader's */
	uint64_t start; /* the line of that slice */
	uint64_t row_line; /* of the current record */
	struct csv_parser csv;
	bool row_done;
	struct buf text; /* cells from libcsv */
	struct csvscan scan; /* its cells are used for both */
	struct csvin_header {
		char **name;
		size_t n, probe;  /* probe: the first name that is not empty */
		uint64_t line;
		bool first[256];  /* the first bytes of names */
		uint64_t lengths; /* their lengths, modulo 64 */
	} header; /* n is 0: none is known */
};

/* from is borrowed */
int csvin_init(struct csvin *c, struct source *from, const struct csvin_rules *rules,
	struct fail *f);
void csvin_free(struct csvin *c);

/*
 * This row, the last one, was the header. Later rows that hold the same names, in this order or in
 * another one, are ROW_FAILED: they come from files that were joined.
 */
void csvin_header(struct csvin *c, const struct row *row);

#endif
