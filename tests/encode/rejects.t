#!/bin/sh
# td-encode --rejects: rows that were set aside are repaired by a simple command and loaded by the command that the file names.
# Then rows, columns and types are the same as if the input had been right from the start.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/encode.sh"

# back SED: the rejects through sed(1) and their command; its frame is $T/again
back() {
	LC_ALL=C sed "$1" "$T/rej" >"$T/repaired"
	command=$(sed -n '1s/.*after repair: //p' "$T/rej")
	eval "$command" <"$T/repaired" >"$T/again" 2>"$T/err"
	status=$? err=$(cat "$T/err")
}
columns() { note_of "$1" E | jq -c '.columns // [] | sort'; }
# round WHAT BAD GOOD SED REJECTED OPTION...: files with the bad rows and without
round() {
	what=$1 bad=$2 good=$3 sed=$4 rejected=$5; shift 5
	td-encode --rejects "$T/rej" "$@" <"$bad" >"$T/first" 2>"$T/err"
	is "$what: status and rejects" "$? $(note_of "$T/first" E | jq -c '[.end, .rejects]')" "0 [\"commit\",$rejected]"
	back "$sed"
	is "$what: the repaired rows are taken" "$status $(note_of "$T/again" E | jq .rows)" "0 $rejected"
	td-encode "$@" <"$good" >"$T/all" 2>/dev/null
	is "$what: all rows" "$({ records "$T/first"; records "$T/again"; } | sort)" "$(records "$T/all" | sort)"
	is "$what: the columns" "$(columns "$T/again")" "$(columns "$T/all")"
	[ "$(columns "$T/again")" = "$(columns "$T/all")" ] || sed 's/^/# /' "$T/rej"
}
# unrepaired WHAT: rejects that are fed back unchanged are refused again
unrepaired() {
	back ''
	is "$1, not repaired: refused again" "$status $(note_of "$T/again" E | jq -r .end)" "65 abort"
}

# --- CSV: header, types that were inferred, quotes, a time
printf 'Id,the time,n,"a_""b"""\n1,2024-01-01,5,x\n2,2024-01-02,6,"y, z"\n3,soon,7,w\n4,2024-01-04,n/a,v\n5,2024-01-05,8,"u\n6,2024-01-06,9,\n7,2024-01-07,9\n8,2024-01-08,\377,t\n' >"$T/bad"
fix='s/soon/2024-01-03/; s,n/a,0,; s/"u$/u/; s/^\(7.*\)$/\1,s/; s/8,2024-01-08.*/8,2024-01-08,9,t/'
LC_ALL=C sed "$fix" "$T/bad" >"$T/good"
# shellcheck disable=SC2089,SC2090 # the quotes belong to the names
for o in '' '--time-zone Asia/Tokyo' '--select "a_\"b\"",n' '--drop Id' '--rename n=amount,Id=key'; do
	round "CSV $o" "$T/bad" "$T/good" "$fix" 5 -t 'the time' -c n:long $o
	unrepaired "CSV $o"
done
# --- the type was inferred from the first rows
{ echo id,n; seq 1 500000 | sed 's/$/,1/'; echo 500001,x; echo 500002,2; } >"$T/bad"
sed 's/,x$/,7/' "$T/bad" >"$T/good"
td-encode --time-value 9 --rejects "$T/rej" <"$T/bad" >"$T/first" 2>/dev/null
back 's/,x$/7/; s/^500001$/500001,7/; s/^5000017$/500001,7/'
is "a type that was inferred is kept" "$status $(records "$T/again") $(columns "$T/again")" '0 {"id": 500001, "n": 7, "time": 9} [["id","long"],["n","long"]]'

