/* url: percent-encoding (RFC 3986, 2.1). */
#ifndef URL_H
#define URL_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The n bytes at p with %XX decoded; malloc'ed. NULL if they hold a NUL or an escape that is cut or
 * is not hexadecimal. plus: '+' is a space, as in forms.
 */
char *url_unescape(const char *p, size_t n, bool plus);

#endif
