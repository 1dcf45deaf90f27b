#!/bin/sh
# td-fetch against a server whose results are cut, changed, damaged, hostile, or without names or lengths. Python makes the
# rows and checks them.
. "$(dirname "$0")/../lib/lib.sh"
export TD_API_KEY=1/abc
unset TD_API_SERVER

S=$T/server
mkdir "$S"
: >"$S/plan"
"$PYTHON" "$ROOT/tests/lib/result-server.py" "$S" >"$T/url" 2>"$T/server.log" &
pids="$pids $!"
until_ok test -s "$T/url" || { echo "Bail out! no server"; exit 1; }
TD_API_SERVER=$(cat "$T/url")
export TD_API_SERVER

# The server's state, which the functions below change.
"$PYTHON" - "$S" <<'EOF'
import gzip, io, json, msgpack, random, sys, zlib, struct
d = sys.argv[1]
r = random.Random(1)
rows = [[i, "%x" % r.getrandbits(200), None if i % 7 == 0 else r.random()] for i in range(20000)]
body = b"".join(map(msgpack.packb, rows))
def put(name, data):
    open(d + "/" + name, "wb").write(data)
put("result.gz", gzip.compress(body, mtime=0))
put("plain", body)
# other rows that begin with as many bytes
put("other.gz", gzip.compress(body[:1000] + body[1000:].replace(b"a", b"b"), mtime=0))
# several members, and headers that try to pass for a frame's
def member(data, extra, comment):
    z = zlib.compressobj(6, zlib.DEFLATED, -15)
    head = b"\x1f\x8b\x08\x14\0\0\0\0\0\xff" + struct.pack("<H", len(extra)) + extra + comment + b"\0"
    return head + z.compress(data) + z.flush() + struct.pack("<II", zlib.crc32(data), len(data) & 0xffffffff)
end = b"TD\x0e\0\2E" + b"\0" * 12
put("hostile.gz", member(body[:1001], end, b'{"frame":1,"commit":true}') + member(b"", end, b"{}")
    + gzip.compress(body[1001:], mtime=5))
put("two.gz", gzip.compress(b"".join(map(msgpack.packb, rows[:10000])), mtime=0) + gzip.compress(b"".join(map(msgpack.packb, rows[10000:])), mtime=0))
print(len(gzip.compress(b"".join(map(msgpack.packb, rows[:10000])), mtime=0)), file=open(d + "/half", "w"))
put("garbage.gz", gzip.compress(body) + b"behind")
put("damaged.gz", (lambda b: b[:-5] + bytes([b[-5] ^ 1]) + b[-4:])(gzip.compress(body)))
put("narrow.gz", gzip.compress(b"".join(msgpack.packb(x[:2]) for x in rows)))
put("maps.gz", gzip.compress(msgpack.packb({"id": 1}) * 20000))
put("html.gz", b"<html>sorry</html>")
put("empty.gz", b"")
put("latin.gz", gzip.compress(b"\x93\x01\xa4caf\xe9\xc0"))
put("nulls.gz", gzip.compress(b"\x91\xc0" * 3))
wide = b"".join(msgpack.packb([i, r.randbytes(1000), None]) for i in range(20000)) # does not compress: three pieces of -j
put("wide.gz", gzip.compress(wide, 1))
put("wide", wide)
EOF
size=$(wc -c <"$S/result.gz")
md5=$(md5sum <"$S/plain" | cut -d' ' -f1)

show() { # KEY=JSON...: the answer of job/show
	jq -nc '{job_id: "7", status: "success", type: "presto", num_records: 20000, result_size: null,
		hive_result_schema: "[[\"id\", \"bigint\"], [\"name\", \"varchar\"], [\"x\", \"double\"]]"}' >"$S/show.tmp"
	for kv; do
		jq -c --argjson v "${kv#*=}" ".${kv%%=*} = \$v" "$S/show.tmp" >"$S/show.new" && mv "$S/show.new" "$S/show.tmp"
	done
	mv "$S/show.tmp" "$S/show.json"
}

plan() { # LINE...: how the next requests for the result are answered; resets the counter
	printf '%s\n' "$@" >"$S/plan.new"
	mv "$S/plan.new" "$S/plan"
	: >"$S/log"
	curl -s "$TD_API_SERVER/again" >/dev/null
}

# td-encode reads and so verifies frames: $T/read, $read_status, $read_err.
fetch() { # OPTION...: stdout into $T/got
	td-fetch --retry-wait 0 --timeout 60s -f frame "$@" 7 >"$T/got" 2>"$T/err" </dev/null
	status=$?
	err=$(cat "$T/err")
	read_status=none read_err=
	[ "$(head -c 14 "$T/got" | tail -c 2)" = TD ] || return 0
	td-encode --time-value 7 <"$T/got" >"$T/read" 2>"$T/read.err"
	read_status=$?
	read_err=$(cat "$T/read.err")
}
rows_read() { "$PYTHON" "$ROOT/tests/lib/frame.py" "$T/read" | jq -c '[.end.end, .end.rows, .end.source]'; }
all_read='["commit",20000,"verified"]'

