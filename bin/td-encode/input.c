/* input: the files one after the other, the rows of all, and whether they were all there. */
#include "encode.h"

#include "base/mem.h"
#include "base/num.h"

#include <stdlib.h>
#include <unistd.h>

static int nothing_came(const struct input *in, struct fail *f)
{
	if (in->opts->command)
		return fail_set(f, FAIL_DATA, "'%s' exited with 0, but wrote nothing",
			input_name(in));
	return fail_set(f, FAIL_UPSTREAM,
		"%s is empty: the program that should write it died or failed", input_name(in));
}

/*
 * No bytes at all: the writer of a pipe may have died. A file, or a command that exited with 0, is
 * complete: empty JSON, msgpack and logs have no rows; an hour without a request is no failure.
 */
static bool proves_emptiness(const struct input *in)
{
	enum format format = in->opts->format;

	if (!in->opts->command && !bytes_are_of_file(&in->part->bytes))
		return false;
	return format == FORMAT_JSONL || format == FORMAT_MSGPACK || format >= FORMAT_APACHE ||
		((format == FORMAT_CSV || format == FORMAT_TSV) && !in->opts->command);
}

static void make_room(struct input *in)
{
	in->cell = mem_resize(in->cell, in->columns.raw.n + 1, sizeof *in->cell);
}

/* --- one file */

static int read_start(struct input *in, const struct schema *known, struct schema *names,
	struct fail *f)
{
	struct part *part = in->part;
	const char *p;
	ssize_t n = bytes_open(&part->bytes, &in->origin, &p, f);

	if (n < 0)
		return -1;
	if (n == 0 && !part->bytes.gzipped && !proves_emptiness(in))
		return nothing_came(in, f);
	if (detect(&part->bytes, in->opts, &part->reader.format, f))
		return -1;
	if (part->reader.format == FORMAT_FRAME && in->origin.n > 1)
		return fail_set(f, FAIL_USAGE, "%s is a td frame, which is read alone",
			input_name(in));
	if (reader_open(&part->reader, &part->bytes, known, names, f))
		return -1;
	in->rows = part->reader.rows;
	return 0;
}

/* The file at in->origin.at becomes in->part. known: the columns so far, NULL: it is the first. */
static int open_part(struct input *in, const struct schema *known, struct schema *names,
	struct fail *f)
{
	struct part *part = mem_zero(1, sizeof *part);

	in->part = part;
	part->reader.opts = in->opts;
	part->reader.format = in->opts->format;
	keys_init(&part->reader.keys);
	buf_init(&part->reader.header, (size_t)2 * ROW_MAX);
	return read_start(in, known, names, f);
}

static void close_part(struct part *part)
{
	if (!part)
		return;
	reader_close(&part->reader);
	bytes_close(&part->bytes);
	free(part->place);
	free(part);
}

int input_open(struct input *in, const struct opts *o, struct fail *f)
{
	*in = (struct input){ .opts = o };
	return origin_open(&in->origin, o, f) || open_part(in, NULL, &in->columns.raw, f) ? -1 : 0;
}

/* The columns are known, and rows are to come. */
static void input_ready(struct input *in)
{
	bool add = in->opts->unknown_keys == UNKNOWN_ADD;

	if (!add)
		keys_close(&in->part->reader.keys);
	in->part->reader.json.nested = in->columns.nested;
	in->part->reader.json.strings = in->columns.strings;
	in->plain = !add && !in->part->place;
	make_room(in);
}

void input_rewind(struct input *in)
{
	if (in->part->reader.format != FORMAT_FRAME) /* nothing of one was sampled */
		in->rows->rewind(in->rows, false);
	input_ready(in);
}

/* --- the columns of a later file */

static bool same_columns(const struct schema *a, const struct schema *b)
{
	size_t i = 0;

	if (a->n != b->n)
		return false;
	while (i < a->n && strcmp(a->col[i].name, b->col[i].name) == 0)
		i++;
	return i == a->n;
}

