/*
 * parse: what the parser's parts share. An error is kept in f, and the words end: every loop stops
 * by itself, without checks. Functions never return NULL where a node is expected.
 */
#ifndef SQL_PARSE_H
#define SQL_PARSE_H

#include "sql/ast.h"
#include "sql/parser.h"

struct parser {
	struct arena *a;
	const struct token *t; /* the present word */
	const struct token *first, *end;
	const uint32_t *match; /* for each "(", where its ")" is */
	unsigned depth;
	bool hive;
	struct fail *f;
};

/* Words. A keyword is a TOKEN_WORD, a symbol a TOKEN_SYMBOL of that text; two words can be asked
 * for: "group by". */
bool parse_is(const struct parser *p, const char *words);
bool parse_take(struct parser *p, const char *words);
void parse_expect(struct parser *p, const char *words);
void parse_wrong(struct parser *p, const char *expecting);               /* mismatched input */
void parse_refuse(struct parser *p, struct place at,
	const char *what); /* "... is not supported by td-local" */
void parse_error(struct parser *p, struct place at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
bool parse_deeper(struct parser *p); /* false: too deep */

/* Names, in lower case. A name is a word that is not reserved, or a quoted one. */
bool parse_is_name(const struct parser *p);
const char *parse_name(struct parser *p);
bool parse_is_alias(const struct parser *p); /* a name that may follow without AS */
const char **parse_names(struct parser *p, unsigned *n); /* "(a, b)" */
const char **parse_path(struct parser *p, unsigned *n);  /* a.b.c */
bool parse_is_query(
	const struct parser *p); /* do the parentheses that begin here hold a query? */

/* Appends to an array in the arena whose room is the next power of two. */
void *parse_grow(struct parser *p, void *array, unsigned n, size_t size);
#define PARSE_APPEND(p, array, n) \
	((array) = parse_grow(p, array, n, sizeof *(array)), &(array)[(n)++])

struct expr *parse_new(struct parser *p, enum expr_kind kind, struct place at);
struct expr *parse_call(
	struct parser *p, struct place at, const char *name, unsigned n, struct expr *const *arg);
struct expr *parse_expression(struct parser *p);
struct expr *parse_value(struct parser *p); /* without predicates and AND */
const char *parse_type(struct parser *p);   /* the text of a type */
void parse_orders(struct parser *p, struct orders *o); /* after ORDER BY */
void parse_window(struct parser *p, struct window *w); /* what is between OVER's parentheses */
struct select *parse_query(struct parser *p);  /* WITH ... to LIMIT */
struct select *parse_table(struct parser *p);  /* a name after TABLE: all of its rows */

#endif
