#define _GNU_SOURCE /* memmem, strcasestr: BSDs have them without */
#include "http/params.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int hex(char c)
{
	return c >= '0' && c <= '9'    ? c - '0'
		: c >= 'a' && c <= 'f' ? c - 'a' + 10
		: c >= 'A' && c <= 'F' ? c - 'A' + 10
				       : -1;
}

char *params_unescape(const char *p, size_t n, bool plus)
{
	char *s = mem_alloc(n + 1), *to = s;

	for (const char *end = p + n; p < end; p++) {
		char c = *p;

		if (c == '%') {
			int hi = end - p > 2 ? hex(p[1]) : -1, lo = hi >= 0 ? hex(p[2]) : -1;

			if (lo < 0)
				goto bad;
			c = (char)(hi << 4 | lo);
			p += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		if (c == '\0')
			goto bad;
		*to++ = c;
	}
	*to = '\0';
	return s;
bad:
	free(s);
	return NULL;
}

/* No NUL: what is behind it would be lost. */
static int set(json_t *out, const char *name, const char *value, size_t n)
{
	json_t *text = memchr(value, '\0', n) ? NULL : json_stringn(value, n);

	if (!text || json_object_set_new(out, name, text))
		return -1;
	return 0;
}

/* a=b&c=d; what is not UTF-8 is an error. */
static int read_form(json_t *out, const char *p, size_t n)
{
	const char *end = p + n;

	while (p < end) {
		const char *amp = memchr(p, '&', (size_t)(end - p)), *stop = amp ? amp : end;
		const char *eq = memchr(p, '=', (size_t)(stop - p)), *name_end = eq ? eq : stop;
		char *name = params_unescape(p, (size_t)(name_end - p), true);
		char *value =
			params_unescape(eq ? eq + 1 : stop, eq ? (size_t)(stop - eq - 1) : 0, true);
		int rc = !name || !value || (*name && set(out, name, value, strlen(value)));

		free(name);
		free(value);
		if (rc)
			return -1;
		p = amp ? amp + 1 : end;
	}
	return 0;
}

static int read_json(json_t *out, const char *p, size_t n)
{
	json_t *j = json_loadb(p, n, 0, NULL), *v;
	const char *name;
	int rc = 0;

	if (!json_is_object(j)) {
		json_decref(j);
		return -1;
	}
	json_object_foreach(j, name, v) {
		char *text;

		if (json_is_null(v))
			continue;
		if (json_is_string(v)) {
			json_object_set(out, name, v);
			continue;
		}
		text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
		rc |= !text || set(out, name, text, strlen(text));
		free(text);
	}
	json_decref(j);
	return rc ? -1 : 0;
}

/* --- multipart/form-data (RFC 7578), small enough to be in memory */

static const char *find(const char *p, const char *end, const char *what, size_t n)
{
	return p < end ? memmem(p, (size_t)(end - p), what, n) : NULL;
}

/* name="..." of a part's Content-Disposition. */
static char *part_name(const char *p, const char *end)
{
	const char *at = p, *stop;

	while ((at = find(at, end, "name=\"", 6))) {
		if (at > p && (at[-1] == ' ' || at[-1] == ';')) {
			at += 6;
			stop = memchr(at, '"', (size_t)(end - at));
			return stop && !memchr(at, '\0', (size_t)(stop - at))
				? mem_copy(at, (size_t)(stop - at))
				: NULL;
		}
		at += 6;
	}
	return NULL;
}

static int read_multipart(json_t *out, const char *type, const char *p, size_t body_len)
{
	const char *b = strcasestr(type, "boundary="), *end = p + body_len;
	char *mark;
	size_t n, len;
	int rc = -1;

	if (!b)
		return -1;
	b += 9;
	n = strcspn(b + (*b == '"'), "\";, \t");
	mark = mem_printf("\r\n--%.*s", (int)n, b + (*b == '"'));
	len = strlen(mark);
	p = find(p, end, mark + 2, len - 2) == p && body_len >= len ? p + len - 2 : NULL;
	while (p && n) {
		const char *head, *stop;
		char *name;

		if (end - p >= 2 && p[0] == '-' && p[1] == '-') {
			rc = 0;
			break;
		}
		head = find(p, end, "\r\n\r\n", 4);
		stop = head ? find(head + 2, end, mark, len) : NULL;
		name = stop ? part_name(p, head) : NULL;
		if (!name ||
			(head + 4 <= stop && set(out, name, head + 4, (size_t)(stop - head - 4)))) {
			free(name);
			break;
		}
		free(name);
		p = stop + len;
	}
	free(mark);
	return rc;
}

int params_parse(json_t *out, const char *query, const char *type, const char *body, size_t n)
{
	if (query && read_form(out, query, strlen(query)))
		return -1;
	if (n == 0)
		return 0;
	if (type && strncasecmp(type, "multipart/form-data", 19) == 0)
		return read_multipart(out, type, body, n);
	if (*body == '{')
		return read_json(out, body, n);
	return type && strncasecmp(type, "application/json", 16) == 0 ? -1
								      : read_form(out, body, n);
}

int params_read(struct req *r)
{
	const char *type = MHD_lookup_connection_value(r->conn, MHD_HEADER_KIND, "Content-Type"),
		   *query = strchr(r->target, '?');
	int rc = params_parse(r->params, query ? query + 1 : NULL, type, r->body.p, r->body.len);

	if (rc)
		req_error(r, 400,
			"The parameters cannot be read: not UTF-8, or not what the Content-Type "
			"says");
	return rc;
}

const char *req_param(const struct req *r, const char *name)
{
	const char *s = json_string_value(json_object_get(r->params, name));

	return s && *s ? s : NULL;
}

bool req_true(const struct req *r, const char *name)
{
	const char *s = req_param(r, name);

	return s && (strcasecmp(s, "true") == 0 || strcmp(s, "1") == 0);
}

int req_int(struct req *r, const char *name, int64_t min, int64_t max, int64_t none, int64_t *out)
{
	const char *s = req_param(r, name);
	char *end;
	long long v;

	*out = none;
	if (!s)
		return 0;
	v = strtoll(s, &end, 10);
	if (*end || v < min || v > max) {
		req_error(r, 422, "Validation failed: '%s' must be an integer from %lld to %lld",
			name, (long long)min, (long long)max);
		return -1;
	}
	*out = v;
	return 0;
}
