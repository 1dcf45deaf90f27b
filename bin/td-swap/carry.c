/*
 * td-swap: rows of the target that stay: what they are, as SQL, and the copy that holds them and
 * the new rows.
 */
#include "swap.h"

#include "base/die.h"
#include "base/mem.h"
#include "base/num.h"
#include "td/tempname.h"
#include "value/alias.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SQL_MAX = 4 << 20, NAMED_MAX = 200, SUM_LEN = 17 };

/* --- as SQL --- */

/* The name of a column in SQL, as far as the table has it; NULL. */
static const char *sql_name(
	const struct schema *columns, const struct schema *aliases, const char *name)
{
	const long at = schema_find(columns, name);

	return strcmp(name, "time") == 0 ? "time" : at >= 0 ? aliases->col[at].name : NULL;
}

/* Columns of a table and their names in SQL. */
struct names {
	const struct schema *columns;
	struct schema aliases;
};

static int names_init(struct names *n, const struct schema *columns, struct fail *f)
{
	*n = (struct names){ .columns = columns };
	return alias_all(&n->aliases, columns, f);
}

/* The first of the keys at *keys, malloc'ed; *keys moves past it. NULL: none is left. */
static char *next_key(const char **keys)
{
	const size_t n = *keys ? strcspn(*keys, "\n") : 0;
	char *key = n > 0 ? mem_copy(*keys, n) : NULL;

	if (n > 0)
		*keys += n + ((*keys)[n] == '\n');
	return key;
}

/* n.k = t.k AND ... */
static int put_same_key(struct buf *b, const struct swap *s, const struct names *loaded,
	const struct names *target, struct fail *f)
{
	const char *keys = s->in.carry.keys, *and = "";

	for (char *name; (name = next_key(&keys)) != NULL; and = " AND ") {
		const char *n = sql_name(loaded->columns, &loaded->aliases, name),
			   *t = sql_name(target->columns, &target->aliases, name);

		if (!t && target->columns->n == 0)
			buf_printf(b, "%s1 = 0", and); /* nothing is in it: see count_all() */
		else if (n && t)
			buf_printf(b, "%sn.\"%s\" = t.\"%s\"", and, n, t);
		else
			fail_set(f, FAIL_GUARD, "key: table %s.%s has no column %.200s",
				s->in.database, s->in.table, name);
		free(name);
	}
	return f->kind ? -1 : 0;
}

/* The keys of the new rows, as a list. */
static void put_keys(struct buf *b, const struct swap *s, const struct names *loaded)
{
	const char *keys = s->in.carry.keys, *and = "";

	for (char *name; (name = next_key(&keys)) != NULL; and = ", ") {
		const char *n = sql_name(loaded->columns, &loaded->aliases, name);

		buf_printf(b, "%s\"%s\"", and, n ? n : name);
		free(name);
	}
}

/*
 * Of a row of the target, t: it stays. DISTINCT, although no key is there twice: SQLite, and so
 * td-local, makes an index on what it has to sort.
 */
static int put_stays(struct buf *b, const struct swap *s, const char *loaded,
	const struct names *of_loaded, const struct names *of_target, struct fail *f)
{
	if (s->in.carry.is_range) {
		buf_printf(b, "NOT TD_TIME_RANGE(t.time, %lld, %lld)", (long long)s->in.carry.from,
			(long long)s->in.carry.to);
		return 0;
	}
	buf_puts(b, "NOT EXISTS (SELECT 1 FROM (SELECT DISTINCT ");
	put_keys(b, s, of_loaded);
	buf_printf(b, " FROM \"%s\") n WHERE ", loaded);
	if (put_same_key(b, s, of_loaded, of_target, f))
		return -1;
	buf_puts(b, ")");
	return 0;
}

/* Of a new row, n: what its mark says, as text. */
static char *mark(const struct swap *s, const struct names *loaded)
{
	const char *column = s->in.carry.deleted,
		   *name = column ? sql_name(loaded->columns, &loaded->aliases, column) : NULL;

	return name ? mem_printf("lower(COALESCE(CAST(n.\"%s\" AS VARCHAR), ''))", name) : NULL;
}

