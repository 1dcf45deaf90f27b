/* Removing what others must not see. */
#include "wire/masked.h"
#include "base/buf.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { HEX_MIN = 16 };
static const char digits[] = "0123456789", hex[] = "0123456789abcdefABCDEF";

/* How long the key at p is, or 0. */
static size_t key_at(const char *p)
{
	size_t n = strspn(p, digits), k;

	if (n > 0 && p[n] == '/')
		n++;
	else if (n > 0 && strncasecmp(p + n, "%2f", 3) == 0)
		n += 3;
	else
		n = 0;
	k = strspn(p + n, hex);
	return k >= HEX_MIN && (n > 0 || k >= 40) ? n + k : 0;
}

/* How long the part before the @ of the URL is whose "//" ends at p, or 0. */
static size_t user_at(const char *start, const char *p)
{
	size_t n = strcspn(p, "@ \t\r\n\"'?");

	return p - start >= 3 && strncmp(p - 3, "://", 3) == 0 && p[n] == '@' ? n : 0;
}

char *masked_text(const char *s)
{
	size_t n;
	char *out;
	struct buf b;

	buf_init(&b, 4 * strlen(s) + 16);
	for (const char *p = s; *p; p += n) {
		if ((n = user_at(s, p)) || (n = key_at(p)))
			buf_puts(&b, MASKED);
		else if ((n = strspn(p, hex))) /* a word of them as a whole */
			buf_put(&b, p, n);
		else
			buf_put(&b, p, n = 1);
	}
	out = mem_string(buf_text(&b));
	buf_free(&b);
	return out;
}

char *masked_path(const char *path)
{
	struct buf b;
	char *out;

	buf_init(&b, 4 * strlen(path) + 16);
	for (const char *p = path;;) {
		size_t n = strcspn(p, "/");
		char *segment = mem_copy(p, n), *masked = masked_text(segment);

		buf_puts(&b, masked);
		free(segment);
		free(masked);
		if (!p[n])
			break;
		buf_putc(&b, '/');
		p += n + 1;
	}
	out = mem_string(buf_text(&b));
	buf_free(&b);
	return out;
}

/* Connections to other services have settings of their own. */
static bool sounds_secret(const char *name)
{
	static const char *const parts[] = { "secret", "token", "passw", "passphrase", "credential",
		"private_key", "access_key" };

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (strstr(name, parts[i]))
			return true;
	return false;
}

static bool is_secret(const char *name)
{
	static const char *const names[] = { "apikey", "apikeys", "api_key", "key", "password",
		"value", "user", "email", "phone", "first_name", "last_name", "user_name",
		"gravatar_url", "organization", "cmdout", "stderr", "description" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return sounds_secret(name);
}

static json_t *hidden(const json_t *j)
{
	return json_is_string(j) ? json_string(MASKED) : json_is_array(j) ? json_array()
									   : json_null();
}

json_t *masked_json(const json_t *j)
{
	const char *name;
	char *text;
	json_t *v, *out;
	size_t i;

	if (json_is_string(j)) {
		text = masked_text(json_string_value(j));
		out = json_string(text);
		free(text);
	} else if (json_is_array(j)) {
		out = json_array();
		json_array_foreach(j, i, v)
			json_array_append_new(out, masked_json(v));
	} else if (json_is_object(j)) {
		out = json_object();
		json_object_foreach((json_t *)j, name, v) {
			text = masked_text(name);
			json_object_set_new(out, text,
				is_secret(name) ? hidden(v) : masked_json(v));
			free(text);
		}
	} else {
		out = json_deep_copy(j);
	}
	return out;
}

bool masked_is_rows(const char *path)
{
	static const char *const calls[] = { "job/result/", "table/tail/",
		"bulk_import/error_records/" };

	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (strncmp(path, calls[i], strlen(calls[i])) == 0)
			return true;
	return false;
}
