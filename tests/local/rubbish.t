#!/bin/sh
# Bad input for td-local: requests, bodies, data directories and disks that are not as they should be.
. "$(dirname "$0")/../lib/lib.sh"

local_start local --polls 0
url=$TD_API_SERVER
A="Authorization: TD1 $TD_API_KEY"
code() { curl -s -o "$T/body" -w '%{http_code}' -H "$A" "$@"; }
post() { curl -sS -X POST -H "$A" "$@"; }
alive() { kill -0 "$local_pid" && [ "$(curl -s "$url/v3/system/server_status")" = '{"status":"ok"}' ]; }

# --- paths
for path in /v3 /v3/ /page /v3/table/show /v3/table/show/a/b/c/d /v3/database/show/%00 /v3/database/show/%zz /v3/database/show/a%2Fb \
	/v3/database/show/..%2F..%2Fetc /v3/table/show/sample_datasets/..%2Fwww_access /v4/queries /local /v3x/database/list; do
	is "404 for $path" "$(code --path-as-is "$url$path")" 404
done
is 'a name that is not UTF-8' "$(code "$url/v3/database/show/%ff%fe")" 404
is 'another method' "$(code -X DELETE "$url/v3/database/list")" 404
is 'dots in a path are nothing special' "$(code --path-as-is "$url/v3/../v3/database/list")" 404

# --- memory of one request: at most 64 MiB, and it is given back
if ! sanitized && [ -w "/proc/$local_pid/clear_refs" ]; then
	cat >"$T/large.py" <<'P'
# Each request alone: MiB that the server had at most.
import gzip, http.client, json, re, sys
import msgpack
host, key, pid = sys.argv[1].split('//')[1], sys.argv[2], sys.argv[3]
def ask(method, path, body, type=None):
    c = http.client.HTTPConnection(host, timeout=120)
    c.request(method, path, body, {'Authorization': 'TD1 ' + key, **({'Content-Type': type} if type else {})})
    r = c.getresponse()
    r.read()
    return r.status
def peak(what, want, *request):
    open('/proc/%s/clear_refs' % pid, 'w').write('5')
    status = ask(*request)
    n = int(re.search(r'VmHWM:\s+(\d+)', open('/proc/%s/status' % pid).read()).group(1)) >> 10
    if n > 64 or status != want: print(what, n, 'MiB', status)
issue = '/v3/job/issue/presto/sample_datasets'
part = lambda name, value: b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name, value)
peak('JSON of objects', 400, 'POST', issue, b'{"x":[' + b'{},' * 3900000 + b'{}]}', 'application/json')
peak('JSON with a long text', 422, 'POST', issue, b'{"query":"' + b'x' * 11900000 + b'"}', 'application/json')
peak('a form with a long text', 422, 'POST', issue, b'query=' + b'%20' * 3900000)
peak('a form with many', 400, 'POST', issue, b'&'.join(b'a%d=1' % i for i in range(1000000)))
peak('multipart with many', 400, 'POST', issue, b''.join(part(b'q%d' % i, b'x') for i in range(180000)) + b'--b--\r\n', 'multipart/form-data; boundary=b')
peak('faults', 422, 'POST', '/local/faults', b'GET a 1 503\n' * 900000)
peak('a clock', 422, 'POST', '/local/clock', b'9' * 10000000)
peak('a schema', 422, 'POST', '/v3/table/update-schema/sample_datasets/nasdaq', b'schema=' + b'[["c","long"],' * 800000)
peak('a record of 24 MB', 200, 'PUT', '/v3/table/import/sample_datasets/nasdaq/msgpack.gz', gzip.compress(msgpack.packb({'time': 1, 's': 'x' * 24000000}), 1))
peak('deep msgpack', 422, 'PUT', '/v3/table/import/sample_datasets/nasdaq/msgpack.gz', gzip.compress(b'\x82\xa4time\x01\xa1a' + b'\x91' * 30000000 + b'\x01', 1))
peak('what is left', 200, 'GET', '/v3/database/list', None)
P
	is 'no request takes more than 64 MiB' "$($PYTHON "$T/large.py" "$url" "$TD_API_KEY" "$local_pid" 2>&1)" ''
