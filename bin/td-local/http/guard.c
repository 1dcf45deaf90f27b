/* Hosts, origins, keys and rights. */
#include "http/guard.h"
#include "http/answer.h"
#include "base/mem.h"
#include "http/route.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <nettle/base64.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

bool guard_same(const char *secret, const char *given)
{
	size_t n = strlen(given), len = strlen(secret);
	volatile unsigned char differs = n != len;

	for (size_t i = 0; i < n; i++)
		differs |= (unsigned char)(given[i] ^ secret[len ? i % len : 0]);
	return !differs;
}

static const char *header(struct request *r, const char *name)
{
	return MHD_lookup_connection_value(r->conn, MHD_HEADER_KIND, name);
}

/* --- Host */

/* The host of HOST[:PORT] or [HOST][:PORT], without brackets; malloc'ed. */
static char *without_port(const char *s)
{
	if (*s == '[')
		return mem_copy(s + 1, strcspn(s + 1, "]"));
	return mem_copy(s, strcspn(s, ":"));
}

static bool is_loopback(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (strcasecmp(host, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

/* Is it the address that the client has connected to? An address cannot be rebound. */
static bool is_own_address(struct request *r, const char *host)
{
	const union MHD_ConnectionInfo *i =
		MHD_get_connection_info(r->conn, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct sockaddr_storage a;
	socklen_t n = sizeof a;
	char text[INET6_ADDRSTRLEN + 16];

	return i && getsockname(i->connect_fd, (struct sockaddr *)&a, &n) == 0 &&
		getnameinfo((struct sockaddr *)&a, n, text, sizeof text, NULL, 0, NI_NUMERICHOST) ==
		0 &&
		(strcmp(text, host) == 0 || /* IPv4 on an IPv6 socket */
			(strncmp(text, "::ffff:", 7) == 0 && strcmp(text + 7, host) == 0));
}

static bool host_ok(const struct guard *g, struct request *r)
{
	const char *given = header(r, "Host");
	char *host = given ? without_port(given) : NULL;
	bool ok = !host || is_loopback(host) || strcasecmp(host, g->host) == 0 ||
		is_own_address(r, host);

	for (const char *const *name = g->names; !ok && *name; name++)
		ok = strcasecmp(host, *name) == 0;
	free(host);
	return ok;
}

/* --- Origin */

/* Browsers send these with what a page does; `none` is an address that a person has typed. */
static bool origin_ok(struct request *r)
{
	const char *origin = header(r, "Origin"), *site = header(r, "Sec-Fetch-Site"),
		   *host = header(r, "Host"), *at = origin ? strstr(origin, "://") : NULL;

	if (site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
		return false;
	return !origin || (at && host && strcasecmp(at + 3, host) == 0);
}

/* --- keys */

/*
 * What a browser sends when a person has typed the key as a password (RFC 7617); of pages only, so
 * that what a browser sends by itself changes nothing. malloc'ed, or NULL.
 */
static char *typed_key(const char *auth)
{
	struct base64_decode_ctx ctx;
	size_t n = strlen(auth), len = BASE64_DECODE_LENGTH(n);
	char *text = mem_zero(len + 1, 1), *colon, *key = NULL;

	base64_decode_init(&ctx);
	if (base64_decode_update(&ctx, &len, (uint8_t *)text, n, auth) &&
		base64_decode_final(&ctx)) {
		text[len] = '\0';
		colon = memchr(text, ':', len);
		key = colon && strlen(text) == len ? mem_string(colon + 1) : NULL;
	}
	mem_wipe(text, BASE64_DECODE_LENGTH(n));
	free(text);
	return key;
}

/* The key that came with the request, or "". */
static char *given_key(struct request *r)
{
	const char *auth = header(r, "Authorization");
	char *typed = r->page && auth && strncasecmp(auth, "Basic ", 6) == 0 ? typed_key(auth + 6)
									     : NULL;

	if (typed)
		return typed;
	return mem_string(auth && strncmp(auth, "TD1 ", 4) == 0 ? auth + 4 : "");
}

/* Answers a request that may not be served. */
static void refuse(const struct guard *g, struct request *r, enum route_right right, bool writer)
{
	if (!host_ok(g, r))
		answer_error(r, 403, "The Host is not this machine's; see --allow-host");
	else if (!origin_ok(r))
		answer_error(r, 403, "Not for pages of other sites");
	else if (right == NOBODY)
		return;
	else if (!r->master && !writer)
		answer_error(r, 401, "Authentication failed");
	else if (right == MASTER && !r->master)
		answer_error(r, g->denied_401 ? 401 : 403,
			"Access denied: this key may only import");
}

void guard_check(const struct guard *g, struct request *r)
{
	char *given = given_key(r);
	bool writer = g->write_key && guard_same(g->write_key, given);
	enum route_right right = r->route ? r->route->right : WRITER;

	if (writer && g->writer_blind && strncmp(r->path, "table/show/", 11) == 0)
		right = MASTER;
	r->master = guard_same(g->key, given);
	mem_wipe(given, strlen(given));
	free(given);
	if (r->master || writer)
		r->body.max = REQUEST_BODY_MAX;
	refuse(g, r, right, writer);
}
