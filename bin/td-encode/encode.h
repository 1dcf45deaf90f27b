/*
 * td-encode's own parts, each with one owner: options (options.c), the files and commands
 * (origin.c), their bytes (bytes.c), what these are (detect.c), the reader of their rows
 * (reader.c), the rows of all of them (input.c), the columns (columns.c, column_set.c), rejected
 * rows (rejects.c, rejects_command.c), columns that are added (added.c), slices of the input for
 * worker threads (slices.c), the run (run.c), --preview (preview.c).
 */
#ifndef TD_ENCODE_H
#define TD_ENCODE_H

#include "sys/child.h"
#include "format/csvin.h"
#include "frame/blockpool.h"
#include "frame/framein.h"
#include "frame/gzip.h"
#include "record/infer.h"
#include "format/jsonin.h"
#include "format/linein.h"
#include "format/logline.h"
#include "format/regexline.h"
#include "format/mpin.h"
#include "sys/lookahead.h"
#include "sys/recode.h"
#include "record/record.h"
#include "record/watermark.h"
#include "zones.h"

/* What becomes of keys that none of the first rows had, and of columns of later files. */
enum unknown_keys { UNKNOWN_UNSET, UNKNOWN_REFUSE, UNKNOWN_IGNORE, UNKNOWN_ADD };

enum format { FORMAT_AUTO, FORMAT_FRAME, FORMAT_CSV, FORMAT_TSV, FORMAT_JSONL, FORMAT_MSGPACK,
	FORMAT_APACHE, FORMAT_LTSV, FORMAT_SYSLOG, FORMAT_REGEX };

struct opts {
	enum format format;
	struct schema columns;   /* --columns and --schema: a NULL type is to be inferred */
	struct schema select, drop; /* names */
	struct schema rename;    /* from name to type */
	bool sql_names;          /* --names sql */
	bool no_header, all_string;
	struct csvin_rules csv;  /* delim 0: what the format says */
	bool quote_given;        /* otherwise TSV with escapes has none */
	bool escape_given;       /* or declared to be none */
	bool header;             /* the first line is the header, whatever it looks like */
	const char *pattern;     /* of FORMAT_REGEX; otherwise NULL */
	bool array_rows;         /* JSON that begins with [[ or [{ is rows that are arrays */
	enum unknown_keys unknown_keys, new_columns; /* the second: against --schema */
	bool unknown_given;      /* by --unknown-keys, not by --new-columns */
	char decimal;            /* ',', or 0: a point */
	struct cell_nulls nulls;
	const char *encoding;    /* or NULL: UTF-8 */
	char *time_column;       /* or NULL */
	const char *time_zone;
	struct zone *zone;       /* that it names; owned */
	struct tdtime time_rules;
	int64_t time;            /* --time-value, or the moment the run started */
	int64_t time_span;       /* seconds that --time-value is spread over, or 0 */
	int64_t started;         /* the moment the run started */
	struct schema add;       /* columns that are not in the input, and their types or NULL */
	char **add_value;        /* as they were given; owned */
	char *watermark;         /* the column, or NULL */
	bool time_given;         /* by --time-value */
	const char *schema_file; /* of --schema, or NULL */
	const char *rejects;     /* a file, or NULL: a bad row stops the run */
	uint64_t max_rejects;
	double max_percent;      /* of all rows */
	bool preview, progress;
	int verbosity;
	int jobs, level;
	char **files;            /* operands, ended by NULL; or NULL: read standard input */
	char **command;          /* NULL: there is none */
};

/* From the command line; dies of what is wrong with it. */
void opts_parse(struct opts *o, int argc, char **argv);
void opts_free(struct opts *o);

/*
 * Where the bytes come from: files, standard input or a command. They are opened before the process
 * is sealed, with what it takes to decode them.
 */
struct origin {
	const struct opts *opts;
	struct origin_file {
		const char *name; /* for messages */
		const char *path; /* as it was given; "-": standard input */
		int fd;
		int64_t size;     /* of a regular file, or -1 */
	} *file;
	size_t n;               /* files; 0: the bytes come from child */
	size_t at;              /* the one that is being read */
	struct child child;
	bool sealed;
	struct recode_set recoders;
	struct zones *zones;    /* that times may name, or NULL */
};

/* Opens all of them. */
int origin_open(struct origin *g, const struct opts *o, struct fail *f);
/* Nothing more is opened from here on; the first n bytes at p are known, undecoded. */
int origin_seal(struct origin *g, const char *p, size_t n, struct fail *f);
void origin_close(struct origin *g);
const char *origin_name(const struct origin *g); /* of the one that is being read */
const char *origin_path(const struct origin *g); /* as it was given */
/* Bytes read of all files, and their total size; -1: one of them is not a regular file. */
int64_t origin_place(const struct origin *g, int64_t *size);

