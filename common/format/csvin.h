/*
 * csvin: CSV and TSV (RFC 4180, any one-byte delimiter and quote) to rows of text cells. Lines end
 * in LF, CRLF or CR.
 *
 * libcsv is the judge of what a record is, in its strict mode: a quote inside an unquoted cell,
 * text behind a closing quote and a quote that is never closed are errors. Records that are plainly
 * well formed are found by csvscan; both give the same cells (tests/unit/csvin.c). Blanks around
 * cells are kept. An empty line is no row, except when the rows have one column: there it is the
 * empty cell that every writer means. A byte order mark of UTF-8 is skipped, where files were
 * joined (see `repeated`) at the start of every record; text that is not UTF-8, and NUL bytes, are
 * errors that name the place.
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
	const char *comment; /* records that begin with this text are no rows; NULL: none */
	uint64_t skip;       /* lines before the first record */
	/* a record that is the same text as the first one is no row (headers of joined files) */
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
		bool begun;    /* the byte order mark was looked for */
		size_t first;  /* the length of `first` */
	} here, mark;
	size_t used; /* the length of the record that was handed out last */
	bool ended, marked;
	uint64_t row_line; /* of the current record */
	struct csv_parser csv;
	bool row_done;
	struct buf text; /* cells from libcsv */
	struct csvscan scan; /* its cells are used for both */
};

/* from is borrowed */
int csvin_init(struct csvin *c, struct source *from, const struct csvin_rules *rules,
	struct fail *f);
void csvin_free(struct csvin *c);

#endif
