#!/bin/sh
# td-local in CI: --exec, readiness, reset, the log of requests, limits, and faults that must be able to strike.
. "$(dirname "$0")/../lib/lib.sh"

TD_API_KEY=1/0123456789abcdef0123456789abcdef01234567
export TD_API_KEY
# --- --exec
run td-local --no-samples --exec -- sh -c 'curl -sS -H "Authorization: TD1 $TD_API_KEY" "$TD_API_SERVER/v3/database/list"; echo; umask; exit 7'
is 'a command has a server of its own, and its own umask' "$status $out" "7 {\"databases\":[]}
$(umask)"
run td-local --exec -- sh -c 'td-fetch -q -f csv --no-header -d sample_datasets -e "SELECT COUNT(1) FROM www_access"'
is 'for our tools' "$status $out" '0 5000'
run td-local --no-samples --exec -- sh -c 'kill -TERM $$'
is 'a signal is the status' "$status" 143
run td-local --no-samples --exec -- "$T/none"
is 'a command that is not there' "$status" 1
like 'is named' "$err" "^td-local: cannot run $T/none: No such file"
run td-local --exec
is 'none' "$status" 2
td-local --no-samples --data "$T/exec" --exec -- sh -c 'echo $$ >"$1"; exec sleep 60' sh "$T/pid" 2>"$T/err" &
server=$!
pids="$pids $server"
until_ok test -s "$T/pid"
kill $server
wait $server
is 'TERM goes to the command' "$?" 143
is 'which has ended' "$(kill -0 "$(cat "$T/pid")" 2>&1 | grep -c 'No such')" 1
is 'nothing is left of a temporary directory' "$(TMPDIR=$T/tmp; export TMPDIR; mkdir "$TMPDIR"; td-local --exec -- true; ls "$TMPDIR")" ''

command -v openssl >/dev/null && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 \
	-keyout "$T/tls.key" -out "$T/tls.crt" >"$T/openssl" 2>&1
if [ -s "$T/tls.crt" ]; then
	run td-local --tls "$T/tls.crt,$T/tls.key" --exec -- sh -c 'curl -sS "$TD_API_SERVER/v3/system/server_status"; td-fetch -q -f csv --no-header -d sample_datasets -e "SELECT COUNT(1) FROM www_access"
		'"$PYTHON"' -c "import os, urllib.request; print(urllib.request.urlopen(os.environ[\"TD_API_SERVER\"] + \"/local/health\").status)"; grep -c BEGIN "$CURL_CA_BUNDLE"'
	is 'with TLS, the command trusts its server' "$status $(printf %s "$out" | head -n 2 | paste -sd ' ' -)" '0 {"status":"ok"}5000 200'
	is 'and everybody whom it trusted before' "$(printf %s "$out" | tail -n 1)" "$(cat "$T/tls.crt" /etc/ssl/certs/ca-certificates.crt 2>/dev/null | grep -c BEGIN)"
else skip 'TLS for a command' 'no openssl'; fi

# --- ready
local_start local --polls 0 --json --clock 1500000000
is 'the ready line as JSON' "$(printf %s "$TD_API_SERVER" | jq -c 'keys')" '["key","pid","url"]'
is 'which is its process' "$(printf %s "$TD_API_SERVER" | jq .pid)" "$local_pid"
TD_API_SERVER=$(printf %s "$TD_API_SERVER" | jq -r .url)
is 'health needs no key' "$(curl -sS "$TD_API_SERVER/local/health" | jq -c '[.ready, (.version | type)]')" '[true,"string"]'
run td-local --check "$TD_API_SERVER"
is '--check' "$status $out$err" '0 '
run td-local --check http://127.0.0.1:1
is 'of nobody' "$status" 1
like 'says so' "$err" '^td-local: cannot connect to 127.0.0.1 port 1: '
run td-local --check nonsense
is 'of nothing' "$status" 2

# --- requests
api GET database/list >/dev/null
api GET "table/show/no/none?apikey=$TD_API_KEY" >/dev/null
asked() { control GET requests | jq -c '[.requests[] | [.method, .path, .status]]'; }
until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/local/requests | grep -q table/show"
is 'what was asked' "$(asked)" '[["GET","/v3/database/list",200],["GET","/v3/table/show/no/none",404]]'
is 'and forgotten' "$(control DELETE requests | jq -c .)" '{"requests":[]}'

# --- the same again after a reset
steps() {
	api POST database/create/testdb
	api POST table/create/testdb/rows/log
	api POST job/issue/presto/testdb -d 'query=SELECT 1 AS a' >"$T/job"
	jq -r .job_id "$T/job"
	until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/v3/job/status/$(jq -r .job_id "$T/job") | grep -q success"
	api GET "job/show/$(jq -r .job_id "$T/job")" | jq -c .
	api GET table/list/testdb
	api GET table/list/sample_datasets | jq -c '[.tables[] | [.id, .name, .count]]'
}
steps >"$T/first"
api POST schedule/create/hourly -d 'cron=@hourly' -d database=testdb --data-urlencode 'query=SELECT 1' >/dev/null
control POST faults -d 'GET nothing 1 503' >/dev/null
is 'reset' "$(control POST reset | jq -c .)" '{"status":"ok"}'
is 'leaves the samples' "$(api GET database/list | jq -c '[.databases[].name]')$(api GET schedule/list | jq -c .schedules)$(control GET faults)" '["sample_datasets"][]'
steps >"$T/second"
ok 'and the same requests have the same answers' cmp "$T/first" "$T/second"

