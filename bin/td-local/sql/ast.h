/*
 * ast: a statement as a tree. The parser makes it, the binder writes into it what names, types and
 * functions are (the fields after "bound:"), the emitter reads it. Everything lies in the
 * statement's arena.
 */
#ifndef SQL_AST_H
#define SQL_AST_H

#include "sql/function.h"
#include "sql/lexer.h"

struct select;
struct relation;
struct bind_table;

enum expr_kind {
	EXPR_NULL,
	EXPR_BOOLEAN,  /* value.i */
	EXPR_INTEGER,  /* text, suffix */
	EXPR_DECIMAL,  /* text */
	EXPR_DOUBLE,   /* text */
	EXPR_STRING,   /* text, n */
	EXPR_BINARY,   /* text, n */
	EXPR_TYPED,    /* name 'text': a type's name and what is cast to it */
	EXPR_INTERVAL, /* text; name: the unit; from: its second unit or NULL; negative: value.i */
	EXPR_NAME,     /* parts */
	EXPR_CALL,     /* name(arg ...); also operators */
	EXPR_CAST,     /* arg[0] AS name; soft: TRY_CAST */
	EXPR_CASE,     /* operand or NULL; arg: when, then, when, then ..., and the last one ELSE if
			  argc is odd */
	EXPR_AND,
	EXPR_OR, /* arg: two and more */
	EXPR_NOT,
	EXPR_COMPARE,	 /* arg[0] name arg[1]; name: = <> < <= > >= and Hive's <=> */
	EXPR_DISTINCT,	 /* arg[0] IS DISTINCT FROM arg[1] */
	EXPR_BETWEEN,	 /* arg[0] BETWEEN arg[1] AND arg[2] */
	EXPR_IN,	 /* arg[0] IN (arg[1] ...) */
	EXPR_IN_QUERY,	 /* arg[0] IN (query) */
	EXPR_QUANTIFIED, /* arg[0] name ALL (query); soft: ANY */
	EXPR_EXISTS,	 /* query */
	EXPR_SCALAR,	 /* (query) */
	EXPR_IS_NULL,	 /* arg[0] */
	EXPR_LAMBDA,	 /* parts: parameters; arg[0]: the body */
	EXPR_TRY,	 /* arg[0] */
	EXPR_FIELD,	 /* arg[0].name */
	EXPR_STAR,	 /* parts.* or *; only in select lists */
	EXPR_PARAMETER,	 /* a ? */
	/* made by the binder */
	EXPR_CONSTANT, /* value */
	EXPR_COLUMN,   /* relation, index */
	EXPR_ARGUMENT  /* of a lambda: lambda, index */
};

enum { EXPR_DEPTH_MAX = 200 };

enum expr_flags {
	MAY_RAISE = 1,
	MAY_BE_NAN = 2,
	VOLATILE = 4,
	HAS_AGGREGATE = 8,
	HAS_WINDOW = 16,
	HAS_QUERY = 32
};

struct order {
	struct expr *expr;
	bool descending;
	int nulls; /* -1 first, 1 last, 0 not given */
	int item;  /* bound: the select item that it is, from 0; -1: none */
};

struct orders {
	struct order *o;
	unsigned n;
};

enum bound_kind { UNBOUNDED_PRECEDING, PRECEDING, CURRENT_ROW, FOLLOWING, UNBOUNDED_FOLLOWING };

struct window {
	const char *name, *base; /* WINDOW name AS (base ...) */
	bool base_partition, base_order; /* bound: these are the named window's */
	struct place at;
	struct expr **partition;
	unsigned partitions;
	struct orders order;
	const char *frame; /* rows range groups, or NULL */
	enum bound_kind from, to;
	struct expr *from_expr, *to_expr;
};

struct expr {
	enum expr_kind kind;
	struct place at;
	const char *name;
	const char *text;
	size_t n;
	const char *from;
	const char **parts;
	unsigned nparts;
	struct expr **arg;
	unsigned argc;
	struct expr *operand;
	struct select *query;
	bool soft, star, distinct; /* star: f(*) */
	char suffix;
	int nulls;                 /* 1 IGNORE NULLS, -1 RESPECT NULLS */
	struct expr *filter;
	struct orders order;       /* in an aggregate's parentheses, or WITHIN GROUP */
	struct window *window;
	/* bound: */
	const struct sqltype *type;
	unsigned flags;
	struct datum value;
	const struct function *function;
	const struct sqltype **types; /* of the arguments, for `call` */
	struct relation *relation;    /* EXPR_COLUMN */
	struct expr *lambda;          /* EXPR_ARGUMENT: whose */
	unsigned index;
	bool *guard;                  /* the flag of the TRY around it, or NULL */
	bool implicit;                /* a cast of the binder's own */
	struct outer *outer;          /* subqueries: columns of queries around them */
};

/* The columns outside a subquery that it uses. */
struct outer {
	struct expr *column;
	struct outer *next;
};

/* What a row source shows: one visible column. */
struct field {
	const char *schema, *table; /* how it may be qualified; NULL: not */
	const char *name;           /* NULL: none */
	struct expr *expr;          /* bound: EXPR_COLUMN, or COALESCE of two (USING) */
};

struct fields {
	struct field *f;
	unsigned n, room;
};

