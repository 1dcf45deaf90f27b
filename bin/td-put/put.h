/*
 * td-put: what its files share. td-put.c: options and main; td-put-load.c: one transfer;
 * td-put-session.c: its tables and session; td-put-parts.c: how parts are named and sent;
 * td-put-errors.c: what the import refused; td-put-input.c: what comes in; td-put-check.c: what is
 * looked at before; td-put-paper.c: the receipt.
 */
#ifndef TD_PUT_H
#define TD_PUT_H

#include "api/api.h"
#include "frame/framein.h"
#include "frame/gzip.h"
#include "value/mp.h"
#include "td/upload_part.h"
#include "sys/lookahead.h"
#include "sys/progress.h"
#include "td/receipt.h"
#include "api/upload.h"

#include <pthread.h>
#include <stdatomic.h>

struct opts {
	unsigned jobs;
	uint64_t part_size;    /* 0: not said */
	uint64_t max_errors;   /* records that the import may refuse */
	bool create_database, strict, progress, trust_eof, dry_run, streaming;
	bool once;
	const char *once_key;  /* NULL: the job that the rows come from */
	const char *session;   /* of many machines; with one of these: */
	bool no_commit, commit;
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
	char **mine;            /* sent by this run, or found there */
	size_t n;
	struct api_name *there; /* before this run */
	size_t there_n;
	/* behind the names of --session, so that equal parts of two machines stay two; else "" */
	char whose[9];
};

/*
 * What records are, whatever the parts that they are cut into: CRC-32 and length of their msgpack.
 */
struct digest {
	uint32_t crc;
	uint64_t len;
};

/* One transfer: what is known, and what was made and has to go again if it fails. */
struct load {
	const struct opts *o;
	struct tdurl to;
	struct conf conf;
	struct api *api;
	struct source *from;
	struct framein in;        /* in.end also where the input is no frame */
	bool plain_input;         /* a msgpack.gz that is no frame */
	bool plain_begun;         /* its first record was seen */
	struct lookahead peek;
	struct gzip_source gunzip;
	struct mp_count counted;
	char *chunk;
	/* before; the key may not be allowed to look: then !target_known */
	struct api_table target;
	bool target_known;
	char *session;            /* name of the bulk import session; NULL before it is made */
	/* mode=replace: name of the temporary table; NULL before it is made */
	char *temporary;
	const char *into;         /* the table that the session loads into */
	/* session or temporary table: whether the last one was made is not known */
	bool unanswered;
	bool committing;          /* append: the commit was asked for: no way back */
	bool keep_session;        /* it outlives a failure: the same command goes on with it */
	bool rows_unknown;        /* --commit without receipts */
	int64_t parts_said;       /* --commit: in the receipts; -1: not all of them say */
	bool closed;              /* --commit: the session takes no more parts */
	bool already;             /* --once: the rows are in since an earlier run */
	struct names names;
	uint64_t stream_base;     /* --streaming: ids of this run */
	atomic_ullong streamed;   /* rows that are in the table already */
	atomic_ullong doubtful;   /* rows that may be: the answer was lost */
	struct upload *upload;    /* NULL: nothing is sent */
	struct digest digest;     /* of the records then */
	struct upload_part *part;        /* being filled */
	struct upload_part_plain plain;  /* records from members that are not ours */
	struct progress progress;
	struct receipt receipt;
	bool receipt_begun;
};

/*
 * td-put-load.c: the whole transfer. On failure all that was made is removed, or named in f, and
 * the receipt says so.
 */
int load_run(struct load *l, struct fail *f);
void load_free(struct load *l);

/* --commit: no rows, the receipts of those who sent them */
int load_commit(struct load *l, struct fail *f);

/* td-put-input.c: as framein's, for a frame of records or a msgpack.gz */
int input_open(struct load *l, struct fail *f);
enum framein_what input_next(struct load *l, struct frame_block *b, const char **p, size_t *n,
	struct fail *f);
void input_close(struct load *l);

/* td-put-check.c */
/* the key, the target, and whether the head's types fit into it */
int check_target(struct load *l, struct fail *f);
int check_types(const struct load *l, const struct schema *s, struct fail *f);
/* --dry-run: what would be done, on standard output */
int check_plan(struct load *l, struct fail *f);

/* td-put-paper.c: the receipt, in its two pieces */
void paper_start(struct load *l);
int paper_begin(struct load *l, struct fail *f);  /* what the end of the input says */
/* why: NULL, or the failure that it tells */
int paper_end(struct load *l, const struct fail *why, struct fail *f);

/* td-put-session.c */
/* the table that is loaded into, the session, the uploads */
int session_open(struct load *l, struct fail *f);
/* from the last upload to a checked session that is ready */
int session_perform(struct load *l, struct fail *f);
int session_commit(struct load *l, struct fail *f);   /* to committed */
/* only the table that is loaded into: there are no rows */
int session_table(struct load *l, struct fail *f);
int session_schema(struct load *l, struct fail *f);   /* the columns of the frame's end */
/* --commit: another's session, to ready and checked, or committed */
int session_take_up(struct load *l, struct fail *f);
int session_check_already(struct load *l, struct fail *f); /* --once: were it these rows? */
/* --once, --session: could it be gone on with? Changes nothing */
int session_look(struct load *l, struct fail *f);
/*
 * f, a refusal: the passing kind if another run has frozen the session (from: API_UPLOADING), or it
 * is in `from` or behind. -1.
 */
int session_busy(struct load *l, enum api_session_state from, struct fail *f);

/* td-put-errors.c */
void errors_show(struct load *l); /* the first records that the import refused, on standard error */

/* td-put-parts.c */
upload_send parts_send;      /* into the session */
upload_send parts_stream;    /* into the table */
/* 1: the key may not see them */
int parts_list(struct load *l, struct api_name **list, size_t *n, struct fail *f);
/* 1: the session's parts hold our records, or that cannot be said; 0: others */
int parts_same(struct load *l, struct fail *f);
/* the session holds our parts and no others */
int parts_settle(struct load *l, struct fail *f);
int parts_withdraw(struct load *l, struct fail *f);        /* remove ours */
void parts_free(struct load *l);

#endif