/* Of a new row, n: it is not marked as deleted. */
static void put_live(struct buf *b, const struct swap *s, const struct names *loaded)
{
	char *text = mark(s, loaded);

	if (text)
		buf_printf(b, "%s NOT IN ('1', 'true', 't')", text);
	else
		buf_puts(b, "1 = 1");
	free(text);
}

/* What all statements here are made of. */
struct parts {
	struct names loaded, target;
	struct buf live, stays; /* conditions */
};

static void parts_free(struct parts *p)
{
	schema_free(&p->loaded.aliases);
	schema_free(&p->target.aliases);
	buf_free(&p->live);
	buf_free(&p->stays);
}

/* columns: of the table whose rows stay, or not. */
static int parts_init(struct parts *p, const struct swap *s, const char *loaded,
	const struct schema *columns, struct fail *f)
{
	*p = (struct parts){ 0 };
	buf_init(&p->live, SQL_MAX);
	buf_init(&p->stays, SQL_MAX);
	if (names_init(&p->loaded, &s->carry.of_loaded, f) || names_init(&p->target, columns, f) ||
		put_stays(&p->stays, s, loaded, &p->loaded, &p->target, f))
		return -1;
	put_live(&p->live, s, &p->loaded);
	buf_text(&p->live);
	buf_text(&p->stays); /* both are used as texts */
	return 0;
}

/* --- guards --- */

static int check_target_columns(const struct swap *s, struct fail *f)
{
	const struct api_table *t = &s->target;

	if (t->schema.n == 0 && t->schema_text && strlen(t->schema_text) > 2)
		return fail_set(f, FAIL_GUARD, "the columns of %s.%s cannot be read",
			s->in.database, s->in.table);
	for (size_t i = 0; i < t->schema.n; i++) {
		const struct column *c = t->schema.col + i;
		const long at = schema_find(&s->carry.of_loaded, c->name);
		const char *type = at >= 0 ? s->carry.of_loaded.col[at].type : NULL;

		if (at < 0 || !c->type || !type || strcmp(c->type, type) != 0)
			return fail_set(f, FAIL_GUARD,
				"column %s of %s.%s is %s, and %s in the new rows: it was changed "
				"since they were loaded",
				c->name, s->in.database, s->in.table, c->type ? c->type : "unknown",
				type ? type : "missing");
	}
	return 0;
}

/* The target's columns, then the new ones. The mark of deleted rows is not a column. */
static int plan_columns(struct swap *s, struct fail *f)
{
	const struct schema *loaded = &s->carry.of_loaded;

	schema_free(&s->carry.columns);
	if (schema_copy(&s->carry.columns, &s->target.schema, f))
		return -1;
	for (size_t i = 0; i < loaded->n; i++) {
		const char *name = loaded->col[i].name;

		if (schema_find(&s->carry.columns, name) >= 0 ||
			(s->in.carry.deleted && strcmp(name, s->in.carry.deleted) == 0))
			continue;
		if (schema_add(&s->carry.columns, name, loaded->col[i].type, f))
			return -1;
	}
	return 0;
}

/* How a row is called in a message: SQL of its key, or of its time. */
static char *row_text(const struct swap *s, const struct names *loaded)
{
	const char *keys = s->in.carry.keys, *and = "";
	struct buf b;

	buf_init(&b, SQL_MAX);
	if (s->in.carry.is_range)
		buf_puts(&b, "CAST(n.time AS VARCHAR)");
	for (char *name; (name = next_key(&keys)) != NULL; and = " || ', ' || ") {
		buf_printf(&b, "%sCOALESCE(CAST(n.\"%s\" AS VARCHAR), 'NULL')", and,
			sql_name(loaded->columns, &loaded->aliases, name));
		free(name);
	}
	buf_text(&b);
	return b.p;
}

