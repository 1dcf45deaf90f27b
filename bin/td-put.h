/* td-put: what its files share. td-put.c: options and main; td-put-load.c: one transfer; td-put-session.c: its session. */
#ifndef TD_PUT_H
#define TD_PUT_H

#include "api.h"
#include "framein.h"
#include "part.h"
#include "progress.h"
#include "receipt.h"
#include "upload.h"

struct opts {
	unsigned jobs;
	uint64_t part_size;
	bool create_database, strict, progress, quiet;
	struct api_opt api;
};

/* One transfer: what is known, and what was made and has to go again if it fails. */
struct load {
	const struct opts *o;
	struct tdurl to;
	struct conf conf;
	struct api *api;
	struct source *from;
	struct framein in;
	struct api_table target;  /* before; the key may not be allowed to look: then !target_known */
	bool target_known;
	char *session;            /* name of the bulk import session; NULL before it is made */
	char *temporary;          /* mode=replace: name of the temporary table; NULL before it is made */
	const char *into;         /* the table that the session loads into */
	bool table_made;          /* append: the target did not exist and was made */
	bool committing;          /* append: the commit was asked for: no way back */
	struct upload *upload;
	struct part *part;        /* being filled */
	struct part_plain plain;  /* records from members that are not ours */
	struct progress progress;
	struct receipt receipt;
	bool receipt_begun;
};

/* td-put-load.c: the whole transfer. On failure all that was made is removed, or named in f, and the receipt says so. */
int load_run(struct load *l, struct fail *f);
void load_free(struct load *l);

/* td-put-session.c */
int session_open(struct load *l, struct fail *f);     /* the table that is loaded into, and the session */
int session_perform(struct load *l, struct fail *f);  /* from the last upload to a checked session that is ready */
int session_commit(struct load *l, struct fail *f);   /* to committed */
int session_table(struct load *l, struct fail *f);    /* only the table that is loaded into: there are no rows */
int session_schema(struct load *l, struct fail *f);   /* the columns of the frame's end */

#endif