frame() { "$PYTHON" "$ROOT/tests/lib/frame.py" "$T/got"; } # what is in it
whole() { # of a frame that was passed on, and of what td-encode makes of it
	frame | jq -c '[.end.end, .end.rows, .bytes, .md5, .odd, .crc32 == .end.crc32, .length == .end.length]'
	rows_read
}
committed() { printf '["commit",%s,%s,"%s",%s,true,true]\n%s' "${1:-20000}" "$(wc -c <"$S/plain")" "$md5" "${2:-false}" "$all_read"; }
aborted() { frame | jq -r '"\(.end.end) \(.end.reason)"'; }

show
plan ""
fetch
is "a plain download: status" "$status" 0
is "a plain download: the frame" "$(whole)" "$(committed)"
is "its head names job, server, rows and columns" "$(frame | jq -c '[.head.job_id, .head.endpoint, .head.rows, .head.columns]')" \
	"[\"7\",\"$TD_API_SERVER\",20000,[[\"id\",\"bigint\"],[\"name\",\"varchar\"],[\"x\",\"double\"]]]"
ok "gzip reads the frame" gzip -t "$T/got"
gzip -dc "$T/got" >"$T/plain"
ok "and finds the plain rows" cmp "$T/plain" "$S/plain"
fetch -f msgpack
ok "-f msgpack: the same" cmp "$T/got" "$S/plain"
fetch -f msgpack.gz
ok "-f msgpack.gz: the server's bytes" cmp "$T/got" "$S/result.gz"
fetch --progress -f msgpack.gz
like "a summary at the end" "$err" "^td-fetch: 20000 rows, 0\\.[0-9] MB of job 7 fetched in [0-9.]+ s$"
fetch --progress -f jsonl
like "the same for rows that were read" "$err" "^td-fetch: 20000 rows, 0\\.[0-9] MB of job 7 fetched in [0-9.]+ s$"

# --- broken connections

plan "etag=a cut=50000" "etag=a cut=70000" "etag=a"
fetch
is "cut twice: status" "$status" 0
is "cut twice: the frame" "$(whole)" "$(committed)"
is "cut twice: went on where it broke" "$(cat "$S/log")" "None None 200
bytes=50000- \"a\" 206
bytes=120000- \"a\" 206"
plan "etag=a cut=50000" "etag=b norange"
fetch -f msgpack.gz
is "cut, then from the start, -f msgpack.gz: status" "$status" 0
ok "cut, then from the start, -f msgpack.gz: the bytes" cmp "$T/got" "$S/result.gz"

plan "etag=a cut=50000" "etag=a status=503" "etag=a status=500" "etag=a"
fetch -f msgpack
is "cut, then 503 and 500: status" "$status" 0
ok "cut, then 503 and 500: the rows" cmp "$T/got" "$S/plain"

plan "cut=50000" "cut=60000" ""
fetch
is "cut, no ETag: status" "$status" 0
is "cut, no ETag: the same bytes are skipped" "$(whole)" "$(committed)"
is "cut, no ETag: from the start each time" "$(cut -d' ' -f1,3 "$S/log")" "None 200
None 200
None 200"

plan "etag=a cut=50000" "etag=b"
fetch
is "cut, another ETag, the same bytes: status" "$status" 0
is "cut, another ETag, the same bytes: the frame" "$(whole)" "$(committed)"

plan "etag=a cut=50000" "etag=a norange"
fetch -f csv
is "cut, no ranges: status" "$status" 0
is "cut, no ranges: all rows once" "$(wc -l <"$T/got")" 20001
is "cut, no ranges: asks for the rest only once" "$(cut -d' ' -f1,3 "$S/log")" "None 200
bytes=50000- 200
None 200"

# a 206 may be shorter than the range that was asked for; its end is not the end of the result
half=$(cat "$S/half")
show num_records=null
for format in frame csv tsv jsonl msgpack msgpack.gz; do
	plan "etag=a file=two.gz cut=50000" "etag=a file=two.gz short=$((half - 50000))" "etag=a file=two.gz short=1000" "etag=a file=two.gz"
	fetch -f $format
	is "a 206 that ends with a member, $format: status" "$status" 0
	case $format in
	frame) is "a 206 that ends with a member, frame: all rows" "$(gzip -dc "$T/got" | md5sum)" "$md5  -" ;;
	msgpack) ok "a 206 that ends with a member, msgpack: all rows" cmp "$T/got" "$S/plain" ;;
	msgpack.gz) ok "a 206 that ends with a member, msgpack.gz: all bytes" cmp "$T/got" "$S/two.gz" ;;
	*) is "a 206 that ends with a member, $format: all rows" "$(wc -l <"$T/got")" "$([ $format = jsonl ] && echo 20000 || echo 20001)" ;;
	esac
done
for format in frame msgpack.gz; do
	plan "etag=a file=two.gz cut=50000" "etag=a file=two.gz short=$((half - 50000))" "etag=a file=two.gz short=0"
	fetch -f $format
	is "a 206 without a byte, $format: status" "$status" 75
	plan "weak=a file=two.gz cut=50000" "weak=a file=two.gz"
	fetch -f $format
	is "a weak ETag resumes nothing, $format" "$status $(cut -d' ' -f1 "$S/log" | tr '\n' ' ')" "0 None None "