/* Some new row must not be there: one of them is named. */
static int refuse_row(struct swap *s, const char *loaded, const struct names *names,
	const char *condition, const char *what, int64_t n, struct fail *f)
{
	char *row = row_text(s, names), one[NAMED_MAX];
	char *sql = mem_printf("SELECT %s FROM \"%s\" n%s LIMIT 1", row, loaded, condition);

	if (rows_text(s, s->in.database, sql, one, sizeof one, FAIL_IGNORED))
		snprintf(one, sizeof one, "?");
	fail_set(f, FAIL_GUARD, "new rows %s: %lld, such as (%s); %s.%s is as it was", what,
		(long long)n, one, s->in.database, s->in.table);
	free(row);
	free(sql);
	return CARRY_GUARD;
}

/* Conditions on new rows, after FROM ... n; NULL: there is none. */
struct wrong {
	char *outside, *null, *twice, *odd;
};

static void wrong_init(struct wrong *w, const struct swap *s, const struct names *loaded)
{
	struct buf null, keys;
	const char *list = s->in.carry.keys;
	char *text = mark(s, loaded);

	*w = (struct wrong){ 0 };
	if (s->in.carry.is_range)
		w->outside = mem_printf(" WHERE NOT TD_TIME_RANGE(n.time, %lld, %lld)",
			(long long)s->in.carry.from, (long long)s->in.carry.to);
	if (text)
		w->odd = mem_printf(
			" WHERE %s NOT IN ('1', 'true', 't', '0', 'false', 'f', '')", text);
	free(text);
	if (!s->in.carry.keys)
		return;
	buf_init(&null, SQL_MAX);
	buf_init(&keys, SQL_MAX);
	for (char *name; (name = next_key(&list)) != NULL;) {
		const char *n = sql_name(loaded->columns, &loaded->aliases, name);

		buf_printf(&null, "%sn.\"%s\" IS NULL", null.len ? " OR " : " WHERE ", n);
		buf_printf(&keys, "%sn.\"%s\"", keys.len ? ", " : " GROUP BY ", n);
		free(name);
	}
	w->null = mem_string(buf_text(&null));
	w->twice = mem_printf("%s HAVING COUNT(1) > 1", buf_text(&keys));
	buf_free(&null);
	buf_free(&keys);
}

static void wrong_free(struct wrong *w)
{
	free(w->outside);
	free(w->null);
	free(w->twice);
	free(w->odd);
}

static int check_rows(struct swap *s, const char *loaded, const struct names *names,
	const struct wrong *w, const int64_t bad[4], struct fail *f)
{
	if (bad[0] > 0)
		return refuse_row(s, loaded, names, w->outside,
			"outside the range of time that is replaced", bad[0], f);
	if (bad[1] > 0)
		return refuse_row(s, loaded, names, w->null, "without a key", bad[1], f);
	if (bad[2] > 0)
		return refuse_row(s, loaded, names, w->twice,
			"with a key that comes more than once", bad[2], f);
	if (bad[3] > 0)
		return refuse_row(s, loaded, names, w->odd,
			"with a mark that is neither 1, true or t nor 0, false, f or nothing",
			bad[3], f);
	if (!s->target.exists && s->carry.live < s->carry.loaded) {
		fail_set(f, FAIL_GUARD,
			"%lld new rows are marked as deleted, but there is no table %s.%s yet: "
			"load it without them",
			(long long)(s->carry.loaded - s->carry.live), s->in.database, s->in.table);
		return CARRY_GUARD;
	}
	return 0;
}

static int check_numbers(const struct swap *s, struct fail *f)
{
	const struct carry *c = &s->carry;
	const struct opts *o = s->o;
	const int64_t goes = c->target - c->stays, after = c->live + c->stays;

	if (s->in.carry.is_range && c->loaded == 0 && goes > 0 && !o->allow_empty)
		fail_set(f, FAIL_GUARD,
			"no rows: %s.%s keeps its %lld of that time (--allow-empty removes them)",
			s->in.database, s->in.table, (long long)goes);
	else if (o->max_carry >= 0 && c->stays > o->max_carry)
		fail_set(f, FAIL_GUARD,
			"%lld row%s would be copied, more than --max-carry %lld: %s.%s is as it "
			"was",
			(long long)c->stays, num_s((uint64_t)c->stays), (long long)o->max_carry,
			s->in.database, s->in.table);
	else if (o->max_shrink >= 0 && after < c->target &&
		 (double)(c->target - after) * 100 > (double)c->target * o->max_shrink)
		fail_set(f, FAIL_GUARD,
			"%lld rows instead of %lld, which is more than --max-shrink %d%%: %s.%s is "
			"as it was",
			(long long)after, (long long)c->target, o->max_shrink, s->in.database,
			s->in.table);
	return f->kind ? CARRY_GUARD : 0;
}

