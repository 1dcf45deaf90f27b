/* Numbers: Presto's mathematical functions and Hive's. */
#include "sql/functions/lib.h"
#include "sql/cast.h"

#include <math.h>
#include <sys/random.h>

#ifndef M_PI
#define M_PI 3.14159265358979323846
#endif

/* --- doubles: one line each */

#define UNARY(name, expression) \
	static void name(struct call *c, const struct datum *arg, struct datum *out) \
	{ \
		double x = lib_double(&arg[0]); \
		(void)c; \
		datum_set_double(out, expression); \
	}
#define BINARY(name, expression) \
	static void name(struct call *c, const struct datum *arg, struct datum *out) \
	{ \
		double x = lib_double(&arg[0]), y = lib_double(&arg[1]); \
		(void)c; \
		datum_set_double(out, expression); \
	}
#define TEST(name, expression) \
	static void name(struct call *c, const struct datum *arg, struct datum *out) \
	{ \
		double x = lib_double(&arg[0]); \
		(void)c; \
		datum_set_bool(out, expression); \
	}
#define CONSTANT(name, value) \
	static void name(struct call *c, const struct datum *arg, struct datum *out) \
	{ \
		(void)c; \
		(void)arg; \
		datum_set_double(out, value); \
	}

UNARY(f_sqrt, sqrt(x))
static void h_sqrt(struct call *c, const struct datum *arg, struct datum *out)
{
	if (!(lib_double(&arg[0]) < 0)) /* of what is negative, NULL */
		f_sqrt(c, arg, out);
}

/* What sum() takes of a text: 0 of one that is no number, which avg() leaves out. */
static void h_number(struct call *c, const struct datum *arg, struct datum *out)
{
	double d;

	(void)c;
	datum_set_double(out, cast_parse_double(arg[0].p, arg[0].n, &d) ? 0 : d);
}

UNARY(f_cbrt, cbrt(x))
UNARY(f_exp, exp(x))
UNARY(f_ln, log(x))
UNARY(f_log2, log2(x))
UNARY(f_log10, log10(x))
UNARY(f_sin, sin(x))
UNARY(f_cos, cos(x))
UNARY(f_tan, tan(x))
UNARY(f_asin, asin(x))
UNARY(f_acos, acos(x))
UNARY(f_atan, atan(x))
UNARY(f_sinh, sinh(x))
UNARY(f_cosh, cosh(x))
UNARY(f_tanh, tanh(x))
UNARY(f_degrees, x * 180 / M_PI)
UNARY(f_radians, x / 180 * M_PI)
UNARY(f_ceil, ceil(x))
UNARY(f_floor, floor(x))
UNARY(f_trunc, trunc(x))
UNARY(f_abs, fabs(x))
UNARY(f_sign, isnan(x) || x == 0 ? x : x > 0 ? 1 : -1)
BINARY(f_atan2, atan2(x, y))
BINARY(f_power, isnan(y) || (fabs(x) == 1 && isinf(y)) ? (double)NAN : pow(x, y)) /* as Java's */
BINARY(f_log, log(y) / log(x))
TEST(f_is_nan, isnan(x))
TEST(f_is_finite, isfinite(x))
TEST(f_is_infinite, isinf(x))
CONSTANT(f_pi, M_PI)
CONSTANT(f_e, 2.718281828459045)
CONSTANT(f_nan, (double)NAN)
CONSTANT(f_infinity, (double)INFINITY)

/* Hive: what has no value is NULL. */
#define OR_NULL(name, test, expression) \
	static void name(struct call *c, const struct datum *arg, struct datum *out) \
	{ \
		double x = lib_double(&arg[0]); \
		(void)c; \
		if (test) \
			datum_set_double(out, expression); \
	}
OR_NULL(h_ln, x > 0, log(x))
OR_NULL(h_log2, x > 0, log(x) / log(2))
OR_NULL(h_log10, x > 0, log10(x))
OR_NULL(h_asin, fabs(x) <= 1, asin(x))
OR_NULL(h_acos, fabs(x) <= 1, acos(x))

static void h_log(struct call *c, const struct datum *arg, struct datum *out)
{
	double base = lib_double(&arg[0]), x = lib_double(&arg[1]);

	(void)c;
	if (base > 1 && x > 0)
		datum_set_double(out, log(x) / log(base));
}

/* --- integers */

static void same(struct call *c, const struct datum *arg, struct datum *out)
{
	(void)c;
	*out = arg[0];
}

static int64_t least_of(const struct sqltype *t)
{
	return t->kind == SQL_TINYINT	  ? INT8_MIN
		: t->kind == SQL_SMALLINT ? INT16_MIN
		: t->kind == SQL_INTEGER  ? INT32_MIN
					  : INT64_MIN;
}

