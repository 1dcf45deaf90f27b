/*
 * result_download: fetches a whole job result, msgpack.gz, into a sink, exactly once, whatever the
 * connection does.
 *
 * api_job_result() resumes a broken connection where the server can. Where it cannot (no ETag,
 * another one, no ranges), the result is fetched again from its start, and what was put into the
 * sink already is skipped only if it is the same: its length and CRC-32 are compared before the
 * first new byte goes through. Memory: constant, and that of parallel_download.
 */
#ifndef RESULT_DOWNLOAD_H
#define RESULT_DOWNLOAD_H

#include "api/parallel_download.h"

struct result_download_opts {
	/* connections, 1 to PARALLEL_DOWNLOAD_MAX; more than one where the server can do ranges */
	unsigned jobs;
	const struct conf *conf;    /* to open more of them */
	const struct api_opt *api;  /* the same; its longest wait between tries counts here, too */
};

struct result_download {
	uint64_t bytes;
	bool sure;      /* the server confirmed that these are all */
	char etag[256]; /* "": none, or a weak one */
};

/*
 * rows: what the job says it has, -1 if it does not; decides what a missing result (404) means.
 * FAIL_REFUSED if there is none; with rows == 0 that is an empty one. got: what came.
 */
int result_download(struct api *a, const struct result_download_opts *o, const char *job_id,
	int64_t rows, struct sink *to, struct result_download *got, struct fail *f);

#endif