/* --- counts --- */

/* (SELECT COUNT(1) FROM "table" alias condition), ... */
static void put_count(struct buf *b, const char *table, const char *alias, const char *condition)
{
	buf_printf(b, ", (SELECT COUNT(1) FROM \"%s\" %s%s)", table, alias, condition);
}

static void put_bad(struct buf *b, const char *loaded, const char *condition, bool groups)
{
	if (!condition)
		buf_puts(b, ", 0");
	else if (groups)
		buf_printf(b, ", (SELECT COUNT(1) FROM (SELECT 1 AS one FROM \"%s\" n%s) d)",
			loaded, condition);
	else
		put_count(b, loaded, "n", condition);
}

/*
 * Of a table with the target's rows: count, those that stay, sum of time. The statement ends with
 * put_print_from(): one pass for two of them.
 */
static void put_print(struct buf *b, const char *table, const struct parts *p)
{
	buf_printf(b, "a.n, (SELECT COUNT(1) FROM \"%s\" t WHERE %s), a.s", table, p->stays.p);
}

static void put_print_from(struct buf *b, const char *table)
{
	buf_printf(b, " FROM (SELECT COUNT(1) AS n, SUM(time) AS s FROM \"%s\") a", table);
}

/*
 * Checksums of a table's columns, time first, by commas, malloc'ed: what a row that was changed in
 * place changes. NULL without --strict.
 */
static int checksums(
	struct swap *s, const char *table, const struct names *have, char **out, struct fail *f)
{
	const struct schema *columns = have->columns;
	const size_t cap = (columns->n + 1) * SUM_LEN + 1;
	struct buf sql;
	int rc;

	*out = NULL;
	if (!s->o->strict)
		return 0;
	*out = mem_zero(cap, 1);
	buf_init(&sql, SQL_MAX);
	buf_puts(&sql, "SELECT array_join(ARRAY[to_hex(checksum(time))");
	for (size_t i = 0; i < columns->n; i++)
		buf_printf(&sql, ", to_hex(checksum(\"%s\"))", have->aliases.col[i].name);
	buf_printf(&sql, "], ',', '-') FROM \"%s\"", table);
	rc = rows_text(s, s->in.database, buf_text(&sql), *out, cap, f);
	buf_free(&sql);
	if (rc)
		fail_at(f, "--strict: no checksums of %s.%s", s->in.database, table);
	return rc;
}

/* The first column whose checksum is another one, or NULL. */
static const char *changed_column(const struct swap *s, const char *now)
{
	const struct schema *columns = &s->carry.of_target;
	const char *before = s->carry.sums;
	size_t at = 0;

	if (!before || !now || strcmp(before, now) == 0)
		return NULL;
	for (size_t i = 0; before[i] == now[i]; i++)
		at += before[i] == ',';
	return at == 0 || at > columns->n ? "time" : columns->col[at - 1].name;
}

/* Of a table that was the target: *column is the first that was changed in place, or NULL. */
static int check_sums(struct swap *s, const char *table, const struct names *have,
	const char **column, struct fail *f)
{
	char *now;
	int rc = checksums(s, table, have, &now, f);

	*column = rc == 0 ? changed_column(s, now) : NULL;
	free(now);
	return rc;
}

