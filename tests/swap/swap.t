#!/bin/sh
# td-swap against td-local: rename and swap, guards, receipts of all kinds, lost answers, readers during a swap.
. "$(dirname "$0")/../lib/lib.sh"
. "$ROOT/tests/lib/put.sh"
local_start local --no-samples --polls 0 --write-key 1/abcdefabcdefabcdefabcdefabcdefabcdefabcd
api POST database/create/testdb >/dev/null
D=td://@/testdb
fast="--retry-wait 0 --timeout 3"
frame rows=100 >"$T/old"
frame rows=60 start=1000 >"$T/new"
frame rows=0 >"$T/none"
old=100,100,4950 new=60,60,61770

put() { # FRAME TABLE: a receipt in $T/r
	td-put "$D/$2?mode=replace" <"$T/$1" >"$T/r"
}
swap() { # OPTION...: with the receipt in a pipe
	cat "$T/r" | run_swap "$@"
}
run_swap() { td-swap "$@" >"$T/out" 2>"$T/err"; echo $? >"$T/status"; }
done_swap() { status=$(cat "$T/status") out=$(cat "$T/out") err=$(cat "$T/err"); }

# --- the two ways
put old tbl
swap; done_swap
is "target missing: renamed" "$status $(receipt '.status + " " + .action') $(rows_of testdb tbl)" "0 done rename $old"
is "target missing: silent" "$err" ""
is "target missing: receipt" "$(receipt '[.database, .table, .rows, .valid_records, .rows_before, .temporary_table, .kept_table] | tojson')" '["testdb","tbl",100,100,null,null,null]'
put new tbl
swap; done_swap
is "target there: swapped" "$status $(receipt '.status + " " + .action') $(rows_of testdb tbl)" "0 done swap $new"
is "target there: rows before" "$(receipt .rows_before)" 100
is "nothing but the table is left" "$(tables testdb) $(sessions)" "tbl 0"
is "a receipt is one line" "$(wc -l <"$T/out")" 1
put old tbl
control DELETE requests >/dev/null
run td-swap <"$T/r"
is "the requests of a replace that nothing disturbs: nine" \
	"$(control GET requests | jq -r '.requests[].path' | cut -d/ -f4 | sort | uniq -c | tr -s ' \n' ' ')" \
	" 1 delete 2 rename 5 show 1 swap "
is "a receipt in a file" "$status $(rows_of testdb tbl)" "0 $old"
run td-swap <"$T/r"
is "the same receipt again: done already" "$status $err $(receipt '[.status, .action, .already] | join(" ")')" "0  done swap true"
is "the same receipt again: the table stays" "$(rows_of testdb tbl)" "$old"
cp "$T/r" "$T/first"
put new tbl
run td-swap <"$T/r"
run td-swap <"$T/first"
is "a receipt from before the last one: status" "$status $(rows_of testdb tbl)" "69 $new"
like "a receipt from before the last one: message" "$err" "^td-swap: the temporary table testdb.tbl_tdput_[0-9a-f]+ does not exist: was this receipt used already\\?$"
put old tbl
run td-swap <"$T/r"
put new tbl
faults 'GET table/show/* * 404'
swap; done_swap
faults
is "a service that denies its tables: status" "$status" 69
is "a service that denies its tables: the rows that came through a pipe go" "$(tables testdb) $(rows_of testdb tbl)" "tbl $old"
td-put "$D/app" <"$T/new" >"$T/r"
swap; done_swap
is "an append passes through" "$status $out" "0 $(cat "$T/r")"
run td-swap --progress <"$T/r"
like "an append passes through: it has its line with --progress" "$err" "^td-swap: 60 rows into testdb.app, by td-put: nothing to swap in"
run td-swap td://@127.0.0.1:1/testdb/app <"$T/r"
like "the receipt of an append on another server than the destination's: refused, and passed on" "$status $err $out" \
	"^2 td-swap: the receipt is of an append on $TD_API_SERVER, not on http://127.0.0.1:1: its rows are in $(cut -c1-20 "$T/r" | sed 's/[{]/[{]/')"
