/* Uploaded bodies, record by record, into a segment. */
#include "store/load.h"
#include "base/crc.h"
#include "base/fd.h"
#include "base/mem.h"
#include "frame/gzip.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { BAD_OUT = 64 << 10 };

int load_open(struct load *l, struct store *s, bool stream, struct fail *f)
{
	*l = (struct load){ .store = s,
		.stream = stream,
		.fd = -1,
		.errors = -1,
		.tmin = INT64_MAX,
		.tmax = INT64_MIN };
	l->found = mem_zero(1, sizeof *l->found);
	buf_init(&l->out, 2 * (size_t)LOAD_OUT);
	buf_init(&l->bad, BAD_OUT + (size_t)LOAD_RECORD_MAX + 16);
	l->fd = store_create(s, 's', l->name, f);
	if (l->fd >= 0)
		return 0;
	load_free(l, true);
	return -1;
}

void load_free(struct load *l, bool drop)
{
	if (l->errors >= 0)
		close(l->errors);
	if (l->fd >= 0)
		close(l->fd);
	if (drop && l->name[0])
		store_drop(l->store, l->name);
	if (drop && l->errors_name[0])
		store_drop(l->store, l->errors_name);
	buf_free(&l->out);
	buf_free(&l->bad);
	free(l->pair);
	l->pair = NULL;
	if (l->found)
		keyset_free(&l->found->keys);
	free(l->found);
	l->found = NULL;
	l->fd = -1;
	l->errors = -1;
}

static int write_out(struct load *l, const char *p, size_t n, struct fail *f)
{
	if (fd_write(l->fd, "a segment", p, n, f))
		return -1;
	l->crc = crc_add(l->crc, p, n);
	l->written += n;
	return 0;
}

static int flush(struct load *l, struct fail *f)
{
	int rc = write_out(l, l->out.p, l->out.len, f);

	l->out.len = 0;
	return rc;
}

/* Long ones are not copied. */
static int put(struct load *l, const char *p, size_t n, struct fail *f)
{
	if (n >= LOAD_OUT)
		return flush(l, f) || write_out(l, p, n, f) ? -1 : 0;
	if (buf_put(&l->out, p, n))
		return fail_set(f, FAIL_SYSTEM, "a record is too long");
	return l->out.len >= LOAD_OUT ? flush(l, f) : 0;
}

static int flush_bad(struct load *l, struct fail *f)
{
	if (l->bad.len && fd_write(l->errors, "error records", l->bad.p, l->bad.len, f))
		return -1;
	l->bad_written += l->bad.len;
	l->bad.len = 0;
	return 0;
}

/* A record was refused: it is kept, wrapped in a map if it is not one. */
static int refuse(struct load *l, const char *p, size_t n, bool map, struct fail *f)
{
	static const char wrap[] = "\x81\xa6record"; /* {"record": ...} */

	l->refused++;
	if (l->errors < 0 && (l->errors = store_temporary(l->store, f)) < 0)
		return -1;
	if ((!map && buf_put(&l->bad, wrap, sizeof wrap - 1)) || buf_put(&l->bad, p, n))
		return fail_set(f, FAIL_DATA, "a record is too long");
	return l->bad.len >= BAD_OUT ? flush_bad(l, f) : 0;
}

static void note_column(struct load *l, const struct mp *key, const char *p, const char *end)
{
	struct column_types *d = l->found;
	long i = keyset_find(&d->keys, key->as.p, key->n, l->guess);

	if (i < 0) {
		if (d->keys.n == COLUMNS_MAX || key->n > COLUMNS_KEY_MAX)
			return;
		i = (long)keyset_add(&d->keys, key->as.p, key->n);
	}
	l->guess = (size_t)i + 1;
	column_types_note(d, (size_t)i, p, end);
}

/* The columns of a record that was found to be good. */
static void note_columns(struct load *l, const char *end)
{
	l->guess = 0;
	for (size_t i = 0; i < l->pairs; i++)
		note_column(l, &l->pair[i].key, l->pair[i].value, end);
}

static void push_pair(struct load *l, const struct mp *key, const char *value)
{
	if (l->pairs == l->pairs_room) {
		l->pairs_room = l->pairs_room ? 2 * l->pairs_room : 32;
		l->pair = mem_resize(l->pair, l->pairs_room, sizeof *l->pair);
	}
	l->pair[l->pairs++] = (struct load_pair){ *key, value };
}

enum verdict { GOOD, TIMELESS, BAD };

/* Is a whole, valid value a record, and of when? Its columns are left in l->pair. */
static enum verdict inspect(struct load *l, const char *p, const char *end, int64_t *time)
{
	struct mp map, key, value;
	bool has_time = false;

