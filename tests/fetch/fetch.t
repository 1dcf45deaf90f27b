#!/bin/sh
# td-fetch against td-local: jobs, formats checked by Python and jq, types, refusals, faults of the service.
. "$(dirname "$0")/../lib/lib.sh"
local_start local --polls 1

# Types, and every value that a format could get wrong; kinds.json holds them as Python knows them.
api POST database/create/testdb >/dev/null
api POST table/create/testdb/kinds/log >/dev/null
cat >"$T/kinds.py" <<'EOF'
import gzip, json, msgpack, random, struct, sys
r = random.Random(7)
texts = ["", " ", " x ", "NULL", "null", "\\N", "a,b", '"', '""', "'", "line\nbreak", "cr\rlf\r\n", "tab\tbed", "back\\slash", "\\t", "漢字",
         "😀", "é", "é", "﻿bom", "\u0001\u001f\u007f", "\u2028", "#", "=1+1", "1e5", "007", "true", "x" * 70000, "\u0000nul"]
ints = [0, 1, -1, 127, 128, -128, 2**31, -2**31 - 1, 2**53 + 1, -2**53 - 1, 2**63 - 1, -2**63]
floats = [0.0, -0.0, 0.1, 1 / 3, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 1e22, 1e21, 123456789.0, -1.5, 100.0]
floats += [f for f in (struct.unpack("<d", struct.pack("<Q", r.getrandbits(64)))[0] for _ in range(300)) if f == f and abs(f) < 1e308]
arrays = [[], [None], [1, 2, 3], [2**63 - 1, -2**63]]
maps = [{}, {"k": "v"}, {"q\"uote": "n\nl", "": "é"}]
rows = []
for i in range(max(len(texts), len(floats))):
    pick = lambda l: l[i] if i < len(l) else None
    rows.append({"time": i, "n": pick(ints), "x": pick(floats), "s": pick(texts), "a": pick(arrays), "m": pick(maps)})
if len(sys.argv) > 1:
    packed = b"".join(msgpack.packb({k: v for k, v in row.items() if v is not None}) for row in rows)
    open(sys.argv[1], "wb").write(gzip.compress(packed))
    json.dump(rows, open(sys.argv[2], "w"))
EOF
"$PYTHON" "$T/kinds.py" "$T/kinds.gz" "$T/kinds.json"
api POST table/append-schema/testdb/kinds --data-urlencode \
	'schema=[["n","long"],["x","double"],["s","string"],["a","array<long>"],["m","map<string,string>"]]' >/dev/null
api PUT table/import/testdb/kinds/msgpack.gz -H 'Content-Type: application/octet-stream' -T "$T/kinds.gz" >/dev/null
all='SELECT time, n, x, s, a, m FROM kinds ORDER BY time'

# Each format is read by a reader we did not write, and compared value by value.
cat >"$T/compare.py" <<'EOF'
import csv, json, math, msgpack, sys
sys.path.insert(0, sys.argv[4])
format, want, got = sys.argv[1], json.load(open(sys.argv[2])), sys.argv[3]
names = ["time", "n", "x", "s", "a", "m"]
csv.field_size_limit(1 << 30)

def typed(cells, null):
    out = []
    for name, cell in zip(names, cells):
        if null(cell):
            out.append(None)
        else:
            out.append({"time": int, "n": int, "x": float, "s": str, "a": json.loads, "m": json.loads}[name](cell))
    return out

if format == "csv":  # Python's csv cannot tell NULL from "": that is checked below
    lines = list(csv.reader(open(got, encoding="utf-8", newline=""), strict=True))
    head, rows = lines[0], [typed(l, lambda c: c == "") for l in lines[1:]]
    for w in want:
        w["s"] = w["s"] or None
elif format == "tsv":
    unescape = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
    def plain(s):
        out, i = "", 0
        while i < len(s):
            if s[i] == "\\":
                out, i = out + unescape[s[i + 1]], i + 2
            else:
                out, i = out + s[i], i + 1
        return out
    lines = [l.split("\t") for l in open(got, encoding="utf-8", newline="\n").read().split("\n")[:-1]]
    null = object()
    head, rows = lines[0], [typed([null if c == "\\N" else plain(c) for c in l], lambda c: c is null) for l in lines[1:]]
