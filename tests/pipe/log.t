#!/bin/sh
# --log-format json: every line is one object, the same for all tools, and the end says what happened.
. "$(dirname "$0")/../lib/lib.sh"
local_start
J='--log-format json'
get() { jq -r "$2" "$T/$1.log"; }

# shellcheck disable=SC2086 # two words
{
	td-fetch $J -d sample_datasets -e 'SELECT symbol, COUNT(1) AS n FROM nasdaq GROUP BY symbol' 2>"$T/fetch.log" |
		td-encode $J 2>"$T/encode.log" | td-put $J --create-database 'td://@/testdb/symbols?mode=replace' 2>"$T/put.log" >"$T/put.receipt"
	td-swap $J <"$T/put.receipt" 2>"$T/swap.log" >"$T/swap.receipt"
}
rows=$(td-fetch -d testdb -f csv --no-header -e 'SELECT COUNT(1) FROM symbols')
like "the pipe ran" "$rows" '^[1-9]'
for tool in fetch encode put swap; do
	is "td-$tool: each line is an object with time, tool and event" \
		"$(jq -r 'select(type != "object" or (.time | test("^2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[.][0-9]{3}Z$") | not) or .tool != "td-'$tool'" or .event == null)' "$T/$tool.log" 2>&1)" ""
	is "td-$tool: from start to end" "$(get $tool .event | sed -n '1p;$p' | tr '\n' ' ')" "start end "
	is "td-$tool: the start has the version" "$(td-$tool -V)" "td-$tool $(get $tool 'select(.event == "start") | .version')"
	is "td-$tool: the end has status and rows" "$(get $tool 'select(.event == "end") | "\(.status) \(.result.rows)"')" "0 $rows"
	like "td-$tool: and how long it took" "$(get $tool 'select(.event == "end") | .seconds')" '^[0-9.]+$'
done
is "td-put: the result is its receipt" "$(get put 'select(.event == "end") | .result | tojson')" "$(jq -c . "$T/put.receipt")"
is "td-swap: likewise" "$(get swap 'select(.event == "end") | .result | tojson')" "$(jq -c . "$T/swap.receipt")"

# --- failures

# shellcheck disable=SC2086
run td-fetch $J -d testdb -f csv -e 'SELECT "a" FROM "no such"'
cp "$T/err" "$T/bad.log"
is "a failed job: its status at the end" "$(get bad 'select(.event == "end") | .status')" "$status"
like "a failed job: an error with its reason" "$(get bad 'select(.event == "error") | .message')" 'no such'
is "a failed job: nothing but JSON" "$(jq -e . "$T/bad.log" >/dev/null && echo yes)" yes
# shellcheck disable=SC2086
printf 'a,b\n1,"x\n' | td-encode $J >"$T/frame" 2>"$T/bad.log"
is "bad input: its status" "$(get bad 'select(.event == "end") | "\(.status) \(.result.end) \(.result.status)"')" "65 abort 65"
td-encode $J --no-such-option 2>"$T/bad.log"
is "wrong usage behind the option: JSON" "$(get bad 'select(.event == "end") | .status')" 2
printf 'a\n1\n' | td-encode --log-format json --select "$(printf 'b\033"\\')" 2>"$T/bad.log" >"$T/frame"
like "controls, quotes and backslashes: one object a line" "$(get bad 'select(.event == "error") | .message')" '"'
run td-encode --log-format yaml </dev/null
is "another format: wrong usage" "$status" 2
like "another format: which there are" "$err" "text or json"

# --- what else there is

curl -sS -H "Authorization: TD1 $TD_API_KEY" --data-binary 'POST job/issue/* 1 503' "$TD_API_SERVER/local/faults" >/dev/null
run td-fetch --log-format json -d testdb -f csv -e 'SELECT 1'
cp "$T/err" "$T/retry.log"
like "a failed try: retry" "$(get retry 'select(.event == "retry") | .message')" '503'
run td-fetch --log-format json -q -d testdb -f csv -e 'SELECT 1'
is "-q: nothing" "$err" ""
run td-fetch -q --log-format json -d testdb -f csv -e 'SELECT nothing'
is "-q: errors alone" "$(printf '%s\n' "$err" | jq -r .event)" error

mkfifo "$T/slow"
td-encode --log-format json <"$T/slow" >"$T/frame" 2>"$T/term.log" &
pid=$!
exec 9>"$T/slow"
until_ok test -s "$T/term.log"
echo a >&9
ask() { kill -USR1 $pid && grep -q '"event":"progress"' "$T/term.log"; }
ok "SIGUSR1: progress" until_ok ask
kill -TERM $pid
wait $pid
is "TERM: the status that a shell sees" "$? $(get term 'select(.event == "end") | .status')" "143 143"
exec 9>&-
run td-local --log-format json --no-samples --exec -- sh -c 'exit 3'
cp "$T/err" "$T/exec.log"
is "td-local --exec: the status of its command" "$status $(get exec 'select(.event == "end") | .status')" "3 3"
run td-fetch -d testdb -f csv -e 'SELECT 1 AS a'
is "without the option: text" "$err" ""
finish