done
plan "cut=50000" "file=html.gz"
fetch -f msgpack.gz
is "cut, then a page of HTML: status" "$status" 75
plan "file=html.gz"
fetch -f msgpack.gz
is "a page of HTML is no result, msgpack.gz: status" "$status" 65
show "result_size=1" num_records=null
plan ""
fetch
is "a job that tells a length, another one, and no rows: status" "$status" 75
show
plan "etag=a status=503 cut=10" "etag=a"
fetch
is "503 with a body that is cut, then the result: status" "$status" 0
is "503 with a body that is cut, then the result: the frame" "$(whole)" "$(committed)"

plan "etag=a cut=50000" "etag=b file=other.gz"
fetch
is "cut, then another result: status" "$status" 75
like "cut, then another result: says so" "$err" "^td-fetch: .*it changed while it was fetched"
like "cut, then another result: the frame is aborted" "$(aborted)" "^abort .*it changed"

plan "cut=50000" "file=empty.gz"
fetch
is "cut, then a shorter result: status" "$status" 75
like "cut, then a shorter result: the frame is aborted" "$(aborted)" "^abort .*shorter"

plan "cut=50000"
fetch -f csv
is "cut at the same place for ever: status" "$status" 75
like "cut at the same place for ever: ends" "$err" "given up after 5 starts"

plan "nolength cut=50000"
for format in csv msgpack; do
	fetch -f $format
	is "cut without a length, $format: status" "$status" 75
	like "cut without a length, $format: says so" "$err" "cut short"
done
fetch
is "cut without a length: the reader of the frame finds out" "$status $read_status $(rows_read)" '0 65 ["abort",0,"eof"]'
like "cut without a length: and says so" "$read_err" "^td-encode: standard input: member 1: the compressed data is damaged|member 1 is cut short"
plan "nolength"
fetch
is "no length anywhere, but gzip and the rows are whole: status" "$status $read_status $(rows_read)" "0 0 $all_read"
fetch -f msgpack.gz
is "no length anywhere, and nothing else looked at: status" "$status" 69
like "no length anywhere, and nothing else looked at: what helps" "$err" "nothing says how long it is: -f msgpack"
show "result_size=$size"
for format in frame msgpack.gz; do
	fetch -f $format
	is "no length, but the job says it, $format: status" "$status" 0
done
show "result_size=$((size + 1))"
for format in frame msgpack.gz; do
	fetch -f $format
	is "no length, and the job says another, $format: status" "$status" 75
done
plan ""
fetch
is "a length, the job says another, all else agrees: status" "$status" 0
fetch -f msgpack.gz
is "a length, the job says another, nothing else looked at: status" "$status" 75
show

# --- what is not the job's result

plan "file=hostile.gz"
fetch
is "several members with a frame's fields in their headers: the frame" "$(whole)" "$(committed 20000 true)"
is "counts them" "$(frame | jq .members)" 3

# td-fetch refuses what it can see; td-encode finds all else and sets no row of it aside. td-fetch looks inside a frame itself
# where nobody else would: for text formats, and before it records that a run was fetched.
while read -r file by why; do
	plan "file=$file.gz"
	fetch
	if [ "$by" = fetch ]; then
		is "$file: status" "$status" 65
		like "$file: the sentence" "$err" "^td-fetch: result of job 7: .*$why"
		is "$file: one line" "$(wc -l <"$T/err")" 1
		like "$file: the frame is aborted" "$(aborted)" "^abort .*$why"
	else
		is "$file: status" "$status $read_status" "0 65"
		like "$file: the sentence" "$read_err" "^td-encode: standard input: .*$why"
		is "$file: one line" "$(wc -l <"$T/read.err")" 1
		like "$file: td-encode commits nothing" "$(rows_read)" '^."abort"'
		td-encode --time-value 7 --rejects "$T/rejects" --max-rejects 100% <"$T/got" >"$T/read" 2>/dev/null
		is "$file: status with --rejects" "$? $(rows_read | cut -c1-8)" '65 ["abort"'
	fi
	fetch -f csv
	is "$file, csv: status" "$status" 65
	fetch -f msgpack
	is "$file, msgpack: status" "$status" 65
done <<'EOF'
garbage encode no gzip member at byte
damaged encode checksum or length is wrong
narrow encode row 1 is not an array of 3 values
maps encode row 1 is not an array of 3 values
html fetch no gzip member at byte 0
empty fetch no bytes came, but the job has 20000
EOF

for rows in 19999 20001; do
	show num_records=$rows
	plan ""
	fetch
	is "20000 rows of $rows: status" "$status $read_status" "0 65"
	like "20000 rows of $rows: says so" "$read_err" "20000 rows came, but their source has $rows"
	like "20000 rows of $rows: no commit" "$(rows_read)" '^."abort"'
	fetch -f csv
	is "20000 rows of $rows, csv: status" "$status" 65
done
show num_records=null
fetch
is "a job that does not know its rows: status" "$status" 0
is "a job that does not know its rows: the frame" "$(whole)" "$(committed null)"

# --- no rows, no result

