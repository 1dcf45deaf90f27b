/*
 * ranges: a job's result over several connections, each asking for a range at a time, put together
 * in order.
 *
 * The caller's thread puts the pieces into the sink; workers, each with a connection of its own,
 * fetch those that come next. All pieces must carry the ETag of the first, so they belong to one
 * result. Memory: PARALLEL_DOWNLOAD_PIECE for each connection and one more, whatever the size of
 * the result.
 */
#ifndef PARALLEL_DOWNLOAD_H
#define PARALLEL_DOWNLOAD_H

#include "api/api.h"

enum { PARALLEL_DOWNLOAD_PIECE = 8 << 20, PARALLEL_DOWNLOAD_MAX = 16 };

/*
 * jobs: 2 to PARALLEL_DOWNLOAD_MAX. c and o: to open further connections as `a` was opened. *able
 * false, with -1: the server does not do this for this result (no ranges, no ETag, no result), or
 * no longer (another ETag): one connection must do, from the start, whatever was put.
 */
int parallel_download(struct api *a, const struct conf *c, const struct api_opt *o, unsigned jobs,
	const char *job_id, struct sink *to, uint64_t *bytes, bool *able, struct fail *f);

#endif
