#include "td-encode.h"

#include "colname.h"
#include "die.h"
#include "gzip.h"
#include "infer.h"
#include "mem.h"

#include <stdlib.h>
#include <unistd.h>

enum { SAMPLE = 4 << 20, LOOK = 4096 }; /* bytes of text that types are inferred from; that tell the format */

/* --- what is it? */

static enum format text_format(const char *p, size_t n)
{
	const char *lf = memchr(p, '\n', n);
	size_t tabs = 0, commas = 0;

	n = lf ? (size_t)(lf - p) : n;
	for (size_t i = 0; i < n; i++) {
		tabs += p[i] == '\t';
		commas += p[i] == ',';
	}
	return tabs > commas ? FORMAT_TSV : FORMAT_CSV;
}

static enum format recognise(const char *p, size_t n)
{
	size_t at = n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	if (gzip_is(p, n))
		return FORMAT_FRAME;
	while (at < n && strchr(" \t\r\n", p[at]) && p[at])
		at++;
	if (at < n && (p[at] == '{' || p[at] == '['))
		return FORMAT_JSONL;
	if (((unsigned char)p[0] >= 0x80 && (unsigned char)p[0] <= 0x9f) || ((unsigned char)p[0] >= 0xdc && (unsigned char)p[0] <= 0xdf))
		return FORMAT_MSGPACK;
	return text_format(p, n);
}

/* --- columns */

static struct source *source(struct input *in)
{
	return &in->peek.source;
}

/* The index of the column that the user calls `name`: by its legal name, or as it came. */
static long find(const struct input *in, const struct schema *raw, const char *name)
{
	long i = schema_find(&in->names, name);

	return i >= 0 ? i : schema_find(raw, name);
}

static int no_column(struct input *in, const char *option, const char *name, struct fail *f)
{
	return fail_set(f, FAIL_DATA, "%s: there is no column '%s' (%s)", source(in)->name, name, option);
}

static void say_renamed(const struct input *in, const struct schema *raw)
{
	enum { SAID = 8 };
	struct buf b;
	size_t n = 0;

	buf_init(&b, 1 << 16);
	for (size_t i = 0; i < raw->n; i++) {
		if (strcmp(raw->col[i].name, in->names.col[i].name) == 0)
			continue;
		if (n < SAID)
			buf_printf(&b, "%s'%.40s' is %s", n ? ", " : "", raw->col[i].name, in->names.col[i].name);
		n++;
	}
	if (n > SAID)
		buf_printf(&b, ", and %zu more", n - SAID);
	if (n > 0)
		warn("column names made legal: %s", buf_text(&b));
	buf_free(&b);
}

/* Types that the user gave. */
static int declared_types(struct input *in, const struct schema *raw, struct fail *f)
{
	const struct schema *given = &in->opts->columns;

	for (size_t k = 0; k < given->n; k++) {
		long i = find(in, raw, given->col[k].name);

		if (i < 0)
			return no_column(in, "--columns", given->col[k].name, f);
		if (!given->col[k].type)
			continue;
		type_free(in->type[i]);
		in->type[i] = type_parse(given->col[k].type, f);
		if (!in->type[i])
			return -1;
		in->exact[i] = false;
	}
	return 0;
}

/* Which cell holds the time, if any; a column `time` that does not is called time_ instead. */
static int choose_time(struct input *in, const struct schema *raw, struct record *r, struct fail *f)
{
	const struct opts *o = in->opts;
	long own = schema_find(&in->names, "time");

	r->time = o->time;
	r->time_cell = -1;
	if (o->time_column) {
		r->time_cell = find(in, raw, o->time_column);
		if (r->time_cell < 0)
			return no_column(in, "--time-column", o->time_column, f);
	} else if (!o->time_given) {
		r->time_cell = own;
	}
	if (r->time_cell >= 0)
		r->time_name = mem_string(in->names.col[r->time_cell].name);
	if (own >= 0 && own != r->time_cell)
		colname_rename(&in->names, (size_t)own, "time_");
	return 0;
}

static void fill_record(struct input *in, struct record *r)
{
	for (size_t i = 0; i < in->names.n; i++) {
		if (strcmp(in->names.col[i].name, "time") == 0)
			continue;
		record_add(r, in->names.col[i].name, in->type[i], in->exact[i], i);
		in->type[i] = NULL; /* the record's now */
	}
	record_begin(r);
}

