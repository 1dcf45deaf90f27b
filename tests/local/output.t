#!/bin/sh
# td-local delivers results and runs schedules: jobs with a destination, result_export, named results, cron and a test clock.
. "$(dirname "$0")/../lib/lib.sh"

local_start local --polls 0
url=$TD_API_SERVER key=$TD_API_KEY
post() { path=$1; shift; curl -sS -X POST -H "Authorization: TD1 $key" "$@" "$url/v3/$path"; }
get() { curl -sS -H "Authorization: TD1 $key" "$url/v3/$1"; }
finished() { get "job/status/$1" | jq -e '.status == "success" or .status == "error" or .status == "killed"'; }
wait_job() { until_ok finished "$1"; get "job/show/$1" | jq -r .status; }
query() { j=$(post "job/issue/presto/$1" --data-urlencode "query=$2" | jq -r .job_id); wait_job "$j" >/dev/null; get "job/result/$j?format=json"; }
clock() { curl -sS -H "Authorization: TD1 $TD_API_KEY" -X POST -d "$1" "$url/local/clock" >/dev/null; }

post database/create/testdb >/dev/null
seed='SELECT code, COUNT(1) AS cnt FROM www_access GROUP BY code'

# --- result output
job=$(post job/issue/presto/sample_datasets --data-urlencode "query=$seed" -d 'result=td://@/testdb/output_table' | jq -r .job_id)
is 'a job with a destination' "$(wait_job "$job")" success
is 'its rows are in the table' "$(query testdb 'SELECT SUM(cnt), COUNT(1), COUNT(time) FROM output_table')" '[5000,6,6]'
is 'with their types' "$(get table/show/testdb/output_table | jq -r .schema)" '[["code","long"],["cnt","long"]]'
like 'the receipt is in the log' "$(get "job/show/$job" | jq -r .debug.cmdout)" '"status":"done"'
is 'the result stays' "$(get "job/result/$job?format=json" | wc -l | tr -d ' ')" 6
job=$(post job/issue/presto/sample_datasets --data-urlencode "query=$seed" -d 'result=td://@/testdb/output_table' | jq -r .job_id)
wait_job "$job" >/dev/null
is 'append is the default' "$(query testdb 'SELECT COUNT(1) FROM output_table')" '[12]'
job=$(post job/issue/presto/sample_datasets --data-urlencode "query=$seed" -d 'result=td://@/testdb/output_table?mode=replace' | jq -r .job_id)
is 'replace' "$(wait_job "$job") $(query testdb 'SELECT COUNT(1) FROM output_table')" 'success [6]'
job=$(post job/issue/presto/sample_datasets -d 'query=SELECT 1' -d 'result=td://@/nowhere/output_table' | jq -r .job_id)
is 'no such database: the job fails' "$(wait_job "$job")" error
like 'and says why' "$(get "job/show/$job" | jq -r .debug.stderr)" 'td-put: .*nowhere'
for bad in td://@/db nonsense 'nobody:table' '{"kind":"s3"}'; do
	is "a destination that is none: $bad" "$(post job/issue/presto/testdb -d 'query=SELECT 1' --data-urlencode "result=$bad" | jq .status_code)" 422
done

# --- named results
is 'create' "$(post result/create/mydb -d 'url=td://@/testdb')" '{"result":"mydb"}'
is 'twice' "$(post result/create/mydb -d 'url=td://@/testdb' | jq -c '[.status_code, .error]')" '[409,"Result must be unique"]'
is 'without a url' "$(post result/create/other | jq -c '[.status_code, .error]')" "[422,\"'url' parameter is required\"]"
is 'a short name' "$(post result/create/x -d url=td://@/testdb | jq .status_code)" 422
post result/create/secret -d 'url=td://1/abcdef@/testdb' >/dev/null
unlike 'keys are not shown' "$(get result/list)" 'abcdef'
job=$(post job/issue/presto/sample_datasets --data-urlencode "query=$seed" -d 'result=mydb:named_table' | jq -r .job_id)
is 'NAME:TABLE' "$(wait_job "$job") $(query testdb 'SELECT COUNT(1) FROM named_table')" 'success [6]'
is 'delete' "$(post result/delete/secret)" '{"result":"secret"}'
is 'again' "$(post result/delete/secret | jq .status_code)" 404