# --- other dialects
printf "x|1|NULL\n'a|b'|zwei|-\n'it''s'|3|5\n" >"$T/bad"
sed 's/zwei/2/' "$T/bad" >"$T/good"
round "no header, a dialect" "$T/bad" "$T/good" 's/zwei/2/' 1 --no-header -d '|' --quote "'" --null NULL --null - -c 'a,b:long,c:long' --time-value 2024-01-01
round "no header, and --drop" "$T/bad" "$T/good" 's/zwei/2/' 1 --no-header -d '|' --quote "'" --null NULL --null - -c 'a,b:long,time' --drop a --time-value 5
round "no header, and --select and --rename" "$T/bad" "$T/good" 's/zwei/2/' 1 --no-header -d '|' --quote "'" -c 'a,b:long,c' --select c,b --rename c=d --time-value 5
printf 'a\tb\nx\\ty\t1\n\\N\tx\n' >"$T/bad"
sed 's/x$/7/' "$T/bad" >"$T/good"
round "TSV with escapes" "$T/bad" "$T/good" 's/x$/7/' 1 -f tsv --escape '\' -c b:long --time-value 5
printf 'report\na;at\n1;31.12.2024\n# none\nx;1.1.2025\n2;?\n' >"$T/bad"
sed 's/^x/3/; s/?/2.1.2025/' "$T/bad" >"$T/good"
round "skipped lines, comments, a format" "$T/bad" "$T/good" 's/^x/3/; s/?/2.1.2025/' 2 --skip-lines 1 --comment '# ' -d ';' -t at --time-format %d.%m.%Y --time-zone Europe/Berlin -c a:long
printf 'a,b\n\351,1\n\350,x\n' >"$T/bad"
sed 's/x$/2/' "$T/bad" >"$T/good"
round "another encoding" "$T/bad" "$T/good" 's/x$/2/' 1 --encoding ISO-8859-1 -c b:long --time-value 5

# --- JSON
printf '{"A b":1,"s":"x","time":1700000005}\n{"A b":"?","s":"y","time":1700000006}\n{"A b":3,"s":"z","time":1700000007,}\n{"A b":4,"A b":5,"s":"w","time":1700000008}\n{"A b":6,"s":"\\ud800","time":1700000009}\n{"A b":7,"s":{"k" : 1},"time":null}\n' >"$T/bad"
fix='s/"?"/2/; s/,}/}/; s/"A b":5,//; s/\\ud800/u/; s/null/1700000010/'
sed "$fix" "$T/bad" >"$T/good"
for o in '' '--rename s=text' '--drop s'; do
	round "JSON $o" "$T/bad" "$T/good" "$fix" 5 -c 'A b:long' $o
	unrepaired "JSON $o"
