/* Counts and checks rows on their way through. */
#include "format/rowcount.h"

static int put(struct sink *s, const void *p, size_t n, struct fail *f)
{
	struct rowcount *r = (struct rowcount *)s;

	switch (mp_count_put(&r->count, p, n)) {
	case 0:
		return r->to ? io_put(r->to, p, n, f) : 0;
	case MP_ODD:
		return fail_set(f, FAIL_DATA,
			"row %llu is not an array of %lu values, one a column",
			(unsigned long long)r->count.values + 1, (unsigned long)r->count.columns);
	default:
		return fail_set(f, FAIL_DATA, "row %llu is not msgpack",
			(unsigned long long)r->count.values + 1);
	}
}

void rowcount_init(struct rowcount *r, size_t columns, struct sink *to)
{
	*r = (struct rowcount){ .sink = { .put = put, .name = "rows" }, .to = to };
	r->count.rows = 1;
	r->count.columns = (uint32_t)columns;
}

int rowcount_end(const struct rowcount *r, struct fail *f)
{
	if (!mp_count_whole(&r->count))
		return fail_set(f, FAIL_DATA, "the rows end inside row %llu",
			(unsigned long long)r->count.values + 1);
	return 0;
}
