/*
 * connections: which connections are open and which of them are idle, so that a client that opens
 * many and sends nothing cannot lock others out: when connections, or those of one address, become
 * scarce, the one that has been idle longest is closed.
 *
 * A connection is busy from the end of a request's headers to the end of its answer; one that was
 * refused is idle while the rest of its body comes. Any thread.
 */
#ifndef CONNECTIONS_H
#define CONNECTIONS_H

#include <microhttpd.h>
#include <stdbool.h>

enum { CONNECTIONS_MAX = 512, CONNECTIONS_OF_ADDRESS = CONNECTIONS_MAX / 2 };

struct connections;

struct connections *connections_new(void);
void connections_free(struct connections *all);

/* For MHD_OPTION_NOTIFY_CONNECTION; cls is a struct connections. */
void connections_notify(void *cls, struct MHD_Connection *conn, void **state,
	enum MHD_ConnectionNotificationCode code);

void connections_busy(struct MHD_Connection *conn, bool busy);

#endif
