/*
 * html: pages of HTML. Markup is ours and goes in by html_add(); whatever comes from outside goes
 * in by html_text() and its kind, where it cannot become markup. Texts that are not UTF-8, and
 * characters that cannot be seen or change the direction of writing, show as U+FFFD.
 *
 * A page has a ceiling, that of its buffer; what is beyond it is left out.
 */
#ifndef HTML_H
#define HTML_H

#include "base/buf.h"

#include <stdint.h>

/* The style sheet of html_open(); it is served at HTML_STYLE_PATH. */
#define HTML_STYLE_PATH "/page/style.css"
extern const char html_style[];

void html_open(struct buf *b, const char *title); /* up to the heading, which is the title */
void html_close(struct buf *b);

void html_add(struct buf *b, const char *markup);
void html_text(struct buf *b, const char *p, size_t n);

/* A text as one segment of a path, inside an attribute in quotes. */
void html_segment(struct buf *b, const char *s);

/* The heads of columns, separated by '|'; rows follow, and then html_end_table(). */
void html_table(struct buf *b, const char *columns);
void html_end_table(struct buf *b);

/* A row, and its cells; a text of more than HTML_CELL_MAX bytes is cut. */
enum { HTML_CELL_MAX = 200 };
void html_row(struct buf *b);
void html_end_row(struct buf *b);
void html_cell(struct buf *b, const char *s);
void html_cell_text(struct buf *b, const char *p, size_t n);
void html_cell_number(struct buf *b, int64_t n);

/* A paragraph that says that there is nothing, or the like. */
void html_note(struct buf *b, const char *s);

/* A block of text as it is, under a heading. */
void html_block(struct buf *b, const char *heading, const char *s);

#endif
