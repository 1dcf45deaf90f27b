/*
 * server: libmicrohttpd below, routes above. It reads requests, checks keys and rights, and sends
 * answers.
 */
#ifndef SERVER_H
#define SERVER_H

#include "http/request.h"

struct server {
	struct MHD_Daemon *daemon;
	int port;
};

/*
 * listen: HOST:PORT; HOST may be in brackets; port 0: the kernel's choice. tls: paths of
 * certificate and key, or NULL.
 */
int server_start(struct server *h, struct local *l, const char *listen, const char *cert,
	const char *key, struct fail *f);
void server_stop(struct server *h);

#endif
