/* Converts encodings to UTF-8 with iconv(3). */
#include "sys/recode.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

/* The longest character of any encoding in UTF-8, and then some. */
enum { LEAST = 16 };

static int fill(struct recode *r, struct fail *f)
{
	ssize_t n;

	memmove(r->in, r->in + r->at, r->len - r->at);
	r->len -= r->at;
	r->at = 0;
	n = io_read(r->from, r->in + r->len, sizeof r->in - r->len, f);
	if (n < 0)
		return -1;
	r->len += (size_t)n;
	r->ended = n == 0;
	return 0;
}

static int stuck(struct recode *r, struct fail *f)
{
	return fail_set(f, FAIL_DATA, "%s: byte %llu: not of the encoding %s", r->source.name,
			(unsigned long long)r->offset, r->by->encoding);
}

/*
 * The input ends. UTF-7 alone can end inside a character without iconv(3) noticing: a closing "-"
 * makes it look.
 */
static int check_end(struct recode *r, struct fail *f)
{
	char dash[] = "-", room[LEAST], *in = dash, *out = room;
	size_t n = 1, left = sizeof room;

	if (strncasecmp(r->by->encoding, "UTF-7", 5) != 0 &&
		strncasecmp(r->by->encoding, "UTF7", 4) != 0)
		return 0;
	return iconv(r->by->cd, &in, &n, &out, &left) == (size_t)-1 ? stuck(r, f) : 0;
}

static ssize_t recode_read(struct source *s, void *p, size_t cap, struct fail *f)
{
	struct recode *r = (struct recode *)s;
	char *out = p;
	size_t left = cap;

	if (cap < LEAST)
		return fail_set(f, FAIL_SYSTEM, "%s: no room to recode", s->name);
	while (left == cap) {
		char *in;
		size_t n;

		if (r->at == r->len && !r->ended && fill(r, f))
			return -1;
		if (r->at == r->len) {
			if (!r->flushed && check_end(r, f))
				return -1;
			if (!r->flushed) /* what the encoding's state still holds */
				iconv(r->by->cd, NULL, NULL, &out, &left);
			r->flushed = true;
			break;
		}
		in = r->in + r->at;
		n = r->len - r->at;
		if (iconv(r->by->cd, &in, &n, &out, &left) == (size_t)-1 && left == cap) {
			/* a character is cut */
			if (errno == EINVAL && in == r->in + r->at && !r->ended) {
				if (fill(r, f))
					return -1;
				continue;
			}
			if (errno == EILSEQ || (errno == EINVAL && r->ended))
				return r->offset += (uint64_t)(in - (r->in + r->at)), stuck(r, f);
		}
		r->offset += (uint64_t)(in - (r->in + r->at));
		r->at = (size_t)(in - r->in);
	}
	return (ssize_t)(cap - left);
}

static const struct {
	const char *mark;
	size_t len;
	const char *encoding;
} marks[RECODE_CONVERTERS] = {
	{ "\xff\xfe\0\0", 4, "UTF-32LE" },
	{ "\0\0\xfe\xff", 4, "UTF-32BE" },
	{ "\xff\xfe", 2, "UTF-16LE" },
	{ "\xfe\xff", 2, "UTF-16BE" },
};

const char *recode_guess(const char *p, size_t n, bool *marked)
{
	*marked = true;
	for (size_t i = 0; i < RECODE_CONVERTERS; i++)
		if (n >= marks[i].len && memcmp(p, marks[i].mark, marks[i].len) == 0)
			return marks[i].encoding;
	*marked = false;
	if (n < 4)
		return NULL;
	if (p[0] && !p[1] && p[2] && !p[3])
		return "UTF-16LE";
	return !p[0] && p[1] && !p[2] && p[3] ? "UTF-16BE" : NULL;
}

int recode_open(struct recode_set *set, const char *encoding, struct fail *f)
{
	struct recode_converter *c = &set->all[set->n];

	*c = (struct recode_converter){ encoding, iconv_open("UTF-8", encoding) };
	if (c->cd == (iconv_t)-1)
		return fail_set(f, FAIL_USAGE,
			"--encoding %s: no such encoding (iconv -l lists them)", encoding);
	set->n++;
	return 0;
}

int recode_open_marked(struct recode_set *set, struct fail *f)
{
	for (size_t i = 0; i < RECODE_CONVERTERS; i++)
		if (recode_open(set, marks[i].encoding, f))
			return -1;
	return 0;
}

void recode_close(struct recode_set *set)
{
	while (set->n > 0)
		iconv_close(set->all[--set->n].cd);
}

int recode_init(struct recode *r, struct source *from, const struct recode_set *set,
	const char *encoding, struct fail *f)
{
	r->source = (struct source){ recode_read, from->name };
	r->from = from;
	r->by = NULL;
	r->ended = r->flushed = false;
	r->offset = r->at = r->len = 0;
	for (size_t i = 0; i < set->n; i++)
		if (strcmp(set->all[i].encoding, encoding) == 0)
			r->by = &set->all[i];
	if (!r->by)
		return fail_set(f, FAIL_USAGE, "--encoding %s: not opened", encoding);
	iconv(r->by->cd, NULL, NULL, NULL, NULL);
	return 0;
}
