/*
 * td-encode's own parts: options (td-encode.c), the input and its readers (td-encode-in.c), its columns (td-encode-cols.c),
 * the run (td-encode-run.c).
 */
#ifndef TD_ENCODE_H
#define TD_ENCODE_H

#include "child.h"
#include "csvin.h"
#include "framein.h"
#include "gzip.h"
#include "infer.h"
#include "jsonin.h"
#include "mpin.h"
#include "peek.h"
#include "record.h"

enum format { FORMAT_AUTO, FORMAT_FRAME, FORMAT_CSV, FORMAT_TSV, FORMAT_JSONL, FORMAT_MSGPACK };

struct opts {
	enum format format;
	struct schema columns;   /* --columns: a NULL type is to be inferred */
	bool no_header, all_string;
	const char *time_column; /* or NULL */
	int64_t time;            /* --time-value, or the moment the run started */
	bool time_given;         /* by --time-value */
	int jobs, level;
	char **command;          /* NULL: read standard input */
};

/* Where rows come from, whatever its format. */
struct input {
	const struct opts *opts;
	struct fd_source fd;
	struct child child;
	struct peek outer;     /* the bytes as they come */
	struct gzip_source gz;
	ssize_t (*inflate)(struct source *, void *, size_t, struct fail *); /* its read */
	bool gzipped;
	struct peek peek;      /* the same, inflated if they were gzip'ed */
	enum format format;

	/* readers; of the formats one is open, and rows is it */
	struct rowin *rows;
	struct csvin csv;
	struct jsonin json;
	struct mpin mp;
	struct framein frame;
	struct keys keys;      /* JSON and msgpack: the names as they are found */
	uint64_t taken;        /* rows so far */

	/* columns, by their place in the input */
	struct schema names;   /* as they came; then made legal */
	struct infer *seen;    /* what the sample held; NULL: nothing was sampled */
	struct type **type;    /* NULL until known, and when the record has taken it */
	bool *exact;           /* it was inferred */
	bool *nested;          /* it is an array or a map */
	uint64_t sampled;      /* rows */
};

/* Finds out what the input is and what columns it has. in->names are as they came. */
int input_open(struct input *in, const struct opts *o, struct fail *f);

/* Start again at the first row: to look at a sample, or (for_good) to take them all. */
int input_restart(struct input *in, bool for_good, struct fail *f);

/* After the last row: is the input complete, and is that proven? */
int input_verify(struct input *in, bool *verified, struct fail *f);

void input_close(struct input *in);

static inline const char *input_name(const struct input *in)
{
	return in->peek.source.name;
}

/* Makes the columns' names legal, finds their types, chooses the time, and fills the record; then the input is restarted. */
int columns_open(struct input *in, struct record *r, struct fail *f);

/* Everything: 0, or -1 when it failed and the frame on standard output, if it could be written, says why. */
int encode(const struct opts *o, struct fail *f);

#endif
