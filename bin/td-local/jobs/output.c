/* Result output: feeding td-encode | td-put | td-swap and learning how they ended. */
#define _GNU_SOURCE /* pipe2 */
#include "jobs/output.h"
#include "base/fd.h"
#include "base/mem.h"
#include "frame/frameout.h"
#include "jobs/tool.h"
#include "store/columns.h"
#include "store/td_clock.h"
#include "td/tdurl.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { GRACE_MS = 1000, STAGES = 3, SAID_MAX = 64 << 10, KEY_FD = TOOL_EXTRA_FD };

/* --- the programs */

static const char *const names[STAGES] = { "td-encode", "td-put", "td-swap" };

struct pipeline {
	pid_t pid[STAGES];
	int in;  /* of the first */
	int out; /* files that hold their messages */
	int err;
};

/*
 * The environment with the destination's server, and where td-put and td-swap find the key: in no
 * argument and no variable.
 */
static char **environment(struct queue *w, const struct tdurl *u)
{
	size_t n = 0, k = 0;
	char **env;

	while (environ[n])
		n++;
	env = mem_zero(n + 3, sizeof *env);
	for (size_t i = 0; i < n; i++)
		if (strncmp(environ[i], "TD_API_", 7) != 0 &&
			strncmp(environ[i], "TD_CONFIG_PATH=", 15) != 0)
			env[k++] = mem_string(environ[i]);
	env[k++] = mem_printf("TD_API_KEY_FILE=/dev/fd/%d", KEY_FD);
	/* td-swap has no URL that says it */
	env[k++] = mem_printf("TD_API_SERVER=%s", u->endpoint ? u->endpoint : w->url);
	return env;
}

static void environment_free(char **env)
{
	for (char **e = env; *e; e++)
		free(*e);
	free(env);
}

/* A descriptor that gives the key, once. */
static int key_pipe(const char *key, struct fail *f)
{
	int ends[2];

	if (strlen(key) > PIPE_BUF) /* there is no reader yet: it must fit */
		return fail_set(f, FAIL_CONFIG, "a key of more than %d bytes", PIPE_BUF);
	if (pipe2(ends, O_CLOEXEC))
		return fail_errno(f, FAIL_SYSTEM, "cannot make a pipe");
	fd_write(ends[1], "a pipe", key, strlen(key), f);
	close(ends[1]);
	return ends[0];
}

/* The arguments of the three. */
struct arguments {
	const char *encode[4], *put[8], *swap[6];
	char time[24], once[64];
};

static void arguments(struct arguments *a, const struct queue *w, const struct job *j,
	const struct outcome *rows, const struct tdurl *u, const char *url)
{
	const char **put = a->put, **swap = a->swap;
	json_t *schema = columns_load(rows->schema);
	bool has_time = false;

	*a = (struct arguments){ .encode = { "td-encode" } };
	for (size_t i = 0; i < json_array_size(schema); i++)
		has_time |= strcmp(columns_name(schema, i), "time") == 0;
	json_decref(schema);
	snprintf(a->time, sizeof a->time, "%lld", (long long)j->created);
	a->encode[1] = has_time ? "--time-unit" : "--time-value"; /* TD's time is seconds */
	a->encode[2] = has_time ? "s" : a->time;
	*put++ = "td-put";
	*swap++ = "td-swap";
	*put++ = *swap++ = "--timeout"; /* a job ends, though its destination is down */
	*put++ = *swap++ = "2m";
	if (!u->endpoint && w->cert) { /* others may not trust our own certificate */
		*put++ = *swap++ = "--cacert";
		*put++ = *swap++ = w->cert;
	}
	snprintf(a->once, sizeof a->once, "--once=td-local-%lld-%lld", (long long)j->created,
		(long long)j->id);
	if (u->mode == TDURL_APPEND)
		*put++ = a->once;
	*put = url;
}

/* One of them, with a descriptor for the key of its own. */
static void start_one(pid_t *pid, const char **argv, int in, int out, int err, const char *key,
	char **env, struct fail *f)
{
	int fd = key_pipe(key, f);
	struct tool t = { argv, env, in, out, err, fd };

	if (f->kind == FAIL_NONE)
		tool_start(pid, &t, f);
	if (fd >= 0)
		close(fd);
}