/* Its column k, by its name; SIZE_MAX: the run has none of that name. */
static int find_place(struct input *in, const struct schema *names, size_t k, struct fail *f)
{
	const struct schema *raw = &in->columns.raw;
	long at = schema_find(raw, names->col[k].name);

	for (size_t i = 0; i < k && at >= 0; i++)
		if (in->part->place[i] == (size_t)at)
			return fail_set(f, FAIL_DATA, "%s: columns %zu and %zu are both called "
				"'%.200s'", input_name(in), i + 1, k + 1, names->col[k].name);
	in->part->place[k] = at < 0 ? SIZE_MAX : (size_t)at;
	return 0;
}

static int match_columns(struct input *in, const struct schema *names, struct fail *f)
{
	if (reader_is_keyed(&in->part->reader) || same_columns(names, &in->columns.raw))
		return 0;
	in->part->place = mem_zero(names->n + 1, sizeof *in->part->place);
	for (size_t k = 0; k < names->n; k++)
		if (find_place(in, names, k, f))
			return -1;
	return 0;
}

/* Columns that only this file has. */
static int check_others(struct input *in, const struct schema *names, struct fail *f)
{
	enum unknown_keys unknown = in->opts->unknown_keys;

	for (size_t k = 0; k < names->n; k++) {
		if (in->part->place[k] < SIZE_MAX || unknown == UNKNOWN_IGNORE ||
			(unknown == UNKNOWN_UNSET && in->opts->select.n > 0))
			continue;
		if (unknown != UNKNOWN_ADD)
			return fail_set(f, FAIL_DATA, "%s: %s has no column '%.200s': "
				"--unknown-keys ignore leaves it out, --unknown-keys add adds it",
				input_name(in), in->origin.file[0].name, names->col[k].name);
		in->part->place[k] = in->columns.raw.n;
		if (column_set_add(in, names->col[k].name, f))
			return -1;
	}
	return 0;
}

/* Columns that only this file has not, if they are wanted. */
static int check_missing(struct input *in, const struct schema *names, struct fail *f)
{
	const struct columns *c = &in->columns;
	bool *there = mem_zero(c->raw.n + 1, sizeof *there);

	for (size_t k = 0; k < names->n; k++)
		if (in->part->place[k] < SIZE_MAX)
			there[in->part->place[k]] = true;
	for (size_t i = 0; i < c->raw.n && !f->kind && in->opts->unknown_keys != UNKNOWN_ADD; i++)
		if (!there[i] && column_set_uses(in, i))
			fail_set(f, FAIL_DATA, "%s: there is no column '%.200s', which %s has: "
				"--unknown-keys add takes what is missing for NULL", input_name(in),
				c->raw.col[i].name, in->origin.file[0].name);
	free(there);
	return f->kind ? -1 : 0;
}

/* --- the rows of all */

void input_place(const struct input *in, struct cell *cell, struct row *row)
{
	const size_t *place = in->part->place;

	for (size_t i = 0; i < in->columns.raw.n; i++)
		cell[i] = (struct cell){ .kind = CELL_NONE };
	for (size_t k = 0; k < row->n; k++)
		if (place[k] < SIZE_MAX)
			cell[place[k]] = row->cell[k];
	row->cell = cell;
	row->n = in->columns.raw.n;
}

static int next_file(struct input *in, struct fail *f)
{
	struct schema names = { 0 };
	int rc;

	close_part(in->part);
	in->part = NULL;
	in->origin.at++;
	rc = open_part(in, &in->columns.raw, &names, f) || match_columns(in, &names, f) ||
		(in->part->place &&
			(check_others(in, &names, f) || check_missing(in, &names, f))) ? -1 : 0;
	schema_free(&names);
	if (rc == 0)
		in->rows->rewind(in->rows, false); /* all of its rows, not only a sample */
	input_ready(in);
	return rc == 0 && in->opts->add.n > 0 ? added_fill(in, f) : rc;
}