else skip 'memory of requests' 'sanitizers, or no /proc'; fi

# --- HTTP
ok 'HTTP that is none, and too much of it' $PYTHON - "$url" "$TD_API_KEY" <<'P'
import random, socket, sys
host, port = sys.argv[1].split('//')[1].split(':')
def send(data, read=True):
    s = socket.create_connection((host, int(port)), timeout=20)
    try:
        s.sendall(data)
        s.shutdown(socket.SHUT_WR)
        out = b''
        while read:
            d = s.recv(65536)
            if not d: break
            out += d
        return out
    except OSError: return b''
    finally: s.close()
auth = b'Authorization: TD1 ' + sys.argv[2].encode() + b'\r\n'
def status(out): return int(out.split()[1]) if out.startswith(b'HTTP/') else 0
assert status(send(b'rubbish\r\n\r\n')) in (0, 400, 505)
assert status(send(b'GET /v3/database/list HTTP/1.1\r\nHost: localhost\r\nX: ' + b'a' * 300000 + b'\r\n\r\n')) in (0, 413, 431)
assert status(send(b'GET /v3/database/' + b'a' * 300000 + b' HTTP/1.1\r\nHost: localhost\r\n\r\n')) in (0, 413, 414, 431)
assert status(send(b'POST /v3/database/create/x HTTP/1.1\r\nHost: localhost\r\n' + auth + b'Content-Length: -5\r\n\r\n')) in (0, 400)
assert status(send(b'POST /v3/database/create/x HTTP/1.1\r\nHost: localhost\r\n' + auth + b'Content-Length: 99999999999999999999999\r\n\r\n')) in (0, 400, 413)
assert status(send(b'POST /v3/database/create/x HTTP/1.1\r\nHost: localhost\r\n' + auth + b'Transfer-Encoding: chunked\r\n\r\nzz\r\n')) in (0, 400)
# a body that ends early is not a request
assert status(send(b'POST /v3/database/create/cut_short HTTP/1.1\r\nHost: localhost\r\n' + auth + b'Content-Length: 100\r\n\r\nabc')) == 0
assert status(send(b'GET /v3/database/show/cut_short HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n' + auth + b'\r\n')) == 404
assert status(send(b'POST /v3/job/issue/presto/sample_datasets HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n' + auth + b'Content-Length: 13000000\r\n\r\n' + b'query=' + b'x' * 12999994)) == 413
random.seed(1)
good = b'POST /v3/table/update-schema/testdb/tbl?schema=%5B%5D HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n' + auth + b'Content-Length: 62\r\n\r\n--b\r\nContent-Disposition: form-data; name="schema"\r\n\r\n[]\r\n--b--\r\n'
for i in range(300):
    d = bytearray(good)
    for k in range(random.randrange(1, 6)):
        at = random.randrange(len(d))
        r = random.randrange(3)
        if r == 0: d[at] = random.randrange(256)
        elif r == 1: del d[at:at + random.randrange(1, 20)]
        else: d[at:at] = bytes(random.randrange(256) for _ in range(random.randrange(1, 20)))
    send(bytes(d), read=i % 10 == 0)
P
ok 'it is still there' alive