static int count_all(struct swap *s, const char *loaded, struct parts *p, struct fail *f)
{
	struct carry *c = &s->carry;
	struct wrong w;
	int64_t v[9] = { 0 };
	struct buf sql;
	int rc;

	wrong_init(&w, s, &p->loaded);
	buf_init(&sql, SQL_MAX);
	buf_puts(&sql, "SELECT ");
	if (s->target.exists)
		put_print(&sql, s->in.table, p);
	else
		buf_puts(&sql, "0, 0, 0");
	put_count(&sql, loaded, "n", "");
	buf_printf(&sql, ", (SELECT COUNT(1) FROM \"%s\" n WHERE %s)", loaded, p->live.p);
	put_bad(&sql, loaded, w.outside, false);
	put_bad(&sql, loaded, w.null, false);
	put_bad(&sql, loaded, w.twice, true);
	put_bad(&sql, loaded, w.odd, false);
	if (s->target.exists)
		put_print_from(&sql, s->in.table);
	rc = rows_numbers(s, s->in.database, buf_text(&sql), v, 9, f);
	buf_free(&sql);
	c->target = v[0];
	c->stays = v[1];
	c->time_sum = v[2];
	c->loaded = v[3];
	c->live = v[4];
	if (rc)
		fail_at(f, "cannot count what stays in %s.%s", s->in.database, s->in.table);
	else if (s->in.carry.keys && c->target > 0 && s->target.schema.n == 0) {
		fail_set(f, FAIL_GUARD, "key: table %s.%s has rows, but no columns",
			s->in.database, s->in.table);
		rc = CARRY_GUARD;
	} else
		rc = check_rows(s, loaded, &p->loaded, &w, v + 5, f);
	free(c->sums);
	c->sums = NULL;
	if (rc == 0 && s->target.exists && checksums(s, s->in.table, &p->target, &c->sums, f))
		rc = CARRY_FAILED;
	c->counted = rc == 0 && s->target.exists;
	wrong_free(&w);
	return rc;
}

/* A missing key or mark is reported here, in better words than those of SQL. */
static int check_names(const struct swap *s, struct fail *f)
{
	const char *deleted = s->in.carry.deleted, *keys = s->in.carry.keys;

	for (char *name; (name = next_key(&keys)) != NULL;) {
		if (strcmp(name, "time") != 0 && schema_find(&s->carry.of_loaded, name) < 0)
			fail_set(f, FAIL_GUARD, "key: the new rows have no column %.200s", name);
		free(name);
	}
	if (deleted && schema_find(&s->carry.of_loaded, deleted) < 0)
		fail_set(f, FAIL_GUARD, "delete: the new rows have no column %.200s", deleted);
	return f->kind ? CARRY_GUARD : 0;
}

int carry_count(struct swap *s, const char *loaded, bool *change, struct fail *f)
{
	struct carry *c = &s->carry;
	struct parts p = { 0 };
	int rc;

	schema_free(&c->of_target);
	*change = false;
	if (schema_copy(&c->of_target, &s->target.schema, f))
		return CARRY_FAILED;
	/* a quiet run: no rows, and perhaps no columns */
	if (rows_loaded(&s->in) == 0 && (!s->target.exists || check_names(s, FAIL_IGNORED)))
		return 0;
	if (check_target_columns(s, f) || check_names(s, f) || plan_columns(s, f) ||
		parts_init(&p, s, loaded,
			s->target.exists ? &s->target.schema : &c->of_loaded, f)) {
		parts_free(&p);
		return CARRY_GUARD;
	}
	rc = count_all(s, loaded, &p, f);
	parts_free(&p);
	if (rc == 0)
		rc = check_numbers(s, f);
	*change = c->loaded > 0 || c->target > c->stays;
	return rc;
}

/* --- the copy --- */

/* Of runs with this receipt that died: whoever is still at it has lost its table to us. */
static int drop_copies(struct swap *s, struct fail *f)
{
	struct api_name *list;
	size_t n;
	int rc = api_table_list(s->api, s->in.database, &list, &n, f);

	for (size_t i = 0; i < n && rc == 0; i++)
		if (tempname_is_copy(list[i].name, s->in.temporary))
			rc = api_table_delete(s->api, s->in.database, list[i].name, f);
	api_names_free(list, n);
	return rc;
}

