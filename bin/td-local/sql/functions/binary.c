/* Bytes: encodings, UTF-8, checksums and hashes. */
#include "sql/functions/lib.h"
#include "base/utf8.h"

#include <ctype.h>
#include <nettle/md5.h>
#include <nettle/nettle-meta.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <zlib.h>

static int digit(char c)
{
	return isdigit((unsigned char)c)     ? c - '0'
		: isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10
					     : -1;
}

/* --- digests as functions */

enum { DIGEST_MAX = 64 };

union context {
	struct md5_ctx md5;
	struct sha1_ctx sha1;
	struct sha256_ctx sha256;
	struct sha512_ctx sha512;
};

static size_t hash(const struct nettle_hash *h, const struct datum *v, char out[DIGEST_MAX])
{
	union context context;

	h->init(&context);
	h->update(&context, v->n, (const uint8_t *)v->p);
	h->digest(&context, h->digest_size, (uint8_t *)out);
	return h->digest_size;
}

static const struct {
	const char *name;
	const struct nettle_hash *hash;
} hashes[] = { { "md5", &nettle_md5 }, { "td_md5", &nettle_md5 }, { "sha1", &nettle_sha1 },
	{ "sha", &nettle_sha1 }, { "sha256", &nettle_sha256 }, { "sha512", &nettle_sha512 } };

static const struct nettle_hash *hash_named(const char *name)
{
	for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++)
		if (strcmp(name, hashes[i].name) == 0)
			return hashes[i].hash;
	return NULL;
}

static size_t digest(const struct call *c, const struct datum *v, char out[DIGEST_MAX])
{
	const struct nettle_hash *named = hash_named(c->f->name);
	uint64_t h;

	if (named)
		return hash(named, v, out);
	h = lib_xxhash64(v->p, v->n);
	for (int i = 0; i < 8; i++)
		out[i] = (char)(h >> (56 - 8 * i));
	return 8;
}

static void digest_bytes(struct call *c, const struct datum *arg, struct datum *out)
{
	char bytes[DIGEST_MAX] = { 0 };
	size_t n = digest(c, &arg[0], bytes);

	datum_set_blob(out, arena_copy(c->scratch, bytes, n), n);
}

static void set_hex(struct call *c, const char *p, size_t n, const char *digits, struct datum *out)
{
	char *text = arena_alloc(c->scratch, 2 * n + 1);

	for (size_t i = 0; i < n; i++) {
		text[2 * i] = digits[(unsigned char)p[i] >> 4];
		text[2 * i + 1] = digits[(unsigned char)p[i] & 15];
	}
	datum_set_text(out, text, 2 * n);
}

static void digest_hex(struct call *c, const struct datum *arg, struct datum *out)
{
	char bytes[DIGEST_MAX] = { 0 };
	size_t n = digest(c, &arg[0], bytes);

	set_hex(c, bytes, n, "0123456789abcdef", out);
}

/* HMAC (RFC 2104): hmac_md5(text, key) and so on. */
static void hmac(struct call *c, const struct datum *arg, struct datum *out)
{
	const struct nettle_hash *h = hash_named(c->f->name + strlen("hmac_"));
	uint8_t key[SHA512_BLOCK_SIZE] = { 0 }, pad[SHA512_BLOCK_SIZE];
	char bytes[DIGEST_MAX] = { 0 };
	union context context;

	if (arg[1].n > h->block_size)
		hash(h, &arg[1], (char *)key);
	else
		memcpy(key, arg[1].p, arg[1].n);
	for (int outer = 0; outer < 2; outer++) {
		for (size_t i = 0; i < h->block_size; i++)
			pad[i] = key[i] ^ (outer ? 0x5c : 0x36);
		h->init(&context);
		h->update(&context, h->block_size, pad);
		h->update(&context, outer ? h->digest_size : arg[0].n,
			outer ? (const uint8_t *)bytes : (const uint8_t *)arg[0].p);
		h->digest(&context, h->digest_size, (uint8_t *)bytes);
	}
	datum_set_blob(out, arena_copy(c->scratch, bytes, h->digest_size), h->digest_size);
}