elif format == "jsonl":
    objects = [json.loads(l) for l in open(got, encoding="utf-8", newline="\n")]
    head, rows = list(objects[0]), [[o[k] for k in names] for o in objects]
else:
    head, rows = names, list(msgpack.Unpacker(open(got, "rb"), raw=False, strict_map_key=False))
assert head == names, head
want = [[w[k] for k in names] for w in want]
assert len(rows) == len(want), (len(rows), len(want))
for w, g in zip(want, rows):
    for name, x, y in zip(names, w, g):
        same = x == y and type(x) is type(y) and (not isinstance(x, float) or math.copysign(1, x) == math.copysign(1, y))
        assert same, (w[0], name, x, y)
EOF
for format in csv tsv jsonl msgpack; do
	run td-fetch -d testdb -f $format -e "$all"
	is "$format: status" "$status" 0
	is "$format: silent" "$err" ""
	ok "$format: every value, read by Python" "$PYTHON" "$T/compare.py" $format "$T/kinds.json" "$T/out" "$T"
done
run td-fetch -d testdb -f jsonl -e "$all"
ok "jsonl is JSON for jq" jq -e . "$T/out"
is "jsonl: numbers are written as short as can be" "$(sed -n 3p "$T/out" | grep -o '"x":[^,]*')" '"x":0.1'
run td-fetch -d testdb -f csv -e "SELECT time, s FROM kinds WHERE time IN (0, 200) ORDER BY time"
is "csv: NULL and the empty text differ" "$out" 'time,s
0,""
200,'
run td-fetch -d testdb -f csv --null NULL -e "SELECT s FROM kinds WHERE time IN (0, 3, 200) ORDER BY time"
is "csv --null" "$out" 's
""
"NULL"
NULL'
run td-fetch -d testdb -f csv --null 0 --no-header -e 'SELECT 0, NULL, 0.5, 1 UNION ALL SELECT 1, 0, 0.0, NULL'
is "csv --null: a number that is the same text is quoted" "$out" '"0",0,0.5,1
1,"0",0.0,0'
run td-fetch -d testdb -f tsv --no-header --null '' -e "SELECT s, s FROM kinds WHERE time IN (0, 6, 200) ORDER BY time"
is "tsv --null --no-header" "$out" "	
a,b	a,b
	"
td-fetch -q -d testdb -e "$all" >"$T/frame"
is "a frame by default: its columns" "$("$PYTHON" "$ROOT/tests/lib/frame.py" "$T/frame" | jq -c '.end | [.end, .source, [.columns[] | .[0]]]')" \
	'["commit","verified",["time","n","x","s","a","m"]]'
gzip -dc "$T/frame" >"$T/plain"
ok "a frame: its values" "$PYTHON" "$T/compare.py" msgpack "$T/kinds.json" "$T/plain" "$T"
run td-fetch -d testdb -e 'SELECT 1 AS one'
like "a frame by default, into a file: says so" "$status $err" "^0 td-fetch: standard output is a file and gets a frame, which is binary"
run td-fetch -q -d testdb -e 'SELECT 1 AS one'
is "but not with -q" "$status $err" "0 "
run td-fetch -d testdb -f csv -e 'SELECT 1, 2 AS a, 3 AS a'
is "unnamed columns, and names twice, pass as they are" "$out" '_col0,a,a
1,2,3'
is "silently, in csv" "$err" ""
run td-fetch -d testdb -f jsonl -e 'SELECT 1, 2 AS a, 3 AS a'
like "names twice, in jsonl: a warning" "$status $err" "^0 td-fetch: .*two columns have the name 'a'"
run td-fetch -d testdb -f table -e 'SELECT n, s FROM kinds WHERE time < 3 ORDER BY time'
is "a table" "$out" " n  s
--  ---
 0  
 1   
-1   x 
(3 rows)"
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
	script -qec "td-fetch -d testdb -e 'SELECT 1 AS one'" /dev/null </dev/null >"$T/out" 2>&1
	like "on a terminal a table" "$(tr -d '\r' <"$T/out" | tail -3 | tr '\n' '|')" '^--- ?\||one\|---\|  1\|'
	script -qec "td-fetch -f frame 1" /dev/null </dev/null >"$T/out" 2>&1
	like "no frame on a terminal" "$(cat "$T/out")" "a frame is not for a terminal"
	script -qec "td-fetch -d testdb" /dev/null >"$T/out" 2>&1 </dev/null
	like "no query from a terminal" "$(cat "$T/out")" "no query: give a job id"
