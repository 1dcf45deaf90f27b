/* URLs: parts as java.net.URI finds them, and percent-encoding. */
#include "sql/functions/lib.h"

#include <ctype.h>
#include <strings.h>

/* The part, or NULL. */
struct url {
	struct datum scheme, authority, user, host, path, query, fragment;
	int64_t port; /* -1: none */
};

static bool is_hex(const char *p, const char *end)
{
	return end - p > 2 && isxdigit((unsigned char)p[1]) && isxdigit((unsigned char)p[2]);
}

/* URI's characters; of others only those beyond ASCII that are not blanks. */
static bool legal(const char *p, const char *end)
{
	for (; p < end; p++)
		if (*p == '%' ? !is_hex(p, end)
			      : !isalnum((unsigned char)*p) && (unsigned char)*p < 0x80 &&
					!strchr("-_.!~*'();/?:@&=+$,[]#", *p))
			return false;
	return true;
}

static void part(struct datum *out, const char *p, const char *end)
{
	datum_set_text(out, p, (size_t)(end - p));
}

static bool read_authority(struct url *u, const char *p, const char *end)
{
	const char *at = memchr(p, '@', (size_t)(end - p)), *colon = NULL;

	part(&u->authority, p, end);
	if (at) {
		part(&u->user, p, at);
		p = at + 1;
	}
	if (p < end && *p == '[') {
		const char *close = memchr(p, ']', (size_t)(end - p));

		if (!close)
			return false;
		colon = close + 1 < end && close[1] == ':' ? close + 1 : NULL;
	} else {
		colon = memchr(p, ':', (size_t)(end - p));
	}
	if (colon) {
		u->port = colon + 1 < end ? 0 : -1;
		for (const char *s = colon + 1; s < end; s++) {
			if (!isdigit((unsigned char)*s) || u->port > 100000000)
				return true; /* a registry name: no host, no port */
			u->port = u->port * 10 + (*s - '0');
		}
	}
	part(&u->host, p, colon ? colon : end);
	return true;
}

static bool read_url(const struct datum *text, struct url *u)
{
	const char *p = text->p, *end = p + text->n, *stop = memchr(p, '#', text->n), *s = p;

	*u = (struct url){ .port = -1 };
	if (!legal(p, end) || (stop && memchr(stop + 1, '#', (size_t)(end - stop - 1))))
		return false;
	if (stop) {
		part(&u->fragment, stop + 1, end);
		end = stop;
	}
	while (s < end && (isalnum((unsigned char)*s) || (s > p && strchr("+-.", *s))))
		s++;
	if (s < end && *s == ':') {
		if (s == p || !isalpha((unsigned char)*p) || s + 1 == end)
			return false;
		part(&u->scheme, p, s);
		p = s + 1;
		if (*p != '/')
			return true; /* opaque: no path, no query */
	}
	stop = memchr(p, '?', (size_t)(end - p));
	if (stop) {
		part(&u->query, stop + 1, end);
		end = stop;
	}
	if (end - p >= 2 && p[0] == '/' && p[1] == '/') {
		const char *slash = memchr(p + 2, '/', (size_t)(end - p - 2));

		if (!slash)
			slash = end;
		if (slash == p + 2 && slash == end)
			return false;
		if (!read_authority(u, p + 2, slash))
			return false;
		p = slash;
	}
	part(&u->path, p, end);
	return true;
}

/* %xx to bytes, + to a blank if asked; false: a bad escape. */
static bool percent_decode(struct buf *b, const char *p, const char *end, bool plus)
{
	for (; p < end; p++) {
		if (*p == '%' && !is_hex(p, end))
			return false;
		if (*p == '%') {
			char two[3] = { p[1], p[2], 0 };

			buf_putc(b, (char)strtoul(two, NULL, 16));
			p += 2;
		} else {
			buf_putc(b, *p == '+' && plus ? ' ' : *p);
		}
	}
	return true;
}

static void set_decoded(struct call *c, const struct datum *v, struct datum *out)
{
	struct buf b;

	buf_init(&b, CALL_VALUE_MAX);
	if (v->kind != DATUM_NULL)
		percent_decode(&b, v->p, v->p + v->n, false);
	call_text(c, &b, 0, out);
}

static void extract(struct call *c, const struct datum *arg, struct datum *out)
{
	const char *what = c->f->name + strlen("url_extract_");
	struct url u;

	if (!read_url(&arg[0], &u))
		return;
	switch (*what == 'p' ? what[1] : *what) {
	case 'r': set_decoded(c, &u.scheme, out); break; /* protocol */
	case 'h': set_decoded(c, &u.host, out); break;
	case 'a': set_decoded(c, &u.path, out); break;   /* path */
	case 'q': set_decoded(c, &u.query, out); break;
	case 'f': set_decoded(c, &u.fragment, out); break;
	default:
		if (u.port >= 0)
			datum_set_int(out, u.port);
	}
}

