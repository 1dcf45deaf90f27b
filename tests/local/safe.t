#!/bin/sh
# Data is safe in td-local: two changes of a table at once, kills, refused parts, full disks, flipped bits.
. "$(dirname "$0")/../lib/lib.sh"

post() { path=$1; shift; api POST "$path" "$@"; }
A="Authorization: TD1 1/0123456789abcdef0123456789abcdef01234567"
issue() { post "job/issue/presto/testdb" --data-urlencode "query=$1" | jq -r .job_id; }
status() { api GET "job/status/$1" | jq -r .status; }
ended() { api GET "job/status/$1" | grep -Eq '"(success|error|killed)"'; }
wait_job() { until_ok ended "$1"; status "$1"; }
query() { j=$(issue "$1"); wait_job "$j" >/dev/null; api GET "job/result/$j?format=csv"; }
session() { api GET "bulk_import/show/$1" | jq -r "$2"; }
ready() { [ "$(session "$1" .status)" = ready ]; }
import() { api PUT "table/import/testdb/$1/msgpack.gz" -T "$T/$2" >/dev/null; }
$PYTHON - "$T" <<'P'
import gzip, sys, msgpack
def write(name, rows): open(sys.argv[1] + '/' + name, 'wb').write(gzip.compress(b''.join(msgpack.packb(r) for r in rows), 1))
write('some', [{'time': 3600 * (i % 10), 'n': i} for i in range(1000)])
write('many', [{'time': 3600 * (i % 10), 'n': i, 's': 'x' * 100} for i in range(200000)])
write('one', [{'time': 7200, 'n': 5}])
P

local_start local --no-samples --polls 0
post database/create/testdb >/dev/null

# --- two at once
post table/create/testdb/both/log >/dev/null
for i in 1 2 3; do import both some; done
jobs=$(for i in 0 1 2 3 4 5 6 7; do issue "DELETE FROM both WHERE n % 8 = $i"; done)
is 'eight DELETEs at once end well' "$(for j in $jobs; do wait_job "$j"; done | uniq)" success
is 'and nothing is left' "$(query 'SELECT COUNT(1) FROM both')" 0
import both some
import both some
jobs=$(for i in 0 1 2 3 4; do
	post table/partialdelete/testdb/both -d from=$((7200 * i)) -d to=$((7200 * i + 3600)) | jq -r .job_id
	issue "DELETE FROM both WHERE time = $((7200 * i + 3600)) AND n < 500"
done)
is 'beside partial deletes' "$(for j in $jobs; do wait_job "$j"; done | uniq)" success
is 'what is left is right' "$(query 'SELECT COUNT(1), MIN(n) FROM both')" '500,501'
post table/create/testdb/joined/log >/dev/null
cat >"$T/joins.py" <<'P'
# Small imports, which are joined again and again, while rows are deleted.
import os, sys, threading, urllib.parse, urllib.request, json
url, key = os.environ['TD_API_SERVER'], os.environ['TD_API_KEY']
one = open(sys.argv[1], 'rb').read()
def ask(path, data=None, method=None):
    r = urllib.request.Request(url + '/v3/' + path, data, {'Authorization': 'TD1 ' + key}, method=method)
    return json.loads(urllib.request.urlopen(r).read())
def job(sql):
    j = ask('job/issue/presto/testdb', urllib.parse.urlencode({'query': sql}).encode())['job_id']
    while True:
        s = ask('job/status/' + j)['status']
        if s in ('success', 'error', 'killed'): return j if s == 'success' else sys.exit(json.dumps(ask('job/show/' + j)))
def imports():
    for i in range(300): ask('table/import/testdb/joined/msgpack.gz', one, 'PUT')
ask('table/import/testdb/joined/msgpack.gz', one, 'PUT')
t = threading.Thread(target=imports)
t.start()
while t.is_alive(): job('DELETE FROM joined WHERE n = 5')
t.join()
job('DELETE FROM joined WHERE n = 5')
print(ask('table/show/testdb/joined')['count'])
P
is 'DELETE beside joins' "$($PYTHON "$T/joins.py" "$T/one")" 0
post table/create/testdb/tail/log >/dev/null
$PYTHON - "$TD_API_SERVER" "$TD_API_KEY" <<'P'
import gzip, msgpack, sys, urllib.request
for i in range(200):
    rows = [{'time': i, 'n': i}] if i != 50 else [{'time': i, 'n': i, 's': 'x' * 2000000}]
    urllib.request.urlopen(urllib.request.Request(sys.argv[1] + '/v3/table/import/testdb/tail/msgpack.gz',
        gzip.compress(b''.join(map(msgpack.packb, rows)), 1), {'Authorization': 'TD1 ' + sys.argv[2]}, method='PUT')).read()