done
printf '{"a":1,"time":1700000005}\n{"a":2}\n' >"$T/bad"; printf '{"a":1,"time":1700000005}\n{"a":2,"time":1700000006}\n' >"$T/good"
round "rows without a time" "$T/bad" "$T/good" 's/2}/2,"time":1700000006}/' 1
unrepaired "rows without a time"
printf '[{"a":1},{"a":"x"},\n{"a":3}]' >"$T/bad"; sed 's/"x"/2/' "$T/bad" >"$T/good"
round "a JSON array" "$T/bad" "$T/good" 's/"x"/2/' 1 -c a:long --time-value 5
# rows of several lines: valid JSON is set aside as a whole, also in an array
printf '{\n  "a": 1,\n  "items": [\n{\n"a": 7\n}\n]\n}\n{\n  "a": 2,\n  "a": 3,\n  "items": [\n{\n"a": 8\n}\n]\n}\n{"a":4}\n' >"$T/bad"
sed '/"a": 3/d' "$T/bad" >"$T/good"
round "a row on several lines" "$T/bad" "$T/good" '/"a": 3/d' 1 --time-value 5
printf '[{"a":1},\n{"a":2,\n"a":3},{"a":4}]\n' >"$T/bad"; printf '{"a":1}\n{"a":2}{"a":4}\n' >"$T/good"
round "... in an array" "$T/bad" "$T/good" 's/2,$/2}/; s/^"a":3}$//' 1 --time-value 5
printf '[1,\n"x"]\n[\n2,\n[\n3],"y"\n]\n[4,"z"]\n' >"$T/bad"; printf '[1,"x"][2,"y"][4,"z"]\n' >"$T/good"
round "... as arrays" "$T/bad" "$T/good" '/^\[$/,/^3/c[2,"y"' 1 -c a,b --time-value 5
# ... invalid JSON is not a row, and neither are its parts: the rows after it cannot be told from them
rejected() { encode "$1" -f jsonl --time-value 5 --rejects "$T/rej"; got="$status $(printf '%s' "$end" | jq -c '[.rows,.rejects]') $(grep -v '^#' "$T/rej" | tr '\n' ' ')"; }
unclear() { rejected "$2"; says "$1" 65 "$3; where the next row begins is not clear"; }
unclear "an indented row that is no JSON" '{\n  "a": 1,\n  "v": NaN,\n  "items": [\n    {\n      "a": 7\n    }\n  ]\n}\n{"a":2}\n' 'line 3, character 8: not a value: NaN is not JSON, null is'
unclear "... without indents" '{\n"a": NaN,\n"items": [\n{\n"a": 7\n}\n]\n}\n' 'line 2, character 6: not a value: NaN is not JSON, null is'
unclear "... its parts on lines that look like rows" '{"a":1,"items":[\n{"a":7},\n{"a":8}],"v":NaN}\n{"a":2}\n' 'line 3, character 14: not a value: NaN is not JSON, null is'
unclear "... one part" '{"a":NaN,"items":[\n{"a":7}\n]}\n{"a":2}\n' 'line 1, character 6: not a value: NaN is not JSON, null is'
unclear "... behind a line of something else" 'x{"items":[\n{"a":7}]}\n' 'line 1, character 1: an object is expected here'
rejected '{"a":1,\n{"a":2}\n\nno\n{"a":[1,\n{"a":3}\n{"a":4}'
is "lines that are cut" "$got" '0 [3,3] {"a":1, no {"a":[1, '
rejected '{"a":1}}\nx\ny\n{"a":2}\n'
is "lines of something else" "$got" '0 [2,3] } x y '
rejected '{"a":1}\n{"zz":5,"a":tru}\n{"a":3,"b":4}\n{"a":2,"yy":1,"yy":2}\n'
is "keys of a bad row are no columns" "$got $(printf '%s' "$end" | jq -c .columns)" '0 [2,2] {"zz":5,"a":tru} {"a":2,"yy":1,"yy":2}  [["a","long"],["b","long"]]'
printf '[1,"x"]\n["?","y"]\n' >"$T/bad"; sed 's/"?"/2/' "$T/bad" >"$T/good"
round "JSON rows that are arrays" "$T/bad" "$T/good" 's/"?"/2/' 1 -c a:long,b --time-value 5

printf '{"time":"x","x":1,"n":1}\n{"time":"y","x":2,"n":"?"}\n' >"$T/bad"; sed 's/"?"/2/' "$T/bad" >"$T/good"
run td-encode --rejects "$T/rej" -t x -c n:long --time-unit s <"$T/bad"
"$BUILD/td-encode" --preview -t x -c n:long --time-unit s <"$T/good" >"$T/schema" 2>/dev/null
sed -i "1s,--schema FILE,--schema $T/schema," "$T/rej"
back 's/"?"/2/'
is "a key time that is not the time" "$status $(records "$T/again")" '0 {"n": 2, "time": 2, "time_": "y", "x": 2}'
printf '{"a":1,"c:d":2}\n{"a":"?","c:d":4}\n' >"$T/bad"
run td-encode --rejects "$T/rej" -t c:d --time-unit s --select a -c a:long <"$T/bad"
back 's/"?"/3/'
is "a name with a colon that has no type" "$status $(records "$T/again")" '0 {"a": 3, "time": 4}'
printf '"l\nf",n\n1,2\n3,?\n' >"$T/bad"; sed 's/?/4/' "$T/bad" >"$T/good"
# shellcheck disable=SC2089,SC2090 # the quotes belong to the names
for o in '--select "l\x0af",n' '--rename "l\x0af"=x' '--rename "l\x0af"="y\x0dz"'; do
	round "a name with a line end, $o" "$T/bad" "$T/good" 's/?/4/' 1 -c n:long --time-value 5 $o
