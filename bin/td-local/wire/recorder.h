/*
 * recorder: passes calls to a real service and writes down what was asked and answered, so that it
 * can be compared with what td-local answers (replay.h).
 *
 * A recording is a file of JSON lines: {"td-local-recording": 1, ...}, then for each call
 *
 *   {"method": "POST", "path": "/v3/job/issue/presto/db", "params": {"query": "SELECT 1"},
 *    "status": 200, "reply": {"job_id": "123", ...}}
 *
 * Keys and people are masked (masked.h). Rows are not recorded: of an upload there is {"upload":
 * {"bytes", "records", "errors", "columns": [[NAME, TYPE], ...]}}, of an answer with rows, or of
 * one that is not JSON, {"body": {"bytes", "type"}}.
 */
#ifndef RECORDER_H
#define RECORDER_H

#include "http/route.h"

struct recorder;

/* Appends to the file, which is made with mode 0600. upstream: http(s)://HOST[:PORT]. */
struct recorder *recorder_open(const char *file, const char *upstream, struct fail *f);
void recorder_close(struct recorder *r); /* NULL is fine */

/* Takes every call; the client needs the master key, which is also that of the other service. */
extern const struct route recorder_route;

#endif
