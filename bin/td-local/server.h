/* server: libmicrohttpd below, routes above. It reads requests, checks keys, and sends answers. */
#ifndef SERVER_H
#define SERVER_H

#include "routes/service.h"

struct server {
	int fd; /* listening, not yet served; or -1 */
	struct MHD_Daemon *daemon;
	struct connections *connections;
};

/* Binds HOST:PORT and sets l->url and l->host; nothing is answered yet. server_stop() in any case.
 */
int server_listen(struct server *h, struct service *l, const char *where, bool tls, struct fail *f);

/* Serves, with TLS if cert and key (paths of PEM files) are not NULL. l outlives it. */
int server_start(struct server *h, struct service *l, const char *cert, const char *key,
	struct fail *f);
void server_stop(struct server *h);

#endif