/* in->names holds the names as they came. */
static int name_columns(struct input *in, struct record *r, int (*types)(struct input *, struct fail *), struct fail *f)
{
	struct schema raw = { 0 };
	int rc;

	in->type = mem_zero(in->names.n, sizeof(struct type *));
	in->exact = mem_zero(in->names.n, sizeof *in->exact);
	rc = schema_copy(&raw, &in->names, f);
	if (rc == 0 && colname_make_all(&in->names, f))
		rc = fail_at(f, "%s", source(in)->name);
	if (rc == 0)
		rc = choose_time(in, &raw, r, f) || declared_types(in, &raw, f) || types(in, f) ? -1 : 0;
	if (rc == 0) {
		say_renamed(in, &raw);
		fill_record(in, r);
	}
	schema_free(&raw);
	return rc;
}

/* --- CSV and TSV */

static int csv_start(struct input *in, struct fail *f)
{
	if (csvin_init(&in->csv, source(in), in->format == FORMAT_TSV ? '\t' : ',', '"', f))
		return -1;
	in->rows = &in->csv.rowin;
	return 0;
}

static int csv_skip_header(struct input *in, struct fail *f)
{
	struct row row;

	return in->opts->no_header ? 0 : row_next(in->rows, &row, f) < 0 ? -1 : 0;
}

/* Start again at the first row. */
static int csv_restart(struct input *in, bool for_good, struct fail *f)
{
	csvin_free(&in->csv);
	if (for_good)
		peek_go(&in->peek);
	else
		peek_rewind(&in->peek);
	return csv_start(in, f) || csv_skip_header(in, f) ? -1 : 0;
}

static int csv_sample(struct input *in, struct infer *seen, struct fail *f)
{
	struct row row;
	int rc;

	if (csv_restart(in, false, f))
		return -1;
	while ((rc = row_next(in->rows, &row, f)) > 0) {
		for (size_t i = 0; i < row.n; i++)
			infer_text(&seen[i], row.cell[i].p, row.cell[i].n);
		if (in->peek.kept.len >= SAMPLE)
			break;
	}
	return rc < 0 ? -1 : 0;
}

static int csv_types(struct input *in, struct fail *f)
{
	struct infer *seen = mem_zero(in->names.n, sizeof *seen);
	bool open = false;
	int rc = 0;

	for (size_t i = 0; i < in->names.n; i++)
		open |= !in->type[i];
	if (open && !in->opts->all_string)
		rc = csv_sample(in, seen, f);
	for (size_t i = 0; i < in->names.n && rc == 0; i++) {
		if (in->type[i])
			continue;
		in->type[i] = type_new(in->opts->all_string ? TYPE_STRING : infer_kind(&seen[i]));
		in->exact[i] = true;
	}
	free(seen);
	return rc ? rc : csv_restart(in, true, f);
}

static int csv_names(struct input *in, struct fail *f)
{
	const struct schema *given = &in->opts->columns;
	struct row row;
	int rc = row_next(in->rows, &row, f);

	if (rc < 0)
		return -1;
	if (!in->opts->no_header) {
		if (rc == 0)
			return fail_set(f, FAIL_DATA, "%s: no header line", source(in)->name);
		for (size_t i = 0; i < row.n; i++) {
			char *name = mem_copy(row.cell[i].p, row.cell[i].n);

			rc = schema_add(&in->names, name, NULL, f);
			free(name);
			if (rc)
				return fail_at(f, "%s", source(in)->name);
		}
		return 0;
	}
	if (rc > 0 && given->n > 0 && row.n != given->n)
		return fail_set(f, FAIL_DATA, "%s: line %llu: %zu cells where --columns names %zu", source(in)->name,
				(unsigned long long)row.line, row.n, given->n);
	if (rc == 0 && given->n == 0)
		return fail_set(f, FAIL_DATA, "%s: no rows, and no --columns", source(in)->name);
	for (size_t i = 0; i < (given->n ? given->n : row.n); i++)
		if (schema_add(&in->names, given->n ? given->col[i].name : "", NULL, f))
			return -1;
	return 0;
}

static int open_csv(struct input *in, struct record *r, struct fail *f)
{
	return csv_start(in, f) || csv_names(in, f) || name_columns(in, r, csv_types, f) ? -1 : 0;
}

/* --- frames */

