#!/bin/sh
# td-local is closed to web pages, to other users and to clients without the key; clients that sit idle or send too much do
# not keep others out.
. "$(dirname "$0")/../lib/lib.sh"

code() { curl -sS -o "$T/body" -w '%{http_code}' "$@"; }
auth="Authorization: TD1 1/0123456789abcdef0123456789abcdef01234567"

# --- a key of its own
td-local --listen 127.0.0.1:0 --no-samples --data "$T/own" >"$T/own.out" 2>"$T/own.err" &
own=$!
pids="$pids $own"
until_ok test -s "$T/own.out"
is 'the URL and the key' "$(sed 's/[0-9]*$//; s/[0-9a-f]\{40\}$/KEY/' "$T/own.out" | sed '2s,1/.*,1/KEY,')" 'http://127.0.0.1:
1/KEY'
key=$(sed -n 2p "$T/own.out") url=$(sed -n 1p "$T/own.out")
is 'it is in the directory' "$(cat "$T/own/key")" "$key"
is 'it is the key' "$(code -H "Authorization: TD1 $key" "$url/v3/database/list") $(code -H "$auth" "$url/v3/database/list")" '200 401'
is 'nobody else may read what there is' "$(find "$T/own" -perm /077)" ''
kill $own
wait $own
td-local --listen 127.0.0.1:0 --data "$T/own" >"$T/again.out" &
own=$!
pids="$pids $own"
until_ok test -s "$T/again.out"
is 'the next start has the same' "$(sed -n 2p "$T/again.out")" "$key"
kill $own
wait $own
echo 1/of-a-file >"$T/key"
umask 0
local_start open --no-samples --polls 0
is 'nor with an open umask' "$(find "$T/open.data" -perm /077)" ''
umask 022
local_stop
td-local --listen 127.0.0.1:0 --key-file "$T/key" --data "$T/own" >"$T/file.out" &
own=$!
pids="$pids $own"
until_ok test -s "$T/file.out"
is '--key-file' "$(wc -l <"$T/file.out" | tr -d ' ') $(code -H 'Authorization: TD1 1/of-a-file' "$(cat "$T/file.out")/v3/database/list")" '1 200'
kill $own
wait $own
: >"$T/empty"
run td-local --key-file "$T/empty" --data "$T/own"
is 'a file without a key' "$status $err" "78 td-local: $T/empty does not hold a key"
run td-local --key-file "$T/key" --key x
is 'both' "$status" 2
chmod 755 "$T/own"
run td-local --data "$T/own"
is 'a directory that others may open' "$status $err" "78 td-local: others may open $T/own: chmod 700 it"
mkdir -m 755 "$T/new"
local_start new --no-samples
is 'an empty one is closed' "$(stat -c %a "$T/new.data")" 700
local_stop

# --- who may connect
run td-local --listen 0.0.0.0:0 --data "$T/wide"
is 'other machines: only with a chosen key' "$status" 2
like 'and it says so' "$err" "other machines could connect to 0\.0\.0\.0:0: that needs --key-file"
TD_API_KEY=1/0123456789abcdef0123456789abcdef01234567
td-local --listen 0.0.0.0:0 --key $TD_API_KEY --data "$T/wide" >"$T/wide.out" 2>"$T/wide.err" &
wide=$!
pids="$pids $wide"
until_ok test -s "$T/wide.out"
like 'with it, a warning' "$(cat "$T/wide.err")" 'other machines can connect to 0\.0\.0\.0:0, without TLS'
unlike 'the key is not in the list of processes' "$(tr '\0' ' ' <"/proc/$wide/cmdline")" 0123456789abcdef
kill $wide
wait $wide

# --- browsers
local_start local --no-samples --polls 0 --allow-host td.example --fault 'GET database/list 1 503' -v
db="$TD_API_SERVER/v3/database/list"
port=${TD_API_SERVER##*:}
is 'the controls need the key' "$(code "$TD_API_SERVER/local/faults") $(code -d 'POST * * 503' "$TD_API_SERVER/local/faults") $(code -d +10 "$TD_API_SERVER/local/clock")" \
	'401 401 401'
code -H "$auth" "$db" >/dev/null
is 'a page of another site' "$(code -H "$auth" -H 'Origin: https://evil.example' "$db") $(code -H "$auth" -H 'Origin: null' "$db") $(
	code -H "$auth" -H 'Origin: http://127.0.0.1:1' "$db") $(code -H "$auth" -H 'Origin: https://evil.example' -H 'Content-Type: text/plain' \
	-d 'POST * * 503' "$TD_API_SERVER/local/faults")" '403 403 403 403'
is 'as the browser says' "$(for s in cross-site same-site same-origin none; do code -H "$auth" -H "Sec-Fetch-Site: $s" "$db"; echo; done)" '403
403
200
200'
is 'its own page' "$(code -H "$auth" -H "Origin: $TD_API_SERVER" "$db")" 200
is 'a name that was rebound' "$(for h in evil.example "evil.example:$port" 127.0.0.1.evil.example 10.0.0.1; do code -H "$auth" -H "Host: $h" "$db"; echo; done | uniq)" 403
is 'the names of this machine' "$(for h in localhost "localhost:$port" LOCALHOST 127.0.0.1 127.9.9.9 '[::1]' "[::1]:$port" td.example "TD.example:$port"; do
	code -H "$auth" -H "Host: $h" "$db"; echo; done | uniq)" 200