static int start(struct queue *w, struct pipeline *p, struct arguments *a, const char *key,
	char **env, struct fail *f)
{
	const char **argv[STAGES] = { a->encode, a->put, a->swap };
	int ends[2], in;

	*p = (struct pipeline){
		.in = -1, .out = store_temporary(&w->account->store, f), .err = -1
	};
	p->err = f->kind ? -1 : store_temporary(&w->account->store, f);
	if (f->kind)
		return -1;
	if (pipe2(ends, O_CLOEXEC))
		return fail_errno(f, FAIL_SYSTEM, "cannot make a pipe");
	in = ends[0];
	p->in = ends[1];
	for (int i = 0; i < STAGES && f->kind == FAIL_NONE; i++) {
		bool last = i == STAGES - 1;

		if (!last && pipe2(ends, O_CLOEXEC)) {
			fail_errno(f, FAIL_SYSTEM, "cannot make a pipe");
			break;
		}
		start_one(&p->pid[i], argv[i], in, last ? p->out : ends[1], p->err, key, env, f);
		close(in);
		in = last ? -1 : ends[0];
		if (!last)
			close(ends[1]);
	}
	if (in >= 0)
		close(in);
	return f->kind ? -1 : 0;
}

/* The result as a frame: head, the stored gzip as it is, end. */
static int feed(struct queue *w, struct interrupt *me, const struct outcome *rows, int64_t job,
	int to, struct fail *f)
{
	struct fd_sink sink;
	struct frameout o;
	struct frame_head h = { .content = FRAME_ROWS, .rows = rows->rows, .endpoint = w->url };
	struct frame_end e = { .commit = true, .verified = true };
	static const size_t piece = 64 << 10;
	char *buf = mem_alloc(piece), id[24];
	int fd = store_read(&w->account->store, rows->file, f);
	ssize_t n = 1;

	snprintf(id, sizeof id, "%lld", (long long)job);
	h.job_id = id;
	fd_sink_init(&sink, to, "the pipe to td-encode");
	if (fd >= 0 && schema_parse(&h.schema, rows->schema, f) == 0 &&
		schema_copy(&e.schema, &h.schema, f) == 0 &&
		frameout_open(&o, &sink.sink, &h, f) == 0) {
		while (n > 0 && f->kind == FAIL_NONE) {
			if (me->stop)
				fail_set(f, FAIL_SIGNAL, "killed");
			else if ((n = fd_read(fd, "the result", buf, piece, f)) > 0)
				frameout_raw(&o, buf, (size_t)n, f);
		}
		if (f->kind == FAIL_NONE) {
			frameout_raw_counts(&o, 1, rows->plain, (uint64_t)rows->rows);
			frameout_commit(&o, &e, f);
		}
	}
	if (fd >= 0)
		close(fd);
	schema_free(&h.schema);
	schema_free(&e.schema);
	free(buf);
	return f->kind ? -1 : 0;
}

/*
 * Asks them to end. td-swap, the last, is left to finish for a moment: it may be replacing the
 * table, and knows best whether it has.
 */
static void ask(const struct pipeline *p, const struct interrupt *me, int64_t *asked)
{
	int64_t now = td_clock_ms();
	bool first = *asked == 0;

	if (!me->stop || (!first && now - *asked < GRACE_MS))
		return;
	for (int i = first ? 0 : STAGES - 1; i < (first ? STAGES - 1 : STAGES); i++)
		if (p->pid[i] > 0)
			kill(p->pid[i], SIGTERM);
	*asked = first ? now : INT64_MAX / 2;
}

/*
 * Waits for all. The one that is to blame, or -1: the first that failed, but not because its reader
 * was gone. In f: how one ended cannot be learned.
 */
