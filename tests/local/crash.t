#!/bin/sh
# td-local is killed while it works; a table is replaced while it is read.
. "$(dirname "$0")/../lib/lib.sh"

local_start
A="Authorization: TD1 $TD_API_KEY"
$PYTHON - "$T" <<'P'
import sys, gzip, msgpack
for name, n, v in (('a', 20000, 1), ('b', 30000, 2)):
    open(sys.argv[1] + '/' + name, 'wb').write(gzip.compress(b''.join(msgpack.packb({'time': 1500000000 + i, 'n': v}) for i in range(n)), 1))
P
count() { api GET "table/show/testdb/$1" | jq .count; }
wait_for() { until_ok sh -c "curl -sS -H '$A' $TD_API_SERVER/v3/bulk_import/show/$1 | grep -q '\"$2\"'"; }
load() { # SESSION TABLE FILE: up to ready
	api POST "bulk_import/create/$1/testdb/$2" >/dev/null
	curl -sS -X PUT -H "$A" -T "$T/$3" "$TD_API_SERVER/v3/bulk_import/upload_part/$1/p" >/dev/null
	api POST "bulk_import/perform/$1" >/dev/null
	wait_for "$1" ready
}
kill_hard() { kill -9 "$local_pid"; wait "$local_pid" 2>/dev/null; }

api POST database/create/testdb >/dev/null
api POST table/create/testdb/rows/log >/dev/null

# --- kill -9 after each answer
api POST bulk_import/create/ses/testdb/rows >/dev/null
kill_hard; local_start
is 'killed behind create' "$(api GET bulk_import/show/ses | jq -r .status)" uploading
curl -sS -X PUT -H "$A" -T "$T/a" "$TD_API_SERVER/v3/bulk_import/upload_part/ses/p" >/dev/null
kill_hard; local_start
is 'killed behind an upload' "$(api GET bulk_import/list_parts/ses | jq -c .parts)" '["p"]'
api POST bulk_import/perform/ses >/dev/null
kill_hard; local_start
wait_for ses ready
is 'killed behind perform: it is done after all' "$(api GET bulk_import/show/ses | jq .valid_records)" 20000
api POST bulk_import/commit/ses >/dev/null
kill_hard; local_start
wait_for ses committed
is 'killed behind commit: all rows are there' "$(count rows)" 20000
job=$(api POST job/issue/presto/testdb -d 'query=SELECT COUNT(1) FROM rows' | jq -r .job_id)
kill_hard; local_start
until_ok sh -c "curl -sS -H '$A' $TD_API_SERVER/v3/job/status/$job | grep -q success"
is 'killed behind issue: the job runs' "$(api GET "job/result/$job?format=json")" '[20000]'

# --- a job of several statements resumes after those that are done
job=$(api POST job/issue/hive/testdb --data-urlencode 'query=USE testdb; CREATE TABLE IF NOT EXISTS steps (n bigint); INSERT INTO TABLE steps SELECT 1 AS n; INSERT INTO TABLE steps SELECT 2 AS n;
	SELECT COUNT(*) FROM rows a JOIN rows b ON a.time <> b.time; INSERT INTO TABLE steps SELECT 3 AS n' | jq -r .job_id)
until_ok sh -c "curl -sS -H '$A' $TD_API_SERVER/v3/table/show/testdb/steps | jq -e '.count == 2'"
kill_hard; local_start
is 'killed in the middle: what is done is there' "$(count steps)" 2
until_ok sh -c "curl -sS -H '$A' $TD_API_SERVER/v3/job/status/$job | grep -q running"
is 'and it is not done again' "$(count steps)" 2
api POST "job/kill/$job" >/dev/null

# --- kill -9 at any moment: a table is whole
whole=0
for round in 1 2 3 4 5 6 7 8; do
	load "s_$round" rows b
	before=$(count rows)
	{ api POST "bulk_import/commit/s_$round" >/dev/null; api GET "bulk_import/show/s_$round" >/dev/null; api GET "bulk_import/show/s_$round" >/dev/null; } 2>/dev/null &
	half=$!
	$PYTHON -c "import time; time.sleep($round * 0.002)"
	kill_hard
	wait "$half" 2>/dev/null
	local_start
	status=$(api GET "bulk_import/show/s_$round" | jq -r .status)
	[ "$status" = ready ] || wait_for "s_$round" committed
	after=$(count rows)
	case $status:$((after - before)) in
	ready:0 | committing:30000 | committed:30000) whole=$((whole + 1)) ;;
	*) echo "# $status $before $after" ;;
	esac
done
is 'killed at any moment: nothing or everything' "$whole" 8
rm -f "$T"/names
for table in segments parts jobs sessions; do
	column="file"; [ $table = sessions ] && column=errors
	sqlite3 "$T/local.data/catalog.sqlite" "SELECT $column FROM $table WHERE $column IS NOT NULL" >>"$T/names"
done
is 'no file is left that nobody names' "$(ls "$T/local.data/files" | sort | comm -23 - "$(sort -o "$T/names" "$T/names"; echo "$T/names")")" ''

# --- a reader sees the old table or the new one
api POST table/create/testdb/live/log >/dev/null
api POST table/create/testdb/next/log >/dev/null
load one live a; api POST bulk_import/commit/one >/dev/null; wait_for one committed
load two next b; api POST bulk_import/commit/two >/dev/null; wait_for two committed
cat >"$T/reader.py" <<'P'
import json, os, sys, urllib.request
url, key, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
def ask(path, data=None):
    r = urllib.request.Request(url + '/v3/' + path, data=data, headers={'Authorization': 'TD1 ' + key})
    return urllib.request.urlopen(r).read()
seen = set()
for i in range(n):
    job = json.loads(ask('job/issue/presto/testdb', b'query=SELECT COUNT(1), MIN(n), MAX(n) FROM live'))['job_id']
    while json.loads(ask('job/status/' + job))['status'] not in ('success', 'error'): pass
    seen.add(ask('job/result/' + job + '?format=json').decode().strip())
print(sorted(seen))
P
$PYTHON "$T/reader.py" "$TD_API_SERVER" "$TD_API_KEY" 60 >"$T/seen" 2>&1 &
reader=$!
while kill -0 $reader 2>/dev/null; do api POST table/swap/testdb/live/next >/dev/null; done
wait $reader
is 'a reader during many swaps' "$(cat "$T/seen")" "['[20000,1,1]', '[30000,2,2]']"

finish
