#!/bin/sh
# td-local's faults as a client sees them, and the rights of keys.
. "$(dirname "$0")/../lib/lib.sh"

local_start local --write-key 1/write --fault 'GET database/list 1 503' --fault 'GET system/* 2-3 429,retry-after=7'
url=$TD_API_SERVER
A="Authorization: TD1 $TD_API_KEY"
fault() { curl -sS -H "Authorization: TD1 $TD_API_KEY" -X POST --data-binary "$1" "$url/local/faults" >/dev/null; }
clear() { curl -sS -H "Authorization: TD1 $TD_API_KEY" -X DELETE "$url/local/faults" >/dev/null; }
code() { curl -s -o "$T/body" -D "$T/head" -w '%{http_code}' -H "$A" "$@"; }
# The exit status of curl: 18 the body is cut, 52 no answer, 56 reset, 28 too slow
curled() { curl -s -o "$T/body" -H "$A" "$@"; echo $?; }
post() { curl -sS -X POST -H "$A" "$@"; }

is 'the first request fails' "$(code "$url/v3/database/list")" 503
like 'as TD says it' "$(cat "$T/body")" '"severity":"error","status_code":503'
is 'the second does not' "$(code "$url/v3/database/list")" 200
is 'a range of requests: before' "$(code "$url/v3/system/server_status")" 200
is 'in' "$(code "$url/v3/system/server_status")" 429
like 'Retry-After in seconds' "$(cat "$T/head")" '^Retry-After: 7'
is 'in' "$(code "$url/v3/system/server_status")" 429
is 'behind' "$(code "$url/v3/system/server_status")" 200
is 'they are counted' "$(curl -sS -H "Authorization: TD1 $TD_API_KEY" "$url/local/faults")" "$(printf 'GET database/list 1 503\t1\nGET system/* 2-3 429,retry-after=7\t2')"
clear
is 'and removed' "$(curl -sS -H "Authorization: TD1 $TD_API_KEY" "$url/local/faults")" ''

fault 'GET database/list * 503,retry-after=date:5'
code "$url/v3/database/list" >/dev/null
like 'Retry-After as a date' "$(cat "$T/head")" '^Retry-After: (Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2} [A-Z][a-z]{2} 20[0-9]{2} [0-9:]{8} GMT'
clear
fault "$(printf 'GET database/list 1 502,html\nGET database/list 1 500,empty\nGET database/list 1 500,null')"
code "$url/v3/database/list" >/dev/null; like 'html' "$(cat "$T/body")" '<h1>'
code "$url/v3/database/list" >/dev/null; is 'no body' "$(cat "$T/body")" ''
code "$url/v3/database/list" >/dev/null; is 'null' "$(cat "$T/body")" 'null'
clear

fault 'POST database/create/* 1 503'
post "$url/v3/database/create/before" >/dev/null
is 'a status is instead of the work' "$(code "$url/v3/database/show/before")" 404
clear; fault 'POST database/create/* 1 504,after'
is 'a status after the work' "$(code -X POST "$url/v3/database/create/after")" 504
is 'it was done' "$(code "$url/v3/database/show/after")" 200
clear; fault 'POST database/create/* 1 reset'
like 'reset' "$(curled -X POST "$url/v3/database/create/reset")" '^(52|56)$'
is 'nothing was done' "$(code "$url/v3/database/show/reset")" 404
clear; fault 'POST database/create/* 1 reset-after'
like 'reset after the work' "$(curled -X POST "$url/v3/database/create/reset_after")" '^(52|56)$'
is 'it was done' "$(code "$url/v3/database/show/reset_after")" 200

post "$url/v3/table/create/after/rows/log" >/dev/null
post "$url/v3/bulk_import/create/ses/after/rows" >/dev/null
head -c 3000000 /dev/urandom >"$T/large"
clear; fault 'PUT bulk_import/upload_part/* 1 reset-body=100000'
like 'reset in the body' "$(curled -X PUT -T "$T/large" "$url/v3/bulk_import/upload_part/ses/p")" '^(52|55|56)$'
is 'the part is not there' "$(curl -sS -H "$A" "$url/v3/bulk_import/list_parts/ses" | jq -c .parts)" '[]'
ok 'nothing stays on the disk' sh -c "! ls '$T/local.data/files' | grep -q ^p"

clear; fault 'GET table/list/* 1 cut=10'
is 'cut' "$(curled "$url/v3/table/list/sample_datasets")" 18
is 'after as many bytes' "$(wc -c <"$T/body" | tr -d ' ')" 10
clear; fault 'GET table/list/* 1 cut'
is 'cut in half' "$(curled "$url/v3/table/list/sample_datasets")" 18
clear; fault 'GET table/list/* 1 stall=30'
is 'stall' "$(curled -m 0.5 "$url/v3/table/list/sample_datasets")" 28
ok 'half came' test -s "$T/body"
clear; fault 'GET database/list 1 slow=1000'
is 'slow' "$(curled -m 0.1 "$url/v3/database/list")" 28
clear; fault 'GET database/list 1 delay=0.3'
is 'delay' "$(curled -m 0.1 "$url/v3/database/list")" 28
clear
is 'a fault that is none' "$(curl -sS -H "Authorization: TD1 $TD_API_KEY" -X POST -d 'GET x 1 explode' "$url/local/faults" | jq .status_code)" 422
for spec in '' 'GET' 'GET x 1' 'GET x y 503' 'GET x 1 200' 'GET x 1 503,never' 'GET x 3-2 503' 'GET x 1 slow=0' 'GET x 1 reset=3' 'GET x 1 503 more'; do
	run td-local --fault "$spec"
	is "--fault '$spec': status" "$status" 2
