#!/bin/sh
# Snapshots of a running td-local: everything comes back, with its ids and files; jobs that were running run again; clients
# see a restore whole or not at all.
. "$(dirname "$0")/../lib/lib.sh"

local_start local --polls 0 --clock 1500000000
db() { sqlite3 "$T/local.data/catalog.sqlite" "$1"; }
rows() { # N: a part with N rows
	$PYTHON -c 'import gzip, sys, msgpack; sys.stdout.buffer.write(gzip.compress(b"".join(msgpack.packb({"time": 1500000000 + i, "n": i}) for i in range(int(sys.argv[1])))))' "$1"
}
ended() { api GET "job/status/$1" | grep -Eq '"(success|error|killed)"'; }
query() {
	j=$(api POST job/issue/presto/testdb --data-urlencode "query=$1" | jq -r .job_id)
	until_ok ended "$j"
	api GET "job/result/$j?format=csv"
}
rows 10 >"$T/ten"
rows 7 >"$T/seven"
api POST database/create/testdb >/dev/null
api POST table/create/testdb/rows/log >/dev/null
api PUT table/import/testdb/rows/msgpack.gz -T "$T/ten" >/dev/null
query 'SELECT COUNT(1) FROM rows' >/dev/null
first=$j
api POST bulk_import/create/mine/testdb/rows >/dev/null
api PUT bulk_import/upload_part/mine/p -T "$T/seven" >/dev/null
api POST schedule/create/daily -d 'cron=@daily' -d database=testdb -d type=presto --data-urlencode 'query=SELECT 1' >/dev/null
state() {
	api GET database/list
	api GET table/list/testdb
	api GET bulk_import/list
	api GET schedule/list
	api GET job/list
	api GET "job/result/$first?format=csv"
}
state >"$T/state"
is 'none at first' "$(control GET snapshots)" '{"snapshots":[]}'
is 'one is taken' "$(control POST snapshots/before)" '{"snapshot":"before"}'
is 'and is there' "$(control GET snapshots)" '{"snapshots":["before"]}'
is 'closed to others' "$(find "$T/local.data/snapshots" -perm /077)" ''

# --- other changes, which a restore undoes
change() {
	query 'DELETE FROM rows WHERE n > 2' >/dev/null
	api PUT table/import/testdb/rows/msgpack.gz -T "$T/seven" >/dev/null
	api POST table/create/testdb/more/log >/dev/null
	api POST bulk_import/delete/mine >/dev/null
	api POST schedule/delete/daily >/dev/null
	api POST database/create/another >/dev/null
	control POST snapshots/after >/dev/null
	api POST database/delete/testdb >/dev/null
}
change
is 'restored' "$(control POST snapshots/before/restore)" '{"snapshot":"before"}'
state >"$T/again"
ok 'it is as it was' cmp "$T/state" "$T/again"
is 'rows are, too' "$(query 'SELECT COUNT(1), SUM(n) FROM rows')" 10,45
api POST bulk_import/perform/mine >/dev/null
until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/v3/bulk_import/show/mine | grep -q ready"
api POST bulk_import/commit/mine >/dev/null
api GET bulk_import/show/mine >/dev/null
is 'and the parts of a session' "$(query 'SELECT COUNT(1), SUM(n) FROM rows')" 17,66
control POST snapshots/after/restore >/dev/null
is 'a later one' "$(query 'SELECT COUNT(1), SUM(n) FROM rows')$(api GET table/list/testdb | jq -c '[.tables[].name]')" '10,24["more","rows"]'
control POST snapshots/before/restore >/dev/null
state >"$T/again"
ok 'and the first again' cmp "$T/state" "$T/again"
is 'no file is left over' "$(find "$T/local.data/files" -type f | wc -l)" \
	"$(db 'SELECT count(*) FROM (SELECT file FROM segments UNION SELECT file FROM parts UNION SELECT errors FROM sessions WHERE errors IS NOT NULL UNION SELECT file FROM jobs WHERE file IS NOT NULL)')"
is 'the catalogue is sound' "$(db 'PRAGMA integrity_check')" ok
mkdir "$T/other"
cp -R "$T/local.data/snapshots/before" "$T/other/data"
chmod -R go= "$T/other"
is 'a snapshot is a data directory' "$(td-local --data "$T/other/data" --exec -- td-fetch -q -f csv --no-header -d testdb -e 'SELECT COUNT(1) FROM rows')" 10

# --- while jobs run
j=$(api POST job/issue/presto/testdb --data-urlencode "query=WITH n AS (SELECT i FROM UNNEST(SEQUENCE(1, 10000)) AS t(i)) SELECT COUNT(1) FROM n a, n b, n c" | jq -r .job_id)
long=$j
until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/v3/job/status/$long | grep -q running"
control POST snapshots/busy >/dev/null
api POST "job/kill/$long" >/dev/null
begun=$(date +%s)
is 'one that was taken while a job was at work' "$(control POST snapshots/busy/restore)" '{"snapshot":"busy"}'
ok 'has it run again' until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/v3/job/status/$long | grep -q running"
control POST snapshots/before/restore >/dev/null
is 'a restore ends it' "$(api GET "job/status/$long" | jq .status_code)" 404
ok 'soon' test $(($(date +%s) - begun)) -le 5
is 'its number begins again, and is another job' "$(query 'SELECT 42')" 42
j=$(api POST job/issue/presto/testdb --data-urlencode "query=WITH n AS (SELECT i FROM UNNEST(SEQUENCE(1, 10000)) AS t(i)) SELECT COUNT(1) FROM n a, n b, n c" | jq -r .job_id)
control POST reset >/dev/null
api POST database/create/testdb >/dev/null
is 'as after a reset' "$(query 'SELECT 43')" 43