/* The bytes of one of them: inflated, in UTF-8. */
struct bytes {
	struct origin *origin;
	struct fd_source fd;
	struct lookahead outer; /* as they come */
	struct gzip_source gz;
	ssize_t (*inflate)(struct source *, void *, size_t, struct fail *); /* its read */
	bool gzipped;
	struct lookahead plain; /* inflated if they were gzip'ed */
	struct recode recode;
	struct lookahead text;  /* the same in UTF-8 */
};

/*
 * Opens those of g->file[g->at], and seals the process before it decodes anything; *p: the first
 * bytes, whose number is returned, or -1.
 */
ssize_t bytes_open(struct bytes *b, struct origin *g, const char **p, struct fail *f);
void bytes_close(struct bytes *b);
bool bytes_are_of_file(const struct bytes *b); /* a regular one */

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
	struct linein lines;
	struct logline_ltsv ltsv;
	struct regexline regex;
	struct buf header; /* CSV: the header as it came */
	struct keys keys;  /* JSON and msgpack: the names as they are found */
};

/*
 * Opens it, at the first row. known: the columns that rows which name theirs have already, or NULL.
 * names: those of the columns, as far as they are known by now.
 */
int reader_open(struct reader *r, struct bytes *b, const struct schema *known,
	struct schema *names, struct fail *f);
void reader_close(struct reader *r);
const char *reader_format(const struct reader *r); /* for people */
const char *reader_option(enum format format); /* for -f */

/* Do the rows name their columns? */
static inline bool reader_is_keyed(const struct reader *r)
{
	return r->format == FORMAT_JSONL || r->format == FORMAT_MSGPACK || r->format == FORMAT_LTSV;
}

/* Are they text, one a line? */
static inline bool reader_is_lines(const struct reader *r)
{
	return r->format >= FORMAT_APACHE;
}

/* The columns, by their place in the input. */
struct columns {
	struct schema raw;     /* their names in the input, by which options call them */
	struct schema names;   /* their names in the record */
	struct infer *seen;    /* what the sample held, known of them; NULL: nothing was sampled */
	size_t known;
	size_t bytes;          /* of the sample */
	struct type **type;    /* NULL until known, and when the record has taken it */
	bool *exact;           /* it was inferred */
	bool *untyped;         /* from nothing: the sample held no value of it */
	bool *nested;          /* it is an array or a map */
	bool *strings;         /* it is a string */
	size_t *order;         /* which of them go into the record, ordered of them */
	size_t ordered;
	bool *dropped;         /* which do not */
	uint64_t sampled;      /* rows */
	uint64_t separated;    /* cells of the only column that were not empty */
	unsigned separators;   /* which of a few characters all of these held */
	bool *pending;         /* added, without a value so far: no type, not in the record */
	size_t waiting;        /* columns that are */
	long many;             /* of the first one, a column that holds an array of objects,
		or -1 */
	bool listed;           /* one of them was an array */
};

/* One of the files, and how its columns map to those of the run. */
struct part {
	struct bytes bytes;
	struct reader reader;
	size_t *place; /* of its columns among those of the run; NULL: the same ones */
};

/* Where rows come from. */
struct input {
	const struct opts *opts;
	struct origin origin;
	struct part *part; /* that is being read */
	struct rowin *rows; /* its rows */
	bool plain;         /* they are as they came: the same columns, none can be new */
	struct record *record; /* what becomes of them; NULL: not known yet */
	struct columns columns;
	struct type **added; /* the types of opts->add */
	struct cell *cell; /* a row's, in the order of the columns of the run, if part->place */
	uint64_t taken; /* rows so far */
	bool sliced;    /* slices.c is asked before the rows of a file are read */
	bool paused;    /* it is to be asked now: what looks like the end of the rows is none */
};

/* Finds out what the input is and what columns it has: in->columns.raw. */
int input_open(struct input *in, const struct opts *o, struct fail *f);

/* Back to the first row, after those that the columns were learned from. */
void input_rewind(struct input *in);

/* The row that follows, of whichever file, when row_next() of in->rows gave rc. */
enum row_result input_follow(struct input *in, enum row_result rc, struct row *row, struct fail *f);

static inline enum row_result input_next(struct input *in, struct row *row, struct fail *f)
{
	enum row_result rc = row_next(in->rows, row, f);

	return rc == ROW_GOOD && in->plain ? rc : input_follow(in, rc, row, f);
}

/* The cells of a row in the order of the columns of the run, if part->place, in room for all. */
void input_place(const struct input *in, struct cell *cell, struct row *row);

/*
 * Samples what comes after the first file, up to `bytes` bytes of regular files: `see` is called
 * for every good row, whose cells stand in the order of in->columns.raw, which grows only if the
 * rows of the first file name their columns.
 */
int input_sample_others(struct input *in, size_t bytes,
	int (*see)(struct input *, const struct row *, struct fail *), struct fail *f);

/* After the last row: is the input complete, and is that proven? */
int input_verify(struct input *in, uint64_t rejected, bool *verified, struct fail *f);

