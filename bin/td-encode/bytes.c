/* bytes: where the bytes of the input come from, inflated and in UTF-8. */
#include "encode.h"

#include "format/magic.h"

enum { LOOK = MAGIC_BYTES };

/* Their place and their first bytes, undecoded. */
static ssize_t open_outer(struct bytes *b, const char **p, struct fail *f)
{
	struct origin *g = b->origin;

	if (g->n > 0)
		fd_source_init(&b->fd, g->file[g->at].fd, g->file[g->at].name);
	lookahead_init(&b->outer, g->n > 0 ? &b->fd.source : &g->child.source);
	return lookahead_peek(&b->outer, LOOK, p, f);
}

bool bytes_are_of_file(const struct bytes *b)
{
	return b->origin->n > 0 && fd_is_file(b->fd.fd);
}

/* A gzip file that is cut is bad data; a pipe that is cut has a writer that died. */
static ssize_t inflated_read(struct source *s, void *p, size_t cap, struct fail *f)
{
	struct gzip_source *g = (struct gzip_source *)s;
	struct bytes *b = (struct bytes *)((char *)g - offsetof(struct bytes, gz));
	ssize_t n = b->inflate(s, p, cap, f);

	if (n < 0 && f->kind == FAIL_UPSTREAM && bytes_are_of_file(b))
		f->kind = FAIL_DATA;
	return n;
}

/* The first byte alone is not text: a gzip file that was cut after it counts as one. */
static bool is_gzip(const char *p, size_t n)
{
	return (gzip_is(p, n) && !framein_is(p, n)) || (n == 1 && *p == '\037');
}

static int inflate_outer(struct bytes *b, const char *p, size_t n, struct fail *f)
{
	struct source *from = &b->outer.source;

	b->gzipped = is_gzip(p, n) && b->origin->opts->format != FORMAT_FRAME;
	if (b->gzipped) {
		if (gzip_source_init(&b->gz, from, f))
			return -1;
		b->inflate = b->gz.source.read;
		b->gz.source.read = inflated_read;
		from = &b->gz.source;
	}
	lookahead_init(&b->plain, from);
	return 0;
}

static const char *format_name(enum format format)
{
	return format == FORMAT_JSONL ? "jsonl" : format == FORMAT_TSV ? "tsv" : "csv";
}

/* What is not rows at all. */
static int check_magic(const struct bytes *b, const char *p, size_t n, enum format format,
	struct fail *f)
{
	const struct magic *m = magic_find(p, n);
	struct buf remedy;
	const char *at;

	if (b->gzipped && gzip_is(p, n) && !framein_is(p, n))
		return fail_set(f, FAIL_DATA, "%s: compressed with gzip twice: inflate it once "
			"before", b->outer.source.name);
	if (!m)
		return 0;
	buf_init(&remedy, 4096);
	at = strstr(m->remedy, "%s");
	buf_put(&remedy, m->remedy, at ? (size_t)(at - m->remedy) : strlen(m->remedy));
	if (at)
		buf_printf(&remedy, "%s%s", format_name(format), at + 2);
	fail_set(f, FAIL_DATA, "%s: this is %s, not rows; %s", b->outer.source.name, m->name,
		buf_text(&remedy));
	buf_free(&remedy);
	return -1;
}

/* The encoding of text that begins with these bytes, NULL for UTF-8; f if the user has to say. */
static const char *encoding_of(const struct bytes *b, const struct opts *o, const char *p, size_t n,
	struct fail *f)
{
	bool marked;
	const char *guess = recode_guess(p, n, &marked);

	if (o->encoding || o->format == FORMAT_FRAME || o->format == FORMAT_MSGPACK)
		return o->encoding;
	if (guess && !marked && (o->format != FORMAT_AUTO || !detect_is_msgpack(p, n)))
		fail_set(f, FAIL_DATA,
			"%s: NUL bytes as in UTF-16 without a byte order mark: if it is UTF-16, "
			"give --encoding %s", b->outer.source.name, guess);
	return marked ? guess : NULL;
}

/* From what was inflated to UTF-8. */
static int recode_plain(struct bytes *b, struct fail *f)
{
	const struct opts *o = b->origin->opts;
	struct source *from = &b->plain.source;
	const char *p, *encoding;
	ssize_t n = lookahead_peek(&b->plain, LOOK, &p, f);

	if (n < 0 || check_magic(b, p, (size_t)n, o->format, f))
		return -1;
	encoding = encoding_of(b, o, p, (size_t)n, f);
	if (f->kind)
		return -1;
	if (encoding) {
		if (recode_init(&b->recode, from, &b->origin->recoders, encoding, f))
			return -1;
		from = &b->recode.source;
	}
	lookahead_init(&b->text, from);
	return 0;
}

ssize_t bytes_open(struct bytes *b, struct origin *g, const char **p, struct fail *f)
{
	ssize_t n;

	b->origin = g;
	n = open_outer(b, p, f);
	if (n < 0 || origin_seal(g, *p, (size_t)n, f) || inflate_outer(b, *p, (size_t)n, f) ||
		recode_plain(b, f))
		return -1;
	n = lookahead_peek(&b->text, LOOK, p, f);
	return n > 0 && check_magic(b, *p, (size_t)n, g->opts->format, f) ? -1 : n;
}

void bytes_close(struct bytes *b)
{
	lookahead_free(&b->text);
	if (b->gzipped)
		gzip_source_free(&b->gz);
	lookahead_free(&b->plain);
	lookahead_free(&b->outer);
}
