/*
 * answer: what goes back to the client: JSON, bytes or a file with ranges; and the faults that
 * spoil it. The answer is collected in the request and sent once.
 */
#ifndef ANSWER_H
#define ANSWER_H

#include "base/fail.h"
#include "http/request.h"

void answer_json(struct request *r, json_t *j); /* takes j over; 200 unless there is a status */

/* TD's error JSON with the sentence. */
void answer_error(struct request *r, unsigned status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void answer_fail(struct request *r, const struct fail *f); /* FAIL_DATA: 422; else 500 */

enum MHD_Result answer_send(struct request *r);

#endif
