/*
 * csvscan: the records of CSV that are well formed, found 64 bytes at a time. It never decides what
 * is an error: a record that is not plainly well formed is SCAN_HARD, and libcsv judges it
 * (csvin.h). Where it says SCAN_ROW, libcsv would give the same cells (tests/unit/csvin.c,
 * tests/fuzz/csvin.c).
 */
#ifndef CSVSCAN_H
#define CSVSCAN_H

#include "value/row.h"

#include <stdbool.h>

enum {
	CSVSCAN_SLACK = 64,  /* bytes after `end` that may be read, whatever they are */
	/* cells that are kept; of a record with more, n is this and the last cell is rubbish */
	CSVSCAN_CELLS = 8192
};

enum csvscan_result {
	SCAN_ROW,
	SCAN_MORE, /* the bytes end inside the record, or may do so */
	SCAN_HARD
};

struct csvscan {
	char delim, quote;  /* quote 0: there are none */
	/* out, of the last SCAN_ROW */
	struct cell *cell;  /* into the bytes, or into text; cap of them are allocated */
	size_t n, cap;
	size_t length;      /* of the record with its line end */
	uint64_t lines;     /* that it has */
	/* from the first to the last byte that is NUL or not ASCII; or NULL */
	const char *unusual, *unusual_end;
	/*
	 * private: the block of 64 bytes that was scanned last, which mostly holds the start of
	 * the next record
	 */
	struct csvscan_block {
		const char *base, *end;
		/* bit i: byte i is one; special: a quote, a delimiter or a line end */
		uint64_t special, quote, line, unusual;
	} block;
	/* for cells with doubled quotes; the caller's, with room for the whole record */
	char *text;
	size_t text_len;
};

/* The record at p. last: nothing follows `end`. */
enum csvscan_result csvscan_row(struct csvscan *s, const char *p, const char *end, bool last);
void csvscan_add(struct csvscan *s, const char *p, size_t n, enum cell_kind kind); /* a cell */
/* counts line ends: LF, CRLF or CR */
uint64_t csvscan_lines(const char *p, const char *end);
/*
 * Where the last record ends in p[0..n), by the quotes and line feeds alone; 0: nowhere. escape: of
 * struct csvin_rules. open: does p stand in quotes? It becomes that of p + n, if no record ends.
 */
size_t csvscan_cut(const struct csvscan *s, char escape, const char *p, size_t n, bool *open);
void csvscan_moved(struct csvscan *s); /* the bytes changed, or were moved */
void csvscan_free(struct csvscan *s);

#endif
