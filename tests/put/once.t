#!/bin/sh
# td-put --once, --session, --streaming, --dry-run, --trust-eof against td-local.
. "$(dirname "$0")/../lib/lib.sh"
. "$ROOT/tests/lib/put.sh"
local_start local --no-samples --polls 0 -v --write-key 1/abcdefabcdefabcdefabcdefabcdefabcdefabcd
api POST database/create/testdb >/dev/null
D=td://@/testdb
fast="--retry-wait 0 --timeout 1"
frame rows=100 blocks=10 >"$T/f"
frame rows=60 blocks=6 start=1000 >"$T/other"
requests() { # PATTERN: how many such requests the server has seen since the last `mark`
	tail -n "+$((marked + 1))" "$T/local.log" | grep -c "$1"
}
mark() { marked=$(wc -l <"$T/local.log"); }

# --- once
td-fetch 999 2>/dev/null | td-encode 2>/dev/null >"$T/gone"
run td-put --once $D/once <"$T/gone"
is "--once behind a source that failed: status" "$status" 66
like "--once behind a source that failed: its reason, not a missing key" "$err" "^td-put: upstream gave up: job 999: 404"
run td-put --once=monday $D/once <"$T/f"
is "--once: done" "$status $(receipt .action) $(rows_of testdb once)" "0 append 100,100,4950"
mark
run td-put --once=monday $D/once <"$T/f"
is "--once again: done, and not twice" "$status $(receipt '.status + " " + (.rows | tostring)') $(rows_of testdb once)" "0 done 100 100,100,4950"
is "--once again: nothing is sent" "$(requests 'PUT ')" 0
run td-put --once=monday $D/once <"$T/other"
is "--once with the same key and other rows: status" "$status" 80
like "--once with the same key and other rows: message" "$err" "^td-put: --once: this key was used before, for 100 rows; these are 60 others"
run td-put --once=tuesday $D/once <"$T/other"
is "--once with another key" "$status $(rows_of testdb once)" "0 160,160,66720"
run td-put --once=monday $D/twice <"$T/f"
is "--once with the same key for another table" "$status $(rows_of testdb twice)" "0 100,100,4950"
frame rows=100 blocks=10 start=1000 >"$T/same"
run td-put --once=monday $D/once <"$T/same"
is "--once with the same key and as many other rows: status" "$status $(count_of testdb once)" "80 160"
like "--once with the same key and as many other rows: message" "$err" "^td-put: --once: this key was used before, for 100 rows that are not these"
frame rows=0 >"$T/none"
run td-put --once=monday $D/once <"$T/none"
is "--once with the same key and no rows" "$status" 80
frame rows=100 blocks=3 >"$T/recut"
run td-put --once=monday --part-size 1 $D/once <"$T/recut"
is "--once with the same rows in other parts: done" "$status $(receipt .status)" "0 done"
faults 'GET bulk_import/list_parts/* * 403'
run td-put --once=monday $D/once <"$T/same"
is "--once where the parts cannot be seen: their number has to do" "$status" 0
faults
printf 'id\n1\n2\n' >"$T/csv"
for time in 5 6; do td-encode --time-value $time <"$T/csv" | run td-put --once=now $D/now; done
is "--once with rows that all got one time: their number has to do" "$status $(rows_of testdb now)" "0 2,2,3"
frame bad=1 rows=30 >"$T/x"
for i in 1 2; do run td-put --max-errors 1 --once=bad $D/bad <"$T/x"; done 2>/dev/null
is "--once with --max-errors, again: done, and not twice" "$status $(rows_of testdb bad)" "0 29,29,435"
run td-put --once $D/once <"$T/f"
is "--once without a key or a job: status" "$status" 2
run td-put "--once=x" "$D/once?mode=replace" <"$T/f"
is "--once with mode=replace: status" "$status" 2
job=$(api POST job/issue/presto/testdb --data-urlencode 'query=SELECT 7 AS id' | jq -r .job_id)
for i in 1 2; do td-fetch "$job" | td-encode | run td-put --once $D/byjob; done
is "--once by the job: not twice" "$(rows_of testdb byjob)" 1,1,7

