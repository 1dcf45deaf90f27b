/* td-swap: a receipt in, the atomic replacement; a receipt out. */
#include "swap.h"

#include "sys/clock.h"
#include "base/die.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/option.h"
#include "sys/metrics.h"
#include "sys/sandbox.h"
#include "base/sig.h"
#include "base/visible.h"
#include "td/tempname.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char help[] =
	"Usage: td-swap [OPTION]... [DEST] < RECEIPT > RECEIPT\n"
	"Put the table that td-put has loaded in the place of its target, in one step.\n"
	"\n"
	"  td-encode < a.csv | td-put 'td://@/mydb/table?mode=replace' | td-swap\n"
	"  td-swap --undo td://@/mydb/table\n"
	"\n"
	"The receipt of an append passes through. DEST, a td:// URL or NAME:TABLE, is\n"
	"needed only where the receipt's server or account is not the default one.\n"
	"\n"
	"Refuse to replace:\n"
	"      --allow-empty       let an empty result replace a table that has rows\n"
	"      --min-rows N        refuse to replace by fewer rows\n"
	"      --max-shrink P      refuse when the table would lose more than P percent\n"
	"                          of its rows\n"
	"      --same-schema       refuse when a column would be dropped or change its\n"
	"                          type\n"
	"      --strict            refuse when the source was not proven to be complete,\n"
	"                          and when the temporary table does not show all rows\n"
	"                          yet; if rows stay: compare checksums of columns\n"
	"      --max-carry N       range of time, merge: refuse to copy more than N rows\n"
	"                          that stay\n"
	"      --check SQL VALUE   refuse unless this query, in which {} is the new\n"
	"                          table, gives this value\n"
	"\n"
	"Old rows:\n"
	"      --keep[=NAME]       keep the old rows, in table NAME (TABLE_kept, which is\n"
	"                          overwritten)\n"
	"      --keep[=N]          keep them in a table of their own, TABLE_kept_ and the\n"
	"                          time, and drop those beyond the newest N (1 to 99)\n"
	"      --undo[=N]          exchange the table and its kept one again, or the Nth\n"
	"                          newest of --keep=N\n"
	"\n"
	"Remains of earlier runs:\n"
	"      --gc                remove temporary tables and sessions that earlier runs\n"
	"                          left behind\n"
	"      --sessions          with --gc: remove committed sessions of appends\n"
	"                          instead\n"
	"      --older-than TIME   --gc: only those at least so old (2d; of --sessions\n"
	"                          30d)\n"
	"\n"
	"Connection and messages:\n"
	"      --watermark-file FILE  when the rows are in, write the highest value of\n"
	"                          td-encode --watermark there\n"
	"      --dry-run           judge the guards, say what would be done, change\n"
	"                          nothing\n"
	"      --wait TIME         give up when the whole run takes longer\n"
	"      --progress          report progress even if stderr is not a terminal\n"
	METRICS_USAGE
	API_USAGE;

/* From 0 to 100, with or without the sign. */
static int percent(void)
{
	size_t n = strlen(optarg);

	if (n > 1 && optarg[n - 1] == '%')
		optarg[n - 1] = '\0';
	return (int)option_number(0, 100);
}

/* The option, as it is typed, that guards a replacement; NULL: none was given. */
static const char *guard(const struct opts *o)
{
	return o->min_rows >= 0      ? "--min-rows"
	       : o->max_shrink >= 0  ? "--max-shrink"
	       : o->max_carry >= 0   ? "--max-carry"
	       : o->checks_n > 0     ? "--check"
	       : o->same_schema      ? "--same-schema"
	       : o->strict           ? "--strict"
	       : o->allow_empty      ? "--allow-empty"
	       : o->keep && !o->undo && !(o->gc && o->keep_n > 0) ? "--keep"
				     : NULL;
}

