/*
 * answer: what goes back to the client: JSON, bytes or a file with ranges; and the faults that
 * spoil it.
 */
#ifndef ANSWER_H
#define ANSWER_H

#include "http/request.h"

enum MHD_Result answer_send(struct req *r);
void answer_sweep(struct local *l); /* removes the files that the last transactions left behind */

#endif
