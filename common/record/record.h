/*
 * record: rows to records, the msgpack maps that td-put uploads: {"time": seconds, "column": value,
 * ...}, every column in every record, in the order of the schema, with nil for NULL.
 */
#ifndef RECORD_H
#define RECORD_H

#include "record/cell.h"
#include "value/schema.h"
#include "value/tdtime.h"

struct record_column {
	struct cell_rules rules; /* rules.type is owned */
	char *name;              /* as it is written */
	char *input;             /* its name in the input, for advice */
	enum type_kind kind;     /* of rules.type */
	size_t cell;             /* the index of its cells in a row */
	/* the name as msgpack str; ROW_AHEAD bytes after it may be read */
	char *key;
	size_t key_len;
};

struct record {
	struct record_column *column;
	size_t n;
	long time_cell;    /* the cell that holds the time, or -1 */
	char *time_name;   /* its column, for messages */
	/* for columns that are added from now on; borrowed, or NULL */
	char decimal; /* of numbers in text, for columns that are added from now on; 0: a point */
	const struct cell_nulls *nulls;
	struct tdtime time_rules;
	int64_t time;      /* without a cell: every record's */
	/* only long, double and string columns, and no text for NULL: see put_plain_row() */
	bool plain;
	size_t room;       /* bytes that such a record takes beside the texts, at most */
	struct buf head;   /* the map's header and the key of the time */
	struct buf constants;  /* pairs that every record ends with, constant of them */
	size_t constant;
	int64_t span, step; /* without a cell: the times of span seconds in turn; 0: only one */
	bool any;          /* at least one record was written */
	int64_t time_min, time_max;
};

/*
 * Zeroed apart from time_cell = -1; then columns are added, which takes type; then record_begin(),
 * again after columns that come later: records before them do not have them.
 */
void record_init(struct record *r);
void record_free(struct record *r);
void record_add(struct record *r, const char *name, const char *input, struct type *type,
	bool exact, size_t cell);
void record_untyped(struct record *r); /* the column added last: see struct cell_rules */

/* One more pair that every record ends with, until there are none; then record_begin(). */
int record_constant(struct record *r, const char *name, const struct type *type,
	const struct cell *value);
void record_no_constants(struct record *r);

/* Is there anything that tells the type of the column? */
static inline bool record_is_typed(const struct record_column *c)
{
	return !c->rules.untyped || c->rules.filled;
}
void record_begin(struct record *r);

/*
 * A copy whose rows are counted on their own, for another thread; it borrows all else, which must
 * not change. Only where records do not depend on those before: without span, and without columns
 * that come later. Into a zeroed one, or one that was forked from the same record.
 */
void record_fork(struct record *fork, const struct record *r);
void record_join(struct record *r, const struct record *fork); /* what it counted */
void record_forget(struct record *fork); /* frees it */

enum record_result {
	RECORD_GOOD,
	RECORD_FULL, /* it does not fit into out; nothing was appended */
	/* f (FAIL_DATA) names the column, the value and a way out; nothing was appended */
	RECORD_BAD
};
enum record_result record_put(struct record *r, const struct row *row, struct buf *out,
	struct fail *f);

#endif