static void sha2(struct call *c, const struct datum *arg, struct datum *out)
{
	const struct nettle_hash *h = arg[1].i == 0 || arg[1].i == 256 ? &nettle_sha256
		: arg[1].i == 512				       ? &nettle_sha512
		: arg[1].i == 224				       ? &nettle_sha224
		: arg[1].i == 384				       ? &nettle_sha384
								       : NULL;
	char bytes[DIGEST_MAX] = { 0 };

	if (h)
		set_hex(c, bytes, hash(h, &arg[0], bytes), "0123456789abcdef", out);
}

static void crc(struct call *c, const struct datum *arg, struct datum *out)
{
	(void)c;
	datum_set_int(out, (int64_t)crc32_z(0, (const unsigned char *)arg[0].p, arg[0].n));
}

/* --- numbers as bytes: to_big_endian_32, from_ieee754_64 ... */

static unsigned size_of(const struct call *c)
{
	return strstr(c->f->name, "_32") ? 4 : 8;
}

static void put_big(struct call *c, uint64_t v, struct datum *out)
{
	unsigned n = size_of(c);
	char *bytes = arena_alloc(c->scratch, n);

	for (unsigned i = 0; i < n; i++)
		bytes[i] = (char)(v >> (8 * (n - 1 - i)));
	datum_set_blob(out, bytes, n);
}

/* False: an error was raised. */
static bool get_big(struct call *c, const struct datum *v, uint64_t *out)
{
	if (v->n != size_of(c)) {
		call_error(c, "expected %u-byte input, but got instead: %zu", size_of(c), v->n);
		return false;
	}
	*out = 0;
	for (size_t i = 0; i < v->n; i++)
		*out = *out << 8 | (unsigned char)v->p[i];
	return true;
}

static void to_big_endian(struct call *c, const struct datum *arg, struct datum *out)
{
	put_big(c, (uint64_t)arg[0].i, out);
}

static void from_big_endian(struct call *c, const struct datum *arg, struct datum *out)
{
	uint64_t v;

	if (get_big(c, &arg[0], &v))
		datum_set_int(out, size_of(c) == 4 ? (int32_t)(uint32_t)v : (int64_t)v);
}

static void to_ieee754(struct call *c, const struct datum *arg, struct datum *out)
{
	double d = lib_double(&arg[0]);
	float f = (float)d;
	uint64_t wide;
	uint32_t narrow;

	memcpy(&wide, &d, sizeof wide);
	memcpy(&narrow, &f, sizeof narrow);
	put_big(c, size_of(c) == 4 ? narrow : wide, out);
}

static void from_ieee754(struct call *c, const struct datum *arg, struct datum *out)
{
	uint64_t v;
	uint32_t narrow;
	double d;
	float f;

	if (!get_big(c, &arg[0], &v))
		return;
	narrow = (uint32_t)v;
	memcpy(&d, &v, sizeof d);
	memcpy(&f, &narrow, sizeof f);
	datum_set_double(out, size_of(c) == 4 ? (double)f : d);
}

/* --- encodings */

static void to_hex(struct call *c, const struct datum *arg, struct datum *out)
{
	set_hex(c, arg[0].p, arg[0].n, "0123456789ABCDEF", out);
}

static void from_hex(struct call *c, const struct datum *arg, struct datum *out)
{
	bool hive = lib_is_hive(c), odd = arg[0].n % 2;
	size_t n = (arg[0].n + odd) / 2;
	char *bytes = arena_alloc(c->scratch, n + 1);

	if (odd && !hive) {
		call_error(c, "expected an even number of hex digits: %zu", arg[0].n);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		int high = odd && i == 0 ? 0 : digit(arg[0].p[2 * i - odd]),
		    low = digit(arg[0].p[2 * i + 1 - odd]);

		if (high < 0 || low < 0) {
			if (!hive)
				call_error(c, "invalid hex character: %.*s",
					(int)(arg[0].n < 200 ? arg[0].n : 200), arg[0].p);
			return;
		}
		bytes[i] = (char)(high << 4 | low);
	}
	datum_set_blob(out, bytes, n);
}

