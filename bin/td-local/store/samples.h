/*
 * samples: sample_datasets with www_access and nasdaq, as a new account has them; the same rows
 * every time.
 */
#ifndef SAMPLES_H
#define SAMPLES_H

#include "store/account.h"

int samples_make(struct account *a, struct fail *f);

#endif