	l->pairs = 0;
	p += mp_token(p, end, &map);
	if (map.type != MP_MAP)
		return BAD;
	for (uint32_t i = 0; i < map.n; i++) {
		p += mp_token(p, end, &key);
		if (key.type != MP_STR && key.type != MP_BIN)
			return BAD;
		mp_token(p, end, &value);
		if (key.n == 4 && memcmp(key.as.p, "time", 4) == 0) {
			if (value.type != MP_UINT || value.as.u > (uint64_t)LOAD_TIME_MAX)
				return BAD;
			*time = (int64_t)value.as.u;
			has_time = true;
		} else if (l->pairs <= COLUMNS_MAX) {
			push_pair(l, &key, p);
		}
		p += mp_value(p, end);
	}
	return has_time ? GOOD : TIMELESS;
}

static size_t map_header(char out[5], uint64_t pairs)
{
	if (pairs < 16) {
		out[0] = (char)(0x80 | pairs);
		return 1;
	}
	out[0] = (char)0xdf;
	for (int i = 0; i < 4; i++)
		out[1 + i] = (char)(pairs >> (24 - 8 * i));
	return 5;
}

/* The record with the time of arrival in front. */
static int put_timed(struct load *l, const char *p, size_t n, struct fail *f)
{
	char head[5], time[14] = { (char)0xa4, 't', 'i', 'm', 'e', (char)0xcf };
	struct mp map;
	ptrdiff_t used = mp_token(p, p + n, &map);
	size_t len = map_header(head, (uint64_t)map.n + 1);

	for (int i = 0; i < 8; i++)
		time[6 + i] = (char)((uint64_t)l->now >> (56 - 8 * i));
	return put(l, head, len, f) || put(l, time, sizeof time, f) ||
			put(l, p + used, n - (size_t)used, f)
		? -1
		: 0;
}

static int record(struct load *l, const char *p, size_t n, struct fail *f)
{
	int64_t time = l->now;
	enum verdict v = inspect(l, p, p + n, &time);
	int rc;

	if (v == TIMELESS && l->stream) {
		rc = put_timed(l, p, n, f);
	} else if (v == GOOD) {
		rc = put(l, p, n, f);
	} else if (l->stream) {
		return fail_set(f, FAIL_DATA,
			"a record is not a map with string keys, or its time is not an integer "
			"from 0 to 253402300799");
	} else {
		struct mp t;

		mp_token(p, p + n, &t);
		return refuse(l, p, n, t.type == MP_MAP, f);
	}
	if (rc)
		return -1;
	note_columns(l, p + n);
	l->rows++;
	l->tmin = time < l->tmin ? time : l->tmin;
	l->tmax = time > l->tmax ? time : l->tmax;
	return 0;
}

/* Every whole value in b; what is left is the beginning of the next one. */
static int records(struct load *l, struct buf *b, struct fail *f)
{
	const char *p = b->p, *end = b->p + b->len;

	while (p < end) {
		ptrdiff_t n = mp_value(p, end);

		if (n == MP_MORE)
			break;
		if (n == MP_BAD)
			return fail_set(f, FAIL_DATA, "not msgpack, or nested too deeply");
		if (record(l, p, (size_t)n, f))
			return -1;
		p += n;
	}
	buf_eat(b, (size_t)(p - b->p));
	return 0;
}

int load_records(struct load *l, const char *p, size_t n, struct fail *f)
{
	for (const char *end = p + n; p < end;) {
		ptrdiff_t len = mp_value(p, end);

		if (len <= 0)
			return fail_set(f, FAIL_SYSTEM, "not msgpack");
		if (record(l, p, (size_t)len, f))
			return -1;
		p += len;
	}
	return 0;
}

/*
 * Room for the next read: as much again as there is, so that a long record is not scanned over and
 * over.
 */
static int make_room(struct buf *b, struct fail *f)
{
	size_t want = b->len > 1 << 18 ? b->len : 1 << 18;

	if (want > b->max - b->len)
		want = b->max - b->len;
	if (want == 0 || buf_room(b, want))
		return fail_set(f, FAIL_DATA, "a record is longer than %d bytes", LOAD_RECORD_MAX);
	return 0;
}

static int pump(struct load *l, struct source *in, struct buf *b, struct fail *f)
{
	for (;;) {
		ssize_t n;

		if (make_room(b, f))
			return -1;
		n = io_read(in, b->p + b->len, b->cap - b->len, f);
		if (n < 0)
			return -1;
		if (n == 0)
			return b->len ? fail_set(f, FAIL_DATA, "the last record is cut short") : 0;
		b->len += (size_t)n;
		if (l->stop && atomic_load(l->stop))
			return fail_set(f, FAIL_SIGNAL, "stopped");
		if (records(l, b, f))
			return -1;
	}
}

