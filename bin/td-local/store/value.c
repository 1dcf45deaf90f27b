#include "store/value.h"

#include <inttypes.h>
#include <math.h>
#include <msgpack/pack.h>
#include <stdio.h>
#include <stdlib.h>

void value_double(char out[32], double d)
{
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(out, 32, "%.*g", digits, d);
		if (strtod(out, NULL) == d)
			break;
	}
	if (isfinite(d) && !strpbrk(out, ".e"))
		memcpy(out + strlen(out), ".0", sizeof ".0");
}

/* Length of the UTF-8 character at p (RFC 3629), 0 if there is none. */
static size_t utf8(const unsigned char *p, size_t n)
{
	size_t len = p[0] < 0x80              ? 1
		: p[0] >= 0xc2 && p[0] < 0xe0 ? 2
		: p[0] >= 0xe0 && p[0] < 0xf0 ? 3
		: p[0] >= 0xf0 && p[0] < 0xf5 ? 4
					      : 0;

	if (len > n)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
		(p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return len;
}

static int json_text(const char *text, size_t n, struct buf *out)
{
	const unsigned char *p = (const unsigned char *)text;
	int rc = buf_putc(out, '"');

	while (n > 0 && rc == 0) {
		size_t len = utf8(p, n);

		if (len == 0)
			rc = buf_puts(out, "\xef\xbf\xbd");
		else if (*p == '"' || *p == '\\')
			rc = buf_putc(out, '\\') || buf_putc(out, (char)*p) ? -1 : 0;
		else if (*p == '\n')
			rc = buf_puts(out, "\\n");
		else if (*p == '\t')
			rc = buf_puts(out, "\\t");
		else if (*p == '\r')
			rc = buf_puts(out, "\\r");
		else if (*p < 0x20)
			rc = buf_printf(out, "\\u%04x", (unsigned)*p);
		else
			rc = buf_put(out, p, len);
		p += len ? len : 1;
		n -= len ? len : 1;
	}
	return rc || buf_putc(out, '"') ? -1 : 0;
}

static int json_scalar(const struct mp *t, struct buf *out)
{
	char num[32];

	switch (t->type) {
	case MP_NIL: return buf_puts(out, "null");
	case MP_BOOL: return buf_puts(out, t->as.u ? "true" : "false");
	case MP_UINT: return buf_printf(out, "%" PRIu64, t->as.u);
	case MP_INT: return buf_printf(out, "%" PRId64, t->as.i);
	case MP_FLOAT:
		if (!isfinite(t->as.d))
			return buf_puts(out, "null");
		value_double(num, t->as.d);
		return buf_puts(out, num);
	default: return json_text(t->as.p, t->n, out);
	}
}

/* Returns where the value ends, or NULL. Depth is bounded: the value was walked before. */
static const char *json_at(const char *p, const char *end, struct buf *out, bool key)
{
	struct mp t;
	ptrdiff_t n = mp_token(p, end, &t);

	if (n <= 0)
		return NULL;
	p += n;
	if (t.type != MP_ARRAY && t.type != MP_MAP) {
		bool quote = key && t.type != MP_STR && t.type != MP_BIN && t.type != MP_EXT;

		return (quote && buf_putc(out, '"')) || json_scalar(&t, out) ||
				(quote && buf_putc(out, '"'))
			? NULL
			: p;
	}
	if (buf_putc(out, t.type == MP_MAP ? '{' : '['))
		return NULL;
	for (uint32_t i = 0; i < t.n; i++) {
		if (i && buf_putc(out, ','))
			return NULL;
		if (t.type == MP_MAP && (!(p = json_at(p, end, out, true)) || buf_putc(out, ':')))
			return NULL;
		if (!(p = json_at(p, end, out, false)))
			return NULL;
	}
	return buf_putc(out, t.type == MP_MAP ? '}' : ']') ? NULL : p;
}

int value_json(const char *p, const char *end, struct buf *out)
{
	return json_at(p, end, out, false) ? 0 : -1;
}

int value_text(const char *p, const char *end, struct buf *out)
{
	struct mp t;
	char num[32];

	if (mp_token(p, end, &t) <= 0)
		return -1;
	if (t.type == MP_NIL)
		return 0;
	if (t.type == MP_STR || t.type == MP_BIN || t.type == MP_EXT)
		return buf_put(out, t.as.p, t.n);
	if (t.type == MP_FLOAT) {
		value_double(num, t.as.d);
		return buf_puts(out,
			isnan(t.as.d)           ? "NaN"
				: isinf(t.as.d) ? t.as.d < 0 ? "-Infinity" : "Infinity"
						: num);
	}
	return value_json(p, end, out);
}

/* --- msgpack */

static int append(void *data, const char *p, size_t n)
{
	return buf_put(data, p, n);
}

static msgpack_packer packer(struct buf *out)
{
	msgpack_packer pk;

	msgpack_packer_init(&pk, out, append);
	return pk;
}

int value_put_nil(struct buf *out)
{
	return buf_putc(out, (char)0xc0);
}

int value_put_bool(struct buf *out, bool b)
{
	return buf_putc(out, (char)(b ? 0xc3 : 0xc2));
}

int value_put_int(struct buf *out, int64_t v)
{
	msgpack_packer pk = packer(out);

	return msgpack_pack_int64(&pk, v);
}

int value_put_double(struct buf *out, double d)
{
	msgpack_packer pk = packer(out);

	return msgpack_pack_double(&pk, d);
}

int value_put_str(struct buf *out, const char *p, size_t n)
{
	msgpack_packer pk = packer(out);

	return msgpack_pack_str(&pk, n) || msgpack_pack_str_body(&pk, p, n) ? -1 : 0;
}

int value_put_array(struct buf *out, size_t n)
{
	msgpack_packer pk = packer(out);

	return msgpack_pack_array(&pk, n);
}

int value_put_map(struct buf *out, size_t n)
{
	msgpack_packer pk = packer(out);

	return msgpack_pack_map(&pk, n);
}

int value_put_json(struct buf *out, const json_t *j)
{
	const char *name;
	json_t *v;
	size_t i;

	switch (json_typeof(j)) {
	case JSON_NULL: return value_put_nil(out);
	case JSON_TRUE: case JSON_FALSE: return value_put_bool(out, json_is_true(j));
	case JSON_INTEGER: return value_put_int(out, json_integer_value(j));
	case JSON_REAL: return value_put_double(out, json_real_value(j));
	case JSON_STRING: return value_put_str(out, json_string_value(j), json_string_length(j));
	case JSON_ARRAY:
		if (value_put_array(out, json_array_size(j)))
			return -1;
		json_array_foreach(j, i, v)
			if (value_put_json(out, v))
				return -1;
		return 0;
	case JSON_OBJECT:
		if (value_put_map(out, json_object_size(j)))
			return -1;
		json_object_foreach((json_t *)j, name, v)
			if (value_put_str(out, name, strlen(name)) || value_put_json(out, v))
				return -1;
		return 0;
	}
	return -1;
}
