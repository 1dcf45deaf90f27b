/* rejects: rows that were set aside, in a file. */
#include "encode.h"

#include "base/die.h"
#include "base/num.h"
#include "format/jsonout.h"
#include "sys/metrics.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The file is text: a command that takes it, the header if there is one, and each row after a
 * comment line with the reason. Rows of text are copied as they came. Rows of msgpack are JSON on a
 * line of their own: what JSON cannot say is written so that the line is refused until it is
 * repaired, and never taken for something else.
 */

static int put(struct rejects *r, const char *p, size_t n, struct fail *f)
{
	int rc = fd_write(r->fd, r->opts->rejects, p, n, f);

	if (rc && f->kind == FAIL_PIPE) { /* not our reader */
		*f = (struct fail){ 0 };
		fail_set(f, FAIL_SYSTEM, "--rejects %s: its reader is gone", r->opts->rejects);
	}
	return rc;
}

/* Makes what b holds from `start` on a part of a comment line, which has no line ends. */
static void make_comment_of(struct buf *b, size_t start)
{
	for (size_t i = start; i < b->len; i++)
		if (b->p[i] == '\n' || b->p[i] == '\r')
			b->p[i] = '?';
}

/* The same, to the end of the line. */
static void make_comment(struct buf *b, size_t start)
{
	make_comment_of(b, start);
	buf_putc(b, '\n');
}

/*
 * What stands before rows of the file that is being read: the command that takes them, and their
 * header.
 */
static void make_section(const struct rejects *r, struct buf *b)
{
	const struct buf *header = &r->in->part->reader.header;
	size_t start = b->len;

	repair_command(b, r->in, r->record);
	make_comment(b, start);
	buf_put(b, header->p, header->len);
}

int rejects_begin(struct rejects *r, struct fail *f)
{
	char *names;
	struct buf b;
	int rc;

	if (r->fd >= 0 && fd_is_file(r->fd) && ftruncate(r->fd, 0))
		return fail_errno(f, FAIL_SYSTEM, "cannot empty %s", r->opts->rejects);
	if (r->fd < 0)
		return 0;
	names = input_names(r->in);
	buf_init(&b, 8 << 20);
	buf_printf(&b,
		REJECTS_MARK " rows of %.200s that were rejected; to take them after repair: ",
		names);
	make_comment_of(&b, 0);
	make_section(r, &r->section);
	rc = put(r, b.p, b.len, f) || put(r, r->section.p, r->section.len, f) ? -1 : 0;
	buf_free(&b);
	free(names);
	return rc;
}

/*
 * Rows of another file than the last ones. If they need another command, or their header is
 * another one, they follow a line that no reader takes: the file has to be split there.
 */
static int new_section(struct rejects *r, struct fail *f)
{
	struct buf now, b;
	int rc = 0;

	r->file = r->in->origin.at;
	buf_init(&now, 8 << 20);
	make_section(r, &now);
	if (now.len != r->section.len || memcmp(now.p, r->section.p, now.len) != 0) {
		buf_init(&b, 1 << 16);
		buf_printf(&b, "\"split the file here\n" REJECTS_MARK " rows of %.200s; to take "
			"them after repair: ", input_name(r->in));
		make_comment_of(&b, sizeof "\"split the file here\n" - 1);
		rc = put(r, b.p, b.len, f) || put(r, now.p, now.len, f) ? -1 : 0;
		buf_free(&b);
		buf_free(&r->section);
		r->section = now;
	} else {
		buf_free(&now);
	}
	return rc;
}

/* The same file, by whatever names; not one that swallows what it is given, such as /dev/null. */
static bool is_same(const struct stat *a, const char *path)
{
	struct stat b;

	return stat(path, &b) == 0 && !S_ISCHR(b.st_mode) && a->st_dev == b.st_dev &&
		a->st_ino == b.st_ino;
}

/* Whatever else the run uses must not be overwritten, nor mixed with rejects. */
static int check_file(const struct rejects *r, struct fail *f)
{
	static const char *const names[] = { "input", "output", "place for messages" };
	const char *const files[] = { "/dev/fd/0", "/dev/fd/1", "/dev/fd/2" };
	const struct opts *o = r->opts;
	struct stat st;

	if (stat(o->rejects, &st))
		return 0; /* it is to be made */
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (is_same(&st, files[i]))
			return fail_set(f, FAIL_USAGE, "--rejects %s: this is the %s", o->rejects,
				names[i]);
	if (o->schema_file && is_same(&st, o->schema_file))
		return fail_set(f, FAIL_USAGE, "--rejects %s: this is the file of --schema",
			o->rejects);
	for (char **arg = o->command; arg && *arg; arg++)
		if (is_same(&st, *arg))
			return fail_set(f, FAIL_USAGE, "--rejects %s: the command uses this file",
				o->rejects);
	for (char **file = o->files; file && *file; file++)
		if (is_same(&st, *file))
			return fail_set(f, FAIL_USAGE, "--rejects %s: this is the input",
				o->rejects);
	return 0;
}

