/* lib: what the files of functions/ share. Each has one table of rows (function.h) and no other
 * extern. */
#ifndef SQL_FUNCTIONS_LIB_H
#define SQL_FUNCTIONS_LIB_H

#include "value/calendar.h"
#include "sql/cast.h"
#include "sql/decimal.h"
#include "sql/function.h"
#include "sql/print.h"

#include <stdlib.h>
#include <string.h>

extern const struct function functions_aggregate[], functions_array[], functions_binary[],
	functions_hive[], functions_json[], functions_map[], functions_math[], functions_operator[],
	functions_regexp[], functions_string[], functions_td[], functions_time[],
	functions_time_text[], functions_url[], functions_window[];

static inline bool lib_is_hive(const struct call *c)
{
	return c->query->engine == SQL_HIVE;
}

static inline double lib_double(const struct datum *v)
{
	return datum_double(v);
}

/* --- UTF-8; texts are valid, but for what a table holds: then each byte that is not is a character
 */

size_t lib_width(const char *p, const char *end);           /* bytes of the character at p */
uint32_t lib_character(const char *p, const char *end);
size_t lib_length(const struct datum *v);                   /* characters */
const char *lib_skip(const char *p, const char *end, int64_t n); /* n characters further, or end */
const char *lib_find(
	const char *p, size_t n, const char *what, size_t m); /* like memmem(); what may be empty */

/* A NUL-terminated copy. */
static inline char *lib_cstring(struct call *c, const struct datum *v)
{
	return arena_copy(c->scratch, v->p, v->n);
}

static inline bool lib_is(const struct datum *v, const char *word)
{
	return strlen(word) == v->n && memcmp(word, v->p, v->n) == 0;
}

static inline void lib_text(struct datum *out, const char *p, const char *end)
{
	datum_set_text(out, p, (size_t)(end - p));
}

/* A value as its type's CAST to varchar makes it: a char with its blanks. */
struct datum lib_printed(struct call *c, int i, const struct datum *arg);

/* xxHash of 64 bits, as xxhash64() has it. */
uint64_t lib_xxhash64(const char *p, size_t n);

/* varchar of this length; beyond what a type can say, an unbounded one. */
const struct sqltype *lib_varchar(struct call *c, int64_t length);

/* --- lists of datums that grow in c's scratch memory */

struct lib_list {
	struct datum *v;
	size_t n, room;
};
struct datum *lib_add(struct call *c, struct lib_list *l); /* one more, NULL so far */
void lib_add_text(struct call *c, struct lib_list *l, const char *p, const char *end);
void lib_array(struct call *c, const struct lib_list *l, struct datum *out); /* as c's result */
void lib_list_as(struct call *c, const struct sqltype *t, const struct datum *v, size_t n,
	struct datum *out);
/* A map of n pairs; with `last` of equal keys the last one counts, else they raise. */
void lib_map(struct call *c, const struct sqltype *t, struct datum *kv, size_t n, bool last,
	struct datum *out);

/* Sets of values by a type's equality (NULL equals NULL), in a hash table in c's scratch memory. */
struct lib_set {
	const struct sqltype *t;
	struct datum *v;
	size_t *slot, n, room; /* slot: index + 1 */
	struct arena *memory;
};
void lib_set_init(struct lib_set *s, struct arena *memory, const struct sqltype *t);
size_t lib_set_find(struct lib_set *s, const struct datum *v); /* its index, or SIZE_MAX */
bool lib_set_add(
	struct lib_set *s, const struct datum *v); /* false: it was there. Bytes are borrowed */
uint64_t lib_hash(const struct sqltype *t, const struct datum *v);

void lib_sort(struct call *c, struct datum *v, size_t n,
	int (*compare)(struct call *c, const struct datum *x, const struct datum *y));

/* --- times: what functions take apart */

struct lib_time {
	int64_t days;       /* of the wall clock, since 1970-01-01 */
	int second;         /* of the day */
	int64_t picosecond; /* of the second */
	unsigned zone;
	int64_t offset;     /* seconds east of UTC */
};
struct lib_time lib_time_of(const struct call *c, const struct sqltype *t, const struct datum *v);
/* Back, as type t; the zone's rules find UTC. */
void lib_time_set(struct call *c, const struct sqltype *t, struct lib_time x, struct datum *out);

/* Units: index into lib_units, -1: none. */
enum lib_unit {
	UNIT_MILLISECOND,
	UNIT_SECOND,
	UNIT_MINUTE,
	UNIT_HOUR,
	UNIT_DAY,
	UNIT_WEEK,
	UNIT_MONTH,
	UNIT_QUARTER,
	UNIT_YEAR
};
extern const char *const lib_units[9];
int lib_unit(const struct datum *v);
struct lib_time lib_truncate(struct lib_time x, enum lib_unit unit);

/* Java's SimpleDateFormat (joda false) and Joda's letters; -1: call_error() or call_refuse() was
 * called. */
bool time_text_parse(
	struct call *c, const struct datum *text, const struct datum *pattern, int64_t *seconds);
int time_text_format(
	struct call *c, struct buf *out, struct lib_time x, const struct datum *pattern, bool joda);

#endif
