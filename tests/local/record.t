#!/bin/sh
# td-local --record passes calls to another service, here a td-local, and records them without keys and rows; --replay
# reports how answers differ.
. "$(dirname "$0")/../lib/lib.sh"

key=1/0123456789abcdef0123456789abcdef01234567
local_start upstream --polls 1 --no-samples -v
upstream=$TD_API_SERVER up=$local_pid
echo $key >"$T/key"
cat >"$T/steps" <<'S'
set -e
A="Authorization: TD1 $TD_API_KEY"
printf 'id,word,time\n1,secretrow,1500000000\n2,otherrow,1500000001\n' | td-encode | td-put -q --create-database 'td://@/testdb/rows?mode=replace' | td-swap >&2
td-fetch -q -f csv -d testdb -e "SELECT word, id FROM rows ORDER BY id"
curl -sS -H "$A" "$TD_API_SERVER/v3/table/tail/testdb/rows?count=1&format=json"; echo
curl -sS -H "$A" "$TD_API_SERVER/v3/user/apikey/list/td-local" | cut -c 1-12
curl -sS -H "$A" -d 'query=SELECT 1' --data-urlencode 'result=td://9/00112233445566778899aabbccddeeff00112233@/testdb/out' "$TD_API_SERVER/v3/job/issue/presto/testdb" | cut -c 1-8
curl -sS -H "$A" -F 'url=td://9/00112233445566778899aabbccddeeff00112233@/testdb' "$TD_API_SERVER/v3/result/create/mine" | cut -c 1-10
curl -sS -H "$A" -H 'Content-Type: application/json' -d '{"type":"treasure_data","name":"other","settings":{"api_key":"9/00112233445566778899aabbccddeeff00112233"}}' "$TD_API_SERVER/v4/connections" | cut -c 1-5
curl -sS -H "$A" -d 'user=td-local&password=1/0123456789abcdef0123456789abcdef01234567' "$TD_API_SERVER/v3/user/authenticate" | cut -c 1-7
curl -sS -H "$A" "$TD_API_SERVER/v3/table/show/testdb/none" | jq .status_code
printf rubbish | curl -sS -H "$A" -T - "$TD_API_SERVER/v3/table/import/testdb/rows/msgpack.gz" | jq .status_code
curl -sS -H "$A" -X DELETE "$TD_API_SERVER/v4/connections/999" | jq .status_code
curl -sS -H "$A" -I "$TD_API_SERVER/v3/database/list" | grep -c 'HTTP/1.1 200'
S
control POST faults -d 'GET table/show/testdb/none 1 429,retry-after=7' >/dev/null
run td-local -v --key-file "$T/key" --record "$T/calls" --upstream "$upstream" --exec -- sh "$T/steps"
is 'a pipeline runs through it' "$status $out" '0 word,id
secretrow,1
otherrow,2
[{"time":1500000001,"id":2,"word":"otherrow"}]
{"apikeys":[
{"job":"
{"result":
{"id"
{"name"
429
422
404
1'
is 'at the other service' "$(api GET table/show/testdb/rows | jq .count)" 2
is 'the recording is closed to others' "$(stat -c %a "$T/calls")" 600
is 'and is JSON lines' "$(jq -r 'select(.method) | .method' "$T/calls" | sort -u | paste -sd ' ' -)" 'DELETE GET HEAD POST PUT'
is 'as many as were asked' "$(jq -r 'select(.method) | .path' "$T/calls" | wc -l)" "$(printf '%s\n' "$err" | grep -oE 'td-local: [A-Z]+ /v[34]/' | wc -l)"
ok 'no key is in it' sh -c "! grep -E '0123456789abcdef01|00112233445566' $T/calls"
ok 'and no row' sh -c "! grep -E 'secretrow|otherrow|c2VjcmV0' $T/calls"
is 'an upload is its shape' "$(jq -c 'select(.upload.records) | .upload | [.records, .errors, .columns]' "$T/calls")" '[2,0,[["id","long"],["word","string"]]]'
is 'a result is its length' "$(jq -c 'select(.path | tostring | test("job/result")) | [.status, (.body.bytes > 0), .body.type, .reply]' "$T/calls" | head -n 1)" '[200,true,"application/x-gzip",null]'

# --- the same service gives the same answers
kill $up
wait $up
replay() { run td-local --no-samples --replay "$T/calls" "$@"; }
replay
is 'a td-local agrees with a td-local, but for the fault' "$status $out" "65 $(grep -n 'table/show/testdb/none' "$T/calls" | cut -d: -f1) GET /v3/table/show/testdb/none: status is 404, recorded 429"
like 'and says how many calls there were' "$err" '^td-local: [0-9]+ calls, of which 1 were answered otherwise; 1 left out'
grep -E 'recording|POST","path":"/v3/(table/create|bulk_import/freeze|job/issue)|table/show/testdb/rows"|job/show|table/tail|database/list' "$T/calls" >"$T/few"
mv "$T/few" "$T/calls"
replay --service ids=hide
like 'one that hides ids differs' "$out" '^[0-9]+ GET /v3/table/show/testdb/rows.*: \.id is missing'

# --- each kind of difference is reported
jq -c 'if (.path // "" | test("job/show")) then .reply.more = 1 | del(.reply.type)
	elif (.path // "" | test("job/issue")) then .reply.job_id |= tonumber
	elif (.path // "" | test("table/create")) then .reply.database = "else"
	elif (.path // "" | test("bulk_import/freeze")) then .status = 401
	elif (.path // "" | test("table/tail")) then .path = "/v3/job/list" | .body = null | .params = {} | .reply = {"jobs":[{"job_id":"1","nothing":1}],"count":1,"from":null,"to":null}
	else . end' "$T/calls" >"$T/spoiled"
run td-local --no-samples --replay "$T/spoiled"
while read -r what want; do
	like "seen: $what" "$out" "^[0-9]+ $want"
done <<'S'
missing GET /v3/job/show/[0-9]+: \.more is missing$
unknown GET /v3/job/show/[0-9]+: \.type is not in the recording$
type POST /v3/job/issue/presto/testdb: \.job_id is text, recorded a number$
value POST /v3/table/create/.*: \.database is "testdb", recorded "else"$
status POST /v3/bulk_import/freeze/.*: status is 404, recorded 401$
element GET /v3/job/list: \.jobs\[0\]\.nothing is missing$
S

# --- a client sees through it what the other service answers
local_start upstream --polls 0 --no-samples
upstream=$TD_API_SERVER
api POST database/create/testdb >/dev/null
TD_API_SERVER=$upstream
td-local --listen 127.0.0.1:0 --key-file "$T/key" --record "$T/calls2" --upstream "$upstream/" >"$T/proxy" 2>"$T/proxy.err" &
proxy=$!
pids="$pids $proxy"
until_ok test -s "$T/proxy"
through=$(cat "$T/proxy")
j=$(api POST job/issue/presto/testdb -d 'query=SELECT 12345678 AS a' | jq -r .job_id)
until_ok sh -c "curl -sS -H 'Authorization: TD1 $key' $upstream/v3/job/status/$j | grep -q success"
same() { # what, curl options: status, some headers and the body of $last are the same
	what=$1
	shift
	for server in "$upstream" "$through"; do
		curl -sS -D "$T/h" -o "$T/b" -H "Authorization: TD1 $key" "$@" "$server/v3/$last"
		{ grep -iE '^(HTTP|etag|content-range|retry-after|content-type)' "$T/h" | tr -d '\r' | sed 's/^HTTP[^ ]* \([0-9]*\).*/\1/' | sort -f; cat "$T/b"; } >"$T/same.${server##*:}"
	done
	ok "$what" cmp "$T/same.${upstream##*:}" "$T/same.${through##*:}"
}
last="job/result/$j?format=msgpack.gz"
same 'a result'
same 'a range of it' -H 'Range: bytes=3-9'
same 'beyond its end' -H 'Range: bytes=9999-'
last=database/list
same 'JSON'
last=none
same 'an error'
last=database/list
curl -sS -H "Authorization: TD1 $key" -d 'GET database/list 2 503,retry-after=9' "$upstream/local/faults" >/dev/null
same 'a refusal with Retry-After'
is 'what it was told of is recorded' "$(jq -c 'select(.status == 503) | .path' "$T/calls2")" '"/v3/database/list"'
before=$(wc -l <"$T/calls2")
is 'strangers go nowhere' "$(curl -sS -o /dev/null -w '%{http_code}' "$through/v3/database/list") $(curl -sS -o /dev/null -w '%{http_code}' -H "Authorization: TD1 $key" -H 'Origin: http://evil.example' "$through/v3/database/list") $(curl -sS -o /dev/null -w '%{http_code}' "$through/v3/system/server_status")" '401 403 401'
is 'nor into the recording' "$(wc -l <"$T/calls2")" "$before"
local_stop
is 'a service that is down' "$(curl -sS -H "Authorization: TD1 $key" "$through/v3/database/list" | jq -c '[.status_code, (.error | test("connect"))]')" '[502,true]'
kill $proxy
wait $proxy
is 'it ends when it is told to' "$?" 0

# --- a service that echoes the key wherever it can
cat >"$T/echo.py" <<'END'
import http.server, json
class Echo(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        key = self.headers["Authorization"][4:]
        body = json.dumps({key: 1, "x" + key: [key, {"a%s" % key: "td://%s@h/db" % key}], "text": "key=%s, %s" % (key, key.replace("/", "%2f")),
                           "settings": {"client_secret": "hush1", "access_token": ["hush2"], "user_password": "hush3"}, "name": key}).encode()
        self.send_response(200, key)
        for name in ("Content-Type", "X-Key", "Location", "ETag", "Retry-After"): self.send_header(name, "application/json; a=" + key)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args): pass
s = http.server.HTTPServer(("127.0.0.1", 0), Echo)
print(s.server_address[1], flush=True)
s.serve_forever()
END
"$PYTHON" "$T/echo.py" >"$T/echo.port" &
echo_pid=$!
pids="$pids $echo_pid"
until_ok test -s "$T/echo.port"
mkdir "$T/bin"
printf '#!/bin/sh\nenv >>"%s"\nexec "%s" "$@"\n' "$T/environment" "$(command -v curl)" >"$T/bin/curl"
chmod +x "$T/bin/curl"
# shellcheck disable=SC2016
PATH=$T/bin:$PATH TD_API_KEY=2/00112233445566778899aabbccddeeff00112233 run td-local -vv --key-file "$T/key" --record "$T/echoed" \
	--upstream "http://127.0.0.1:$(cat "$T/echo.port")" --exec -- sh -c 'curl -sS -H "Authorization: TD1 $TD_API_KEY" "$TD_API_SERVER/v3/job/list?a=$TD_API_KEY&$TD_API_KEY=1"'
ok 'an echoed key: it is passed on' sh -c 'printf %s "$1" | grep -q 0123456789abcdef01' sh "$out"
is 'but not recorded' "$status $(jq -c 'select(.method) | .status' "$T/echoed") $(grep -cE '0123456789abcdef01|hush' "$T/echoed")" '0 200 0'
unlike 'nor said' "$err" '0123456789abcdef01'
ok 'curl, which it starts, gets no key of the caller' sh -c 'grep -q ^PATH= "$1" && ! grep -q 2/00112233445566 "$1"' sh "$T/environment"
kill "$echo_pid"
wait "$echo_pid"

# --- wrong usage
wrong() { # status, options...
	want=$1
	shift
	run td-local --data "$T/wrong" "$@"
	is "refused: $*" "$status" "$want"
}
wrong 2 --record "$T/x"
wrong 2 --upstream https://api.example
wrong 2 --key-file "$T/key" --record "$T/x" --upstream http://api.example
wrong 2 --key-file "$T/key" --record "$T/x" --upstream https://me:pw@api.example
wrong 2 --record "$T/x" --upstream https://api.example
wrong 2 --replay "$T/calls" --exec -- true
wrong 78 --key-file "$T/key" --record "$T/no/file" --upstream https://api.example
wrong 78 --replay "$T/none"
: >"$T/empty"
wrong 65 --replay "$T/empty"
echo '{"a":1}' >"$T/rubbish"
wrong 65 --replay "$T/rubbish"
{ head -n 1 "$T/calls"; echo 'x'; } >"$T/rubbish"
wrong 65 --replay "$T/rubbish"
ok 'nothing was written' test ! -e "$T/x"

finish