static int wait_all(struct pipeline *p, struct interrupt *me, int status[STAGES], struct fail *f)
{
	int broken = -1, blamed = -1;
	int64_t asked = 0;

	for (int i = 0; i < STAGES; i++) {
		pid_t ended = 0;

		status[i] = 0;
		while (p->pid[i] > 0 && (ended = waitpid(p->pid[i], &status[i], WNOHANG)) == 0) {
			ask(p, me, &asked);
			poll(NULL, 0, 5);
		}
		p->pid[i] = 0;
		if (ended < 0)
			fail_errno(f, FAIL_SYSTEM, "result output: cannot learn how %s ended",
				names[i]);
		if (status[i] && WIFSIGNALED(status[i]) && WTERMSIG(status[i]) == SIGPIPE)
			broken = broken < 0 ? i : broken;
		else if (status[i])
			blamed = blamed < 0 ? i : blamed;
	}
	return blamed < 0 ? broken : blamed;
}

static void blame(const char *program, int status, const char *said, struct fail *f)
{
	const char *last = NULL; /* of the lines that are its own */
	size_t n = strlen(program);

	if (WIFEXITED(status))
		fail_set(f, FAIL_REFUSED, "%s exited with status %d", program, WEXITSTATUS(status));
	else
		fail_set(f, FAIL_REFUSED, "%s was ended by signal %d", program, WTERMSIG(status));
	for (const char *p = said; *p; p += strcspn(p, "\n"), p += *p == '\n')
		if (strncmp(p, program, n) == 0 && p[n] == ':')
			last = p;
	if (last)
		fail_at(f, "%.*s", (int)strcspn(last, "\n"), last);
	fail_at(f, "result output");
}

static void read_said(int fd, struct buf *out)
{
	char text[4096];
	ssize_t n;

	for (off_t at = 0;
		(n = pread(fd, text, sizeof text, at)) > 0 && buf_put(out, text, (size_t)n) == 0;
		at += n)
		;
}

int output_run(struct queue *w, struct interrupt *me, const struct job *j,
	const struct outcome *rows, const char *url, struct buf *said, struct fail *f)
{
	struct fail fed = { 0 }, unknown = { 0 };
	struct arguments a;
	struct pipeline p;
	struct tdurl u;
	struct buf err;
	char *plain, **env, *key;
	int status[STAGES], failed;

	if (tdurl_parse(&u, url, f))
		return -1;
	if (!u.key && u.endpoint && strcmp(u.endpoint, w->url) != 0) { /* ours stays here */
		fail_set(f, FAIL_DATA, "result output: there is no key for %s", u.endpoint);
		tdurl_free(&u);
		return -1;
	}
	env = environment(w, &u);
	key = u.key;
	u.key = NULL;
	plain = tdurl_format(&u);
	u.key = key;
	arguments(&a, w, j, rows, &u, plain);
	if (start(w, &p, &a, u.key ? u.key : w->key, env, f) == 0)
		feed(w, me, rows, j->id, p.in, &fed);
	if (p.in >= 0)
		close(p.in);
	if (f->kind)
		for (int i = 0; i < STAGES; i++)
			if (p.pid[i] > 0)
				kill(p.pid[i], SIGTERM);
	failed = wait_all(&p, me, status, &unknown);
	buf_init(&err, SAID_MAX);
	if (p.err >= 0)
		read_said(p.err, &err);
	if (p.out >= 0)
		read_said(p.out, said);
	if (fed.kind == FAIL_SIGNAL || (me->stop && (f->kind || failed >= 0)))
		*f = (struct fail){ .kind = FAIL_SIGNAL, .why = "killed" };
	else if (f->kind == FAIL_NONE && failed >= 0)
		blame(names[failed], status[failed], buf_text(&err), f);
	else if (f->kind == FAIL_NONE)
		*f = fed.kind ? fed : unknown;
	buf_free(&err);
	if (p.out >= 0)
		close(p.out);
	if (p.err >= 0)
		close(p.err);
	free(plain);
	environment_free(env);
	tdurl_free(&u);
	return f->kind ? -1 : 0;
}

void output_forget(struct catalog *c, const char *said)
{
	json_t *receipt = json_loads(said, 0, NULL);
	const char *session = json_string_value(json_object_get(receipt, "session"));

	if (session)
		catalog_do(c, "DELETE FROM sessions WHERE name = ?1 AND status = 'committed'", "s",
			session);
	json_decref(receipt);
}