show num_records=0
for p in "file=empty.gz" "status=404"; do
	plan "$p"
	fetch
	is "no rows, $p: status" "$status" 0
	is "no rows, $p: a whole frame with the columns" "$(frame | jq -c '[.end.end, .end.rows, (.end.columns | length)]')" '["commit",0,3]'
	fetch -f csv
	is "no rows, $p: csv has the header line" "$(cat "$T/got")" "id,name,x"
	fetch -f jsonl
	is "no rows, $p: jsonl has nothing" "$status $(wc -c <"$T/got")" "0 0"
	fetch -f msgpack.gz
	is "no rows, $p: msgpack.gz is gzip of nothing" "$status $(gzip -dc "$T/got" | wc -c)" "0 0"
done
plan "status=404"
show num_records=null hive_result_schema=null
fetch
is "a job without a result: status" "$status" 69
like "a job without a result: says so, and what the service said" "$err" "^td-fetch: job 7 has no result .*404 .*as planned"
show num_records=5
fetch
is "a result that is not there: status" "$status" 69
is "was asked for more than once" "$([ "$(wc -l <"$S/log")" -gt 3 ] && echo yes)" yes
plan "status=404" "status=404" ""
show
fetch
is "a result that is late: status" "$status" 0
is "a result that is late: the frame" "$(whole)" "$(committed)"

show num_records=null hive_result_schema=null 'query="SELECT 1"'
plan "status=404"
fetch
is "a SELECT without a result: status" "$status" 69
show num_records=null hive_result_schema=null 'query="WITH insert_into AS (SELECT '"'; INSERT'"' AS x) SELECT x FROM insert_into"'
fetch
is "a SELECT that only looks like an INSERT: status" "$status" 69
show num_records=null 'query="FROM a INSERT OVERWRITE TABLE b SELECT *"'
fetch
is "an INSERT of Hive that names columns, and no result: status" "$status" 0
is "an INSERT of Hive that names columns, and no result: the frame" "$(frame | jq -c '[.end.end, .end.rows]')" '["commit",0]'
show 'query="INSERT INTO a SELECT 1"'
plan ""
fetch
is "an INSERT with a result passes it on" "$status $(frame | jq .end.rows)" "0 20000"
show

# --- jobs that fail

plan ""
show 'status="error"' 'debug={"cmdout":"started\nrunning","stderr":"Query failed:\nline 1:8: Column '"'"'x'"'"' cannot be resolved\n"}'
fetch
is "a failed job: status" "$status" 69
like "a failed job: TD's own words" "$err" "^td-fetch: job 7 failed: .*line 1:8: Column 'x' cannot be resolved$"
like "a failed job: the frame passes them on" "$(aborted)" "^abort job 7 failed: .*cannot be resolved"
show 'status="error"'
fetch
like "a failed job without words" "$err" "^td-fetch: job 7 failed: TD gives no reason"
show 'status="killed"'
fetch -f csv
is "a killed job: status, and nothing written" "$status $(wc -c <"$T/got")" "69 0"
like "a killed job: says so" "$err" "job 7 was killed$"
show 'status="killed"' 'debug={"cmdout":"killed by admin"}'
fetch -f csv
like "a killed job: TD's own words" "$err" "job 7 was killed: killed by admin$"
show

# --- answers that lag

states() {
	printf '%s\n' "$@" >"$S/states"
	curl -s "$TD_API_SERVER/again" >/dev/null
}
plan ""
states running success running running success
fetch
is "success, then running: waits" "$status" 0
states running frozen success success
fetch
is "a state that is not known: waits" "$status" 0
like "a state that is not known: and says so" "$err" "^td-fetch: job 7: its state is 'frozen', which this program does not know"
states 404 404 success success
run td-fetch --retry-wait 0 -d testdb -f msgpack -e 'SELECT 1'
is "404 for a job just issued: waits" "$status" 0
fetch
states 404
fetch -f csv
is "404 for another job: status" "$status" 69
states running
fetch --wait 1s
is "--wait: status" "$status" 75
like "--wait: says so" "$err" "job 7 is not done within the --wait time"
like "--wait: the frame passes it on" "$(aborted)" "abort job 7 is not done"
rm "$S/states"

# --- columns that cannot be used

many=$("$PYTHON" -c 'import json; print(json.dumps(json.dumps([["c%d" % i, "bigint"] for i in range(4097)])))')
for schema in '"[[\"a\",\"bigint\"],[\"b\",\"bigint\"],5]"' '"not JSON"' "$many"; do
	show "hive_result_schema=$schema"
	fetch -f csv
	is "columns $(printf %.40s "$schema"): status, and nothing written" "$status $(wc -c <"$T/got")" "65 0"
	like "columns $(printf %.40s "$schema"): why" "$err" "job 7: its columns cannot be used: (column 3 is not a pair|the columns are|more than 4096 columns)"
	fetch -f msgpack.gz
	ok "columns $(printf %.40s "$schema"): -f msgpack.gz passes it all the same" cmp "$T/got" "$S/result.gz"
done
show

# --- formats and their limits

