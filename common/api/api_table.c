/* Databases and tables: one function an endpoint. */
#include "api/api_call.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

int api_database_create(struct api *a, const char *db, struct fail *f)
{
	struct api_call c = { .e = DATABASE_CREATE, .seg = { db } };

	return api_send(a, &c, 409, f) ? fail_at(f, "cannot create database %s", db) : 0;
}

static void read_table(struct api_table *t, const json_t *j)
{
	const char *text = api_string(j, "schema");
	const json_t *v = json_object_get(j, "include_v");

	t->exists = true;
	t->id = api_int(j, "id", -1);
	t->count = api_int(j, "count", 0);
	t->expire_days = api_int(j, "expire_days", -1);
	t->has_include_v = json_is_boolean(v);
	t->include_v = json_is_true(v);
	api_text(j, "last_log_timestamp", t->last_log, sizeof t->last_log);
	t->schema_text = mem_string(text ? text : "");
	if (schema_parse(&t->schema, text, FAIL_IGNORED))
		schema_free(&t->schema);
}

int api_table_show(
	struct api *a, const char *db, const char *table, struct api_table *t, struct fail *f)
{
	struct api_call c = { .e = TABLE_SHOW, .seg = { db, table } };
	int rc = api_call(a, &c, f);
	json_t *j;

	*t = (struct api_table){ .id = -1, .expire_days = -1 };
	if (rc && api_forgive(a, 404, f)) {
		rc = 0;
	} else if (rc == 0) {
		j = api_call_json(a, &c, f);
		if (j)
			read_table(t, j);
		rc = j ? 0 : -1;
		json_decref(j);
	}
	api_call_free(&c);
	return rc ? fail_at(f, "cannot read table %s.%s", db, table) : 0;
}

void api_table_free(struct api_table *t)
{
	free(t->schema_text);
	schema_free(&t->schema);
	*t = (struct api_table){ 0 };
}

int api_table_create(
	struct api *a, const char *db, const char *table, enum api_made *made, struct fail *f)
{
	struct api_call c = { .e = TABLE_CREATE, .seg = { db, table, "log" } };
	int rc = api_call(a, &c, f);
	const bool there = api_made(a, &c, rc, made, f);

	api_call_free(&c);
	return there ? 0 : fail_at(f, "cannot create table %s.%s", db, table);
}

int api_table_delete(struct api *a, const char *db, const char *table, struct fail *f)
{
	struct api_call c = { .e = TABLE_DELETE, .seg = { db, table } };

	return api_send(a, &c, 404, f) ? fail_at(f, "cannot delete table %s.%s", db, table) : 0;
}

int api_table_rename(struct api *a, const char *db, const char *from, const char *to,
	bool overwrite, struct fail *f)
{
	struct api_call c = { .e = TABLE_RENAME, .seg = { db, from, to } };
	struct buf form;
	int rc;

	buf_init(&form, 64);
	if (overwrite) {
		api_form(&form, "overwrite", "true");
		c.form = &form;
	}
	rc = api_send(a, &c, 0, f);
	buf_free(&form);
	return rc ? fail_at(f, "cannot rename table %s.%s to %s", db, from, to) : 0;
}

int api_table_describe(
	struct api *a, const char *db, const char *table, const char *text, struct fail *f)
{
	struct api_call c = { .e = TABLE_UPDATE, .seg = { db, table } };
	struct buf form;
	int rc;

	buf_init(&form, 64 << 10);
	api_form(&form, "description", text);
	c.form = &form;
	rc = api_send(a, &c, 0, f);
	buf_free(&form);
	return rc ? fail_at(f, "cannot describe table %s.%s", db, table) : 0;
}

int api_table_description(
	struct api *a, const char *db, const char *table, char *out, size_t cap, struct fail *f)
{
	struct api_call c = {
		.e = TABLE_SHOW, .seg = { db, table }, .query = "include_descriptions=true"
	};
	json_t *j = api_call(a, &c, f) ? NULL : api_call_json(a, &c, f);
	const char *text = api_string(j, "description");

	snprintf(out, cap, "%s", text ? text : "");
	api_call_free(&c);
	json_decref(j);
	return j ? 0 : fail_at(f, "cannot read table %s.%s", db, table);
}

int api_table_swap(struct api *a, const char *db, const char *t1, const char *t2, struct fail *f)
{
	struct api_call c = { .e = TABLE_SWAP, .seg = { db, t1, t2 } };

	return api_send(a, &c, 0, f) ? fail_at(f, "cannot swap tables %s.%s and %s", db, t1, t2)
				     : 0;
}

int api_schema_append(
	struct api *a, const char *db, const char *table, const struct schema *s, struct fail *f)
{
	struct api_call c = { .e = SCHEMA_APPEND, .seg = { db, table } };
	json_t *j = schema_to_json(s);
	char *text = json_dumps(j, JSON_COMPACT);
	struct buf form;
	int rc;

	buf_init(&form, 16 << 20);
	api_form(&form, "schema", text);
	c.form = &form;
	rc = api_call(a, &c, f);
	api_call_free(&c);
	buf_free(&form);
	free(text);
	json_decref(j);
	return rc ? fail_at(f, "cannot add columns to table %s.%s", db, table) : 0;
}

int api_table_settings(struct api *a, const char *db, const char *table, const struct api_table *is,
	const struct api_table *like, struct fail *f)
{
	struct api_call c = { .e = TABLE_UPDATE, .seg = { db, table } };
	struct buf form;
	char days[24];
	int rc = 0;

	buf_init(&form, 256);
	snprintf(days, sizeof days, "%lld", (long long)like->expire_days);
	if (like->expire_days > 0 && like->expire_days != is->expire_days)
		api_form(&form, "expire_days", days);
	if (like->has_include_v && is->has_include_v && like->include_v != is->include_v)
		api_form(&form, "include_v", like->include_v ? "true" : "false");
	if (form.len) {
		c.form = &form;
		rc = api_call(a, &c, f);
		api_call_free(&c);
	}
	buf_free(&form);
	return rc ? fail_at(f, "cannot give table %s.%s the settings of its target", db, table) : 0;
}

int api_table_import(struct api *a, const char *db, const char *table, const char *id,
	const struct http_piece *p, size_t pieces, char md5[33], bool *maybe, struct fail *f)
{
	struct api_call c = { .e = TABLE_IMPORT,
		.seg = { db, table, id },
		.suffix = "/msgpack.gz",
		.body = p,
		.pieces = pieces };
	int rc = api_call(a, &c, f);
	json_t *j;

	/*
	 * a conflict may be the answer to a second delivery: then the first one is in; and a table
	 * that is not there was there before
	 */
	*maybe = rc != 0 && (c.maybe_done || a->status == 404 || a->status == 409);
	md5[0] = '\0';
	if (rc == 0 && (j = api_call_json(a, &c, FAIL_IGNORED)) != NULL) {
		api_text(j, "md5_hex", md5, 33);
		json_decref(j);
	}
	api_call_free(&c);
	return rc ? fail_at(f, "import into table %s.%s", db, table) : 0;
}