# --- parameters
post "$url/v3/database/create/testdb" >/dev/null
post "$url/v3/table/create/testdb/tbl/log" >/dev/null
S=$url/v3/table/update-schema/testdb/tbl
is 'JSON that is none' "$(code -X POST -H 'Content-Type: application/json' -d '{"schema":' "$S")" 400
is 'JSON that is no object' "$(code -X POST -H 'Content-Type: application/json' -d '[1]' "$S")" 400
is 'multipart without a boundary' "$(code -X POST -H 'Content-Type: multipart/form-data' -d 'x' "$S")" 400
is 'multipart that is cut' "$(code -X POST -H 'Content-Type: multipart/form-data; boundary=x' -d '--x' "$S")" 400
is 'a form that is not UTF-8' "$(code -X POST -d 'schema=%ff' "$S")" 400
is 'a form with a NUL' "$(code -X POST -d 'schema=%00' "$S")" 400
printf -- '--x\r\nContent-Disposition: form-data; name="schema"\r\n\r\n[]\0rest\r\n--x--' >"$T/nul"
is 'multipart with a NUL' "$(code -X POST -H 'Content-Type: multipart/form-data; boundary=x' --data-binary "@$T/nul" "$S")" 400
is 'no schema' "$(code -X POST "$S")" 422
for schema in '{}' '[1]' '[["a"]]' '[["a",1]]' '[[1,"long"]]' '[["a","array<"]]' '[["a","map<long>"]]' '[["time","long"]]' '[["a","long","b c"]]' '[["a","long","x"],["b","long","x"]]' \
	'[["a","array<array<array<array<array<array<array<array<array<array<array<array<array<array<array<array<array<array<long>>>>>>>>>>>>>>>>>>"]]'; do
	is "a schema that is none: $schema" "$(code -X POST --data-urlencode "schema=$schema" "$S")" 422
done
is 'a number that is none' "$(code -X POST -d expire_days=soon "$url/v3/table/update/testdb/tbl")" 422

# --- bodies
$PYTHON - "$T" <<'P'
import sys, gzip, msgpack, random
d = sys.argv[1] + '/b-'
def body(name, raw): open(d + name, 'wb').write(gzip.compress(raw, 1))
body('number', b'\x01')
body('never', b'\xc1')
body('long-array', b'\x81\xa1a\xdd\xff\xff\xff\xff\x01')
body('long-map', b'\xdf\xff\xff\xff\xff\xa1a\x01')
body('long-string', b'\x81\xa1a\xdb\xff\xff\xff\xff' + b'x' * 1000)
body('deep', b'\x82\xa4time\x01\xa1a' + b'\x91' * 1000 + b'\x01')
body('cut', msgpack.packb({'time': 1, 'a': 'xyz'})[:-1])
body('bomb', b'\x81\xa1a\xdb\x0a\x00\x00\x00' + b'\0' * (100 << 20))
random.seed(2)
good = gzip.compress(b''.join(msgpack.packb({'time': i, 'a': 'x' * (i % 20), 'b': [i, {'c': None}]}) for i in range(200)))
for i in range(40):
    g = bytearray(good)
    for k in range(3): g[random.randrange(len(g))] = random.randrange(256)
    open(d + 'gz%d' % i, 'wb').write(g)
    raw = bytearray(gzip.decompress(good))
    for k in range(3): raw[random.randrange(len(raw))] = random.randrange(256)
    body('mp%d' % i, bytes(raw))
P
I=$url/v3/table/import/testdb/tbl/msgpack.gz
for b in number never long-array long-map long-string deep cut bomb; do
	is "an import of: $b" "$(code -T "$T/b-$b" "$I")" 422
done
is 'nothing was imported' "$(curl -sS -H "$A" "$url/v3/table/show/testdb/tbl" | jq .count)" 0
post "$url/v3/bulk_import/create/ses/testdb/tbl" >/dev/null
for b in "$T"/b-*; do code -T "$b" "$url/v3/bulk_import/upload_part/ses/$(basename "$b")" >/dev/null; done
post "$url/v3/bulk_import/perform/ses" >/dev/null
until_ok sh -c "curl -sS -H '$A' $url/v3/bulk_import/show/ses | grep -q ready"
like 'parts of rubbish' "$(curl -sS -H "$A" "$url/v3/bulk_import/show/ses" | jq -c '[.valid_parts + .error_parts, .error_parts > 40, .valid_records >= 0]')" '^\[88,true,true\]$'
post "$url/v3/bulk_import/commit/ses" >/dev/null
until_ok sh -c "curl -sS -H '$A' $url/v3/bulk_import/show/ses | grep -q committed"
job=$(post "$url/v3/job/issue/presto/testdb" -d 'query=SELECT * FROM tbl' | jq -r .job_id)
until_ok sh -c "curl -sS -H '$A' $url/v3/job/status/$job | grep -q success"
is 'what was good in them can be read' "$(curl -sS -H "$A" "$url/v3/job/result/$job?format=json" | wc -l | tr -d ' ')" "$(curl -sS -H "$A" "$url/v3/table/show/testdb/tbl" | jq .count)"
ok 'it is still there' alive