int carry_make(struct swap *s, const char *copy, struct fail *f)
{
	enum api_made made;

	if (drop_copies(s, f))
		return CARRY_FAILED;
	if (api_table_create(s->api, s->in.database, copy, &made, f)) {
		if (api_status(s->api) == 0)
			fail_add(f, "; table %s.%s may still be made (td-swap --gc removes it)",
				s->in.database, copy);
		return CARRY_FAILED;
	}
	if (made == API_WAS_THERE) {
		fail_set(f, FAIL_TEMP, "table %s.%s exists already", s->in.database, copy);
		return CARRY_FAILED;
	}
	if (s->carry.columns.n == 0)
		return 0;
	return api_schema_append(s->api, s->in.database, copy, &s->carry.columns, f) ? CARRY_FAILED
										    : 0;
}

/* time and the copy's columns, as a table has them; values: NULL for those that it lacks. */
static void put_columns(struct buf *b, const struct schema *columns, const char *of,
	const struct names *have, bool values)
{
	buf_printf(b, "%stime", of);
	for (size_t i = 0; i < columns->n; i++) {
		const char *name = sql_name(have->columns, &have->aliases, columns->col[i].name);

		if (name)
			buf_printf(b, ", %s\"%s\"", of, name);
		else if (values)
			buf_puts(b, ", NULL");
	}
}

int carry_fill(struct swap *s, const char *copy, const char *loaded, struct fail *f)
{
	const struct schema *columns = &s->carry.columns;
	struct names of_copy = { 0 };
	struct parts p = { 0 };
	char id[32] = "";
	struct buf sql;
	int rc;

	buf_init(&sql, SQL_MAX);
	rc = parts_init(&p, s, loaded, &s->target.schema, f) || names_init(&of_copy, columns, f);
	if (rc == 0) {
		buf_printf(&sql, "INSERT INTO \"%s\" (", copy);
		put_columns(&sql, columns, "", &of_copy, true);
		buf_puts(&sql, ") SELECT ");
		put_columns(&sql, columns, "n.", &p.loaded, true);
		buf_printf(&sql, " FROM \"%s\" n WHERE %s UNION ALL SELECT ", loaded, p.live.p);
		put_columns(&sql, columns, "t.", &p.target, true);
		buf_printf(&sql, " FROM \"%s\" t WHERE %s", s->in.table, p.stays.p);
		rc = rows_job(s, s->in.database, buf_text(&sql), id, NULL, f);
	}
	buf_free(&sql);
	schema_free(&of_copy.aliases);
	parts_free(&p);
	free(s->out.carry.job_id);
	s->out.carry.job_id = *id ? mem_string(id) : NULL;
	if (rc)
		fail_at(f, "cannot copy what stays in %s.%s", s->in.database, s->in.table);
	return rc ? CARRY_FAILED : 0;
}

static int exists(struct swap *s, const char *table, struct fail *f)
{
	struct api_table t;
	bool there;

	if (api_table_show(s->api, s->in.database, table, &t, f))
		return CARRY_FAILED;
	there = t.exists;
	api_table_free(&t);
	return there ? 0 : CARRY_GONE;
}

