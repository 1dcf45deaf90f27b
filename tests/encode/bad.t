#!/bin/sh
# td-encode refuses bad input of every kind with a message that says where, status 65 and a frame that ends in an abort. Input
# that is damaged at random, from a seed, never crashes it and never leaves a frame without an end.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/encode.sh"

# bad WHAT FORMAT-OF-PRINTF PATTERN OPTION...
bad() {
	what=$1 text=$2 pattern=$3; shift 3
	encode "$text" --time-value 7 "$@"
	says "$what" 65 "^td-encode: standard input: $pattern"
}
py() { $PYTHON -c "import sys, gzip, struct, json; out = sys.stdout.buffer.write
$1" >"$T/in"; shift; td-encode --time-value 7 "$@" <"$T/in" >"$T/frame" 2>"$T/err"; status=$? err=$(cat "$T/err") end=$(note_of "$T/frame" E); }

# --- CSV
bad "UTF-8 that is overlong" 'a\nx\n\300\200\n' 'line 3, field 1: not UTF-8'
bad "a surrogate in UTF-8" 'a,b\n1,\355\240\200\n' 'line 2, field 2: not UTF-8'
bad "UTF-8 beyond 10FFFF" 'a\n\364\220\200\200\n' 'line 2, field 1: not UTF-8'
bad "UTF-8 that is cut at the end" 'a\n\303' 'line 2, field 1: not UTF-8'
bad "a NUL in a quoted cell, lines further down" 'a,b\n1,"x\n\ny\000"\n' 'line 2, field 2: a NUL byte'
bad "NULs only" '\000\000\000\000\000\000' 'line 1, field 1: a NUL byte'
bad "a NUL in the header" 'a,b\000\n1,2\n' 'line 1, field 2: a NUL byte'
bad "a bad header" 'a,"b"x\n1,2\n' 'line 1, field 2: text after the closing quote'
bad "a quote that is never closed, in the header" 'a,"b\n1,2\n' 'line 1, field 2: a quote that is never closed'
bad "a ragged row behind mixed line ends" 'a,b\r\n1,2\n3,4\r5,6\r\n7\r\n' 'line 5, field 2: a row of 1 cell'
bad "a blank line inside a quoted cell that is not closed" 'a,b\n1,"\n\n\n' 'line 2, field 2: a quote that is never closed'
bad "a row of blanks" 'a,b\n1,2\n  \n' 'line 3, field 2: a row of 1 cell'
py 'out(b"a,b\n" + b"1," * 5000 + b"\n")'; says "5001 cells" 65 'line 2: more than 4096 columns'
py 'out(b"," * 5000 + b"\n")'; says "a header of 5001 cells" 65 'line 1: more than 4096 columns'
py 'out(b"a,b\n1," + b"9" * 1000 + b"\n")' -c a:long,b:long; says "a number of a thousand digits in a long" 65 "line 2, column 2 'b': '9{60}'\.\.\. is not a long"
py 'out(b"a,b\n1," + b"9" * 1000 + b"\n")' -c a:long,b:double; says "... in a double" 65 "is not a double"
bad "1e400 in a double" 'a\n1e400\n' "line 2, column 1 'a': '1e400' is not a double" -c a:double
bad "1e-400 in a double" 'a\n1e-400\n' "line 2, column 1 'a': '1e-400' is not a double" -c a:double
bad "NaN in a double" 'a\nNaN\n' "line 2, column 1 'a': 'NaN' is not a double" -c a:double
bad "2^63 in a long" 'a\n9223372036854775808\n' "line 2, column 1 'a': '9223372036854775808' is not a long; --columns a:string" -c a:long
bad "2^31 in an int" 'a\n2147483648\n' "line 2, column 1 'a': '2147483648' is not an int; --columns a:long" -c a:int
bad "an array that is none" 'a\n"[1,2"\n' "line 2, column 1 'a': '\[1,2' is not an array<long>" -c 'a:array<long>'
bad "a map with a key twice" "a\n\"{\"\"k\"\":1,\"\"k\"\":2}\"\n" "line 2, column 1 'a': .* has a key twice; --columns a:string" -c 'a:map<string,long>'
bad "comments only" '#x\n#y\n' 'no header line' --comment '#'
bad "fewer lines than are skipped" 'a\n1\n' 'no header line' --skip-lines 5
bad "a line behind line ends in a cell" 'a,b\n"x\ry\r\n\\\r",1\n2\n' 'line 6, field 2: ' --escape '\'
bad "an escape at the end" 'a,b\n1,\\' 'line 2, field 2: ' --escape '\'
# --- not a table at all, whatever the format
magic() { # WHAT BYTES PATTERN
	for f in auto csv jsonl; do
		bad "$1 as $f" "$2" "this is $1, not rows; $3" -f $f
	done
}
magic HTML '<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title>' 'a web page, perhaps an error of a proxy'
magic HTML '\357\273\277 \n<HTML>\n' 'a web page'
magic XML '<?xml version="1.0"?>\n<a/>' 'make it JSON or CSV first'
magic zstd '\050\265\057\375\000\001' 'unpack it: td-encode -f (csv|jsonl) -- zstd -dc FILE'
magic xz '\375\067zXZ\000\000' 'unpack it: .*-- xz -dc FILE'
magic bzip2 'BZh91AY&SY\000' 'unpack it: .*-- bzip2 -dc FILE'
magic lz4 '\004\042\115\030\144' 'unpack it: .*-- lz4 -dc FILE'
magic zip 'PK\003\004\024\000\000\000' 'unpack it: .*-- unzip -p FILE'
magic 'an Excel workbook .xlsx.' 'PK\003\004\024\000\000\000[Content_Types].xml' 'save it as CSV UTF-8'
magic 'an Excel workbook .xls.' '\320\317\021\340\241\261\032\341' 'save it as CSV UTF-8'
magic Parquet 'PAR1\025\004\000' 'make it CSV: .*duckdb'
magic Avro 'Obj\001\004\026' 'make it JSON: .*avro-tools'
magic ORC 'ORC\012\003\000' 'make it JSON'
magic Arrow 'ARROW1\000\000\377' 'make it CSV with pyarrow'
magic SQLite 'SQLite format 3\000\020' 'select from it: td-encode -f csv -- sqlite3 -header -csv FILE'
magic PDF '%%PDF-1.7\n' 'it holds pages'
magic RTF '{\\rtf1\\ansi' 'save it as plain text'
magic "psql's aligned output" ' id | name \n----+------\n  1 | x\n(1 row)\n' 'let it write CSV: psql --csv'
magic "psql's aligned output" '\n-[ RECORD 1 ]\nid | 1\n' 'let it write CSV'
magic 'a table in a box, as mysql draws it' '+----+------+\n| id | name |\n+----+------+\n' 'let it write tabs: mysql --batch'
magic LZMA '\135\000\000\200\000' 'unpack it: .*-- xz -dc FILE'
magic lzop '\211LZO\000\015\012' 'unpack it: .*-- lzop -dc FILE'
magic RAR 'Rar!\032\007\001\000' 'unpack it'
magic 'an empty zip' 'PK\005\006\000\000' 'it holds no rows'
magic 'an OpenDocument spreadsheet' 'PK\003\004\024\000\000\000mimetypeapplication/vnd.oasis.opendocument.spreadsheet' 'save it as CSV'
magic Arrow '\377\377\377\377\160\000' 'make it CSV with pyarrow'
magic Feather 'FEA1\000\000' 'make it CSV'
magic HDF5 '\211HDF\r\n\032\n' 'make it CSV'
magic 'an array of NumPy' '\223NUMPY\001\000' 'make it CSV'
magic 'a program' '\177ELF\002\001\001' 'it holds no rows'
magic PostScript '%%!PS-Adobe-3.0\n' 'it holds pages'
magic 'an encrypted message' '\055----BEGIN PGP MESSAGE-----\n\nhQEM\n' 'decrypt it: .*-- gpg -d FILE'
magic 'a pointer of Git LFS' 'version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 3\n' 'git lfs pull'
magic 'an answer of HTTP with its header' 'HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n\r\na,b\r\n1,2\r\n' 'let curl leave the header out: no -i'
magic YAML '\055--\n- a: 1\n  b: 2\n' 'make it JSON: .*yq'
magic XML '<Error><Code>AccessDenied</Code></Error>' 'make it JSON or CSV first'
magic HTML '<center>\n<h1>502 Bad Gateway</h1>\n</center>\n' 'a web page'
magic 'a table in a box, as for people' '| id | x |\n|----|---|\n| 1  | y |\n' 'let the program write CSV'
magic 'a table in a box, as for people' 'id  x\n--  -\n1   y\n' 'let the program write CSV'
magic 'a table in a box, as for people' '\342\224\214\342\224\200\342\224\220\n' 'let the program write CSV'
{ printf '\377\376'; printf '<html>\n' | iconv -t UTF-16LE; } >"$T/in"; td-encode <"$T/in" >"$T/frame" 2>"$T/err"
like "HTML in UTF-16" "$? $(cat "$T/err")" '^65 .*this is HTML'
py 'out(gzip.compress(b"<!doctype html>\n<title>502"))'; says "HTML that is compressed" 65 'this is HTML'
for text in 'ORC,PAR1\n1,2\n' 'BZh,LZIP\n1,2\n' 'PK,a\n1,2\n' '<a>,b\n1,2\n' '<a>,<b>\n1,2\n' '|a|,b\n1,2\n' 'a,b\n---,2\n' ' id,x\n1,2\n'; do
	encode "$text" --time-value 7
	is "a text that begins like another format, $text" "$status" 0
done

# --- JSON
bad "a surrogate that comes second" '{"a":"\\udc00"}' 'line 1, character 7: half of a surrogate'
bad "two high surrogates" '{"a":"\\ud800\\ud800"}' 'line 1, character 7: half of a surrogate'
bad "an escape that there is not" '{"a":"\\x41"}' 'line 1, character '
bad "an escape that is cut" '{"a":"\\u12' 'line 1, character '
bad "a line end in a string" '{"a":"x\ny"}' 'line 1, character 8: a control character'
bad "NUL in a string" '{"a":"x\000"}' 'line 1, character 8: a control character'
bad "NUL between rows" '{"a":1}\n\000{"a":2}' 'line 2, character 1: an object is expected here'
for v in nan NaN Infinity -Infinity +1 .5 1. 01 1e 1e+ 0x10 tru nulll TRUE "'x'" '[1,]' '[,1]' '{"k":}' '{"k"}' '{k:1}' '[1 2]' '{"k":1 "l":2}' '"x'; do
	bad "JSON's $v" "{\"a\":1}\n{\"a\":$v}\n" 'line 2, character [0-9]+: ' -c a
done
bad "a place behind letters of several bytes" '{"\303\251\346\227\245":1,}' 'line 1, character 9: a comma before the end'
bad "a key twice" '{"a":1,"b":{"x":1},"a":2}' 'line 1, character 20: a key that this row had already'
bad "a key twice in a map that is kept" '{"a":{"x":1,"x":2}}' "line 1, column 1 'a': .* has a key twice; --columns a:string" -c 'a:map<string,long>'
bad "keys that become one in a map" '{"a":{"1":1,"1.0":2}}' "line 1, column 1 'a': .* has a key twice" -c 'a:map<double,long>'
bad "a key with NUL" '{"a\\u0000b":1}' 'the name of column 1 is not UTF-8: a NUL byte'
bad "JSON behind an array" '[{"a":1}]\n{"a":2}\n' 'line 2, character 1: something after the end of the array'
bad "a comma before the end of an array" '[{"a":1},]' 'line 1, character 10: '
bad "a scalar in an array" '[{"a":1},2]' 'line 1, character 10: an object is expected here'
bad "two objects without anything between them in an array" '[{"a":1}{"a":2}]' "line 1, character 9: ',' or '\]' is expected here"
for levels in 66 100 100000; do
	py "out(b'{\"a\":' + b'[' * $levels + b']' * $levels + b'}')"; says "$levels levels of arrays" 65 'line 1, character [0-9]+: nested too deeply'
	py "out(b'{\"a\":' * $levels + b'1' + b'}' * $levels)"; says "$levels levels of objects" 65 'line 1, character [0-9]+: nested too deeply'
done
py 'out(b"{\"a\":" + b"[" * 1000000)'; says "a bomb of a million brackets" 65 'nested too deeply'
py 'out(b"{\"a\":" + b"9" * 1000 + b"}")' -c a:long; says "JSON: a number of a thousand digits in a long" 65 "line 1, column 1 'a': .* is not a long"
py 'out(json.dumps({"k%d" % i: i for i in range(4097)}).encode())'; says "4097 keys" 65 'line 1, character [0-9]+: more than 4096 different keys'

# the value that an earlier row had there is not used
encode '{"t":"2017-01-01 00:00:00","b":1}\n{"t":1500000000,"b":1}\n{"b":2}\n' --time-column t
says "a row without the time, behind others with one" 65 "line 3, column 1 't': '' is empty: every record needs a time"
encode '\202\241t\316\131\150\057\000\241b\001\201\241b\002' -f msgpack --time-column t
says "... of msgpack" 65 "row 2, column 1 't': '' is empty: every record needs a time"

# --- msgpack
mp() { what=$1 bytes=$2 pattern=$3; shift 3; bad "$what" "$bytes" "$pattern" -f msgpack "$@"; }
mp "the byte that is not msgpack" '\201\241a\301' 'row 1: not msgpack'
mp "a number as a row" '\201\241a\001\005' 'row 2: neither a msgpack map nor an array'
mp "a str whose length lies" '\201\241a\333\377\377\377\377abc' 'row 1: the input ends inside'
mp "a bin whose length lies" '\201\241a\306\177\377\377\377abc' 'row 1: the input ends inside'
mp "an ext whose length lies" '\201\241a\311\177\377\377\377\001abc' 'row 1: the input ends inside'
mp "a map whose length lies" '\337\000\000\000\005\241a\001' 'row 1: the input ends inside'
mp "a map of 2^32 pairs" '\337\377\377\377\377\241a\001' 'row 1: (more than 4096 columns|the input ends inside)'
mp "an array of 2^32 values" '\335\377\377\377\377\001\001' 'row 1: (more than 4096 columns|the input ends inside)' -c a,b
mp "an array in an array of 2^32 values" '\201\241a\335\377\377\377\377\001' 'row 1: the input ends inside'
mp "a row that is cut" '\202\241a\001\241b' 'row 1: the input ends inside'
mp "a number that is cut" '\201\241a\317\001\002' 'row 1: the input ends inside'
mp "a key twice" '\202\241a\001\241a\002' "row 1: key 'a': it occurs twice"
mp "a key that is an array" '\201\221\001\002' 'row 1: a key that is not text'
mp "a str that is no UTF-8" '\201\241a\241\377' "row 1, column 1 'a': not UTF-8"
mp "a key that is no UTF-8" '\201\241\377\001' 'the name of column 1 is not UTF-8'
mp "an extension" '\201\241a\326\005\000\000\000\000' "row 1, column 1 'a': an extension of msgpack, .* no column can take it; --drop a"
mp "... in a long" '\201\241a\326\005\000\000\000\000' "row 1, column 1 'a': .* is not a long; no column can take it; --drop a" -c a:long
mp "... in an array" '\201\241a\221\326\005\000\000\000\000' "row 1, column 1 'a': an extension of msgpack, .*; no column can take it"
mp "an array as a key of a map" '\201\241a\201\221\001\002' "row 1, column 1 'a': .* an array or a map as a key; no column can take it"
mp "bytes that are no UTF-8 in a long" '\201\241a\304\001\377' "row 1, column 1 'a': .* is not a long; no column can take it" -c a:long
mp "... in an array" '\201\241a\221\304\001\377' "row 1, column 1 'a': not UTF-8"
mp "uint64 in a long" '\201\241a\317\377\377\377\377\377\377\377\377' "row 1, column 1 'a': 18446744073709551615 is not a long; --columns a:string" -c a:long
py 'out(b"\x81\xa1a" + b"\x91" * 100 + b"\x01")'; says "a hundred arrays in each other" 65 'row 1: not msgpack, or nested too deeply'
py 'out(b"\x81\xa1a" + b"\x91" * 10000000)'; says "ten million arrays in each other" 65 'row 1: not msgpack, or nested too deeply'

# --- gzip
py 'out(gzip.compress(b"a,b\n1,2\n")[:-1])'; says "gzip without its last byte" 65 'ends inside a gzip member'
py 'out(gzip.compress(b"a,b\n1,2\n")[:-8])'; says "gzip without its trailer" 65 'ends inside a gzip member'
py 'out(gzip.compress(b"a,b\n1,2\n")[:12])'; says "gzip that is cut in its data" 65 'ends inside a gzip member'
py 'out(gzip.compress(b"")[:3])'; says "gzip that is cut in its header" 65 'ends inside a gzip member'
py 'd = bytearray(gzip.compress(b"a,b\n1,2\n")); d[-5] ^= 1; out(d)'; says "gzip with a wrong checksum" 65 'gzip member 1: checksum or length is wrong'
py 'd = bytearray(gzip.compress(b"a,b\n1,2\n")); d[-1] ^= 1; out(d)'; says "gzip with a wrong length" 65 'gzip member 1: checksum or length is wrong'
py 'out(gzip.compress(b"a,b\n1,2\n") + gzip.compress(b"3,4\n")[:-3])'; says "a second member that is cut" 65 'ends inside a gzip member'
py 'out(b"\x1f")' --time-value 1; says "gzip that is cut behind its first byte" 65 'ends inside a gzip member, after 1 byte:'
py 'out(b"\x1f\x8b\x08\x00" + bytes(6) + b"\xff" * 100)'; says "gzip of rubbish" 65 'gzip member 1: '
py 'out(b"\x1f\x8b\x08\x08" + bytes(6) + b"x" * 3000000)'; says "a gzip header without an end" 65 'gzip header longer than'

# --- damage anywhere
cat >"$T/damage.py" <<'END'
import gzip, json, msgpack, random, struct, subprocess, sys, zlib
random.seed(int(sys.argv[1]))
def note(kind, j):
    extra = b"TD" + struct.pack("<H", 14) + b"\1" + kind + bytes(12)
    return b"\x1f\x8b\x08\x14" + bytes(5) + b"\xff" + struct.pack("<H", len(extra)) + extra + json.dumps(j).encode() + b"\0\3\0" + bytes(8)
rows = [[i, "text %d" % i, i / 7, [i, None], {"k": "é\"\n"}] for i in range(20)]
maps = [dict(zip("abcde", r)) for r in rows]
body = b"".join(map(msgpack.packb, rows))
member = gzip.compress(body, mtime=0)
frame = note(b"H", {"td-frame": 1, "content": "rows", "columns": [["a", "bigint"], ["b", "varchar"], ["c", "double"], ["d", "array(bigint)"],
    ["e", "map(varchar,varchar)"]], "rows": 20}) + member + note(b"E", {"end": "commit", "rows": 20, "blocks": 1, "bytes": len(body),
    "crc32": "%08x" % zlib.crc32(member), "source": "eof"})
text = "a,b,c\n" + "".join('%d,"te ""x"" %d",%.3f\n' % (i, i, i / 7) for i in range(20))
kinds = [("csv", text.encode(), []), ("tsv", text.replace(",", "\t").encode(), ["--escape", "\\"]), ("utf16", text.encode("utf-16"), []),
    ("json", "\n".join(map(json.dumps, maps)).encode(), ["-c", "d:array<long>"]), ("array", json.dumps(maps).encode(), []),
    ("msgpack", b"".join(map(msgpack.packb, maps)), ["-c", "e:map<string,string>"]), ("arrays", body, ["-c", "a:long,b,c,d,e"]), ("frame", frame, []),
    ("gzip", gzip.compress(text.encode()[:100]) + gzip.compress(text.encode()[100:]), [])]
def damage(d):
    d = bytearray(d)
    for i in range(random.choice([1, 1, 2, 5])):
        at = random.randrange(len(d) + 1)
        what = random.randrange(5)
        if what == 0 and at < len(d): d[at] ^= 1 << random.randrange(8)
        elif what == 1: d[at:at] = random.choice([b"\0", b"\xff", b'"', b"\n", b"[" * 70, b"\xdd\xff\xff\xff\xff", b"\xef\xbb\xbf", b"9" * 500, b"\r", b"\\"])
        elif what == 2: del d[at:at + random.randrange(1, 9)]
        elif what == 3: del d[at:]
        elif what == 4: d[at:at] = d[random.randrange(len(d) + 1):][:random.randrange(1, 50)]
        if not d: d = bytearray(b"x")
    return bytes(d)
fates = {}
for n in range(600):
    name, good, options = random.choice(kinds)
    d = damage(good)
    extra = random.choice([[], ["--rejects", "/dev/null"], ["--preview"], ["--all-string"]])
    p = subprocess.run(["td-encode", "--time-value", "7", "-j1", *options, *extra], input=d, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    fates[p.returncode] = fates.get(p.returncode, 0) + 1
    what = (name, options, extra, d, p.stderr)
    assert p.returncode in (0, 65, 66) or (p.returncode == 2 and b" is for " in p.stderr), (p.returncode, what)
    assert p.returncode == 0 or p.stderr.startswith(b"td-encode: ") and p.stderr.endswith(b"\n"), what
    if "--preview" in extra or p.returncode == 2: continue
    last = p.stdout[p.stdout.rindex(b"TD\x0e\0\2E"):]
    assert (b'"end":"commit"' in last) == (p.returncode == 0) and (b'"end":"abort"' in last) == (p.returncode != 0), what
    plain = gzip.decompress(p.stdout)
    records = list(msgpack.Unpacker(__import__("io").BytesIO(plain), strict_map_key=False, raw=True))
    assert p.returncode != 0 or len(records) == json.loads(last[18:last.index(b"\0", 18)])["rows"], what
print(fates)
assert fates.get(65, 0) > 100 and fates.get(0, 0) > 50
END
for seed in 1 2; do
	ok "600 damaged inputs, seed $seed" "$PYTHON" "$T/damage.py" $seed
done
finish
