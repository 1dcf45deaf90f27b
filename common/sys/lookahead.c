/* A source that keeps what was inspected before it is read. */
#include "sys/lookahead.h"

#include <stdint.h>

enum { PIECE = 64 << 10 };

static int more(struct lookahead *p, size_t want, struct fail *f)
{
	ssize_t n;

	if (want < PIECE)
		want = PIECE;
	if (buf_room(&p->kept, want))
		return fail_set(f, FAIL_DATA, "%s: too much to look ahead", p->source.name);
	n = io_read(p->from, p->kept.p + p->kept.len, want, f);
	if (n < 0)
		return -1;
	p->kept.len += (size_t)n;
	p->ended = n == 0;
	return 0;
}

static ssize_t peek_read(struct source *s, void *to, size_t cap, struct fail *f)
{
	struct lookahead *p = (struct lookahead *)s;
	size_t n;

	if (p->kept.len == 0)
		return p->ended ? 0 : io_read(p->from, to, cap, f);
	n = p->kept.len - p->at < cap ? p->kept.len - p->at : cap;
	memcpy(to, p->kept.p + p->at, n);
	p->at += n;
	if (p->at == p->kept.len)
		buf_free(&p->kept);
	return (ssize_t)n;
}

void lookahead_init(struct lookahead *p, struct source *from)
{
	*p = (struct lookahead){ .source = { .read = peek_read, .name = from->name },
		.from = from };
	buf_init(&p->kept, SIZE_MAX / 4);
}

void lookahead_free(struct lookahead *p)
{
	buf_free(&p->kept);
}

ssize_t lookahead_peek(struct lookahead *p, size_t n, const char **text, struct fail *f)
{
	while (p->kept.len < n && !p->ended)
		if (more(p, n - p->kept.len, f))
			return -1;
	*text = p->kept.p;
	return (ssize_t)(p->kept.len < n ? p->kept.len : n);
}
