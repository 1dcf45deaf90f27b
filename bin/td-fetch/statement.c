/* td-fetch: tells statements that write, and so return no rows, by their first word. */
#include "fetch.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Past blanks, comments, semicolons and opening brackets. */
static const char *skip(const char *p)
{
	for (;;) {
		const char *end;

		p += strspn(p, " \t\r\n\f\v(");
		if (strncmp(p, "--", 2) == 0) {
			p += strcspn(p, "\n");
		} else if (strncmp(p, "/*", 2) == 0) {
			end = strstr(p + 2, "*/");
			p = end ? end + 2 : p + strlen(p);
		} else {
			return p;
		}
	}
}

static size_t word(const char *p)
{
	size_t n = 0;

	while (isalnum((unsigned char)p[n]) || p[n] == '_')
		n++;
	return n;
}

static bool is_word(const char *p, const char *name)
{
	return word(p) == strlen(name) && strncasecmp(p, name, strlen(name)) == 0;
}

/* The next word, quoted name or other sign. */
static const char *next(const char *p)
{
	const char *end;

	if (*p == '\'' || *p == '"' || *p == '`') {
		end = strchr(p + 1, *p);
		p = end ? end + 1 : p + strlen(p);
	} else {
		p += word(p) > 0 ? word(p) : 1;
	}
	return skip(p);
}

static bool is_one_of(const char *p, const char *const *names)
{
	for (; *names; names++)
		if (is_word(p, *names))
			return true;
	return false;
}

/* Of the statement at p: 1 it writes, 0 it neither writes nor reads (SET), -1 it may have rows. */
static int kind(const char *p)
{
	static const char *const writing[] = { "INSERT", "CREATE", "DELETE", "DROP", "ALTER",
		"UPDATE", "MERGE", "TRUNCATE", "GRANT", "REVOKE", "ANALYZE", NULL };
	static const char *const neither[] = { "SET", "USE", "ADD", "RESET", NULL };
	static const char *const prefix[] = { "WITH", "FROM", NULL };

	if (is_one_of(p, writing))
		return 1;
	if (is_one_of(p, neither))
		return 0;
	if (!is_one_of(p, prefix))
		return -1;
	for (; *p && *p != ';'; p = next(p)) /* WITH ... INSERT, and Hive's FROM ... INSERT */
		if (is_word(p, "INSERT"))
			return 1;
	return -1;
}

bool statement_writes(const char *sql, char name[STATEMENT_NAME])
{
	bool writes = false;

	for (const char *p = skip(sql); *p;) {
		int k = kind(p);

		if (k < 0)
			return false;
		if (k > 0) {
			size_t n = 0;

			for (; n < word(p) && n + 1 < STATEMENT_NAME; n++)
				name[n] = (char)toupper((unsigned char)p[n]);
			name[n] = '\0';
			writes = true;
		}
		while (*p && *p != ';')
			p = next(p);
		while (*p == ';')
			p = skip(p + 1);
	}
	return writes;
}
