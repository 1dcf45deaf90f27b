/* sqlname: legal SQL names from any. Unicode by utf8proc. */
#include "value/sqlname.h"

#include <stdbool.h>
#include <stdlib.h>
#include <utf8proc.h>

static bool is_legal(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* The name in NFKC_Casefold; malloc'ed, or NULL if it is not UTF-8. */
static char *folded(const char *name)
{
	return (char *)utf8proc_NFKC_Casefold((const utf8proc_uint8_t *)name);
}

static int put_legal(struct buf *out, const char *p, const char *end)
{
	bool in_run = false;

	if (p < end && *p >= '0' && *p <= '9' && buf_putc(out, '_'))
		return -1;
	for (; p < end; p++) {
		bool good = is_legal(*p);

		if ((good || !in_run) && buf_putc(out, good ? *p : '_'))
			return -1;
		in_run = !good;
	}
	return 0;
}

int sqlname_make(struct buf *out, const char *name, size_t place)
{
	char *text = folded(name);
	const char *p = text ? text : name, *end = p + strlen(p);
	size_t start = out->len;
	int rc;

	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	while (p < end && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	rc = p == end ? buf_printf(out, "_c%zu", place) : put_legal(out, p, end);
	free(text);
	if (rc == 0 && out->len == start + 1 && out->p[start] == 'v')
		rc = buf_putc(out, '_');
	return rc;
}
