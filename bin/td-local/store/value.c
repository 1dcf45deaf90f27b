/* Values from msgpack to text and JSON, and from JSON to msgpack. */
#include "store/value.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "format/jsonout.h"
#include "format/textout.h"

#include <msgpack/pack.h>
#include <stdlib.h>

/* Text on its way into a buffer that has a ceiling; the space is on the stack, values are many. */
struct writer {
	struct sink sink;
	struct buf *out;
	struct textout text;
	char space[TEXTOUT_SIZE];
};

static int put(struct sink *self, const void *p, size_t n, struct fail *f)
{
	struct writer *w = (struct writer *)self;

	return buf_put(w->out, p, n) ? fail_set(f, FAIL_DATA, "a value is too long") : 0;
}

static void start(struct writer *w, struct buf *out)
{
	w->sink = (struct sink){ .put = put, .name = "a buffer" };
	w->out = out;
	w->text = (struct textout){ .to = &w->sink, .p = w->space };
}

/* Text that may not be UTF-8: each byte that is not becomes U+FFFD. */
static int json_text(struct textout *t, const char *s, size_t n, struct fail *f)
{
	char *clean, *to;
	int rc;

	if (utf8_is(s, n))
		return jsonout_string(t, s, n, f);
	to = clean = mem_alloc(3 * n);
	while (n > 0) {
		uint32_t c;
		unsigned len = utf8_next(s, n, &c);

		memcpy(to, len ? s : "\xef\xbf\xbd", len ? len : 3);
		to += len ? len : 3;
		s += len ? len : 1;
		n -= len ? len : 1;
	}
	rc = jsonout_string(t, clean, (size_t)(to - clean), f);
	free(clean);
	return rc;
}

static bool is_text(const struct mp *t)
{
	return t->type == MP_STR || t->type == MP_BIN || t->type == MP_EXT;
}

/*
 * A value as JSON; returns where it ends, or NULL. Unlike jsonout_value() it takes what the real
 * service takes: text in any encoding, and keys of any type. Depth is bounded: the value was
 * walked.
 */
static const char *json_at(struct textout *t, const char *p, const char *end, bool key,
	struct fail *f)
{
	struct mp v;
	ptrdiff_t n = mp_token(p, end, &v);

	if (n <= 0)
		return NULL;
	p += n;
	if (is_text(&v))
		return json_text(t, v.as.p, v.n, f) ? NULL : p;
	if (v.type != MP_ARRAY && v.type != MP_MAP) {
		if (key)
			textout_putc(t, '"');
		jsonout_scalar(t, &v, f);
		if (key)
			textout_putc(t, '"');
		return f->kind ? NULL : p;
	}
	textout_putc(t, v.type == MP_MAP ? '{' : '[');
	for (uint32_t i = 0; i < v.n && p; i++) {
		if (i)
			textout_putc(t, ',');
		if (v.type == MP_MAP) {
			p = json_at(t, p, end, true, f);
			textout_putc(t, ':');
		}
		p = p ? json_at(t, p, end, false, f) : NULL;
	}
	textout_putc(t, v.type == MP_MAP ? '}' : ']');
	return p;
}

int value_json(const char *p, const char *end, struct buf *out)
{
	struct fail f = { 0 };
	struct writer w;

	start(&w, out);
	return json_at(&w.text, p, end, false, &f) && textout_flush(&w.text, &f) == 0 ? 0 : -1;
}

int value_text(const char *p, const char *end, struct buf *out)
{
	struct fail f = { 0 };
	struct writer w;
	struct mp t;

	if (mp_token(p, end, &t) <= 0)
		return -1;
	if (t.type == MP_NIL)
		return 0;
	if (is_text(&t))
		return buf_put(out, t.as.p, t.n);
	if (t.type != MP_FLOAT)
		return value_json(p, end, out);
	start(&w, out);
	textout_double(&w.text, t.as.d);
	return textout_flush(&w.text, &f);
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
	case JSON_TRUE:
	case JSON_FALSE: return value_put_bool(out, json_is_true(j));
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
