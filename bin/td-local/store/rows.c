/* Reading the values of a gzip file of msgpack, one by one. */
#include "store/rows.h"
#include "value/mp.h"

#include <unistd.h>

enum { PIECE = 256 << 10 };

int rows_open(struct rows *r, const struct store *s, const char *name, struct fail *f)
{
	*r = (struct rows){ .fd = store_read(s, name, f) };
	if (r->fd < 0)
		return -1;
	buf_init(&r->in, ROWS_MAX);
	fd_source_init(&r->file, r->fd, "a query's rows");
	if (gzip_source_init(&r->gz, &r->file.source, f) == 0) {
		r->open = true;
		return 0;
	}
	rows_close(r);
	return -1;
}

void rows_close(struct rows *r)
{
	if (r->open)
		gzip_source_free(&r->gz);
	if (r->fd >= 0)
		close(r->fd);
	buf_free(&r->in);
	*r = (struct rows){ .fd = -1 };
}

ptrdiff_t rows_next(struct rows *r, const char **p, struct fail *f)
{
	for (;;) {
		ptrdiff_t n = r->at < r->in.len
			? mp_value(r->in.p + r->at, r->in.p + r->in.len)
			: MP_MORE;
		ptrdiff_t got;

		if (n == MP_BAD)
			return fail_set(f, FAIL_SYSTEM, "the data directory is damaged");
		if (n != MP_MORE) {
			*p = r->in.p + r->at;
			r->at += (size_t)n;
			return n;
		}
		buf_eat(&r->in, r->at);
		r->at = 0;
		if (buf_room(&r->in, r->in.len > PIECE ? r->in.len : PIECE))
			return fail_set(f, FAIL_DATA, "a row is too long");
		got = io_read(&r->gz.source, r->in.p + r->in.len, r->in.cap - r->in.len, f);
		if (got <= 0)
			return got || r->in.len == 0
				? got
				: fail_set(f, FAIL_SYSTEM, "the data directory is damaged");
		r->in.len += (size_t)got;
	}
}