is 'a request without a Host' "$(printf 'GET /v3/system/server_status HTTP/1.0\r\n\r\n' | $PYTHON -c '
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.sendall(sys.stdin.buffer.read())
print(s.recv(100).split()[1].decode())' "$port")" 200

# --- strangers
$PYTHON -c 'print("{\"user\":[" + "{}," * 5000000 + "{}]}")' >"$T/large.json"
(echo 5 >"/proc/$local_pid/clear_refs") 2>/dev/null # without permission the peak since the start is read
is 'a large body without a key' "$(code --data-binary @"$T/large.json" "$TD_API_SERVER/v3/user/authenticate")" 413
{ printf schema=; cat "$T/large.json"; } >"$T/large.form"
is 'one with the key and very many values' "$(code -H "$auth" --data-binary @"$T/large.json" "$TD_API_SERVER/v3/database/create/abc") $(
	code -H "$auth" --data-binary @"$T/large.form" "$TD_API_SERVER/v3/database/create/abc")" '413 413'
head -c 4000000 "$T/large.json" >"$T/some.json"
echo ']}' >>"$T/some.json"
sed -i 's/,]}$/]}/' "$T/some.json"
is 'and one that is smaller' "$(code -H "$auth" --data-binary @"$T/some.json" "$TD_API_SERVER/v3/database/create/abc")" 400
if sanitized || [ ! -r "/proc/$local_pid/status" ]; then skip 'memory' 'sanitizers, or no /proc'; else
	peak=$(awk '/VmHWM/ { print $2 }' "/proc/$local_pid/status")
	ok "memory stays: $peak kB" test "$peak" -lt 65536
fi
cat >"$T/idle.py" <<'P'
# 600 connections that send nothing or half a request, then a request by another client.
import socket, sys, urllib.request
host, port = sys.argv[1].split("//")[1].split(":")
kept = []
for i in range(600):
    try:
        s = socket.create_connection((host, int(port)), timeout=5)
        if i % 2:
            s.sendall(b"GET /v3/sys")
        kept.append(s)
    except OSError:
        pass
for i in range(5):
    print(urllib.request.urlopen(sys.argv[1] + "/v3/system/server_status", timeout=5).read().decode())
P
is 'six hundred idle connections keep nobody out' "$($PYTHON "$T/idle.py" "$TD_API_SERVER" 2>&1 | uniq -c | sed 's/^ *//')" '5 {"status":"ok"}'

# --- its own key goes nowhere else
sock() { $PYTHON -c '
import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(5); print(s.getsockname()[1], flush=True)
s.settimeout(20)
try:
    c = s.accept()[0]
    print("connected", c.recv(4096))
except OSError: print("nobody")'; }
api POST database/create/testdb >/dev/null
sock >"$T/sock" 2>&1 &
other=$!
pids="$pids $other"
until_ok test -s "$T/sock"
job=$(api POST job/issue/presto/testdb -d 'query=SELECT 1 AS a' --data-urlencode "result=td://@127.0.0.1:$(head -n 1 "$T/sock")/db1/tbl" | jq -r .job_id)
until_ok sh -c "curl -sS -H '$auth' $TD_API_SERVER/v3/job/status/$job | grep -q error"
like 'an empty key is not that of this server elsewhere' "$(api GET "job/show/$job" | jq -r .debug.stderr)" 'there is no key for http://127\.0\.0\.1'
is 'nobody was asked' "$(sed 1d "$T/sock")" ''
kill $other
secret=9/feedfacefeedfacefeedfacefeedfacefeedface
job=$(api POST job/issue/presto/testdb -d 'query=SELECT 1 AS a' --data-urlencode "result=td://9%2Ffeedfacefeedfacefeedfacefeedfacefeedface@127.0.0.1:1/db1/tbl" | jq -r .job_id)
api POST "job/kill/$job" >/dev/null
until_ok sh -c "curl -sS -H '$auth' $TD_API_SERVER/v3/job/status/$job | grep -Eq 'error|killed'"
local_stop
is 'the key of a job is gone when it has ended' "$(grep -acE 'feedface' "$T/local.data/catalog.sqlite")" 0
unlike 'nor is it in the log' "$(cat "$T/local.log")" "$secret"

# --- TLS
if command -v openssl >/dev/null; then
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$T/tls.key" -out "$T/tls.crt" -days 2 -subj /CN=localhost >/dev/null 2>&1
	local_start tls --no-samples --tls "$T/tls.crt,$T/tls.key"
	is 'TLS 1.1 is refused, 1.2 is not' "$(for v in 1.1 1.2; do
		curl -sk --tls-max $v -o /dev/null -w '%{http_code}\n' --ciphers 'DEFAULT:@SECLEVEL=0' "$TD_API_SERVER/v3/system/server_status"; done)" '000
200'
else skip TLS 'no openssl'; fi

finish