# --- result_export
exported=$(post "job/result_export/$job" -d 'result=mydb:exported' | jq -r .job_id)
is 'export' "$(wait_job "$exported") $(query testdb 'SELECT SUM(cnt) FROM exported')" 'success [5000]'
is 'the job it is made of' "$(get "job/show/$exported" | jq -r '.query, .result_export_target_job_id')" "RESULT EXPORT FROM JOB $job
$job"

# --- to another Treasure Data, with a key of its own
local_start other --key 1/other
other=$TD_API_SERVER
curl -sS -X POST -H 'Authorization: TD1 1/other' "$other/v3/database/create/theirs" >/dev/null
job=$(post job/issue/presto/sample_datasets --data-urlencode "query=$seed" --data-urlencode "result=td://1%2Fother@${other#http://}/theirs/table" | jq -r .job_id)
is 'account to account' "$(wait_job "$job") $(curl -sS -H 'Authorization: TD1 1/other' "$other/v3/table/show/theirs/table" | jq .count)" 'success 6'
unlike 'the key is not shown' "$(get "job/show/$job")" 'other@|2Fother'
theirs() { curl -sS -H 'Authorization: TD1 1/other' "$other/v3/table/list/theirs" | jq -c '[.tables[] | [.name, .count]]'; }
to() { job=$(post job/issue/presto/sample_datasets --data-urlencode "query=$seed" --data-urlencode "result=$1" | jq -r .job_id); wait_job "$job"; }
is 'again: appended' "$(to "td://1/other@${other#http://}/theirs/table") $(theirs)" 'success [["table",12]]'
is 'replaced, with no table left over' "$(to "td://1%2Fother@${other#http://}/theirs/table?mode=replace") $(theirs)" 'success [["table",6]]'
post result/create/theirs --data-urlencode "url=td://1/other@${other#http://}/theirs" >/dev/null
is 'by name' "$(to theirs:named) $(theirs)" 'success [["named",6],["table",6]]'
is 'by name, replaced' "$(to 'theirs:named?mode=replace') $(theirs)" 'success [["named",6],["table",6]]'
post result/delete/theirs >/dev/null
is 'a name that is gone' "$(post job/issue/presto/testdb -d 'query=SELECT 1' -d result=theirs:named | jq .status_code)" 422
why() { get "job/show/$job" | jq -r '.debug.stderr, (.debug.cmdout | fromjson | .status)'; }
to "td://1/wrong@${other#http://}/theirs/table" >"$T/status"
is 'the key is wrong there: the job fails' "$(cat "$T/status")" error
like 'and says why, in one line' "$(why)" '^result output: td-put: cannot read table theirs.table: 401 from .*: td-put exited with status 77$'
run env TD_API_SERVER="$url" TD_API_KEY="$key" td-fetch "$job"
is 'td-fetch gives the reason once' "$(printf '%s\n' "$err" | grep -o Authentication | wc -l) $(printf '%s\n' "$err" | grep -c receipt)" '1 0'
is 'as the receipt does' "$(why | sed -n 2p)" failed
to "td://1/other@${other#http://}/nowhere/table?mode=replace" >"$T/status"
like 'no such database there' "$(cat "$T/status") $(why)" 'error result output: td-put: there is no database nowhere'
is 'its result stays' "$(get "job/result/$job?format=json" | wc -l | tr -d ' ')" 6
is 'nothing was changed there' "$(theirs)" '[["named",6],["table",6]]'
is 'no session is left there' "$(curl -sS -H 'Authorization: TD1 1/other' "$other/v3/bulk_import/list" | jq -c '[.bulk_imports[] | .status] | unique')" '["committed"]'
local_stop
job=$(post job/issue/presto/sample_datasets --data-urlencode "query=$seed" --data-urlencode "result=td://1/other@${other#http://}/theirs/table" | jq -r .job_id)
until_ok sh -c "curl -sS -H 'Authorization: TD1 $key' $url/v3/job/status/$job | grep -q running"
# shellcheck disable=SC2046 # names of files
sender() { grep -lszx "TD_API_SERVER=$other" /dev/null $(grep -lsz "^TD_API_KEY_FILE=/dev/fd/" /proc/[0-9]*/environ); } # td-put or td-swap
if [ "$(id -u)" = 0 ] && [ -r /proc/self/environ ]; then
	until_ok sender
	for p in $(sender); do tr '\0' '\n' <"$p"; tr '\0' '\n' <"${p%environ}cmdline"; done >"$T/sender"
	like 'the program that sends has the key' "$(cat "$T/sender")" '^TD_API_KEY_FILE=/dev/fd/3$'
	unlike 'in no argument and no variable' "$(cat "$T/sender")" '1/other|2Fother'
