/* td-put: how parts are named and sent. Runs in the threads of `upload`. */
#include "put.h"

#include "base/die.h"
#include "base/md5.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

enum { NAME = 112 };

static uint64_t body_of(struct upload_part *p, struct http_piece body[UPLOAD_PART_PIECES])
{
	struct upload_part_piece piece[UPLOAD_PART_PIECES];
	uint64_t n = upload_part_pieces(p, piece);

	for (size_t i = 0; i < UPLOAD_PART_PIECES; i++)
		body[i] = (struct http_piece){ piece[i].p, piece[i].n };
	return n;
}

static void md5_of(const struct http_piece body[UPLOAD_PART_PIECES], char out[MD5_TEXT])
{
	struct md5 m;

	md5_init(&m);
	for (size_t i = 0; i < UPLOAD_PART_PIECES; i++)
		md5_put(&m, body[i].p, body[i].n);
	md5_text(&m, out);
}

/* Takes note of a part of ours. */
static void remember(struct names *names, const char *name)
{
	pthread_mutex_lock(&names->lock);
	names->mine = mem_resize(names->mine, names->n + 1, sizeof *names->mine);
	names->mine[names->n++] = mem_string(name);
	pthread_mutex_unlock(&names->lock);
}

static bool is_there(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->there_n; i++)
		if (strcmp(names->there[i].name, name) == 0)
			return true;
	return false;
}

int parts_send(void *arg, struct api *a, uint64_t number, struct upload_part *p, uint64_t *bytes,
	struct fail *f)
{
	struct load *l = arg;
	struct http_piece body[UPLOAD_PART_PIECES];
	char name[NAME], md5[MD5_TEXT];

	*bytes = body_of(p, body);
	if (!l->names.wanted) {
		snprintf(name, sizeof name, "part%llu", (unsigned long long)number);
		return api_session_upload(a, l->session, name, body, UPLOAD_PART_PIECES, f);
	}
	md5_of(body, md5);
	snprintf(name, sizeof name, "part%llu_%s_%08lx_%llx%s", (unsigned long long)number, md5,
		(unsigned long)p->crc, (unsigned long long)p->body_len, l->names.whose);
	remember(&l->names, name); /* before it is sent: the answer may be lost */
	if (is_there(&l->names, name))
		return 0;
	return api_session_upload(a, l->session, name, body, UPLOAD_PART_PIECES, f);
}

/* The id of a part is the same at every repeat of it: it is stored once. */
int parts_stream(void *arg, struct api *a, uint64_t number, struct upload_part *p, uint64_t *bytes,
	struct fail *f)
{
	struct load *l = arg;
	struct http_piece body[UPLOAD_PART_PIECES];
	char id[NAME], md5[MD5_TEXT], stored[MD5_TEXT];
	bool maybe;

	*bytes = body_of(p, body);
	md5_of(body, md5);
	snprintf(id, sizeof id, "%016llx%016llx", (unsigned long long)l->stream.base,
		(unsigned long long)number);
	if (api_table_import(a, l->to.database, l->to.table, id, body, UPLOAD_PART_PIECES, stored,
		    &maybe, f)) {
		if (maybe)
			atomic_fetch_add(&l->stream.doubtful, p->values);
		return -1;
	}
	atomic_fetch_add(&l->stream.in, p->values);
	if (*stored && strcmp(stored, md5) != 0)
		return fail_set(f, FAIL_UNKNOWN,
			"the server got other bytes than were sent (MD5 %s, not %s)", stored, md5);
	return 0;
}

static bool is_mine(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->mine[i], name) == 0)
			return true;
	return false;
}

/*
 * Whether a write-only key may see what it has sent is not known. If not, all is sent again under
 * the same names, and parts that do not belong there are found by the counts of the import.
 */
int parts_list(struct load *l, struct api_name **list, size_t *n, struct fail *f)
{
	if (api_session_parts(l->api, l->session, list, n, f) == 0)
		return 0;
	if (api_status(l->api) != 403)
		return -1;
	note("%s; the counts of the import have to do", f->why);
	*f = (struct fail){ 0 };
	return 1;
}

