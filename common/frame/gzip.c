/* gzip headers and trailers, blocks of deflate data, and a source that inflates. */
#include "frame/gzip.h"
#include "base/num.h"
#include "frame/frame.h"

#include <string.h>

enum { FTEXT = 1, FHCRC = 2, FEXTRA = 4, FNAME = 8, FCOMMENT = 16, FRESERVED = 0xe0 };
enum { IN_SIZE = 64 << 10, HEADER_MAX = 1 << 20 };

const char gzip_plain_header[GZIP_PLAIN_HEADER_LEN] = {
	'\x1f', '\x8b', 8, 0, 0, 0, 0, 0, 0, '\xff'
};

static uint32_t le32(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void put_le32(char *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (char)(v >> 8 * i & 0xff);
}

bool gzip_is(const char *p, size_t n)
{
	return n >= 2 && memcmp(p, gzip_plain_header, 2) == 0;
}

ptrdiff_t gzip_header_parse(const char *p, size_t n, struct gzip_header *h)
{
	size_t at = GZIP_PLAIN_HEADER_LEN;
	unsigned flags;

	*h = (struct gzip_header){ 0 };
	if (memcmp(p, gzip_plain_header, n < 3 ? n : 3) != 0)
		return -1;
	if (n < at)
		return 0;
	flags = (unsigned char)p[3];
	if (flags & FRESERVED)
		return -1;
	if (flags & FEXTRA) {
		if (n < at + 2)
			return 0;
		h->extra_len = (unsigned char)p[at] | (size_t)(unsigned char)p[at + 1] << 8;
		at += 2;
		if (n < at + h->extra_len)
			return 0;
		h->extra = p + at;
		at += h->extra_len;
	}
	for (unsigned text = FNAME; text <= FCOMMENT; text <<= 1) {
		const char *nul;

		if (!(flags & text))
			continue;
		nul = memchr(p + at, 0, n - at);
		if (!nul)
			return 0;
		if (text == FCOMMENT) {
			h->comment = p + at;
			h->comment_len = (size_t)(nul - p) - at;
		}
		at = (size_t)(nul - p) + 1;
	}
	if (flags & FHCRC)
		at += 2;
	return at <= n ? (ptrdiff_t)at : 0;
}

void gzip_trailer(char out[GZIP_TRAILER_LEN], uint32_t crc, uint64_t body_len)
{
	put_le32(out, crc);
	put_le32(out + 4, (uint32_t)body_len);
}

void gzip_trailer_parse(const char *p, uint32_t *crc, uint32_t *body_len)
{
	*crc = le32(p);
	*body_len = le32(p + 4);
}

int gzip_deflate_init(struct gzip_deflate *d, int level, struct fail *f)
{
	memset(d, 0, sizeof *d);
	if (deflateInit2(&d->z, level, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return fail_set(f, FAIL_SYSTEM, "zlib: cannot start compressing");
	return 0;
}

void gzip_deflate_free(struct gzip_deflate *d)
{
	deflateEnd(&d->z);
}

size_t gzip_deflate_bound(size_t n)
{
	/* deflateBound() of zlib's worst case (stored blocks), and the sync flush after it */
	return n + (n >> 10) + 64;
}

int gzip_deflate_block(struct gzip_deflate *d, const void *p, size_t n, struct buf *out,
	struct fail *f)
{
	z_stream *z = &d->z;

	if (n > UINT32_MAX || buf_room(out, gzip_deflate_bound(n)))
		return fail_set(f, FAIL_SYSTEM, "block of %zu bytes: too large to compress", n);
	if (deflateReset(z) != Z_OK)
		return fail_set(f, FAIL_SYSTEM, "zlib: cannot start a block");
	z->next_in = (Bytef *)(uintptr_t)p;
	z->avail_in = (uInt)n;
	do {
		if (out->cap == out->len && buf_room(out, 4096))
			return fail_set(f, FAIL_SYSTEM, "block of %zu bytes: too large to compress",
				n);
		z->next_out = (Bytef *)out->p + out->len;
		z->avail_out =
			out->cap - out->len < UINT32_MAX ? (uInt)(out->cap - out->len) : UINT32_MAX;
		if (deflate(z, Z_SYNC_FLUSH) == Z_STREAM_ERROR)
			return fail_set(f, FAIL_SYSTEM, "zlib: %s",
				z->msg ? z->msg : "cannot compress");
		out->len = (size_t)((char *)z->next_out - out->p);
	} while (z->avail_out == 0);
	return 0;
}

/*
 * Make `want` bytes available at in.p + at if the source has them. Returns how many there are, or
 * -1.
 */
static ssize_t fill(struct gzip_source *g, size_t want, struct fail *f)
{
	while (g->in.len - g->at < want && !g->ended) {
		ssize_t n;

		if (g->at > 0) {
			buf_eat(&g->in, g->at);
			g->at = 0;
		}
		if (buf_room(&g->in, g->in.len < IN_SIZE ? IN_SIZE - g->in.len : 1))
			return fail_set(f, FAIL_DATA, "%s: gzip header longer than %d bytes",
				g->source.name, HEADER_MAX);
		n = io_read(g->from, g->in.p + g->in.len, g->in.cap - g->in.len, f);
		if (n < 0)
			return -1;
		g->in.len += (size_t)n;
		g->offset += (uint64_t)n;
		g->ended = n == 0;
	}
	return (ssize_t)(g->in.len - g->at);
}

static int cut(struct gzip_source *g, struct fail *f)
{
	return fail_set(f, FAIL_UPSTREAM,
		"%s: ends inside a gzip member, after %llu byte%s: it was cut short",
		g->source.name, (unsigned long long)g->offset, num_s(g->offset));
}

static bool is_of_frame(const struct gzip_header *h)
{
	return h->extra && frame_extra_has(h->extra, h->extra_len);
}

/* Zero bytes after a member are padding, of tapes and disks. How many bytes follow, or -1. */
static ssize_t skip_padding(struct gzip_source *g, struct fail *f)
{
	ssize_t have;

	while ((have = fill(g, 1, f)) > 0 && g->members > 0 && g->in.p[g->at] == 0)
		g->at++;
	return have;
}

/* 1: at a member's data, 0: at the end of the source, -1 */
static int next_member(struct gzip_source *g, struct fail *f)
{
	struct gzip_header h;
	ptrdiff_t n;
	ssize_t have = skip_padding(g, f);
	size_t want;

	if (have <= 0)
		return (int)have;
	while ((n = gzip_header_parse(g->in.p + g->at, g->in.len - g->at, &h)) == 0) {
		want = g->in.len - g->at + 1;
		have = fill(g, want, f);
		if (have < 0)
			return -1;
		if ((size_t)have < want)
			return cut(g, f);
	}
	if (n < 0)
		return fail_set(f, FAIL_DATA, "%s: no gzip member at byte %llu", g->source.name,
				(unsigned long long)(g->offset - (g->in.len - g->at)));
	if (g->no_frame && is_of_frame(&h))
		return fail_set(f, FAIL_DATA,
			"%s: gzip member %llu is part of a td frame, but the frame does not begin "
			"here: it has lost its head, or something was put before it",
			g->source.name, (unsigned long long)g->members + 1);
	g->at += (size_t)n;
	g->inside = true;
	g->body = 0;
	inflater_start(g->inflater);
	return 1;
}

static int end_member(struct gzip_source *g, struct fail *f)
{
	uint32_t crc, len;
	ssize_t have = fill(g, GZIP_TRAILER_LEN, f);

	if (have < 0)
		return -1;
	if (have < GZIP_TRAILER_LEN)
		return cut(g, f);
	gzip_trailer_parse(g->in.p + g->at, &crc, &len);
	if (crc != inflater_crc(g->inflater) || len != (uint32_t)g->body)
		return fail_set(f, FAIL_DATA, "%s: gzip member %llu: checksum or length is wrong",
			g->source.name, (unsigned long long)g->members + 1);
	g->at += GZIP_TRAILER_LEN;
	g->inside = false;
	g->members++;
	return 0;
}

static ssize_t gzip_read(struct source *s, void *p, size_t cap, struct fail *f)
{
	struct gzip_source *g = (struct gzip_source *)s;

	for (;;) {
		struct inflater_step step;
		ssize_t have;
		int rc;

		if (!g->inside && (rc = next_member(g, f)) <= 0)
			return rc;
		have = fill(g, 1, f);
		if (have < 0)
			return -1;
		if (inflater_step(g->inflater, g->in.p + g->at, (size_t)have, p, cap, &step))
			return fail_set(f, FAIL_DATA,
				"%s: gzip member %llu: the compressed data is damaged",
				g->source.name, (unsigned long long)g->members + 1);
		if (have == 0 && step.out == 0 && !step.end)
			return cut(g, f);
		g->at += step.in;
		g->body += step.out;
		if (step.end && end_member(g, f))
			return -1;
		if (step.out > 0)
			return (ssize_t)step.out;
	}
}

int gzip_source_init(struct gzip_source *g, struct source *from, struct fail *f)
{
	*g = (struct gzip_source){ .source = { .read = gzip_read, .name = from->name },
		.from = from };
	buf_init(&g->in, HEADER_MAX);
	g->inflater = inflater_open(f);
	return g->inflater ? 0 : -1;
}

void gzip_source_free(struct gzip_source *g)
{
	inflater_close(g->inflater);
	buf_free(&g->in);
}