/* An option without effect is refused: the user relies on it. */
static void check_options(const struct opts *o)
{
	const char *given = guard(o);

	if (o->undo && o->gc)
		die_usage("--undo and --gc: only one of them");
	if (o->undo && o->keep_n > 0)
		die_usage("--keep=%u does not go with --undo: say --undo=N", o->keep_n);
	if (o->undo_n > 0 && o->keep_name)
		die_usage("--undo=%u and --keep=%s: only one of them", o->undo_n, o->keep_name);
	if (o->gc && o->sessions && o->keep_n > 0)
		die_usage("--keep does not go with --sessions");
	if (given && (o->undo || o->gc))
		die_usage("%s guards a replacement: it does not go with %s", given,
			o->undo ? "--undo" : "--gc");
	if (o->watermark_file && (o->undo || o->gc))
		die_usage("--watermark-file does not go with %s", o->undo ? "--undo" : "--gc");
	if (o->dry_run && (o->undo || o->gc))
		die_usage("--dry-run is for a replacement: it does not go with %s",
			o->undo ? "--undo" : "--gc");
	if (o->dry_run)
		metrics_refuse("--dry-run");
	if (o->older_given && !o->gc)
		die_usage("--older-than goes with --gc");
	if (o->sessions && !o->gc)
		die_usage("--sessions goes with --gc");
}

enum {
	ALLOW_EMPTY = 256,
	MIN_ROWS,
	MAX_SHRINK,
	SAME_SCHEMA,
	STRICT,
	KEEP,
	UNDO,
	GC,
	OLDER_THAN,
	SESSIONS,
	PROGRESS,
	WAIT,
	MAX_CARRY,
	CHECK,
	WATERMARK_FILE,
	DRY_RUN
};

static const struct option long_options[] = {
	{ "allow-empty", no_argument, NULL, ALLOW_EMPTY },
	{ "min-rows", required_argument, NULL, MIN_ROWS },
	{ "max-shrink", required_argument, NULL, MAX_SHRINK },
	{ "same-schema", no_argument, NULL, SAME_SCHEMA },
	{ "strict", no_argument, NULL, STRICT },
	{ "keep", optional_argument, NULL, KEEP },
	{ "undo", optional_argument, NULL, UNDO },
	{ "gc", no_argument, NULL, GC },
	{ "older-than", required_argument, NULL, OLDER_THAN },
	{ "sessions", no_argument, NULL, SESSIONS },
	{ "progress", no_argument, NULL, PROGRESS },
	{ "wait", required_argument, NULL, WAIT },
	{ "max-carry", required_argument, NULL, MAX_CARRY },
	{ "check", required_argument, NULL, CHECK },
	{ "dry-run", no_argument, NULL, DRY_RUN },
	{ "watermark-file", required_argument, NULL, WATERMARK_FILE },
	METRICS_LONG,
	OPTION_LONG,
	API_LONG_OPTIONS,
	{ 0 },
};

/* A number is no name of a table: those have three characters. */
static void take_keep(struct opts *o)
{
	const bool is_number = optarg && optarg[strspn(optarg, "0123456789")] == '\0';

	o->keep = true;
	o->keep_n = is_number ? (unsigned)option_number(1, GENERATIONS_MAX) : 0;
	o->keep_name = is_number ? NULL : optarg;
}

static void take(struct opts *o, int c)
{
	switch (c) {
	case ALLOW_EMPTY: o->allow_empty = true; break;
	case MIN_ROWS: o->min_rows = option_number(0, INT64_MAX); break;
	case MAX_SHRINK: o->max_shrink = percent(); break;
	case SAME_SCHEMA: o->same_schema = true; break;
	case STRICT: o->strict = true; break;
	case KEEP: take_keep(o); break;
	case UNDO:
		o->undo = true;
		o->undo_n = optarg ? (unsigned)option_number(1, GENERATIONS_MAX) : 0;
		break;
	case GC: o->gc = true; break;
	case SESSIONS: o->sessions = true; break;
	case PROGRESS: o->progress = true; break;
	case METRICS: metrics_option(); break;
	case OLDER_THAN:
		o->older_given = true;
		if (strcmp(optarg, "0") != 0 && strchr("0123456789", optarg[strlen(optarg) - 1]))
			die_usage("--older-than %s: a unit is wanted: s, m, h or d, as in 2d",
				optarg);
		o->older_s = (uint64_t)option_seconds(0, 36500LL * 86400);
		break;
	case WATERMARK_FILE: o->watermark_file = optarg; break;
	case DRY_RUN: o->dry_run = true; break;
	case MAX_CARRY: o->max_carry = option_number(0, INT64_MAX); break;
	case WAIT: o->wait_s = (uint64_t)option_seconds(1, 30 * 86400); break;
	default: api_option(&o->api, c, help, &o->verbosity);
	}
}