void input_close(struct input *in);

/* The file that is being read. */
static inline const char *input_name(const struct input *in)
{
	return origin_name(&in->origin);
}

/* All of them, for people; malloc'ed. */
char *input_names(const struct input *in);

/* Gives column i this name in the record. */
void column_set_name(struct columns *c, size_t i, const char *name);
/* Names the columns from i on as they are called without --rename. */
int column_set_name_from(struct input *in, size_t i, struct fail *f);
/* Columns i and k have the same name in the record: -1, with f. */
int column_set_clash(const struct input *in, size_t i, size_t k, struct fail *f);
bool column_set_uses(const struct input *in, size_t i); /* is column i recorded, or the time? */
/* One more column, which the rows so far did not have. */
int column_set_add(struct input *in, const char *name, struct fail *f);
/* Adds the columns that this row has brought, and gives those that have a value now a type. */
int column_set_see(struct input *in, const struct row *row, struct fail *f);
void column_set_free(struct columns *c);

/*
 * Finds the columns' types and their names in the record, chooses the time, and fills the record;
 * then the input is rewound.
 */
int columns_open(struct input *in, struct record *r, struct fail *f);
/*
 * The column that an option names: its index, or -1 with f. COLUMNS_NO_ROWS: rows name their
 * columns, and there are none; a quiet run is no failure.
 */
enum { COLUMNS_NO_ROWS = -2 };
long columns_find(const struct input *in, const char *option, const char *name, struct fail *f);

/* Rows that were set aside. */
struct rejects {
	const struct opts *opts;
	const struct input *in;
	const struct record *record;
	int fd; /* -1: none is open */
	uint64_t n;
	struct buf section; /* the command and the header above the last rows */
	size_t file;        /* whose they are: in->origin.at */
};

#define REJECTS_MARK "#td-encode:" /* of comment lines in their file */

int rejects_open(struct rejects *r, const struct opts *o, const struct input *in,
	const struct record *record, struct fail *f);
/* after columns_open(): what the file held before is gone now */
int rejects_begin(struct rejects *r, struct fail *f);
/* Write the row, with the reason `why` (which is cleared). Fails when there are too many. */
int rejects_put(struct rejects *r, const struct row *row, struct fail *why, struct fail *f);
/*
 * As how many a bad row counts: a quote that is not closed may swallow many lines, of which each
 * was a row, perhaps.
 */
uint64_t rejects_count(const struct input *in, const struct row *row);
/* After the last row, of `rows` that were taken. */
int rejects_close(struct rejects *r, uint64_t rows, struct fail *f);
void rejects_free(struct rejects *r);
/* Without --rejects a row is bad: the message names an option, this one if no other. Returns -1. */
int rejects_offer(struct fail *f);

/* The command that takes the rejected rows after repair. */
void repair_command(struct buf *b, const struct input *in, const struct record *r);

/*
 * --preview: what would be done, as a table on standard output. The rows are those that come next.
 */
int preview(struct input *in, struct record *r, struct fail *f);

/* The columns of opts->add: their values for the file that is being read go into the record. */
int added_fill(struct input *in, struct fail *f);
char *added_value(const struct input *in, size_t i, struct fail *f); /* malloc'ed, or NULL */
void added_describe(const struct input *in, struct schema *s, struct fail *f);
void added_free(struct input *in);

/*
 * Slices: the input in pieces that end where a row ends, whose records the workers of the pool
 * make. A slice that holds anything but good rows is read once more by the reader of the input,
 * when all slices before it are done, and so are the next ones if it ended inside a row. So there
 * is one place that judges rows, counts them and says what is wrong with them. Where slices begin
 * depends on the bytes of the input alone, and so does the output, whatever the number of workers.
 *
 * Memory: for each worker and two more a slice (SLICE bytes), and what was sampled.
 */
struct slices; /* opaque */

struct slices *slices_open(struct input *in, struct record *record, int workers);
void slices_close(struct slices *s); /* after the pool */
struct blockpool_tasks slices_tasks(struct slices *s);

/* When in->paused: is the file read in slices? Then the rows so far end a block. */
bool slices_apply(struct slices *s);
/*
 * After that: gives one more slice to the pool, or, if the reader has to read rows itself or the
 * file is over, makes in->paused false.
 */
int slices_run(struct slices *s, struct blockpool *pool, struct fail *f);

/* Rows of slices that are done and not in in->taken yet, and the bytes of all their records. */
uint64_t slices_rows(const struct slices *s);
uint64_t slices_bytes(const struct slices *s);
/* If the reader reads a slice: the share of the input that is read with it, of FRAME_DONE_ALL. */
bool slices_done(const struct slices *s, int32_t *done);

/*
 * Everything: 0, or -1 when it failed and the frame on standard output, if it could be written,
 * says why.
 */
int encode(const struct opts *o, struct fail *f);

#endif
