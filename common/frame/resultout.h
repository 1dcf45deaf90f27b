/*
 * resultout: a job's result, pushed as msgpack.gz in pieces of any size, checked while it passes
 * and written as a frame or in a format for other programs.
 *
 * Checked: every gzip trailer, that nothing but gzip members came, that every value is an array
 * with one element per column, and at the end the number of rows. A frame takes the sender's
 * members as they are, but for their headers (gunzip.h), so nothing is compressed again; only
 * resultout_end() makes it complete. The other formats cannot say that they are complete: what was
 * written stays, and only the exit status tells. RESULTOUT_GZIP is the result as it comes: nothing
 * is looked at, so the caller must know its length; who inflates it meets gzip's own checksum.
 */
#ifndef RESULTOUT_H
#define RESULTOUT_H

#include "frame/frameout.h"
#include "frame/gunzip.h"
#include "format/rowcount.h"
#include "format/rowout.h"

enum resultout_format {
	RESULTOUT_FRAME,
	RESULTOUT_MSGPACK,
	RESULTOUT_GZIP,
	RESULTOUT_CSV,
	RESULTOUT_TSV,
	RESULTOUT_JSONL,
	RESULTOUT_TABLE
};

struct resultout_opts {
	enum resultout_format format;
	bool header;      /* csv, tsv */
	const char *null; /* csv, tsv; NULL: the format's default */
	unsigned room;    /* table: the width of the terminal, 0: it is none */
};

struct resultout {
	struct sink sink;     /* takes the result */
	uint64_t taken;       /* bytes of it */
	struct rowout text;   /* the formats that are text; mind text.full */
	bool open;

	/* private */
	enum resultout_format format;
	struct gunzip gunzip;
	const struct schema *schema;
	struct sink *to, raw;
	struct frameout frame;
	struct rowcount rows;
};

/* Writes what stands before the rows. head->content is FRAME_ROWS. head and `to` are borrowed until
 * resultout_end(). */
int resultout_open(struct resultout *o, const struct resultout_opts *opts,
	const struct frame_head *head, struct sink *to, struct fail *f);
int64_t resultout_rows(const struct resultout *o); /* so far; -1: they are not counted */
/*
 * Nothing more comes: check, and write what stands behind the rows. rows: how many there must be,
 * -1 if not known.
 */
int resultout_end(struct resultout *o, int64_t rows, struct fail *f);
/*
 * Say in the frame why it ends; the other formats have no word for it. Needs no successful
 * resultout_open().
 */
void resultout_abort(struct resultout *o, const struct fail *why);
void resultout_free(struct resultout *o);

#endif