int carry_verify(struct swap *s, const char *copy, const char *loaded, struct fail *f)
{
	const struct carry *c = &s->carry;
	const char *column = NULL;
	struct parts p = { 0 };
	int64_t v[5] = { 0 };
	struct buf sql;
	int rc = exists(s, copy, f);

	if (rc == 0)
		rc = exists(s, loaded, f);
	if (rc == 0 && parts_init(&p, s, loaded, &s->target.schema, f))
		rc = CARRY_FAILED;
	if (rc == 0) {
		buf_init(&sql, SQL_MAX);
		buf_puts(&sql, "SELECT ");
		put_print(&sql, s->in.table, &p);
		put_count(&sql, copy, "c", "");
		put_count(&sql, loaded, "n", "");
		put_print_from(&sql, s->in.table);
		rc = rows_numbers(s, s->in.database, buf_text(&sql), v, 5, f);
		buf_free(&sql);
	}
	if (rc == 0 && check_sums(s, s->in.table, &p.target, &column, f))
		rc = CARRY_FAILED;
	parts_free(&p);
	if (rc)
		return rc;
	if (column) {
		fail_set(f, FAIL_TEMP,
			"column %s of %s.%s was changed while its rows were copied: it is left as "
			"it is",
			column, s->in.database, s->in.table);
		return CARRY_GUARD;
	}
	if (v[0] != c->target || v[1] != c->stays || v[2] != c->time_sum) {
		fail_set(f, FAIL_TEMP,
			"%s.%s was changed while its rows were copied (%lld rows, then %lld): it "
			"is left as it is",
			s->in.database, s->in.table, (long long)c->target, (long long)v[0]);
		return CARRY_GUARD;
	}
	if (v[3] != c->live + c->stays || v[4] != c->loaded) {
		fail_set(f, FAIL_GUARD,
			"the copy of %s.%s holds %lld rows instead of %lld new ones and %lld that "
			"stay: the table is as it was",
			s->in.database, s->in.table, (long long)v[3], (long long)c->live,
			(long long)c->stays);
		return CARRY_GUARD;
	}
	if (content_check(s, copy, f))
		return f->kind == FAIL_GUARD ? CARRY_GUARD : CARRY_FAILED;
	return 0;
}

/* --- afterwards --- */

/* SELECT time, columns, COUNT(1) FROM "table" alias WHERE condition GROUP BY ... */
static void put_grouped(struct buf *b, const struct schema *columns, const struct names *have,
	const char *table, const char *alias, const char *condition)
{
	char *of = mem_printf("%s.", alias);

	buf_puts(b, "SELECT ");
	put_columns(b, columns, of, have, true);
	buf_printf(b, ", COUNT(1) FROM \"%s\" %s WHERE %s GROUP BY ", table, alias, condition);
	put_columns(b, columns, of, have, false);
	free(of);
}

/* Columns that both have. */
static int common(
	const struct schema *x, const struct schema *y, struct schema *out, struct fail *f)
{
	for (size_t i = 0; i < x->n; i++)
		if (schema_find(y, x->col[i].name) >= 0 &&
			schema_add(out, x->col[i].name, x->col[i].type, f))
			return -1;
	return 0;
}

/*
 * n[0]: rows of the old table that stay, and that the target does not have as often; n[1]: all of
 * its rows.
 */
static int lost(struct swap *s, const char *old, const char *loaded, int64_t n[2], struct fail *f)
{
	struct schema both = { 0 };
	struct api_table t = { 0 };
	struct parts p = { 0 }, q = { 0 };
	struct buf sql;
	int rc = api_table_show(s->api, s->in.database, old, &t, f);

	buf_init(&sql, SQL_MAX);
	if (rc == 0)
		rc = common(&t.schema, &s->target.schema, &both, f) ||
		     parts_init(&p, s, loaded, &t.schema, f) ||
		     parts_init(&q, s, loaded, &s->target.schema, f);
	if (rc == 0) {
		buf_printf(&sql, "SELECT COUNT(1), (SELECT COUNT(1) FROM \"%s\") FROM (", old);
		put_grouped(&sql, &both, &p.target, old, "t", p.stays.p);
		buf_puts(&sql, " EXCEPT ");
		put_grouped(&sql, &both, &q.target, s->in.table, "t", q.stays.p);
		buf_puts(&sql, ") AS more");
		rc = rows_numbers(s, s->in.database, buf_text(&sql), n, 2, f);
	}
	buf_free(&sql);
	parts_free(&p);
	parts_free(&q);
	schema_free(&both);
	api_table_free(&t);
	return rc ? CARRY_FAILED : 0;
}

int carry_old(struct swap *s, const char *old, const char *loaded, bool *same, bool *empty,
	struct fail *f)
{
	const struct carry *c = &s->carry;
	const char *column = NULL;
	struct parts p = { 0 };
	int64_t v[3] = { 0 };
	struct buf sql;
	int rc;

