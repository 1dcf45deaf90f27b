/* Stream imports, and the tail of a table. */
#include "base/mem.h"
#include "routes/lookup.h"
#include "routes/routes.h"
#include "store/counts.h"
#include "store/load.h"
#include "store/rewrite.h"
#include "store/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct import {
	struct load load;
	int64_t table;
	double elapsed;
};

static void import_free(void *p)
{
	struct import *i = p;

	/* what the catalogue owns has no name here any more */
	load_free(&i->load, i->load.name[0] != '\0');
	free(i);
}

static void import_prepare(struct request *r)
{
	struct import *i = mem_zero(1, sizeof *i);
	struct fail f = { 0 };
	int64_t start = td_clock_ms();

	r->state = i;
	r->state_free = import_free;
	if (load_open(&i->load, &r->account->store, true, &f) == 0) {
		i->load.now = td_clock_now();
		if (lseek(r->upload, 0, SEEK_SET) == 0 && load_body(&i->load, r->upload, &f) == 0)
			load_close(&i->load, &f);
	}
	if (f.kind)
		answer_fail(r, &f);
	i->elapsed = (double)(td_clock_ms() - start) / 1000;
}

static void add_segment(struct request *r, int64_t table, struct load *l)
{
	json_t *found = column_types_json(l->found);

	load_enter(l, &r->account->catalog, table, 0);
	counts_extend(&r->account->catalog, table, found);
	counts_table(&r->account->catalog, table);
	json_decref(found);
}

static void import(struct request *r, const char *id, const char *format)
{
	struct import *i = r->state;
	int64_t table = lookup_table(r, r->arg[0], r->arg[1]);
	char md5[MD5_TEXT];
	bool known;

	if (!table)
		return;
	if (strcmp(format, "msgpack.gz") != 0) {
		answer_error(r, 415, "Unsupported format: %.100s", format);
		return;
	}
	known = id &&
		catalog_num(&r->account->catalog, 0,
			"SELECT 1 FROM imports WHERE tbl = ?1 AND unique_id = ?2", "is", table, id);
	if (id && !known)
		catalog_do(&r->account->catalog, "INSERT INTO imports VALUES (?1, ?2)", "is", table,
			id);
	if (!known && i->load.rows > 0) {
		add_segment(r, table, &i->load);
		i->table = table;
	}
	md5_text(&r->md5, md5);
	answer_json(r,
		json_pack("{s:s?, s:s, s:s, s:s, s:f}", "unique_id", id, "database", r->arg[0],
			"table", r->arg[1], "md5_hex", md5, "elapsed_time", i->elapsed));
}

static void import_plain(struct request *r)
{
	import(r, NULL, r->arg[2]);
}

static void import_with_id(struct request *r)
{
	import(r, r->arg[2], r->arg[3]);
}

/* After the commit: the segment belongs to the catalogue if it took it. */
static void import_finish(struct request *r)
{
	struct import *i = r->state;
	struct catalog *c = &r->account->catalog;

	catalog_begin(c);
	if (catalog_num(c, 0, "SELECT 1 FROM segments WHERE file = ?1", "s", i->load.name))
		i->load.name[0] = '\0';
	catalog_end(c, false, NULL);
	if (i->table)
		rewrite_join(r->account, i->table);
}

/* --- tail: the newest records, newest first */

static void tail(struct request *r)
{
	char *dot = strchr(r->arg[1], '.'); /* the format may also follow the name */
	const char *format = dot ? dot + 1 : params_text(r, "format");
	struct fail f = { 0 };
	int64_t table, count;

	if (dot)
		*dot = '\0';
	table = lookup_table(r, r->arg[0], r->arg[1]);

	if (!table || params_int(r, "count", 0, 1000, 10, &count))
		return;
	if (format && strcmp(format, "msgpack") != 0 && strcmp(format, "json") != 0) {
		answer_error(r, 406, "Unknown Format");
		return;
	}
	buf_init(&r->raw, 256 << 20);
	if (view_tail(&r->account->catalog, &r->account->store, table, (size_t)count,
		    format && *format == 'j', &r->raw, &f)) {
		answer_fail(r, &f);
		return;
	}
	r->status = 200;
	r->type = format && *format == 'j' ? "application/json; charset=utf-8"
					   : "application/x-msgpack";
}

const struct route imports_routes[] = {
	{ "PUT", "table/import/:/:/:", WRITER, true, import_prepare, import_plain, import_finish },
	{ "PUT", "table/import_with_id/:/:/:/:", WRITER, true, import_prepare, import_with_id,
		import_finish },
	{ "GET", "table/tail/:/:", MASTER, .handle = tail },
	{ "POST", "table/tail/:/:", MASTER, .handle = tail }, /* td-client-go */
	{ 0 },
};
