/*
 * conn: named connections, in $XDG_CONFIG_HOME/td-pipe/connections (~/.config/td-pipe/connections),
 * mode 0600:
 *
 *   [mydb]
 *   url = td://@jp/testdb            host or site, default database, default mode; all may be left out
 *   apikey_file = /etc/td/jp.key     or apikey = KEY, or apikey_command = COMMAND (run by sh, prints the key)
 *   cacert = FILE, cert = FILE, cert_key = FILE, proxy = URL     all may be left out
 *
 * Without any of the three the key comes from the environment, as for a URL without a key.
 */
#ifndef CONN_H
#define CONN_H

#include "td/tdurl.h"

#include <stddef.h>

struct conn {
	char *name;
	struct tdurl url;    /* .key: one typed into the url line */
	bool has_url;
	char *apikey;        /* secret */
	char *apikey_file, *apikey_command;
	char *cacert, *cert, *cert_key; /* PEM files, as of http_opt */
	char *proxy;         /* http, https, socks4(a) or socks5(h); may hold a password */
};

/* FAIL_USAGE: not the URL of a proxy; the sentence does not show it. */
int conn_check_proxy(const char *url, struct fail *f);
int conn_check_name(const char *name, struct fail *f); /* letters, digits, '_', '-', '.' */

/* FAIL_CONFIG if there is none of that name; its sentence names the file. */
int conn_load(struct conn *c, const char *name, struct fail *f);
void conn_free(struct conn *c); /* wipes */

/* All of them, in the file's order; *n may be 0. */
int conn_list(struct conn **all, size_t *n, struct fail *f);

/*
 * Rewrite the file with *c in it, replacing a connection of the same name, or without `name`. Other
 * lines stay as they are.
 */
int conn_save(const struct conn *c, struct fail *f);
int conn_remove(const char *name, struct fail *f); /* FAIL_CONFIG if there is none */

#endif