# --- the clock, moved by years and back
api POST schedule/create/hourly -d 'cron=@hourly' -d type=presto -d database=testdb --data-urlencode 'query=SELECT 1' >/dev/null
api POST schedule/create/late -d 'cron=@hourly' -d type=presto -d delay=600 -d database=testdb --data-urlencode 'query=SELECT 2' >/dev/null
control POST clock -d 1800000000 >/dev/null
counted() { api GET "schedule/history/$1" | jq -e ".count == $2"; }
ok 'a clock moved by years fires a schedule once' until_ok counted hourly 1
is 'for the last run' "$(api GET schedule/history/hourly | jq -r '.history[0].scheduled_at')" '2027-01-15 08:00:00 UTC'
like 'and says how many were passed over' "$(cat "$T/local.log")" 'schedule hourly: 8333[0-9] runs were passed over'
control POST clock -d 1800003605 >/dev/null # 09:00:05: the late one waits for its delay
ok 'the next hour' until_ok counted hourly 2
before=$(api GET schedule/history/late | jq .count)
api POST schedule/update/late -d priority=1 >/dev/null
control POST clock -d 1800004201 >/dev/null
ok 'what waits for its delay is not lost by an update' until_ok counted late $((before + 1))
control POST clock -d 1600000000 >/dev/null
is 'set back, schedules go on' "$(api GET schedule/list | jq -r '.schedules[0].next_time')" '2020-09-13T13:00:00Z'
local_stop

# --- limits
local_start limits --no-samples --polls 0 --query-time 1 --query-memory 64M --keep-jobs 5
api POST database/create/testdb >/dev/null
job() { api POST job/issue/presto/testdb --data-urlencode "query=$1" | jq -r .job_id; }
ended() { api GET "job/status/$1" | grep -Eq '"(success|error)"'; }
j=$(job "WITH n AS (SELECT i FROM UNNEST(SEQUENCE(1, 10000)) AS t(i)) SELECT COUNT(1) FROM n a, n b, n c")
until_ok ended "$j"
is '--query-time' "$(api GET "job/show/$j" | jq -r .debug.stderr)" 'the query ran longer than --query-time allows'
for k in 1 2 3 4 5 6 7 8; do : "$k"; j=$(job 'SELECT 1'); until_ok ended "$j"; done
is '--keep-jobs: so many' "$(api GET job/list | jq '.jobs | length')" 5
is 'files of forgotten ones are gone' "$(find "$T/limits.data/files" -name 'r*' | wc -l | tr -d ' ')" 5

td-local --listen 127.0.0.1:0 --key $TD_API_KEY --no-samples --polls 0 --clock 1500000000 --keep-jobs 1h >"$T/hour" &
server=$!
pids="$pids $server"
until_ok test -s "$T/hour"
was=$TD_API_SERVER TD_API_SERVER=$(cat "$T/hour")
api POST database/create/testdb >/dev/null
for k in 1 2 3; do until_ok ended "$(job 'SELECT 1')"; done
control POST clock -d +3000 >/dev/null
until_ok ended "$(job 'SELECT 1')"
control POST clock -d +3000 >/dev/null
until_ok ended "$(job 'SELECT 1')"
is '--keep-jobs: for so long' "$(api GET job/list | jq -c '[.jobs[].job_id]')" '["5","4"]'
kill $server
wait $server
TD_API_SERVER=$was
for k in -1 7x '' h; do : "$k"; run td-local --keep-jobs "$k"; is "--keep-jobs '$k'" "$status" 2; done

# --- faults that could never strike are refused, together
while read -r spec; do
	is "refused: $spec" "$(control POST faults -d "$spec" | jq .status_code)" 422
done <<'S'
PATCH database/list 1 503
get database/list 1 503
GET /database/list 1 503
GET database/list 0 503
GET database/list 2-1 503
S
is 'one bad line refuses all' "$(printf 'GET a 1 503\nGET b 0 503\n' | control POST faults --data-binary @- | jq .status_code)$(control GET faults)" 422
control POST faults -d 'POST database/create/* 1 reset-body=100000' >/dev/null
api POST database/create/undone >/dev/null 2>&1
is 'reset-body does no work, however short the body' "$(api GET database/show/undone | jq .status_code)" 404
head -c 1500000 /dev/urandom >"$T/part"

# --- strings that are not UTF-8
is 'a name that is not UTF-8' "$(for p in database/show/%FF table/show/testdb/%C3 bulk_import/show/a%80b; do api GET $p | jq .status_code; done | uniq)" 404
long=$(printf '%0299d' 0)é
is 'a message that is cut inside a character' "$(api GET "database/show/$(printf %s "$long" | jq -sRr @uri)" | jq -r .error | cut -c1-42)" "Couldn't find UserDatabase with name = 000"
j=$(job "SELECT CAST('$long' AS BIGINT) FROM $long")
until_ok ended "$j"
like "a job's reason is there" "$(api GET "job/show/$j" | jq -r .debug.stderr)" .
local_stop

# --- small things
td-local --no-samples --listen ::1:0 --key $TD_API_KEY --data "$T/a/b/c" >"$T/six" 2>"$T/six.err" &
server=$!
pids="$pids $server"
if until_ok test -s "$T/six"; then
	is 'an IPv6 address without brackets' "$(curl -sS "$(cat "$T/six")/v3/system/server_status")" '{"status":"ok"}'
	ok 'a path is made' test -d "$T/a/b/c"
	kill $server
	wait $server
else
	skip 'an IPv6 address' 'there is none'
fi
if [ -w /dev/full ]; then
	mkdir "$T/full"
	TMPDIR=$T/full td-local --no-samples --listen 127.0.0.1:0 >/dev/full 2>"$T/err"
	is 'nobody hears that it is ready: status, and nothing stays' "$? $(ls "$T/full")" '1 '
else
	skip 'a full standard output' 'no /dev/full'
fi

finish
