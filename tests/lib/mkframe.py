"""Writes a td frame with Python's zlib and struct alone: a second implementation of td-frame(5), and what no honest
writer makes.

usage: mkframe.py [rows=N] [blocks=N] [content=records|rows] [end=commit|abort|none] [reason=TEXT] [source=verified|eof]
                  [version=1|2|3] [foreign=N] [columns=JSON] [start=N] [bad=N] [pad=N] [crc=wrong] [count=wrong] [tail=TEXT]
                  [body=wrong]
foreign: so many blocks are plain gzip members instead; bad: so many records have a text as their time; pad: bytes of
random text in every record; start: the first id; body=wrong: the trailers
of the blocks have another CRC-32
"""
import json
import random
import struct
import sys
import zlib

import msgpack

o = dict(rows="3", blocks="1", content="records", end="commit", reason="it was tired", source="verified", foreign="0",
         columns='[["id","long"],["name","string"]]', start="0", bad="0", pad="0", version="2", crc="right", count="right", tail="", body="right")
for arg in sys.argv[1:]:
    name, value = arg.split("=", 1)
    assert name in o, name
    o[name] = value
rows, blocks, foreign, start, bad, pad = (int(o[k]) for k in ("rows", "blocks", "foreign", "start", "bad", "pad"))
dice = random.Random(start)


version = int(o["version"])


def extra(kind, *numbers):
    return struct.pack("<2sHBcIII", b"TD", 14, version, kind, *numbers)


def text_member(kind, value):
    text = json.dumps(value).encode()
    x = extra(kind, len(text), zlib.crc32(text), 0) if version > 1 else extra(kind, 0, 0, 0)
    return b"\x1f\x8b\x08\x14\0\0\0\0\0\xff" + struct.pack("<H", len(x)) + x + text + b"\0\3\0" + bytes(8)


def block(body, values):
    z = zlib.compressobj(6, zlib.DEFLATED, -15)
    data = z.compress(body) + z.flush(zlib.Z_SYNC_FLUSH) + b"\3\0" + struct.pack("<II", zlib.crc32(body) ^ (o["body"] == "wrong"), len(body))
    return b"\x1f\x8b\x08\x04\0\0\0\0\0\xff" + struct.pack("<H", 18) + extra(b"B", 30 + len(data), len(body), values) + data


def plain(body):
    z = zlib.compressobj(6, zlib.DEFLATED, 31)
    return z.compress(body) + z.flush()


def record(i):
    if o["content"] == "rows":
        return [i, "row %d" % i]
    r = {"time": 1700000000 + i, "id": i, "name": "row %d é" % i}
    if i - start < bad:
        r["time"] = "yesterday"
    if pad:
        r["pad"] = "".join(dice.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=pad))
    return r


out = sys.stdout.buffer
columns = json.loads(o["columns"])
if pad:
    columns.append(["pad", "string"])
head = text_member(b"H", {"td-frame": version, "content": o["content"], "columns": columns})
out.write(head)
crc, total = zlib.crc32(head) if version > 1 else 0, 0
blocks = blocks if rows else 0
for b in range(blocks):
    ids = range(start + rows * b // blocks, start + rows * (b + 1) // blocks)
    body = b"".join(msgpack.packb(record(i)) for i in ids)
    member = plain(body) if b < foreign else block(body, len(ids))
    crc = zlib.crc32(member, crc)
    total += len(body)
    out.write(member)
end = {"end": o["end"], "rows": rows + (o["count"] == "wrong"), "blocks": blocks, "bytes": total, "rejects": 0,
       "crc32": "%08x" % (crc ^ (o["crc"] == "wrong")), "columns": columns, "source": o["source"]}
if o["end"] == "abort":
    end.update(reason=o["reason"], status=65)
if rows and o["content"] == "records":
    end["time"] = [1700000000 + start, 1700000000 + start + rows - 1]
if o["end"] != "none":
    out.write(text_member(b"E", end))
out.write(o["tail"].encode())
