/* Making tables from files: td-encode reads rows, our SQL runs statements. */
#include "jobs/seed.h"
#include "base/fd.h"
#include "base/mem.h"
#include "frame/framein.h"
#include "jobs/tool.h"
#include "sql/change.h"
#include "sql/query.h"
#include "store/counts.h"
#include "store/td_clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { NAME_MIN = 3, NAME_LONGEST = 256, SQL_MAX = 1 << 20, SAID_MAX = 16 << 10, TICK_MS = 5 };

struct seed {
	struct account *account;
	const atomic_bool *stopping;
	struct interrupt me; /* of the SQL */
	const char *db;
	char *table, *path; /* of the present file */
};

/* --- names */

static bool name_ok(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_", s[i]))
			return false;
	return n >= NAME_MIN && n <= NAME_LONGEST;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void free_names(char **names)
{
	for (char **n = names; n && *n; n++)
		free(*n);
	free(names);
}

/* What is in a folder, in order, without hidden files; ends with NULL. NULL with f filled. */
static char **names_in(const char *dir, struct fail *f)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	char **names = mem_zero(1, sizeof *names);
	size_t n = 0;

	if (!d) {
		free(names);
		fail_errno(f, FAIL_CONFIG, "cannot open %s", dir);
		return NULL;
	}
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		names = mem_resize(names, n + 2, sizeof *names);
		names[n++] = mem_string(e->d_name);
		names[n] = NULL;
	}
	closedir(d);
	qsort(names, n, sizeof *names, by_name);
	return names;
}

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static const char *kind_of(const char *name)
{
	static const char *const kinds[] = { ".csv", ".jsonl", ".sql" };
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(dot, kinds[i]) == 0)
			return kinds[i] + 1;
	return NULL;
}

/* --- being stopped */

static bool stopped(const struct seed *s)
{
	sigset_t set;

	return *s->stopping ||
		(sigpending(&set) == 0 &&
			(sigismember(&set, SIGINT) == 1 || sigismember(&set, SIGTERM) == 1 ||
				sigismember(&set, SIGHUP) == 1));
}

struct watch {
	struct seed *seed;
	atomic_bool done;
};

/* SQL is stopped from outside. */
static void *watch(void *arg)
{
	struct watch *w = arg;

	while (!w->done && !stopped(w->seed))
		poll(NULL, 0, TICK_MS);
	if (!w->done)
		interrupt_raise(&w->seed->me, 0);
	return NULL;
}

/* --- rows */

/* The last line that td-encode wrote, without its name and without advice for its own users. */
static void blame(const char *said, struct fail *f)
{
	size_t n = strlen(said), start;
	const char *advice;

	while (n > 0 && said[n - 1] == '\n')
		n--;
	for (start = n; start > 0 && said[start - 1] != '\n';)
		start--;
	if ((advice = strstr(said + start, "; --rejects FILE")))
		n = (size_t)(advice - said);
	fail_set(f, FAIL_DATA, "%.*s", n > start ? (int)(n - start) : 20,
		n > start ? said + start : "td-encode has failed");
}

static int wait_for(struct seed *s, pid_t pid, int *status, struct fail *f)
{
	pid_t ended;

	while ((ended = waitpid(pid, status, WNOHANG)) == 0) {
		if (stopped(s))
			kill(pid, SIGKILL);
		poll(NULL, 0, TICK_MS);
	}
	if (stopped(s))
		return fail_set(f, FAIL_SIGNAL, "stopped");
	return ended < 0 ? fail_errno(f, FAIL_SYSTEM, "cannot learn how td-encode ended") : 0;
}