faults 'POST bulk_import/create/* 1 503'
run td-put $fast --once=monday $D/once <"$T/f"
is "--once again, the first answer is lost: done, and not twice" "$status $(receipt .status) $(rows_of testdb once)" "0 done 160,160,66720"
faults

# it resumes where it died
for state in 'PUT bulk_import/upload_part/* 5-1000000 503' 'POST bulk_import/freeze/* * 503' 'POST bulk_import/perform/* * 422' \
	'POST bulk_import/commit/* * 422' 'POST bulk_import/commit/* * 500,after' 'POST table/append-schema/* * 422'; do
	n_state=$((${n_state:-0} + 1))
	faults "$state"
	run td-put $fast --part-size 1 -j 1 --once=k $D/resumed$n_state <"$T/f"
	first=$status
	faults
	mark
	run td-put --part-size 1 -j 1 --once=k $D/resumed$n_state <"$T/f"
	ok "$state, then again: the first fails or is done" [ "$first" -eq 75 -o "$first" -eq 69 -o "$first" -eq 0 ]
	is "$state, then again: the rows are there once" "$status $(rows_of testdb resumed$n_state)" "0 100,100,4950"
	[ $n_state -ne 1 ] || is "parts that are there are not sent again" "$(requests 'PUT ')" 6
	run td-put --once=k $D/resumed$n_state <"$T/f"
	is "$state, and a third time" "$status $(rows_of testdb resumed$n_state)" "0 100,100,4950"
done
seen=0
for fault in 'PUT bulk_import/upload_part/* 5-1000000 503' 'POST bulk_import/freeze/* * 503'; do
	seen=$((seen + 1))
	faults 'GET bulk_import/list_parts/* * 403' "$fault"
	td-put $fast --part-size 1 --once=k $D/unseen$seen <"$T/f" >/dev/null 2>&1
	faults 'GET bulk_import/list_parts/* * 403'
	run td-put --part-size 1 --once=k $D/unseen$seen <"$T/f"
	is "a key that may not list parts, $fault, then again" "$status $(rows_of testdb unseen$seen)" "0 100,100,4950"
done
faults 'PUT bulk_import/upload_part/* 5-1000000 503'
run td-put $fast --part-size 1 -j 1 --once=k $D/changed <"$T/f"
faults
like "--once that failed says that it goes on" "$err" "; the same command goes on with session td_put_once_[0-9a-f]{32}"
run td-put --part-size 1 --once=k $D/changed <"$T/other"
is "other rows after a run that died: only those" "$status $(rows_of testdb changed)" "0 60,60,61770"
faults 'PUT bulk_import/upload_part/* 4-1000000 delay=1'
td-put --part-size 1 -j 1 --once=k $D/killed <"$T/f" >/dev/null 2>&1 & put=$!
until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/local/faults | grep -q '	1$'"
kill -9 $put
wait $put 2>/dev/null
faults
run td-put --part-size 1 -j 1 --once=k $D/killed <"$T/f"
is "after SIGKILL" "$status $(rows_of testdb killed)" "0 100,100,4950"
# killed when the import was asked for: the next run goes on with that import
faults 'POST bulk_import/perform/* 1 stall=60'
td-put --part-size 1 -j 1 --once=k $D/importing <"$T/f" >/dev/null 2>&1 & put=$!
until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/local/faults | grep -q '	1$'"
kill -9 $put
wait $put 2>/dev/null
faults
import=$(api GET bulk_import/list | jq -r '.bulk_imports[] | select(.table == "importing").job_id')
mark
run td-put --part-size 1 -j 1 --once=k $D/importing <"$T/f"
is "killed during the import: the same command goes on with it" "$status $(receipt .job_id) $(rows_of testdb importing)" \
	"0 $import 100,100,4950"
is "killed during the import: nothing is uploaded or thrown away" "$(requests "\(upload_part\|delete\)/$(receipt .session)")" 0