enum row_result input_follow(struct input *in, enum row_result rc, struct row *row, struct fail *f)
{
	while (rc == ROW_END && !in->paused && in->origin.at + 1 < in->origin.n) {
		if (next_file(in, f))
			return ROW_FAILED;
		in->paused = in->sliced;
		rc = in->paused ? ROW_END : row_next(in->rows, row, f);
	}
	if (rc != ROW_GOOD || in->plain)
		return rc;
	if (in->part->place)
		input_place(in, in->cell, row);
	return column_set_see(in, row, f) ? ROW_FAILED : ROW_GOOD;
}

/* --- a sample of later files */

/* Rows of one of them: the sum of their lengths. A bad one is reported when its turn comes. */
static size_t sample_rows(struct input *in, size_t bytes,
	int (*see)(struct input *, const struct row *, struct fail *), struct fail *f)
{
	enum row_result rc;
	size_t sum = 0;
	struct row row;

	while (sum < bytes && (rc = row_next(in->rows, &row, FAIL_IGNORED)) > ROW_END) {
		sum += row.raw_len;
		if (rc != ROW_GOOD)
			continue;
		make_room(in);
		if (in->part->place)
			input_place(in, in->cell, &row);
		if (see(in, &row, f))
			break;
	}
	return sum;
}

/* After a first file whose columns are all known, keys of later ones are none in the sample. */
static void sample_known(struct reader *r)
{
	keys_close(&r->keys);
	r->json.ignore_unknown = r->mp.ignore_unknown = r->ltsv.ignore_unknown = true;
}

static size_t sample_file(struct input *in, size_t bytes, bool may_grow,
	int (*see)(struct input *, const struct row *, struct fail *), struct fail *f)
{
	const struct origin_file *file = &in->origin.file[in->origin.at];
	off_t start = lseek(file->fd, 0, SEEK_CUR);
	struct schema names = { 0 };
	struct fail later = { 0 };
	size_t sum = 0;

	if (open_part(in, &in->columns.raw, &names, &later) == 0 &&
		match_columns(in, &names, &later) == 0) {
		if (!may_grow)
			sample_known(&in->part->reader);
		sum = sample_rows(in, bytes, see, f);
	}
	close_part(in->part);
	schema_free(&names);
	lseek(file->fd, start, SEEK_SET);
	return sum;
}

int input_sample_others(struct input *in, size_t bytes,
	int (*see)(struct input *, const struct row *, struct fail *), struct fail *f)
{
	struct part *first = in->part;
	struct rowin *rows = in->rows;

	for (in->origin.at = 1; in->origin.at < in->origin.n && bytes > 0 && !f->kind;
		in->origin.at++)
		if (in->origin.file[in->origin.at].size > 0) {
			size_t n = sample_file(in, bytes, reader_is_keyed(&first->reader), see, f);

			bytes -= n < bytes ? n : bytes;
		}
	in->origin.at = 0;
	in->part = first;
	in->rows = rows;
	return f->kind ? -1 : 0;
}

/* --- the end */

int input_verify(struct input *in, uint64_t rejected, bool *verified, struct fail *f)
{
	const struct frame_end *end = &in->part->reader.frame.end;

	*verified = in->opts->command != NULL; /* its source ends only if it exited with 0 */
	if (in->part->reader.format != FORMAT_FRAME)
		return 0;
	*verified |= end->verified;
	if (end->rows != in->taken + rejected)
		return fail_set(f, FAIL_DATA, "%s: %llu row%s came, but the frame's end says %llu",
			input_name(in), (unsigned long long)(in->taken + rejected),
			num_s(in->taken + rejected),
			(unsigned long long)end->rows);
	return 0;
}

char *input_names(const struct input *in)
{
	size_t others = in->origin.n > 1 ? in->origin.n - 1 : 0;
	const char *first = in->origin.n > 0 ? in->origin.file[0].name : input_name(in);

	if (others == 0)
		return mem_string(first);
	return mem_printf("%s and %zu more file%s", first, others, others == 1 ? "" : "s");
}

void input_close(struct input *in)
{
	close_part(in->part);
	column_set_free(&in->columns);
	added_free(in);
	free(in->cell);
	origin_close(&in->origin);
}