/* Runs td-encode on the file; what it said is *said, malloc'ed. Its status, or -1. */
static int encode(struct seed *s, const char *const *argv, int out, char **said, struct fail *f)
{
	int in = open(s->path, O_RDONLY | O_CLOEXEC), err = store_temporary(&s->account->store, f),
	    status = 0;
	struct tool t = { argv, environ, in, out, err, -1 };
	size_t n;
	pid_t pid;

	*said = NULL;
	if (in < 0)
		fail_errno(f, FAIL_CONFIG, "cannot open it");
	if (f->kind == FAIL_NONE && tool_start(&pid, &t, f) == 0 &&
		wait_for(s, pid, &status, f) == 0 && lseek(err, 0, SEEK_SET) == 0)
		fd_slurp(err, "td-encode", SAID_MAX, said, &n, f);
	if (in >= 0)
		close(in);
	if (err >= 0)
		close(err);
	if (f->kind)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* A frame of the file's records. The time is that of its column `time`, else the present one. */
static int make_frame(struct seed *s, const char *kind, int out, struct fail *f)
{
	static const char missing[] = "there is no column 'time'";
	char now[24], *said;
	const char *argv[] = { "td-encode", "-q", "-f", kind, "--time-column", "time", NULL };
	int status = encode(s, argv, out, &said, f);

	if (status > 0 && said && strstr(said, missing)) {
		free(said);
		snprintf(now, sizeof now, "%lld", (long long)td_clock_now());
		argv[4] = "--time-value";
		argv[5] = now;
		if (ftruncate(out, 0) || lseek(out, 0, SEEK_SET))
			return fail_errno(f, FAIL_SYSTEM, "cannot write");
		status = encode(s, argv, out, &said, f);
	}
	if (status > 0)
		blame(said ? said : "", f);
	free(said);
	return f->kind ? -1 : 0;
}

/* The columns that the end of a frame tells, [[name, type], ...]. NULL with f filled. */
static json_t *frame_columns(int fd, struct fail *f)
{
	struct fd_source file;
	struct frame_block b;
	struct framein in;
	enum framein_what what = FRAMEIN_BLOCK;
	json_t *columns = NULL;
	const char *p;
	size_t n;

	fd_source_init(&file, fd, "td-encode's frame");
	if (framein_open(&in, &file.source, f) == 0)
		while (what != FRAMEIN_FAILED && what != FRAMEIN_END)
			what = framein_next(&in, &b, &p, &n, f);
	if (what == FRAMEIN_END)
		columns = schema_to_json(&in.end.schema);
	framein_close(&in);
	return columns;
}

/* Inside a transaction: the database and an empty table; 0: f says why not. */
static int64_t make_table(struct seed *s, struct catalog *c, struct fail *f)
{
	int64_t db;

	catalog_do(c, "INSERT OR IGNORE INTO dbs (name, created, updated) VALUES (?1, ?2, ?2)",
		"si", s->db, td_clock_now());
	db = catalog_num(c, 0, "SELECT id FROM dbs WHERE name = ?1", "s", s->db);
	if (!s->table)
		return 0;
	if (catalog_num(c, 0, "SELECT 1 FROM tables WHERE db = ?1 AND name = ?2", "is", db,
		    s->table)) {
		fail_set(f, FAIL_DATA, "the table is there already");
		return 0;
	}
	catalog_do(c, "INSERT INTO tables (db, name, created, updated) VALUES (?1, ?2, ?3, ?3)",
		"isi", db, s->table, td_clock_now());
	return sqlite3_last_insert_rowid(c->db);
}

static void enter(struct seed *s, const struct load *load, const json_t *columns, struct fail *f)
{
	struct catalog *c = &s->account->catalog;
	int64_t table;

	catalog_begin(c);
	table = make_table(s, c, f);
	if (table) {
		if (load->rows)
			load_enter(load, c, table, 0);
		counts_extend(c, table, columns);
		counts_table(c, table);
	}
	catalog_end(c, f->kind == FAIL_NONE, f->kind ? NULL : f);
}

static int rows(struct seed *s, const char *kind, struct fail *f)
{
	int fd = store_temporary(&s->account->store, f);
	json_t *columns = NULL;
	struct load load;

	if (fd < 0)
		return -1;
	if (make_frame(s, kind, fd, f) == 0 && lseek(fd, 0, SEEK_SET) == 0)
		columns = frame_columns(fd, f);
	if (columns && lseek(fd, 0, SEEK_SET) == 0 &&
		load_open(&load, &s->account->store, true, f) == 0) {
		load.now = td_clock_now();
		if (load_body(&load, fd, f) == 0 && load_close(&load, f) == 0)
			enter(s, &load, columns, f);
		load_free(&load, f->kind != FAIL_NONE);
	}
	json_decref(columns);
	close(fd);
	return f->kind ? -1 : 0;
}

/* --- SQL */

static int apply(struct seed *s, const struct statement *st, const char *db,
	const struct outcome *out, struct fail *f)
{
	struct catalog *c = &s->account->catalog;
	struct change change = { 0 };
	bool done = false;

	if (change_prepare(&change, s->account, st, db, out->file[0] ? out : NULL, f) == 0) {
		catalog_begin(c);
		done = change_apply(&change, c, f) == 0;
		if (catalog_end(c, done, f->kind ? NULL : f))
			done = false;
	}
	change_free(&change, s->account, done);
	return f->kind ? -1 : 0;
}

static int run(struct seed *s, struct queries *all, unsigned i, struct fail *f)
{
	const struct statement *st = query_statement(all, i);
	struct outcome out = { 0 };

	if (query_run(all, i, s->account, &s->me, &out, f) == 0 && st->kind != STATEMENT_NOTHING) {
		if (st->kind > STATEMENT_DELETE || st->kind == STATEMENT_QUERY)
			fail_set(f, FAIL_DATA,
				"a query among statements: its rows would go nowhere");
		else
			apply(s, st, query_database(all), &out, f);
	}
	if (out.file[0])
		store_drop(&s->account->store, out.file);
	free(out.schema);
	return f->kind ? -1 : 0;
}

/* A file that is one query makes the table of its name. */
static struct queries *parse(const struct seed *s, const char *text, struct fail *f)
{
	struct queries *all = query_parse(text, "presto", s->db, td_clock_now(), f);
	char *made;

	if (!all || query_count(all) != 1 || query_statement(all, 0)->kind != STATEMENT_QUERY)
		return all;
	query_free(all);
	made = mem_printf("CREATE TABLE \"%s\" AS\n%s", s->table, text);
	all = query_parse(made, "presto", s->db, td_clock_now(), f);
	free(made);
	return all;
}

static char *read_sql(const char *path, struct fail *f)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = NULL;
	size_t n;

	if (fd < 0) {
		fail_errno(f, FAIL_CONFIG, "cannot open it");
		return NULL;
	}
	if (fd_slurp(fd, path, SQL_MAX, &text, &n, f) == 0 && strlen(text) != n)
		fail_set(f, FAIL_DATA, "it is not text");
	close(fd);
	return text;
}