/* --check SQL VALUE: an option with two arguments. */
static void take_check(struct opts *o, int argc, char **argv)
{
	struct check *c = o->checks + o->checks_n;

	if (o->checks_n++ == CHECKS_MAX)
		die_usage("--check: at most %d of them", CHECKS_MAX);
	c->sql = optarg;
	if (optind == argc)
		die_usage("--check needs a query and the value that it must give");
	c->value = argv[optind++];
	if (!strstr(c->sql, "{}"))
		die_usage("--check: the query has no {}, which stands for the new table");
}

static void options(struct opts *o, int argc, char **argv)
{
	struct fail f = { 0 };
	int c;

	while ((c = option_next(argc, argv, OPTION_SHORT, long_options, NULL)) != -1)
		c == CHECK ? take_check(o, argc, argv) : take(o, c);
	if (o->keep_name && tdurl_check_name("table", o->keep_name, &f))
		die_usage("--keep: %s", f.why);
	check_options(o);
	if (!o->older_given)
		o->older_s = (o->sessions ? 30 : 2) * 86400;
}

/* --- the end of --wait --- */

void swap_connect(struct swap *s)
{
	s->api = api_open(&s->conf, &s->o->api);
	if (s->until_ms > 0)
		api_until(s->api, s->until_ms);
}

/* If it was not a signal but --wait that ended the run, f says so. */
static void time_is_up(const struct swap *s, struct fail *f)
{
	if (f->kind != FAIL_SIGNAL || !sig_time_is_up())
		return;
	f->kind = FAIL_TEMP;
	fail_at(f, "not done within --wait %llu s", (unsigned long long)s->o->wait_s);
}

/* --- one run --- */

/* The receipt of a failure, as it came, but for keys and what a terminal obeys. */
static int pass(const char *text, size_t n, struct fail *f)
{
	size_t cap = 4 * n + 8;
	char *shown = mem_zero(cap, 1);
	const bool line = n > 0 && text[n - 1] == '\n';
	int rc;

	n = visible_text(shown, cap, text, line ? n - 1 : n);
	if (line)
		shown[n++] = '\n';
	rc = fd_write(STDOUT_FILENO, "standard output", shown, n, f);
	log_result(shown);
	free(shown);
	return rc || fd_close(STDOUT_FILENO, "standard output", f) ? -1 : 0;
}

/* The receipt may be all that knows of them. */
static int rows_stay(const struct swap *s, struct fail *f)
{
	size_t n = strlen(f->why);

	if (s->in.temporary)
		snprintf(f->why + n, sizeof f->why - n, "; the new rows stay in table %s.%s",
			s->in.database, s->in.temporary);
	return -1;
}

/*
 * A receipt may be edited: no other table than one that td-put made is swapped, and then dropped.
 */
static int check_names(const struct receipt *r, struct fail *f)
{
	if (strcmp(r->action, "load") != 0)
		return fail_set(f, FAIL_DATA,
			"this receipt is of %s %s that is done: there is nothing to swap",
			strchr("aeiou", r->action[0]) ? "an" : "a", r->action);
	if (!r->temporary)
		return fail_set(f, FAIL_DATA, "the receipt names no temporary table");
	if (tdurl_check_name("database", r->database, f) ||
		tdurl_check_name("table", r->table, f) ||
		tdurl_check_name("table", r->temporary, f)) {
		f->kind = FAIL_DATA;
		return fail_at(f, "the receipt");
	}
	if (strcmp(r->temporary, r->table) == 0)
		return fail_set(
			f, FAIL_DATA, "the receipt names %s as its own temporary table", r->table);
	if (tempname_table_time(r->temporary, r->table) < 0)
		return fail_set(f, FAIL_DATA,
			"the receipt names %s, which is not a temporary table of %s",
			r->temporary, r->table);
	return 0;
}

static bool is_other(const struct receipt *r, const struct tdurl *to)
{
	return to && ((to->database && strcmp(to->database, r->database) != 0) ||
			     (to->table && strcmp(to->table, r->table) != 0));
}

