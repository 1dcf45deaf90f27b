/* Pages of HTML: their frame, tables, and text that stays text. */
#include "http/html.h"
#include "base/utf8.h"
#include "base/visible.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char html_style[] =
	"body { font: 15px/1.45 system-ui, sans-serif; margin: 1.5em auto; max-width: 75em; "
	"padding: 0 1em; color: #1b1f24; background: #fff }\n"
	"h1 { font-size: 1.4em } h2 { font-size: 1.1em; margin: 1.6em 0 .4em }\n"
	"table { border-collapse: collapse; display: block; overflow-x: auto }\n"
	"th, td { text-align: left; padding: .15em .9em .15em 0; vertical-align: top; "
	"border-bottom: 1px solid #d8dee4; white-space: pre-wrap; max-width: 40em }\n"
	"td.n { text-align: right } pre { background: #f6f8fa; padding: .7em; overflow-x: auto }\n"
	"a { color: #0550ae } p.note { color: #57606a }\n"
	"@media (prefers-color-scheme: dark) { body { color: #d8dee4; background: #15191e } "
	"pre { background: #22272e } th, td { border-color: #373e47 } a { color: #6cb6ff } "
	"p.note { color: #909dab } }\n";

void html_add(struct buf *b, const char *markup)
{
	buf_puts(b, markup);
}

static const char *entity(uint32_t c)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\'': return "&#39;";
	default: return NULL;
	}
}

void html_text(struct buf *b, const char *p, size_t n)
{
	while (n > 0) {
		uint32_t c = 0;
		unsigned len = utf8_next(p, n, &c);
		const char *name = len ? entity(c) : "\xef\xbf\xbd";

		if (len && !visible_char(c) && c != '\n' && c != '\t')
			name = "\xef\xbf\xbd";
		if (name)
			buf_puts(b, name);
		else
			buf_put(b, p, len);
		p += len ? len : 1;
		n -= len ? len : 1;
	}
}

void html_segment(struct buf *b, const char *s)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-_";

	for (; *s; s++) {
		if (strchr(plain, *s))
			buf_putc(b, *s);
		else
			buf_printf(b, "%%%02X", (unsigned)(unsigned char)*s);
	}
}

void html_open(struct buf *b, const char *title)
{
	html_add(b,
		"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
		"<meta name=\"viewport\" content=\"width=device-width\"><title>");
	html_text(b, title, strlen(title));
	html_add(b, "</title><link rel=\"stylesheet\" href=\"" HTML_STYLE_PATH "\">"
		    "<link rel=\"icon\" href=\"data:,\"></head><body>\n<h1>");
	html_text(b, title, strlen(title));
	html_add(b, "</h1>\n");
}

void html_close(struct buf *b)
{
	html_add(b, "</body></html>\n");
}

void html_table(struct buf *b, const char *columns)
{
	html_add(b, "<table><thead><tr>");
	for (const char *p = columns;; p++) {
		size_t n = strcspn(p, "|");

		html_add(b, "<th scope=\"col\">");
		html_text(b, p, n);
		html_add(b, "</th>");
		p += n;
		if (!*p)
			break;
	}
	html_add(b, "</tr></thead><tbody>\n");
}

void html_end_table(struct buf *b)
{
	html_add(b, "</tbody></table>\n");
}

void html_row(struct buf *b)
{
	html_add(b, "<tr>");
}

void html_end_row(struct buf *b)
{
	html_add(b, "</tr>\n");
}

void html_cell_text(struct buf *b, const char *p, size_t n)
{
	size_t keep = n;

	if (n > HTML_CELL_MAX) /* after a whole character */
		for (keep = HTML_CELL_MAX; keep > 0 && (p[keep] & 0xc0) == 0x80;)
			keep--;
	html_add(b, "<td>");
	html_text(b, p, keep);
	html_add(b, keep < n ? "…</td>" : "</td>");
}

void html_cell(struct buf *b, const char *s)
{
	html_cell_text(b, s, strlen(s));
}

void html_cell_number(struct buf *b, int64_t n)
{
	buf_printf(b, "<td class=\"n\">%" PRId64 "</td>", n);
}

void html_note(struct buf *b, const char *s)
{
	html_add(b, "<p class=\"note\">");
	html_text(b, s, strlen(s));
	html_add(b, "</p>\n");
}

void html_block(struct buf *b, const char *heading, const char *s)
{
	html_add(b, "<h2>");
	html_text(b, heading, strlen(heading));
	html_add(b, "</h2>\n<pre>");
	html_text(b, s, strlen(s));
	html_add(b, "</pre>\n");
}
