/* Keys and rights. */
#include "http/guard.h"
#include "http/answer.h"
#include "http/route.h"

#include <arpa/inet.h>
#include <string.h>

static bool from_loopback(struct request *r)
{
	const union MHD_ConnectionInfo *i =
		MHD_get_connection_info(r->conn, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *a = i ? i->client_addr : NULL;
	const struct sockaddr_in *v4 = (const void *)a;
	const struct sockaddr_in6 *v6 = (const void *)a;

	if (!a)
		return false;
	if (a->sa_family == AF_INET)
		return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
	return a->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

void guard_check(struct request *r, const char *key, const char *write_key, unsigned denied)
{
	const char *auth = MHD_lookup_connection_value(r->conn, MHD_HEADER_KIND, "Authorization");
	const char *theirs = auth && strncmp(auth, "TD1 ", 4) == 0 ? auth + 4 : NULL;
	bool writer = theirs && write_key && strcmp(theirs, write_key) == 0;

	r->master = theirs && strcmp(theirs, key) == 0;
	if (strncmp(r->path, "local/", 6) == 0) {
		if (!from_loopback(r))
			answer_error(r, 403, "Only from this machine");
	} else if (r->route && r->route->right == NOBODY) {
		return;
	} else if (!r->master && !writer) {
		answer_error(r, 401, "Authentication failed");
	} else if (r->route && r->route->right == MASTER && !r->master) {
		answer_error(r, denied, "Access denied: this key may only import");
	}
}