else skip "on a terminal" "script(1) has no pseudo-terminal here"; fi

# --- jobs

echo 'SELECT COUNT(1) AS c FROM www_access' >"$T/q.sql"
run td-fetch -d sample_datasets -f csv <"$T/q.sql"
is "SQL on standard input" "$status $out" "0 c
5000"
job=$(td-fetch --no-wait -d sample_datasets <"$T/q.sql")
like "--no-wait prints the job's id" "$job" '^[0-9]+$'
run td-fetch -f csv "$job"
is "and that job can be fetched" "$status $out" "0 c
5000"
run td-fetch -f csv "$job"
is "and again" "$status $out" "0 c
5000"
run td-fetch -v -T hive -f csv -d sample_datasets --priority 1 -e 'SELECT COUNT(1) AS c FROM www_access'
is "an engine and a priority" "$status $(api GET job/list | jq -c '.jobs[0] | [.type, .priority]')" '0 ["hive",1]'
like "-v says the job's id and its states" "$err" 'job [0-9]+: running'
for i in 1 2; do
	run td-fetch --job-key night -d sample_datasets -f csv -e 'SELECT COUNT(1) AS c FROM www_access'
	is "--job-key, run $i: status and rows" "$status $out" "0 c
5000"
done
jobs=$(api GET job/list | jq .count)
run td-fetch --job-key night --no-wait -d sample_datasets -e ' SELECT COUNT(1) AS c FROM www_access
'
is "--job-key issues no other job" "$status $(api GET job/list | jq .count)" "0 $jobs"
run td-fetch --job-key night -d sample_datasets -f csv -e 'SELECT 1'
is "--job-key, another query: status" "$status" 69
like "--job-key, another query: says so" "$err" "job [0-9]+ has the key 'night', but another query: choose another key"
run td-fetch --job-key night -d testdb -f csv -e 'SELECT COUNT(1) AS c FROM www_access'
like "--job-key, another database" "$status $err" "^69 .* but another database"
run td-fetch -d sample_datasets -f jsonl -e 'SELECT * FROM www_access WHERE code = 12345'
is "no rows: status, and nothing" "$status $out" "0 "
td-fetch -q -d sample_datasets -e 'SELECT code FROM www_access WHERE code = 12345' >"$T/frame"
is "no rows: a whole frame with its column" "$("$PYTHON" "$ROOT/tests/lib/frame.py" "$T/frame" | jq -c '[.end.end, .end.rows, .end.columns]')" \
	'["commit",0,[["code","bigint"]]]'

# --- statements that write: success, with nothing to write out

api POST table/create/testdb/written >/dev/null
rows_written() { td-fetch -q -d testdb -f csv --no-header -e 'SELECT COUNT(1) FROM written'; }
for format in csv tsv jsonl msgpack table; do
	run td-fetch -d testdb -f $format -e "INSERT INTO written SELECT 1 AS n -- $format"
	is "INSERT, $format: status, and nothing written" "$status $out" "0 "
	like "INSERT, $format: what was done" "$err" "^td-fetch: job [0-9]+: INSERT done, 1 row written$"
done
td-fetch -q -d testdb -e '/* a */ -- b
	INSERT INTO written SELECT 2 AS n' >"$T/frame"
is "INSERT, frame: an empty committed one" "$? $("$PYTHON" "$ROOT/tests/lib/frame.py" "$T/frame" | jq -c '[.end.end, .end.rows, .head.columns]')" '0 ["commit",0,null]'
td-encode <"$T/frame" | td-put td://@/testdb/fromwritten >"$T/receipt"
is "and td-put ends well with it" "$(jq -r '[.status, .rows] | @csv' "$T/receipt")" '"done",0'
run td-fetch -d testdb -f msgpack.gz -e 'INSERT INTO written SELECT 3 AS n'
is "INSERT, msgpack.gz: gzip of nothing" "$status $(gzip -dc "$T/out" | wc -c)" "0 0"
is "each was done once" "$(rows_written)" 7
job=$(td-fetch --no-wait -d testdb -e 'CREATE TABLE ctas AS SELECT 1 AS one')
run td-fetch -f csv "$job"
like "CREATE TABLE AS, by the job's ID" "$status $err" "^0 td-fetch: job $job: CREATE done"
for sql in 'DELETE FROM written WHERE n = 3' 'DROP TABLE ctas' 'WITH a AS (SELECT 4 AS n) INSERT INTO written SELECT n FROM a'; do
	run td-fetch -d testdb -f csv -e "$sql"
	case $status in
	69) like "$sql: td-local does not know it" "$err" "job [0-9]+ failed" ;;
	*) like "$sql: status and line" "$status $err" "^0 td-fetch: job [0-9]+: (DELETE|DROP|INSERT|WITH) done" ;;
	esac
