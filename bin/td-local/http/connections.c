/* The open connections, and closing one that is idle. */
#include "http/connections.h"
#include "base/mem.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct entry {
	struct entry *next, *prev; /* oldest first */
	struct connections *all;
	int fd;
	bool busy, told; /* it knows that it is being closed */
	unsigned char address[16];
};

struct connections {
	pthread_mutex_t lock;
	struct entry head; /* of the ring */
};

struct connections *connections_new(void)
{
	struct connections *all = mem_zero(1, sizeof *all);

	pthread_mutex_init(&all->lock, NULL);
	all->head.next = all->head.prev = &all->head;
	return all;
}

void connections_free(struct connections *all)
{
	pthread_mutex_destroy(&all->lock);
	free(all);
}

static void unlink_entry(struct entry *e)
{
	e->prev->next = e->next;
	e->next->prev = e->prev;
}

static void append(struct connections *all, struct entry *e)
{
	e->prev = all->head.prev;
	e->next = &all->head;
	e->prev->next = e;
	all->head.prev = e;
}

static void take_address(struct MHD_Connection *conn, unsigned char out[16])
{
	const union MHD_ConnectionInfo *i =
		MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *a = i ? i->client_addr : NULL;

	memset(out, 0, 16);
	if (a && a->sa_family == AF_INET)
		memcpy(out, &((const struct sockaddr_in *)(const void *)a)->sin_addr, 4);
	else if (a && a->sa_family == AF_INET6)
		memcpy(out, &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr, 16);
}

static bool is_of(const struct entry *e, const unsigned char *address)
{
	return !e->told && (!address || memcmp(e->address, address, 16) == 0);
}

static void tell(struct entry *e)
{
	e->told = true;
	shutdown(e->fd, SHUT_RDWR); /* its thread sees that, and closes it */
}

/* Makes room for one more of that address, or of all; false: all that there are do something. */
static bool make_room(struct connections *all, const unsigned char *address, unsigned most)
{
	struct entry *idle = NULL;
	unsigned n = 0;

	for (struct entry *e = all->head.next; e != &all->head; e = e->next) {
		n += is_of(e, address);
		if (!idle && !e->busy && is_of(e, address))
			idle = e;
	}
	if (n < most)
		return true;
	if (idle)
		tell(idle);
	return idle != NULL;
}

static void opened(struct connections *all, struct MHD_Connection *conn, void **state)
{
	const union MHD_ConnectionInfo *i =
		MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct entry *e = mem_zero(1, sizeof *e);

	e->all = all;
	e->fd = i ? i->connect_fd : -1;
	take_address(conn, e->address);
	pthread_mutex_lock(&all->lock);
	if (!make_room(all, e->address, CONNECTIONS_OF_ADDRESS) ||
		!make_room(all, NULL, CONNECTIONS_MAX))
		tell(e);
	append(all, e);
	pthread_mutex_unlock(&all->lock);
	*state = e;
}

void connections_notify(void *cls, struct MHD_Connection *conn, void **state,
	enum MHD_ConnectionNotificationCode code)
{
	struct connections *all = cls;
	struct entry *e = *state;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		opened(all, conn, state);
		return;
	}
	if (!e)
		return;
	pthread_mutex_lock(&all->lock);
	unlink_entry(e);
	pthread_mutex_unlock(&all->lock);
	free(e);
	*state = NULL;
}

void connections_busy(struct MHD_Connection *conn, bool busy)
{
	const union MHD_ConnectionInfo *i =
		MHD_get_connection_info(conn, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct entry *e = i ? i->socket_context : NULL;

	if (!e)
		return;
	pthread_mutex_lock(&e->all->lock);
	e->busy = busy;
	if (!busy) { /* the newest of the idle ones */
		unlink_entry(e);
		append(e->all, e);
	}
	pthread_mutex_unlock(&e->all->lock);
}