enum relation_kind {
	RELATION_TABLE,  /* parts */
	RELATION_QUERY,  /* query; lateral */
	RELATION_UNNEST, /* arg, ordinality */
	RELATION_JOIN,   /* left, right, join, on or using */
	RELATION_VIEW,   /* Hive: LATERAL VIEW: left, call */
	RELATION_NONE    /* SELECT without FROM */
};
enum join_kind { JOIN_INNER, JOIN_LEFT, JOIN_RIGHT, JOIN_FULL, JOIN_CROSS, JOIN_SEMI };

struct relation {
	enum relation_kind kind;
	struct place at;
	const char **parts;
	unsigned nparts;
	struct select *query;
	bool lateral, ordinality, outer_view;
	bool lateral_word; /* bound: LATERAL was written; `lateral`: it does use the left side */
	struct expr **arg;
	unsigned argc;
	struct relation *left, *right;
	enum join_kind join;
	bool comma;
	struct expr *on;
	const char **using;
	unsigned nusing;
	struct expr *call;
	const char *alias;
	const char **columns; /* t(a, b) */
	unsigned ncolumns;
	bool has_columns;
	struct expr *sample;  /* TABLESAMPLE: percent */
	/* bound: */
	unsigned id;             /* its name in SQLite is r<id>, its columns c0, c1 ... */
	const struct sqltype **types;
	unsigned *flags;         /* MAY_BE_NAN */
	const char **names;
	unsigned width;
	const struct bind_table *table;
	const char
		*source; /* what SQLite reads: a table's or a WITH query's name, a list of values */
	bool hoisted;            /* the emitter has written it: once is enough */
	bool collected;          /* a lateral query, whose rows travel as one array */
	struct outer *outer;
};

struct item {
	struct expr *expr;
	const char *alias;
	struct place at;
	const char **columns; /* (x).* AS (a, b); Hive: a table function's AS (a, b) */
	unsigned ncolumns;
	const char *name; /* bound: of the result's column, or NULL */
};

/* GROUP BY a, ROLLUP (b, c), GROUPING SETS ((a), ()) */
struct grouping {
	enum { GROUP_PLAIN, GROUP_ROLLUP, GROUP_CUBE, GROUP_SETS } kind;
	struct expr ***set; /* sets of expressions */
	unsigned *size;
	unsigned n;
};

struct with {
	const char *name;
	struct place at;
	const char **columns;
	unsigned ncolumns;
	struct select *query;
	/* bound: */
	unsigned id, used; /* w<id> */
	bool hoisted;
};

enum select_kind { SELECT_PLAIN, SELECT_VALUES, SELECT_SET, SELECT_TABLE, SELECT_NESTED };

/* A query: a body, and the clauses around it. */
struct select {
	enum select_kind kind;
	struct place at;
	struct with *with;
	unsigned withs;
	/* SELECT_PLAIN */
	bool distinct;
	struct item *item;
	unsigned items;
	struct relation *from;
	struct expr *where, *having;
	struct grouping *group;
	unsigned groups;
	bool grouped; /* has GROUP BY */
	bool distinct_sets;
	struct window *windows;
	unsigned nwindows;
	/* SELECT_VALUES: rows of expressions */
	struct expr ***row;
	unsigned *row_n;
	unsigned rows;
	/* SELECT_SET */
	const char *op; /* union intersect except */
	bool all;
	struct select *left, *right; /* left: also what SELECT_NESTED holds */
	/* SELECT_TABLE: from */
	struct orders order;
	struct expr *limit, *offset;
	bool ties;
	/* bound: */
	unsigned width;
	const struct sqltype **types;
	const char **names;          /* of the result's columns; NULL: none */
	unsigned *flags;
	const struct sqltype **coerced; /* types that the query around it asks for; NULL: its own */
	struct relation *aggregated; /* what groups and aggregates become: r<id> */
	struct expr **key;           /* group keys */
	unsigned keys;
	struct expr **aggregate;
	unsigned aggregates;
	struct bits { unsigned char *in; } *sets; /* which keys each grouping set has */
	unsigned nsets;
	bool has_sets, used_mask;
	unsigned id;
	struct outer *outer;
};

enum statement_kind {
	STATEMENT_QUERY,
	STATEMENT_INSERT,
	STATEMENT_OVERWRITE,
	STATEMENT_CREATE_AS,
	STATEMENT_CREATE,
	STATEMENT_DROP,
	STATEMENT_DELETE,
	STATEMENT_SHOW_TABLES,
	STATEMENT_SHOW_SCHEMAS,
	STATEMENT_SHOW_CATALOGS,
	STATEMENT_SHOW_COLUMNS,
	STATEMENT_NOTHING
};

struct column_definition {
	const char *name;
	const struct sqltype *type;
};

struct statement {
	enum statement_kind kind;
	struct place at;
	const char *db, *table;  /* db NULL: the job's */
	bool if_exists;          /* IF EXISTS, IF NOT EXISTS */
	bool no_data;
	const char **columns;    /* INSERT: names that were given */
	unsigned ncolumns;
	struct column_definition *definition; /* CREATE TABLE (...) */
	unsigned definitions;
	struct select *query;    /* or NULL */
	struct expr *where;      /* DELETE */
	const char *like;        /* SHOW TABLES LIKE */
	const char *escape;
};

#endif
