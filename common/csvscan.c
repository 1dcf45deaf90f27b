#include "csvscan.h"
#include "mem.h"

#include <stdlib.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { BLOCK = 64 };

#ifdef __SSE2__
static inline void look(const char *p, const struct csvscan *s, struct csvscan_block *m)
{
	const __m128i quote = _mm_set1_epi8(s->quote), delim = _mm_set1_epi8(s->delim), lf = _mm_set1_epi8('\n'),
		      cr = _mm_set1_epi8('\r'), zero = _mm_setzero_si128();

	m->quote = m->delim = m->line = m->unusual = 0;
	for (int i = 0; i < BLOCK; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
		__m128i line = _mm_or_si128(_mm_cmpeq_epi8(v, lf), _mm_cmpeq_epi8(v, cr));

		m->quote |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, quote)) << i;
		m->delim |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, delim)) << i;
		m->line |= (uint64_t)(unsigned)_mm_movemask_epi8(line) << i;
		m->unusual |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_or_si128(v, _mm_cmpeq_epi8(v, zero))) << i;
	}
}
#else
/* One bit for each of eight bytes that is c. */
static uint64_t equal(uint64_t v, char c)
{
	const uint64_t low = 0x7f7f7f7f7f7f7f7fu;

	v ^= 0x0101010101010101u * (unsigned char)c;
	v = ~(((v & low) + low) | v | low); /* 0x80 where the byte is zero */
	return (v >> 7) * 0x0102040810204080u >> 56;
}

static uint64_t eight(const char *p)
{
	uint64_t v = 0;

	for (int i = 7; i >= 0; i--)
		v = v << 8 | (unsigned char)p[i];
	return v;
}

static inline void look(const char *p, const struct csvscan *s, struct csvscan_block *m)
{
	m->quote = m->delim = m->line = m->unusual = 0;
	for (int i = 0; i < BLOCK; i += 8) {
		uint64_t v = eight(p + i);

		m->quote |= equal(v, s->quote) << i;
		m->delim |= equal(v, s->delim) << i;
		m->line |= (equal(v, '\n') | equal(v, '\r')) << i;
		m->unusual |= (v & 0x8080808080808080u || equal(v, 0) ? 1ull : 0) << i;
	}
}
#endif

/* The cursor: the block at `base`, whose bits before the cursor are cleared. */
struct cursor {
	const struct csvscan *s;
	struct csvscan_block m;
	uint64_t unusual; /* in any block of the record */
};

static inline void load(struct cursor *c, const char *base)
{
	c->m.base = base;
	look(base, c->s, &c->m);
	if (!c->s->quote)
		c->m.quote = 0;
	if (c->m.end - base < BLOCK) { /* what stands behind the end does not count */
		uint64_t valid = (1ull << (c->m.end - base)) - 1;

		c->m.quote &= valid;
		c->m.delim &= valid;
		c->m.line &= valid;
		c->m.unusual &= valid;
	}
	c->unusual |= c->m.unusual;
}

/* Forget everything before p, which is not before base. */
static inline void forward(struct cursor *c, const char *p)
{
	uint64_t keep;

	while (p - c->m.base >= BLOCK) {
		if (c->m.base + BLOCK >= c->m.end) {
			c->m.quote = c->m.delim = c->m.line = 0;
			return;
		}
		load(c, c->m.base + BLOCK);
	}
	keep = ~0ull << (p - c->m.base);
	c->m.quote &= keep;
	c->m.delim &= keep;
	c->m.line &= keep;
}

/* The next quote; NULL: none until the end. *lines: a line end was passed. */
static inline const char *next_quote(struct cursor *c, bool *lines)
{
	for (;;) {
		if (c->m.quote) {
			int i = __builtin_ctzll(c->m.quote);

			*lines |= (c->m.line & ((1ull << i) - 1)) != 0;
			return c->m.base + i;
		}
		*lines |= c->m.line != 0;
		if (c->m.end - c->m.base <= BLOCK)
			return NULL;
		load(c, c->m.base + BLOCK);
	}
}

/* The next quote, delimiter or line end. */
static inline const char *next_special(struct cursor *c)
{
	uint64_t all;

	while (!(all = c->m.quote | c->m.delim | c->m.line)) {
		if (c->m.end - c->m.base <= BLOCK)
			return NULL;
		load(c, c->m.base + BLOCK);
	}
	return c->m.base + __builtin_ctzll(all);
}

