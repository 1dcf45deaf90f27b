#include "infer.h"
#include "exact.h"

void infer_text(struct infer *c, const char *p, size_t n)
{
	int64_t i;
	double d;

	if (n == 0 || (c->not_long && c->not_double))
		return;
	c->any = true;
	if (!c->not_long && !exact_long(p, n, &i))
		c->not_long = true;
	if (!c->not_double && !exact_double(p, n, &d))
		c->not_double = true;
}

enum type_kind infer_kind(const struct infer *c)
{
	if (!c->any || (c->not_long && c->not_double))
		return TYPE_STRING;
	return c->not_long ? TYPE_DOUBLE : TYPE_LONG;
}
