/*
 * csvout: rows as CSV (RFC 4180, but lines end in LF) or TSV.
 *
 * CSV: a field is quoted if it holds a comma, a quote, CR or LF, begins or ends with a blank, is
 * empty, or is the text that represents NULL. NULL is that text without quotes, by default nothing:
 * so NULL and "" differ for readers that care. TSV: tab, LF, CR and backslash in a field are
 * written \t \n \r \\, and NULL is \N by default. Both: arrays and maps as JSON text, doubles as
 * the shortest text that reads back (also NaN, Infinity, -Infinity), booleans true and false,
 * binary columns in base64; other bytes pass as they are.
 */
#ifndef CSVOUT_H
#define CSVOUT_H

#include "value/mp.h"
#include "format/textout.h"

struct csvout {
	const char *null; /* the text that represents NULL */

	/* private */
	struct textout *to;
	/* mistakable: a number or true might read as NULL */
	bool tabs, mistakable;
	struct sink escape; /* what `inner` writes, escaped, into `to` */
	struct textout inner;
};

/* `to` and null are borrowed; null NULL: the default. */
void csvout_init(struct csvout *c, bool tabs, const char *null, struct textout *to);
void csvout_free(struct csvout *c);
void csvout_text(struct csvout *c, const char *p, size_t n);
void csvout_comma(struct csvout *c);
void csvout_newline(struct csvout *c);
/* The whole value at p, whose token is v. */
int csvout_value(struct csvout *c, const struct mp *v, const char *p, const char *end, bool binary,
	struct fail *f);

#endif
