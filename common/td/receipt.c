/* Receipts, the JSON on the standard output of td-put and td-swap. */
#include "td/receipt.h"
#include "value/alias.h"
#include "base/mem.h"
#include "value/jsondoc.h"
#include "base/visible.h"

#include <stdlib.h>
#include <string.h>

void receipt_init(struct receipt *r)
{
	*r = (struct receipt){ .temporary_id = -1,
		.rows = -1,
		.rejects = -1,
		.valid = -1,
		.errors = -1,
		.parts = -1,
		.bytes = -1,
		.rows_before = -1,
		.table_id = -1,
		.kept_id = -1,
		.carry = { .rows_kept = -1, .rows_replaced = -1, .rows_arrived = -1 } };
}

bool receipt_carries(const struct receipt *r)
{
	return r->carry.is_range || r->carry.keys;
}

void receipt_free(struct receipt *r)
{
	char *const texts[] = { r->action, r->endpoint, r->database, r->table, r->temporary,
		r->session, r->job_id, r->source_job, r->started, r->kept, r->left, r->replaced_by,
		r->reason, r->place, r->finished, r->carry.keys, r->carry.deleted,
		r->carry.job_id, r->watermark_column, r->watermark, r->dropped };

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		free(texts[i]);
	schema_free(&r->schema);
	receipt_init(r);
}

/* --- writing --- */

/* Names, ids, times, servers: they hold no key, and must stay what they are. */
static bool is_plain(const char *value)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_.:-[]";
	const char *host = strstr(value, "://");

	host = host ? host + 3 : value;
	return host[strspn(host, plain)] == '\0';
}

/* What is not plain is of servers and other receipts: no key, and nothing that a terminal obeys. */
static void text(json_t *o, const char *name, const char *value)
{
	size_t cap = value ? 4 * strlen(value) + 8 : 0;
	char *shown;

	if (value && is_plain(value))
		json_object_set_new(o, name, json_string(value));
	if (!value || is_plain(value))
		return;
	shown = mem_zero(cap, 1);
	visible_text(shown, cap, value, strlen(value));
	json_object_set_new(o, name, json_string(shown));
	free(shown);
}

static void number(json_t *o, const char *name, int64_t value)
{
	if (value >= 0)
		json_object_set_new(o, name, json_integer(value));
}

/* Names, one a line; NULL: none. */
static void put_lines(json_t *o, const char *name, const char *lines)
{
	json_t *all;

	if (!lines)
		return;
	all = json_array();
	for (const char *k = lines; *k; k += strcspn(k, "\n"), k += *k == '\n')
		json_array_append_new(all, json_stringn(k, strcspn(k, "\n")));
	json_object_set_new(o, name, all);
}

static char *dump(json_t *o)
{
	char *line = json_dumps(o, JSON_COMPACT | JSON_ENSURE_ASCII);

	json_decref(o);
	return line ? line : mem_string("{}");
}

/* [["name","alias"],...]: the names of columns in SQL, where they are others. */
static void put_aliases(json_t *o, const struct schema *columns)
{
	struct schema aliases = { 0 };
	json_t *all = json_array();

	if (alias_all(&aliases, columns, FAIL_IGNORED) == 0)
		for (size_t i = 0; i < columns->n; i++)
			if (strcmp(columns->col[i].name, aliases.col[i].name) != 0)
				json_array_append_new(all,
					json_pack("[ss]", columns->col[i].name,
						aliases.col[i].name));
	if (json_array_size(all) > 0)
		json_object_set(o, "aliases", all);
	json_decref(all);
	schema_free(&aliases);
}

char *receipt_begin(const struct receipt *r)
{
	json_t *o = json_object();
	char *line;

	json_object_set_new(o, "receipt",
		json_integer(receipt_carries(r) ? RECEIPT_CARRY : RECEIPT_VERSION));
	if (r->table) /* else nothing is known but that it failed */
		text(o, "mode", tdurl_mode_name(r->mode));
	text(o, "endpoint", r->endpoint);
	text(o, "database", r->database);
	text(o, "table", r->table);
	text(o, "temporary_table", r->temporary);
	number(o, "temporary_table_id", r->temporary_id);
	text(o, "session", r->session);
	text(o, "job_id", r->job_id);
	text(o, "source_job_id", r->source_job);
	number(o, "rows", r->rows);
	number(o, "rejects", r->rejects);
	number(o, "valid_records", r->valid);
	number(o, "error_records", r->errors);
	number(o, "parts", r->parts);
	number(o, "bytes", r->bytes);
	if (r->schema.n)
		json_object_set_new(o, "columns", schema_to_json(&r->schema));
	put_aliases(o, &r->schema);
	if (r->has_time) {
		json_object_set_new(o, "time_min", json_integer(r->time_min));
		json_object_set_new(o, "time_max", json_integer(r->time_max));
	}
	if (r->table)
		if (r->watermark_column)
		json_object_set_new(o, "watermark", json_pack("{s:s,s:s?}", "column",
			r->watermark_column, "value", r->watermark));
	text(o, "source", r->verified ? "verified" : "eof");
	text(o, "started", r->started);
	line = dump(o);
	line[strlen(line) - 1] = '\0'; /* receipt_end() closes the object */
	return line;
}