static int bits_of(const struct sqltype *t)
{
	return t->kind == SQL_TINYINT	  ? 8
		: t->kind == SQL_SMALLINT ? 16
		: t->kind == SQL_INTEGER  ? 32
					  : 64;
}

static int64_t wrap(const struct sqltype *t, int64_t v)
{
	switch (t->kind) {
	case SQL_TINYINT: return (int8_t)v;
	case SQL_SMALLINT: return (int16_t)v;
	case SQL_INTEGER: return (int32_t)v;
	default: return v;
	}
}

static void i_abs(struct call *c, const struct datum *arg, struct datum *out)
{
	int64_t v = arg[0].i;

	if (v == least_of(c->result) && !lib_is_hive(c))
		call_error(c, "Value %lld is out of range for abs(%s)", (long long)v,
			sqltype_text(c->scratch, c->arg[0], SQL_PRESTO));
	else
		datum_set_int(out, v < 0 ? wrap(c->result, (int64_t)(0 - (uint64_t)v)) : v);
}

static void i_sign(struct call *c, const struct datum *arg, struct datum *out)
{
	(void)c;
	datum_set_int(out, (arg[0].i > 0) - (arg[0].i < 0));
}

/* To a multiple of 10^-digits, half away from zero. */
static void i_round(struct call *c, const struct datum *arg, struct datum *out)
{
	int64_t digits = c->argc > 1 ? arg[1].i : 0;
	decimal_t rounded;

	if (digits >= 0) {
		*out = arg[0];
		return;
	}
	if (digits < -18) { /* 10^19 is not a bigint */
		if (lib_is_hive(c))
			datum_set_int(out, 0);
		else
			call_error(c, "numerical overflow: %lld", (long long)arg[0].i);
		return;
	}
	decimal_rescale(arg[0].i, 0, (int)digits, &rounded);
	rounded *= decimal_power((int)-digits);
	if (rounded != (decimal_t)wrap(c->result, (int64_t)rounded))
		call_error(c, "Numeric overflow: round(%lld, %lld)", (long long)arg[0].i,
			(long long)digits);
	else
		datum_set_int(out, (int64_t)rounded);
}

static void bit_and(struct call *c, const struct datum *arg, struct datum *out)
{
	(void)c;
	datum_set_int(out, arg[0].i & arg[1].i);
}

static void bit_or(struct call *c, const struct datum *arg, struct datum *out)
{
	(void)c;
	datum_set_int(out, arg[0].i | arg[1].i);
}

static void bit_xor(struct call *c, const struct datum *arg, struct datum *out)
{
	(void)c;
	datum_set_int(out, arg[0].i ^ arg[1].i);
}

/* Hive's documentation says that 3 ^ 5 is 2. */
static const struct sqltype *xor_type(struct call *c)
{
	call_refuse(c, "Hive's operator ^");
	return NULL;
}

static void bit_not(struct call *c, const struct datum *arg, struct datum *out)
{
	(void)c;
	datum_set_int(out, ~arg[0].i);
}

static void shift_left(struct call *c, const struct datum *arg, struct datum *out)
{
	int64_t n = arg[1].i;

	datum_set_int(out,
		n < 0 || n >= bits_of(c->result)
			? 0
			: wrap(c->result, (int64_t)((uint64_t)arg[0].i << n)));
}

static void shift_right(struct call *c, const struct datum *arg, struct datum *out)
{
	int bits = bits_of(c->result);
	uint64_t v = bits == 64 ? (uint64_t)arg[0].i
				: (uint64_t)arg[0].i & (((uint64_t)1 << bits) - 1);
	int64_t n = arg[1].i;

	datum_set_int(out,
		n < 0 || n >= bits ? 0
			: n == 0   ? arg[0].i
				   : wrap(c->result, (int64_t)(v >> n)));
}

static void shift_arithmetic(struct call *c, const struct datum *arg, struct datum *out)
{
	int64_t n = arg[1].i < 0 || arg[1].i > 63 ? 63 : arg[1].i;

	(void)c;
	datum_set_int(out, arg[0].i < 0 ? ~(~arg[0].i >> n) : arg[0].i >> n);
}

static void bit_count(struct call *c, const struct datum *arg, struct datum *out)
{
	int64_t v = arg[0].i, bits = arg[1].i;

	if (bits < 2 || bits > 64) {
		call_error(c, "Bits specified in bit_count must be between 2 and 64, got %lld",
			(long long)bits);
	} else if (bits < 64 &&
		(v >= (int64_t)1 << (bits - 1) || v < -((int64_t)1 << (bits - 1)))) {
		call_error(c,
			"Number must be representable with the bits specified. %lld can not be "
			"represented with %lld bits",
			(long long)v, (long long)bits);
	} else {
		uint64_t mask = bits == 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1;

		datum_set_int(out, __builtin_popcountll((uint64_t)v & mask));
	}
}

