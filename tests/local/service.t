#!/bin/sh
# td-local as a service: a part of 100 MB in bounded memory, readers during a commit, many clients at once, the log of
# requests, and an end that waits for nobody.
. "$(dirname "$0")/../lib/lib.sh"

local_start local --polls 0 -v
A="Authorization: TD1 $TD_API_KEY"
api POST database/create/many >/dev/null

# --- a part of 100 MB: 100 records of 1 MiB that hardly compress. First, because the peak counts from the start of the server
$PYTHON - "$T/part" <<'P'
import gzip, os, sys, msgpack
with gzip.open(sys.argv[1], 'wb', 0) as out:
    for i in range(100): out.write(msgpack.packb({'time': 1500000000 + i, 'n': i, 's': os.urandom(1 << 19).hex()}))
P
ok 'it is that large' test "$(wc -c <"$T/part")" -gt 100000000
small() { # WHAT: the server needed less than 32 MB
	if sanitized || [ ! -r "/proc/$local_pid/status" ]; then
		skip "$1" "sanitizers, or no /proc"
	else
		peak=$(awk '/VmHWM/ { print $2 }' "/proc/$local_pid/status")
		ok "$1: $peak kB" test "$peak" -lt 32000
	fi
}
api POST table/create/many/large/log >/dev/null
api POST table/update-schema/many/large -d 'schema=[["n","long"]]' >/dev/null
api POST bulk_import/create/large/many/large >/dev/null
api PUT bulk_import/upload_part/large/p -T "$T/part" >/dev/null
small 'a part of 100 MB is not in memory'
api POST bulk_import/perform/large >/dev/null
until_ok sh -c "curl -sS -H '$A' $TD_API_SERVER/v3/bulk_import/show/large | grep -q ready"
small 'nor while it is loaded'

# --- readers during the commit see all of it or nothing
cat >"$T/reader.py" <<'P'
import json, sys, urllib.request
url, key, stop = sys.argv[1], sys.argv[2], sys.argv[3]
def ask(path, data=None):
    return json.loads(urllib.request.urlopen(urllib.request.Request(url + '/v3/' + path, data=data, headers={'Authorization': 'TD1 ' + key})).read())
seen, last = set(), False
while True:
    last = ask('bulk_import/show/large')['status'] == 'committed'
    job = ask('job/issue/presto/many', b'query=SELECT COUNT(1), SUM(n) FROM large')['job_id']
    while ask('job/status/' + job)['status'] not in ('success', 'error'): pass
    seen.add(json.dumps(ask('job/result/' + job + '?format=json')))
    if len(seen) == 1: open(stop, 'w').close()
    if last: break
print(' '.join(sorted(seen)))
P
$PYTHON "$T/reader.py" "$TD_API_SERVER" "$TD_API_KEY" "$T/reading" >"$T/seen" 2>&1 &
reader=$!
until_ok test -e "$T/reading"
api POST bulk_import/commit/large >/dev/null
wait $reader
is 'readers saw nothing or everything' "$(cat "$T/seen")" '[0, null] [100, 4950]'

# --- many clients
cat >"$T/clients.py" <<'P'
# N clients, each with a connection that it keeps: a table, imports, a query. Every answer must be right.
import gzip, http.client, json, sys, threading, urllib.parse, msgpack
host, key, n = sys.argv[1].split('//')[1], sys.argv[2], int(sys.argv[3])
wrong = []
def client(i):
    c = http.client.HTTPConnection(host, timeout=120)
    def ask(method, path, body=None):
        c.request(method, '/v3/' + path, body, {'Authorization': 'TD1 ' + key})
        r = c.getresponse()
        data = r.read()
        if r.status != 200: raise ValueError('%s %s: %d %s' % (method, path, r.status, data[:200]))
        return data
    try:
        ask('POST', 'table/create/many/t%03d/log' % i)
        for k in range(3):
            ask('PUT', 'table/import/many/t%03d/msgpack.gz' % i, gzip.compress(b''.join(msgpack.packb({'time': j, 'x': i}) for j in range(100)), 1))
        job = json.loads(ask('POST', 'job/issue/presto/many', urllib.parse.urlencode({'query': 'SELECT COUNT(1), SUM(x) FROM t%03d' % i})))['job_id']
        while json.loads(ask('GET', 'job/status/' + job))['status'] not in ('success', 'error'): pass
        got = json.loads(ask('GET', 'job/result/%s?format=json' % job))
        if got != [300, 300 * i]: raise ValueError('%d: %s' % (i, got))
    except Exception as e: wrong.append(repr(e))
all = [threading.Thread(target=client, args=(i,)) for i in range(n)]
for t in all: t.start()
for t in all: t.join()
print('\n'.join(wrong[:5]))
sys.exit(bool(wrong))
P
ok 'a hundred clients at once' $PYTHON "$T/clients.py" "$TD_API_SERVER" "$TD_API_KEY" 100
is 'each request is in the log' "$(grep -c 'PUT /v3/table/import/many/t.*/msgpack.gz 200 ' "$T/local.log")" 300
api GET "user/show?apikey=$TD_API_KEY" >/dev/null
until_ok grep -q 'GET /v3/user/show 200' "$T/local.log"
ok 'the key is not' sh -c "! grep -q '$TD_API_KEY' '$T/local.log'"

# --- TERM during a long query and an upload: it ends at once, and leaves nothing half done
api POST job/issue/presto/sample_datasets -d 'query=SELECT COUNT(1) FROM www_access a, www_access b, www_access c' >/dev/null
mkfifo "$T/slow"
curl -s -o /dev/null -H "$A" -X PUT -T - "$TD_API_SERVER/v3/bulk_import/upload_part/large/q" <"$T/slow" &
upload=$!
exec 3>"$T/slow"
head -c 100000 "$T/part" >&3
until_ok sh -c "find '$T/local.data/files' -name 'p*' | grep -q ."
kill "$local_pid"
wait "$local_pid"
is 'TERM ends it well' "$?" 0
exec 3>&-
wait $upload
local_start
is 'the parts are those that were answered' "$(api GET bulk_import/list_parts/large | jq -c .parts)" '["p"]'
is 'and the rows' "$(api GET table/show/many/large | jq .count)" 100

finish