int rejects_open(struct rejects *r, const struct opts *o, const struct input *in,
	const struct record *record, struct fail *f)
{
	struct stat st;

	*r = (struct rejects){ .opts = o, .in = in, .record = record, .fd = -1 };
	buf_init(&r->section, 8 << 20);
	if (!o->rejects)
		return 0;
	if (check_file(r, f))
		return -1;
	r->fd = open(o->rejects, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (r->fd < 0)
		return fail_errno(f, FAIL_SYSTEM, "cannot open %s", o->rejects);
	for (int i = STDIN_FILENO; i <= STDOUT_FILENO; i++)
		if (fd_are_one_file(r->fd, i))
			return fail_set(f, FAIL_USAGE, "--rejects %s: this is the %s", o->rejects,
				i == STDIN_FILENO ? "input" : "output");
	if (fstat(r->fd, &st) == 0 && metrics_file() && is_same(&st, metrics_file()))
		return fail_set(f, FAIL_USAGE, "--rejects %s: this is the file of --metrics",
			o->rejects);
	return 0;
}

/* --- msgpack as JSON */

/* Bytes that are no UTF-8 stay as they are. */
static void put_string(struct textout *t, const char *p, size_t n)
{
	static const char hex[] = "0123456789abcdef";

	textout_putc(t, '"');
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c == '"' || c == '\\' || c == '\n')
			textout_putc(t, '\\');
		if (c >= 0x20) {
			textout_putc(t, p[i]);
		} else if (c == '\n') {
			textout_putc(t, 'n');
		} else {
			textout_puts(t, "\\u00");
			textout_putc(t, hex[c >> 4]);
			textout_putc(t, hex[c & 15]);
		}
	}
	textout_putc(t, '"');
}

static void put_scalar(struct textout *t, const struct mp *v, const struct type *type)
{
	struct fail ignored = { 0 };
	bool binary = type && type->source == TYPE_BINARY;

	if (v->type == MP_EXT || ((v->type == MP_STR || v->type == MP_BIN) && binary)) {
		textout_puts(t, v->type == MP_EXT ? "ext \"" : "\""); /* JSON has no ext */
		textout_base64(t, v->as.p, v->n);
		textout_putc(t, '"');
	} else if (v->type == MP_STR || v->type == MP_BIN) {
		put_string(t, v->as.p, v->n);
	} else {
		jsonout_scalar(t, v, &ignored);
	}
}

/* The value at p, whose end is returned; its column's type, or NULL. */
static const char *put_value(struct textout *t, const char *p, const char *end,
	const struct type *type);

/*
 * A pair of a map. Keys of rows are text or are wrong; those of maps in a row may be numbers, which
 * JSON has in quotes.
 */
static const char *put_pair(struct textout *t, const char *p, const char *end,
	const struct type *key, const struct type *item, bool row)
{
	struct mp v;
	bool quoted = !row && mp_token(p, end, &v) > 0 && v.type <= MP_FLOAT;

	textout_puts(t, quoted ? "\"" : "");
	p = put_value(t, p, end, key);
	textout_puts(t, quoted ? "\":" : ":");
	return put_value(t, p, end, item);
}

static const char *put_value(struct textout *t, const char *p, const char *end,
	const struct type *type)
{
	const struct type *item = type ? type->item : NULL, *key = type ? type->key : NULL;
	struct mp v;

	p += mp_token(p, end, &v);
	if (v.type != MP_ARRAY && v.type != MP_MAP) {
		put_scalar(t, &v, type);
		return p;
	}
	textout_putc(t, v.type == MP_MAP ? '{' : '[');
	for (uint32_t i = 0; i < v.n; i++) {
		textout_puts(t, i ? "," : "");
		p = v.type == MP_MAP ? put_pair(t, p, end, key, item, false)
				     : put_value(t, p, end, item);
	}
	textout_putc(t, v.type == MP_MAP ? '}' : ']');
	return p;
}

static const struct type *type_of(const struct rejects *r, size_t cell)
{
	for (size_t i = 0; i < r->record->n; i++)
		if (r->record->column[i].cell == cell)
			return r->record->column[i].rules.type;
	return cell < r->in->columns.raw.n ? r->in->columns.type[cell] : NULL;
}

/*
 * The row at p: a map; or an array, of a frame with the names of its columns if it has as many
 * values.
 */
