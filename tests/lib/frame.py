"""Reads a td frame with Python's zlib and struct alone, and prints what is in it as one line of JSON.

usage: frame.py FILE    {"head": {...}, "end": {...} or null, "members": N, "length": of them, "values": N, "crc32": over them (since version 2
                         also the head), "bytes", "md5": of the plain msgpack, "odd": a header with more than it needs}
"""
import hashlib
import json
import struct
import sys
import zlib

import msgpack


def header(data):
    """length, extra field, comment of the gzip header at the start of data"""
    assert data[:3] == b"\x1f\x8b\x08", "no gzip member"
    flags, at, extra, comment = data[3], 10, b"", None
    if flags & 4:
        n = int.from_bytes(data[at : at + 2], "little")
        extra, at = data[at + 2 : at + 2 + n], at + 2 + n
    for bit in (8, 16):
        if flags & bit:
            end = data.index(b"\0", at)
            if bit == 16:
                comment = data[at:end].decode()
            at = end + 1
    return at, extra, comment


data = open(sys.argv[1], "rb").read()
out = {"head": None, "end": None, "members": 0, "length": 0, "values": 0}
body, cut, crc = b"", False, 0
while data:
    member = data
    _, extra, comment = header(data)
    kind = extra[5:6] if extra[:2] == b"TD" else b""
    if out["head"] and out["head"]["td-frame"] == 3 and extra[6:14] != struct.pack("<II", len(comment or ""), zlib.crc32((comment or "").encode())):
        kind = b""  # in a frame that was passed on, members may have any header
    z = zlib.decompressobj(31)
    try:
        body += z.decompress(data)
    except zlib.error:
        cut = True
    if cut or not z.eof:
        cut = out["cut"] = True
        at = data.rfind(b"\x1f\x8b\x08\x14")  # an abort after a member that was cut
        if at > 0:
            out["end"] = json.loads(header(data[at:])[2])
        break
    data = z.unused_data
    if kind == b"H":
        out["head"] = json.loads(comment)
        if extra[4] > 1:  # since version 2 the checksum begins with the head
            crc = zlib.crc32(member[: len(member) - len(data)], crc)
    elif kind == b"E":
        out["end"] = json.loads(comment)
        assert not data, "data behind the end"
    else:
        out["members"] += 1
        out["length"] += len(member) - len(data)
        crc = zlib.crc32(member[: len(member) - len(data)], crc)
        out.setdefault("odd", False)
        out["odd"] |= bool(comment) or (bool(extra) and kind != b"B")
if not cut:
    for _ in msgpack.Unpacker(__import__("io").BytesIO(body), raw=True, strict_map_key=False):
        out["values"] += 1
out["crc32"] = "%08x" % crc
out["bytes"] = len(body)
out["md5"] = hashlib.md5(body).hexdigest()
print(json.dumps(out))