# --- statements
ok 'statements that are none' $PYTHON - "$url" "$TD_API_KEY" <<'P'
import json, random, sys, urllib.parse, urllib.request
def ask(path, data=None):
    r = urllib.request.Request(sys.argv[1] + '/v3/' + path, data=data, headers={'Authorization': 'TD1 ' + sys.argv[2]})
    return json.loads(urllib.request.urlopen(r).read())
random.seed(3)
words = ['SELECT', 'INSERT', 'INTO', 'CREATE', 'TABLE', 'DROP', 'IF', 'NOT', 'EXISTS', 'AS', '(', ')', ',', '"', "'", '`', '.', 'tbl', 'testdb', '--', '/*', '*/',
         '*', 'FROM', 'WITH', '1', 'a', 'array(', 'VALUES', ';', "TD_TIME_RANGE(time,'2", "TD_TIME_FORMAT(1,'yyyy", 'SPLIT(', "REGEXP_LIKE('a','(", 'overwrite', '\n']
last = None
for i in range(150):
    sql = ' '.join(random.choice(words) for _ in range(random.randrange(1, 12)))
    if not sql.strip(): continue
    last = ask('job/issue/presto/testdb', urllib.parse.urlencode({'query': sql}).encode())['job_id']
while ask('job/status/' + last)['status'] in ('queued', 'running'): pass
P
ok 'it is still there' alive
local_stop
is 'and ends well' "$?" 0

# --- data directories
mkdir -m 700 "$T/bad"; echo rubbish >"$T/bad/catalog.sqlite"
run td-local -l 127.0.0.1:0 -d "$T/bad"
is 'a catalogue that is none: status' "$status" 1
like 'a catalogue that is none: message' "$err" '^td-local: .*/bad/catalog.sqlite: '
mkdir "$T/new"; sqlite3 "$T/new/catalog.sqlite" 'PRAGMA user_version = 99; CREATE TABLE x (a)'
run td-local -l 127.0.0.1:0 -d "$T/new"
is 'a catalogue of another version: status' "$status" 78
run td-local -l 127.0.0.1:0 -d /dev/null
is 'a directory that is none: status' "$status" 78
cp "$ROOT/README.md" "$T/file"
chmod 644 "$T/file"
run td-local -l 127.0.0.1:0 -d "$T/file"
is 'a directory that is a file: refused, and left as it is' "$status $err $(stat -c %a "$T/file")" \
	"78 td-local: $T/file is not a directory 644"
mkdir -m 755 "$T/used"
echo mine >"$T/used/file"
run td-local -l 127.0.0.1:0 -d "$T/used"
is 'a directory of something else: refused, and left as it is' "$status $err $(stat -c %a "$T/used") $(ls "$T/used")" \
	"78 td-local: others may open $T/used: chmod 700 it 755 file"