done
run td-fetch -d testdb -f csv -e 'INSERT INTO nosuchtable SELECT 1 AS n'
is "an INSERT that fails: status" "$status" 69

# --- wrong usage

while IFS='|' read -r args why; do
	# shellcheck disable=SC2086
	run td-fetch $args </dev/null
	is "td-fetch $args: status" "$status" 2
	like "td-fetch $args: says why" "$err" "^td-fetch: .*$why"
	is "td-fetch $args: nothing written" "$out" ""
done <<'EOF'
-f xml|'xml' is not a format
-T mysql -e x|'mysql' is not an engine
--priority 3 -e x|'3' is not a number from -2 to 2
12x|'12x' is not a job ID: SQL goes after -e
/dev/null|'/dev/null' is not a job ID but a file: write td-fetch -d DB < /dev/null
1 2|one job at a time: '2' is left over
1 -f csv|options go before the job ID: -f
-d testdb 1|--database is for a new job, but a job ID names an existing one
-e x 1|--execute is for a new job
--no-wait 1|--no-wait is for a new job
-d testdb --schedule x|--database is for a new job, but --schedule names
-T hive 1|--type is for a new job
--priority 0 1|--priority is for a new job
--pool p --schedule x|--pool is for a new job
--engine-version 1 1|--engine-version is for a new job
--job-key k 1|--job-key is for a new job
--job-key= -e x|--job-key: the value is empty
--job-key k --result td://@/db/tbl -e x|--job-key and --result
--wait 1m --no-wait -e x|--wait and --no-wait: choose one
--wait 0 1|'0' is not a time from 1s to 30d
--schedule x 1|a job ID and --schedule: choose one
--since x 1|--since goes with --schedule
--schedule x --since y --after z|--since and --after: choose one
--schedule x --at-most 3|--at-most goes with --since or --after
--schedule x --after y --at-most 0|'0' is not a number from 1 to 10000
--schedule x --after y --not-before soon|--not-before: 'soon' is
--result td://@/db/tbl -f csv 1|--format and --result: no rows are written
-f csv --no-wait -e x|--format and --no-wait: no rows are written
--result= 1|--result: the value is empty
--schedule s --since=|--since: the value is empty
--schedule s --after=|--after: the value is empty
--schedule=|--schedule: the value is empty
-f csv --null N,A 1|would read as several fields
-f csv --null " 1|would read as several fields
-f jsonl --null x 1|--null goes with the formats csv and tsv
-f msgpack --no-header 1|--no-header goes with the formats csv and tsv
--null x 1|--null goes with the formats csv and tsv
-j 17 1|'17' is not a number from 1 to 16
-f|needs a value
--no-wait=3|takes no value
-f csv -e SELECT|needs a database
-f csv -d Test-db -e x|
--timeout soon 1|'soon' is not a time
--timeout 31d 1|'31d' is not a time from 0s to 30d
EOF
run td-fetch -f tsv --null "$(printf 'a\tb')" 1
is "a NULL of two fields of TSV: status" "$status" 2
run td-fetch -f csv -c 1/SECRETKEY 1
is "a key for a connection: status" "$status" 2
unlike "a key for a connection: is not shown" "$err" SECRET
run td-fetch -f csv -d testdb </dev/null
is "no SQL: status" "$status" 65
like "no SQL: says so" "$err" "the query is empty: nothing came from standard input"
head -c 2097153 /dev/zero | tr '\0' ' ' >"$T/long.sql"
run td-fetch -f csv -d testdb <"$T/long.sql"
is "too much SQL: status" "$status" 65
printf 'SELECT \377' >"$T/latin.sql"
run td-fetch -f csv -d testdb <"$T/latin.sql"
is "SQL that is no text: status" "$status" 65

# --- what the service refuses