show num_records=1
plan "file=latin.gz"
fetch -f jsonl
is "bytes that are no text, jsonl: status" "$status" 65
like "bytes that are no text, jsonl: which" "$err" "row 1, column name: .*not UTF-8"
fetch -f csv --no-header
is "bytes that are no text pass through csv" "$status $(od -An -tx1 "$T/got" | tr -d ' \n')" "0 312c636166e92c0a"
fetch -f table
is "and are marked in a table" "$status $(sed -n 3p "$T/got")" "0  1  caf�  NULL"
"$PYTHON" "$ROOT/tests/lib/kinds.py" "$S" make "${SEED:-1}"
plan "file=kinds.gz"
for format in csv tsv jsonl msgpack; do
	fetch -f $format
	is "values of every type, $format: status, and silent" "$status $err" "0 "
	ok "values of every type, $format: read by Python (SEED=${SEED:-1})" "$PYTHON" "$ROOT/tests/lib/kinds.py" "$S" $format "$T/got"
done
show 'hive_result_schema="[[\"only\",\"varchar\"]]"' num_records=3
plan "file=nulls.gz"
fetch -f csv
is "NULL in the only column: an empty line" "$status $(wc -c <"$T/got")" "0 8"
like "and a warning" "$err" "3 rows are NULL in the only column"
fetch -f csv --null '\N'
is "--null" "$(cat "$T/got")" 'only
\N
\N
\N'
show
plan "etag=a stall=150000"
fetch -f table
is "a table does not wait for the rest" "$status $(wc -l <"$T/got")" "0 43"
like "and says how many rows there are" "$(tail -1 "$T/got")" "^\\(the first 40 of 20000 rows\\)$"

# --- our own output

plan ""
if [ -w /dev/full ]; then
	for f in frame csv tsv jsonl msgpack msgpack.gz table; do
		run sh -c 'td-fetch -f '$f' 7 >/dev/full'
		is "$f to a full disk: status" "$status" 1
		like "$f to a full disk: says so" "$err" "^td-fetch: .*No space left"
	done
fi
sh -c 'td-fetch -f csv 7; echo $? >"$1"' sh "$T/st" 2>"$T/err" | head -1 >"$T/out"
is "a reader that goes: died by SIGPIPE, silently" "$(cat "$T/st" "$T/err")" 141
sh -c 'trap "" PIPE; td-fetch -f csv 7; echo $? >"$1"' sh "$T/st" 2>"$T/err" | head -1 >"$T/out"
is "the same with SIGPIPE ignored" "$(cat "$T/st")" 1
sh -c 'td-fetch 7 >&-' 2>"$T/err"
is "a closed stdout: no success" "$?" 1

# --- killed in the middle

for sig in KILL TERM; do
	plan "etag=a stall=150000"
	: >"$T/got"
	td-fetch 7 >"$T/got" 2>"$T/err" &
	pid=$!
	until_ok sh -c '[ "$(wc -c <"$1")" -gt 100000 ]' sh "$T/got"
	kill -$sig $pid
	wait $pid 2>/dev/null
	is "SIG$sig in the middle: how it died" "$?" $(($([ $sig = KILL ] && echo 9 || echo 15) + 128))
	is "SIG$sig in the middle: no commit" "$(frame | jq -r .end.end)" "$([ $sig = KILL ] && echo null || echo abort)"
done

# --- several connections

plan "etag=a file=wide.gz"
fetch -f msgpack -j 3
is "-j 3: status" "$status" 0
ok "-j 3: the rows" cmp "$T/got" "$S/wide"
is "-j 3: three ranges of the same result" "$(sort "$S/log")" "bytes=0-8388607 None 206
bytes=16777216-$(($(wc -c <"$S/wide.gz") - 1)) \"a\" 206
bytes=8388608-16777215 \"a\" 206"
plan "etag=a file=wide.gz cut=5000" "etag=a file=wide.gz status=503" "etag=a file=wide.gz cut=4000000" \
	"etag=a file=wide.gz cut=1" "etag=a file=wide.gz"
fetch -j 2
is "-j 2 over bad connections: status" "$status" 0
is "-j 2 over bad connections: the frame" "$(frame | jq -c '[.end.end, .end.rows, .md5]')" \
	"[\"commit\",20000,\"$(md5sum <"$S/wide" | cut -d' ' -f1)\"]"
for p in "file=wide.gz" "etag=a norange file=wide.gz"; do
	plan "$p"
	fetch -f msgpack -j 4
	is "-j 4, $p: one connection does" "$status $(tail -1 "$S/log" | cut -d' ' -f1,3)" "0 None 200"
	ok "-j 4, $p: the rows" cmp "$T/got" "$S/wide"
done
for p in "etag=b" "etag=a norange" ""; do
	plan "etag=a file=wide.gz" "$p file=wide.gz"
	fetch -f msgpack -j 2
	is "-j 2, $p behind the first piece, the same bytes: status" "$status" 0
	ok "-j 2, $p behind the first piece, the same bytes: the rows" cmp "$T/got" "$S/wide"
