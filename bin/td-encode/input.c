/* input: the bytes, the reader of their rows, and whether they were all there. */
#include "encode.h"

static int nothing_came(const struct input *in, struct fail *f)
{
	if (in->opts->command)
		return fail_set(f, FAIL_DATA, "'%s' exited with 0, but wrote nothing",
			input_name(in));
	return fail_set(f, FAIL_UPSTREAM,
		"%s is empty: the program that should write it died or failed", input_name(in));
}

/*
 * No byte at all: of a pipe its writer died, perhaps. A command that exited with 0 and a file have
 * said all they had to say, which in JSON and msgpack is no rows.
 */
static bool proves_emptiness(const struct input *in)
{
	enum format format = in->opts->format;

	if (!in->opts->command && !fd_is_file(in->bytes.fd.fd))
		return false;
	return format == FORMAT_JSONL || format == FORMAT_MSGPACK ||
		((format == FORMAT_CSV || format == FORMAT_TSV) && !in->opts->command);
}

int input_open(struct input *in, const struct opts *o, struct fail *f)
{
	const char *p;
	ssize_t n;

	*in = (struct input){ .opts = o, .reader.opts = o, .reader.format = o->format };
	keys_init(&in->reader.keys);
	buf_init(&in->reader.header, (size_t)2 * ROW_MAX);
	n = bytes_open(&in->bytes, o, &p, f);
	if (n < 0)
		return -1;
	if (n == 0 && !in->bytes.gzipped && !proves_emptiness(in))
		return nothing_came(in, f);
	if (detect(&in->bytes, o, &in->reader.format, f))
		return -1;
	return reader_open(&in->reader, &in->bytes, &in->columns.raw, f);
}

void input_rewind(struct input *in)
{
	struct reader *r = &in->reader;

	if (r->format == FORMAT_FRAME)
		return; /* its reader stands at the first row: nothing of it was sampled */
	r->rows->rewind(r->rows, false);
	r->json.nested = in->columns.nested;
	r->json.strings = in->columns.strings;
}

int input_verify(struct input *in, uint64_t rejected, bool *verified, struct fail *f)
{
	const struct frame_end *end = &in->reader.frame.end;

	*verified = in->opts->command != NULL; /* its source ends only if it exited with 0 */
	if (in->reader.format != FORMAT_FRAME)
		return 0;
	*verified |= end->verified;
	if (end->rows != in->taken + rejected)
		return fail_set(f, FAIL_DATA, "%s: %llu rows came, but the frame's end says %llu",
			input_name(in), (unsigned long long)(in->taken + rejected),
			(unsigned long long)end->rows);
	return 0;
}

void input_close(struct input *in)
{
	reader_close(&in->reader);
	columns_close(&in->columns);
	bytes_close(&in->bytes);
}