static const char *parameter(const struct datum *query, const struct datum *name, const char **to)
{
	const char *p = query->n ? query->p : "", *end = p + query->n;

	while (query->kind != DATUM_NULL && p <= end) {
		const char *stop = memchr(p, '&', (size_t)(end - p)), *last = stop ? stop : end,
			   *eq = memchr(p, '=', (size_t)(last - p));

		if ((size_t)((eq ? eq : last) - p) == name->n && memcmp(p, name->p, name->n) == 0) {
			*to = last;
			return eq ? eq + 1 : last;
		}
		if (!stop)
			return NULL;
		p = stop + 1;
	}
	return NULL;
}

static void extract_parameter(struct call *c, const struct datum *arg, struct datum *out)
{
	const char *from, *to;
	struct url u;
	struct buf b;

	if (!read_url(&arg[0], &u) || !(from = parameter(&u.query, &arg[1], &to)))
		return;
	buf_init(&b, CALL_VALUE_MAX);
	percent_decode(&b, from, to, true);
	call_text(c, &b, 0, out);
}

static const struct sqltype *encoded_type(struct call *c)
{
	return lib_varchar(c, (int64_t)c->arg[0]->a * 12);
}

static void encode(struct call *c, const struct datum *arg, struct datum *out)
{
	struct buf b;
	int rc = 0;

	buf_init(&b, CALL_VALUE_MAX);
	for (size_t i = 0; i < arg[0].n && rc == 0; i++) {
		char ch = arg[0].p[i];

		if (isalnum((unsigned char)ch) || (ch && strchr(".-*_", ch)))
			rc = buf_putc(&b, ch);
		else
			rc = ch == ' ' ? buf_putc(&b, '+')
				       : buf_printf(&b, "%%%02X", (unsigned)(unsigned char)ch);
	}
	call_text(c, &b, rc, out);
}

static void decode(struct call *c, const struct datum *arg, struct datum *out)
{
	struct buf b;

	buf_init(&b, CALL_VALUE_MAX);
	if (percent_decode(&b, arg[0].p, arg[0].p + arg[0].n, true)) {
		call_text(c, &b, 0, out);
		return;
	}
	buf_free(&b);
	if (strcmp(c->f->name, "url_decode") == 0)
		call_error(c, "URLDecoder: Illegal hex characters in escape (%%) pattern");
}

/* Hive: parse_url(text, 'HOST'[, parameter]): parts as written, missing ones NULL. */
static void parse_url(struct call *c, const struct datum *arg, struct datum *out)
{
	const char *from, *to;
	struct url u;
	struct buf b;

	if (!read_url(&arg[0], &u) || u.scheme.kind == DATUM_NULL)
		return;
	if (lib_is(&arg[1], "QUERY") && c->argc > 2) {
		if ((from = parameter(&u.query, &arg[2], &to)) && from < to)
			lib_text(out, from, to);
		return;
	}
	*out = lib_is(&arg[1], "HOST")	       ? u.host
		: lib_is(&arg[1], "PATH")      ? u.path
		: lib_is(&arg[1], "QUERY")     ? u.query
		: lib_is(&arg[1], "REF")       ? u.fragment
		: lib_is(&arg[1], "PROTOCOL")  ? u.scheme
		: lib_is(&arg[1], "AUTHORITY") ? u.authority
		: lib_is(&arg[1], "USERINFO")  ? u.user
					       : *out;
	if (!lib_is(&arg[1], "FILE"))
		return;
	buf_init(&b, CALL_VALUE_MAX);
	buf_put(&b, u.path.p, u.path.n);
	if (u.query.kind != DATUM_NULL) {
		buf_putc(&b, '?');
		buf_put(&b, u.query.p, u.query.n);
	}
	call_text(c, &b, 0, out);
}

#define PART(name, type) { "url_extract_" name, "(varchar(x)) -> " type, SQL_PRESTO, 0, .call = extract }
const struct function functions_url[] = {
	PART("protocol", "varchar(x)"),
	PART("host", "varchar(x)"),
	PART("path", "varchar(x)"),
	PART("query", "varchar(x)"),
	PART("fragment", "varchar(x)"),
	PART("port", "bigint"),
	{ "url_extract_parameter", "(varchar(x), varchar) -> varchar(x)", SQL_PRESTO, 0,
		.call = extract_parameter },
	{ "url_encode", "(varchar) -> varchar", SQL_PRESTO, 0, .call = encode, .result = encoded_type },
	{ "url_decode", "(varchar(x)) -> varchar(x)", SQL_PRESTO, 0, .call = decode },
	{ "td_url_decode", "(varchar) -> varchar", SQL_BOTH, 0, .call = decode },
	{ "parse_url", "(varchar, varchar) -> varchar", SQL_HIVE, 0, .call = parse_url },
	{ "parse_url", "(varchar, varchar, varchar) -> varchar", SQL_HIVE, 0, .call = parse_url },
	{ 0 },
};