static void put_carry(json_t *o, const struct receipt_carry *p)
{
	json_t *c = json_object();

	if (p->is_range) {
		json_object_set_new(c, "from", json_integer(p->from));
		json_object_set_new(c, "to", json_integer(p->to));
	}
	put_lines(c, "key", p->keys);
	text(c, "delete", p->deleted);
	text(c, "job_id", p->job_id);
	number(c, "rows_kept", p->rows_kept);
	number(c, "rows_replaced", p->rows_replaced);
	number(c, "rows_arrived", p->rows_arrived);
	json_object_set_new(o, "carry", c);
}

char *receipt_end(const struct receipt *r)
{
	json_t *o = json_object();
	char *rest, *line;

	/* rows in a temporary table are not in the table yet */
	text(o, "status",
		!r->done                                      ? "failed"
		: r->action && strcmp(r->action, "load") == 0 ? "loaded"
							      : "done");
	if (r->done)
		text(o, "action", r->action);
	if (receipt_carries(r))
		put_carry(o, &r->carry);
	number(o, "rows_before", r->rows_before);
	if (r->done && r->already)
		json_object_set_new(o, "already", json_true());
	number(o, "table_id", r->table_id);
	text(o, "kept_table", r->kept);
	number(o, "kept_table_id", r->kept_id);
	put_lines(o, "dropped_tables", r->dropped);
	text(o, "left_table", r->left);
	text(o, "replaced_by", r->replaced_by);
	if (!r->done) {
		text(o, "reason", r->reason ? r->reason : "no reason given");
		json_object_set_new(o, "exit", json_integer(r->status));
		text(o, "stderr", r->place);
	}
	text(o, "finished", r->finished);
	rest = dump(o);
	line = mem_printf(",%s\n", rest + 1);
	free(rest);
	return line;
}

/* --- reading --- */

static char *get_text(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s ? mem_string(s) : NULL;
}

static int64_t get_number(const json_t *o, const char *name)
{
	const json_t *v = json_object_get(o, name);

	return json_is_integer(v) && json_integer_value(v) >= 0 ? json_integer_value(v) : -1;
}

static int get_mode(struct receipt *r, const char *mode)
{
	for (r->mode = TDURL_APPEND; r->mode < TDURL_MODES; r->mode++)
		if (mode && strcmp(mode, tdurl_mode_name(r->mode)) == 0)
			return 0;
	r->mode = TDURL_APPEND;
	return -1;
}

/* What decides which rows go must be there, whole. */
static int read_carry(struct receipt_carry *p, const json_t *c, struct fail *f)
{
	const json_t *from = json_object_get(c, "from"), *to = json_object_get(c, "to"),
		     *keys = json_object_get(c, "key"), *key;
	size_t n = json_array_size(keys), i;
	struct buf b;

	buf_init(&b, RECEIPT_MAX);
	json_array_foreach(keys, i, key) {
		if (!json_is_string(key) || !*json_string_value(key) ||
			strchr(json_string_value(key), '\n'))
			n = 0;
		else
			buf_printf(&b, "%s%s", i > 0 ? "\n" : "", json_string_value(key));
	}
	p->is_range = json_is_integer(from) && json_is_integer(to) &&
		      json_integer_value(from) < json_integer_value(to);
	p->from = json_integer_value(from);
	p->to = json_integer_value(to);
	p->keys = n > 0 ? mem_string(buf_text(&b)) : NULL;
	p->deleted = get_text(c, "delete");
	p->job_id = get_text(c, "job_id");
	p->rows_kept = get_number(c, "rows_kept");
	p->rows_replaced = get_number(c, "rows_replaced");
	p->rows_arrived = get_number(c, "rows_arrived");
	buf_free(&b);
	if (p->is_range == (p->keys != NULL))
		return fail_set(f, FAIL_DATA, "a receipt that does not say which rows stay");
	return 0;
}

static int status_of(int64_t n)
{
	return n > 0 && n < FAIL_PIPE ? (int)n : FAIL_SYSTEM;
}