static void to_base64(struct call *c, const struct datum *arg, struct datum *out)
{
	struct buf b;

	buf_init(&b, CALL_VALUE_MAX);
	call_text(c, &b,
		print_base64(&b, arg[0].p, arg[0].n,
			strcmp(c->f->name, "to_base64url") == 0 ? "-_" : "+/"),
		out);
}

static int base64_digit(char c, bool url)
{
	return c >= 'A' && c <= 'Z'	    ? c - 'A'
		: c >= 'a' && c <= 'z'	    ? c - 'a' + 26
		: isdigit((unsigned char)c) ? c - '0' + 52
		: c == (url ? '-' : '+')    ? 62
		: c == (url ? '_' : '/')    ? 63
					    : -1;
}

static void from_base64(struct call *c, const struct datum *arg, struct datum *out)
{
	bool url = strcmp(c->f->name, "from_base64url") == 0, bad = false;
	size_t n = arg[0].n, made = 0;
	char *bytes = arena_alloc(c->scratch, n + 1);
	uint32_t x = 0;

	for (int i = 0; i < 2 && n > 0 && arg[0].p[n - 1] == '='; i++)
		n--;
	bad = n % 4 == 1 || (n != arg[0].n && arg[0].n % 4 != 0);
	for (size_t i = 0; i < n && !bad; i++) {
		int d = base64_digit(arg[0].p[i], url);

		bad = d < 0;
		x = x << 6 | (uint32_t)(d & 63);
		if (i % 4 == 3 || i + 1 == n) {
			size_t have = i % 4 + 1;

			for (size_t k = 0; k + 1 < have; k++)
				bytes[made++] = (char)(x << (6 * (4 - have)) >> (16 - 8 * k));
			x = 0;
		}
	}
	if (!bad)
		datum_set_blob(out, bytes, made);
	else if (!lib_is_hive(c))
		call_error(c, "Illegal base64 character or length");
}

/* --- UTF-8 */

static void to_utf8(struct call *c, const struct datum *arg, struct datum *out)
{
	(void)c;
	datum_set_blob(out, arg[0].p, arg[0].n);
}

/* How many wrong bytes at p are one mistake: a cut character is one. */
static size_t wrong(const char *p, const char *end)
{
	unsigned char lead = (unsigned char)*p;
	size_t want = lead >= 0xf0 && lead < 0xf5 ? 4
		: lead >= 0xe0			  ? 3
		: lead >= 0xc2 && lead < 0xe0	  ? 2
						  : 1,
	       n = 1;

	if (lead >= 0xf5)
		want = 1;
	while (n + 1 < want && p + n < end && ((unsigned char)p[n] & 0xc0) == 0x80)
		n++;
	return n;
}

static void decode(
	struct call *c, const struct datum *v, const char *with, size_t with_n, struct datum *out)
{
	const char *p = v->p, *end = p + v->n;
	struct buf b;
	int rc = 0;

	buf_init(&b, CALL_VALUE_MAX);
	while (p < end && rc == 0) {
		uint32_t code;
		unsigned w = utf8_next(p, (size_t)(end - p), &code);

		rc = w ? buf_put(&b, p, w) : buf_put(&b, with, with_n);
		p += w ? w : wrong(p, end);
	}
	call_text(c, &b, rc, out);
}

static void from_utf8(struct call *c, const struct datum *arg, struct datum *out)
{
	struct buf b;

	if (c->argc == 1) {
		decode(c, &arg[0], "\xef\xbf\xbd", 3, out);
	} else if (arg[1].kind == DATUM_TEXT) {
		if (lib_length(&arg[1]) > 1)
			call_error(
				c, "Replacement character string must empty or a single character");
		else
			decode(c, &arg[0], arg[1].p, arg[1].n, out);
	} else if (arg[1].i < 0 || arg[1].i > 0x10ffff ||
		(arg[1].i >= 0xd800 && arg[1].i < 0xe000)) {
		call_error(c, "Invalid replacement character");
	} else {
		buf_init(&b, 8);
		print_utf8(&b, (uint32_t)arg[1].i);
		decode(c, &arg[0], b.p, b.len, out);
		buf_free(&b);
	}
}