static int sql(struct seed *s, struct fail *f)
{
	char *text = read_sql(s->path, f);
	struct queries *all = f->kind ? NULL : parse(s, text, f);

	for (unsigned i = 0; all && i < query_count(all) && f->kind == FAIL_NONE; i++)
		run(s, all, i, f);
	query_free(all);
	free(text);
	return f->kind ? -1 : 0;
}

/* --- files */

static int one_file(struct seed *s, const char *dir, const char *name, bool is_sql, struct fail *f)
{
	const char *kind = kind_of(name);

	if (!kind)
		return fail_set(f, FAIL_DATA, "%s/%s is not TABLE.csv, TABLE.jsonl or TABLE.sql",
			dir, name);
	if ((strcmp(kind, "sql") == 0) != is_sql)
		return 0;
	s->path = mem_printf("%s/%s", dir, name);
	s->table = mem_copy(name, strlen(name) - strlen(kind) - 1);
	if (stopped(s))
		fail_set(f, FAIL_SIGNAL, "stopped");
	else if (!name_ok(s->table, strlen(s->table)))
		fail_set(f, FAIL_DATA, "'%s' is not a table's name: 3 to 256 of a-z, 0-9 and _",
			s->table);
	else if (is_sql)
		sql(s, f);
	else
		rows(s, kind, f);
	if (f->kind)
		fail_at(f, "%s", s->path);
	free(s->path);
	free(s->table);
	s->path = s->table = NULL;
	return f->kind ? -1 : 0;
}

static void make_database(struct seed *s, const char *name, struct fail *f)
{
	struct catalog *c = &s->account->catalog;

	s->db = name;
	catalog_begin(c);
	make_table(s, c, f);
	catalog_end(c, true, f);
}

static int one_folder(struct seed *s, const char *dir, const char *name, bool is_sql,
	struct fail *f)
{
	char *path = mem_printf("%s/%s", dir, name), **files = NULL;

	if (!is_folder(path)) {
		if (kind_of(name))
			fail_set(f, FAIL_DATA,
				"%s is in no folder: the folder's name is the database's", path);
	} else if (!name_ok(name, strlen(name))) {
		fail_set(f, FAIL_DATA,
			"%s: '%s' is not a database's name: 3 to 256 of a-z, 0-9 and _", path,
			name);
	} else if ((files = names_in(path, f))) {
		make_database(s, name, f);
	}
	for (char **n = files; n && *n && f->kind == FAIL_NONE; n++)
		one_file(s, path, *n, is_sql, f);
	free_names(files);
	free(path);
	return f->kind ? -1 : 0;
}

int seed_load(struct account *a, const char *dir, const atomic_bool *stopping, struct fail *f)
{
	struct seed s = { .account = a, .stopping = stopping };
	struct watch w = { .seed = &s };
	char **folders = names_in(dir, f);
	pthread_t thread;

	if (!folders)
		return fail_at(f, "--seed");
	interrupt_init(&s.me);
	interrupt_begin(&s.me, -1, td_clock_ms(), false);
	if (pthread_create(&thread, NULL, watch, &w))
		fail_set(f, FAIL_SYSTEM, "cannot start a thread");
	else {
		for (int is_sql = 0; is_sql < 2; is_sql++)
			for (char **n = folders; *n && f->kind == FAIL_NONE; n++)
				one_folder(&s, dir, *n, is_sql, f);
		w.done = true;
		pthread_join(thread, NULL);
	}
	interrupt_free(&s.me);
	free_names(folders);
	return f->kind ? fail_at(f, "--seed") : 0;
}
