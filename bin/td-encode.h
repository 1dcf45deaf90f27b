/* td-encode's own parts: options (td-encode.c), the input (td-encode-in.c), the run (td-encode-run.c). */
#ifndef TD_ENCODE_H
#define TD_ENCODE_H

#include "child.h"
#include "csvin.h"
#include "framein.h"
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
	struct peek peek;
	enum format format;
	struct csvin csv;
	struct framein frame;
	struct mpin mp;
	struct rowin *rows;
	struct schema names;   /* as they came; then made legal */
	struct type **type;    /* of each column; NULL until known */
	bool *exact;           /* it was inferred */
	uint64_t taken;        /* rows so far */
};

/* Recognises the input, finds the columns, and makes the record that rows are put into. FAIL_*, with in->fd.source.name. */
int input_open(struct input *in, const struct opts *o, struct record *r, struct fail *f);

/* After the last row: is the input complete, and is that proven? */
int input_verify(struct input *in, bool *verified, struct fail *f);

void input_close(struct input *in);

/* Everything: 0, or -1 when it failed and the frame on standard output, if it could be written, says why. */
int encode(const struct opts *o, struct fail *f);

#endif
