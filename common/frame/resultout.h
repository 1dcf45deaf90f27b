/*
 * resultout: checks a job's result, pushed as msgpack.gz in pieces of any size, and writes it as a
 * frame or in a format for other programs.
 *
 * Checked: every gzip trailer, that nothing but gzip members came, that every value is an array
 * with one element per column, and at the end the number of rows. Not so a frame, unless it is to
 * be: it takes the sender's bytes as they are and says how many rows there must be, and whoever
 * reads it has to inflate them, and checks the same (a passed frame, frame.h). A checked frame has
 * the sender's members, too, but for their headers (gunzip.h). Only resultout_end() makes a frame
 * complete. The other formats cannot show that they are complete: what was written stays, and only
 * the exit status tells. RESULTOUT_GZIP is the result as it comes, unchecked, so the caller must
 * know its length; gzip's own checksum protects whoever inflates it.
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
	bool check;       /* a frame: look inside; always so if the columns are not known */
	bool header;      /* csv, tsv */
	const char *null; /* csv, tsv; NULL: the format's default */
	unsigned room;    /* table: the width of the terminal, 0: not a terminal */
};

struct resultout {
	struct sink sink;     /* takes the result */
	uint64_t taken;       /* bytes of it */
	struct rowout text;   /* the formats that are text; mind text.full */
	bool open;

	/* private */
	enum resultout_format format;
	bool passes;      /* bytes of gzip, unchecked */
	struct gunzip gunzip;
	const struct schema *schema;
	struct sink *to, raw;
	struct frameout frame;
	struct rowcount rows;
};

/*
 * Writes what precedes the rows. head->content is FRAME_ROWS; `passed` is set here. head and
 * `to` are borrowed until resultout_end().
 */
int resultout_open(struct resultout *o, const struct resultout_opts *opts, struct frame_head *head,
	struct sink *to, struct fail *f);
int64_t resultout_rows(const struct resultout *o); /* so far; -1: they are not counted */
/*
 * The end of the result: check it, and write what follows the rows. rows: how many there must be,
 * -1 if not known; etag: the server's name for these bytes, "" if it has none.
 */
int resultout_end(struct resultout *o, int64_t rows, const char *etag, struct fail *f);
/*
 * Write into the frame why it ends; the other formats cannot express it. resultout_open() need not
 * have succeeded.
 */
void resultout_abort(struct resultout *o, const struct fail *why);
void resultout_free(struct resultout *o);

#endif
