/* Time zones: reads TZif files (RFC 9636) and fixed offsets, finds instants and local times. */
#include "value/zone.h"
#include "base/mem.h"
#include "value/calendar.h"
#include "value/zonerule.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum {
	HEADER = 44,   /* bytes of a TZif header */
	TYPE = 6,      /* of a local time type: offset, dst, index of the abbreviation */
	WEST = -89999, /* the offsets that RFC 9636 allows */
	EAST = 93599,
	REACH = 26 * 3600, /* an instant and its local time are never further apart */
	LISTED_FROM = 1800, /* the last change of a file that has a rule is not before this year */
	LISTED_UNTIL = 2100, /* changes before this year are in the list, later ones are computed */
};

#define LIMIT (INT64_C(1) << 51) /* of instants, in seconds */

struct zone {
	size_t changes, types;
	int64_t *at;           /* the instants of the changes, ascending */
	unsigned char *turned; /* what each changes to, an index into type */
	struct zone_type *type;
	char *names;
	bool ruled; /* after the last change the rule holds */
	struct zonerule rule;
};

/* Constant from `from` to before `to`. */
struct segment {
	int64_t from, to;
	const struct zone_type *type;
};

void zone_free(struct zone *z)
{
	if (!z)
		return;
	free(z->at);
	free(z->turned);
	free(z->type);
	free(z->names);
	free(z);
}

/* --- fixed offsets */

static bool digits(const char *s, size_t n)
{
	while (n > 0 && isdigit((unsigned char)*s))
		s++, n--;
	return n == 0;
}

/* H, HH, HHMM, HH:MM to seconds, or -1. */
static int32_t hours_minutes(const char *s)
{
	size_t n = strlen(s), h = n == 1 ? 1 : 2;
	const char *m = s + h + (n == 5 && s[2] == ':');
	int32_t hours, minutes;

	if (n < 1 || n > 5 || n == 3 || (n == 5 && s[2] != ':') || !digits(s, h) ||
		!digits(m, strlen(m)))
		return -1;
	hours = (int32_t)strtol((char[]){ s[0], h == 2 ? s[1] : '\0', '\0' }, NULL, 10);
	minutes = (int32_t)strtol(m, NULL, 10);
	return minutes > 59 || hours * 60 + minutes > 18 * 60 ? -1 : hours * 3600 + minutes * 60;
}

struct zone *zone_fixed(const char *name)
{
	bool utc = strcmp(name, "UTC") == 0 || strcmp(name, "GMT") == 0 || strcmp(name, "Z") == 0;
	int32_t east = utc ? 0 : *name == '+' || *name == '-' ? hours_minutes(name + 1) : -1;
	struct zone *z;

	if (east < 0)
		return NULL;
	z = mem_zero(1, sizeof *z);
	z->names = mem_string(name);
	z->types = 1;
	z->type = mem_zero(1, sizeof *z->type);
	z->type[0] = (struct zone_type){ *name == '-' ? -east : east, false, z->names };
	return z;
}

/* --- TZif files */

/* A block of a file: the counts in its header, in their order there. */
struct block {
	uint64_t isut, isstd, leap, changes, types, chars;
};

static int64_t big_endian(const unsigned char *p, unsigned n)
{
	uint64_t v = p[0] & 0x80 ? UINT64_MAX : 0;

	while (n--)
		v = v << 8 | *p++;
	return (int64_t)v;
}