static int read_fields(struct receipt *r, const json_t *o, struct fail *f)
{
	const char *status = json_string_value(json_object_get(o, "status"));
	const char *source = json_string_value(json_object_get(o, "source"));
	const int64_t version = get_number(o, "receipt");
	const json_t *columns = json_object_get(o, "columns"),
		     *min = json_object_get(o, "time_min"), *carry = json_object_get(o, "carry");

	if (version != RECEIPT_VERSION && version != RECEIPT_CARRY)
		return fail_set(f, FAIL_DATA, "not a receipt of this version of td-put");
	r->done = status && (strcmp(status, "done") == 0 || strcmp(status, "loaded") == 0);
	if (!status || (!r->done && strcmp(status, "failed") != 0))
		return fail_set(f, FAIL_DATA, "a receipt without a status");
	r->action = get_text(o, "action");
	r->endpoint = get_text(o, "endpoint");
	r->database = get_text(o, "database");
	r->table = get_text(o, "table");
	r->temporary = get_text(o, "temporary_table");
	r->temporary_id = get_number(o, "temporary_table_id");
	r->session = get_text(o, "session");
	r->job_id = get_text(o, "job_id");
	r->source_job = get_text(o, "source_job_id");
	r->watermark_column = get_text(json_object_get(o, "watermark"), "column");
	r->watermark = get_text(json_object_get(o, "watermark"), "value");
	r->rows = get_number(o, "rows");
	r->rows_before = get_number(o, "rows_before");
	r->rejects = get_number(o, "rejects");
	r->valid = get_number(o, "valid_records");
	r->errors = get_number(o, "error_records");
	r->parts = get_number(o, "parts");
	r->bytes = get_number(o, "bytes");
	r->has_time = json_is_integer(min);
	r->time_min = json_integer_value(min);
	r->time_max = json_integer_value(json_object_get(o, "time_max"));
	r->verified = source && strcmp(source, "verified") == 0;
	r->started = get_text(o, "started");
	r->already = json_is_true(json_object_get(o, "already"));
	r->table_id = get_number(o, "table_id");
	r->kept = get_text(o, "kept_table");
	r->kept_id = get_number(o, "kept_table_id");
	r->replaced_by = get_text(o, "replaced_by");
	r->reason = get_text(o, "reason");
	r->place = get_text(o, "stderr");
	r->status = status_of(get_number(o, "exit"));
	r->finished = get_text(o, "finished");
	if (columns && schema_from_json(&r->schema, columns, f))
		return -1;
	if (carry && read_carry(&r->carry, carry, f))
		return -1;
	if (!r->done)
		return 0;
	if (get_mode(r, json_string_value(json_object_get(o, "mode"))) || !r->action ||
		!r->endpoint || !r->database || !r->table)
		return fail_set(
			f, FAIL_DATA, "a receipt without a mode, an action or a destination");
	if ((version == RECEIPT_CARRY) != receipt_carries(r) ||
		(r->mode == TDURL_MERGE) != (r->carry.keys != NULL))
		return fail_set(f, FAIL_DATA, "a receipt that does not say which rows stay");
	return 0;
}

/*
 * td-put died between the two pieces: an append may be published, and the same command again would
 * double it.
 */
static int half(const char *p, size_t n, const char *at, struct fail *f)
{
	char *whole = mem_printf("%.*s}", (int)n, p);
	json_t *o = jsondoc_load(whole, strlen(whole), JSON_REJECT_DUPLICATES, NULL);
	const char *mode = json_string_value(json_object_get(o, "mode"));
	const char *session = json_string_value(json_object_get(o, "session"));
	const char *table = json_string_value(json_object_get(o, "table"));

	fail_set(f, FAIL_UPSTREAM,
		"%s: the receipt ends in the middle: td-put, which wrote it, died", at);
	if (mode && strcmp(mode, "append") == 0 && session && table)
		fail_add(f,
			"; its rows may be in table %s: look at session %s before they are sent "
			"again",
			table, session);
	else if (mode)
		fail_add(f, "; td-swap --gc removes what it left");
	json_decref(o);
	free(whole);
	return -1;
}

int receipt_parse(struct receipt *r, const char *p, size_t n, const char *at, struct fail *f)
{
	const char *newline = memchr(p, '\n', n);
	json_t *o;
	int rc;

	receipt_init(r);
	if (n == 0)
		return fail_set(f, FAIL_UPSTREAM,
			"%s: no receipt: td-put, which should write it, died or failed; "
			"td-swap --gc removes what it left",
			at);
	if (p[0] == '\x1f') /* gzip */
		return fail_set(f, FAIL_DATA,
			"%s: these are rows, not a receipt: pipe them through td-put", at);
	if (!newline && p[0] == '{' && (n < 2 || p[n - 1] != '}'))
		return half(p, n, at, f);
	if (newline && newline != p + n - 1)
		return fail_set(f, FAIL_DATA, "%s: more than one line: not one receipt", at);
	o = jsondoc_load(p, n, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(o)) {
		json_decref(o);
		return fail_set(f, FAIL_DATA, "%s: not a receipt", at);
	}
	rc = read_fields(r, o, f);
	json_decref(o);
	if (rc)
		fail_at(f, "%s", at);
	return rc;
}