/* The receipt decides where to; the key is only sent to the server that the caller means. */
static int check_receipt(struct swap *s, const struct tdurl *to, struct fail *f)
{
	const struct receipt *r = &s->in;

	if (check_names(r, f))
		return -1;
	if (r->rows < 0)
		fail_set(f, FAIL_DATA, "the receipt does not say how many rows were loaded");
	else if (r->valid >= 0 && r->valid + (r->errors > 0 ? r->errors : 0) != r->rows)
		fail_set(f, FAIL_DATA,
			"the receipt's %lld rows are not its %lld valid and %lld error records",
			(long long)r->rows, (long long)r->valid, (long long)r->errors);
	else if (to && to->has_mode && to->mode != r->mode)
		fail_set(f, FAIL_USAGE, "the receipt is of mode=%s, not of mode=%s",
			tdurl_mode_name(r->mode), tdurl_mode_name(to->mode));
	else if (s->mark.path && !r->watermark_column)
		fail_set(f, FAIL_USAGE,
			"--watermark-file: the receipt has no watermark (td-encode --watermark "
			"COLUMN)");
	else if (is_other(r, to))
		fail_set(f, FAIL_USAGE,
			"the receipt is of table %s.%s, not of the destination given", r->database,
			r->table);
	return f->kind ? -1 : 0;
}

/*
 * Is the server here the receipt's? A loopback address that td-put spoke TLS to (ssl=true) is the
 * same one where that is not said again.
 */
static bool is_server(struct swap *s)
{
	const char *here = s->conf.endpoint, *there = s->in.endpoint;

	if (strcmp(here, there) == 0)
		return true;
	if (strncmp(here, "http://", 7) != 0 || strncmp(there, "https://", 8) != 0 ||
		strcmp(here + 7, there + 8) != 0)
		return false;
	free(s->conf.endpoint);
	s->conf.endpoint = mem_string(there);
	return true;
}

static int connect_to(struct swap *s, const struct tdurl *to, struct fail *f)
{
	if (conf_load(&s->conf, NULL, to, f) == 0 && !is_server(s))
		fail_set(f, FAIL_CONFIG,
			"the receipt is of %s, but the server here is %s: set TD_API_SERVER, or "
			"name the "
			"destination",
			s->in.endpoint, s->conf.endpoint);
	if (f->kind == FAIL_NONE && api_sandbox(&s->conf, &s->o->api, f) == 0) {
		swap_connect(s);
		return 0;
	}
	return rows_stay(s, f);
}

static void say_done(struct swap *s)
{
	const struct receipt *r = &s->out;
	const char *s_rows = num_s((uint64_t)r->rows);

	if (s->o->undo)
		progress_done(&s->progress, "%s.%s has the %lld row%s of before again", r->database,
			r->table, (long long)r->rows, s_rows);
	else if (r->action && strcmp(r->action, "none") == 0)
		progress_done(&s->progress, "%s.%s is as it was: no row comes or goes", r->database,
			r->table);
	else if (r->carry.rows_kept >= 0)
		progress_done(&s->progress, "%lld row%s in the place of %lld of %s.%s; %lld stay",
			(long long)r->rows, s_rows, (long long)r->carry.rows_replaced, r->database,
			r->table, (long long)r->carry.rows_kept);
	else if (r->already)
		progress_done(&s->progress, "%s.%s has %s %lld row%s already", r->database,
			r->table, r->rows == 1 ? "this" : "these", (long long)r->rows, s_rows);
	else if (r->rows_before < 0)
		progress_done(&s->progress, "created %s.%s with %lld row%s", r->database,
			r->table, (long long)r->rows, s_rows);
	else
		progress_done(&s->progress, "%lld row%s in the place of the %lld of %s.%s",
			(long long)r->rows, s_rows, (long long)r->rows_before, r->database,
			r->table);
}

/*
 * Two swaps by one receipt undo each other. On a file system without locks the swap goes on.
 */