#define HMAC(name) { "hmac_" name, "(varbinary, varbinary) -> varbinary", SQL_PRESTO, 0, .call = hmac }
#define BYTES(name, from, to, f) { name, "(" from ") -> " to, SQL_PRESTO, 0, .call = f }
#define DIGEST(name) { name, "(varbinary) -> varbinary", SQL_PRESTO, 0, .call = digest_bytes }
const struct function functions_binary[] = {
	DIGEST("md5"), DIGEST("sha1"), DIGEST("sha256"), DIGEST("sha512"), DIGEST("xxhash64"),
	HMAC("md5"), HMAC("sha1"), HMAC("sha256"), HMAC("sha512"),
	BYTES("to_big_endian_32", "integer", "varbinary", to_big_endian),
	BYTES("from_big_endian_32", "varbinary", "integer", from_big_endian),
	BYTES("to_big_endian_64", "bigint", "varbinary", to_big_endian),
	BYTES("from_big_endian_64", "varbinary", "bigint", from_big_endian),
	BYTES("to_ieee754_32", "real", "varbinary", to_ieee754),
	BYTES("from_ieee754_32", "varbinary", "real", from_ieee754),
	BYTES("to_ieee754_64", "double", "varbinary", to_ieee754),
	BYTES("from_ieee754_64", "varbinary", "double", from_ieee754),
	BYTES("from_hex", "varbinary", "varbinary", from_hex),
	BYTES("from_base64", "varbinary", "varbinary", from_base64),
	BYTES("from_base64url", "varbinary", "varbinary", from_base64),
	{ "crc32", "(varbinary) -> bigint", SQL_PRESTO, 0, .call = crc }, { "crc32", "(varchar) -> bigint", SQL_HIVE, 0, .call = crc },
	{ "md5", "(varchar) -> varchar", SQL_HIVE, 0, .call = digest_hex }, { "sha1", "(varchar) -> varchar", SQL_HIVE, 0, .call = digest_hex },
	{ "sha", "(varchar) -> varchar", SQL_HIVE, 0, .call = digest_hex }, { "sha2", "(varchar, integer) -> varchar", SQL_HIVE, 0, .call = sha2 },
	{ "td_md5", "(varchar) -> varchar", SQL_BOTH, 0, .call = digest_hex },
	{ "to_hex", "(varbinary) -> varchar", SQL_PRESTO, 0, .call = to_hex },
	{ "from_hex", "(varchar) -> varbinary", SQL_PRESTO, 0, .call = from_hex },
	{ "hex", "(varchar) -> varchar", SQL_HIVE, 0, .call = to_hex }, { "hex", "(varbinary) -> varchar", SQL_HIVE, 0, .call = to_hex },
	{ "unhex", "(varchar) -> varbinary", SQL_HIVE, 0, .call = from_hex },
	{ "to_base64", "(varbinary) -> varchar", SQL_PRESTO, 0, .call = to_base64 },
	{ "to_base64url", "(varbinary) -> varchar", SQL_PRESTO, 0, .call = to_base64 },
	{ "from_base64", "(varchar) -> varbinary", SQL_PRESTO, 0, .call = from_base64 },
	{ "from_base64url", "(varchar) -> varbinary", SQL_PRESTO, 0, .call = from_base64 },
	{ "base64", "(varbinary) -> varchar", SQL_HIVE, 0, .call = to_base64 },
	{ "unbase64", "(varchar) -> varbinary", SQL_HIVE, 0, .call = from_base64 },
	{ "to_utf8", "(varchar) -> varbinary", SQL_PRESTO, 0, .call = to_utf8 },
	{ "from_utf8", "(varbinary) -> varchar", SQL_PRESTO, 0, .call = from_utf8 },
	{ "from_utf8", "(varbinary, varchar) -> varchar", SQL_PRESTO, 0, .call = from_utf8 },
	{ "from_utf8", "(varbinary, bigint) -> varchar", SQL_PRESTO, 0, .call = from_utf8 },
	{ 0 },
};