/* The number of a part, and what is in it, from a name as parts_send() makes it without a mark. */
static bool read_name(const char *name, uint64_t *number, struct digest *d)
{
	char *end;

	if (strncmp(name, "part", 4) != 0)
		return false;
	*number = strtoull(name + 4, &end, 10);
	if (strlen(end) < MD5_TEXT + 1 || end[0] != '_' || end[MD5_TEXT] != '_')
		return false;
	d->crc = (uint32_t)strtoul(end + MD5_TEXT + 1, &end, 16);
	if (*end != '_')
		return false;
	d->len = strtoull(end + 1, &end, 16);
	return *end == '\0' && d->len > 0;
}

/* All that the parts hold together, one after the other. False: their names do not say it. */
static bool digest_of(const struct api_name *list, size_t n, struct digest *all)
{
	struct digest *part = mem_zero(n + 1, sizeof *part), d;
	uint64_t number;
	bool said = n > 0;

	*all = (struct digest){ 0 };
	for (size_t i = 0; i < n && said; i++) {
		said = read_name(list[i].name, &number, &d) && number < n && part[number].len == 0;
		if (said)
			part[number] = d;
	}
	for (size_t i = 0; i < n && said; i++) {
		all->crc = (uint32_t)crc32_combine(all->crc, part[i].crc, (z_off_t)part[i].len);
		all->len += part[i].len;
	}
	free(part);
	return said;
}

/*
 * Rows that all have one time may have got that of the run, and are then not the same bytes in any
 * other; of these, and where the service does not tell the parts, only the number is known.
 */
int parts_same(struct load *l, struct fail *f)
{
	const struct frame_end *e = &l->input.in.end;
	struct api_name *list;
	struct digest d;
	size_t n;
	int rc;

	if (e->has_time && e->time_min == e->time_max)
		return 1;
	rc = parts_list(l, &list, &n, f);
	if (rc < 0 && f->kind == FAIL_REFUSED) {
		*f = (struct fail){ 0 };
		rc = 1;
	}
	if (rc != 0)
		return rc;
	rc = !digest_of(list, n, &d) || (d.crc == l->digest.crc && d.len == l->digest.len);
	api_names_free(list, n);
	return rc;
}

/*
 * Of this run or of an earlier one with the same KEY: all parts of a session, or with --session
 * those with our mark.
 */
static bool is_ours(const struct names *names, const char *name)
{
	size_t n = strlen(name), mark = strlen(names->whose);

	return n >= mark && strcmp(name + n - mark, names->whose) == 0;
}

/* Parts of an earlier run that had other rows, or other parts of them, would be loaded too. */
int parts_settle(struct load *l, struct fail *f)
{
	struct api_name *list;
	size_t n, ours = 0;
	int rc = parts_list(l, &list, &n, f);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	for (size_t i = 0; i < n && rc == 0; i++) {
		if (is_mine(&l->names, list[i].name))
			ours++;
		else if (is_ours(&l->names, list[i].name))
			rc = api_session_part_delete(l->api, l->session, list[i].name, f);
	}
	api_names_free(list, n);
	if (rc == 0 && ours != l->names.n)
		return fail_set(f, FAIL_TEMP,
			"%zu parts were sent, but session %s has %zu of them: another run with "
			"this key is at it",
			l->names.n, l->session, ours);
	return rc;
}

int parts_withdraw(struct load *l, struct fail *f)
{
	int rc = 0;

	for (size_t i = 0; i < l->names.n && rc == 0; i++)
		if (!is_there(&l->names, l->names.mine[i]))
			rc = api_session_part_delete(l->api, l->session, l->names.mine[i], f);
	return rc;
}

void parts_free(struct load *l)
{
	for (size_t i = 0; i < l->names.n; i++)
		free(l->names.mine[i]);
	free(l->names.mine);
	api_names_free(l->names.there, l->names.there_n);
}
