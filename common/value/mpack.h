/*
 * mpack: writing msgpack into a buf. The bodies of the functions are msgpack-c's packer templates,
 * instantiated so that bytes go straight into the buffer: mpack_nil, _true, _false, _int64,
 * _uint64, _double, _array, _map, _str, _str_body, each returning 0, or -1 when the buffer's
 * ceiling is reached. Counterpart: mp.h.
 */
#ifndef MPACK_H
#define MPACK_H

#include "base/buf.h"

#include <msgpack/pack_define.h>
#include <msgpack/timestamp.h>

#define msgpack_pack_inline_func(name) static inline int mpack##name
#define msgpack_pack_inline_func_cint(name) static inline int mpack##name
#define msgpack_pack_user struct buf *
#define msgpack_pack_append_buffer(b, p, n) return buf_put((b), (const void *)(p), (n))
#define msgpack_pack_ext mpack_ext
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wunused-function"
#include <msgpack/pack_template.h>
#pragma GCC diagnostic pop
#undef msgpack_pack_ext

/*
 * The same, into memory that the caller knows to be large enough: mpack_to_int64(&p, 7) and so on.
 */
#define msgpack_pack_inline_func(name) static inline int mpack_to##name
#define msgpack_pack_inline_func_cint(name) static inline int mpack_to##name
#define msgpack_pack_user char **
#define msgpack_pack_append_buffer(o, p, n) return (memcpy(*(o), (p), (n)), *(o) += (n), 0)
#define msgpack_pack_ext mpack_to_ext
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wunused-function"
#include <msgpack/pack_template.h>
#pragma GCC diagnostic pop
#undef msgpack_pack_ext

static inline int mpack_text(struct buf *b, const char *p, size_t n)
{
	return mpack_str(b, n) || mpack_str_body(b, p, n) ? -1 : 0;
}

#endif