static inline void add_cell(struct csvscan *s, const char *p, size_t n, enum cell_kind kind)
{
	if (s->n == s->cap)
		s->cell = mem_resize(s->cell, s->cap = s->cap ? 2 * s->cap : 64, sizeof *s->cell);
	s->cell[s->n++] = (struct cell){ { p }, n, kind };
}

/* Line ends inside a cell: LF, CRLF or CR. */
static uint64_t count_lines(const char *p, const char *end)
{
	uint64_t n = 0;

	for (; p < end; p++)
		n += *p == '\n' || (*p == '\r' && !(p + 1 < end && p[1] == '\n'));
	return n;
}

/* The cell p..end without one of each two quotes. */
static void add_unescaped(struct csvscan *s, const char *p, const char *end)
{
	char *start = s->text + s->text_len, *out = start;

	while (p < end) {
		const char *q = memchr(p, s->quote, (size_t)(end - p));
		size_t n = q ? (size_t)(q - p) + 1 : (size_t)(end - p);

		memcpy(out, p, n);
		out += n;
		p += n + (q != NULL);
	}
	s->text_len += (size_t)(out - start);
	add_cell(s, start, (size_t)(out - start), CELL_TEXT);
}

/* The quoted cell behind the quote before p. SCAN_ROW: *at is the character behind its closing quote (or the end). */
static enum csvscan_result quoted(struct csvscan *s, struct cursor *c, const char *p, bool last, const char **at)
{
	bool doubled = false, lines = false;

	forward(c, p);
	for (;;) {
		const char *q = next_quote(c, &lines);

		if (!q)
			return last ? SCAN_HARD : SCAN_MORE;
		if (q + 1 == c->m.end && !last)
			return SCAN_MORE;
		if (q + 1 < c->m.end && q[1] == s->quote) {
			doubled = true;
			forward(c, q + 2);
			continue;
		}
		if (lines)
			s->lines += count_lines(p, q);
		if (doubled)
			add_unescaped(s, p, q);
		else
			add_cell(s, p, (size_t)(q - p), q > p ? CELL_TEXT : CELL_QUOTED);
		*at = q + 1;
		forward(c, q + 1);
		return SCAN_ROW;
	}
}

/* A line end at p, or the end of everything: the record ends there. */
static enum csvscan_result finish(struct csvscan *s, struct cursor *c, const char *start, const char *p, bool last)
{
	if (p < c->m.end && *p == '\r') {
		if (p + 1 == c->m.end && !last)
			return SCAN_MORE;
		p += p + 1 < c->m.end && p[1] == '\n';
	}
	s->lines += p < c->m.end;
	s->length = (size_t)(p - start) + (p < c->m.end);
	s->unusual = c->unusual != 0;
	s->block = c->m;
	return SCAN_ROW;
}

enum csvscan_result csvscan_row(struct csvscan *s, const char *p, const char *end, bool last)
{
	struct cursor c = { .s = s };
	const char *start = p;

	s->n = s->text_len = 0;
	s->lines = 0;
	if (p == end)
		return SCAN_MORE;
	if (s->block.base && end == s->block.end && p >= s->block.base && p - s->block.base < BLOCK) {
		c.m = s->block;
		c.unusual = c.m.unusual;
		forward(&c, p);
	} else {
		c.m.end = end;
		load(&c, p);
	}
	for (;;) { /* p: the start of a cell */
		const char *at = next_special(&c);

		if (at && at == p && *at == s->quote && s->quote) {
			enum csvscan_result rc = quoted(s, &c, p + 1, last, &at);

			if (rc != SCAN_ROW)
				return rc;
			if (at < end && *at != s->delim && *at != '\n' && *at != '\r')
				return SCAN_HARD;
		} else {
			if (!at && !last)
				return SCAN_MORE;
			if (at && *at == s->quote && s->quote)
				return SCAN_HARD;
			if (!at)
				at = end;
			add_cell(s, p, (size_t)(at - p), CELL_TEXT);
		}
		if (at == end || *at != s->delim)
			return finish(s, &c, start, at, last);
		p = at + 1;
		forward(&c, p);
		if (p == end && !last)
			return SCAN_MORE;
	}
}

void csvscan_add(struct csvscan *s, const char *p, size_t n, enum cell_kind kind)
{
	add_cell(s, p, n, kind);
}

void csvscan_moved(struct csvscan *s)
{
	s->block.base = NULL;
}

void csvscan_free(struct csvscan *s)
{
	free(s->cell);
}
