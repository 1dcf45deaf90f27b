/* A gzip stream that is pushed: checked, inflated, and passed on with plain headers. */
#include "frame/gunzip.h"
#include "frame/gzip.h"
#include "base/mem.h"
#include "base/num.h"

#include <stdlib.h>

enum { OUT_SIZE = 64 << 10, HEADER_MAX = 256 << 10 };

static int put_raw(struct gunzip *g, const void *p, size_t n, struct fail *f)
{
	return g->raw ? io_put(g->raw, p, n, f) : 0;
}

/* The steps take what they can use of p[0..n): how many bytes, or -1. */

static ssize_t take_header(struct gunzip *g, const char *p, size_t n, struct fail *f)
{
	struct gzip_header h;
	size_t before = g->part.len;
	size_t some = n < HEADER_MAX - before ? n : HEADER_MAX - before;
	ptrdiff_t len;

	if (buf_put(&g->part, p, some))
		return fail_set(f, FAIL_DATA, "a gzip header longer than %d bytes", HEADER_MAX);
	len = gzip_header_parse(g->part.p, g->part.len, &h);
	if (len < 0)
		return fail_set(f, FAIL_DATA, "no gzip member at byte %llu",
			(unsigned long long)(g->taken - before));
	if (len == 0) {
		if (g->part.len == HEADER_MAX)
			return fail_set(f, FAIL_DATA, "a gzip header longer than %d bytes",
				HEADER_MAX);
		return (ssize_t)some;
	}
	inflater_start(g->inflater);
	g->part.len = 0;
	g->body = 0;
	g->state = GUNZIP_BODY;
	if (put_raw(g, gzip_plain_header, GZIP_PLAIN_HEADER_LEN, f))
		return -1;
	return (ssize_t)((size_t)len - before);
}

static ssize_t take_body(struct gunzip *g, const char *p, size_t n, struct fail *f)
{
	struct inflater_step step;
	size_t used = 0;

	do {
		if (inflater_step(g->inflater, p + used, n - used, g->out, OUT_SIZE, &step))
			return fail_set(f, FAIL_DATA,
				"member %llu: the compressed data is damaged near byte %llu",
				(unsigned long long)g->members + 1,
				(unsigned long long)(g->taken + used));
		used += step.in;
		g->body += step.out;
		g->bytes += step.out;
		if (io_put(g->plain, g->out, step.out, f))
			return -1;
	} while (!step.end && (used < n || step.out == OUT_SIZE));
	if (put_raw(g, p, used, f))
		return -1;
	if (step.end)
		g->state = GUNZIP_TRAILER;
	return (ssize_t)used;
}

static ssize_t take_trailer(struct gunzip *g, const char *p, size_t n, struct fail *f)
{
	size_t want = GZIP_TRAILER_LEN - g->part.len;
	uint32_t crc, len;

	if (want > n)
		want = n;
	buf_put(&g->part, p, want);
	if (g->part.len < GZIP_TRAILER_LEN)
		return (ssize_t)want;
	gzip_trailer_parse(g->part.p, &crc, &len);
	if (crc != inflater_crc(g->inflater) || len != (uint32_t)g->body)
		return fail_set(f, FAIL_DATA, "member %llu: its checksum or length is wrong",
				(unsigned long long)g->members + 1);
	if (put_raw(g, g->part.p, GZIP_TRAILER_LEN, f))
		return -1;
	g->part.len = 0;
	g->members++;
	g->state = GUNZIP_HEADER;
	return (ssize_t)want;
}

static int put(struct sink *s, const void *bytes, size_t n, struct fail *f)
{
	static ssize_t (*const step[])(struct gunzip *, const char *, size_t,
		struct fail *) = { take_header, take_body, take_trailer };
	struct gunzip *g = (struct gunzip *)s;
	const char *p = bytes;

	while (n > 0) {
		ssize_t used = step[g->state](g, p, n, f);

		if (used < 0)
			return -1;
		p += used;
		n -= (size_t)used;
		g->taken += (size_t)used;
	}
	return 0;
}

int gunzip_init(struct gunzip *g, struct sink *plain, struct sink *raw, struct fail *f)
{
	*g = (struct gunzip){
		.sink = { .put = put, .name = plain->name }, .plain = plain, .raw = raw
	};
	buf_init(&g->part, HEADER_MAX);
	g->out = mem_alloc(OUT_SIZE);
	g->inflater = inflater_open(f);
	return g->inflater ? 0 : -1;
}

int gunzip_end(struct gunzip *g, struct fail *f)
{
	if (g->state != GUNZIP_HEADER || g->part.len > 0)
		return fail_set(f, FAIL_TEMP,
			"ends inside a gzip member, after %llu byte%s: it was cut short",
			(unsigned long long)g->taken, num_s(g->taken));
	return 0;
}

void gunzip_free(struct gunzip *g)
{
	inflater_close(g->inflater);
	buf_free(&g->part);
	free(g->out);
	g->out = NULL;
}