run env -u TD_API_KEY td-swap $D/app <"$T/r"
is "a destination beside the receipt of an append needs its key" "$status $out" "77 $(cat "$T/r")"
run env -u TD_API_KEY -u TD_API_SERVER td-swap <"$T/r"
is "an append needs no key here" "$status" 0
for guard in --strict "--min-rows 1" "--max-shrink 20" --same-schema --allow-empty --keep; do
	run td-swap $guard <"$T/r"
	is "$guard and an append: refused, since it is done" "$status $out" "2 $(cat "$T/r")"
	like "$guard and an append: it says so" "$err" "^td-swap: ${guard%% *} guards a replacement, .* its rows are in table testdb.app$"
	for with in "--undo $D/tbl" "--gc $D"; do
		run td-swap ${with%% *} $guard ${with#* } </dev/null
		[ "${with%% *} $guard" = "--undo --keep" ] || is "${with%% *} $guard: refused" "$status" 2
	done
done
run td-swap "$D/other" <"$T/r"
is "an append to another destination: refused, since it is done" "$status" 2
run td-swap --older-than 1d <"$T/r"
is "--older-than without --gc: refused" "$status" 2
put new tbl
run td-swap "$D/tbl?mode=append" <"$T/r"
is "a destination of another mode: refused" "$status" 2
run td-swap "$D/tbl" <"$T/r"
is "with its destination" "$status $(rows_of testdb tbl)" "0 $new"
cp "$T/out" "$T/x"
run td-swap <"$T/x"
is "a receipt of td-swap: status" "$status" 65
like "a receipt of td-swap: message" "$err" "a swap that is done"

# --- guards: the table stays; a piped receipt's rows go, a file's stay
guard() { # what, message, FRAME, OPTION...
	what=$1 message=$2 frame=$3
	shift 3
	put old tbl; td-swap <"$T/r" >/dev/null
	put "$frame" tbl
	swap "$@"; done_swap
	is "$what: status" "$status" 80
	like "$what: message" "$err" "^td-swap: $message"
	is "$what: receipt" "$(receipt '[.status, .exit] | join(" ")')" "failed 80"
	is "$what: nothing changed, nothing is left" "$(rows_of testdb tbl) $(tables testdb)" "$old app tbl"
	put "$frame" tbl
	run td-swap "$@" <"$T/r"
	is "$what, receipt in a file: the rows stay" "$status $(tables testdb)" "80 app tbl $(jq -r .temporary_table "$T/r")"
	like "$what, receipt in a file: they are named" "$err" "$(jq -r .temporary_table "$T/r")"
	api POST "table/delete/testdb/$(jq -r .temporary_table "$T/r")" >/dev/null
}
guard "empty" "no rows: testdb.tbl keeps its 100 \(--allow-empty" none
# emptied by somebody in between: that it shows no rows is counted, and no rows are not what td-put sent
put old tbl; td-swap <"$T/r" >/dev/null
put new tbl
td-fetch -q -d testdb -e "DELETE FROM $(jq -r .temporary_table "$T/r")" >/dev/null
run td-swap <"$T/r"
like "the temporary table was emptied: refused, nothing changed" "$status $(rows_of testdb tbl) $err" \
	"^80 $old td-swap: table testdb\\.$(jq -r .temporary_table "$T/r") holds 0 rows, but td-put sent 60"
api POST "table/delete/testdb/$(jq -r .temporary_table "$T/r")" >/dev/null
guard "--min-rows" "60 rows, fewer than --min-rows 61" new --min-rows 61
guard "--max-shrink" "60 rows instead of 100, which is more than --max-shrink 39%" new --max-shrink 39%
frame rows=100 columns='[["id","string"]]' >"$T/retyped"
frame rows=100 columns='[["name","string"]]' >"$T/dropped"
guard "--same-schema, another type" "--same-schema: column id is long, in the new rows string" retyped --same-schema
frame rows=10 source=eof >"$T/eof"
guard "--strict" "--strict: nothing proves" eof --strict
put new tbl; swap --min-rows 60 --max-shrink 40 --same-schema --strict; done_swap
is "guards that hold" "$status $(rows_of testdb tbl)" "0 $new"
put none tbl; swap --allow-empty; done_swap
is "--allow-empty" "$status $(count_of testdb tbl)" "0 0"
put none tbl; swap; done_swap
is "nothing replaces nothing" "$status" 0
put none empty; swap; done_swap
is "nothing where there was no table" "$status $(count_of testdb empty)" "0 0"

# --- the old rows kept, and back again
put old kept; td-swap <"$T/r" >/dev/null
put new kept
run td-swap --keep <"$T/r"
is "--keep: receipt" "$status $(receipt '.action + " " + .kept_table')" "0 swap kept_kept"
is "--keep: both tables" "$(rows_of testdb kept) $(rows_of testdb kept_kept)" "$new $old"
cp "$T/out" "$T/swapped"
run td-swap --undo <"$T/swapped"
is "--undo: receipt" "$status $(receipt '[.action, .kept_table, .rows, .rows_before] | join(" ")')" "0 undo kept_kept 100 60"
is "--undo: nothing was loaded" "$(receipt '[.valid_records, .error_records, .rejects, .parts, .bytes, .time_min] | tojson')" "[null,null,null,null,null,null]"
is "--undo: both tables" "$(rows_of testdb kept) $(rows_of testdb kept_kept)" "$old $new"
run td-swap --undo "$D/kept" </dev/null
is "--undo by destination: receipt" "$(receipt '[.rows, .rows_before, .valid_records, .error_records, .rejects, .parts, .bytes] | tojson')" "[60,100,null,null,null,null,null]"
is "--undo of the undo, by destination" "$status $(rows_of testdb kept) $(rows_of testdb kept_kept)" "0 $new $old"
put old kept
run td-swap --keep <"$T/r"
is "--keep again: the older one goes" "$status $(rows_of testdb kept) $(rows_of testdb kept_kept)" "0 $old $new"
put new kept
run td-swap --keep=kept_kept <"$T/r"
is "--keep=NAME of a table that exists: status" "$status" 80
like "--keep=NAME of a table that exists: message" "$err" "^td-swap: --keep: table testdb.kept_kept exists already"
run td-swap --keep=kept_other <"$T/r"
is "--keep=NAME" "$status $(receipt .kept_table) $(rows_of testdb kept_other)" "0 kept_other $old"
run td-swap --undo --keep=kept_other "$D/kept" </dev/null
is "--undo --keep=NAME" "$status $(rows_of testdb kept) $(rows_of testdb kept_other)" "0 $old $new"
faults 'POST table/swap/* 1 reset-after'
run td-swap $fast --undo --keep=kept_other "$D/kept" </dev/null
is "--undo, its answer lost" "$status $(rows_of testdb kept)" "0 $new"
faults
put old kept
faults 'POST table/rename/* 1 reset-after'
run td-swap $fast --keep=kept_third <"$T/r"
faults
is "--keep, the rename's answer lost" "$status $(receipt .kept_table) $(rows_of testdb kept_third)" "0 kept_third $new"
run td-swap --undo --keep=kept_other <"$T/swapped"
is "--undo --keep=NAME that is not the receipt's" "$status $err" "2 td-swap: --keep=kept_other: the kept table of this receipt is kept_kept"
run td-swap --undo "$D/nothing" </dev/null
is "--undo without a kept table: status" "$status" 69
jq -c 'del(.kept_table)' "$T/swapped" >"$T/x"
run td-swap --undo <"$T/x"
is "--undo of a receipt that kept nothing: status" "$status" 65
api POST table/update/testdb/kept --data expire_days=30 >/dev/null
put new kept
run td-swap <"$T/r"
is "the target's settings are carried over" "$status $(api GET table/show/testdb/kept | jq .expire_days)" "0 30"
for t in kept kept_kept kept_other kept_third; do api POST table/delete/testdb/$t >/dev/null; done

# --- what earlier runs left behind
stamp=$(printf '%08x' $(($(date +%s) - 3 * 86400)))
day=$(date -u -d '3 days ago' +%Y%m%d)
for t in tbl_tdput_${stamp}00000000 app_tdput_${stamp}00000000 tbl_tdput_zzzzzzzz00000000 tbl_tdput_${stamp}0000000 x_tdput_ffffffff00000000; do
	api POST table/create/testdb/$t/log >/dev/null
done
api POST bulk_import/create/td_put_${day}_000000_0123456789abcdef/testdb/tbl >/dev/null
api POST bulk_import/create/td_put_20991231_000000_0123456789abcdef/testdb/tbl >/dev/null
api POST bulk_import/create/somebody_elses/testdb/tbl >/dev/null
api POST database/create/elsewhere >/dev/null
api POST table/create/elsewhere/tbl/log >/dev/null
api POST bulk_import/create/td_put_${day}_000000_fedcba9876543210/elsewhere/tbl >/dev/null
put new fresh
run td-swap --gc "$D/tbl"
is "--gc of a table" "$status $(echo $out)" "0 session td_put_${day}_000000_0123456789abcdef table tbl_tdput_${stamp}00000000"
run td-swap --gc "$D"
is "--gc of a database" "$status $(echo $out)" "0 table app_tdput_${stamp}00000000"
is "--gc leaves what is young, odd or others'" "$(tables testdb) $(sessions)" \
	"app empty $(jq -r .temporary_table "$T/r") tbl tbl_tdput_${stamp}0000000 tbl_tdput_zzzzzzzz00000000 x_tdput_ffffffff00000000 3"
"$PYTHON" "$ROOT/tests/lib/stay-proxy.py" "$TD_API_SERVER" 'Sun, 06 Nov 1994 08:49:37 GMT' >"$T/1994" & pids="$pids $!"
until_ok test -s "$T/1994"
run td-swap --gc --older-than 0 "td://@127.0.0.1:$(cat "$T/1994")/testdb"
is "--gc goes by the server's clock, not by ours" "$status $out" "0 "
td-put "td://@127.0.0.1:$(cat "$T/1994")/testdb/tbl?mode=replace" <"$T/new" >"$T/x"
like "and so do the names" "$(jq -r .temporary_table "$T/x")" "^tbl_tdput_2ebc98"
api POST "table/delete/testdb/$(jq -r .temporary_table "$T/x")" >/dev/null
run td-swap --gc --older-than 2 "$D"
is "--older-than without a unit, which may be meant as days: refused" "$status $(printf '%s\n' "$err" | grep -c 'a unit is wanted')" "2 1"
run td-swap --gc --older-than 0 "$D"
is "--gc --older-than 0" "$status $(echo $out)" "0 table $(jq -r .temporary_table "$T/r")"
td-put "$D/tbl?mode=replace" <"$T/new" >"$T/r"
cat "$T/r" | { run td-swap $D/app; printf '%s\n' "$status $(receipt .exit)" >"$T/x"; }
is "a wrong destination, from a pipe: refused, and the temporary table goes" \
	"$(cat "$T/x") $(tables testdb | grep -c "$(jq -r .temporary_table "$T/r")")" "2 2 0"
td-put --once=kept $D/keeps <"$T/old" >/dev/null
td-put --session named --no-commit $D/keeps <"$T/new" >"$T/r"
td-put --session named --commit $D/keeps <"$T/r" >/dev/null
td-put --session open --no-commit $D/keeps <"$T/new" >/dev/null
api POST bulk_import/create/foreign/testdb/keeps >/dev/null
gzip -dc "$T/new" | gzip | api PUT bulk_import/upload_part/foreign/part_1 -T - >/dev/null
api POST bulk_import/perform/foreign >/dev/null
session_is() { [ "$(api GET "bulk_import/show/$1" | jq -r .status)" = "$2" ]; }
until_ok session_is foreign ready
api POST bulk_import/commit/foreign >/dev/null
until_ok session_is foreign committed
run td-swap --gc --progress --older-than 0 "$D/keeps"
like "--gc counts the committed sessions" "$status $err" "^0 td-swap: 3 committed sessions are kept"
run td-swap --gc --sessions "$D"
is "--gc --sessions: they are young" "$status $out" "0 "
run td-swap --gc --sessions --older-than 0 "$D/tbl"
is "--gc --sessions: they are of another table" "$status $out" "0 "
run td-swap --gc --sessions --older-than 0 "$D/keeps"
is "--gc --sessions: those of --once and --session that are committed" \
	"$status $(printf '%s\n' "$out" | sed 's/once_[0-9a-f]*$/once_N/' | sort | tr '\n' ' ')" "0 session named session td_put_once_N "
is "--gc --sessions: others', and those that are open, stay" "$(api GET bulk_import/list | jq -r '[.bulk_imports[] | select(.table == "keeps").name] | sort | join(" ")')" "foreign open"
for session in foreign open; do api POST bulk_import/delete/$session >/dev/null; done
api POST table/delete/testdb/keeps >/dev/null
run td-swap --sessions "$D"
is "--sessions without --gc: refused" "$status" 2
run td-swap --gc
is "--gc without a database: status" "$status" 2
run td-swap --gc td://@
is "--gc of a server alone" "$status $err" "2 td-swap: the destination names no database: write td://@HOST/DATABASE"
run td-swap --gc td://@/nosuchdb
is "--gc of a missing database: status" "$status" 69
for t in tbl_tdput_zzzzzzzz00000000 tbl_tdput_${stamp}0000000 x_tdput_ffffffff00000000; do api POST table/delete/testdb/$t >/dev/null; done
for t in td_put_20991231_000000_0123456789abcdef somebody_elses td_put_${day}_000000_fedcba9876543210; do
	api POST bulk_import/delete/$t >/dev/null
done

# --- input that is not a receipt, or a receipt of something else
refuse() { # what, status, message
	run td-swap
	is "$1: status" "$status" "$2"
	like "$1: message" "$err" "^td-swap: .*$3"
	is "$1: one line" "$(wc -l <"$T/err")" 1
}
put old tbl
was=$(tables testdb)
: >"$T/x"; refuse "nothing" 66 "no receipt" <"$T/x"
head -c 100 "$T/r" >"$T/x"; refuse "half a receipt" 66 "ends in the middle" <"$T/x"
echo a | td-encode --no-header -c a >"$T/x"; refuse "a frame" 65 "pipe them through td-put" <"$T/x"
cat "$T/r" "$T/r" >"$T/x"; refuse "two receipts" 65 "more than one line" <"$T/x"
echo hello >"$T/x"; refuse "text" 65 "not a receipt" <"$T/x"
echo '{"a":1}' >"$T/x"; refuse "other JSON" 65 "not a receipt" <"$T/x"
jq -c '.receipt = 3' "$T/r" >"$T/x"; refuse "a later version" 65 "not a receipt of this version" <"$T/x"
jq -c 'del(.table)' "$T/r" >"$T/x"; refuse "no table" 65 "without" <"$T/x"
jq -c '.table = "../x"' "$T/r" >"$T/x"; refuse "an edited table" 65 "not a table name" <"$T/x"
jq -c '.temporary_table = .table' "$T/r" >"$T/x"; refuse "the table as its own temporary one" 65 "its own temporary" <"$T/x"
jq -c '.temporary_table = "app"' "$T/r" >"$T/x"; refuse "another table" 65 "names app, which is not a temporary table of tbl" <"$T/x"
jq -c '.temporary_table_id += 1' "$T/r" >"$T/x"; refuse "another table by td-put's name" 80 "is not the one that td-put made$" <"$T/x"
for rows in 100.0 '"100"' null -100; do
	jq -c ".rows = $rows" "$T/r" | sed 's/"rows":100,/"rows":100.0,/' >"$T/x"
	refuse "$rows rows" 65 "does not say how many rows" <"$T/x"
done
jq -c 'del(.temporary_table)' "$T/r" >"$T/x"; refuse "no temporary table" 65 "names no temporary table" <"$T/x"
jq -c '.action = "append"' "$T/r" >"$T/x"; refuse "an append that replaces" 65 "is of an append that is done" <"$T/x"
jq -c '.temporary_table = "app" | del(.temporary_table_id) | .rows = 0 | .valid_records = 0' "$T/r" | run_swap
is "an edited receipt in a pipe drops no table of others" "$(cat "$T/status") $(tables testdb)" "65 $was"
jq -c '.temporary_table = "app" | del(.temporary_table_id) | .rows = 60 | .valid_records = 60' "$T/r" | run_swap
is "an edited receipt swaps no table of others" "$(cat "$T/status") $(rows_of testdb app)" "65 $new"
td-put --session many_tables --no-commit "$D/app" <"$T/new" >"$T/x"
refuse "the receipt of --no-commit" 65 "td-put --commit comes first" <"$T/x"
api POST bulk_import/delete/many_tables >/dev/null
jq -c '.rows = 99' "$T/r" >"$T/x"; refuse "numbers that do not add up" 65 "99 rows are not its 100 valid" <"$T/x"
jq -c '.rows = 99 | .valid_records = 99' "$T/r" >"$T/x"; refuse "fewer rows than the table holds" 80 "holds 100 rows, but td-put sent 99" <"$T/x"
jq -c '.endpoint = "https://api.treasuredata.com"' "$T/r" >"$T/x"; refuse "another server" 78 "the receipt is of https://api.treasuredata.com, but the server here is" <"$T/x"
jq -c '.mode = "append"' "$T/r" >"$T/x"; refuse "a load that says append" 65 "the receipt contradicts itself: an append has no temporary table$" <"$T/x"
run td-swap "$D/other" <"$T/r"
is "another destination: status" "$status" 2
like "another destination: the rows are named" "$err" "; the new rows stay in table testdb.$(jq -r .temporary_table "$T/r")$"
run env TD_API_KEY= td-swap <"$T/r"
is "no key: status" "$status" 77
run env TD_API_KEY=1/wrong td-swap <"$T/r"
is "wrong key: status" "$status" 77
run env TD_API_KEY=1/abcdefabcdefabcdefabcdefabcdefabcdefabcd td-swap <"$T/r"
is "write-only key: status" "$status" 77
is "none of these changed anything" "$(tables testdb) $(count_of testdb tbl)" "$was 0"
frame end=abort reason='the moon was full' | td-put "$D/tbl?mode=replace" 2>/dev/null >"$T/x"
refuse "the receipt of a failure" 66 "td-put failed: upstream gave up: the moon was full" <"$T/x"
is "the receipt of a failure passes through" "$out" "$(cat "$T/x")"
swap; done_swap
is "the good receipt still works" "$status $(rows_of testdb tbl)" "0 $old"

# --- lost answers
lost() { # what, target there?, status, FAULT...
	what=$1 there=$2 want=$3
	shift 3
	faults
	if [ "$there" = there ]; then put old lost; td-swap <"$T/r" >/dev/null
	else api POST table/delete/testdb/lost >/dev/null; fi
	put new lost
	faults "$@"
	swap $fast; done_swap
	faults
	is "$what: status" "$status" "$want"
	if [ "$want" = 0 ]; then
		is "$what: the new rows are there" "$(rows_of testdb lost) $(receipt .status)" "$new done"
		is "$what: nothing is left" "$(tables testdb)" "app empty lost tbl"
	fi
}
for action in reset reset-after 503 503,after 502,html 429,retry-after=0 cut; do
	lost "swap: $action once" there 0 "POST table/swap/* 1 $action"
	lost "rename: $action once" missing 0 "POST table/rename/* 1 $action"
done
lost "swap: reset twice" there 0 'POST table/swap/* 2 reset'
lost "swap: reset after the work, and the delete fails once" there 0 'POST table/swap/* 1 reset-after' 'POST table/delete/* 1 reset-after'
lost "the first look fails" there 0 'GET table/show/* 2 503'
lost "swap: 503 for ever" there 75 'POST table/swap/* * 503'
is "swap: 503 for ever: the table is as it was" "$(rows_of testdb lost)" "$old"
is "swap: 503 for ever: nothing is left" "$(tables testdb)" "app empty lost tbl"
lost "swap refused" there 69 'POST table/swap/* * 422'
is "swap refused: nothing changed, nothing is left" "$(rows_of testdb lost) $(tables testdb)" "$old app empty lost tbl"
lost "rename refused for ever by 409" missing 75 'POST table/rename/* * 409'
is "rename refused for ever: nothing is left" "$(tables testdb)" "app empty tbl"
lost "rename lost for ever" missing 75 'POST table/rename/* * reset'
is "rename lost for ever: nothing is left" "$(tables testdb)" "app empty tbl"
lost "swap and then the server lost" there 76 'POST table/swap/* 1 reset-after' 'GET table/show/* 4-1000000 reset'
like "swap and then the server lost: message" "$err" "whether testdb.lost was replaced is unknown.*look at both"
is "swap and then the server lost: both tables are still there" "$(tables testdb | wc -w)" 5
tidy() { # tables of the receipt in $T/r, claimed or not
	for t in $(tables testdb | tr ' ' '\n' | grep "^$(jq -r .temporary_table "$T/r")"); do
		api POST "table/delete/testdb/$t" >/dev/null
	done
}
tidy

# unchanged ids prove nothing: a query decides, and then the swap is sent again, from another name
put old lost; td-swap <"$T/r" >/dev/null
put new lost
faults 'POST table/swap/* 1 reset' 'POST table/swap/* 1-9 delay=0'
swap $fast; done_swap
is "swap lost before the work: sent again" "$status $(rows_of testdb lost) $(struck)" "0 $new 2"
put old lost
faults 'POST table/swap/* 1-2 reset' 'POST table/swap/* 1 503' 'POST table/swap/* 1 reset-after' 'POST table/swap/* 1 503'
swap $fast; done_swap
is "swap lost again and again: the rows are there" "$status $(rows_of testdb lost)" "0 $old"
put new lost
faults 'POST table/swap/* * reset'
swap $fast; done_swap
faults
is "swap lost for ever: nothing changed, nothing is left" "$status $(rows_of testdb lost) $(tables testdb)" "75 $old app empty lost tbl"
"$PYTHON" "$ROOT/tests/lib/stay-proxy.py" "$TD_API_SERVER" >"$T/port" & pids="$pids $!"
until_ok test -s "$T/port"
stays() { # FRAME FAULT: a swap by a service where ids stay and counts lag behind
	put "$1" lost
	jq -c ".endpoint = \"http://127.0.0.1:$(cat "$T/port")\" | del(.temporary_table_id)" "$T/r" >"$T/x"
	faults "$2"
	run td-swap $fast "td://@127.0.0.1:$(cat "$T/port")/testdb/lost" <"$T/x"
	faults
}
stays new 'POST table/swap/* 9 delay=0'
is "a service where ids stay: swapped" "$status $(rows_of testdb lost)" "0 $new"
stays old 'POST table/swap/* 1 reset-after'
is "a service where ids stay, the answer is lost: a query tells" "$status $(rows_of testdb lost) $(tables testdb)" "0 $old app empty lost tbl"
stays old 'POST table/swap/* 1 reset-after'
is "rows like the old ones, and ids that stay: the new rows are there whichever way it went" \
	"$status $(rows_of testdb lost) $(tables testdb)" "0 $old app empty lost tbl"
tidy

# one receipt, used twice at once: a swap undoes a swap
put old lost; td-swap <"$T/r" >/dev/null
put new lost
held() { # FAULT: td-swap with the receipt in a file, up to where that strikes
	faults "$1"
	td-swap $fast <"$T/r" >"$T/held.out" 2>"$T/held.err" & pid=$!
	until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/local/faults | grep -q '	1$'"
}
held 'POST table/swap/* 1 delay=2'
run td-swap <"$T/r"
is "one receipt, two at once: the second" "$status $err" "75 td-swap: another td-swap has this receipt"
wait $pid
is "one receipt, two at once: the first" "$? $(rows_of testdb lost) $(tables testdb)" "0 $new app empty lost tbl"
claimed() { tables testdb | tr ' ' '\n' | grep "^$(jq -r .temporary_table "$T/r")_"; } # the name that td-swap made
put old lost
held 'GET table/show/* 5-5 delay=2'
api POST "table/swap/testdb/lost/$(claimed)" >/dev/null
wait $pid
is "somebody swaps the tables back: swapped again" "$? $(rows_of testdb lost) $(tables testdb)" "0 $old app empty lost tbl"
put new lost
held 'POST table/delete/* 1 delay=2'
cp "$T/r" "$T/copy"
run td-swap $fast <"$T/copy"
wait $pid
is "a copy of the receipt is used meanwhile: both are done" "$? $status $(rows_of testdb lost) $(tables testdb)" "0 0 $new app empty lost tbl"
put old lost
held 'GET table/show/* 5-5 delay=2'
api POST "table/delete/testdb/$(claimed)" >/dev/null
wait $pid
is "the old rows are dropped by somebody else: done" "$? $(rows_of testdb lost) $(tables testdb)" "0 $old app empty lost tbl"
put new lost
held 'GET table/show/* 5-5 delay=2'
api POST "table/delete/testdb/lost" >/dev/null
api POST "table/rename/testdb/$(claimed)/lost" >/dev/null
wait $pid
is "the table is another's after the swap: status" "$? $(rows_of testdb lost)" "76 $old"
put new lost
faults 'GET table/show/* 5-1000000 reset'
run td-swap $fast <"$T/r"
faults
is "swapped, and then the server lost: nobody can say, and nothing is dropped" "$status $(rows_of testdb lost) $(tables testdb | wc -w)" "76 $new 5"
run td-swap $fast <"$T/r"
is "swapped, and then the server lost: the same command again finds out" "$status $(rows_of testdb lost) $(tables testdb)" "0 $new app empty lost tbl"

# changes by others meanwhile
put old lost; td-swap <"$T/r" >/dev/null
put new lost
api POST "table/update-schema/testdb/$(jq -r .temporary_table "$T/r")" --data-urlencode 'schema=[["id","long"]]' >/dev/null
run td-swap <"$T/r"
is "another client took a column from the temporary table: status" "$status" 80
like "another client took a column from the temporary table: message" "$err" "has no column name any more: it was changed"
api POST "table/delete/testdb/$(jq -r .temporary_table "$T/r")" >/dev/null
for gone in lost temporary; do
	put new lost
	faults 'POST table/swap/* 1 delay=1'
	td-swap $fast <"$T/r" >"$T/out" 2>"$T/err" & pid=$!
	until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/local/faults | grep -q '	1$'"
	[ $gone = lost ] && table=lost || table=$(claimed)
	api POST "table/delete/testdb/$table" >/dev/null
	wait $pid
	status=$? out=$(cat "$T/out") err=$(cat "$T/err")
	faults
	case $gone in
	lost) is "the target is dropped in between: renamed" "$status $(receipt .action) $(rows_of testdb lost)" "0 rename $new" ;;
	*) is "the temporary table is dropped in between: status" "$status $(rows_of testdb lost)" "76 $new" ;;
	esac
	is "dropped in between: nothing is left" "$(tables testdb)" "app empty lost tbl"