static int digit_of(char ch)
{
	return ch >= '0' && ch <= '9'	 ? ch - '0'
		: ch >= 'a' && ch <= 'z' ? ch - 'a' + 10
		: ch >= 'A' && ch <= 'Z' ? ch - 'A' + 10
					 : 99;
}

static bool radix_good(struct call *c, int64_t radix)
{
	if (radix < 2 || radix > 36)
		call_error(c, "Radix must be between 2 and 36");
	return !c->failed;
}

/* Digits of v, upper or lower case, at the end of text; returns where they begin. */
static char *digits_of(char *end, uint64_t v, unsigned radix, char ten)
{
	do {
		unsigned d = (unsigned)(v % radix);

		*--end = (char)(d < 10 ? '0' + d : (unsigned)ten + d - 10);
		v /= radix;
	} while (v);
	return end;
}

static void to_base(struct call *c, const struct datum *arg, struct datum *out)
{
	char text[66], *end = text + sizeof text, *p;
	int64_t v = arg[0].i;

	if (!radix_good(c, arg[1].i))
		return;
	p = digits_of(end, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, (unsigned)arg[1].i, 'a');
	if (v < 0)
		*--p = '-';
	datum_set_text(out, arena_copy(c->scratch, p, (size_t)(end - p)), (size_t)(end - p));
}

static void from_base(struct call *c, const struct datum *arg, struct datum *out)
{
	const char *p = arg[0].p, *end = p + arg[0].n;
	bool minus = p < end && *p == '-', bad;
	decimal_t v = 0;

	if (!radix_good(c, arg[1].i))
		return;
	p += p < end && (*p == '-' || *p == '+');
	bad = p == end;
	for (; p < end && !bad; p++) {
		v = v * arg[1].i + digit_of(*p);
		bad = digit_of(*p) >= arg[1].i || v > (decimal_t)INT64_MAX + minus;
	}
	if (bad)
		call_error(c, "Not a valid base-%lld number: %.*s", (long long)arg[1].i,
			(int)(arg[0].n < 200 ? arg[0].n : 200), arg[0].p);
	else
		datum_set_int(out, (int64_t)(minus ? -v : v));
}

/* --- rounding */

/* Java's Math.round(): rounded half up, within 64 bits. */
static double java_round(double x)
{
	double r = floor(x);

	r += x - r >= 0.5;
	return r >= 9223372036854775807.0     ? 9223372036854775807.0
		: r <= -9223372036854775808.0 ? -9223372036854775808.0
					      : r;
}

static void d_round(struct call *c, const struct datum *arg, struct datum *out)
{
	double x = lib_double(&arg[0]), factor = pow(10, c->argc > 1 ? (double)arg[1].i : 0), r;

	if (!isfinite(x)) {
		*out = arg[0];
		return;
	}
	r = java_round(fabs(x) * factor) / factor;
	r = x < 0 ? -r : r;
	datum_set_double(out, c->result->kind == SQL_REAL ? (double)(float)r : r);
}

/* Hive rounds the shortest decimal text of the number. */
static void h_round(struct call *c, const struct datum *arg, struct datum *out)
{
	int64_t digits = c->argc > 1 ? arg[1].i : 0;
	char text[PRINT_DOUBLE], number[DECIMAL_TEXT];
	double x = lib_double(&arg[0]);
	decimal_t v;

	if (!isfinite(x) || digits > 30 || digits < -400) {
		*out = arg[0];
		return;
	}
	print_double(text, x);
	if (digits < -38) {
		datum_set_double(out, 0);
	} else if (decimal_parse_scaled(text, strlen(text), (int)digits, &v)) {
		*out = arg[0];
	} else {
		decimal_print(number, v, 0);
		datum_set_double(out,
			strtod(arena_printf(c->scratch, "%se%lld", number, -(long long)digits),
				NULL));
	}
}

/* --- decimals */

static const struct sqltype *same_type(struct call *c)
{
	return c->arg[0];
}

static const struct sqltype *whole_type(struct call *c) /* ceil, floor, round */
{
	int p = c->arg[0]->a, s = c->arg[0]->b, digits = p - s + (s ? 1 : 0);

	return sqltype_decimal(c->scratch, digits < 1 ? 1 : digits > 38 ? 38 : digits, 0);
}

static const struct sqltype *cut_type(struct call *c)
{
	int digits = c->arg[0]->a - c->arg[0]->b;

	return sqltype_decimal(c->scratch, digits < 1 ? 1 : digits, 0);
}