done
plan "etag=a file=wide.gz" "etag=b file=other.gz"
fetch -j 2
is "-j 2, another result behind the first piece: status" "$status" 75
like "-j 2, another result behind the first piece: no commit" "$(aborted)" "^abort .*it changed while it was fetched"
plan "etag=a file=wide.gz" "etag=a status=404"
fetch -j 2
is "-j 2, a piece is refused: status" "$status" 75
plan "etag=a file=wide.gz" "etag=a file=wide.gz status=416" "etag=a file=wide.gz"
fetch -f msgpack -j 2
is "-j 2, 416 for a later piece: one connection does" "$status" 0
ok "-j 2, 416 for a later piece: the rows" cmp "$T/got" "$S/wide"
plan "file=wide.gz cut=5000" "file=wide.gz"
fetch -f msgpack.gz -j 2
is "-j 2, cut, no ETag: not put together from two answers" "$status $(cut -d' ' -f1 "$S/log" | tr '\n' ' ')" "0 bytes=0-8388607 bytes=5000-8388607 None "
ok "-j 2, cut, no ETag: the bytes" cmp "$T/got" "$S/wide.gz"
plan "etag=a"
fetch -j 16
is "-j 16 for a small result" "$status $(whole)" "0 $(committed)"
plan "file=empty.gz"
show num_records=0
fetch -j 2
is "-j 2 for an empty one" "$status $(frame | jq -c '[.end.end, .end.rows]')" '0 ["commit",0]'
show
plan "etag=a file=wide.gz"
sh -c 'td-fetch -j 3 -f msgpack 7; echo $? >"$1"' sh "$T/st" 2>"$T/err" | head -c 100 >"$T/out"
is "-j 3, a reader that goes: SIGPIPE" "$(cat "$T/st" "$T/err")" 141
plan "etag=a file=wide.gz" "etag=a file=wide.gz stall=1000"
td-fetch -j 3 7 >"$T/got" 2>"$T/err" &
pid=$!
until_ok sh -c '[ "$(wc -l <"$1")" -gt 2 ]' sh "$S/log"
kill $pid
wait $pid 2>/dev/null
is "-j 3, interrupted while all stall" "$?" 143
is "-j 3, interrupted while all stall: no commit" "$(frame | jq -r .end.end)" abort
plan ""

# --- schedules

