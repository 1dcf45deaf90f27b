/*
 * csvescape: records of text whose special characters are escaped, as MySQL, PostgreSQL's COPY and
 * td-fetch's TSV write them.
 *
 * An escape character makes the delimiter, the quote, a line end or itself an ordinary character. A
 * backslash also begins \t \n \r \b \f \v \0 as in C, and a cell that is \N is NULL (CELL_NONE).
 * Quotes, if used, also work as in CSV. If `strict`, any other character after a backslash is an
 * error.
 */
#ifndef CSVESCAPE_H
#define CSVESCAPE_H

#include "format/csvscan.h"

/*
 * The record at p, as csvscan_row() gives it, its cells in s->text. SCAN_HARD: *why says what is
 * wrong, in cell s->n.
 */
enum csvscan_result csvescape_row(struct csvscan *s, char escape, bool strict, const char *p,
	const char *end, bool last, const char **why);

#endif
