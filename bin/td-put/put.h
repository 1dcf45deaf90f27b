/*
 * td-put: what its files share. main.c: options; transfer.c: one transfer; steps.c: carries out
 * what common/td/append asks for; session.c: tables, names and checks of a session; commit.c:
 * --commit; parts.c: how parts are named and sent; errors.c: what the import refused; input.c: what
 * comes in; check.c: what is checked before; records.c: what is in its blocks;
 * content.c: a key that is made of them; range.c: whether all rows are of the
 * time that is replaced; receipt.c: the receipt.
 */
#ifndef TD_PUT_H
#define TD_PUT_H

#include "api/api.h"
#include "frame/framein.h"
#include "frame/gzip.h"
#include "base/md5.h"
#include "value/mp.h"
#include "td/upload_part.h"
#include "sys/lookahead.h"
#include "sys/newfile.h"
#include "sys/progress.h"
#include "td/receipt.h"
#include "api/upload.h"

#include <pthread.h>
#include <stdatomic.h>

struct opts {
	unsigned jobs;
	uint64_t part_size;  /* 0: not given */
	uint64_t max_errors; /* records that the import may refuse */
	uint64_t wait_s;     /* for the whole run; 0: without a limit */
	bool create_database, strict, progress, trust_eof, dry_run, streaming;
	bool once;
	bool content;         /* --once=@content */
	const char *once_key; /* NULL: the job that the rows come from, or the content */
	const char *watermark_file; /* or NULL */
	const char *time_zone; /* of from= and to=, or NULL */
	const char *session;  /* of many machines; with one of these: */
	bool no_commit, commit, discard;
	int verbosity;
	struct api_opt api;
};

/*
 * Parts that are named by what is in them, so that the same part is stored once, whoever sends it
 * and how often.
 */
struct names {
	bool wanted;
	pthread_mutex_t lock;
	char **mine; /* sent by this run, or found there */
	size_t n;
	struct api_name *there; /* before this run */
	size_t there_n;
	/*
	 * appended to the names of --session, so that equal parts of two machines stay two; else ""
	 */
	char whose[9];
};

/*
 * What records are, whatever the parts that they are cut into: CRC-32 and length of their msgpack.
 */
struct digest {
	uint32_t crc;
	uint64_t len;
};

/* What comes in; input.c's. */
struct input {
	struct source *from;
	struct framein in; /* in.end also where the input is not a frame */
	struct lookahead peek;
	struct gzip_source gunzip;
	struct mp_count counted;
	char *chunk;
	bool piped;       /* it came through a pipe, whatever standard input is now */
	bool plain;       /* a msgpack.gz that is not a frame */
	bool plain_begun; /* its first record was seen */
};

/* Blocks that are inflated here; records.c's. */
struct checked {
	struct inflater *inflater;
	struct buf body; /* of the last block; at most FRAME_BODY_MAX */
	uint64_t blocks, rows;
};

/* The first block, read before anything is made; transfer.c's. */
struct first {
	enum framein_what what;
	struct frame_block block;
	const char *p;
	size_t n;
};

/* --streaming; parts.c's. */
struct stream {
	uint64_t base;          /* ids of this run */
	atomic_ullong in;       /* rows that are in the table already */
	atomic_ullong doubtful; /* rows that may be: the answer was lost */
};

/* from= and to=; range.c's. */
struct range {
	bool on;
	int64_t from, to; /* from <= time < to */
	uint64_t rows;    /* checked so far */
	struct inflater *inflater;
	struct buf body;
};

/* --commit; commit.c's. */
struct said {
	bool rows_unknown; /* no receipts */
	int64_t parts;     /* in the receipts; -1: not all of them say */
};

/* One transfer: what is known, and what was made and has to go again if it fails. */
struct load {
	const struct opts *o;
	struct tdurl to;
	struct conf conf;
	struct api *api;
	uint64_t until_ms; /* the end of --wait, a clock_ms(); 0: none */
	struct input input;
	struct first first;
	/* before; the key may not be allowed to see it: then !target_known */
	struct api_table target;
	bool target_known;
	char *session;    /* name of the bulk import session, or NULL */
	char *temporary;  /* mode=replace: the temporary table; NULL before it is made */
	bool unanswered;  /* whether it was made is not known */
	const char *into; /* the table that the session loads into */
	struct checked checked;
	char content[MD5_TEXT]; /* --once=@content: of the records */
	struct names names;
	struct stream stream;
	struct said said;
	struct range range;
	struct newfile mark; /* --watermark-file */
	struct upload *upload;          /* NULL: nothing is sent */
	struct digest digest;           /* of the records then */
	uint64_t taken;                 /* compressed bytes of the records so far */
	struct upload_part *part;       /* being filled */
	struct upload_part_plain plain; /* records from members that are not ours */
	struct progress progress;
	struct receipt receipt;
	bool receipt_begun;
};

