/* Infers the type of a column from a sample of its cells. */
#include "record/infer.h"
#include "record/cell.h"
#include "value/lossless.h"
#include "value/mp.h"

static const int64_t double_max = 1000000000000000; /* 15 digits: see lossless.h */

/* Apart, because its room on the stack costs more than most texts. */
static bool is_double(char decimal, const char *p, size_t n)
{
	char room[CELL_NUMBER_MAX];
	double d;

	if (decimal)
		p = cell_with_point(p, n, decimal, room);
	return p && lossless_double(p, n, &d);
}

static void see_text(struct infer *c, const char *p, size_t n)
{
	int64_t i;

	c->empty += n == 0;
	if (n == 0 || (c->not_long && c->not_double))
		return;
	c->text = true;
	if (!c->not_long && lossless_long(p, n, &i)) {
		c->not_double |= i >= double_max || i <= -double_max;
		return;
	}
	c->not_long = true;
	c->not_double = c->not_double || !is_double(c->decimal, p, n);
}

static void see_int(struct infer *c, int64_t i)
{
	c->integer = true;
	c->large |= i > EXACT_INTEGER || i < -EXACT_INTEGER;
}

static void see_mp(struct infer *c, const struct cell *cell)
{
	struct mp t;

	if (mp_token(cell->p, cell->p + cell->n, &t) <= 0)
		return;
	switch (t.type) {
	case MP_NIL:
		c->empty++;
		break;
	case MP_BOOL:
		c->boolean = true;
		break;
	case MP_UINT:
		see_int(c, t.as.u > INT64_MAX ? INT64_MAX : (int64_t)t.as.u);
		c->other |= t.as.u > INT64_MAX;
		break;
	case MP_INT:
		see_int(c, t.as.i);
		break;
	case MP_FLOAT:
		c->real = true;
		break;
	default:
		c->other = true;
	}
}

void infer_cell(struct infer *c, const struct cell *cell)
{
	c->values++;
	c->none += cell->kind == CELL_NONE;
	c->empty += cell->kind == CELL_NONE;
	c->blank |= cell->kind == CELL_QUOTED && cell->n == 0;
	if (cell->kind == CELL_TEXT || cell->kind == CELL_QUOTED)
		see_text(c, cell->p, cell->n);
	else if (cell->kind == CELL_MP)
		see_mp(c, cell);
	else if (cell->kind == CELL_INT)
		see_int(c, cell->i);
	else if (cell->kind == CELL_REAL)
		c->real = true;
	else if (cell->kind == CELL_STRING)
		c->other = true;
}

enum type_kind infer_kind(const struct infer *c)
{
	if (c->text && !c->other && !c->boolean) /* CSV, and perhaps JSON of another file */
		return !c->not_long && !c->real     ? TYPE_LONG
			: !c->not_double && !c->large ? TYPE_DOUBLE
						      : TYPE_STRING;
	if (c->text || c->other || (c->boolean && (c->integer || c->real)) || (c->real && c->large))
		return TYPE_STRING;
	return c->real ? TYPE_DOUBLE : c->integer || c->boolean ? TYPE_LONG : TYPE_STRING;
}

bool infer_is_empty(const struct infer *c)
{
	return c->values == c->empty;
}
