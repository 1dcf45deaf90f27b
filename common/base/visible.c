/* Makes text from outside fit for a message: masks secrets, then replaces what is not printable. */
#define _GNU_SOURCE /* memmem: BSDs have it without */
#include "base/visible.h"
#include "base/utf8.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { TAIL_MIN = 6, LOOKS_MIN = 16 }; /* characters of a secret that was cut; digits of a key */

static const char mask[] = "***";
static char secrets[VISIBLE_SECRETS][VISIBLE_SECRET_MAX + 1];
static size_t secrets_n;

static bool add(const char *secret)
{
	size_t n = strlen(secret);

	if (n < VISIBLE_SECRET_MIN)
		return true;
	for (size_t i = 0; i < secrets_n; i++)
		if (strcmp(secrets[i], secret) == 0)
			return true;
	if (secrets_n == VISIBLE_SECRETS || n > VISIBLE_SECRET_MAX)
		return false;
	memcpy(secrets[secrets_n++], secret, n + 1);
	return true;
}

bool visible_secret(const char *secret)
{
	const char *slash = secret ? strchr(secret, '/') : NULL;

	return !secret || (add(secret) && (!slash || add(slash + 1)));
}

bool visible_char(uint32_t c)
{
	static const uint32_t hidden[][2] = {
		{ 0x00, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad }, { 0x61c, 0x61c }, { 0x180e, 0x180e },
		{ 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0xfeff, 0xfeff },
		{ 0xfff9, 0xfffb }, { 0xe0000, 0xe0fff },
	};

	for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
		if (c >= hidden[i][0] && c <= hidden[i][1])
			return false;
	return true;
}

/* --- secrets --------------------------------------------------------------- */

/* What is masked: `keep` bytes that stay, then `hide` bytes that do not; hide 0: nothing here. */
struct found {
	size_t keep, hide;
};

/* A secret of this run at p; also the beginning of one, if the text ends in it. */
static size_t known(const char *p, size_t n)
{
	for (size_t i = 0; i < secrets_n; i++) {
		size_t len = strlen(secrets[i]);

		if (n >= len && strncasecmp(p, secrets[i], len) == 0)
			return len;
		if (n >= TAIL_MIN && n < len && strncasecmp(p, secrets[i], n) == 0)
			return n;
	}
	return 0;
}

/* The slash of a key, which a server may echo as JSON or percent-encoded: its length, or 0. */
static size_t slash_at(const char *p, size_t n)
{
	if (n >= 1 && p[0] == '/')
		return 1;
	if (n >= 2 && p[0] == '\\' && p[1] == '/')
		return 2;
	return n >= 3 && p[0] == '%' && p[1] == '2' && (p[2] | 32) == 'f' ? 3 : 0;
}

/* N/HEX at p. */
static struct found key_at(const char *p, size_t n)
{
	struct found k = { 0, 0 };
	size_t slash;

	while (k.keep < n && isdigit((unsigned char)p[k.keep]))
		k.keep++;
	slash = k.keep ? slash_at(p + k.keep, n - k.keep) : 0;
	k.keep += slash;
	while (slash && k.keep + k.hide < n && isxdigit((unsigned char)p[k.keep + k.hide]))
		k.hide++;
	if (k.hide < LOOKS_MIN)
		k.hide = 0;
	return k;
}

/* ://USER:PASSWORD@ at p: all up to the last @ of the host's part. */
static struct found user_at(const char *p, size_t n)
{
	struct found u = { 3, 0 };

	if (n < 3 || memcmp(p, "://", 3) != 0)
		return u;
	for (size_t i = 3; i < n && !strchr(" \t\r\n'\"<>?", p[i]); i++) {
		if (p[i] == '@')
			u.hide = i - 3;
		if (p[i] == '/' && !(i > 3 && isdigit((unsigned char)p[i - 1])))
			break; /* a path; but a key has a slash after its number */
	}
	return u;
}

static struct found secret_at(const char *text, size_t at, size_t n)
{
	struct found s = { 0, known(text + at, n - at) };

	if (!s.hide && text[at] == ':')
		s = user_at(text + at, n - at);
	if (!s.hide && isdigit((unsigned char)text[at]) &&
		(at == 0 || !isdigit((unsigned char)text[at - 1])))
		s = key_at(text + at, n - at);
	return s;
}

/* --- all of it ------------------------------------------------------------- */

struct copy {
	char *out;
	size_t n, cap;
};

/* False: there is no room for it. */
static bool put(struct copy *c, const char *p, size_t n)
{
	if (n >= c->cap - c->n)
		return false;
	memcpy(c->out + c->n, p, n);
	c->n += n;
	return true;
}

static bool put_char(struct copy *c, const char *p, size_t n, size_t *took)
{
	uint32_t code = 0;
	unsigned bytes = utf8_next(p, n, &code);

	*took = bytes ? bytes : 1;
	return bytes && visible_char(code) ? put(c, p, bytes) : put(c, "?", 1);
}

/* The characters of text[from..to), none of which is secret. */
static bool put_plain(struct copy *c, const char *text, size_t from, size_t to, size_t n)
{
	size_t took;

	for (; from < to; from += took)
		if (!put_char(c, text + from, n - from, &took))
			return false;
	return true;
}

size_t visible_text(char *out, size_t cap, const char *text, size_t n)
{
	struct copy c = { out, 0, cap };
	size_t at = 0;
	bool room = true;

	while (at < n && room) {
		struct found s = secret_at(text, at, n);
		size_t took;

		if (!s.hide) {
			room = put_char(&c, text + at, n - at, &took);
			at += took;
			continue;
		}
		room = put_plain(&c, text, at, at + s.keep, n) && put(&c, mask, sizeof mask - 1);
		at += s.keep + s.hide;
	}
	out[c.n] = '\0';
	return c.n;
}

void visible_fix(char *text, size_t cap)
{
	char copy[VISIBLE_MAX];
	size_t n = strlen(text) < sizeof copy ? strlen(text) : sizeof copy - 1;

	memcpy(copy, text, n);
	visible_text(text, cap, copy, n);
}
