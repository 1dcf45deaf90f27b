/* Finds CSV records 64 bytes at a time, as vectors where there are some. */
#include "format/csvscan.h"
#include "base/digits.h"
#include "base/mem.h"
#include "base/vector.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64 };

#ifdef VECTOR
static inline uint64_t equal64(const vector v[4], char c)
{
	return vector_bits64(vector_is(v[0], c), vector_is(v[1], c), vector_is(v[2], c),
		vector_is(v[3], c));
}

static inline vector line_end(vector v)
{
	return vector_or(vector_is(v, '\n'), vector_is(v, '\r'));
}

static inline vector unusual(vector v)
{
	return vector_or(vector_is_high(v), vector_is(v, 0));
}

static inline void look(const char *p, const struct csvscan *s, struct csvscan_block *m)
{
	const vector v[4] = { vector_load(p), vector_load(p + 16), vector_load(p + 32),
		vector_load(p + 48) };

	m->quote = equal64(v, s->quote);
	m->special = equal64(v, s->delim);
	m->line = vector_bits64(line_end(v[0]), line_end(v[1]), line_end(v[2]), line_end(v[3]));
	m->unusual = vector_bits64(unusual(v[0]), unusual(v[1]), unusual(v[2]), unusual(v[3]));
}

static inline uint64_t quotes(const char *p, char quote)
{
	const vector v[4] = { vector_load(p), vector_load(p + 16), vector_load(p + 32),
		vector_load(p + 48) };

	return equal64(v, quote);
}
#else
/* The top bits of eight bytes. */
static uint64_t tops(uint64_t v)
{
	return (v >> 7 & 0x0101010101010101u) * 0x0102040810204080u >> 56;
}

/* One bit for each of eight bytes that is c. */
static uint64_t equal(uint64_t v, char c)
{
	const uint64_t low = 0x7f7f7f7f7f7f7f7fu;

	v ^= 0x0101010101010101u * (unsigned char)c;
	return tops(~(((v & low) + low) | v)); /* the top bit is set where the byte is zero */
}

static inline void look(const char *p, const struct csvscan *s, struct csvscan_block *m)
{
	m->quote = m->special = m->line = m->unusual = 0;
	for (int i = 0; i < BLOCK; i += DIGITS_WORD) {
		uint64_t v = digits_load(p + i);

		m->quote |= equal(v, s->quote) << i;
		m->special |= equal(v, s->delim) << i;
		m->line |= (equal(v, '\n') | equal(v, '\r')) << i;
		m->unusual |= (tops(v) | equal(v, 0)) << i;
	}
}

static inline uint64_t quotes(const char *p, char quote)
{
	uint64_t bits = 0;

	for (int i = 0; i < BLOCK; i += DIGITS_WORD)
		bits |= equal(digits_load(p + i), quote) << i;
	return bits;
}
#endif

/*
 * In the block at s->block.base: what is special after the cursor, and what is unusual after the
 * start of the record.
 */
struct cursor {
	struct csvscan *s;
	const char *end;
	uint64_t special, unusual;
};

static inline void note_unusual(struct csvscan *s, uint64_t bits)
{
	if (!bits)
		return;
	if (!s->unusual)
		s->unusual = s->block.base + __builtin_ctzll(bits);
	s->unusual_end = s->block.base + BLOCK - __builtin_clzll(bits);
}

static inline void load(struct cursor *c, const char *base)
{
	struct csvscan_block *m = &c->s->block;
	ptrdiff_t left = c->end - base;
	/* what follows the end does not count */
	uint64_t valid = left < BLOCK ? (1ull << left) - 1 : ~0ull;

	look(base, c->s, m);
	m->base = base;
	m->end = c->end;
	if (!c->s->quote)
		m->quote = 0;
	m->quote &= valid;
	m->line &= valid;
	m->special = (m->special & valid) | m->quote | m->line;
	c->unusual = m->unusual & valid;
	c->special = m->special;
}

/* The cursor to p, in the block that is at hand or at the start of another one. */
static inline void begin(struct cursor *c, const char *p)
{
	const struct csvscan_block *m = &c->s->block;

	if (m->base && m->end == c->end && p >= m->base && p - m->base < BLOCK) {
		c->special = m->special & ~0ull << (p - m->base);
		c->unusual = m->unusual & ~0ull << (p - m->base);
	} else {
		load(c, p);
	}
}

static inline bool load_next(struct cursor *c)
{
	if (c->end - c->s->block.base <= BLOCK)
		return false;
	note_unusual(c->s, c->unusual);
	load(c, c->s->block.base + BLOCK);
	return true;
}

/* The next quote, delimiter or line end, which the cursor passes. NULL: there is none. */
static inline const char *next_special(struct cursor *c)
{
	const char *at;

	while (!c->special)
		if (!load_next(c))
			return NULL;
	at = c->s->block.base + __builtin_ctzll(c->special);
	c->special &= c->special - 1;
	return at;
}

/*
 * The next quote, which the cursor passes, with all before it. *lines: a line end was among that.
 */
