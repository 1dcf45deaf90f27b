/*
 * td-encode's own parts: options (td-encode.c), the input and its readers (td-encode-in.c), its
 * columns (td-encode-cols.c), the run (td-encode-run.c).
 */
#ifndef TD_ENCODE_H
#define TD_ENCODE_H

#include "sys/child.h"
#include "format/csvin.h"
#include "frame/framein.h"
#include "frame/gzip.h"
#include "record/infer.h"
#include "format/jsonin.h"
#include "format/mpin.h"
#include "sys/lookahead.h"
#include "sys/recode.h"
#include "record/record.h"

enum format { FORMAT_AUTO, FORMAT_FRAME, FORMAT_CSV, FORMAT_TSV, FORMAT_JSONL, FORMAT_MSGPACK };

struct opts {
	enum format format;
	struct schema columns;   /* --columns and --schema: a NULL type is to be inferred */
	struct schema select, drop; /* names */
	struct schema rename;    /* from name to type */
	bool no_header, all_string;
	struct csvin_rules csv;  /* delim 0: what the format says */
	bool quote_given;        /* otherwise TSV with escapes has none */
	struct cell_nulls nulls;
	const char *encoding;    /* or NULL: UTF-8 */
	const char *time_column; /* or NULL */
	const char *time_zone;
	struct tdtime time_rules;
	int64_t time;            /* --time-value, or the moment the run started */
	bool time_given;         /* by --time-value */
	const char *rejects;     /* a file, or NULL: a bad row stops the run */
	uint64_t max_rejects;
	double max_percent;      /* of all rows */
	bool preview, progress;
	int verbosity;
	int jobs, level;
	char **command;          /* NULL: read standard input */
};

/* From the command line; dies of what is wrong with it. */
void opts_parse(struct opts *o, int argc, char **argv);
void opts_free(struct opts *o);

/* Where rows come from, whatever its format. */
struct input {
	const struct opts *opts;
	struct fd_source fd;
	struct child child;
	struct lookahead outer;     /* the bytes as they come */
	struct gzip_source gz;
	ssize_t (*inflate)(struct source *, void *, size_t, struct fail *); /* its read */
	bool gzipped;
	struct lookahead plain;     /* the same, inflated if they were gzip'ed */
	struct recode recode;
	struct lookahead peek;      /* the same in UTF-8 */
	enum format format;

	/* readers; of the formats one is open, and rows is it */
	struct rowin *rows;
	struct csvin csv;
	struct jsonin json;
	struct mpin mp;
	struct framein frame;
	struct buf header;     /* CSV: the header as it came */
	struct keys keys;      /* JSON and msgpack: the names as they are found */
	uint64_t taken;        /* rows so far */

	/* columns, by their place in the input */
	struct schema names;   /* as they came; then made legal */
	struct schema raw;     /* as they came */
	struct infer *seen;    /* what the sample held; NULL: nothing was sampled */
	struct type **type;    /* NULL until known, and when the record has taken it */
	bool *exact;           /* it was inferred */
	bool *nested;          /* it is an array or a map */
	bool *strings;         /* it is a string */
	size_t *order;         /* which of them go into the record, ordered of them */
	size_t ordered;
	bool *dropped;         /* which do not */
	uint64_t sampled;      /* rows */
	bool listed;           /* one of them was an array */
};

/* Finds out what the input is and what columns it has. in->names are as they came. */
int input_open(struct input *in, const struct opts *o, struct fail *f);

/* Back to the first row, after those that the columns were learned from. */
void input_rewind(struct input *in);

/* After the last row: is the input complete, and is that proven? */
int input_verify(struct input *in, uint64_t rejected, bool *verified, struct fail *f);

void input_close(struct input *in);

static inline const char *input_name(const struct input *in)
{
	return in->peek.source.name;
}

/* Do the rows name their columns? */
static inline bool input_is_keyed(const struct input *in)
{
	return in->format == FORMAT_JSONL || in->format == FORMAT_MSGPACK;
}

/* Are columns known by names that rows or --columns give them, before these are made legal? */
static inline bool input_has_own_names(const struct input *in)
{
	return input_is_keyed(in) || (in->opts->no_header && in->opts->columns.n > 0);
}

const char *input_format(const struct input *in); /* for people */

/*
 * Makes the columns' names legal, finds their types, chooses the time, and fills the record; then
 * the input is rewound.
 */
int columns_open(struct input *in, struct record *r, struct fail *f);

/* Rows that were set aside. */
struct rejects {
	const struct opts *opts;
	const struct input *in;
	const struct record *record;
	int fd; /* -1: none is open */
	uint64_t n;
};

#define REJECTS_MARK "#td-encode:" /* of comment lines in their file */

int rejects_open(struct rejects *r, const struct opts *o, const struct input *in,
	const struct record *record, struct fail *f);
/* after columns_open(): what the file held before is gone now */
int rejects_begin(struct rejects *r, struct fail *f);
/* Write the row, with the reason `why` (which is cleared). Fails when there are too many. */
int rejects_put(struct rejects *r, const struct row *row, struct fail *why, struct fail *f);
/* After the last row, of `rows` that were taken. */
int rejects_close(struct rejects *r, uint64_t rows, struct fail *f);

/* The command that takes the rejected rows after repair. */
void repair_command(struct buf *b, const struct input *in, const struct record *r);

/*
 * --preview: what would be done, as a table on standard output. The rows are those that come next.
 */
int preview(struct input *in, struct record *r, struct fail *f);

/*
 * Everything: 0, or -1 when it failed and the frame on standard output, if it could be written,
 * says why.
 */
int encode(const struct opts *o, struct fail *f);

#endif
