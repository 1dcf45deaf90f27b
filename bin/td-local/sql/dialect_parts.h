/*
 * dialect_parts: what the files of dialect share: one translation, with the words that are read and
 * the SQL that is written. A failure is kept in `f`, the first of them; then the rest means
 * nothing, and the walk ends. Private.
 */
#ifndef DIALECT_PARTS_H
#define DIALECT_PARTS_H

#include "base/buf.h"
#include "sql/dialect.h"
#include "sql/words.h"

struct translation {
	const struct word *w; /* the next word */
	struct buf out;
	struct dialect *d;
	json_t *type_names;   /* owns those that casts have */
	bool hive;
	unsigned lenient;     /* inside of this many TRY() */
	unsigned depth, changes;
	struct fail *f;
};

enum where { ANYWHERE, CALL, CAST };

/* What lies between a pair of parentheses, and the item of a list there that is being read. */
struct level {
	enum where where;
	bool select;         /* the list is that of a SELECT */
	/* a value has just ended: what follows is an operator, an alias, or a new part */
	bool whole;
	bool logic, sum;     /* the item has operators that make a boolean; others */
	unsigned cases;      /* inside of this many CASE */
	unsigned values;     /* in the item */
	size_t item, value;  /* where in `out` they begin */
	size_t case_at;
	const char *type;    /* of the last value; NULL: not known */
	const char *case_type;
	const char *last;    /* of the last item */
	char *alias;         /* of the item */
};

/*
 * dialect.c: the items up to a closing sign, or the AS of a cast, that is not their own; the type
 * of the last.
 */
const char *dialect_items(struct translation *t, enum where where);
/* and `close`, written as ")" */
const char *dialect_inside(struct translation *t, enum where where, const char *close);

/* dialect-write.c */
enum { DIALECT_SQL_MAX = 16 << 20 };
void dialect_wrote(struct translation *t, int rc); /* of what put something into `out` */
void dialect_put(struct translation *t, const char *s);
/* in front of what was written from `at` on */
void dialect_put_before(struct translation *t, size_t at, const char *s);
/* the next as it stands, with a blank in front if there was one */
void dialect_word(struct translation *t);
/* takes them, or it is a syntax error */
void dialect_expect(struct translation *t, const char *these);
void dialect_syntax(struct translation *t);
void dialect_refuse(struct translation *t, const char *what);

/* dialect-types.c: items and values begin, and end with what is known of their types. */
void dialect_begin_item(struct translation *t, struct level *l);
void dialect_end_item(struct translation *t, struct level *l);
void dialect_begin_value(struct translation *t, struct level *l);
void dialect_end_value(struct level *l, const char *type);
const char *dialect_type_name(struct translation *t); /* takes one, of a cast */

/* What is written anew. They take the words of what they know and say true, or take none. */
bool dialect_value(struct translation *t, struct level *l); /* dialect-values.c */
bool dialect_from(struct translation *t, struct level *l);  /* dialect-from.c */

/*
 * A query in parentheses was written from `at` on; what follows may be [AS] alias (a, b), which
 * SQLite does not have.
 */
void dialect_name_columns(struct translation *t, size_t at);

#endif
