/*
 * upload: sends parts, N at a time. The caller fills a part, gives it away, and takes the next
 * empty one; taking waits while all are in flight, which is what keeps memory bounded: N + 1 parts.
 * How a part is sent is the caller's function.
 *
 * The first failure stops all threads; the next upload_take() or upload_finish() reports it.
 * Signals stay with the calling thread.
 */
#ifndef UPLOAD_H
#define UPLOAD_H

#include "api/api.h"
#include "td/upload_part.h"

enum { UPLOAD_THREADS = 16 };

struct upload;

/*
 * Send one part, whose number counts from 0 in the order of giving. Called by the threads; `a` is
 * the thread's own.
 */
typedef int upload_send(void *arg, struct api *a, uint64_t number, struct upload_part *p,
	uint64_t *bytes, struct fail *f);

/* Called now and then while upload_take() and upload_finish() wait; may be NULL. */
typedef void upload_tick(void *arg);

struct upload *upload_open(const struct conf *c, const struct api_opt *o, unsigned threads,
	upload_send *send, upload_tick *tick, void *arg);
struct upload_part *upload_take(struct upload *u, struct fail *f);   /* empty; NULL with f filled */
/* must have come from upload_take() */
void upload_give(struct upload *u, struct upload_part *p);
int upload_finish(struct upload *u, struct fail *f);          /* waits until all parts are there */
void upload_counts(struct upload *u, uint64_t *parts, uint64_t *bytes); /* of those there */
uint64_t upload_sent(struct upload *u); /* bytes, also of parts under way */
void upload_close(struct upload *u); /* aborts transfers in progress */

#endif