static const struct sqltype *one_more(struct call *c)
{
	return sqltype_decimal(c->scratch, c->arg[0]->a < 38 ? c->arg[0]->a + 1 : 38, c->arg[0]->b);
}

static const struct sqltype *sign_type(struct call *c)
{
	return sqltype_decimal(c->scratch, 1, 0);
}

static void set_decimal(struct call *c, decimal_t v, struct datum *out)
{
	if (decimal_fits(v, c->result->a))
		datum_set_decimal(c->scratch, c->result, v, out);
	else
		call_error(c, "Decimal overflow");
}

static void m_abs(struct call *c, const struct datum *arg, struct datum *out)
{
	decimal_t v = datum_decimal(c->arg[0], &arg[0]);

	set_decimal(c, v < 0 ? -v : v, out);
}

static void m_sign(struct call *c, const struct datum *arg, struct datum *out)
{
	decimal_t v = datum_decimal(c->arg[0], &arg[0]);

	set_decimal(c, (v > 0) - (v < 0), out);
}

static void to_whole(struct call *c, const struct datum *arg, int direction, struct datum *out)
{
	decimal_t v = datum_decimal(c->arg[0], &arg[0]), unit = decimal_power(c->arg[0]->b),
		  rest = v % unit;

	set_decimal(c, v / unit + (direction > 0 && rest > 0) - (direction < 0 && rest < 0), out);
}

static void m_ceil(struct call *c, const struct datum *arg, struct datum *out)
{
	to_whole(c, arg, 1, out);
}

static void m_floor(struct call *c, const struct datum *arg, struct datum *out)
{
	to_whole(c, arg, -1, out);
}

static void m_trunc(struct call *c, const struct datum *arg, struct datum *out)
{
	to_whole(c, arg, 0, out);
}

static void m_trunc_at(struct call *c, const struct datum *arg, struct datum *out)
{
	decimal_t v = datum_decimal(c->arg[0], &arg[0]);
	int64_t cut = c->arg[0]->b - arg[1].i;

	set_decimal(c, cut <= 0 ? v : cut > 38 ? 0 : v - v % decimal_power((int)cut), out);
}

static void m_round(struct call *c, const struct datum *arg, struct datum *out)
{
	decimal_t v = datum_decimal(c->arg[0], &arg[0]);
	int scale = c->arg[0]->b;
	int64_t digits = c->argc > 1 ? arg[1].i : 0;

	if (digits >= scale) {
		set_decimal(c, v, out);
		return;
	}
	if (digits < scale - 38 || decimal_rescale(v, scale, (int)digits, &v))
		v = 0;
	if (decimal_rescale(v, (int)(digits < -38 ? 0 : digits), c->result->b, &v))
		call_error(c, "Decimal overflow");
	else
		set_decimal(c, v, out);
}

/* --- random */