static int lock_receipt(const struct swap *s, struct fail *f)
{
	if (s->repeatable && flock(STDIN_FILENO, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK)
		return fail_set(f, FAIL_TEMP, "another td-swap has this receipt");
	return 0;
}

/*
 * A receipt that cannot be used as it was asked. From a pipe it cannot be given again, so the rows
 * go, where the key for that is there.
 */
static void refused(struct swap *s, const struct tdurl *to, struct fail *f)
{
	if (check_names(&s->in, FAIL_IGNORED))
		return; /* the receipt says nothing that can be relied upon */
	if (!s->repeatable && connect_to(s, to, FAIL_IGNORED) == 0)
		swap_drop(s, f);
	else
		rows_stay(s, f);
}

/* --dry-run: nothing is claimed, and nothing goes. */
static int dry_run(struct swap *s, const struct tdurl *to, struct fail *f)
{
	if (check_receipt(s, to, f) || connect_to(s, to, f) || guards_plan(s, f)) {
		time_is_up(s, f);
		return -1;
	}
	return fd_close(STDOUT_FILENO, "standard output", f);
}

/* The rows are in. */
static int keep_watermark(struct swap *s, struct fail *f)
{
	if (!s->mark.path)
		return 0;
	if (!s->in.watermark_column)
		fail_set(f, FAIL_DATA,
			"--watermark-file: the receipt has no watermark (td-encode --watermark "
			"COLUMN)");
	else if (s->in.watermark)
		newfile_put(&s->mark, s->in.watermark, f);
	return f->kind ? fail_at(f, "the rows are in table %s.%s", s->in.database, s->in.table) : 0;
}

static int replace(struct swap *s, const struct tdurl *to, struct fail *f)
{
	if (s->o->dry_run)
		return dry_run(s, to, f);
	if (swap_receipt_start(s, f))
		return -1;
	if (check_receipt(s, to, f)) {
		refused(s, to, f);
		return -1;
	}
	if (lock_receipt(s, f))
		return -1;
	if (connect_to(s, to, f) == 0 && swap_run(s, f) == 0) {
		const int rc = keep_watermark(s, f);

		if (swap_receipt_end(s, NULL, rc ? FAIL_IGNORED : f) == 0 && rc == 0) {
			say_done(s);
			return 0;
		}
		if (rc)
			return -1;
		f->kind = FAIL_SYSTEM; /* even without a reader: only we report it */
		return fail_at(f, "%s.%s was replaced, but the receipt is not written",
			s->in.database, s->in.table);
	}
	time_is_up(s, f);
	if (f->kind != FAIL_PIPE)
		swap_receipt_end(s, f, FAIL_IGNORED);
	return -1;
}

/* The receipt of a swap that kept the old rows says where they are. */
static int undo_by_receipt(struct swap *s, const struct tdurl *to, struct fail *f)
{
	struct receipt *r = &s->in;

	if (!r->kept)
		return fail_set(f, FAIL_DATA,
			"this receipt names no kept table: there is nothing to undo");
	if (s->o->undo_n > 0)
		return fail_set(f, FAIL_USAGE,
			"--undo=%u counts the kept tables of a destination: the receipt names %s",
			s->o->undo_n, r->kept);
	if (s->o->keep_name && strcmp(s->o->keep_name, r->kept) != 0)
		return fail_set(f, FAIL_USAGE, "--keep=%s: the kept table of this receipt is %s",
			s->o->keep_name, r->kept);
	if (is_other(r, to))
		return fail_set(f, FAIL_USAGE,
			"the receipt is of table %s.%s, not of the destination given", r->database,
			r->table);
	if (tdurl_check_name("database", r->database, f) ||
		tdurl_check_name("table", r->table, f) || tdurl_check_name("table", r->kept, f)) {
		f->kind = FAIL_DATA;
		return fail_at(f, "the receipt");
	}
	return lock_receipt(s, f);
}

/* Without one the destination and --keep do. */
static int undo_by_name(struct swap *s, struct tdurl *to, struct fail *f)
{
	struct receipt *r = &s->in;

	if (conf_load(&s->conf, NULL, to, f) || conf_complete(&s->conf, to, f) ||
		api_sandbox(&s->conf, &s->o->api, f))
		return -1;
	swap_connect(s);
	s->by_name = true;
	r->mode = TDURL_REPLACE;
	r->endpoint = mem_string(s->conf.endpoint);
	r->database = mem_string(to->database);
	r->table = mem_string(to->table);
	return kept_pick(s, r->database, r->table, f);
}

static int undo(struct swap *s, const struct tdurl *to, struct fail *f)
{
	if (strcmp(s->in.kept, s->in.table) == 0)
		return fail_set(f, FAIL_DATA, "%s cannot be its own kept table", s->in.table);
	if (swap_receipt_start(s, f))
		return -1;
	/* nothing was loaded now */
	s->out.rejects = s->out.valid = s->out.errors = s->out.parts = s->out.bytes = -1;
	s->out.has_time = false;
	s->out.action = mem_string("undo");
	if ((s->api || connect_to(s, to, f) == 0) && swap_undo(s, f) == 0) {
		if (swap_receipt_end(s, NULL, f))
			return -1;
		say_done(s);
		return 0;
	}
	time_is_up(s, f);
	if (f->kind != FAIL_PIPE)
		swap_receipt_end(s, f, FAIL_IGNORED);
	return -1;
}

static int collect(struct swap *s, struct tdurl *to, struct fail *f)
{
	if (conf_load(&s->conf, NULL, to, f) || conf_complete(&s->conf, to, f) ||
		api_sandbox(&s->conf, &s->o->api, f))
		return -1;
	swap_connect(s);
	swap_names_destination(to->database, to->table);
	if (gc_run(s, to->database, to->table, f))
		return -1;
	return fd_close(STDOUT_FILENO, "standard output", f);
}

/* All of the input. When a signal ends the reading, what is in the pipe already is still taken. */
static int read_receipt(struct buf *b, struct fail *f)
{
	ssize_t n;

	buf_init(b, RECEIPT_MAX);
	do {
		if (buf_room(b, b->len < 4096 ? 4096 : 1))
			return fail_set(
				f, FAIL_DATA, "standard input: longer than %d bytes", RECEIPT_MAX);
		n = fd_read(STDIN_FILENO, "standard input", b->p + b->len, b->cap - b->len, f);
		b->len += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	if (f->kind == FAIL_SIGNAL && !buf_room(b, 4096) &&
		fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK) == 0) {
		n = read(STDIN_FILENO, b->p + b->len, b->cap - b->len);
		b->len += n > 0 ? (size_t)n : 0;
	}
	return n < 0 || f->kind ? -1 : 0;
}

/*
 * Interrupted, but td-put has written its receipt and is gone: only the receipt names the rows. A
 * td-put that is still running will find its reader gone, and removes them itself.
 */
static void interrupted(struct swap *s, const struct buf *b, const struct tdurl *to, struct fail *f)
{
	struct fail ignored = { 0 };

	if (b->len == 0 || b->p[b->len - 1] != '\n' ||
		receipt_parse(&s->in, b->p, b->len, "", &ignored) || !s->in.done ||
		s->in.mode == TDURL_APPEND || check_receipt(s, to, &ignored))
		return;
	sig_hold(true);
	if (connect_to(s, to, &ignored) == 0)
		swap_drop(s, f);
	sig_hold(false);
}

/* It is done, and its receipt passes; but what was asked of this program cannot be done any more.
 */
static int pass_append(
	struct swap *s, const char *text, size_t n, const struct tdurl *to, struct fail *f)
{
	const struct receipt *r = &s->in;
	const char *given = guard(s->o);

	if (r->temporary || strcmp(r->action, "load") == 0)
		return fail_set(f, FAIL_DATA,
			"the receipt contradicts itself: an append has no temporary table");
	s->out_begun = true;
	swap_names_destination(r->database, r->table);
	if (pass(text, n, f))
		return -1;
	if (given)
		return fail_set(f, FAIL_USAGE,
			"%s guards a replacement, and this is the receipt of an append: its rows "
			"are in "
			"table %s.%s",
			given, r->database, r->table);
	if (is_other(r, to))
		return fail_set(f, FAIL_USAGE,
			"the receipt is of an append to %s.%s, not to the destination given: its "
			"rows are "
			"in",
			r->database, r->table);
	if (to && conf_load(&s->conf, NULL, to, f))
		return fail_add(f, "; the receipt is of an append, and its rows are in");
	if (to && !is_server(s))
		return fail_set(f, FAIL_USAGE,
			"the receipt is of an append on %s, not on %s: its rows are in",
			r->endpoint, s->conf.endpoint);
	progress_done(&s->progress, "%lld row%s into %s.%s, by td-put: nothing to swap",
		(long long)r->rows, num_s((uint64_t)r->rows), r->database, r->table);
	return 0;
}

/* Something that may hold a receipt: a file or a pipe, and not /dev/null or a terminal. */
static bool is_input(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode));
}

