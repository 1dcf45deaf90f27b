/* td-put: the records that the import refused. */
#include "put.h"

#include "base/die.h"
#include "frame/gunzip.h"
#include "format/jsonout.h"
#include "value/mp.h"

enum { SHOWN_ERRORS = 3, SHOWN_CHARS = 300 };

/* A sink for the beginning of something: what does not fit is dropped. */
struct beginning {
	struct sink sink;
	struct buf b;
};

static int beginning_put(struct sink *s, const void *p, size_t n, struct fail *f)
{
	struct buf *b = &((struct beginning *)s)->b;

	(void)f;
	return buf_put(b, p, n < b->max - b->len ? n : b->max - b->len);
}

static void show_record(unsigned i, const char *p, const char *end)
{
	struct beginning text = { { beginning_put, "text" }, { .max = SHOWN_CHARS } };
	struct fail ignored = { 0 };
	const char *why = records_fault(p, end);
	struct textout t;

	textout_init(&t, &text.sink);
	jsonout_value(&t, p, end, &ignored);
	textout_flush(&t, &ignored);
	warn("error record %u%s%s: %s", i, why ? ", " : "", why ? why : "", buf_text(&text.b));
	textout_free(&t);
	buf_free(&text.b);
}

/*
 * The first records that the import refused. Failing to show them does not matter beside the
 * failure at hand.
 */
void errors_show(struct load *l)
{
	struct beginning plain = { { beginning_put, "error records" }, { .max = 64 << 10 } };
	struct fail ignored = { 0 };
	struct gunzip g;
	const char *p, *end;

	if (gunzip_init(&g, &plain.sink, NULL, &ignored) == 0)
		api_session_errors(l->api, l->session, &g.sink, &ignored);
	p = plain.b.p;
	end = p + plain.b.len;
	for (unsigned i = 1; i <= SHOWN_ERRORS && p < end; i++) {
		ptrdiff_t n = mp_value(p, end);

		if (n <= 0)
			break;
		show_record(i, p, p + n);
		p += n;
	}
	gunzip_free(&g);
	buf_free(&plain.b);
}