run td-fetch -d testdb -f csv -e 'SELECT * FROM nosuch'
is "a query that fails: status" "$status" 69
like "a query that fails: TD's words" "$err" '^td-fetch: job [0-9]+ failed: .*nosuch'
run td-fetch -d nodb -f csv -e 'SELECT 1'
is "no such database: status" "$status" 69
like "no such database: which" "$err" "^td-fetch: .*404 .*nodb"
run td-fetch -f csv 999999
is "no such job: status" "$status" 69
like "no such job: which" "$err" "job 999999"
run env TD_API_KEY=1/ffffffffffffffffffffffffffffffffffffffff td-fetch -f csv "$job"
is "a wrong key: status" "$status" 77
unlike "a wrong key is not shown" "$err" ffffff
run env -u TD_API_KEY td-fetch -f csv "$job"
is "no key: status" "$status" 77
run env TD_API_SERVER=http://127.0.0.1:1 td-fetch --timeout 1s --retry-wait 0 -f csv "$job"
is "no server: status" "$status" 75
like "no server: says so" "$err" "^td-fetch: job $job: no answer from 127.0.0.1:1"
env TD_API_KEY=1/ff td-fetch "$job" 2>/dev/null >"$T/frame"
like "a reader of the frame hears of it" "$("$PYTHON" "$ROOT/tests/lib/frame.py" "$T/frame" | jq -r '.end | "\(.end) \(.status) \(.reason)"')" "^abort 77 .*401"
run sh -c 'TD_API_KEY=1/ff td-fetch 1 2>/dev/null | td-encode >/dev/null'
is "and td-encode says it: status" "$status" 66
like "and td-encode says it: the reason" "$err" "^td-encode: upstream gave up: .*401"

# --- interrupted

endless='WITH c AS (SELECT x FROM UNNEST(SEQUENCE(1, 10000)) AS t(x)) SELECT COUNT(1) FROM c a, c b, c d'
# shellcheck disable=SC2120 # until_ok gives it its argument
last_job() { api GET job/list | jq -er '.jobs[0].status' | grep "${1:-.}"; } # its status
for sig in INT TERM; do
	: >"$T/err" # what the last one said must not be taken for this one's
	env --default-signal=INT td-fetch -v -d sample_datasets -f csv -e "$endless" >"$T/out" 2>"$T/err" & # sh ignores INT for it
	pid=$!
	until_ok grep -q running "$T/err"
	kill -$sig $pid
	wait $pid
	is "SIG$sig while it waits: dies by it" "$?" "$([ $sig = INT ] && echo 130 || echo 143)"
	is "SIG$sig while it waits: the job is killed" "$(until_ok last_job killed; last_job)" killed
done
job=$(td-fetch --no-wait -d sample_datasets -e "$endless")
: >"$T/err" # what the last one said must not be taken for this one's
td-fetch -v -f csv "$job" >"$T/out" 2>"$T/err" &
pid=$!
until_ok grep -q running "$T/err"
kill -USR1 $pid
ok "SIGUSR1 while it waits: says how far it is" until_ok grep -q "job $job: running, [0-9]* s" "$T/err"
kill -TERM $pid
wait $pid
is "a job that was given by its id goes on" "$(last_job)" running
api POST "job/kill/$job" >/dev/null
: >"$T/err"
td-fetch -v -d sample_datasets -f csv --job-key kept -e "$endless" >"$T/out" 2>"$T/err" &
pid=$!
until_ok grep -q running "$T/err"
kill -TERM $pid
wait $pid
is "a job with a key of its own goes on, too" "$(last_job)" running
like "and that is reported" "$(cat "$T/err")" "the job goes on; the same command finds it by its key"
api POST "job/kill/$(api GET job/list | jq -r '.jobs[0].job_id')" >/dev/null

# --- schedules, and results that the service itself delivers

local_stop
local_start local
api POST schedule/create/hourly -d 'cron=0 0 1 1 *' -d type=presto -d database=sample_datasets \
	--data-urlencode 'query=SELECT COUNT(1) AS c FROM www_access' >/dev/null
