/* listen: the socket that clients connect to. */
#ifndef LISTEN_H
#define LISTEN_H

#include "base/fail.h"

#include <stdbool.h>

/*
 * where: HOST:PORT; HOST may be in brackets; port 0 is the kernel's choice. A listening socket,
 * with *host as it was written (malloc'ed) and *port; -1 with f filled.
 */
bool listen_is_local(int fd); /* only this machine can connect */
int listen_open(const char *where, char **host, int *port, struct fail *f);

#endif