plan ""
show
history() { # ID STATUS...: the newest first
	while [ $# -gt 0 ]; do
		printf '{"job_id":"%s","status":"%s","type":"presto","scheduled_at":"2026-01-01 00:00:00 UTC"}\n' "$1" "$2"
		shift 2
	done >"$S/history"
}
scheduled() { # OPTION...
	run td-fetch --retry-wait 0 -v --schedule daily -f csv "$@"
}
taken() { sed -n 's/^td-fetch: schedule daily: job \([0-9]*\), scheduled.*/\1/p' "$T/err"; }

history 12 running 11 success 10 error 9 success
scheduled
is "the last finished run" "$status $(taken) $(wc -l <"$T/out")" "0 11 20001"
scheduled --since "$T/s"
is "--since, the first time: the same" "$status $(taken)" "0 11"
plan "file=damaged.gz"
run td-fetch --retry-wait 0 --schedule daily -f frame --since "$T/s-frame"
is "--since, a damaged result: not taken" "$status $(cat "$T/s-frame" 2>&1 | grep -c job_id)" "65 0"
plan ""
run td-fetch --retry-wait 0 --schedule daily -f frame --since "$T/s-frame"
cp "$T/out" "$T/got"
is "--since, a frame: checked" "$status $(frame | jq -c '[.head."td-frame", .end.end, .end.rows, .members == .end.blocks]')" '0 [2,"commit",20000,true]'
is "and it is remembered" "$(jq -c . "$T/s")" '{"schedule":"daily","job_id":"11","scheduled_at":"2026-01-01 00:00:00 UTC"}'
scheduled --since "$T/s"
is "the next is not done yet: status" "$status" 75
like "the next is not done yet: which" "$err" "its next run, job 12, is not done yet"
history 14 success 13 success 12 error 11 success
scheduled --since "$T/s"
is "a failed run is passed over, the oldest comes first" "$status $(taken)" "0 13"
like "and it is said" "$err" "job 12 failed and is passed over"
scheduled --since "$T/s"
is "then the next" "$status $(taken)" "0 14"
scheduled --since "$T/s"
is "then there is none: status" "$status" 75
like "then there is none: says so" "$err" "^td-fetch: schedule daily has no new run since job 14"
is "the file stays" "$(jq -r .job_id "$T/s")" 14
is "and nothing beside it" "$(find "$T" -name 's.*')" ""
history 15 error 14 success
show 'status="error"' 'debug={"stderr":"no such table"}'
scheduled --since "$T/s"
is "a last run that failed: status" "$status" 69
like "a last run that failed: why" "$err" "^td-fetch: job 15 failed: no such table"
is "a last run that failed: not taken" "$(jq -r .job_id "$T/s")" 14
scheduled
is "and without --since, too" "$status" 69
show
history 15 success 14 success
plan "file=damaged.gz"
scheduled --since "$T/s"
is "a result that is damaged is not taken" "$status $(jq -r .job_id "$T/s")" "65 14"
plan ""
sh -c 'td-fetch --schedule daily --since "$1" >/dev/full' sh "$T/s" 2>/dev/null
is "nor one that could not be written" "$? $(jq -r .job_id "$T/s")" "1 14"
plan "etag=a stall=150000"
: >"$T/got"
td-fetch --schedule daily --since "$T/s" >"$T/got" 2>/dev/null &
pid=$!
until_ok sh -c '[ "$(wc -c <"$1")" -gt 100000 ]' sh "$T/got"
scheduled --since "$T/s"
is "a second one at the same time: status" "$status" 75
like "a second one at the same time: says so" "$err" "another td-fetch is at work with"
kill -KILL $pid
wait $pid 2>/dev/null
plan ""
scheduled --since "$T/s"
is "a killed one leaves nothing in the way" "$status $(taken)" "0 15"
run td-fetch --schedule weekly --since "$T/s"
is "the file of another schedule: status" "$status" 78
: >"$T/s"
scheduled --since "$T/s"
is "an empty file: status" "$status" 78
like "an empty file: says so" "$err" "it is empty: was it overwritten"
# an existing FILE.new is overwritten only if td-fetch left it there
before() { mkdir -p "$T/l" && rm -f "$T/l"/* && printf '{"schedule":"daily","job_id":"14"}\n' >"$T/l/s" && echo precious >"$T/precious"; }
planted() { # WHAT PATTERN: an existing FILE.new is refused, and stays
	scheduled --since "$T/l/s"
	is "$1 in the place of FILE.new: status" "$status" 78
	like "$1 in the place of FILE.new: message" "$err" "$T/l/s.new is $2: remove it"
	is "$1 in the place of FILE.new: nothing is changed" "$(cat "$T/precious") $(jq -r .job_id "$T/l/s") $(ls "$T/l" | tr '\n' ' ')" "precious 14 s s.new "
}
before && ln -s "$T/precious" "$T/l/s.new" && planted "a link" "a link, and not of td-fetch"
before && ln -s "$T/nowhere" "$T/l/s.new" && planted "a link to nothing" "a link, and not of td-fetch"
ok "and nothing is made at its end" [ ! -e "$T/nowhere" ]
before && ln "$T/precious" "$T/l/s.new" && planted "another name of a file" "not a file that td-fetch has left"
before && mkfifo "$T/l/s.new" && planted "a pipe" "not a file that td-fetch has left"
rm -rf "$T/l" && before && mkdir "$T/l/s.new"
scheduled --since "$T/l/s"
is "a folder in the place of FILE.new: status" "$status" 1
rmdir "$T/l/s.new"
if [ "$(id -u)" = 0 ]; then
	before && echo 1 >"$T/l/s.new" && chown 65534 "$T/l/s.new" && planted "a file of another user" "not a file that td-fetch has left"
	before && mv "$T/l/s" "$T/l/real" && ln -s real "$T/l/s" && chown -h 65534 "$T/l/s"
	scheduled --since "$T/l/s"
	like "--since a link of another user" "$status $err" "^78 .*$T/l/s is a link of another user"
else skip "files and links of other users" "needs root"; fi
before && printf 'left by one that was killed' >"$T/l/s.new"
scheduled --since "$T/l/s"
is "a FILE.new that was left: taken over" "$status $(jq -r .job_id "$T/l/s") $(ls "$T/l")" "0 15 s"
# a link stays one, and its file is replaced where it is
before && mkdir -p "$T/elsewhere/away" && mv "$T/l/s" "$T/elsewhere/away/s" && ln -s ../elsewhere/away/s "$T/l/s"
scheduled --since "$T/l/s"
is "--since a link: it stays one" "$status $(readlink "$T/l/s") $(jq -r .job_id "$T/elsewhere/away/s") $(ls "$T/elsewhere/away")" "0 ../elsewhere/away/s 15 s"
rm "$T/elsewhere/away/s"
scheduled --since "$T/l/s"
is "--since a link to what is not there yet" "$status $(readlink "$T/l/s") $(jq -r .job_id "$T/elsewhere/away/s")" "0 ../elsewhere/away/s 15"
ln -sf loop "$T/l/loop"
scheduled --since "$T/l/loop"
is "--since a link to itself: status" "$status" 78
mkfifo "$T/l/fifo"
scheduled --since "$T/l/fifo"
like "--since a pipe: refused at once" "$status $err" "^78 .*not a regular file"
(cd "$T/l" && before && run td-fetch --retry-wait 0 --schedule daily -f csv --since s; cp "$T/l/s" "$T/bare"; echo "$status" >"$T/st")
is "--since a name without a folder" "$(cat "$T/st") $(jq -r .job_id "$T/bare")" "0 15"
jq -nc '{"receipt":1,"job_id":"999","source_job_id":"14","status":"done"}' >"$T/r"
scheduled --after "$T/r"
is "--after a receipt: the next run" "$status $(taken)" "0 15"
scheduled --after - <"$T/r"
is "--after -: the same from standard input" "$status $(taken)" "0 15"
scheduled --after - </dev/null
is "--after -: nothing is no receipt" "$status $(taken)" "78 "
is "and the receipt is not touched" "$(jq -r .source_job_id "$T/r")" 14
jq -nc '{"receipt":1,"source_job_id":"15","status":"done"}' >>"$T/r"
scheduled --after "$T/r"
is "the last line of a log of receipts" "$status" 75
jq -nc '{"receipt":1,"source_job_id":"15","status":"failed"}' >"$T/r"
scheduled --after "$T/r"
is "the receipt of a failure: status" "$status" 78
history
scheduled
is "a schedule without runs: status" "$status" 75
# 250 runs: pages
i=350
while [ $i -gt 100 ]; do echo "$i success"; i=$((i - 1)); done | xargs -n 2 printf '{"job_id":"%s","status":"%s"}\n' >"$S/history"
printf '{"schedule":"daily","job_id":"103"}\n' >"$T/s"
scheduled --since "$T/s"
is "a run far back" "$status $(taken)" "0 104"
echo 7 >"$S/page"
echo '{"source_job_id":"103","status":"done"}' >"$T/far"
scheduled --after "$T/far"
is "a run far back, with short pages" "$status $(taken)" "0 104"
scheduled --after "$T/far" --at-most 3
is "--at-most 3: the oldest of the newest three" "$status $(taken)" "0 348"
like "--at-most 3: what is skipped is reported" "$err" "244 runs are not made up for \\(--at-most\\)"
rm "$S/page"
echo '{"source_job_id":"99","status":"done"}' >"$T/far"
scheduled --after "$T/far"
is "the receipt of a job that is not of this schedule: status" "$status $(taken)" "78 "
like "the receipt of a job that is not of this schedule: says so" "$err" "job 99 is not a run of schedule daily"
for i in 5 4 3 2 1; do printf '{"job_id":"%s","status":"success","scheduled_at":"2026-01-0%s 00:00:00 UTC"}\n' $i $i; done >"$S/history"
echo '{"source_job_id":"1","status":"done"}' >"$T/far"
scheduled --after "$T/far" --not-before 2026-01-03
is "--not-before" "$status $(taken)" "0 3"
scheduled --after "$T/none" --not-before 2026-01-02
is "--not-before, no receipt yet: begins there" "$status $(taken)" "0 2"
scheduled --after "$T/far" --not-before 2026-01-03
like "--not-before: what is skipped is reported" "$err" "1 run is not made up for \(--not-before\)"

# --- the service delivers the result

: >"$S/posted"
run td-fetch --retry-wait 0 --result 'td://1/secret@api.example.com/db/t?mode=replace&apikey=hidden' 7
is "--result of a finished job: status" "$status" 0
is "--result of a finished job: the receipt" "$(printf '%s' "$out" | jq -c '[.receipt, .action, .status, .job_id, .source_job_id, .destination, .rows]')" \
	'[1,"export","done","777","7","td://***@api.example.com/db/t?mode=replace",20000]'
like "--result of a finished job: asked for with all of it" "$(cat "$S/posted")" \
	'^/v3/job/result_export/7 result=td%3A%2F%2F1%2Fsecret%40api%2Eexample%2Ecom%2Fdb%2Ft%3Fmode%3Dreplace%26apikey%3Dhidden&domain_key=td-pipe-[0-9a-f]{32}$'
unlike "and the key is nowhere" "$out$err" 'secret|hidden'
: >"$S/posted"
if [ -w /dev/full ]; then
	td-fetch --retry-wait 0 --result 'td://1/secret@api.example.com/db/t' 7 >/dev/full 2>"$T/err"
	is "--result and a full disk: status" "$?" 1
	like "--result and a full disk: the rows are there" "$(cat "$T/err")" "^td-fetch: job 7[0-9]*: its rows are in td://\*\*\*@api.example.com/db/t, but the receipt is not written: "
	td-fetch --retry-wait 0 --no-wait -d testdb -e 'SELECT 1' >/dev/full 2>"$T/err"
	is "--no-wait and a full disk: status" "$?" 1
	like "--no-wait and a full disk: the job's id" "$(cat "$T/err")" "^td-fetch: job [0-9]+ was issued, but its id is not written: "
else skip "a full disk" "no /dev/full"; fi
run td-fetch --retry-wait 0 -d testdb -e 'SELECT 1' --result mydb:output_table
is "--result of a new job: status and receipt" "$status $(printf '%s' "$out" | jq -c '[.status, .job_id, .source_job_id, .destination]')" \
	'0 ["done",null,"777","mydb:output_table"]'
like "--result of a new job: issued with it" "$(cat "$S/posted")" '^/v3/job/issue/presto/testdb query=SELECT%201&domain_key=[^&]*&result=mydb%3Aoutput_table$'
show 'linked_result_export_job_id="778"'
run td-fetch --retry-wait 0 -v -d testdb -e 'SELECT 1' --result mydb:output_table
is "a job that is linked to it is waited for" "$status $(printf '%s' "$out" | jq -c .job_id)" '0 "778"'
like "and seen" "$err" "job 778: success"
show 'status="error"' 'debug={"stderr":"result output failed: no such table"}'
run td-fetch --retry-wait 0 -d testdb -e 'SELECT 1' --result mydb:output_table
is "a transfer that fails: status, and no receipt" "$status $out" "69 "
like "a transfer that fails: TD's words" "$err" "result output failed"
show 'status="running"'
: >"$T/err"
td-fetch -v --result 'td://1/secret@api.example.com/db/t' 7 >"$T/out" 2>"$T/err" &
pid=$!
until_ok grep -q running "$T/err"
unlike "the key is not in the process list" "$(tr '\0' ' ' </proc/$pid/cmdline 2>/dev/null || ps -o args= -p $pid)" secret
kill $pid
wait $pid 2>/dev/null
show

finish