run td-fetch --schedule hourly -f csv --since "$T/since"
is "a schedule that never ran: status" "$status" 75
api POST schedule/run/hourly/1700000000 >/dev/null
until_ok td-fetch --schedule hourly -f csv
run td-fetch --schedule hourly -f csv --since "$T/since"
is "a run of a schedule" "$status $out" "0 c
5000"
run td-fetch --schedule hourly -f csv --since "$T/since"
is "once" "$status" 75
run td-fetch --schedule nosuch -f csv
is "no such schedule: status" "$status" 69
td-fetch -d testdb -f csv -e "$all" >"$T/want"
for mode in replace append; do
	run td-fetch -d testdb -e "$all" --result "td://@/testdb/copied_$mode?mode=$mode"
	is "--result of a new job, $mode: status" "$status" 0
	is "--result of a new job, $mode: the receipt" "$(printf '%s' "$out" | jq -c '[.status, .destination]')" \
		"[\"done\",\"td://@/testdb/copied_$mode?mode=$mode\"]"
	td-fetch -d testdb -f csv -e "SELECT time, n, x, s, a, m FROM copied_$mode ORDER BY time" >"$T/got"
	ok "--result of a new job, $mode: the same rows" cmp "$T/want" "$T/got"
done
job=$(td-fetch --no-wait -d testdb -e "$all")
run td-fetch --result 'td://@/testdb/copied_later' "$job"
is "--result of a finished job: status" "$status" 0
td-fetch -d testdb -f csv -e "SELECT time, n, x, s, a, m FROM copied_later ORDER BY time" >"$T/got"
ok "--result of a finished job: the same rows" cmp "$T/want" "$T/got"
run td-fetch --result 'td://@/testdb/Bad-Name' "$job"
is "--result to an illegal name: status, and no receipt" "$status $out" "69 "
local_stop
local_start stalls --fault 'POST job/issue/* 1 stall=20'
env --default-signal=INT td-fetch -d sample_datasets -f csv -e "$endless" >"$T/out" 2>"$T/err" &
pid=$!
until_ok last_job running
kill -INT $pid
wait $pid
is "interrupted while it awaits the new job's id: dies by it" "$?" 130
is "and the job is found by its key and killed" "$(until_ok last_job killed; last_job)" killed
local_stop

# --- faults: the rows are exact, and nothing is issued twice

while IFS='|' read -r fault; do
	local_start fault --fault "$fault"
	run td-fetch --retry-wait 0 -d sample_datasets -f csv -e 'SELECT * FROM www_access ORDER BY time, host, path, size, agent'
	is "$fault: status" "$status" 0
	[ -s "$T/exact" ] || cp "$T/out" "$T/exact"
	ok "$fault: exactly the rows" cmp "$T/exact" "$T/out"
	is "$fault: one job" "$(api GET job/list | jq .count)" 1
	local_stop
	rm -rf "$T/fault.data"
done <<'EOF'
GET nothing * 503
POST job/issue/* 1 503
POST job/issue/* 1 503,after
POST job/issue/* 1-2 502,html
POST job/issue/* 1 reset
POST job/issue/* 1 reset-after
POST job/issue/* 1 cut=3
GET job/status/* 1-2 reset
GET job/status/* 1 429,retry-after=0
GET job/show/* 1 500,null
GET job/result/* 1 503
GET job/result/* 1-3 cut=20000
GET job/result/* 1 cut=0
GET job/result/* 1 reset-after
EOF
# every answer is lost: the job is found by its key, or td-fetch reports that it may be running
local_start lost --fault 'POST job/issue/* * reset-after'
run td-fetch --retry-wait 0 --timeout 1s -d sample_datasets -f csv -e 'SELECT 1 AS x'
is "every answer lost: the job is found by its key" "$status $out" '0 x
1'
is "every answer lost: one job" "$(api GET job/list | jq .count)" 1
local_stop
local_start blind --fault 'POST job/issue/* * reset-after' --fault 'GET job/* * 503'
run td-fetch --retry-wait 0 --timeout 1s -d sample_datasets -f csv -e 'SELECT 1 AS x'
is "every answer lost, and nothing to be seen: unknown" "$status" 76
like "every answer lost, and nothing to be seen: is said" "$err" "cannot issue the query: .*; a job may have been issued and run"
local_stop
for fault in 'POST job/issue/* * 503' 'GET job/result/* * cut=0' 'GET job/status/* * reset'; do
	local_start fault --fault "$fault"
	run td-fetch --retry-wait 0 --timeout 1s -d sample_datasets -f csv -e 'SELECT 1'
	is "$fault: status" "$status" 75
	local_stop
	rm -rf "$T/fault.data"
done

finish