/* Where a load stood before a body: what goes back there if the body is refused. */
struct mark {
	struct load was;
	size_t columns;
	void *seen; /* of the columns that there were */
};

static int mark(struct load *l, struct mark *m, struct fail *f)
{
	if (flush(l, f) || flush_bad(l, f))
		return -1;
	m->was = *l;
	m->columns = l->found->keys.n;
	m->seen = mem_copy(l->found->seen, m->columns * sizeof *l->found->seen);
	return 0;
}

static int cut(int fd, uint64_t size, struct fail *f)
{
	if (fd < 0 || (ftruncate(fd, (off_t)size) == 0 && lseek(fd, (off_t)size, SEEK_SET) >= 0))
		return 0;
	f->kind = FAIL_NONE;
	return fail_errno(f, FAIL_SYSTEM, "cannot cut a segment");
}

static int restore(struct load *l, const struct mark *m, struct fail *f)
{
	l->out.len = l->bad.len = 0;
	l->written = m->was.written;
	l->bad_written = m->was.bad_written;
	l->crc = m->was.crc;
	l->rows = m->was.rows;
	l->refused = m->was.refused;
	l->tmin = m->was.tmin;
	l->tmax = m->was.tmax;
	keyset_cut(&l->found->keys, m->columns);
	memset(l->found->seen, 0, sizeof l->found->seen);
	memcpy(l->found->seen, m->seen, m->columns * sizeof *l->found->seen);
	return cut(l->fd, l->written, f) || cut(l->errors, l->bad_written, f) ? -1 : 0;
}

int load_body(struct load *l, int fd, struct fail *f)
{
	struct fd_source file;
	struct gzip_source gz;
	struct mark before;
	struct buf b;

	if (mark(l, &before, f))
		return -1;
	fd_source_init(&file, fd, "the body");
	buf_init(&b, LOAD_RECORD_MAX);
	if (gzip_source_init(&gz, &file.source, f) == 0) {
		pump(l, &gz.source, &b, f);
		gzip_source_free(&gz);
	}
	buf_free(&b);
	if (f->kind == FAIL_UPSTREAM)
		f->kind = FAIL_DATA;
	if (f->kind)
		restore(l, &before, f);
	free(before.seen);
	return f->kind ? -1 : 0;
}

/* The records that were refused become one gzip file with a name. */
static int keep_errors(struct load *l, struct fail *f)
{
	int fd = l->refused ? store_create(l->store, 'e', l->errors_name, f) : -1,
	    copy = fd >= 0 ? dup(fd) : -1;
	gzFile gz = copy >= 0 ? gzdopen(copy, "wb1") : NULL;
	ssize_t n = 1;

	if (!l->refused)
		return 0;
	buf_room(&l->bad, BAD_OUT);
	if (!gz || lseek(l->errors, 0, SEEK_SET) < 0)
		fail_set(f, FAIL_SYSTEM, "cannot write error records");
	while (f->kind == FAIL_NONE && n > 0)
		if ((n = fd_read(l->errors, "error records", l->bad.p, l->bad.cap, f)) > 0 &&
			gzwrite(gz, l->bad.p, (unsigned)n) <= 0)
			fail_set(f, FAIL_SYSTEM, "cannot write error records");
	if (gz && gzclose(gz) != Z_OK)
		fail_set(f, FAIL_SYSTEM, "cannot write error records");
	if (f->kind == FAIL_NONE)
		store_seal(l->store, fd, f);
	if (fd >= 0)
		close(fd);
	return f->kind ? -1 : 0;
}

int load_close(struct load *l, struct fail *f)
{
	if (flush(l, f) || flush_bad(l, f) || keep_errors(l, f))
		return -1;
	if (l->rows == 0) {
		store_drop(l->store, l->name);
		l->name[0] = '\0';
		return 0;
	}
	return store_seal(l->store, l->fd, f);
}

void load_enter(const struct load *l, struct catalog *c, int64_t table, int64_t session)
{
	catalog_do(c,
		"INSERT INTO segments (tbl, session, file, rows, bytes, tmin, tmax, crc) VALUES "
		"(nullif(?1, 0), nullif(?2, 0), ?3, ?4, ?5, ?6, ?7, ?8)",
		"iisiiiii", table, session, l->name, (int64_t)l->rows, (int64_t)l->written, l->tmin,
		l->tmax, (int64_t)l->crc);
}