static int run(struct swap *s, struct tdurl *to, struct fail *f)
{
	const char *text;
	struct buf b;
	size_t n;
	int rc;

	if (s->o->gc)
		return collect(s, to, f);
	if (s->o->undo && to && !is_input(STDIN_FILENO))
		return undo_by_name(s, to, f) || undo(s, to, f) ? -1 : 0;
	if (read_receipt(&b, f)) {
		if (f->kind == FAIL_SIGNAL && !s->o->undo)
			interrupted(s, &b, to, f);
		buf_free(&b);
		return -1;
	}
	progress_start(&s->progress);
	text = buf_text(&b);
	n = b.len;
	if (s->o->undo && to && n == 0) {
		buf_free(&b);
		return undo_by_name(s, to, f) || undo(s, to, f) ? -1 : 0;
	}
	rc = receipt_parse(&s->in, text, n, "standard input", f);
	if (rc == 0 && !s->in.done) {
		s->out_begun = true;
		if (s->in.table && s->in.database)
			swap_names_destination(s->in.database, s->in.table);
		pass(text, n, FAIL_IGNORED);
		rc = fail_set(f, FAIL_UPSTREAM, "td-put failed: %s",
			s->in.reason ? s->in.reason : "no reason given");
		f->told = die_told(s->in.place);
	} else if (rc == 0 && s->o->undo) {
		rc = undo_by_receipt(s, to, f) || undo(s, to, f) ? -1 : 0;
	} else if (rc == 0 && strcmp(s->in.action, "upload") == 0) {
		rc = fail_set(f, FAIL_DATA,
			"the table has none of these rows yet: td-put --commit comes first");
	} else if (rc == 0 && s->in.mode == TDURL_APPEND) {
		rc = pass_append(s, text, n, to, f) || keep_watermark(s, f) ? -1 : 0;
	} else if (rc == 0) {
		rc = replace(s, to, f);
	}
	buf_free(&b);
	return rc;
}