P
is 'the tail is newest first after joins' "$(api GET 'table/tail/testdb/tail?count=200&format=json' | jq -c '[.[].n] == ([range(200)] | reverse)')" true

# --- kills
post table/create/testdb/large/log >/dev/null
for i in 1 2 3 4; do import large many; done
killed() { # partial deletes that are killed at once
	j=$(post table/partialdelete/testdb/large -d from=0 -d to=36000 | jq -r .job_id)
	post "job/kill/$j" >/dev/null
	wait_job "$j"
}
is 'a killed partialdelete' "$(killed)" killed
is 'deletes nothing' "$(query 'SELECT COUNT(1) FROM large')" 800000
j=$(issue 'SELECT COUNT(1) FROM large a, large b, large c')
post "job/kill/$j" >/dev/null
is 'a query that is killed' "$(wait_job "$j")" killed
j=$(issue 'SELECT 1')
is 'does not hold its thread' "$(wait_job "$j")" success
post table/create/testdb/target/log >/dev/null
kills() {
	for ms in 0 1 2 5 10 20 40; do
		before=$(query 'SELECT COUNT(1) FROM target')
		j=$(post job/issue/presto/testdb -d 'query=SELECT n FROM both' --data-urlencode 'result=td://@/testdb/target?mode=append' | jq -r .job_id)
		sleep 0.0$ms
		post "job/kill/$j" >/dev/null
		s=$(wait_job "$j")
		after=$(query 'SELECT COUNT(1) FROM target')
		echo "$s $((after - before))"
	done | sort -u
}
unlike 'a killed result output has published nothing, one that has is no killed one' "$(kills)" 'killed [1-9]|success 0'

# --- polls: what is reported as running can be killed
local_stop
local_start local --no-samples --polls 50
late() { # a job that has ended is killed while it is still reported as running, for a second at most
	j=$(issue 'SELECT 1 AS a')
	[ "$(sqlite3 "$T/local.data/catalog.sqlite" "SELECT status FROM jobs WHERE id = $j")" = success ] || return 1
	[ "$(post "job/kill/$j" | jq -r .former_status)" = running ]
}
ok 'what has ended and is reported as running can be killed' until_ok late
is 'and is killed then' "$(wait_job "$j"; api GET "job/result/$j" | jq .status_code)" 'killed
404'
local_stop

# --- commits
local_start local --no-samples --polls 50
load() { # SESSION TABLE PART...
	s=$1 t=$2
	shift 2
	post "bulk_import/create/$s/testdb/$t" >/dev/null
	for p; do api PUT "bulk_import/upload_part/$s/$(basename "$p")" -T "$p" >/dev/null; done
	post "bulk_import/perform/$s" >/dev/null
	until_ok ready "$s"
}
post table/create/testdb/kept/log >/dev/null
load kept_1 kept "$T/some"
is 'a commit' "$(post bulk_import/commit/kept_1 | jq -r .name)" kept_1
post bulk_import/delete/kept_1 >/dev/null
is 'and then a delete: what was answered is done' "$(query 'SELECT COUNT(1) FROM kept')" 1000
load kept_2 kept "$T/some"
post bulk_import/commit/kept_2 >/dev/null
post table/delete/testdb/kept >/dev/null
is 'with its table it is committed all the same' "$(session kept_2 .status)" committed

