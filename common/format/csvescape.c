/* Records whose special characters are escaped by a backslash or another character. */
#include "format/csvescape.h"

#include <string.h>

struct cursor {
	struct csvscan *s;
	char escape;
	bool strict;
	const char *p, *end, *start; /* start: of the current cell */
	bool last, lines; /* lines: there is a line end inside a cell */
	const char **why;
	char *out; /* in s->text */
};

static char meaning(const struct cursor *c, char letter)
{
	/* 0: the NUL at the end */
	static const char letters[] = "tnrbfv0", meanings[] = "\t\n\r\b\f\v";
	const char *at = c->escape == '\\' && letter ? strchr(letters, letter) : NULL;

	return at ? meanings[at - letters] : letter;
}

static bool is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

static bool ends_cell(const struct cursor *c)
{
	return c->p == c->end || *c->p == c->s->delim || is_line_end(*c->p);
}

/* Does a writer use this escape? \N is a whole cell. */
static bool is_escape(const struct cursor *c, char letter)
{
	if (letter == 'N')
		return c->p == c->start && (c->p + 2 == c->end || c->p[2] == c->s->delim ||
						   is_line_end(c->p[2]));
	return letter == c->escape || letter == c->s->delim || is_line_end(letter) ||
		(letter && strchr("tnrbfv0", letter)) || (c->s->quote && letter == c->s->quote);
}

/* The escape at the cursor and what it escapes. */
static enum csvscan_result escaped(struct cursor *c)
{
	if (c->p + 1 == c->end) {
		*c->why = "an escape at the end of the input";
		return c->last ? SCAN_HARD : SCAN_MORE;
	}
	if (c->strict && !is_escape(c, c->p[1])) {
		*c->why = "an unknown escape: if backslashes are text, give --escape none";
		return SCAN_HARD;
	}
	c->lines |= is_line_end(c->p[1]);
	*c->out++ = meaning(c, c->p[1]);
	c->p += 2;
	return SCAN_ROW;
}

static enum csvscan_result plain(struct cursor *c)
{
	enum csvscan_result rc = SCAN_ROW;

	while (rc == SCAN_ROW && !ends_cell(c)) {
		if (*c->p == c->escape)
			rc = escaped(c);
		else
			*c->out++ = *c->p++;
	}
	return rc;
}

/* The cursor is at the opening quote. */
static enum csvscan_result quoted(struct cursor *c)
{
	enum csvscan_result rc = SCAN_ROW;

	for (c->p++; rc == SCAN_ROW;) {
		if (c->p == c->end) {
			*c->why = "a quote that is never closed";
			return c->last ? SCAN_HARD : SCAN_MORE;
		}
		if (*c->p == c->escape) {
			rc = escaped(c);
		} else if (*c->p != c->s->quote) {
			c->lines |= is_line_end(*c->p);
			*c->out++ = *c->p++;
		} else if (c->p + 1 == c->end && !c->last) {
			return SCAN_MORE;
		} else if (c->p + 1 < c->end && c->p[1] == c->s->quote) {
			*c->out++ = *c->p;
			c->p += 2;
		} else {
			c->p++;
			*c->why = "text after the closing quote of a cell";
			return ends_cell(c) ? SCAN_ROW : SCAN_HARD;
		}
	}
	return rc;
}

static enum csvscan_result cell(struct cursor *c)
{
	const char *start = c->p;
	char *text = c->out;
	bool quotes = c->s->quote && start < c->end && *start == c->s->quote;
	enum csvscan_result rc = (c->start = start, quotes ? quoted(c) : plain(c));
	size_t n = (size_t)(c->out - text);

	if (rc != SCAN_ROW)
		return rc;
	if (c->p == c->end && !c->last)
		return SCAN_MORE;
	if (c->escape == '\\' && c->p - start == 2 && start[0] == '\\' && start[1] == 'N')
		csvscan_add(c->s, text, 0, CELL_NONE);
	else
		csvscan_add(c->s, text, n, quotes ? CELL_QUOTED : CELL_TEXT);
	return SCAN_ROW;
}

enum csvscan_result csvescape_row(struct csvscan *s, char escape, bool strict, const char *p,
	const char *end, bool last, const char **why)
{
	struct cursor c = { s, escape, strict, p, end, p, last, false, why, s->text };

	s->n = 0;
	s->unusual = p;
	for (;;) {
		enum csvscan_result rc = cell(&c);

		if (rc != SCAN_ROW)
			return rc;
		if (c.p == end || *c.p != s->delim)
			break;
		c.p++;
		if (c.p == end && !last)
			return SCAN_MORE;
	}
	if (c.p < end && *c.p == '\r') {
		if (c.p + 1 == end && !last)
			return SCAN_MORE;
		c.p += c.p + 1 < end && c.p[1] == '\n';
	}
	s->length = (size_t)(c.p - p) + (c.p < end);
	s->lines = c.lines ? csvscan_lines(p, p + s->length) : c.p < end;
	s->unusual_end = p + s->length;
	return SCAN_ROW;
}
