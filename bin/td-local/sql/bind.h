/*
 * bind: gives every expression of a statement its type and every name its meaning; inserts
 * coercions; checks aggregates; knows the names and types of the result before a row is read.
 *
 * Parts: bind_name (columns, scopes), bind_literal, bind_call (functions), bind_expression,
 * bind_from, bind_group (aggregates), bind_query. All write into the tree (ast.h). An error is kept
 * in f; what follows it does no harm.
 */
#ifndef SQL_BIND_H
#define SQL_BIND_H

#include "sql/ast.h"

/* A table, as the job sees it. */
struct bind_table {
	const char *source; /* what SQLite calls it, or "(SELECT ...)" with columns c0 ... */
	unsigned n;
	const char **names;
	const struct sqltype **types;
	unsigned char *used; /* the emitter marks the columns that a statement uses */
};

/* The scopes in which a name is looked up, innermost first. */
struct scope {
	struct scope *parent;
	struct fields fields;      /* what FROM shows */
	struct item *alias;        /* in ORDER BY: the output, which comes first */
	unsigned aliases;
	struct with *with;         /* queries that have names here */
	unsigned withs;
	struct outer **outer;      /* a query's border: columns of farther scopes are noted here */
	struct expr *lambda;       /* a lambda's parameters */
	struct select *select;     /* whose FROM it is */
};

struct binder {
	struct arena *a;
	enum sql_engine engine;
	bool hive, decimal_literals;
	struct query *query;
	struct scope *scope;
	const char *clause; /* where aggregates are not allowed: "WHERE clause"; NULL: they are */
	bool in_aggregate, no_window;
	bool used_alias;           /* ORDER BY: a name was an output column's */
	bool *guard;               /* inside TRY */
	unsigned ids;
	unsigned depth;
	struct fail *f;
	/* The table, or NULL if there is none. */
	const struct bind_table *(*table)(void *arg, const char *db, const char *name);
	void *arg;
	const char *db;            /* the job's */
};

void bind_error(struct binder *b, struct place at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void bind_refuse(struct binder *b, struct place at, const char *what);
const char *bind_type_name(struct binder *b, const struct sqltype *t);

/* Nodes. */
struct expr *bind_new(struct binder *b, enum expr_kind kind, struct place at,
	const struct sqltype *type);
struct expr *bind_column(struct binder *b, struct place at, struct relation *r, unsigned i);
struct expr *bind_constant(struct binder *b, struct place at, const struct sqltype *type,
	const struct datum *v);
struct expr *bind_integer(struct binder *b, struct place at, const struct sqltype *type,
	int64_t i);
struct expr *bind_string(struct binder *b, struct place at, const char *text, size_t n);
struct expr *bind_made(struct binder *b, struct place at, const char *name, unsigned n,
	struct expr *const *arg); /* a call of bound arguments, bound */
struct expr *bind_clone(struct binder *b, const struct expr *e);
bool bind_equal(const struct expr *x, const struct expr *y);

/* Expressions. bind_expr() may give another node. */
struct expr *bind_expr(struct binder *b, struct expr *e);
struct expr *bind_boolean(struct binder *b, struct expr *e, const char *what);
struct expr *bind_coerce(struct binder *b, struct expr *e, const struct sqltype *to);
struct expr *bind_cast(struct binder *b, struct expr *e, const struct sqltype *to, bool soft);
/* Coerces n expressions to their common type; NULL: there is none, and *bad is the one that does
 * not fit. */
const struct sqltype *bind_unify(struct binder *b, struct expr **e, unsigned n, unsigned step,
	unsigned *bad);
struct expr *bind_compare(struct binder *b, struct place at, const char *op, struct expr *x,
	struct expr *y);
struct expr *bind_literal(struct binder *b, struct expr *e);
struct expr *bind_name(struct binder *b, struct expr *e);
struct expr *bind_field(struct binder *b, struct place at, struct expr *x, const char *name);
struct expr *bind_field_at(struct binder *b, struct place at, struct expr *row, unsigned i);
struct expr *bind_call(struct binder *b, struct expr *e);
void bind_window(struct binder *b, struct expr *e);
unsigned bind_inherited(const struct expr *e); /* flags that a node has from its parts */

/* Fields and relations. */
void bind_add_field(struct binder *b, struct fields *f, struct field x);
struct relation *bind_relation(struct binder *b, enum relation_kind kind, struct place at,
	unsigned width);
void bind_from(struct binder *b, struct relation *r, struct fields *out);

/* Queries. The scope around them is b->scope; columns of it that they use are noted in *outer. */
void bind_query(struct binder *b, struct select *s, struct outer **outer);
/* A query with these types: itself, or SELECT CAST(...) FROM it. */
struct select *bind_typed(struct binder *b, struct select *s, const struct sqltype *const *types);
/* Refuses what the engine refuses of subqueries that use columns of queries around them. */
void bind_check_correlated(struct binder *b, struct place at, const struct select *s,
	const struct outer *outer,
	enum expr_kind kind /* EXPR_EXISTS, EXPR_SCALAR ..., 0: LATERAL */);
void bind_group(struct binder *b, struct select *s);
void bind_plain_groups(struct binder *b, struct select *s);

/* A whole statement. Its query's names and types are its result's; INSERT's are coerced to the
 * table's. */
int bind_statement(struct binder *b, struct statement *s);

#endif
