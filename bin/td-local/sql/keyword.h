/* keyword: words of SQL that name nothing, and what they begin. Pure. */
#ifndef KEYWORD_H
#define KEYWORD_H

#include "sql/words.h"

enum keyword {
	KEYWORD_NONE,   /* a name, a text, a number; a sign that is no comparison */
	KEYWORD_SELECT,
	KEYWORD_CLAUSE, /* ends a list */
	KEYWORD_LOGIC,  /* makes a boolean of the values beside it */
	KEYWORD_VALUE,  /* is one */
	KEYWORD_CASE, KEYWORD_BRANCH, KEYWORD_END_CASE,
	KEYWORD_WINDOW,
	KEYWORD_PLAIN,  /* another */
	KEYWORDS
};

enum keyword keyword_of(const struct word *w);

#endif
