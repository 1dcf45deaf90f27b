/* td-swap: the receipt that it writes. */
#include "swap.h"

#include "base/die.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/sig.h"
#include "sys/clock.h"
#include "sys/metrics.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int put_text(char *text, struct fail *f)
{
	int rc = fd_write(STDOUT_FILENO, "standard output", text, strlen(text), f);

	log_result(text);
	free(text);
	return rc;
}

int swap_receipt_begin(struct swap *s, struct fail *f)
{
	if (s->out_begun)
		return 0;
	s->out_begun = true;
	return put_text(receipt_begin(&s->out), f);
}

void swap_names_destination(const char *database, const char *table)
{
	char *name = table ? mem_printf("%s.%s", database, table) : mem_string(database);

	metrics_destination(name);
	free(name);
}

int swap_receipt_start(struct swap *s, struct fail *f)
{
	const struct receipt *in = &s->in;
	struct receipt *out = &s->out;

	swap_names_destination(in->database, in->table);
	out->mode = in->mode;
	out->endpoint = mem_string(in->endpoint);
	out->database = mem_string(in->database);
	out->table = mem_string(in->table);
	out->session = in->session ? mem_string(in->session) : NULL;
	out->job_id = in->job_id ? mem_string(in->job_id) : NULL;
	out->watermark_column = in->watermark_column ? mem_string(in->watermark_column) : NULL;
	out->watermark = in->watermark ? mem_string(in->watermark) : NULL;
	out->source_job = in->source_job ? mem_string(in->source_job) : NULL;
	out->rows = in->rows;
	out->rejects = in->rejects;
	out->valid = in->valid;
	out->errors = in->errors;
	out->parts = in->parts;
	out->bytes = in->bytes;
	out->has_time = in->has_time;
	out->time_min = in->time_min;
	out->time_max = in->time_max;
	out->verified = in->verified;
	out->started = in->started ? mem_string(in->started) : NULL;
	out->carry.is_range = in->carry.is_range;
	out->carry.from = in->carry.from;
	out->carry.to = in->carry.to;
	out->carry.keys = in->carry.keys ? mem_string(in->carry.keys) : NULL;
	out->carry.deleted = in->carry.deleted ? mem_string(in->carry.deleted) : NULL;
	return schema_copy(&out->schema, &in->schema, f);
}

int swap_receipt_end(struct swap *s, const struct fail *why, struct fail *f)
{
	char now[21];

	clock_utc(now);
	s->out.finished = mem_string(now);
	s->out.done = !why;
	if (why) {
		s->out.reason = mem_string(why->why);
		s->out.place = mem_string(die_place());
		s->out.status = sig_status(why->kind);
	}
	if (swap_receipt_begin(s, f) || put_text(receipt_end(&s->out), f))
		return -1;
	return fd_close(STDOUT_FILENO, "standard output", f);
}