static inline const char *next_quote(struct cursor *c, bool *lines)
{
	const struct csvscan_block *m = &c->s->block;
	uint64_t quotes, before;

	while (!(quotes = c->special & m->quote)) {
		*lines |= (c->special & m->line) != 0;
		if (!load_next(c))
			return NULL;
	}
	before = quotes ^ (quotes - 1); /* up to the first one */
	*lines |= (c->special & m->line & before) != 0;
	c->special &= ~before;
	return m->base + __builtin_ctzll(quotes);
}

static void grow(struct csvscan *s)
{
	if (s->cap == CSVSCAN_CELLS)
		s->n--;
	else
		s->cell = mem_resize(s->cell, s->cap = s->cap ? 2 * s->cap : 64, sizeof *s->cell);
}

static inline void add_cell(struct csvscan *s, const char *p, size_t n, enum cell_kind kind)
{
	if (s->n == s->cap)
		grow(s);
	s->cell[s->n++] = (struct cell){ { p }, n, kind };
}

uint64_t csvscan_lines(const char *p, const char *end)
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
	add_cell(s, start, (size_t)(out - start), CELL_QUOTED);
}

/*
 * The quoted cell whose opening quote precedes p. SCAN_ROW: it was added; *closed follows its
 * closing quote: there the next special byte or the end must be.
 */
static enum csvscan_result quoted(struct csvscan *s, struct cursor *c, const char *p, bool last,
	const char **closed)
{
	bool doubled = false, lines = false;

	for (;;) {
		const char *q = next_quote(c, &lines);

		if (!q)
			return last ? SCAN_HARD : SCAN_MORE;
		if (q + 1 == c->end && !last)
			return SCAN_MORE;
		if (q + 1 < c->end && q[1] == s->quote) {
			doubled = true;
			next_special(c); /* it */
			continue;
		}
		if (lines)
			s->lines += csvscan_lines(p, q);
		if (doubled)
			add_unescaped(s, p, q);
		else
			add_cell(s, p, (size_t)(q - p), CELL_QUOTED);
		*closed = q + 1;
		return SCAN_ROW;
	}
}

/* A line end at p, or the end of everything: the record ends there. */
static enum csvscan_result finish(struct csvscan *s, struct cursor *c, const char *start,
	const char *p, bool last)
{
	ptrdiff_t mine = p - s->block.base;

	if (p < c->end && *p == '\r') {
		if (p + 1 == c->end && !last)
			return SCAN_MORE;
		p += p + 1 < c->end && p[1] == '\n';
	}
	s->lines += p < c->end;
	s->length = (size_t)(p - start) + (p < c->end);
	note_unusual(s, mine < BLOCK ? c->unusual & ((1ull << mine) - 1) : c->unusual);
	return SCAN_ROW;
}

enum csvscan_result csvscan_row(struct csvscan *s, const char *p, const char *end, bool last)
{
	struct cursor c = { .s = s, .end = end };
	/* closed: the end of the quoted cell that was just added */
	const char *start = p, *closed = NULL;

	s->n = s->text_len = 0;
	s->lines = 0;
	s->unusual = NULL;
	if (p == end)
		return SCAN_MORE;
	begin(&c, p);
	for (;;) { /* p: the start of a cell */
		const char *at = next_special(&c);

		if (at && *at == s->quote && s->quote) {
			enum csvscan_result rc = at == p && !closed
				? quoted(s, &c, p + 1, last, &closed)
				: SCAN_HARD;

			if (rc != SCAN_ROW)
				return rc;
			continue;
		}
		if (!at && !last)
			return SCAN_MORE;
		if (!at)
			at = end;
		if (!closed)
			add_cell(s, p, (size_t)(at - p), CELL_TEXT);
		else if (at != closed)
			return SCAN_HARD;
		closed = NULL;
		if (at == end || *at != s->delim)
			return finish(s, &c, start, at, last);
		p = at + 1;
	}
}

void csvscan_add(struct csvscan *s, const char *p, size_t n, enum cell_kind kind)
{
	add_cell(s, p, n, kind);
}

/* Is the number of quotes in p[0..n) odd? */
static bool odd_quotes(const char *p, size_t n, char quote)
{
	uint64_t odd = 0, one = 0;
	size_t i = 0;

	for (; n - i >= BLOCK; i += BLOCK)
		odd ^= quotes(p + i, quote);
	for (; i < n; i++)
		one ^= p[i] == quote;
	return (__builtin_parityll(odd) ^ (int)one) & 1;
}

static bool is_escaped(char escape, const char *start, const char *p)
{
	bool escaped = false;

	while (escape && p > start && *--p == escape)
		escaped = !escaped;
	return escaped;
}

size_t csvscan_cut(const struct csvscan *s, char escape, const char *p, size_t n, bool *open)
{
	bool at_end = s->quote && *open != odd_quotes(p, n, s->quote), here = at_end;

	for (size_t i = n; i > 0; i--) {
		if (p[i - 1] == '\n' && !here && !is_escaped(escape, p, p + i - 1)) {
			*open = false;
			return i;
		}
		here ^= s->quote && p[i - 1] == s->quote;
	}
	*open = at_end;
	return 0;
}

void csvscan_moved(struct csvscan *s)
{
	s->block.base = NULL;
}

void csvscan_free(struct csvscan *s)
{
	free(s->cell);
}