done
long=$(printf '%0125d' 0)
put old "$long"; td-swap <"$T/r" >/dev/null
put new "$long"
run td-swap --keep <"$T/r"
is "--keep of a table with a long name: status" "$status" 2
like "--keep of a table with a long name: message" "$err" "say --keep=NAME"
run td-swap --keep=kept_long <"$T/r"
is "--keep=NAME of a table with a long name" "$status $(rows_of testdb kept_long)" "0 $old"
run td-swap --undo "$D/$long" </dev/null
is "--undo of a table with a long name: status" "$status" 2
for t in kept_long $long; do api POST table/delete/testdb/$t >/dev/null; done

put old lost; td-swap <"$T/r" >/dev/null
put new lost
faults 'POST table/delete/* * 500'
swap --retry-wait 0 --timeout 1; done_swap
faults
is "the old rows cannot be dropped: the new ones are there" "$status $(rows_of testdb lost)" "0 $new"
like "the old rows cannot be dropped: they are named" "$err" "^td-swap: testdb.lost holds the new rows; the old ones are still in lost_tdput_"
is "the old rows cannot be dropped: in the receipt too" "$(receipt .kept_table)" "$(claimed)"
api POST "table/delete/testdb/$(receipt .kept_table)" >/dev/null

# --- stdout, readers, signals
put new lost
cat "$T/r" | { td-swap >/dev/full 2>"$T/err"; echo $? >"$T/status"; }; done_swap
is "stdout is full: status" "$status" 1
is "stdout is full: nothing is left" "$(tables testdb)" "app empty lost tbl"
put old lost
{ cat "$T/r" | { td-swap 2>"$T/err"; echo $? >"$T/status"; }; } | true; done_swap
is "the reader of the receipt is gone: dies by SIGPIPE" "$status" 141
is "the reader of the receipt is gone: nothing changed, nothing is left" "$(rows_of testdb lost) $(tables testdb)" "$new app empty lost tbl"
for sig in TERM INT; do
	put old lost
	mkfifo "$T/fifo"
	faults 'POST table/swap/* 1 delay=30'
	background td-swap <"$T/fifo" >"$T/out" 2>"$T/err" & pid=$!
	cat "$T/r" >"$T/fifo"
	until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/local/faults | grep -q '	1$'"
	kill -$sig $pid
	wait $pid 2>/dev/null
	status=$? out=$(cat "$T/out")
	faults
	is "$sig during the swap: dies by it" "$(kill -l $status)" $sig
	is "$sig during the swap: the receipt says failed" "$(receipt .status)" failed
	is "$sig during the swap: nothing changed, nothing is left" "$(rows_of testdb lost) $(tables testdb)" "$new app empty lost tbl"
	rm "$T/fifo"