run td-local -l nowhere
is 'an address that is none: status' "$status" 2
run td-local -l 203.0.113.1:0
is 'an address that is not ours: status' "$status" 78
# The catalogue is gone, or damaged: the files stay as they are.
local_start keep --no-samples
post "$TD_API_SERVER/v3/database/create/testdb" >/dev/null
post "$TD_API_SERVER/v3/table/create/testdb/tbl/log" >/dev/null
is 'a row' "$($PYTHON -c 'import sys, gzip, msgpack
sys.stdout.buffer.write(gzip.compress(msgpack.packb({"time": 1, "a": "x"})))' | code -T - "$TD_API_SERVER/v3/table/import/testdb/tbl/msgpack.gz")" 200
run td-local -l 127.0.0.1:0 -d "$T/keep.data"
is 'a directory that is used: status' "$status" 78
like 'a directory that is used: message' "$err" 'another program uses the data directory'
local_stop
cp "$T/keep.data/catalog.sqlite" "$T/catalog"
kept=$(ls "$T/keep.data/files")
ok 'there is a file' test -n "$kept"
damaged() { # what, status, message
	run timeout 20 td-local -l 127.0.0.1:0 -d "$T/keep.data"
	is "$1: status" "$status" "$2"
	like "$1: message" "$err" "$3"
	is "$1: the files stay" "$(ls "$T/keep.data/files")" "$kept"
}
rm "$T/keep.data/catalog.sqlite"
damaged 'no catalogue' 78 'keep.data has files but no catalog.sqlite: put it back'
: >"$T/keep.data/catalog.sqlite"
damaged 'an empty catalogue' 1 'catalog.sqlite: it is empty'
for size in 100 4096 9000 20480; do
	head -c $size "$T/catalog" >"$T/keep.data/catalog.sqlite"
	damaged "a catalogue cut to $size bytes" 1 'keep.data.*(malformed|damaged|not a database|disk image)'
done
for at in 1 3 6; do # pages
	cp "$T/catalog" "$T/keep.data/catalog.sqlite"
	head -c 4096 /dev/urandom | dd of="$T/keep.data/catalog.sqlite" bs=4096 seek=$at conv=notrunc 2>/dev/null
	damaged "a catalogue with a page of rubbish, $at" 1 'keep.data'
done
cp "$T/catalog" "$T/keep.data/catalog.sqlite"
local_start keep --no-samples
is 'the right catalogue: the row is there' "$(curl -sS -H "$A" "$TD_API_SERVER/v3/table/show/testdb/tbl" | jq .count)" 1
local_stop
mkdir -m 700 "$T/half.data" && mkdir -m 700 "$T/half.data/files"; : >"$T/half.data/catalog.new"; echo x >"$T/half.data/files/s1-0"
local_start half
is 'a start that was interrupted begins again' "$(curl -sS -H "$A" "$TD_API_SERVER/v3/table/show/sample_datasets/www_access" | jq .count)" 5000
ok 'and leaves nothing behind' test ! -e "$T/half.data/catalog.new" -a ! -e "$T/half.data/files/s1-0"
local_stop

# Files are cut, rubbish, or missing.
ended() { # SQL: the job's status and the reason
	job=$(post "$TD_API_SERVER/v3/job/issue/presto/sample_datasets" --data-urlencode "query=$1" | jq -r .job_id)
	until_ok sh -c "curl -sS -H '$A' $TD_API_SERVER/v3/job/status/$job | grep -Eq 'success|error'"
	curl -sS -H "$A" "$TD_API_SERVER/v3/job/show/$job" | jq -r '.status + ": " + .debug.stderr'
}
local_start
post "$TD_API_SERVER/v3/bulk_import/create/lost/sample_datasets/nasdaq" >/dev/null
code -T "$T/b-gz0" "$TD_API_SERVER/v3/bulk_import/upload_part/lost/p" >/dev/null
like 'a query before' "$(ended 'SELECT COUNT(1) FROM nasdaq')" '^success'
before=$job
local_stop
for f in "$T"/local.data/files/s*; do [ -s "$f" ] && head -c 100 "$f" >"$T/cut" && cp "$T/cut" "$f"; done
rm "$T"/local.data/files/p* "$T"/local.data/files/r*
local_start
like 'a segment that is cut' "$(ended 'SELECT COUNT(1) FROM www_access')" 'error: .*data directory is damaged'
is 'its table can be shown' "$(code "$TD_API_SERVER/v3/table/show/sample_datasets/www_access")" 200
is 'its tail cannot' "$(code "$TD_API_SERVER/v3/table/tail/sample_datasets/www_access")" 500
is 'a result that is missing' "$(code "$TD_API_SERVER/v3/job/result/$before")" 500
job=$(post "$TD_API_SERVER/v3/bulk_import/perform/lost" | jq -r .job_id)
until_ok sh -c "curl -sS -H '$A' $TD_API_SERVER/v3/job/status/$job | grep -q error"
is 'a part that is missing: the session goes back' "$(curl -sS -H "$A" "$TD_API_SERVER/v3/bulk_import/show/lost" | jq -r .status)" uploading
for f in "$T"/local.data/files/s*; do head -c "$(sqlite3 "$T/local.data/catalog.sqlite" "SELECT bytes FROM segments WHERE file = '${f##*/}'")" /dev/urandom >"$f"; done
like 'a segment of rubbish' "$(ended 'SELECT COUNT(1) FROM www_access')" 'error: .*data directory is damaged'
like 'DELETE from it' "$(ended 'DELETE FROM www_access WHERE 1 = 1')" 'error: .*data directory is damaged'
rm "$T"/local.data/files/s*
like 'a segment that is missing' "$(ended 'SELECT COUNT(1) FROM www_access')" 'error: cannot open .*: No such file'
url=$TD_API_SERVER
ok 'it is still there' alive
local_stop

