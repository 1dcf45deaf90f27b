/*
 * words: SQL cut into words: names, quoted names, texts, numbers, signs. Blanks and comments lie
 * between them. The words point into the text. In Hive "x" is a text and has escapes; elsewhere it
 * is a name. Pure.
 */
#ifndef WORDS_H
#define WORDS_H

#include "base/buf.h"
#include "base/fail.h"

#include <stdbool.h>
#include <stddef.h>

enum word_kind { WORD_END, WORD_NAME, WORD_QUOTED, WORD_TEXT, WORD_NUMBER, WORD_SIGN };

struct word {
	enum word_kind kind;
	const char *p; /* with its quotes */
	size_t n;
	bool apart;    /* something blank is before it */
};

struct words {
	struct word *w; /* the last is of the kind WORD_END */
	size_t n;       /* without it */
};

/* FAIL_DATA: a quote or a comment has no end */
int words_cut(struct words *all, const char *sql, bool hive, struct fail *f);
void words_free(struct words *all);

/*
 * Do these begin here? Names without quotes, in any case, and signs, one blank between them: "at
 * time zone".
 */
bool words_is(const struct word *w, const char *these);
bool words_take(const struct word **w, const char *these); /* and *w is behind them */

bool words_named(const struct word *w); /* is it a name, in quotes or not? */
char *words_name(const struct word *w); /* a name, without its quotes; malloc'ed */
char *words_lower(char *s);             /* s itself */
int words_put_name(struct buf *out, const char *name); /* in quotes, for SQLite; -1: no room */

/*
 * Takes the name of a type, up to a comma or parenthesis that is not its own: in lower case, with
 * blanks only between names. It has no quotes and at most 1000 bytes. malloc'ed; NULL: it is none.
 */
char *words_type(const struct word **w);

#endif
