#!/bin/sh
# td-encode's peak memory: independent of the length of the input, a few times the size of a long row, and bounded for rows
# that are refused. The limits are those of td-encode(1), plus 2 MiB.
. "$(dirname "$0")/../lib/lib.sh"

if sanitized || ! [ -r /proc/self/status ]; then
	skip "peaks of memory" "sanitizers, or no /proc"
	finish
fi

# The input is written piece by piece: Linux counts the memory of the program that started another as the other's.
cat >"$T/peak.py" <<'END'
import gzip, resource, subprocess, sys, zlib
seed = 1
def noise(n):  # hexadecimal digits that compress to half at best
    global seed
    out = bytearray()
    while len(out) < n:
        seed = zlib.crc32(b"%d" % seed)
        out += b"%08x" % seed
    return bytes(out[:n])
PIECE = noise(1 << 16)
def rows(n):
    row = b"1,some text of a row,2.5\n" * 1000
    yield b"a,b,c\n"
    for i in range(n // 1000): yield row
def long_rows(start, before, piece, after, rows=6, size=10 << 20):
    yield start
    for i in range(rows):
        yield before
        for k in range(size // len(piece)): yield piece
        yield after
def endless(start, piece=b"x" * 65536):
    yield start
    for i in range((3 << 30) // len(piece)): yield piece
def bomb():
    z = zlib.compressobj(1, zlib.DEFLATED, 31)
    yield z.compress(b"a,b\n1,")
    for i in range(3 << 10): yield z.compress(bytes(1 << 16) if i % 2 else b"x" * (1 << 16))
mp = b"\x82\xa1a\x01\xa1b\xdb" + (10 << 20).to_bytes(4, "big")
kinds = {
    "rows": lambda: rows(4000000), "few": lambda: rows(400000),
    "csv": lambda: long_rows(b"a,b\n", b"1,", PIECE, b"\n"),
    "text": lambda: long_rows(b"a,b\n", b"1,", b"the quick brown fox " * 1024, b"\n"),
    "quoted": lambda: long_rows(b"a,b\n", b'1,"', PIECE, b'"""\n'),
    "json": lambda: long_rows(b"", b'{"a":1,"b":"', PIECE, b'"}\n'),
    "escaped": lambda: long_rows(b"", b'{"a":1,"b":"', PIECE, b'\\n"}\n'),
    "nested": lambda: long_rows(b"", b'{"a":1,"b":[0', b",1234567" * 8192, b']}\n'),
    "msgpack": lambda: long_rows(b"", mp, PIECE, b""),
    "endless": lambda: endless(b"a,b\n1,"), "endless-quoted": lambda: endless(b'a,b\n1,"'), "endless-header": lambda: endless(b"a"),
    "endless-cells": lambda: endless(b"a,b\n", b"1," * 32768), "endless-json": lambda: endless(b'{"a":"'),
    "endless-escaped": lambda: endless(b'{"a":"\\n'), "endless-array": lambda: endless(b'{"a":[', b"1," * 32768),
    "endless-msgpack": lambda: endless(b"\x81\xa1a\xdb\xff\xff\xff\xff"),
    "endless-msgpack-array": lambda: endless(b"\x81\xa1a\xdd\xff\xff\xff\xff", b"\x01" * 65536),
    "bomb": bomb,
}
p = subprocess.Popen(["td-encode", *sys.argv[3:]], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
try:
    for b in kinds[sys.argv[1]](): p.stdin.write(b)
    p.stdin.close()
except BrokenPipeError: pass
message, status = p.stderr.read().decode(), p.wait()
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
print(peak, "MiB,", message)
sys.exit(peak > int(sys.argv[2]) or status != (65 if sys.argv[1].startswith(("endless", "bomb")) else 0))
END
peak() { # WHAT MIB KIND OPTION...
	what=$1 limit=$2 kind=$3; shift 3
	ok "$what: at most $limit MiB" "$PYTHON" "$T/peak.py" "$kind" "$limit" "$@"
}
peak "10 MB of rows" 16 few -j2
peak "100 MB of rows" 16 rows -j2
peak "100 MB of rows, eight threads" 26 rows -j8
peak "cells of 10 MiB that compress well" 30 text
peak "cells of 10 MiB that hardly compress" 42 csv
peak "... and eight threads" 42 csv -j8
peak "... in JSON" 42 json
peak "... in msgpack" 42 msgpack
peak "cells of 10 MiB with doubled quotes" 52 quoted
peak "cells of 10 MiB with escapes" 52 escaped
peak "arrays of 10 MiB" 52 nested
peak "a line of 3 GB" 70 endless
peak "a quoted cell of 3 GB" 70 endless-quoted
peak "a header of 3 GB" 70 endless-header
peak "a line of 3 GB and many cells" 70 endless-cells
peak "a JSON string of 3 GB" 70 endless-json
peak "... with an escape" 132 endless-escaped
peak "a JSON array of 3 GB" 132 endless-array
peak "a msgpack string of 3 GB" 70 endless-msgpack
peak "a msgpack array of 3 GB" 70 endless-msgpack-array
peak "a gzip bomb" 70 bomb -f csv
finish