# --- refused parts
post table/create/testdb/parts/log >/dev/null
$PYTHON - "$T" <<'P'
import gzip, sys, msgpack
def write(name, body): open(sys.argv[1] + '/' + name, 'wb').write(gzip.compress(body, 1))
write('a-good', msgpack.packb({'time': 1, 'n': 1}))
write('b-bad', msgpack.packb({'time': 1, 'n': 'text', 'new': 1.5}) + msgpack.packb({'n': 1}) + b'\xc1')
write('c-good', msgpack.packb({'time': 2, 'n': 5}) + msgpack.packb({'n': 'late'}))
P
load parts_1 parts "$T/a-good" "$T/b-bad" "$T/c-good"
is 'a part that is refused is counted' "$(session parts_1 '[.valid_parts, .error_parts, .valid_records, .error_records] | join(" ")')" '2 1 2 1'
is 'its error records are not there' "$(api GET bulk_import/error_records/parts_1 | gzip -dc | $PYTHON -c 'import msgpack, sys; print(list(msgpack.Unpacker(sys.stdin.buffer)))')" "[{'n': 'late'}]"
post bulk_import/commit/parts_1 >/dev/null
until_ok sh -c "curl -sS -H '$A' $TD_API_SERVER/v3/bulk_import/show/parts_1 | grep -q committed"
is 'nor its columns and types' "$(api GET table/show/testdb/parts | jq -r .schema) $(query 'SELECT n FROM parts ORDER BY n' | tr '\n' ' ')" '[["n","long"]] 1 5 '

# --- flipped bits
query 'SELECT COUNT(1) FROM both' >/dev/null
local_stop
f=$T/local.data/files/$(sqlite3 "$T/local.data/catalog.sqlite" "SELECT file FROM segments JOIN tables t ON t.id = tbl WHERE t.name = 'both' LIMIT 1")
cp "$f" "$T/segment"
flips() {
	for at in 3 100 500; do
		$PYTHON -c 'import sys; d = bytearray(open(sys.argv[1], "rb").read()); d[int(sys.argv[3])] ^= 4; open(sys.argv[2], "wb").write(d)' "$T/segment" "$f" $at
		local_start local --no-samples --polls 0
		j=$(issue 'SELECT SUM(n) FROM both')
		wait_job "$j"
		api GET "job/show/$j" | jq -r .debug.stderr | sed 's/: [^ ]* is/: FILE is/'
		local_stop
	done | sort | uniq -c | sed 's/^ *//'
}
is 'a flipped bit is seen' "$(flips)" '3 error
3 the data directory is damaged: FILE is not what was written'
cp "$T/segment" "$f"

# --- a full disk
if mkdir "$T/disk" && mount -t tmpfs -o size=16m,mode=700 tmpfs "$T/disk" 2>/dev/null; then
	trap 'cleanup; umount "$T/disk" 2>/dev/null; rm -rf "$T"' EXIT
	TD_API_KEY=1/0123456789abcdef0123456789abcdef01234567
	td-local --listen 127.0.0.1:0 --key $TD_API_KEY --no-samples --polls 0 --data "$T/disk/data" >"$T/disk.url" 2>"$T/disk.log" &
	local_pid=$!
	pids="$pids $local_pid"
	until_ok test -s "$T/disk.url"
	TD_API_SERVER=$(cat "$T/disk.url")
	post database/create/testdb >/dev/null
	post table/create/testdb/full/log >/dev/null
	import full some
	post bulk_import/create/full_1/testdb/full >/dev/null
	api PUT bulk_import/upload_part/full_1/p -T "$T/many" >/dev/null
	j=$(issue 'SELECT random() AS a, random() AS b, random() AS c, random() AS d FROM "full" a, "full" b')
	is 'a query that has no room' "$(wait_job "$j")" error
	like 'says so' "$(api GET "job/show/$j" | jq -r .debug.stderr)" '[Nn]o space|cannot write|full'
	j=$(post bulk_import/perform/full_1 | jq -r .job_id)
	is 'an import that has none' "$(wait_job "$j"; session full_1 .status)" 'error
uploading'
	head -c 100000000 /dev/zero >"$T/disk/filler" 2>/dev/null
	is 'a job on a disk without any room ends' "$(for i in 1 2 3; do j=$(issue 'SELECT 1'); [ "$j" = null ] || wait_job "$j"; done | sort -u | grep -v success)" ''
	rm "$T/disk/filler"
	is 'with room it works' "$(query 'SELECT COUNT(1) FROM "full"')" 1000
	kill "$local_pid"
	wait "$local_pid"
	umount "$T/disk"
else
	skip 'a disk that is full' 'cannot mount one'
fi

finish
