/*
 * rowout: rows (msgpack arrays, pushed in pieces of any size) written in a format for other
 * programs or people. Cuts the stream into rows, checks that each has as many values as there are
 * columns, and hands the values to csvout, jsonout or tableout. Text cannot show that it is
 * complete: only the exit status of its writer can. Memory: one row, at most ROWOUT_ROW_MAX, and
 * what the formats say.
 */
#ifndef ROWOUT_H
#define ROWOUT_H

#include "base/buf.h"
#include "format/csvout.h"
#include "value/schema.h"
#include "format/tableout.h"

enum rowout_format { ROWOUT_CSV, ROWOUT_TSV, ROWOUT_JSONL, ROWOUT_TABLE };
enum { ROWOUT_ROW_MAX = 64 << 20 };

struct rowout_opts {
	enum rowout_format format;
	bool header;      /* csv, tsv: a first line with the names */
	const char *null; /* csv, tsv: represents NULL; NULL: the format's default */
	int64_t total;    /* table: rows of the whole result, -1 if not known */
	unsigned room;    /* table: the width of the terminal, 0: not a terminal */
};

struct rowout {
	struct sink sink; /* plain msgpack goes in here */
	uint64_t rows;    /* whole rows so far */
	/* csv, tsv: lines that came out empty, NULL in the only column; most readers skip those */
	uint64_t blank;
	/* table: it has all the rows it shows; the put that found out failed, with FAIL_PIPE */
	bool full;

	/* private */
	struct rowout_opts opts;
	const struct schema *schema;
	struct textout out;
	struct csvout csv;
	struct tableout table;
	struct buf key;    /* jsonl: "name": of every column, one after the other */
	size_t *key_end;
	bool *binary;      /* columns whose text form is base64 */
	struct buf part;   /* a row whose end has not come yet */
	size_t try_at;     /* bytes of part before it is tried again */
};

/*
 * Writes the header line if there is one. schema, to and null are borrowed. rowout_free() also
 * after a failure.
 */
int rowout_init(struct rowout *o, const struct rowout_opts *opts, const struct schema *schema,
	struct sink *to, struct fail *f);
/*
 * The end of the input: fails if that is inside a row; writes what is left. After a put that failed
 * only if `full`.
 */
int rowout_end(struct rowout *o, struct fail *f);
void rowout_free(struct rowout *o);

#endif
