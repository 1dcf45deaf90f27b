/*
 * faults: failures on demand, so that clients can be tested against a bad network and service.
 *
 * A fault is one line: METHOD PATTERN COUNT ACTION.
 *   METHOD   GET, HEAD, POST, PUT, DELETE or * for any
 *   PATTERN  of the path after /v3/, as a shell pattern; * also matches slashes
 *   COUNT    N: the first N matching requests; M-N: the Mth to the Nth; *: all
 *   ACTION   words joined by commas:
 *     503                 any status from 400 to 599, instead of the work
 *     503,after           the same after the work was done
 *     503,retry-after=2   with Retry-After in seconds; retry-after=date:2: as a date
 *     502,html            a body as proxies make it; 502,empty: none; 502,null: the JSON null
 *     reset               the request is read, nothing is done, the connection is reset
 *     reset-body=N        reset after N bytes of the request's body
 *     reset-after         the work is done, then the connection is reset instead of an answer
 *     cut=N               the answer's headers and N bytes of its body, then the connection is
 *                         closed; cut: half of it
 *     slow=N              the answer's body at N bytes a second
 *     delay=S             S seconds (decimals allowed) before the work
 *     stall=S             half of the answer's body, then nothing for S seconds, then the rest
 */
#ifndef FAULTS_H
#define FAULTS_H

#include "base/buf.h"
#include "base/fail.h"

#include <stdbool.h>
#include <stdint.h>

enum fault_kind {
	FAULT_STATUS,
	FAULT_RESET,
	FAULT_RESET_BODY,
	FAULT_RESET_AFTER,
	FAULT_CUT,
	FAULT_SLOW,
	FAULT_DELAY,
	FAULT_STALL
};
enum fault_body { FAULT_JSON, FAULT_HTML, FAULT_EMPTY, FAULT_NULL };

struct fault {
	enum fault_kind kind;
	unsigned status;
	bool after; /* FAULT_STATUS: the work is done first */
	enum fault_body body;
	int64_t retry_after; /* seconds, -1: none */
	bool retry_date;
	uint64_t bytes; /* reset-body, cut, slow; FAULT_HALF */
	double seconds; /* delay, stall */
};
#define FAULT_HALF UINT64_MAX

struct faults;

struct faults *faults_new(void);
void faults_free(struct faults *a);
/* FAIL_USAGE: it is not a fault, or could never strike. */
int faults_add(struct faults *a, const char *spec, struct fail *f);
int faults_add_all(struct faults *a, const char *lines, struct fail *f); /* all lines or none */
void faults_clear(struct faults *a);
/* a line each: the spec, a tab, how often it struck */
void faults_list(struct faults *a, struct buf *out);

/* The first fault for this request: true, and *out is it. Counts. */
bool faults_strike(struct faults *a, const char *method, const char *path, struct fault *out);

#endif