# --- a full disk: files of 2 MB at most
(trap '' XFSZ; ulimit -f 4096; exec td-local -l 127.0.0.1:0 -k "$TD_API_KEY" -d "$T/full" --polls 0 >"$T/full.url" 2>"$T/full.log") &
local_pid=$!
pids="$pids $local_pid"
until_ok test -s "$T/full.url"
url=$(cat "$T/full.url")
post "$url/v3/database/create/testdb" >/dev/null
post "$url/v3/table/create/testdb/tbl/log" >/dev/null
post "$url/v3/bulk_import/create/ses/testdb/tbl" >/dev/null
head -c 3000000 /dev/urandom >"$T/large"
is 'no room for an upload' "$(code -T "$T/large" "$url/v3/bulk_import/upload_part/ses/p")" 500
like 'it says so' "$(jq -r .error "$T/body")" 'Internal error: .*[Ff]ile too large'
is 'no part' "$(curl -sS -H "$A" "$url/v3/bulk_import/list_parts/ses" | jq -c .parts)" '[]'
$PYTHON -c '
import sys, gzip, msgpack
sys.stdout.buffer.write(gzip.compress(b"".join(msgpack.packb({"time": i, "a": "x" * 100}) for i in range(30000))))' >"$T/rows"
is 'room for the part' "$(code -T "$T/rows" "$url/v3/bulk_import/upload_part/ses/p")" 200
job=$(post "$url/v3/bulk_import/perform/ses" | jq -r .job_id)
until_ok sh -c "curl -sS -H '$A' $url/v3/job/status/$job | grep -q '\"error\"'"
is 'no room to perform: the session goes back' "$(curl -sS -H "$A" "$url/v3/bulk_import/show/ses" | jq -r .status)" uploading
is 'an import' "$(code -T "$T/rows" "$url/v3/table/import/testdb/tbl/msgpack.gz")" 500
is 'nothing is in the table' "$(curl -sS -H "$A" "$url/v3/table/show/testdb/tbl" | jq .count)" 0
job=$(post "$url/v3/job/issue/presto/sample_datasets" --data-urlencode 'query=SELECT a.*, RANDOM() AS r, HEX(RANDOMBLOB(50)) AS s FROM www_access a, (SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8) b' | jq -r .job_id)
until_ok sh -c "curl -sS -H '$A' $url/v3/job/status/$job | jq -e '.status == \"error\" or .status == \"success\"'"
is 'no room for a result' "$(curl -sS -H "$A" "$url/v3/job/status/$job" | jq -r .status)" error
is 'only what is named is there' "$(find "$T/full/files" -name '[rt]*')" ""
local_stop
is 'it ends well' "$?" 0

finish
