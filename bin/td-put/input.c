/* td-put: what comes in: a td frame, or a msgpack.gz of records that is none. */
#include "put.h"

#include "base/fd.h"
#include "base/mem.h"

#include <stdlib.h>
#include <unistd.h>

enum { CHUNK = 64 << 10, FIRST = 64 };

/*
 * A pipe's end-of-file proves nothing, and a plain msgpack.gz has nothing else. A regular file is
 * whole as far as anyone can tell.
 */
static int open_plain(struct load *l, struct fail *f)
{
	if (!l->o->trust_eof && (l->input.piped || !fd_is_file(STDIN_FILENO)))
		return fail_set(f, FAIL_DATA,
			"a msgpack.gz that is not a td frame: through a pipe nothing proves that "
			"it is complete (give it as a file, or give --trust-eof)");
	l->input.plain = true;
	l->input.chunk = mem_alloc(CHUNK);
	l->input.in.head = (struct frame_head){ .content = FRAME_RECORDS, .rows = -1 };
	if (gzip_source_init(&l->input.gunzip, &l->input.peek.source, f))
		return -1;
	l->input.gunzip.no_frame = true;
	return 0;
}

/* What ends within the first bytes and has an extra field is taken for a frame that was cut. */
static bool is_plain(const char *first, size_t n)
{
	return gzip_is(first, n) && !framein_is(first, n) &&
	       (n == FIRST || (n > GZIP_PLAIN_HEADER_LEN && !(first[3] & 4)));
}

int put_input_open(struct load *l, struct fail *f)
{
	const char *first;
	ssize_t n;

	lookahead_init(&l->input.peek, l->input.from);
	n = lookahead_peek(&l->input.peek, FIRST, &first, f);
	if (n < 0)
		return -1;
	if (is_plain(first, (size_t)n))
		return open_plain(l, f);
	if (framein_open(&l->input.in, &l->input.peek.source, f))
		return -1;
	if (l->input.in.head.content != FRAME_RECORDS)
		return fail_set(f, FAIL_DATA, "this frame holds rows: pipe it through td-encode");
	return 0;
}

static bool is_map(char c)
{
	const unsigned char u = (unsigned char)c;

	return (u & 0xf0) == 0x80 || u == 0xde || u == 0xdf;
}

static enum framein_what next_plain(struct load *l, const char **p, size_t *n, struct fail *f)
{
	ssize_t got = io_read(&l->input.gunzip.source, l->input.chunk, CHUNK, f);

	if (got < 0)
		return FRAMEIN_FAILED;
	if (got > 0) {
		if (!l->input.plain_begun &&
			!is_map(*l->input.chunk)) /* most texts are numbers to msgpack */
			return fail_set(f, FAIL_DATA,
				"%s: not a td frame, nor a msgpack.gz of records",
				l->input.from->name);
		l->input.plain_begun = true;
		if (mp_count_put(&l->input.counted, l->input.chunk, (size_t)got))
			return fail_set(f, FAIL_DATA, "%s: no msgpack", l->input.from->name);
		l->input.in.rows = l->input.counted.values;
		*p = l->input.chunk;
		*n = (size_t)got;
		return FRAMEIN_BYTES;
	}
	if (!mp_count_whole(&l->input.counted))
		return fail_set(f, FAIL_DATA, "%s: the last record is cut", l->input.from->name);
	l->input.in.end = (struct frame_end){ .commit = true, .rows = l->input.counted.values };
	return FRAMEIN_END;
}

enum framein_what input_next(
	struct load *l, struct frame_block *b, const char **p, size_t *n, struct fail *f)
{
	return l->input.plain ? next_plain(l, p, n, f) : framein_next(&l->input.in, b, p, n, f);
}

void put_input_close(struct load *l)
{
	if (l->input.plain)
		gzip_source_free(&l->input.gunzip);
	free(l->input.chunk);
	lookahead_free(&l->input.peek);
	framein_close(&l->input.in);
}