# a step whose answer is lost is verified before it is repeated: a second one would be refused, so rows alone prove nothing
for step in perform commit; do
	for fault in reset-after 500,after cut reset 503; do
		faults "POST bulk_import/$step/* 1 $fault" "POST bulk_import/$step/* 1-9 delay=0"
		run td-put -vv $fast $D/blind <"$T/f"
		case $fault in reset | 503) want="POST $step GET show POST $step" times=2 ;; *) want="POST $step GET show" times=1 ;; esac
		is "$step, $fault: looked at before anything else" \
			"$status $(printf '%s\n' "$err" | sed -n 's,.*: \([A-Z]*\) /v3/bulk_import/\([a-z]*\)/.*,\1 \2,p' | tr '\n' ' ' | grep -o "$want")" "0 $want"
		is "$step, $fault: so often the server was asked for it" "$(struck)" $times
	done
done
faults

# a run that is overtaken by another
ahead() { # SESSION: it is brought to ready
	api POST "bulk_import/freeze/$1" >/dev/null
	api POST "bulk_import/perform/$1" >/dev/null
	until_ok sh -c 'curl -sS -H "Authorization: TD1 $TD_API_KEY" "$TD_API_SERVER/v3/bulk_import/show/$1" | grep -q "\"ready\""' sh "$1"
}
held() { until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/local/faults | grep -q '	1$'"; }
faults 'PUT bulk_import/upload_part/* 3 delay=2'
td-put --part-size 1 -j 1 --once=k $D/overtaken <"$T/f" >/dev/null 2>"$T/err" & put=$!
held
ahead "$(api GET bulk_import/list | jq -r '[.bulk_imports[] | select(.table == "overtaken")][0].name')"
wait $put
like "an upload that another run overtakes: may be repeated" "$? $(cat "$T/err")" "^75 td-put: another run is ahead with session td_put_once_"
faults 'PUT bulk_import/upload_part/* 3 delay=2'
td-put --part-size 1 -j 1 --once=k $D/frozen <"$T/f" >/dev/null 2>"$T/err" & put=$!
held
api POST "bulk_import/freeze/$(api GET bulk_import/list | jq -r '[.bulk_imports[] | select(.table == "frozen")][0].name')" >/dev/null
wait $put
like "an upload into a session that another run has frozen: may be repeated" "$? $(cat "$T/err")" "^75 td-put: another run is ahead with session td_put_once_"
faults
run td-put --once=k $D/frozen <"$T/f"
is "and goes on" "$status $(rows_of testdb frozen)" "0 100,100,4950"
td-put --session overtaken --no-commit $D/overtook <"$T/f" >"$T/x"
faults 'POST bulk_import/perform/overtaken 1 delay=2'
td-put --session overtaken --commit $D/overtook <"$T/x" >/dev/null 2>"$T/err" & put=$!
held
ahead overtaken
wait $put
is "a perform that another run overtakes: it goes on with that" "$? $(cat "$T/err")" "0 "
faults
run td-put --session overtaken --commit $D/overtook <"$T/x"
is "and may be repeated" "$status $(receipt .already) $(rows_of testdb overtook)" "0 true 100,100,4950"
td-put --session removed --no-commit $D/overtook <"$T/f" >"$T/x"
faults 'POST bulk_import/commit/removed 1 delay=2'
td-put --session removed --commit $D/overtook <"$T/x" >/dev/null 2>"$T/err" & put=$!
held
api POST bulk_import/delete/removed >/dev/null
wait $put
is "a commit of a session that is gone: status" $? 69
unlike "a commit of a session that is gone: no other --commit is advised" "$(cat "$T/err")" "takes no more parts"
faults

# two at once, as when cron starts a job twice: the rows are there once, whatever the two report
i=0 bad=
while [ $i -lt 15 ]; do
	i=$((i + 1))
	td-put --part-size 1 --once=$i $D/both$i <"$T/f" >/dev/null 2>&1 & a=$!
	td-put --part-size 1 --once=$i $D/both$i <"$T/f" >/dev/null 2>&1
	wait $a
	td-put --part-size 1 --once=$i $D/both$i <"$T/f" >/dev/null 2>"$T/err" || bad="$bad status($i)"
	[ "$(rows_of testdb both$i)" = 100,100,4950 ] || bad="$bad rows($i)"
done
is "two at once with the same key, then again: the rows are there once" "$bad" ""

# --- many machines
for i in 1 2 3; do
	frame rows=50 blocks=5 start=$((i * 100)) >"$T/m$i"
	td-put --part-size 1 --session many --no-commit $D/many <"$T/m$i" >"$T/r$i" 2>"$T/e$i" & pids="$pids $!"
	eval "p$i=$!"
done
# shellcheck disable=SC2154 # eval sets them
{ wait "$p1"; a=$?; wait "$p2"; b=$?; wait "$p3"; c=$?; }
is "three at once upload" "$a $b $c" "0 0 0"
is "nothing is there yet" "$(count_of testdb many)" 0
is "their receipts" "$(cat "$T/r1" "$T/r2" "$T/r3" | jq -r '[.action, .session, .rows] | join(" ")' | sort -u)" "upload many 50"
td-put --part-size 1 --session many --no-commit $D/many <"$T/m2" >/dev/null
is "one of them again" $? 0
cat "$T/r1" "$T/r2" >"$T/x"
run td-put --session many --commit $D/many <"$T/x"
is "--commit with a receipt missing: status" "$status" 80
like "--commit with a receipt missing: message" "$err" "session many holds 15 parts, but the receipts speak of 10: one is missing, or a run that died left some"
is "--commit with a receipt missing: nothing is there" "$(count_of testdb many)" 0
td-put --part-size 1 --session many --no-commit $D/many <"$T/m3" >"$T/r3"
is "--commit with a receipt missing: the session still takes parts" $? 0
cat "$T/r1" "$T/r2" "$T/r3" >"$T/x"
run td-put --session many --commit $D/many <"$T/x"
is "--commit" "$status $(receipt '[.status, .rows, .valid_records, .source] | join(" ")') $(rows_of testdb many)" "0 done 150 150 verified 150,150,33675"
run td-put --session many --commit $D/many <"$T/x"
is "--commit again: done already" "$status $(receipt .already) $(rows_of testdb many)" "0 true 150,150,33675"
run td-put --session many --commit $D/many <"$T/r1"
is "--commit again, with fewer receipts: status" "$status" 80
for key in a b; do td-put --session equal --no-commit --once=$key $D/equal <"$T/m1" >"$T/r$key"; done
td-put --session equal --no-commit --once=b $D/equal <"$T/m1" >"$T/rb"
cat "$T/ra" "$T/rb" >"$T/x"
jq -c '.rows = 49' "$T/rb" | cat "$T/ra" - | run td-put --session equal --commit $D/equal
like "receipts that say other rows than the import counts" "$(cat "$T/err")" \
	"99 records were sent and the import counts 100: nothing was published; session equal takes no more parts: --commit again with .*, or --discard it$"
run td-put --session equal --commit $D/equal <"$T/x"
is "equal parts under two keys stay two, under one key one" "$status $(rows_of testdb equal)" "0 100,50,12450"
faults 'PUT bulk_import/upload_part/* 3-1000000 delay=5'
td-put --part-size 1 -j 1 --session died --no-commit --once=k $D/died <"$T/m1" >/dev/null 2>&1 & put=$!
until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/local/faults | grep -q '	1$'"
kill -9 $put
wait $put 2>/dev/null
faults 'PUT bulk_import/upload_part/* 2-1000000 503'
run td-put $fast --part-size 1 -j 1 --session died --no-commit --once=k $D/died <"$T/m1"
like "a share that fails says that it goes on" "$err" "; the same command goes on with session died"
faults 'PUT bulk_import/upload_part/* 1-1000 delay=0'
run td-put --part-size 1 -j 1 --session died --no-commit --once=k $D/died <"$T/m1"
is "a share that died and failed goes on: only what was not there is sent" "$status $(struck)" "0 2"
run td-put --session died --no-commit --once=k $D/died <"$T/m1"
is "cut in other parts: those of before go" "$status $(api GET bulk_import/list_parts/died | jq '.parts | length')" "0 1"
faults
printf '%s\n' "$out" >"$T/x"
run td-put --session died --commit $D/died <"$T/x"
is "and then the rows are there once" "$status $(rows_of testdb died)" "0 50,50,6225"
frame rows=10 source=eof >"$T/eof"
td-put --session strict --no-commit $D/strict <"$T/eof" >"$T/x"
run td-put --session strict --commit --strict $D/strict <"$T/x"
is "--commit --strict refuses eof" "$status $(count_of testdb strict)" "80 0"
run td-put --session strict --no-commit $D/strict <"$T/eof"
is "--commit --strict refuses eof: the session still takes parts" "$status" 0
half=$(printf '%s' "${out%%,\"status\"*}" | wc -c)
run "$PYTHON" -c 'import os, resource, sys; n = int(sys.argv[1]) + 2; resource.setrlimit(resource.RLIMIT_FSIZE, (n, n))
os.execvp(sys.argv[2], sys.argv[2:])' "$half" td-put --session strict --no-commit $D/strict <"$T/eof"
like "--no-commit whose receipt is cut" "$status $err" "^1 td-put: the parts are in session strict, but their receipt is not written: "
frame rows=10 bad=1 >"$T/onebad"
td-put --session errors --no-commit $D/errors <"$T/onebad" >"$T/x"
run td-put --session errors --commit $D/errors <"$T/x"
like "--commit with refused records: the way out" "$status $(tail -n 1 "$T/err")" \
	"65 .*refused 1 of 10 records.*; session errors takes no more parts: --commit again with a --max-errors, or --discard it$"
run td-put --session errors --commit --max-errors 1 $D/errors <"$T/x"
is "--commit with refused records: it works" "$status $(rows_of testdb errors)" "0 9,9,45"
frame rows=0 >"$T/none"
td-put --session idle --no-commit $D/idle <"$T/none" >"$T/r1"
td-put --session idle --no-commit $D/idle <"$T/m2" >"$T/r2"
cat "$T/r1" "$T/r2" >"$T/x"
run td-put --session idle --commit $D/idle <"$T/x"
is "a machine that had no rows" "$status $(rows_of testdb idle)" "0 50,50,11225"
td-put --session idle_too --no-commit $D/idle <"$T/none" >"$T/r1"
run td-put --session idle_too --commit $D/idle <"$T/r1"
is "no machine had rows" "$status $(receipt '[.status, .rows] | join(" ")') $(count_of testdb idle)" "0 done 0 50"
td-put --session more --no-commit $D/many <"$T/m1" >"$T/r1"
td-put --session alone --no-commit $D/alone <"$T/m1" >"$T/x"
run td-put --session alone --commit $D/alone </dev/null
is "--commit without receipts takes the service's word" "$status $(receipt '.rows') $(rows_of testdb alone)" "0 50 50,50,6225"
td-put --session alone --no-commit $D/alone <"$T/m1" >"$T/x"
run td-put --session alone --commit --dry-run $D/alone <"$T/x"
is "--commit with --dry-run: refused, and nothing is committed" "$status $(rows_of testdb alone)" "2 50,50,6225"
api POST bulk_import/delete/alone >/dev/null
td-put --session wrong --no-commit $D/alone <"$T/m1" >"$T/x"
run td-put --session wrong --no-commit $D/many <"$T/m1"
is "a session of another table: status" "$status" 69
run td-put --session wrong --commit $D/alone <"$T/r1"
is "receipts of another session: status" "$status" 65
frame end=abort rows=5 blocks=5 >"$T/abort"
td-put --part-size 1 --session wrong --no-commit $D/alone <"$T/abort" >"$T/y" 2>/dev/null
cat "$T/x" "$T/y" >"$T/z"
run td-put --session wrong --commit $D/alone <"$T/z"
is "one of the uploads failed: status" "$status" 66
is "parts of an upload that failed are taken back" "$(api GET bulk_import/list_parts/wrong | jq '.parts | length')" 1
run td-put --session wrong --commit $D/alone <"$T/x"
is "the others can be committed" "$status $(rows_of testdb alone)" "0 100,50,12450"
for args in "--session x1x" "--commit" "--no-commit" "--session x.y --commit" "--session abc --commit --no-commit" "--once=a --streaming" "--session abc --commit --once=a" "--session abc --commit --dry-run"; do
	run td-put $args $D/alone <"$T/f"
	is "$args: status" "$status" 2
done

# --- stream import
run td-put --streaming --part-size 1 $D/stream <"$T/f"
is "--streaming" "$status $(receipt '[.action, .session, .rows, .parts] | tojson') $(rows_of testdb stream)" '0 ["import",null,100,10] 100,100,4950'
TD_API_KEY=1/abcdefabcdefabcdefabcdefabcdefabcdefabcd run td-put --streaming $D/stream <"$T/other"
is "--streaming with a write-only key" "$status $(rows_of testdb stream)" "0 160,160,66720"
for fault in 503 500,after reset reset-after cut; do
	faults "PUT table/import_with_id/* 2 $fault"
	table=s_$(echo "$fault" | tr ,- __)
	run td-put $fast --streaming --part-size 1 "$D/$table" <"$T/f"
	is "--streaming, $fault twice: no row twice" "$status $(rows_of testdb "$table")" "0 100,100,4950"
done
faults 'PUT table/import_with_id/* 4-1000000 422'
run td-put $fast --streaming --part-size 1 -j 1 $D/partly <"$T/f"
faults
is "--streaming that fails half-way: status" "$status" 76
like "--streaming that fails half-way: says how many rows are in" "$err" "30 rows are in the table already"
for fault in reset-after 503,after; do
	table=lost_$(echo "$fault" | tr ,- __)
	faults "PUT table/import_with_id/* * $fault"
	run td-put $fast --streaming "$D/$table" <"$T/f"
	faults
	is "--streaming, the answer is lost ($fault): unknown, and the rows are in" "$status $(receipt .exit) $(rows_of testdb "$table")" "76 76 100,100,4950"
	like "--streaming, the answer is lost ($fault): message" "$err" "; up to 100 rows may be in the table$"
done
faults 'PUT table/import_with_id/* 1 reset-after' 'PUT table/import_with_id/* * 422'
run td-put $fast --streaming $D/lostfirst <"$T/f"
is "--streaming, refused after a lost answer: unknown" "$status $(rows_of testdb lostfirst)" "76 100,100,4950"
faults 'PUT table/import_with_id/* 4-1000000 reset-after'
run td-put $fast --streaming --part-size 1 -j 1 $D/lostpart <"$T/f"
like "--streaming, some are in and an answer is lost" "$status $err" "^76 .*; 30 rows are in the table already, and up to 10 more may be$"
faults 'PUT table/import_with_id/* * 422'
run td-put $fast --streaming $D/refused <"$T/f"
is "--streaming, refused: nothing may be in" "$status $(printf '%s\n' "$err" | grep -c 'may be')" "69 0"
faults 'PUT table/import_with_id/* * delay=30'
td-put --streaming $D/stopped <"$T/f" >/dev/null 2>"$T/err" & put=$!
until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/local/faults | grep -q '	1$'"
kill -TERM $put
wait $put
like "--streaming, TERM while an answer is awaited: says so" "$? $(cat "$T/err")" "^143 .*; up to 100 rows may be in the table$"
faults
frame rows=3000 blocks=30 pad=2000 >"$T/wide"
run td-put --streaming $D/wide <"$T/wide"
ok "--streaming: parts of 1M" [ "$(receipt .parts)" -gt 2 ]
run td-put --streaming --part-size 16M $D/wide <"$T/wide"
is "--streaming --part-size 16M: one part" "$status $(receipt .parts)" "0 1"
frame end=abort rows=100 >"$T/abort"
run td-put --streaming $D/aborted <"$T/abort"
is "--streaming: one part is sent only when the end is known" "$status $(count_of testdb aborted)" "66 0"

# --- dry run
was=$(tables testdb)
run td-put --dry-run $D/dry <"$T/f"
is "--dry-run: status" "$status" 0
like "--dry-run: rows" "$out" "^100 rows \(verified\) for testdb.dry on $TD_API_SERVER, mode=append"
like "--dry-run: table" "$out" "^table dry: does not exist, would be made"
like "--dry-run: columns" "$out" "^new column: id long"
like "--dry-run: calls" "$out" "^POST bulk_import/commit"
run td-put --dry-run "$D/once?mode=replace" <"$T/f"
like "--dry-run: a table that is there" "$out" "^table once: 160 rows, 2 columns"
is "--dry-run: nothing is made" "$(tables testdb)" "$was"
run td-put --dry-run td://@/nodb/tbl <"$T/f"
is "--dry-run: no such database: status" "$status" 69
like "--dry-run: no such database: message" "$err" "^td-put: there is no database nodb \(create it, or give --create-database\)"
run td-put --dry-run --create-database td://@/nodb/tbl <"$T/f"
like "--dry-run --create-database" "$status $(printf '%s\n' "$out" | grep POST | tr '\n' ' ')" "^0 POST database/create/nodb POST table/create/nodb/tbl POST bulk"
is "--dry-run --create-database: it is not made" "$(api GET database/list | jq '[.databases[].name] | index("nodb")')" null
run td-put --dry-run --session planned --no-commit $D/dry <"$T/f"
is "--dry-run --no-commit: uploads only" "$status $(printf '%s\n' "$out" | grep -Ec 'freeze|perform|/commit')" "0 0"
run td-put --dry-run --once=monday $D/once <"$T/f"
is "--dry-run --once: committed already" "$status $(printf '%s\n' "$out" | grep -c -e POST -e PUT) $(printf '%s\n' "$out" | grep -c 'these rows are in the table already')" "0 0 1"
run td-put --dry-run --once=monday $D/once <"$T/same"
is "--dry-run --once: other rows" "$status" 80
frame count=wrong >"$T/x"
run td-put --dry-run $D/dry <"$T/x"
is "--dry-run of a bad frame: status" "$status" 65
frame body=wrong >"$T/x"
run td-put --dry-run $D/dry <"$T/x"
like "--dry-run reads the blocks: a wrong checksum" "$status $err" "^65 td-put: standard input: block 1: the compressed data is damaged"
frame rows=10 blocks=2 bad=7 >"$T/x"
run td-put --dry-run $D/dry <"$T/x"
like "--dry-run reads the blocks: a time that is a text" "$status $err" "^65 td-put: standard input: record 1: its time is not an integer"
dry() { # what, OCTAL bytes of records, PATTERN
	printf '\201\244time\001'"$2" | gzip >"$T/x"
	run td-put --dry-run $D/dry <"$T/x"
	like "--dry-run reads the records: $1" "$status $err" "^65 td-put: standard input: record 2: $3"
}
dry "nil" '\300' "not a map"
dry "an integer" '\007' "not a map"
dry "a map without a time" '\201\241a\001' "no time"
dry "a key that is an integer" '\201\001\001' "a key that is not a string"
dry "a time before 1970" '\201\244time\377' "its time is not in the years 1970 to 9999"

# --- --once=@content
run td-put --once=@content $D/content <"$T/f"
is "--once=@content" "$status $(rows_of testdb content)" "0 100,100,4950"
cat "$T/f" | { run td-put --once=@content $D/content; echo "$status $(receipt .already)" >"$T/x"; }
is "--once=@content again, through a pipe" "$(cat "$T/x") $(rows_of testdb content)" "0 true 100,100,4950"
frame rows=100 blocks=3 foreign=1 >"$T/x"
run td-put --once=@content $D/content <"$T/x"
is "--once=@content: the same records in other blocks" "$status $(receipt .already) $(rows_of testdb content)" "0 true 100,100,4950"
run td-put --once=@content $D/content <"$T/other"
is "--once=@content: other records are appended" "$status $(rows_of testdb content)" "0 160,160,66720"
head -c 500 "$T/f" | { run td-put --once=@content $D/content; echo "$status" >"$T/x"; }
is "--once=@content: a frame that is cut" "$(cat "$T/x")" 66
cat "$T/f" | { run env TMPDIR="$T/none" td-put --once=@content $D/content; printf '%s\n' "$status $err" >"$T/x"; }
like "--once=@content: no room for what comes through a pipe" "$(cat "$T/x")" "^1 td-put: --once=@content: cannot make the file $T/none/"

# --- --discard
td-put --session gone --no-commit $D/gone <"$T/f" >"$T/x"
run td-put --session gone --discard $D/dry2 </dev/null
like "--discard: a session of another table" "$status $err" "^69 td-put: session gone loads into testdb.gone$"
api POST bulk_import/freeze/gone >/dev/null
api POST bulk_import/perform/gone >/dev/null
session_is() { [ "$(api GET "bulk_import/show/$1" | jq -r .status)" = "$2" ]; }
until_ok session_is gone ready
run td-put --session gone --no-commit $D/gone <"$T/f"
like "a session that takes no more parts" "$status $err" "^69 td-put: session gone takes no more parts"
run td-put --session gone --discard $D/gone </dev/null
is "--discard: a session that takes no more parts" "$status $out $err" "0  "
is "--discard: it is gone" "$(api GET bulk_import/show/gone | jq -r .status_code)" 404
run td-put --session many --discard $D/many </dev/null
like "--discard: a committed session stays" "$status $err" "^80 td-put: session many is committed: its rows are in the table"
is "--discard: a committed session stays" "$(api GET bulk_import/show/many | jq -r .status)" committed

# --- --once after its table was replaced
run td-put --once=replaced $D/replaced <"$T/f"
td-put "$D/replaced?mode=replace" <"$T/other" 2>"$T/err" | td-swap --keep >/dev/null
run td-put --once=replaced $D/replaced <"$T/f"
is "--once after its table was replaced: status" "$status $(rows_of testdb replaced)" "80 60,60,61770"
like "--once after its table was replaced: what happened, and the way out" "$err" \
	"was committed, and testdb.replaced was replaced or dropped since: its rows are in table replaced_kept; use another KEY"

# --- a msgpack.gz that is not a frame
gzip -dc "$T/f" | gzip >"$T/plain.gz"
run td-put $D/plain <"$T/plain.gz"
is "a plain msgpack.gz in a file" "$status $(receipt '[.rows, .source] | join(" ")') $(rows_of testdb plain)" "0 100 eof 100,100,4950"
printf '\202\244time\001\242id\007' | gzip >"$T/short.gz"
run td-put $D/short <"$T/short.gz"
is "a short one in a file" "$(wc -c <"$T/short.gz" | awk '{ print ($1 < 64) }') $status $(rows_of testdb short)" "1 0 1,1,7"
cat "$T/plain.gz" | { run td-put $D/plain; printf '%s\n' "$status $err" >"$T/x"; }
like "through a pipe: refused" "$(cat "$T/x")" "^65 td-put: a msgpack.gz that is not a td frame.*--trust-eof"
cat "$T/plain.gz" | { run td-put --trust-eof $D/plain; echo "$status" >"$T/x"; }
is "through a pipe with --trust-eof" "$(cat "$T/x") $(rows_of testdb plain)" "0 200,100,9900"
printf '\037\213\010\004\0\0\0\0\0\377\114\0XX\066\0%54sTD\016\0%14s\003\0\0\0\0\0\0\0\0\0' '' '' | tr ' ' '\000' >"$T/x"
cat "$T/plain.gz" "$T/x" >"$T/y"
run td-put $D/cut <"$T/y"
like "a member of a frame among others: refused" "$status $err" "^65 td-put: standard input: gzip member 2 is part of a td frame"
"$PYTHON" - "$T/f" >"$T/x" <<'EOF'
import sys, zlib
b = open(sys.argv[1], "rb").read()
d = zlib.decompressobj(31)
d.decompress(b)
sys.stdout.buffer.write(d.unused_data)
EOF
run td-put $D/cut <"$T/x"
like "a frame without its head: refused" "$status $err" "^65 td-put: standard input: gzip member 1 is part of a td frame"
head -c 500 "$T/plain.gz" >"$T/x"
run td-put $D/cut <"$T/x"
ok "cut: refused" [ "$status" -ne 0 ]
is "cut: nothing is there" "$(api GET table/show/testdb/cut | jq -r '.count // "none"')" 0
{ printf '\201'; } | gzip -c >"$T/x"; cat "$T/plain.gz" "$T/x" >"$T/y"
run td-put $D/cutvalue <"$T/y"
is "a record that is cut: status" "$status" 65
echo 'hello hello hello hello hello hello hello hello hello hello hello, this is not msgpack' | gzip >"$T/x"
run td-put $D/text <"$T/x"
ok "text: refused" [ "$status" -eq 65 ]
finish
