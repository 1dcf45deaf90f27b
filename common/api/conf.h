/*
 * conf: which server and which key, from the environment and configuration files.
 *
 * Endpoint: the URL's HOST or the connection's; TD_API_SERVER; `endpoint` of td.conf;
 * https://api.treasuredata.com. Key: the connection's; the one typed in the URL; the file that
 * TD_API_KEY_FILE names; TD_API_KEY; `apikey` of td.conf. A key in a URL is not recommended, but
 * where there is one it names the account of that destination and wins over the environment:
 * otherwise no pipe could go from one account to another. td.conf is TD_CONFIG_PATH or
 * ~/.td/td.conf, as the toolbelt writes it. Trusted certificates: the connection's; CURL_CA_BUNDLE,
 * or SSL_CERT_FILE and SSL_CERT_DIR, as curl(1) reads them. An empty variable counts as unset.
 * Files with keys that other users may read are warned about, those of connections refused.
 */
#ifndef CONF_H
#define CONF_H

#include "base/fail.h"
#include "td/tdurl.h"

struct conf {
	char *endpoint;       /* as tdurl_endpoint() makes it */
	/*
	 * for the stream import: TD_API_IMPORT_SERVER if the server is the one of TD_API_SERVER;
	 * else the same
	 */
	char *import_endpoint;
	char *key;            /* secret; never NULL after conf_load() */
	char *key_from;       /* its source, for messages: "TD_API_KEY" */
	char *database;       /* a connection's default database, or NULL */
	enum tdurl_mode mode; /* a connection's default mode, if has_mode */
	bool has_mode;
	/* NULL: the system's certificates, none of our own, the environment's proxy */
	char *cacert, *capath, *cert, *cert_key;
	char *proxy;          /* may hold a password */
};

/*
 * connection: a name, or NULL; url: a destination, or NULL (its connection counts if connection is
 * NULL). FAIL_KEY when there is no key (the sentence says what to do), FAIL_CONFIG for a file that
 * cannot be read.
 */
int conf_load(struct conf *c, const char *connection, const struct tdurl *url, struct fail *f);
/* Fill in what a destination leaves to its connection: database and mode. */
int conf_complete(const struct conf *c, struct tdurl *to, struct fail *f);
/* Warns if others than its owner may read this file, which holds a key. */
void conf_warn_if_open(const char *path);
void conf_free(struct conf *c); /* wipes the key */

#endif
