/* mp reads back what msgpack-c's packer writes, whole and cut anywhere, and counts it. */
#include "value/mp.h"
#include "tap.h"

#include <msgpack.h>

static void integers(msgpack_packer *pk, msgpack_sbuffer *b)
{
	static const int64_t values[] = { 0, 1, 127, 128, 255, 256, 65535, 65536, 4294967295,
		4294967296, INT64_MAX, -1, -32, -33, -128, -129, -32768, -32769, -2147483648,
		-2147483649, INT64_MIN };
	int good = 1;

	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		struct mp t;

		msgpack_sbuffer_clear(b);
		msgpack_pack_int64(pk, values[i]);
		good &= mp_token(b->data, b->data + b->size, &t) == (ptrdiff_t)b->size;
		good &= values[i] < 0 ? t.type == MP_INT && t.as.i == values[i] :
					t.type == MP_UINT && t.as.u == (uint64_t)values[i];
		for (size_t n = 0; n < b->size; n++)
			good &= mp_token(b->data, b->data + n, &t) == MP_MORE;
	}
	tap_result(good, "integers at every width");
}

static void strings(msgpack_packer *pk, msgpack_sbuffer *b)
{
	static const size_t lengths[] = { 0, 1, 31, 32, 255, 256, 65535, 65536, 100000 };
	static char text[100000];
	int good = 1;

	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		struct mp t;

		msgpack_sbuffer_clear(b);
		msgpack_pack_str(pk, lengths[i]);
		msgpack_pack_str_body(pk, text, lengths[i]);
		good &= mp_token(b->data, b->data + b->size, &t) == (ptrdiff_t)b->size;
		good &= t.type == MP_STR && t.n == lengths[i] && t.as.p == b->data + b->size - t.n;
		good &= mp_token(b->data, b->data + b->size - 1, &t) == MP_MORE;
		msgpack_sbuffer_clear(b);
		msgpack_pack_bin(pk, lengths[i]);
		msgpack_pack_bin_body(pk, text, lengths[i]);
		good &= mp_token(b->data, b->data + b->size, &t) == (ptrdiff_t)b->size &&
			t.type == MP_BIN;
		msgpack_sbuffer_clear(b);
		msgpack_pack_ext(pk, lengths[i], -1);
		msgpack_pack_ext_body(pk, text, lengths[i]);
		good &= mp_token(b->data, b->data + b->size, &t) == (ptrdiff_t)b->size &&
			t.type == MP_EXT;
		good &= t.ext == -1 && t.n == lengths[i];
	}
	tap_result(good, "str, bin and ext at every width");
}

static void nested(msgpack_packer *pk, msgpack_sbuffer *b)
{
	int good = 1;
	struct mp_count c;

	msgpack_sbuffer_clear(b);
	for (int row = 0; row < 3; row++) {
		msgpack_pack_array(pk, 5);
		msgpack_pack_nil(pk);
		msgpack_pack_true(pk);
		msgpack_pack_double(pk, 1.5);
		msgpack_pack_map(pk, 20);
		for (int i = 0; i < 20; i++) {
			msgpack_pack_str(pk, 3);
			msgpack_pack_str_body(pk, "key", 3);
			msgpack_pack_array(pk, i == 0 ? 0 : 1);
			if (i)
				msgpack_pack_float(pk, 0.5f);
		}
		msgpack_pack_str(pk, 300);
		for (int i = 0; i < 300; i++)
			msgpack_pack_str_body(pk, "x", 1);
	}
	good &= mp_value(b->data, b->data + b->size) == (ptrdiff_t)b->size / 3;
	for (size_t n = 0; n < b->size / 3; n++)
		good &= mp_value(b->data, b->data + n) == MP_MORE;
	tap_result(good, "a nested value, whole and cut anywhere");
	good = 1;
	for (size_t cut = 0; cut <= b->size; cut++) {
		c = (struct mp_count){ 0 };
		good &= mp_count_put(&c, b->data, cut) == 0;
		good &= mp_count_put(&c, b->data + cut, b->size - cut) == 0;
		good &= c.values == 3 && mp_count_whole(&c);
	}
	tap_result(good, "counting, cut anywhere");
	c = (struct mp_count){ 0 };
	for (size_t i = 0; i < b->size; i++)
		mp_count_put(&c, b->data + i, 1);
	tap_num((long long)c.values, 3, "counting byte by byte");
	c = (struct mp_count){ 0 };
	mp_count_put(&c, b->data, b->size - 1);
	tap_num(mp_count_whole(&c), 0, "an unfinished value is noticed");
}

/*
 * Every first byte there is, in an array of its own between two strings: walked as a token, as a
 * value, and counted.
 */
static void first_bytes(void)
{
	int good = 1;

	for (unsigned c = 0; c < 256; c++) {
		char b[400] = "\x93\xa3xyz";
		struct mp t;
		struct mp_count whole = { 0 }, cut = { 0 };
		ptrdiff_t n;

		if (c == 0xc1 || (c >= 0x80 && c < 0xa0) || (c >= 0xdc && c < 0xe0) || c == 0xc6 ||
			c == 0xc9 || c == 0xdb)
			continue; /* arrays, maps, strings with 32-bit lengths: no bytes here */
		memset(b + 5, 1, sizeof b - 5); /* lengths of one byte are 1, of two bytes 257 */
		b[5] = (char)c;
		n = mp_token(b + 5, b + sizeof b, &t);
		good &= n > 0 && mp_value(b + 5, b + sizeof b) == n;
		memcpy(b + 5 + n, "\xa1z", 2);
		good &= mp_value(b, b + sizeof b) == 5 + n + 2;
		for (ptrdiff_t i = 0; i < n; i++)
			good &= mp_value(b + 5, b + 5 + i) == MP_MORE;
		good &= mp_count_put(&whole, b, (size_t)n + 7) == 0 && whole.values == 1 &&
			mp_count_whole(&whole);
		for (ptrdiff_t i = 0; i < n + 7; i++)
			good &= mp_count_put(&cut, b + i, 1) == 0 &&
				mp_count_whole(&cut) == (i == n + 6);
	}
	tap_result(good, "every first byte: token, value and count agree");
}

static void hostile(void)
{
	char deep[200];
	struct mp t;
	struct mp_count c = { 0 };

	memset(deep, '\x91', sizeof deep);
	tap_num(mp_value(deep, deep + sizeof deep), MP_BAD, "200 levels are refused");
	tap_num(mp_count_put(&c, deep, sizeof deep), MP_BAD, "and when counting");
	deep[0] = '\xc1';
	tap_num(mp_token(deep, deep, &t), MP_MORE, "an empty range asks for more");
	tap_num(mp_token(deep, deep + 1, &t), MP_BAD, "0xc1 is refused");
	tap_num(mp_value("\xdd\xff\xff\xff\xff", NULL), MP_MORE, "no bytes");
	memcpy(deep, "\xdb\xff\xff\xff\xff", 5);
	tap_num(mp_value(deep, deep + 5), MP_MORE, "a string of 4 GiB is only asked for");
}

int main(void)
{
	msgpack_sbuffer b;
	msgpack_packer pk;

	msgpack_sbuffer_init(&b);
	msgpack_packer_init(&pk, &b, msgpack_sbuffer_write);
	integers(&pk, &b);
	strings(&pk, &b);
	nested(&pk, &b);
	first_bytes();
	hostile();
	msgpack_sbuffer_destroy(&b);
	return tap_done();
}