/*
 * transfer.c: the whole transfer. On failure all that was made is removed, or named in f, and the
 * receipt says so.
 */
int transfer_run(struct load *l, struct fail *f);
void transfer_free(struct load *l);
/* A failure: what is ours goes, and the receipt says why. -1. */
int transfer_failed(struct load *l, struct fail *f);
/* A failure before the transfer could begin: the receipt says why. */
void transfer_not_begun(struct load *l, struct fail *f);
/* The connection to the service, within --wait. */
void transfer_connect(struct load *l);
/* If it was not a signal but --wait that ended the run, f says so. */
void transfer_time_is_up(const struct load *l, struct fail *f);

/* pump.c: the input to its end, which is checked; into the upload, or only into the digest. */
int pump_input(struct load *l, struct fail *f);
void pump_tick(void *load); /* says how far it is, if that is due */
int pump_check_end(const struct load *l, struct fail *f); /* what the end says: types, --strict */

/* commit.c: --commit: no rows, but the receipts of the uploads */
int commit_run(struct load *l, struct fail *f);
/* --discard: the session goes, with all that was uploaded into it */
int commit_discard(struct load *l, struct fail *f);

/* input.c: as framein's, for a frame of records or a msgpack.gz */
int put_input_open(struct load *l, struct fail *f);
enum framein_what input_next(
	struct load *l, struct frame_block *b, const char **p, size_t *n, struct fail *f);
void put_input_close(struct load *l);

/* check.c */
/* the key, the target, and whether the head's types fit into it */
int check_target(struct load *l, struct fail *f);
int check_types(const struct load *l, const struct schema *s, struct fail *f);
/* --dry-run: what would be done, on standard output */
int check_plan(struct load *l, struct fail *f);

/* records.c */
/* Inflate a block into c->body. */
int records_inflate(struct checked *c, const struct frame_block *b, struct fail *f);
/* A block whose records must be what every importer is known to ask for. */
int records_check(struct load *l, const struct frame_block *b, struct fail *f);
/*
 * What every importer is known to ask of a record is looked for: a map, keys that are strings, and
 * a time. NULL: it has these. mp_value() has been over it.
 */
const char *records_fault(const char *p, const char *end);
void records_free(struct checked *c);

/* content.c */
/* Standard input becomes a file that can be read twice; before api_sandbox(). */
int content_keep(struct fail *f);
int content_key(struct load *l, struct fail *f); /* reads all of it; it begins anew */

/* range.c */
int range_read(struct load *l, struct fail *f); /* from= and to= of the destination */
int range_block(struct load *l, const struct frame_block *b, struct fail *f);
int range_end(const struct load *l, struct fail *f); /* what the end says */
void range_free(struct load *l);

/* Do the rows join others? Then the target's columns stay as they are. */
bool load_keeps_columns(const struct load *l);

/* receipt.c: the receipt, in its two pieces */
void paper_start(struct load *l);
int paper_begin(struct load *l, struct fail *f); /* what the end of the input says */
/* why: NULL, or the failure that it tells */
int paper_end(struct load *l, const struct fail *why, struct fail *f);

/* steps.c: carries out what common/td/append asks for; -1 with all that is left named in f */
struct append_task;
int steps_run(struct load *l, const struct append_task *t, struct fail *f);

/* session.c */
int session_table(struct load *l, struct fail *f);  /* the table that is loaded into */
int session_schema(struct load *l, struct fail *f); /* the columns of the frame's end */
void session_begin(struct load *l); /* the session's name, and how parts are named */
/*
 * --dry-run, and no rows: could --once or --session go on? Notes in the receipt if it is done
 * already.
 */
int session_look(struct load *l, struct fail *f);
/* Is it there, and for our table? */
int session_check(const struct load *l, const struct api_session *s, struct fail *f);
int session_check_counts(struct load *l, const struct api_session *s, struct fail *f);
int session_check_same(struct load *l, const struct api_session *s, struct fail *f);
int session_check_parts(struct load *l, struct fail *f);
int session_import_failed(const struct load *l, const struct api_session *s, struct fail *f);

/* errors.c */
void errors_show(struct load *l); /* the first records that the import refused, on standard error */

/* parts.c */
upload_send parts_send;   /* into the session */
upload_send parts_stream; /* into the table */
/* 1: the key may not see them */
int parts_list(struct load *l, struct api_name **list, size_t *n, struct fail *f);
/* 1: the session's parts hold our records, or may do so; 0: others */
int parts_same(struct load *l, struct fail *f);
/* the session holds our parts and no others */
int parts_settle(struct load *l, struct fail *f);
int parts_withdraw(struct load *l, struct fail *f); /* remove ours */
void parts_free(struct load *l);

#endif