done
round "... that holds the time" "$T/bad" "$T/good" 's/?/4/' 1 -c n:long -t '"l\x0af"' --time-unit s

# --- msgpack
packed() { $PYTHON -c "import msgpack, sys
for r in $1: sys.stdout.buffer.write(r if isinstance(r, bytes) else msgpack.packb(r, use_bin_type=True))" >"$2"; }
packed '[{"A b": 1, "s": "x"}, {"A b": "?", "s": "say \"é\"\n\\"}, {"A b": 3, 4: 5, "s": "y"}, {"A b": 4, "s": b"\xff\0"}, b"\x83\xa3A b\5\xa3A b\6\xa1s\xa1z", {"A b": 7, "s": msgpack.ExtType(5, b"abc")}, {"A b": 8, "s": [1.0, {2: None}], "new": 1.5}]' "$T/bad"
packed '[{"A b": 1, "s": "x"}, {"A b": 2, "s": "say \"é\"\n\\"}, {"A b": 3, "s": "y"}, {"A b": 4, "s": "ff"}, {"A b": 5, "s": "z"}, {"A b": 7, "s": "ext"}, {"A b": 8, "s": [1.0, {"2": None}], "new": 1.5}]' "$T/good"
fix='s/"?"/2/; s/,4:5//; s/\xff\\u0000/ff/; s/,"A b":6//; s/ext "YWJj"/"ext"/'
round "msgpack maps" "$T/bad" "$T/good" "$fix" 5 -c 'A b:long' --time-value 5
unrepaired "msgpack maps"
pack '[{"a": 1}, {"zz": 5, 3: 4}, {"a": 5}]' --rejects "$T/rej"
is "msgpack: keys of a bad row are no columns" "$status $(printf '%s' "$end" | jq -c .columns)" '0 [["a","long"]]'
packed '[[1, "x"], ["?", b"y"], [3]]' "$T/bad"; packed '[[1, "x"], [2, "y"], [3, "z"]]' "$T/good"
round "msgpack arrays" "$T/bad" "$T/good" 's/"?"/2/; s/^\[3\]/[3,"z"]/' 2 -c a:long,b --time-value 5

# --- a frame of rows: the job's types, whatever the values
cat >"$T/make.py" <<'END'
import gzip, json, msgpack, struct, sys, zlib
def note(kind, j):
    extra = b"TD" + struct.pack("<H", 14) + b"\1" + kind + bytes(12)
    return b"\x1f\x8b\x08\x14" + bytes(5) + b"\xff" + struct.pack("<H", len(extra)) + extra + json.dumps(j).encode() + b"\0\3\0" + bytes(8)
columns = [["b", "boolean"], ["Big", "bigint"], ["r", "double"], ["bin", "varbinary"], ["a", "array(varbinary)"], ["m", "map(bigint, double)"],
           ["w", "row(x bigint)"], ["dec", "decimal(38,2)"], ["at", "timestamp"], ["s", "varchar"], ["S", "varchar"]]
def row(i, bad): return [None if i == 3 else i % 2 == 0, "?" if bad == 1 else 2**62 + i, 0.1 * i, b"\xff\0%d" % i, [b"\xfe", None], {i: 1.5, -i - 1: None},
    [i], "%d.10" % i, "soon" if bad == 2 else "2024-01-0%d 00:00:00" % (i + 1), b"\xff" if bad == 3 else "é\"\n%d" % i, "x"][:10 if bad == 4 else 11]
values = [row(i, int(sys.argv[1]) and i) for i in range(6)]
body = b"".join(msgpack.packb(r, use_bin_type=True) for r in values)
member = gzip.compress(body, mtime=0)
sys.stdout.buffer.write(note(b"H", {"td-frame": 1, "content": "rows", "columns": columns, "rows": 6}) + member +
    note(b"E", {"end": "commit", "rows": 6, "blocks": 1, "bytes": len(body), "crc32": "%08x" % zlib.crc32(member), "source": "verified"}))
END
"$PYTHON" "$T/make.py" 1 >"$T/bad"; "$PYTHON" "$T/make.py" 0 >"$T/good"
fix='s/"\([Bb]ig\|id\)":"?"/"\1":4611686018427387905/; s/"soon"/"2024-01-03 00:00:00"/; s/"s":"\xff"/"s":"é\\"\\n3"/
s/^\[true,\([^,]*\),\([^,]*\),\("[^"]*"\),\(\[[^]]*\]\),\({[^}]*}\),\(\[[^]]*\]\),\("[^"]*"\),\("[^"]*"\),\(.*\)\]$/[true,\1,\2,\3,\4,\5,\6,\7,\8,\9,"x"]/'
for o in '' '--drop a,w' '--drop at' '--select at,Big,s,m' '--select Big,s' '--rename Big=id'; do
	round "a frame $o" "$T/bad" "$T/good" "$fix" 4 -t at $o
done
unrepaired "a frame"

# --- without a header the first good row, or --columns, decides how many cells there are
printf 'a"b,1\nx\n\377,2\nx,2\ny,3,4\n' >"$T/bad"; printf 'ab,1\nx,0\nw,2\nx,2\ny,3\n' >"$T/good"
round "bad rows at the start" "$T/bad" "$T/good" 's/a"b/ab/; s/^x$/x,0/; s/^\o377,/w,/; s/,4$//' 4 --no-header -c a:string,b:long --time-value 5
printf 'a"b,1\nx,2\ny\n' >"$T/bad"
run td-encode --no-header --rejects "$T/rej" --time-value 5 <"$T/bad"
is "... and without names" "$status $(records "$T/out") $(note_of "$T/out" E | jq .rejects)" '0 {"_c0": "x", "_c1": 2, "time": 5} 2'
printf 'a"b,1\n' >"$T/bad"
run td-encode --no-header --rejects "$T/rej" --time-value 5 <"$T/bad"
is "bad rows and nothing else: status" "$status" 65

# --- the file and its limits
printf 'a\nx\n1\n' >"$T/bad"
run td-encode -c a:long --rejects "$T/rej" --max-rejects 0 <"$T/bad"
is "--max-rejects 0: status" "$status" 65
is "the end of a frame that is aborted counts them, too" "$(note_of "$T/out" E | jq -c '[.end, .rejects]')" '["abort",1]'
like "... names the limit" "$err" "more than 0 rows were rejected (.*max-rejects 0.*)"
{ echo a,b; seq 1 700 | sed 's/$/,x/'; echo '701,"x'; seq 1 300 | sed 's/$/,y/'; echo '1,z"w'; } >"$T/bad"
run td-encode --rejects "$T/rej" --max-rejects 1% <"$T/bad"
is "a quote that swallows 300 lines: status" "$status" 65
like "... counts as all of them" "$err" "302 of 1002 rows were rejected, more than 1% .--max-rejects.: see $T/rej"
like "... and names the line where it opens" "$(grep '#td-encode: standard' "$T/rej")" "lines 702 to 1003 are one row: is the quote that opens in line 702 closed"
for p in 29 57 58; do
	{ echo a; seq $((100 - p)); yes x | head -n $p; } >"$T/bad"
	run td-encode -c a:long --rejects "$T/rej" --max-rejects $p% <"$T/bad"
	is "exactly $p%" "$status $(note_of "$T/out" E | jq .rejects)" "0 $p"
	run td-encode -c a:long --rejects "$T/rej" --max-rejects "$((p - 1)).9%" <"$T/bad"
	is "a little less" "$status" 65
done
for p in 1e1% 0x10% .5% 101% %; do
	run td-encode -c a:long --rejects "$T/rej" --max-rejects $p <"$T/bad"
	is "--max-rejects $p: status" "$status" 2
done
"$PYTHON" "$T/make.py" 1 >"$T/bad"
run td-encode --rejects "$T/rej" -t at <"$T/bad"
is "the rows of a frame's head are not those of the records, if some may be rejected" "$(note_of "$T/out" H | jq .rows)" null

# --- a bad row without --rejects names it, if nothing else helps
for text in 'a,b\n1\n' 'a,b\n1,"2\n' 'a,b\n1,\000\n' '{"a":1,"a":2}\n'; do
	encode "$text" --time-value 7; says "a bad row, $text" 65 '; --rejects FILE sets such rows aside$'
done
{ echo a,b; seq 1 700000 | sed 's/$/,x/'; echo 5; } >"$T/in"; td-encode --time-value 7 <"$T/in" >"$T/frame" 2>"$T/err"
like "... far down" "$? $(cat "$T/err")" '^65 .*line 700002, field 2: a row of 1 cell where 2 are expected; --rejects FILE sets such rows aside$'
encode 'a\nx\n' -c a:long --time-value 7; unlike "... which is not named where an option helps" "$err" 'rejects FILE'

# --- a file that is the input or the output
printf 'a\n1\nx\n' >"$T/in"
run td-encode -c a:long --rejects "$T/in" <"$T/in"
is "rejects into the input: status" "$status" 2
like "rejects into the input: the message" "$err" "^td-encode: --rejects $T/in: this is the input"
ln "$T/in" "$T/link"
run td-encode -c a:long --rejects "$T/link" <"$T/in"
is "... by another name" "$status" 2
is "... and it is as it was" "$(cat "$T/in")" "$(printf 'a\n1\nx')"
td-encode -c a:long --rejects "$T/frame" <"$T/in" >"$T/frame" 2>"$T/err"
is "rejects into the output: status" "$?" 2
printf 'a long\n' >"$T/schema"
run td-encode --schema "$T/schema" --rejects "$T/schema" <"$T/in"
like "rejects into the file of --schema" "$status $err $(cat "$T/schema")" "^2 .*this is the file of --schema.* a long"
run td-encode --rejects "$T/in" -- cat "$T/in"
like "rejects into the file of the command" "$status $err" "^2 .*the command uses this file"
td-encode -c a:long --rejects /dev/stderr <"$T/in" >"$T/frame" 2>"$T/log"
like "rejects into the log" "$? $(cat "$T/log")" "^2 .*this is the place for messages"
cat "$T/in" | td-encode -c a:long --rejects /dev/stdin >"$T/frame" 2>"$T/err"
like "rejects into a pipe that is the input" "$? $(cat "$T/err")" "^2 .*this is the input"
td-encode -c a:long --rejects /dev/stdout <"$T/in" 2>"$T/err" | cat >"$T/frame"
like "rejects into a pipe that is the output" "$(cat "$T/err")" "this is the output"
mkfifo "$T/fifo"
{ echo a; yes x | head -n 500000; } | td-encode -c a:long --rejects "$T/fifo" >"$T/frame" 2>"$T/err" & pid=$!
head -n 1 "$T/fifo" >/dev/null
wait $pid
like "a reader of rejects that goes" "$? $(cat "$T/err")" "^1 .*--rejects $T/fifo: its reader is gone"
if [ -w /dev/full ]; then
	run td-encode -c a:long --rejects /dev/full <"$T/bad"
	is "a full disk for rejects: status" "$status" 1
	like "a full disk for rejects: the frame says so" "$(note_of "$T/out" E)" '"end":"abort","reason":"cannot write to /dev/full'
else skip "a full disk" "no /dev/full"; fi
printf 'a\nx\n' >"$T/bad"
run td-encode -c a:long --rejects "$T/rej" <"$T/bad"
is "no row was good: status" "$status" 65
finish
