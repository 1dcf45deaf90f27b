#include "td-encode.h"

#include "die.h"
#include "jsonout.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * The file is text. Of text rows it holds the row as it came behind a comment line with the reason, and first the header, so
 * that after repair it is read with --comment. Of msgpack rows, lines of JSON whose "row" is the row.
 */
#define MARK "#td-encode:"

static bool is_text(const struct rejects *r)
{
	return r->in->format != FORMAT_FRAME && r->in->format != FORMAT_MSGPACK;
}

static int put(struct rejects *r, const char *p, size_t n, struct fail *f)
{
	return fd_write(r->fd, r->opts->rejects, p, n, f);
}

int rejects_begin(struct rejects *r, struct fail *f)
{
	static const char *const names[] = { "auto", "frame", "csv", "tsv", "jsonl", "msgpack" };
	const struct buf *header = &r->in->header;
	struct buf b;
	int rc;

	if (r->fd >= 0 && fd_is_file(r->fd) && ftruncate(r->fd, 0))
		return fail_errno(f, FAIL_SYSTEM, "cannot empty %s", r->opts->rejects);
	if (r->fd < 0 || !is_text(r))
		return 0;
	buf_init(&b, 1024);
	buf_printf(&b, MARK " rows of %.200s that were rejected; to take them after repair: td-encode -f %s --comment '" MARK "'\n",
		   input_name(r->in), names[r->in->format]);
	rc = put(r, b.p, b.len, f) || (header->len > 0 && put(r, header->p, header->len, f)) ? -1 : 0;
	buf_free(&b);
	return rc;
}

int rejects_open(struct rejects *r, const struct opts *o, const struct input *in, struct fail *f)
{
	*r = (struct rejects){ .opts = o, .in = in, .fd = -1 };
	if (!o->rejects)
		return 0;
	r->fd = open(o->rejects, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (r->fd < 0)
		return fail_errno(f, FAIL_SYSTEM, "cannot open %s", o->rejects);
	return 0;
}

static int put_text(struct rejects *r, const struct row *row, const char *why, struct fail *f)
{
	bool ended = row->raw_len > 0 && (row->raw[row->raw_len - 1] == '\n' || row->raw[row->raw_len - 1] == '\r');
	struct buf b;
	int rc;

	buf_init(&b, 2048);
	buf_printf(&b, MARK " %s", why);
	for (size_t i = 0; i < b.len; i++) /* the reason may quote the row */
		if (b.p[i] == '\n' || b.p[i] == '\r')
			b.p[i] = '?';
	buf_putc(&b, '\n');
	rc = put(r, b.p, b.len, f) || put(r, row->raw, row->raw_len, f) || (!ended && put(r, "\n", 1, f)) ? -1 : 0;
	buf_free(&b);
	return rc;
}

static int put_msgpack(struct rejects *r, const struct row *row, const char *why, struct fail *f)
{
	struct fd_sink to;
	struct textout t;
	struct fail no_json = { 0 };
	int rc;

	fd_sink_init(&to, r->fd, r->opts->rejects);
	textout_init(&t, &to.sink);
	textout_puts(&t, "{\"line\":");
	textout_u64(&t, row->line);
	textout_puts(&t, ",\"reason\":");
	if (jsonout_string(&t, why, strlen(why), &no_json))
		textout_puts(&t, "\"not UTF-8\"");
	textout_puts(&t, ",\"msgpack\":\"");
	textout_base64(&t, row->raw, row->raw_len);
	textout_puts(&t, "\"}\n");
	rc = textout_flush(&t, f);
	textout_free(&t);
	return rc;
}

int rejects_put(struct rejects *r, const struct row *row, struct fail *why, struct fail *f)
{
	int rc = is_text(r) ? put_text(r, row, why->why, f) : put_msgpack(r, row, why->why, f);

	r->n++;
	if (rc == 0 && r->n > r->opts->max_rejects)
		rc = fail_set(f, FAIL_DATA, "more than %llu rows rejected; the last: %.600s",
			      (unsigned long long)r->opts->max_rejects, why->why);
	why->kind = FAIL_NONE;
	return rc;
}

int rejects_close(struct rejects *r, uint64_t rows, struct fail *f)
{
	int fd = r->fd;

	if (fd < 0)
		return 0;
	r->fd = -1;
	if (fd_close(fd, r->opts->rejects, f))
		return -1;
	if (r->n > 0 && (rows == 0 || (double)r->n > r->opts->max_share * (double)(rows + r->n)))
		return fail_set(f, FAIL_DATA, "%llu of %llu rows were rejected, see %s", (unsigned long long)r->n,
				(unsigned long long)(rows + r->n), r->opts->rejects);
	if (r->n > 0)
		warn("%llu of %llu rows were rejected, see %s", (unsigned long long)r->n, (unsigned long long)(rows + r->n),
		     r->opts->rejects);
	return 0;
}