static int frame_types(struct input *in, struct fail *f)
{
	for (size_t i = 0; i < in->names.n; i++) {
		const char *engine = in->frame.head.schema.col[i].type;

		if (in->type[i])
			continue;
		if (!engine)
			return fail_set(f, FAIL_DATA, "%s: column %zu '%s' has no type: say it with --columns",
					source(in)->name, i + 1, in->names.col[i].name);
		in->type[i] = in->opts->all_string ? type_new(TYPE_STRING) : type_of_engine(engine);
	}
	return 0;
}

/* A program that failed before it knew its columns writes a head without any, and then why it gave up. */
static int no_columns(struct input *in, struct fail *f)
{
	struct frame_block b;
	const char *p;
	size_t n;

	if (framein_next(&in->frame, &b, &p, &n, f) == FRAMEIN_FAILED)
		return -1;
	return fail_set(f, FAIL_DATA, "%s: this frame does not name its columns", source(in)->name);
}

static int open_frame(struct input *in, struct record *r, struct fail *f)
{
	peek_go(&in->peek);
	if (framein_open(&in->frame, source(in), f))
		return -1;
	if (in->frame.head.content != FRAME_ROWS)
		return fail_set(f, FAIL_DATA, "%s: this frame holds records already: pipe it straight into td-put",
				source(in)->name);
	if (in->frame.head.schema.n == 0)
		return no_columns(in, f);
	mpin_init(&in->mp, framein_plain(&in->frame));
	in->mp.columns = in->frame.head.schema.n;
	in->rows = &in->mp.rowin;
	if (schema_copy(&in->names, &in->frame.head.schema, f))
		return -1;
	return name_columns(in, r, frame_types, f);
}

/* --- all of them */

static int open_source(struct input *in, struct fail *f)
{
	if (in->opts->command) {
		if (child_open(&in->child, in->opts->command, f))
			return -1;
		peek_init(&in->peek, &in->child.source);
	} else {
		fd_source_init(&in->fd, STDIN_FILENO, "standard input");
		peek_init(&in->peek, &in->fd.source);
	}
	return 0;
}

int input_open(struct input *in, const struct opts *o, struct record *r, struct fail *f)
{
	const char *p;
	ssize_t n;

	*in = (struct input){ .opts = o, .format = o->format };
	if (open_source(in, f) || (n = peek_look(&in->peek, LOOK, &p, f)) < 0)
		return -1;
	if (n == 0 && (o->format == FORMAT_AUTO || o->format == FORMAT_FRAME))
		return fail_set(f, FAIL_UPSTREAM, "%s is empty: the program that should write it died or failed",
				source(in)->name);
	if (o->format == FORMAT_AUTO)
		in->format = recognise(p, (size_t)n);
	switch (in->format) {
	case FORMAT_CSV:
	case FORMAT_TSV:
		return open_csv(in, r, f);
	case FORMAT_FRAME:
		if (o->format == FORMAT_AUTO && !framein_is(p, (size_t)n))
			return fail_set(f, FAIL_USAGE, "%s is gzip'ed and no td frame: use `gzip -dc | td-encode`",
					source(in)->name);
		return open_frame(in, r, f);
	default:
		return fail_set(f, FAIL_USAGE, "%s: %s input does not work yet", source(in)->name,
				in->format == FORMAT_JSONL ? "JSON" : "msgpack");
	}
}

int input_verify(struct input *in, bool *verified, struct fail *f)
{
	*verified = in->opts->command != NULL; /* its source ends only if it exited with 0 */
	if (in->format != FORMAT_FRAME)
		return 0;
	*verified |= in->frame.end.verified;
	if (in->frame.end.rows != in->taken)
		return fail_set(f, FAIL_DATA, "%s: %llu rows came, but the frame's end says %llu", source(in)->name,
				(unsigned long long)in->taken, (unsigned long long)in->frame.end.rows);
	return 0;
}

void input_close(struct input *in)
{
	child_stop(&in->child);
	if (in->rows == &in->csv.rowin)
		csvin_free(&in->csv);
	if (in->rows == &in->mp.rowin)
		mpin_free(&in->mp);
	if (in->format == FORMAT_FRAME)
		framein_close(&in->frame);
	for (size_t i = 0; in->type && i < in->names.n; i++)
		type_free(in->type[i]);
	free(in->type);
	free(in->exact);
	schema_free(&in->names);
	peek_free(&in->peek);
}