# Restores beside clients that write and read: each sees one state or the other, and no error but "not there".
control POST snapshots/before/restore >/dev/null
cat >"$T/beside.py" <<'P'
import gzip, json, sys, threading, time, urllib.request, urllib.error, msgpack
url, key, seconds = sys.argv[1], sys.argv[2], 4
def ask(method, path, data=None):
    r = urllib.request.Request(url + path, data=data, method=method, headers={'Authorization': 'TD1 ' + key})
    try: return json.loads(urllib.request.urlopen(r, timeout=60).read())
    except urllib.error.HTTPError as e: return {'status': e.code, 'text': e.read().decode()}
wrong, until, seen = [], time.time() + seconds, set()
part = gzip.compress(msgpack.packb({'time': 1, 'n': 1000}))
def writer():
    while time.time() < until:
        r = ask('PUT', '/v3/table/import/testdb/rows/msgpack.gz', part)
        if r.get('status', 200) != 200: wrong.append(r)
def reader():
    while time.time() < until:
        j = ask('POST', '/v3/job/issue/presto/testdb', b'query=SELECT COUNT(1) - COUNT_IF(n = 1000) FROM rows')
        if 'job_id' not in j: wrong.append(j); continue
        while True:
            s = ask('GET', '/v3/job/status/' + j['job_id'])['status']
            if s not in ('queued', 'running'): break
        if s == 'error':
            wrong.append(ask('GET', '/v3/job/show/' + j['job_id']))
        elif s == 'success':
            r = ask('GET', '/v3/job/result/%s?format=json' % j['job_id'])
            if isinstance(r, list): seen.add(r[0])
def restorer():
    n = 0
    while time.time() < until:
        r = ask('POST', '/local/snapshots/before/restore')
        if r != {'snapshot': 'before'}: wrong.append(r)
        if n % 3 == 0:
            r = ask('POST', '/local/snapshots/mixed')
            if r != {'snapshot': 'mixed'}: wrong.append(r)
        n += 1
        time.sleep(0.02)
all = [threading.Thread(target=f) for f in (writer, writer, reader, reader, restorer)]
for t in all: t.start()
for t in all: t.join()
print(sorted(seen), wrong[:3])
P
is 'writers, readers and restores at once' "$($PYTHON "$T/beside.py" "$TD_API_SERVER" "$TD_API_KEY")" '[10] []'
is 'the snapshot that was taken meanwhile' "$(control POST snapshots/mixed/restore)$(query 'SELECT COUNT(1) - COUNT_IF(n = 1000) FROM rows')" '{"snapshot":"mixed"}10'

# --- refusals
is 'names' "$(for p in '..' 'a%2Fb' 'a.b' "$(printf '%065d' 0)" '%00' 'ä'; do control POST "snapshots/$p" --path-as-is | jq .status_code; done | paste -sd ' ' -)" '422 422 422 422 404 422'
is 'none of that name' "$(control POST snapshots/none/restore | jq -r .error) $(control DELETE snapshots/none | jq .status_code)" 'There is no snapshot none 404'
is 'the key' "$(curl -sS -o /dev/null -w '%{http_code}' -X POST "$TD_API_SERVER/local/snapshots/x")" 401
is 'one that is dropped' "$(control DELETE snapshots/after)$(control GET snapshots)" '{"snapshot":"after"}{"snapshots":["before","busy","mixed"]}'
rm "$T/local.data/snapshots/busy/files/"*
state >"$T/was"
like 'one whose files are gone is refused' "$(control POST snapshots/busy/restore | jq -r .error)" 'cannot link .*: No such file'
state >"$T/is"
ok 'and nothing has changed' cmp "$T/was" "$T/is"

# --- a start tidies up, and keeps snapshots
mkdir -p "$T/local.data/snapshots/half.new/files"
mv "$T/local.data/snapshots/mixed" "$T/local.data/snapshots/mixed.old"
kill -9 "$local_pid"
wait "$local_pid"
local_start local --polls 0
is 'after a crash: whole ones, and the one that was about to be replaced' "$(ls "$T/local.data/snapshots" | paste -sd ' ' -)" 'before busy mixed'
control POST snapshots/before/restore >/dev/null
is 'which can be restored' "$(query 'SELECT COUNT(1) FROM rows')" 10
local_stop

# --- a temporary directory takes its snapshots with it
mkdir "$T/tmp"
TMPDIR=$T/tmp td-local --no-samples --exec -- sh -c 'curl -sS -X POST -H "Authorization: TD1 $TD_API_KEY" "$TD_API_SERVER/local/snapshots/x"' >/dev/null
is 'nothing is left of a temporary directory' "$(ls "$T/tmp")" ''

finish
