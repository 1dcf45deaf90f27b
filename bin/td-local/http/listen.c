/* Binding and listening. */
#include "http/listen.h"
#include "base/mem.h"
#include "base/num.h"

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

int listen_open(const char *where, char **host, int *port, struct fail *f)
{
	struct addrinfo want = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM },
			*found = NULL;
	const char *colon = strrchr(where, ':');
	uint64_t number;
	char *name;
	int fd = -1, rc;

	if (!colon || colon == where || !num_u64(colon + 1, strlen(colon + 1), 65535, &number))
		return fail_set(f, FAIL_USAGE, "'%s' is not HOST:PORT", where);
	*host = mem_copy(where, (size_t)(colon - where));
	name = **host == '[' ? mem_copy(*host + 1, strcspn(*host + 1, "]")) : mem_string(*host);
	rc = getaddrinfo(name, colon + 1, &want, &found);
	if (rc)
		fail_set(f, FAIL_USAGE, "cannot listen on %s: %s", where, gai_strerror(rc));
	for (struct addrinfo *a = found; a && fd < 0; a = a->ai_next)
		fd = bind_to(a);
	if (!rc && fd < 0)
		fail_errno(f, FAIL_CONFIG, "cannot listen on %s", where);
	if (found)
		freeaddrinfo(found);
	free(name);
	*port = fd < 0 ? 0 : port_of(fd);
	return fd;
}