done

mkfifo "$T/fifo"
put old lost
background td-swap <"$T/fifo" >"$T/out" 2>"$T/err" & pid=$!
exec 8>"$T/fifo"
cat "$T/r" >&8
until_ok sh -c 'case $(readlink "/proc/$1/exe") in */td-swap) grep -q "^State:.S" "/proc/$1/status" ;; *) false ;; esac' sh $pid
kill -TERM $pid
wait $pid 2>/dev/null
is "TERM when the receipt is in the pipe: nothing is left" "$(kill -l $?) $(tables testdb)" "TERM app empty lost tbl"
exec 8>&-

# --- two replaces at once: each whole, the later one wins, nothing is left
for i in 1 2 3 4 5; do
	for w in old new; do
		td-put "$D/race?mode=replace" <"$T/$w" 2>"$T/err.$w" | td-swap >"$T/out.$w" 2>>"$T/err.$w" &
		pids="$pids $!"
		eval "race_$w=$!"
	done
	# shellcheck disable=SC2154 # eval sets them
	{ wait "$race_old"; a=$?; wait "$race_new"; b=$?; }
	is "two at once ($i): both done" "$a $b" "0 0"
	r=$(rows_of testdb race)
	ok "two at once ($i): one of them" [ "$r" = "$old" -o "$r" = "$new" ]
	is "two at once ($i): nothing is left" "$(tables testdb)" "app empty lost race tbl"