static void destination(const struct opts *o, struct tdurl *to, char *text)
{
	struct fail f = { 0 };
	int rc = tdurl_parse(to, text, &f);

	tdurl_hide(text);
	if (rc == 0 && !to->table && !o->gc)
		rc = fail_set(&f, FAIL_USAGE, "the destination names no table");
	if (rc)
		die_usage("%s", f.why);
}

/* Every failure has a receipt, also where little is known. */
static void failed(struct swap *s, struct fail *f)
{
	if (s->out_begun || f->kind == FAIL_PIPE)
		return;
	if (s->in.table && !s->out.table)
		swap_receipt_start(s, FAIL_IGNORED);
	swap_receipt_end(s, f, FAIL_IGNORED);
}

int main(int argc, char **argv)
{
	struct opts o = {
		.min_rows = -1, .max_shrink = -1, .max_carry = -1, .api = API_OPT_DEFAULT
	};
	struct swap s = { .o = &o };
	struct tdurl to = { 0 };
	struct fail f = { 0 };
	bool has_to;
	int rc;

	sandbox_hide();
	fd_standard();
	sig_init();
	die_init(argv[0], 0);
	options(&o, argc, argv);
	has_to = optind < argc;
	if (optind + 1 < argc)
		die_usage("more than one destination");
	if (has_to)
		destination(&o, &to, argv[optind]);
	if (o.gc && !has_to)
		die_usage("--gc: of which database?");
	if (o.gc && o.keep_n > 0 && !to.table)
		die_usage("--gc --keep=%u: of which table?", o.keep_n);
	if (argc == 1 && isatty(STDIN_FILENO))
		option_brief(help);
	if (!o.gc && !(o.undo && has_to) && isatty(STDIN_FILENO))
		die_usage("standard input is a terminal: td-swap reads a receipt, as in td-put ... "
			  "| td-swap");
	s.repeatable = fd_is_file(STDIN_FILENO);
	receipt_init(&s.in);
	receipt_init(&s.out);
	progress_init(&s.progress, o.progress, o.verbosity < 0);
	if (o.wait_s > 0) {
		sig_end_after(o.wait_s);
		s.until_ms = clock_ms() + o.wait_s * 1000;
	}
	if (o.watermark_file && newfile_open(&s.mark, o.watermark_file, &f))
		die_fail(&f);
	rc = run(&s, has_to ? &to : NULL, &f);
	time_is_up(&s, &f);
	if (rc && !o.gc)
		failed(&s, &f);
	if (s.repeatable)
		flock(STDIN_FILENO, LOCK_UN); /* a shell may have the same file open */
	api_table_free(&s.target);
	api_table_free(&s.loaded);
	api_close(s.api);
	carry_free(&s);
	newfile_close(&s.mark);
	receipt_free(&s.in);
	receipt_free(&s.out);
	conf_free(&s.conf);
	tdurl_free(&to);
	if (rc)
		die_fail(&f);
	return 0;
}
