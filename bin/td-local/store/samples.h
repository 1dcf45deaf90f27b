/*
 * samples: sample_datasets with www_access and nasdaq, as a new account has them; the same rows
 * every time.
 */
#ifndef SAMPLES_H
#define SAMPLES_H

#include "http/request.h"

int samples_make(struct local *l, struct fail *f);

#endif