done

# --- every example of the manual, unchanged
job=$(post "$url/v3/job/issue/presto/sample_datasets" -d 'query=SELECT * FROM www_access' | jq -r .job_id)
until_ok sh -c "curl -sS -H '$A' $url/v3/job/status/$job | grep -q success"
post "$url/v3/table/create/after/one/log" >/dev/null
post "$url/v3/table/create/after/two/log" >/dev/null
id() { curl -sS -H "$A" "$url/v3/table/show/after/$1" | jq -r .id; }
: >"$T/tried"
example() { clear; fault "$1"; printf '%s\n' "$1" >>"$T/tried"; }
example 'GET job/status/* 2 503'
is 'example: 503' "$(code "$url/v3/job/status/$job") $(code "$url/v3/job/status/$job") $(code "$url/v3/job/status/$job")" '503 503 200'
example 'PUT bulk_import/upload_part/* 1 429,retry-after=2'
is 'example: 429' "$(code -T "$T/large" "$url/v3/bulk_import/upload_part/ses/q") $(grep -ci '^retry-after: 2' "$T/head")" '429 1'
example 'POST table/swap/* 1 504,after,html'
one=$(id one)
is 'example: 504 behind the work' "$(code -X POST "$url/v3/table/swap/after/one/two") $(grep -c '<h1>' "$T/body") $(id two)" "504 1 $one"
example 'POST bulk_import/commit/* 1 reset'
like 'example: reset' "$(curled -X POST "$url/v3/bulk_import/commit/ses")" '^(52|56)$'
example 'PUT bulk_import/upload_part/* 1 reset-body=1000'
like 'example: reset in the body' "$(curled -T "$T/large" "$url/v3/bulk_import/upload_part/ses/q")" '^(52|55|56)$'
example 'POST table/swap/* 1 reset-after'
one=$(id one)
like 'example: reset behind the work' "$(curled -X POST "$url/v3/table/swap/after/one/two") $(id two)" "^(52|56) $one\$"
example 'GET job/result/* 1 cut=1000'
is 'example: cut' "$(curled "$url/v3/job/result/$job?format=csv") $(wc -c <"$T/body" | tr -d ' ')" '18 1000'
example 'GET job/result/* * slow=100000'
is 'example: slow' "$(curled -m 0.5 "$url/v3/job/result/$job?format=csv") $(curled -m 0.5 "$url/v3/job/result/$job?format=csv")" '28 28'
example 'POST bulk_import/perform/* 1 delay=0.5'
is 'example: delay' "$(curled -m 0.2 -X POST "$url/v3/bulk_import/perform/ses")" 28
example 'GET job/result/* 1 stall=30'
is 'example: stall' "$(curled -m 1 "$url/v3/job/result/$job?format=csv") $(test -s "$T/body" && echo some)" '28 some'
clear
is 'these are all examples' "$(cat "$T/tried")" "$(sed -n '/^\.Sh FAULTS/,/^\.Sh ENV/s/^\.D1 //p' "$ROOT/man/td-local.1")"

# --- keys
W='Authorization: TD1 1/write'
may() { curl -sS -o /dev/null -w '%{http_code}' -H "$W" "$@"; }
is 'write-only key: list' "$(may "$url/v3/database/list")" 403
is 'tables' "$(may "$url/v3/table/list/after")" 403
is 'create a table' "$(may -X POST "$url/v3/table/create/after/mine/log")" 200
is 'show it' "$(may "$url/v3/table/show/after/mine")" 200
is 'create a database' "$(may -X POST "$url/v3/database/create/mine")" 403
is 'create a session' "$(may -X POST "$url/v3/bulk_import/create/wses/after/mine")" 200
printf '' | gzip >"$T/empty.gz"
is 'upload' "$(may -T "$T/empty.gz" "$url/v3/bulk_import/upload_part/wses/p")" 200
is 'import' "$(may -T "$T/empty.gz" "$url/v3/table/import/after/mine/msgpack.gz")" 200
is 'freeze' "$(may -X POST "$url/v3/bulk_import/freeze/wses")" 200
is 'perform' "$(may -X POST "$url/v3/bulk_import/perform/wses")" 200
is 'append to a schema' "$(may -d 'schema=[["x","long"]]' "$url/v3/table/append-schema/after/mine")" 200
is 'replace a schema' "$(may -d 'schema=[["x","long"]]' "$url/v3/table/update-schema/after/mine")" 403
is 'swap' "$(may -X POST "$url/v3/table/swap/after/mine/rows")" 403
is 'rename' "$(may -X POST "$url/v3/table/rename/after/mine/yours")" 403
is 'delete' "$(may -X POST "$url/v3/table/delete/after/mine")" 403
is 'issue a job' "$(may -d query=x "$url/v3/job/issue/presto/after")" 403
is 'another scheme' "$(curl -sS -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $TD_API_KEY" "$url/v3/database/list")" 401

finish
