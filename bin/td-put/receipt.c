/* td-put: its receipt. */
#include "put.h"

#include "sys/clock.h"
#include "base/die.h"
#include "base/fd.h"
#include "base/log.h"
#include "value/alias.h"
#include "base/mem.h"
#include "base/sig.h"

#include <stdlib.h>
#include <unistd.h>

static int put_text(char *text, struct fail *f)
{
	int rc = fd_write(STDOUT_FILENO, "standard output", text, strlen(text), f);

	log_result(text);
	free(text);
	return rc;
}

/* Of names without a Latin letter the alias says nothing, and depends on the other columns. */
static void warn_of_aliases(const struct schema *columns)
{
	struct schema aliases = { 0 };

	if (alias_all(&aliases, columns, FAIL_IGNORED) == 0)
		for (size_t i = 0; i < columns->n; i++)
			if (alias_is_empty(aliases.col[i].name) &&
				!alias_is_legal(columns->col[i].name))
				warn("column '%.100s' is %s in SQL: td-encode --rename gives it a "
				     "name that can be read there",
					columns->col[i].name, aliases.col[i].name);
	schema_free(&aliases);
}

/* What the end of the frame says, and the first half of the line. */
int paper_begin(struct load *l, struct fail *f)
{
	const struct frame_end *e = &l->input.in.end;
	struct receipt *r = &l->receipt;
	uint64_t parts = 0, bytes = 0;

	if (l->upload)
		upload_counts(l->upload, &parts, &bytes);
	r->rows = l->said.rows_unknown ? r->valid : (int64_t)e->rows;
	r->rejects = (int64_t)e->rejects;
	r->parts = (int64_t)parts;
	r->bytes = (int64_t)bytes;
	if (e->watermark_column)
		r->watermark_column = mem_string(e->watermark_column);
	if (e->watermark)
		r->watermark = mem_string(e->watermark);
	r->verified = e->verified;
	r->has_time = e->has_time;
	r->time_min = e->time_min;
	r->time_max = e->time_max;
	if (schema_copy(&r->schema, &e->schema, f))
		return -1;
	warn_of_aliases(&e->schema);
	l->receipt_begun = true;
	progress_pause(&l->progress);
	return put_text(receipt_begin(r), f);
}

int paper_end(struct load *l, const struct fail *why, struct fail *f)
{
	struct receipt *r = &l->receipt;
	char now[21];

	clock_utc(now);
	free(r->finished);
	r->finished = mem_string(now);
	r->done = !why;
	if (why) {
		free(r->reason);
		r->reason = mem_string(why->why);
		free(r->place);
		r->place = mem_string(die_place());
		r->status = sig_status(why->kind);
	}
	if (!l->receipt_begun && put_text(receipt_begin(r), f))
		return -1;
	if (put_text(receipt_end(r), f))
		return -1;
	return fd_close(STDOUT_FILENO, "standard output", f);
}

void paper_start(struct load *l)
{
	struct receipt *r = &l->receipt;
	char now[21];

	receipt_init(r);
	clock_utc(now);
	r->started = mem_string(now);
	r->mode = l->to.mode;
	r->action = mem_string(l->o->no_commit              ? "upload"
			       : l->o->streaming            ? "import"
			       : l->to.mode == TDURL_APPEND ? "append"
							    : "load");
	r->endpoint = l->conf.endpoint ? mem_string(l->conf.endpoint) : NULL;
	r->database = l->to.database ? mem_string(l->to.database) : NULL;
	r->table = mem_string(l->to.table);
	r->carry.is_range = l->range.on;
	r->carry.from = l->range.from;
	r->carry.to = l->range.to;
	r->carry.keys = l->to.keys ? mem_string(l->to.keys) : NULL;
	r->carry.deleted = l->to.deleted ? mem_string(l->to.deleted) : NULL;
}