/* False if there is no header in n bytes at p. Counts are below 2^32: sums cannot overflow. */
static bool read_header(const unsigned char *p, size_t n, struct block *b)
{
	uint64_t count[6];

	if (n < HEADER || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
		return false;
	for (unsigned i = 0; i < 6; i++)
		count[i] = (uint64_t)big_endian(p + 20 + 4 * i, 4) & UINT32_MAX;
	*b = (struct block){ count[0], count[1], count[2], count[3], count[4], count[5] };
	return true;
}

/* Bytes after the header, where an instant takes `wide` bytes. */
static uint64_t block_size(const struct block *b, uint64_t wide)
{
	return b->changes * (wide + 1) + b->types * TYPE + b->chars + b->leap * (wide + 4) +
		b->isstd + b->isut;
}

static bool read_types(struct zone *z, const unsigned char *p, uint64_t chars)
{
	for (size_t i = 0; i < z->types; i++, p += TYPE) {
		struct zone_type *t = &z->type[i];

		*t = (struct zone_type){ (int32_t)big_endian(p, 4), p[4] != 0, z->names + p[5] };
		if (t->east < WEST || t->east > EAST || p[4] > 1 || p[5] >= chars)
			return false;
		for (const char *s = t->abbreviation; *s; s++)
			if (!isalnum((unsigned char)*s) && *s != '+' && *s != '-')
				return false;
	}
	return true;
}

static bool read_changes(struct zone *z, const unsigned char *at, const unsigned char *type)
{
	for (size_t i = 0; i < z->changes; i++) {
		z->at[i] = big_endian(at + 8 * i, 8);
		z->turned[i] = type[i];
		if (type[i] >= z->types || (i > 0 && z->at[i] <= z->at[i - 1]))
			return false;
	}
	return true;
}

/* The block of 64-bit instants, whose bytes are all there. */
static bool read_block(struct zone *z, const struct block *b, const unsigned char *p)
{
	const unsigned char *types = p + 9 * b->changes, *chars = types + TYPE * b->types;

	if (b->leap > 0 || b->types == 0 || b->types > 256 || b->chars == 0 ||
		chars[b->chars - 1] != '\0')
		return false;
	z->changes = (size_t)b->changes; /* all of it is there */
	z->types = (size_t)b->types;
	z->at = mem_zero(z->changes + 1, sizeof *z->at);
	z->turned = mem_zero(z->changes + 1, 1);
	z->type = mem_zero(z->types + 2, sizeof *z->type); /* two more for the rule's */
	z->names = mem_copy(chars, (size_t)b->chars);
	return read_types(z, types, b->chars) && read_changes(z, p, p + 8 * b->changes);
}

/* "\nTZ string\n"; an empty one is not a rule. */
static bool read_footer(struct zone *z, const unsigned char *p, size_t n)
{
	const unsigned char *end = n > 1 && p[0] == '\n' ? memchr(p + 1, '\n', n - 1) : NULL;
	char *text;

	if (!end)
		return false;
	if (end == p + 1)
		return true;
	text = mem_copy(p + 1, (size_t)(end - p - 1));
	z->ruled = zonerule_parse(&z->rule, text);
	free(text);
	return z->ruled;
}

/* Append the rule's changes until LISTED_UNTIL: a search is faster than computing them. */
static void list_rule(struct zone *z)
{
	const int64_t start = calendar_days(LISTED_FROM, 1, 1) * 86400,
		      end = calendar_days(LISTED_UNTIL, 1, 1) * 86400;
	struct zonerule_change c;

	if (!z->ruled || !z->rule.saves || z->changes == 0 || z->types > 254 ||
		z->at[z->changes - 1] < start) /* no zone of this world: a list without end */
		return;
	z->type[z->types] = z->rule.standard;
	z->type[z->types + 1] = z->rule.saving;
	for (int64_t t = z->at[z->changes - 1]; t < end; t = c.at) {
		c = zonerule_next(&z->rule, t);
		z->at = mem_resize(z->at, z->changes + 1, sizeof *z->at);
		z->turned = mem_resize(z->turned, z->changes + 1, 1);
		z->at[z->changes] = c.at;
		z->turned[z->changes++] = (unsigned char)(z->types + c.dst);
	}
	z->types += 2;
}

struct zone *zone_parse(const void *tzif, size_t n)
{
	const unsigned char *p = tzif;
	struct zone *z;
	struct block b;
	uint64_t size;

	if (!read_header(p, n, &b))
		return NULL;
	size = HEADER + block_size(&b, 4); /* 32-bit instants, which are here again with 64 */
	if (size > n || !read_header(p + size, n - (size_t)size, &b))
		return NULL;
	p += size + HEADER;
	n -= (size_t)size + HEADER;
	size = block_size(&b, 8);
	z = mem_zero(1, sizeof *z);
	if (size > n || !read_block(z, &b, p) || !read_footer(z, p + size, n - (size_t)size)) {
		zone_free(z);
		return NULL;
	}
	list_rule(z);
	return z;
}

/* --- looking up */

static int64_t within(int64_t t)
{
	return t < -LIMIT ? -LIMIT : t > LIMIT ? LIMIT : t;
}

/* After the last change of the list. */
static struct segment segment_of_rule(const struct zone *z, int64_t utc)
{
	int64_t last = z->changes ? z->at[z->changes - 1] : INT64_MIN;
	struct zonerule_change then, next;

	if (!z->rule.saves)
		return (struct segment){ last, INT64_MAX, &z->rule.standard };
	then = zonerule_last(&z->rule, utc);
	next = zonerule_next(&z->rule, utc);
	return (struct segment){ then.at > last ? then.at : last, next.at,
		then.dst ? &z->rule.saving : &z->rule.standard };
}

static struct segment segment_at(const struct zone *z, int64_t utc)
{
	size_t lo = 0, hi = z->changes; /* lo becomes the number of changes until utc */

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (z->at[mid] <= utc)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == z->changes && z->ruled)
		return segment_of_rule(z, utc);
	return (struct segment){ lo > 0 ? z->at[lo - 1] : INT64_MIN,
		lo < z->changes ? z->at[lo] : INT64_MAX, &z->type[lo > 0 ? z->turned[lo - 1] : 0] };
}

const struct zone_type *zone_at(const struct zone *z, int64_t utc)
{
	return segment_at(z, within(utc)).type;
}

struct zone_local zone_local(const struct zone *z, int64_t local)
{
	struct zone_local found = { .fit = ZONE_SKIPPED };
	struct segment s, next;

	local = within(local);
	for (s = segment_at(z, local - REACH);; s = next) {
		int64_t t = local - s.type->east;

		if (s.from <= t && t < s.to) {
			found.fit = found.fit == ZONE_SKIPPED ? ZONE_ONCE : ZONE_REPEATED;
			found.before = found.fit == ZONE_ONCE ? t : found.before;
			found.after = t;
		}
		if (s.to > local + REACH)
			return found;
		next = segment_at(z, s.to);
		if (found.fit == ZONE_SKIPPED && t >= s.to && local - next.type->east < s.to) {
			found.before = t;
			found.after = local - next.type->east;
		}
	}
}

int64_t zone_utc(const struct zone *z, int64_t local)
{
	return zone_local(z, local).before;
}
