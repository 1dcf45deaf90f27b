/*
 * td-encode's own parts, each with one owner: options (options.c), the bytes of the input
 * (bytes.c), what they are (detect.c), the reader of their rows (reader.c), the columns
 * (columns.c), rejected rows (rejects.c, rejects_command.c), the run (run.c), --preview
 * (preview.c).
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
#include "zones.h"

/* What becomes of keys that none of the first rows had. */
enum unknown_keys { UNKNOWN_UNSET, UNKNOWN_REFUSE, UNKNOWN_IGNORE };

enum format { FORMAT_AUTO, FORMAT_FRAME, FORMAT_CSV, FORMAT_TSV, FORMAT_JSONL, FORMAT_MSGPACK };

struct opts {
	enum format format;
	struct schema columns;   /* --columns and --schema: a NULL type is to be inferred */
	struct schema select, drop; /* names */
	struct schema rename;    /* from name to type */
	bool sql_names;          /* --names sql */
	bool no_header, all_string;
	struct csvin_rules csv;  /* delim 0: what the format says */
	bool quote_given;        /* otherwise TSV with escapes has none */
	bool escape_given;       /* or said to be none */
	bool header;             /* the first line is the header, whatever it looks like */
	bool array_rows;         /* JSON that begins with [[ or [{ is rows that are arrays */
	enum unknown_keys unknown_keys;
	char decimal;            /* ',', or 0: a point */
	struct cell_nulls nulls;
	const char *encoding;    /* or NULL: UTF-8 */
	char *time_column;       /* or NULL */
	const char *time_zone;
	struct zone *zone;       /* that it names; owned */
	struct tdtime time_rules;
	int64_t time;            /* --time-value, or the moment the run started */
	bool time_given;         /* by --time-value */
	const char *schema_file; /* of --schema, or NULL */
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

/* The bytes of the input: of standard input or a command, inflated, in UTF-8. */
struct bytes {
	struct fd_source fd;
	struct child child;
	bool command;           /* they come from child */
	struct lookahead outer; /* as they come */
	struct gzip_source gz;
	ssize_t (*inflate)(struct source *, void *, size_t, struct fail *); /* its read */
	bool gzipped;
	struct lookahead plain; /* inflated if they were gzip'ed */
	struct recode recode;
	struct lookahead text;  /* the same in UTF-8 */
	struct zones *zones;    /* that times may name, or NULL */
};

/* Opens them, and seals the process; *p: the first bytes, whose number is returned, or -1. */
ssize_t bytes_open(struct bytes *b, const struct opts *o, const char **p, struct fail *f);
void bytes_close(struct bytes *b);

/* What the bytes are, of which n at p are known, if the user does not say it. */
int detect(struct bytes *b, const struct opts *o, enum format *format, struct fail *f);

/* The first bytes are those of a msgpack map or array. */
bool detect_is_msgpack(const char *p, size_t n);

/* The rows, whatever their format: one of the readers is open, and rows is it. */
struct reader {
	const struct opts *opts;
	enum format format;
	struct rowin *rows;
	struct csvin csv;
	struct jsonin json;
	struct mpin mp;
	struct framein frame;
	struct buf header; /* CSV: the header as it came */
	struct keys keys;  /* JSON and msgpack: the names as they are found */
};

/* Opens it, at the first row. names: those of the columns, as far as they are known by now. */
int reader_open(struct reader *r, struct bytes *b, struct schema *names, struct fail *f);
void reader_close(struct reader *r);
const char *reader_format(const struct reader *r); /* for people */

/* Do the rows name their columns? */
static inline bool reader_is_keyed(const struct reader *r)
{
	return r->format == FORMAT_JSONL || r->format == FORMAT_MSGPACK;
}

/* The columns, by their place in the input. */
struct columns {
	struct schema raw;     /* their names in the input, by which options call them */
	struct schema names;   /* their names in the record */
	struct infer *seen;    /* what the sample held; NULL: nothing was sampled */
	struct type **type;    /* NULL until known, and when the record has taken it */
	bool *exact;           /* it was inferred */
	bool *untyped;         /* from nothing: the sample held no value of it */
	bool *nested;          /* it is an array or a map */
	bool *strings;         /* it is a string */
	size_t *order;         /* which of them go into the record, ordered of them */
	size_t ordered;
	bool *dropped;         /* which do not */
	uint64_t sampled;      /* rows */
	long many;             /* of the first one, a column that holds an array of objects,
		or -1 */
	bool listed;           /* one of them was an array */
};

/* Where rows come from. */
struct input {
	const struct opts *opts;
	struct bytes bytes;
	struct reader reader;
	struct columns columns;
	uint64_t taken; /* rows so far */
};

/* Finds out what the input is and what columns it has: in->columns.raw. */
int input_open(struct input *in, const struct opts *o, struct fail *f);

/* Back to the first row, after those that the columns were learned from. */
void input_rewind(struct input *in);

/* After the last row: is the input complete, and is that proven? */
int input_verify(struct input *in, uint64_t rejected, bool *verified, struct fail *f);

void input_close(struct input *in);

static inline const char *input_name(const struct input *in)
{
	return in->bytes.text.source.name;
}

/*
 * Finds the columns' types and their names in the record, chooses the time, and fills the record;
 * then the input is rewound.
 */
int columns_open(struct input *in, struct record *r, struct fail *f);
void columns_close(struct columns *c);

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