done

# --- a reader that watches sees the old rows or the new ones, whole, through a hundred replaces
td-put "$D/watched?mode=replace" <"$T/old" | td-swap >/dev/null
cat >"$T/watch" <<'EOF'
while [ ! -e "$T/stop" ]; do rows_of testdb watched; done
EOF
(. "$T/watch") >"$T/seen" & watcher=$!
pids="$pids $watcher"
i=0 bad=0
while [ $i -lt 50 ]; do
	for w in new old; do
		td-put "$D/watched?mode=replace" <"$T/$w" | td-swap >/dev/null || bad=$((bad + 1))
	done
	i=$((i + 1))
done
: >"$T/stop"
wait $watcher
is "a hundred replaces: all done" $bad 0
is "a hundred replaces: only whole tables are seen" "$(sort -u "$T/seen" | tr '\n' ' ')" "$old $new "
ok "a hundred replaces: looked at often enough" [ "$(wc -l <"$T/seen")" -gt 20 ]

# --- undo: a receipt counts, also with a destination
td-put $D/gen <"$T/old" >/dev/null
for rows in new old; do
	td-put "$D/gen?mode=replace" <"$T/$rows" >"$T/r"
	td-swap --keep=gen_$rows <"$T/r" >"$T/kept_$rows"
done
run td-swap --undo $D/gen <"$T/kept_new"
is "--undo DEST with the receipt of another generation: refused" "$status $(rows_of testdb gen)" "80 $old"
run td-swap --undo $D/app <"$T/kept_old"
is "--undo DEST with the receipt of another table: refused" "$status $(receipt .exit)" "2 2"
run td-swap --progress --undo $D/gen <"$T/kept_old"
like "--undo DEST with a receipt: that is undone" "$status $(rows_of testdb gen) $err" "^0 $new td-swap: testdb.gen has the 60 rows of before again in"
: | { run td-swap --undo --keep=gen_old $D/gen; echo "$status" >"$T/x"; }
is "--undo DEST, and nothing in the pipe: by its name" "$(cat "$T/x") $(rows_of testdb gen)" "0 $old"

# --- every failure has a receipt
echo nonsense >"$T/x"
run td-swap <"$T/x"
is "not a receipt: one of a failure" "$status $(receipt '[.status, .exit] | join(" ")')" "65 failed 65"
run td-swap </dev/null
is "no receipt: one of a failure" "$status $(receipt '[.status, .exit] | join(" ")')" "66 failed 66"
run env -u TD_API_KEY td-put $D/app <"$T/new"
is "td-put without a key: one of a failure" "$status $(receipt '[.status, .exit, .table] | join(" ")')" "77 failed 77 app"
finish
