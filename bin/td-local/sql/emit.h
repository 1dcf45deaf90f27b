/*
 * emit: a bound statement as SQLite's SQL. Relations are r1, r2 ... with columns c0, c1 ..., WITH
 * queries w1, w2 ..., and every call of a function of ours is an SQLite function of its own
 * (call.h). Scalars are native, so that comparisons, sorting and grouping are SQLite's own.
 */
#ifndef SQL_EMIT_H
#define SQL_EMIT_H

#include "sql/bind.h"

#include <sqlite3.h>

struct emitter {
	sqlite3 *db;
	struct arena *a;
	struct query *query;
	enum sql_engine engine;
	unsigned ids;             /* for relations of its own; continues the binder's */
	struct captures *lambda;  /* while a lambda's body is written */
	struct buf *semi;         /* Hive: conditions that LEFT SEMI JOINs add */
	const struct expr *where; /* of the rows of FROM; NULL where an outer join adds some */
	struct buf *
		hoisted; /* queries of FROM, as WITH: SQLite's parser takes few levels of nesting */
	bool inlined;        /* inside of a query that uses columns around it: nothing is hoisted */
	unsigned depth;      /* of the present expression */
	struct fail *f;
};

enum { EMIT_MAX = 64 << 20 };

/* A whole query; or a statement that a body begins with `head` and reads `from`, filtered by
 * `where`. */
void emit_statement(struct emitter *m, struct buf *b, struct select *s);
void emit_filtered(struct emitter *m, struct buf *b, const char *head, struct relation *from,
	const struct expr *where);

void emit_query(struct emitter *m, struct buf *b, struct select *s);
void emit_from(struct emitter *m, struct buf *b, struct relation *r);
/* A join's condition, and in b the columns that its right side needs: ", f AS c7 ..." */
const struct expr *emit_keys(struct emitter *m, struct buf *b, const struct relation *join);
void emit_expr(struct emitter *m, struct buf *b, const struct expr *e);
void emit_key(struct emitter *m, struct buf *b,
	const struct expr *e); /* what sorts and groups as e does */
bool emit_native(const struct expr *e); /* do SQLite's own operators compare such values right? */
void emit_compare(struct emitter *m, struct buf *b, const char *op, const struct expr *x,
	const struct expr *y);
void emit_orders(struct emitter *m, struct buf *b, const struct orders *o);
void emit_call(struct emitter *m, struct buf *b, const struct expr *e);
struct lambda *emit_lambda(struct emitter *m, const struct expr *l, const struct expr ***captured,
	unsigned *n);
void emit_put(struct emitter *m, struct buf *b, const char *text);
void emit_printf(struct emitter *m, struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