static uint64_t next_random(struct call *c)
{
	uint64_t *s = c->own;

	if (!s) {
		s = c->own = malloc(sizeof *s);
		c->own_free = free;
		if (!s || getrandom(s, sizeof *s, 0) != (ssize_t)sizeof *s)
			abort();
	}
	*s += 0x9e3779b97f4a7c15ULL; /* splitmix64 */
	uint64_t z = *s;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static void f_random(struct call *c, const struct datum *arg, struct datum *out)
{
	(void)arg;
	datum_set_double(out, (double)(next_random(c) >> 11) / 9007199254740992.0);
}

static void i_random(struct call *c, const struct datum *arg, struct datum *out)
{
	int64_t from = c->argc > 1 ? arg[0].i : 0, to = arg[c->argc - 1].i;

	if (from >= to)
		call_error(c,
			c->argc > 1 ? "upper bound must be greater than lower bound"
				    : "bound must be positive");
	else
		datum_set_int(out,
			(int64_t)((uint64_t)from +
				next_random(c) % ((uint64_t)to - (uint64_t)from)));
}

/* java.util.Random with a seed: the same numbers in every run. */
static void seeded(struct call *c, const struct datum *arg, struct datum *out)
{
	const uint64_t mask = ((uint64_t)1 << 48) - 1;
	uint64_t *s = c->own, high, low;

	if (!s) {
		s = c->own = malloc(sizeof *s);
		c->own_free = free;
		if (!s)
			abort();
		*s = ((uint64_t)arg[0].i ^ 0x5deece66dULL) & mask;
	}
	*s = (*s * 0x5deece66dULL + 11) & mask;
	high = *s >> 22;
	*s = (*s * 0x5deece66dULL + 11) & mask;
	low = *s >> 21;
	datum_set_double(out, (double)((high << 27) + low) / 9007199254740992.0);
}

/* --- buckets and distributions */

static bool are_buckets(struct call *c, double x, double from, double to, int64_t n)
{
	if (n <= 0)
		call_error(c, "bucketCount must be greater than 0");
	else if (isnan(x))
		call_error(c, "operand must not be NaN");
	else if (!isfinite(from) || !isfinite(to))
		call_error(c, "%s bound must be finite", isfinite(from) ? "second" : "first");
	else if (from == to)
		call_error(c, "bounds cannot equal each other");
	return !c->failed;
}

static void width_bucket(struct call *c, const struct datum *arg, struct datum *out)
{
	double x = lib_double(&arg[0]), from = lib_double(&arg[1]), to = lib_double(&arg[2]);
	double low = fmin(from, to), high = fmax(from, to);
	int64_t n = arg[3].i, bucket;

	if (!are_buckets(c, x, from, to, n))
		return;
	if (x >= high && n == INT64_MAX) {
		call_error(c, "Bucket for value %g is out of range", x);
		return;
	}
	bucket = x < low    ? 0
		: x >= high ? n + 1
			    : (int64_t)((double)n * (x - low) / (high - low) + 1);
	datum_set_int(out, from > to ? n - bucket + 1 : bucket);
}

/* A binary search, as Presto does: what it does not visit may be wrong. */
static void width_bucket_bins(struct call *c, const struct datum *arg, struct datum *out)
{
	double x = lib_double(&arg[0]);
	size_t n, low = 0, high;
	const struct datum *bin = datum_elements(c->scratch, &arg[1], &n);

	if (n == 0)
		call_error(c, "Bins cannot be an empty array");
	else if (isnan(x))
		call_error(c, "Operand cannot be NaN");
	for (high = n; low < high && !c->failed;) {
		size_t middle = (low + high) / 2;
		double b = lib_double(&bin[middle]);

		if (lib_double(&bin[low]) > lib_double(&bin[high - 1]))
			call_error(c, "Bin values are not sorted in ascending order");
		else if (bin[middle].kind == DATUM_NULL || !isfinite(b))
			call_error(c, "Bin values must be finite");
		else if (x < b)
			high = middle;
		else
			low = middle + 1;
	}
	if (!c->failed)
		datum_set_int(out, (int64_t)low);
}

/* --- Hive's own */

static void h_ceil(struct call *c, const struct datum *arg, struct datum *out)
{
	double r = c->f->name[0] == 'f' ? floor(lib_double(&arg[0])) : ceil(lib_double(&arg[0]));

	datum_set_int(out,
		isnan(r)			      ? 0
			: r >= 9223372036854775807.0  ? INT64_MAX
			: r <= -9223372036854775808.0 ? INT64_MIN
						      : (int64_t)r);
}

static void h_sign(struct call *c, const struct datum *arg, struct datum *out)
{
	double x = lib_double(&arg[0]);

	(void)c;
	datum_set_double(out, (x > 0) - (x < 0));
}

static void i_pmod(struct call *c, const struct datum *arg, struct datum *out)
{
	int64_t a = arg[0].i, b = arg[1].i;

	(void)c;
	if (b == -1)
		datum_set_int(out, 0);
	else if (b != 0)
		datum_set_int(out, (a % b + b) % b);
}

static void d_pmod(struct call *c, const struct datum *arg, struct datum *out)
{
	double a = lib_double(&arg[0]), b = lib_double(&arg[1]);

	(void)c;
	if (b != 0)
		datum_set_double(out, fmod(fmod(a, b) + b, b));
}

static void h_bin(struct call *c, const struct datum *arg, struct datum *out)
{
	char text[66], *end = text + sizeof text, *p = digits_of(end, (uint64_t)arg[0].i, 2, 'A');

	datum_set_text(out, arena_copy(c->scratch, p, (size_t)(end - p)), (size_t)(end - p));
}

static void h_hex(struct call *c, const struct datum *arg, struct datum *out)
{
	char text[66], *end = text + sizeof text, *p = digits_of(end, (uint64_t)arg[0].i, 16, 'A');

	datum_set_text(out, arena_copy(c->scratch, p, (size_t)(end - p)), (size_t)(end - p));
}

static void h_factorial(struct call *c, const struct datum *arg, struct datum *out)
{
	int64_t v = 1;

	(void)c;
	if (arg[0].i < 0 || arg[0].i > 20)
		return;
	for (int64_t i = 2; i <= arg[0].i; i++)
		v *= i;
	datum_set_int(out, v);
}

/* conv(number, from, to): digits up to the first bad one; 64 bits, all set beyond; signed if `to`
 * is negative. */
static void h_conv(struct call *c, const struct datum *arg, struct datum *out)
{
	int64_t from = arg[1].i, to = arg[2].i, base = to < 0 ? -to : to;
	const char *p = arg[0].p, *end = p + arg[0].n;
	bool minus = p < end && *p == '-', over = false;
	char text[66], *last = text + sizeof text, *s;
	uint64_t v = 0;

	if (from < 2 || from > 36 || base < 2 || base > 36)
		return;
	for (p += minus; p < end && digit_of(*p) < from; p++)
		over = over || __builtin_mul_overflow(v, (uint64_t)from, &v) ||
			__builtin_add_overflow(v, (uint64_t)digit_of(*p), &v);
	if (over)
		v = UINT64_MAX;
	else if (minus && to < 0) { /* the documentation's answer has no sign, the code's has one */
		call_refuse(c, "conv of a negative number to a negative base");
		return;
	}
	if (minus && to > 0 && !over)
		v = (int64_t)v < 0 ? UINT64_MAX : 0 - v;
	minus = minus && to < 0;
	if (to < 0 && (int64_t)v < 0) {
		minus = true;
		v = 0 - v;
	}
	s = digits_of(last, v, (unsigned)base, 'A');
	if (minus)
		*--s = '-';
	datum_set_text(out, arena_copy(c->scratch, s, (size_t)(last - s)), (size_t)(last - s));
}

/* --- statistics */

static void normal_cdf(struct call *c, const struct datum *arg, struct datum *out)
{
	double mean = lib_double(&arg[0]), deviation = lib_double(&arg[1]);

	if (!(deviation > 0))
		call_error(c, "standardDeviation must be > 0");
	else
		datum_set_double(
			out, 0.5 * (1 + erf((lib_double(&arg[2]) - mean) / (deviation * sqrt(2)))));
}

/* wilson_interval_lower and _upper(successes, trials, z) */
static void wilson(struct call *c, const struct datum *arg, struct datum *out)
{
	double n = (double)arg[1].i, p = (double)arg[0].i / n, z = lib_double(&arg[2]), spread;

	if (arg[0].i < 0)
		call_error(c, "number of successes must not be negative");
	else if (arg[1].i <= 0)
		call_error(c, "number of trials must be positive");
	else if (arg[0].i > arg[1].i)
		call_error(c, "number of successes must not be larger than number of trials");
	else if (!(z >= 0))
		call_error(c, "z-score must not be negative");
	if (c->failed)
		return;
	spread = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
	if (strcmp(c->f->name, "wilson_interval_lower") == 0)
		spread = -spread;
	datum_set_double(out, (p + z * z / (2 * n) + spread) / (1 + z * z / n));
}

/* --- greatest, least */

static void extreme(struct call *c, const struct datum *arg, int sign, struct datum *out)
{
	for (int i = 0; i < c->argc; i++) {
		if (c->arg[i]->kind == SQL_ARRAY && datum_has_null(c->arg[i], &arg[i])) {
			call_error(
				c, "ARRAY comparison not supported for arrays with null elements");
			return;
		}
		if (i == 0 || out->kind == DATUM_NAN ||
			(arg[i].kind != DATUM_NAN &&
				sign * datum_compare(c->result, &arg[i], out) > 0))
			*out = arg[i];
	}
}

static void greatest(struct call *c, const struct datum *arg, struct datum *out)
{
	extreme(c, arg, 1, out);
}

static void least(struct call *c, const struct datum *arg, struct datum *out)
{
	extreme(c, arg, -1, out);
}

#define DOUBLE_ROW(name, call) { name, "(double) -> double", SQL_BOTH, 0, call, 0, 0, 0 }
#define PRESTO_ROW(name, call) { name, "(double) -> double", SQL_PRESTO, 0, call, 0, 0, 0 }
#define HIVE_ROW(name, call) { name, "(double) -> double", SQL_HIVE, 0, call, 0, 0, 0 }
const struct function functions_math[] = {
	PRESTO_ROW("sqrt", f_sqrt), HIVE_ROW("sqrt", h_sqrt),
	DOUBLE_ROW("cbrt", f_cbrt),
	DOUBLE_ROW("exp", f_exp),
	PRESTO_ROW("ln", f_ln),
	PRESTO_ROW("log2", f_log2),
	PRESTO_ROW("log10", f_log10),
	DOUBLE_ROW("sin", f_sin),
	DOUBLE_ROW("cos", f_cos),
	DOUBLE_ROW("tan", f_tan),
	PRESTO_ROW("asin", f_asin),
	PRESTO_ROW("acos", f_acos),
	DOUBLE_ROW("atan", f_atan),
	PRESTO_ROW("sinh", f_sinh),
	PRESTO_ROW("cosh", f_cosh),
	PRESTO_ROW("tanh", f_tanh),
	DOUBLE_ROW("degrees", f_degrees),
	DOUBLE_ROW("radians", f_radians),
	HIVE_ROW("ln", h_ln),
	HIVE_ROW("log", h_ln),
	HIVE_ROW("log2", h_log2),
	HIVE_ROW("log10", h_log10),
	HIVE_ROW("asin", h_asin),
	HIVE_ROW("acos", h_acos),
	{ "log", "(double, double) -> double", SQL_HIVE, 0, .call = h_log },
	{ "log", "(double, double) -> double", SQL_PRESTO, 0, .call = f_log },
	{ "atan2", "(double, double) -> double", SQL_PRESTO, 0, .call = f_atan2 },
	{ "power", "(double, double) -> double", SQL_BOTH, 0, .call = f_power },
	{ "pow", "(double, double) -> double", SQL_BOTH, 0, .call = f_power },
	{ "pi", "() -> double", SQL_BOTH, FUNCTION_PLAIN, .call = f_pi },
	{ "e", "() -> double", SQL_BOTH, FUNCTION_PLAIN, .call = f_e },
	{ "nan", "() -> double", SQL_PRESTO, 0, .call = f_nan },
	{ "infinity", "() -> double", SQL_PRESTO, FUNCTION_PLAIN, .call = f_infinity },
	{ "is_nan", "(double) -> boolean", SQL_PRESTO, 0, .call = f_is_nan },
	{ "is_finite", "(double) -> boolean", SQL_PRESTO, 0, .call = f_is_finite },
	{ "is_infinite", "(double) -> boolean", SQL_PRESTO, 0, .call = f_is_infinite },
	{ "abs", "(I) -> I", SQL_BOTH, 0, .call = i_abs },
	{ "abs", "(double) -> double", SQL_BOTH, 0, .call = f_abs },
	{ "abs", "(real) -> real", SQL_PRESTO, 0, .call = f_abs },
	{ "abs", "(decimal) -> decimal", SQL_BOTH, 0, .call = m_abs, .result = same_type },
	{ "sign", "(I) -> I", SQL_PRESTO, 0, .call = i_sign },
	{ "sign", "(double) -> double", SQL_PRESTO, 0, .call = f_sign },
	{ "sign", "(real) -> real", SQL_PRESTO, 0, .call = f_sign },
	{ "sign", "(double) -> double", SQL_HIVE, 0, .call = h_sign },
	{ "sign", "(decimal) -> decimal", SQL_PRESTO, 0, .call = m_sign, .result = sign_type },
#define WHOLE(name, f, m)                                                                          \
	{ name, "(I) -> I", SQL_PRESTO, 0, .call = same },                                         \
		{ name, "(double) -> double", SQL_PRESTO, 0, .call = f },                          \
		{ name, "(real) -> real", SQL_PRESTO, 0, .call = f },                              \
		{ name, "(decimal) -> decimal", SQL_BOTH, 0, .call = m, .result = whole_type },    \
		{ name, "(bigint) -> bigint", SQL_HIVE, 0, .call = same },                         \
	{                                                                                          \
		name, "(double) -> bigint", SQL_HIVE, 0, .call = h_ceil                            \
	}
	WHOLE("ceil", f_ceil, m_ceil),
	WHOLE("ceiling", f_ceil, m_ceil),
	WHOLE("floor", f_floor, m_floor),
	{ "truncate", "(double) -> double", SQL_PRESTO, 0, .call = f_trunc },
	{ "truncate", "(real) -> real", SQL_PRESTO, 0, .call = f_trunc },
	{ "truncate", "(decimal) -> decimal", SQL_PRESTO, 0, .call = m_trunc, .result = cut_type },
	{ "truncate", "(decimal, bigint) -> decimal", SQL_PRESTO, 0, .call = m_trunc_at,
		.result = same_type },
	{ "round", "(I) -> I", SQL_PRESTO, 0, .call = same },
	{ "round", "(I, bigint) -> I", SQL_PRESTO, 0, .call = i_round },
	{ "round", "(double) -> double", SQL_PRESTO, 0, .call = d_round },
	{ "round", "(real) -> real", SQL_PRESTO, 0, .call = d_round },
	{ "round", "(double, bigint) -> double", SQL_PRESTO, 0, .call = d_round },
	{ "round", "(real, bigint) -> real", SQL_PRESTO, 0, .call = d_round },
	{ "round", "(decimal) -> decimal", SQL_PRESTO, 0, .call = m_round, .result = whole_type },
	{ "round", "(decimal, bigint) -> decimal", SQL_PRESTO, 0, .call = m_round,
		.result = one_more },
	{ "round", "(I) -> I", SQL_HIVE, 0, .call = same },
	{ "round", "(I, integer) -> I", SQL_HIVE, 0, .call = i_round },
	{ "round", "(double) -> double", SQL_HIVE, 0, .call = h_round },
	{ "round", "(double, integer) -> double", SQL_HIVE, 0, .call = h_round },
	{ "round", "(decimal) -> decimal", SQL_HIVE, 0, .call = m_round, .result = whole_type },
	{ "round", "(decimal, integer) -> decimal", SQL_HIVE, 0, .call = m_round,
		.result = one_more },
	{ "normal_cdf", "(double, double, double) -> double", SQL_PRESTO, 0, .call = normal_cdf },
	{ "wilson_interval_lower", "(bigint, bigint, double) -> double", SQL_PRESTO, 0, .call = wilson },
	{ "wilson_interval_upper", "(bigint, bigint, double) -> double", SQL_PRESTO, 0, .call = wilson },
	{ "bitwise_and", "(bigint, bigint) -> bigint", SQL_PRESTO, 0, .call = bit_and },
	{ "bitwise_or", "(bigint, bigint) -> bigint", SQL_PRESTO, 0, .call = bit_or },
	{ "bitwise_xor", "(bigint, bigint) -> bigint", SQL_PRESTO, 0, .call = bit_xor },
	{ "bitwise_not", "(bigint) -> bigint", SQL_PRESTO, 0, .call = bit_not },
	{ "$number", "(varchar) -> double", SQL_HIVE, 0, .call = h_number },
	{ "$bitand", "(I, I) -> I", SQL_HIVE, 0, .call = bit_and },
	{ "$bitor", "(I, I) -> I", SQL_HIVE, 0, .call = bit_or },
	{ "$bitxor", "(I, I) -> I", SQL_HIVE, 0, .call = bit_xor, .result = xor_type },
	{ "$bitnot", "(I) -> I", SQL_HIVE, 0, .call = bit_not },
	{ "bitwise_left_shift", "(I, bigint) -> I", SQL_PRESTO, 0, .call = shift_left },
	{ "bitwise_right_shift", "(I, bigint) -> I", SQL_PRESTO, 0, .call = shift_right },
	{ "bitwise_right_shift_arithmetic", "(I, bigint) -> I", SQL_PRESTO, 0,
		.call = shift_arithmetic },
	{ "bit_count", "(bigint, bigint) -> bigint", SQL_PRESTO, 0, .call = bit_count },
	{ "to_base", "(bigint, bigint) -> varchar(64)", SQL_PRESTO, 0, .call = to_base },
	{ "from_base", "(varchar, bigint) -> bigint", SQL_PRESTO, 0, .call = from_base },
	{ "random", "() -> double", SQL_PRESTO, FUNCTION_VOLATILE | FUNCTION_PLAIN,
		.call = f_random },
	{ "rand", "() -> double", SQL_BOTH, FUNCTION_VOLATILE | FUNCTION_PLAIN, .call = f_random },
	{ "rand", "(bigint) -> double", SQL_HIVE, FUNCTION_VOLATILE | FUNCTION_PLAIN,
		.call = seeded },
	{ "random", "(I) -> I", SQL_PRESTO, FUNCTION_VOLATILE, .call = i_random },
	{ "rand", "(I) -> I", SQL_PRESTO, FUNCTION_VOLATILE, .call = i_random },
	{ "random", "(I, I) -> I", SQL_PRESTO, FUNCTION_VOLATILE, .call = i_random },
	{ "rand", "(I, I) -> I", SQL_PRESTO, FUNCTION_VOLATILE, .call = i_random },
	{ "width_bucket", "(double, double, double, bigint) -> bigint", SQL_PRESTO, 0,
		.call = width_bucket },
	{ "width_bucket", "(double, array(double)) -> bigint", SQL_PRESTO, 0,
		.call = width_bucket_bins },
	{ "pmod", "(I, I) -> I", SQL_HIVE, 0, .call = i_pmod },
	{ "pmod", "(double, double) -> double", SQL_HIVE, 0, .call = d_pmod },
	{ "bin", "(bigint) -> varchar", SQL_HIVE, 0, .call = h_bin },
	{ "hex", "(bigint) -> varchar", SQL_HIVE, 0, .call = h_hex },
	{ "factorial", "(integer) -> bigint", SQL_HIVE, 0, .call = h_factorial },
	{ "conv", "(varchar, integer, integer) -> varchar", SQL_HIVE, 0, .call = h_conv },
	{ "greatest", "(T, T...) -> T", SQL_BOTH, 0, .call = greatest },
	{ "least", "(T, T...) -> T", SQL_BOTH, 0, .call = least },
	{ 0 },
};
