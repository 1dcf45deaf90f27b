/*
 * parallel_download: fetches a job's result over several connections, each a range at a time, and
 * joins the ranges in order.
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
 * jobs: 2 to PARALLEL_DOWNLOAD_MAX. c and o: to open further connections as `a` was opened. etag:
 * that of all pieces. *able
 * false, with -1: the server cannot do this for this result (no ranges, no ETag, no result), or no
 * longer (another ETag): use one connection, from the start, whatever was put.
 */
int parallel_download(struct api *a, const struct conf *c, const struct api_opt *o, unsigned jobs,
	const char *job_id, struct sink *to, char etag[256], bool *able, struct fail *f);

#endif