	*same = *empty = false;
	if (!c->counted) {
		rc = lost(s, old, loaded, v, f);
		s->out.carry.rows_arrived = rc == 0 && v[0] > 0 ? v[0] : -1;
		*same = rc == 0 && v[0] == 0;
		*empty = rc == 0 && v[1] == 0;
		return rc;
	}
	if (parts_init(&p, s, loaded, &s->carry.of_target, f)) {
		parts_free(&p);
		return CARRY_FAILED;
	}
	buf_init(&sql, SQL_MAX);
	buf_puts(&sql, "SELECT ");
	put_print(&sql, old, &p);
	put_print_from(&sql, old);
	rc = rows_numbers(s, s->in.database, buf_text(&sql), v, 3, f);
	buf_free(&sql);
	if (rc == 0 && check_sums(s, old, &p.target, &column, f))
		rc = CARRY_FAILED;
	parts_free(&p);
	*same = rc == 0 && !column && v[0] == c->target && v[1] == c->stays && v[2] == c->time_sum;
	s->out.carry.rows_arrived = rc == 0 && v[0] > c->target ? v[0] - c->target : -1;
	return rc ? CARRY_FAILED : 0;
}

int carry_holds(
	struct swap *s, const char *table, const char *loaded, bool *new_rows, struct fail *f)
{
	struct schema live = { 0 };
	struct api_table t = { 0 };
	struct parts p = { 0 };
	struct buf sql;
	int64_t v[4] = { 0 };
	char *goes = NULL;
	int rc = api_table_show(s->api, s->in.database, table, &t, f);

	*new_rows = false;
	if (rc == 0 && !t.exists)
		return CARRY_GONE;
	buf_init(&sql, SQL_MAX);
	for (size_t i = 0; i < s->carry.of_loaded.n && rc == 0; i++) {
		const struct column *c = s->carry.of_loaded.col + i;

		if (!s->in.carry.deleted || strcmp(c->name, s->in.carry.deleted) != 0)
			rc = schema_add(&live, c->name, c->type, f);
	}
	if (rc == 0)
		rc = parts_init(&p, s, loaded, &t.schema, f);
	if (rc == 0) {
		goes = mem_printf("NOT (%s)", p.stays.p);
		buf_printf(&sql,
			"SELECT (SELECT COUNT(1) FROM \"%s\"), (SELECT COUNT(1) FROM \"%s\" t "
			"WHERE %s), (SELECT COUNT(1) FROM \"%s\" n WHERE %s), "
			"(SELECT COUNT(1) FROM (",
			table, table, p.stays.p, loaded, p.live.p);
		put_grouped(&sql, &live, &p.loaded, loaded, "n", p.live.p);
		buf_puts(&sql, " EXCEPT ");
		put_grouped(&sql, &live, &p.target, table, "t", goes);
		buf_puts(&sql, ") AS more)");
		rc = rows_numbers(s, s->in.database, buf_text(&sql), v, 4, f);
	}
	*new_rows = rc == 0 && v[0] == v[1] + v[2] && v[3] == 0;
	free(goes);
	buf_free(&sql);
	parts_free(&p);
	schema_free(&live);
	api_table_free(&t);
	return rc ? CARRY_FAILED : 0;
}

int carry_looks_used(struct swap *s, bool *used, struct fail *f)
{
	const struct receipt *in = &s->in;
	const bool is_range = in->carry.is_range;
	struct rows have = { 0 };
	char *where = mem_printf("TD_TIME_RANGE(time, %lld, %lld)",
		(long long)(is_range ? in->carry.from : in->time_min),
		(long long)(is_range ? in->carry.to : in->time_max + 1));
	int rc = 0;

	*used = false;
	if (is_range || in->has_time)
		rc = rows_query_where(s, in->database, in->table, where, &have, f);
	free(where);
	if (rc == 0)
		*used = is_range ? have.n == rows_loaded(in) : have.n >= rows_loaded(in);
	return rc ? CARRY_FAILED : 0;
}

void carry_free(struct swap *s)
{
	schema_free(&s->carry.columns);
	schema_free(&s->carry.of_loaded);
	schema_free(&s->carry.of_target);
	free(s->carry.sums);
}