static void put_row(struct textout *t, const struct rejects *r, const char *p, const char *end)
{
	const struct schema *names = &r->in->columns.raw;
	bool named;
	struct mp v;

	p += mp_token(p, end, &v);
	named = v.type == MP_MAP || (r->in->part->reader.format == FORMAT_FRAME && v.n == names->n);
	textout_putc(t, named ? '{' : '[');
	for (uint32_t i = 0; i < v.n; i++) {
		textout_puts(t, i ? "," : "");
		if (v.type == MP_MAP) {
			p = put_pair(t, p, end, NULL, NULL, true);
			continue;
		}
		if (named) {
			put_string(t, names->col[i].name, strlen(names->col[i].name));
			textout_putc(t, ':');
		}
		p = put_value(t, p, end, r->in->part->reader.format == FORMAT_FRAME ? type_of(r, i)
			: NULL);
	}
	textout_puts(t, named ? "}\n" : "]\n");
}

static int put_msgpack(struct rejects *r, const struct row *row, struct fail *f)
{
	struct fd_sink to;
	struct textout t;
	struct mp v;
	int rc;

	fd_sink_init(&to, r->fd, r->opts->rejects);
	textout_init(&t, &to.sink);
	if (mp_token(row->raw, row->raw + row->raw_len, &v) > 0 &&
		(v.type == MP_ARRAY || v.type == MP_MAP)) {
		put_row(&t, r, row->raw, row->raw + row->raw_len);
	} else {
		put_value(&t, row->raw, row->raw + row->raw_len, NULL);
		textout_putc(&t, '\n');
	}
	rc = textout_flush(&t, f);
	textout_free(&t);
	return rc;
}

static int put_text(struct rejects *r, const struct row *row, struct fail *f)
{
	bool ended = row->raw_len > 0 &&
		(row->raw[row->raw_len - 1] == '\n' || row->raw[row->raw_len - 1] == '\r');

	return put(r, row->raw, row->raw_len, f) || (!ended && put(r, "\n", 1, f)) ? -1 : 0;
}

uint64_t rejects_count(const struct input *in, const struct row *row)
{
	uint64_t lines = in->rows == &in->part->reader.csv.rowin
		? csvscan_lines(row->raw, row->raw + row->raw_len)
		: 1;

	return lines > 0 ? lines : 1;
}

int rejects_put(struct rejects *r, const struct row *row, struct fail *why, struct fail *f)
{
	enum format format = r->in->part->reader.format;
	bool text = format != FORMAT_FRAME && format != FORMAT_MSGPACK;
	struct buf b;
	int rc;

	if (r->file != r->in->origin.at && new_section(r, f))
		return -1;
	buf_init(&b, 4096);
	buf_printf(&b, REJECTS_MARK " %s", why->why);
	make_comment(&b, 0);
	rc = put(r, b.p, b.len, f) || (text ? put_text(r, row, f) : put_msgpack(r, row, f)) ? -1
											    : 0;
	buf_free(&b);
	r->n += rejects_count(r->in, row);
	if (rc == 0 && r->n > r->opts->max_rejects)
		rc = fail_set(f, FAIL_DATA,
			"more than %llu row%s rejected (--max-rejects %llu); the last: %.600s",
			(unsigned long long)r->opts->max_rejects,
			r->opts->max_rejects == 1 ? " was" : "s were",
			(unsigned long long)r->opts->max_rejects, why->why);
	why->kind = FAIL_NONE;
	return rc;
}

/* "more than 5%", if it is a percentage that was exceeded. */
static void limit_of(const struct rejects *r, char *text, size_t cap)
{
	if (r->opts->max_percent < 100)
		snprintf(text, cap, ", more than %g%% (--max-rejects)", r->opts->max_percent);
	else
		*text = '\0';
}

int rejects_close(struct rejects *r, uint64_t rows, struct fail *f)
{
	unsigned long long n = r->n, all = rows + r->n;
	char limit[64];
	int fd = r->fd;

	if (fd < 0)
		return 0;
	r->fd = -1;
	if (fd_close(fd, r->opts->rejects, f))
		return -1;
	limit_of(r, limit, sizeof limit);
	if (n > 0 && (rows == 0 ||
		(double)n * 100 > r->opts->max_percent * (double)all * (1 + 1e-12)))
		return fail_set(f, FAIL_DATA, "%llu of %llu row%s %s rejected%s: see %s", n, all,
			num_s(all), n == 1 ? "was" : "were", limit, r->opts->rejects);
	if (n > 0)
		warn("%llu of %llu row%s %s rejected: see %s", n, all, num_s(all),
			n == 1 ? "was" : "were", r->opts->rejects);
	return 0;
}

int rejects_offer(struct fail *f)
{
	if (f->kind != FAIL_DATA || strstr(f->why, "--") || strstr(f->why, " -f "))
		return -1;
	return fail_add(f, "; --rejects FILE sets such rows aside");
}

void rejects_free(struct rejects *r)
{
	buf_free(&r->section);
}
