/* Binding and listening. */
#include "http/listen.h"
#include "base/mem.h"
#include "base/num.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 128 };

static int bind_to(const struct addrinfo *a)
{
	int on = 1, fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	close(fd);
	return -1;
}

static int port_of(int fd)
{
	struct sockaddr_storage a;
	socklen_t n = sizeof a;
	char port[8];
	uint64_t v;

	if (getsockname(fd, (struct sockaddr *)&a, &n) ||
		getnameinfo((struct sockaddr *)&a, n, NULL, 0, port, sizeof port, NI_NUMERICSERV))
		return -1;
	return num_u64(port, strlen(port), UINT16_MAX, &v) ? (int)v : -1;
}

bool listen_is_local(int fd)
{
	struct sockaddr_storage a = { 0 };
	socklen_t n = sizeof a;
	const struct sockaddr_in *v4 = (const void *)&a;
	const struct sockaddr_in6 *v6 = (const void *)&a;

	if (getsockname(fd, (struct sockaddr *)&a, &n))
		return false;
	return a.ss_family == AF_INET ? ntohl(v4->sin_addr.s_addr) >> 24 == 127
				      : IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

int listen_open(const char *where, char **host, int *port, struct fail *f)
{
	struct addrinfo want = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM }, *found = NULL;
	const char *colon = strrchr(where, ':');
	uint64_t number;
	int fd = -1, rc;

	if (!colon || colon == where || !num_u64(colon + 1, strlen(colon + 1), 65535, &number))
		return fail_set(f, FAIL_USAGE, "'%s' is not HOST:PORT", where);
	*host = *where == '[' ? mem_copy(where + 1, strcspn(where + 1, "]"))
			      : mem_copy(where, (size_t)(colon - where));
	rc = getaddrinfo(*host, colon + 1, &want, &found);
	if (rc)
		fail_set(f, FAIL_USAGE, "cannot listen on %s: %s", where, gai_strerror(rc));
	for (struct addrinfo *a = found; a && fd < 0; a = a->ai_next)
		fd = bind_to(a);
	if (!rc && fd < 0)
		fail_errno(f, FAIL_CONFIG, "cannot listen on %s", where);
	if (found)
		freeaddrinfo(found);
	*port = fd < 0 ? 0 : port_of(fd);
	return fd;
}
