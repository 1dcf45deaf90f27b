/* Parameters from query strings and bodies. */
#include "http/params.h"
#include "base/mem.h"
#include "base/url.h"
#include "store/jsontext.h"
#include "http/answer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* No NUL: what follows it would be lost. Nor more than any call has, by far. */
static int set(json_t *out, const char *name, const char *value, size_t n)
{
	json_t *text = memchr(value, '\0', n) || json_object_size(out) >= PARAMS_MAX
		? NULL
		: json_stringn(value, n);

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
		char *name = url_unescape(p, (size_t)(name_end - p), true);
		char *value =
			url_unescape(eq ? eq + 1 : stop, eq ? (size_t)(stop - eq - 1) : 0, true);
		int rc = !name || !value || (*name && set(out, name, value, strlen(value)));

		free(name);
		free(value);
		if (rc)
			return -1;
		p = amp ? amp + 1 : end;
	}
	return 0;
}

/* A member of a JSON object; what is not text becomes its JSON. */
static int set_member(json_t *out, const char *name, json_t *v)
{
	char *text;
	int rc;

	if (json_is_null(v))
		return 0;
	if (json_is_string(v) && json_object_size(out) < PARAMS_MAX)
		return json_object_set(out, name, v);
	text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
	rc = !text || set(out, name, text, strlen(text)) ? -1 : 0;
	free(text);
	return rc;
}

static int read_json(json_t *out, const char *p, size_t n)
{
	json_t *j = jsontext_parse(p, n), *v;
	const char *name;
	int rc = 0;

	if (!json_is_object(j)) {
		json_decref(j);
		return -1;
	}
	json_object_foreach(j, name, v)
		rc |= set_member(out, name, v);
	json_decref(j);
	return rc ? -1 : 0;
}

/* --- multipart/form-data (RFC 7578), cut by libmicrohttpd */

struct multipart {
	json_t *out;
	char *name; /* of the part that `value` belongs to, or NULL */
	struct buf value;
	bool bad;
};

static void end_part(struct multipart *m)
{
	if (m->name)
		m->bad |= set(m->out, m->name, m->value.p ? m->value.p : "", m->value.len) != 0;
	free(m->name);
	m->name = NULL;
	m->value.len = 0;
}

/* A piece of a part's value; at offset 0 the part begins. */
static enum MHD_Result take_piece(void *cls, enum MHD_ValueKind kind, const char *name,
	const char *file, const char *type, const char *encoding, const char *data, uint64_t offset,
	size_t n)
{
	struct multipart *m = cls;

	(void)kind;
	(void)file;
	(void)type;
	(void)encoding;
	if (offset == 0) {
		end_part(m);
		m->name = name ? mem_string(name) : NULL;
	}
	m->bad |= !m->name || buf_put(&m->value, data, n);
	return m->bad ? MHD_NO : MHD_YES;
}

static int read_multipart(json_t *out, struct MHD_Connection *conn, const char *p, size_t n)
{
	struct multipart m = { .out = out };
	struct MHD_PostProcessor *pp =
		conn ? MHD_create_post_processor(conn, 4 << 10, take_piece, &m) : NULL;

	if (!pp)
		return -1;
	buf_init(&m.value, n);
	m.bad = MHD_post_process(pp, p, n) != MHD_YES;
	end_part(&m);
	m.bad |= MHD_destroy_post_processor(pp) != MHD_YES;
	buf_free(&m.value);
	return m.bad ? -1 : 0;
}

int params_parse(json_t *out, struct MHD_Connection *conn, const char *query, const char *type,
	const char *body, size_t n)
{
	if (query && read_form(out, query, strlen(query)))
		return -1;
	if (n == 0)
		return 0;
	if (type && strncasecmp(type, "multipart/form-data", 19) == 0)
		return read_multipart(out, conn, body, n);
	if (*body == '{')
		return read_json(out, body, n);
	return type && strncasecmp(type, "application/json", 16) == 0 ? -1
								      : read_form(out, body, n);
}

int params_read(struct request *r)
{
	const char *type = MHD_lookup_connection_value(r->conn, MHD_HEADER_KIND, "Content-Type"),
		   *query = strchr(r->target, '?');
	int rc = params_parse(r->params, r->conn, query ? query + 1 : NULL, type, r->body.p,
		r->body.len);

	if (rc)
		answer_error(r, 400,
			"The parameters cannot be read: not UTF-8, or not what the Content-Type "
			"says");
	return rc;
}

const char *params_text(const struct request *r, const char *name)
{
	const char *s = json_string_value(json_object_get(r->params, name));

	return s && *s ? s : NULL;
}

bool params_true(const struct request *r, const char *name)
{
	const char *s = params_text(r, name);

	return s && (strcasecmp(s, "true") == 0 || strcmp(s, "1") == 0);
}

int params_int(struct request *r, const char *name, int64_t min, int64_t max, int64_t none,
	int64_t *out)
{
	const char *s = params_text(r, name);
	char *end;
	long long v;

	*out = none;
	if (!s)
		return 0;
	v = strtoll(s, &end, 10);
	if (*end || v < min || v > max) {
		answer_error(r, 422, "Validation failed: '%s' must be an integer from %lld to %lld",
			name, (long long)min, (long long)max);
		return -1;
	}
	*out = v;
	return 0;
}