else
	skip 'the key of the program that sends' 'only root sees its environment'
fi
post "job/kill/$job" >/dev/null
is 'a destination that is down: the job can be killed' "$(wait_job "$job")" killed

# --- killed while it sends: the rows arrive once
first=$url
local_start again --polls 0
url=$TD_API_SERVER
post database/create/testdb >/dev/null
curl -sS -H "Authorization: TD1 $TD_API_KEY" -X POST -d 'POST bulk_import/delete/* * 500
POST bulk_import/commit/* 1 delay=0.2' "$url/local/faults" >/dev/null
job=$(post job/issue/presto/sample_datasets --data-urlencode "query=$seed" -d 'result=td://@/testdb/once' | jq -r .job_id)
until_ok sh -c "curl -sS -H 'Authorization: TD1 $key' $url/v3/bulk_import/list | grep -Eq 'ready|commit'"
kill -9 "$local_pid"; wait "$local_pid" 2>/dev/null
local_start again --polls 0 --listen "${url#http://}"
is 'a job that was killed is run again, and its rows are there once' "$(wait_job "$job") $(get table/show/testdb/once | jq .count)" 'success 6'
is 'no session is left' "$(get bulk_import/list | jq -c .bulk_imports)" '[]'
local_stop
url=$first

# --- schedules
clock 1500000000 # 2017-07-14 02:40:00
is 'the clock stands' "$(curl -sS -H "Authorization: TD1 $TD_API_KEY" "$url/local/clock")" '{"now":1500000000}'
is 'keys of a new schedule' "$(post schedule/create/hourly -d 'cron=0 * * * *' -d database=sample_datasets --data-urlencode 'query=SELECT TD_SCHEDULED_TIME() AS t' \
	-d result=mydb:hourly -d timezone= -d delay=0 -d priority= | jq -c 'keys')" \
	'["created_at","cron","database","delay","id","name","priority","query","result","retry_limit","start","timezone","type","user_name"]'
is 'twice' "$(post schedule/create/hourly -d 'cron=@daily' -d database=testdb -d query=x | jq .status_code)" 409
is 'a bad cron' "$(post schedule/create/badly -d 'cron=99 * * * *' -d database=testdb -d query=x | jq .status_code)" 422
is 'next' "$(get schedule/list | jq -r '.schedules[0] | .next_time, .timezone, .type')" '2017-07-14T03:00:00Z
UTC
hive'
clock 1500001200
history() { get "schedule/history/$1" | jq -c '.history'; }
ran() { [ "$(get "schedule/history/$1" | jq '[.history[] | select(.status == "success")] | length')" = "$2" ]; }
ok 'it runs when its time has come' until_ok ran hourly 1
is 'at the scheduled time' "$(history hourly | jq -r '.[0].scheduled_at')" '2017-07-14 03:00:00 UTC'
clock +7200
ok 'and again for each that passed' until_ok ran hourly 3
is 'TD_SCHEDULED_TIME is that time, and the rows arrive' "$(query testdb 'SELECT MIN(t), MAX(t), COUNT(1) FROM hourly')" '[1500001200,1500008400,3]'
is 'keys of the history' "$(get 'schedule/history/hourly?from=0&to=2' | jq -c '[keys, (.history | length), .count]')" '[["count","from","history","to"],2,3]'
is 'run' "$(post schedule/run/hourly/1399996800 -d num=2 | jq -c '[.jobs[] | [(.job_id | type), .scheduled_at]]')" \
	'[["number","2014-05-13 16:00:00 UTC"],["number","2014-05-13 17:00:00 UTC"]]'
post schedule/update/hourly -H 'Content-Type: application/json' -d '{"name":"daily","cron":"30 1 * * mon-fri","timezone":"Asia/Tokyo","delay":60}' >"$T/updated"
if [ -e /usr/share/zoneinfo/Asia/Tokyo ]; then
	is 'update: name, zone and days of the week' "$(jq -r '.name, .start' "$T/updated")" 'daily
2017-07-16T16:30:00Z'
else skip 'update: name, zone and days of the week' 'no time zone database'; fi
is 'delete' "$(post schedule/delete/daily | jq -c 'keys')" '["created_at","cron","database","delay","name","query","timezone","type","user_name"]'
is 'again' "$(post schedule/delete/daily | jq .status_code)" 404

# --- a program whose exit status cannot be learned is not a success
if ! sanitized && strace -f -e trace=wait4 -e inject=wait4:error=ECHILD -o "$T/try" true 2>/dev/null; then
	: >"$T/blind.url"
	strace -D -f -e trace=wait4 -e inject=wait4:error=ECHILD:when=1 -o "$T/blind.trace" \
		td-local --listen 127.0.0.1:0 --key "$TD_API_KEY" --data "$T/blind.data" --polls 0 >"$T/blind.url" 2>"$T/blind.log" &
	pids="$pids $!"
	until_ok test -s "$T/blind.url"
	url=$(cat "$T/blind.url")
	post database/create/testdb >/dev/null
	job=$(post job/issue/presto/sample_datasets --data-urlencode "query=$seed" -d 'result=td://@/testdb/output_table' | jq -r .job_id)
	is 'the fate of one is unknown: the job fails' "$(wait_job "$job")" error
	like 'and says so' "$(get "job/show/$job" | jq -r .debug.stderr)" 'result output: cannot learn how td-encode ended: No child processes'
else
	skip 'the fate of one is unknown: the job fails' 'a sanitizer build, or no strace that may trace'
	skip 'and says so' 'a sanitizer build, or no strace that may trace'
fi

# --- TLS
if command -v openssl >/dev/null; then
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$T/key.pem" -out "$T/cert.pem" -days 2 -subj /CN=localhost \
		-addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' 2>/dev/null
	local_start tls --tls "$T/cert.pem,$T/key.pem"
	url=$TD_API_SERVER
	like 'HTTPS' "$url" '^https://'
	get() { curl -sS --cacert "$T/cert.pem" -H "Authorization: TD1 $key" "$url/v3/$1"; }
	post() { path=$1; shift; curl -sS --cacert "$T/cert.pem" -X POST -H "Authorization: TD1 $key" "$@" "$url/v3/$path"; }
	post database/create/testdb >/dev/null
	job=$(post job/issue/presto/sample_datasets --data-urlencode "query=$seed" -d 'result=td://@/testdb/output_table' | jq -r .job_id)
	is 'a result sent to itself' "$(wait_job "$job") $(get table/show/testdb/output_table | jq .count)" 'success 6'
	run td-local -l 127.0.0.1:0 --tls "$T/key.pem,$T/cert.pem"
	is 'files that are no certificate and key: status' "$status" 78
	run td-local -l 127.0.0.1:0 --tls "$T/nowhere,$T/key.pem"
	is 'no file: status' "$status" 78
else skip 'TLS' 'no openssl'; fi

finish
