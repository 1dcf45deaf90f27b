#!/bin/sh
# mode=replace&from=&to= and mode=merge: rows of the table that stay are carried over in one step.
. "$(dirname "$0")/../lib/lib.sh"
. "$ROOT/tests/lib/put.sh"
WRITE=1/abcdefabcdefabcdefabcdefabcdefabcdefabcd
local_start local --no-samples --polls 0 --write-key $WRITE
api POST database/create/testdb >/dev/null

csv() { printf '%s\n' "$@"; } # a header and rows
load() { # MODE [OPTION OF td-swap...]: CSV on standard input
	mode=$1
	shift
	td-encode -f csv | td-put "td://@/testdb/tgt?$mode" | td-swap "$@"
}
rows() { # TABLE: id:region:name:extra of each, by id
	td-fetch -d testdb -f csv --no-header -e "SELECT CONCAT(CAST(id AS VARCHAR), ':', COALESCE(region, 'NULL'), ':', name, ':', COALESCE(CAST(extra AS VARCHAR), 'NULL')) FROM $1 ORDER BY id" | tr '\n' ' '
}
start() { # the table again: two rows of 2023-11-14, one of the 15th
	api POST table/delete/testdb/tgt >/dev/null
	csv time,id,region,name,extra 1700000000,1,a,x,0 1700000001,2,b,y,0 1700090000,3,,z,0 | load mode=append >/dev/null
}
BEFORE='1:a:x:0 2:b:y:0 3::z:0 '
same() { is "$1: the table is as it was" "$(rows tgt) $(tables testdb)" "$BEFORE tgt"; }
DAY='mode=replace&from=2023-11-14&to=2023-11-15'

# --- a range of time
start
csv time,id,region,name 1700000005,20,b,Y >"$T/new.csv"
run load "$DAY" --keep <"$T/new.csv"
is "a day: status" "$status $err" "0 "
is "its rows are replaced, the others stay" "$(rows tgt)" "3::z:0 20:b:Y:NULL "
is "the old ones are kept" "$(rows tgt_kept)" "$BEFORE"
is "nothing else is left" "$(tables testdb) $(sessions)" "tgt tgt_kept 0"
is "the receipt says what stayed and what went" "$(receipt '[.status, .action, .carry.from, .carry.to, .carry.rows_kept, .carry.rows_replaced, .rows_before, .receipt] | join(" ")')" \
	"done swap 1699920000 1700006400 1 2 3 2"
ok "and by which job" test "$(receipt .carry.job_id)" -gt 0
printf '%s\n' "$out" >"$T/swapped"
ok "it can be undone" td-swap --undo <"$T/swapped"
is "undone" "$(rows tgt)" "$BEFORE"
run load "$DAY" <"$T/new.csv"
run load "$DAY" <"$T/new.csv"
is "the same day twice is once" "$status $(rows tgt)" "0 3::z:0 20:b:Y:NULL "
api POST table/delete/testdb/tgt_kept >/dev/null

start
run sh -c 'td-encode -f csv <"$1" | td-put --time-zone Asia/Tokyo "td://@/testdb/tgt?mode=replace&from=2023-11-15&to=2023-11-16" | td-swap' sh "$T/new.csv"
is "the day of a time zone" "$status $(receipt '[.carry.from, .carry.to] | join(" ")') $(rows tgt)" "0 1699974000 1700060400 3::z:0 20:b:Y:NULL "
start
run load "$DAY" --max-carry 0 <"$T/new.csv"
is "--max-carry" "$status $err" "80 td-swap: 1 row would be copied, more than --max-carry 0: testdb.tgt is as it was"
same "--max-carry"
run load "$DAY" --max-shrink 10 <"$T/new.csv"
is "--max-shrink counts what stays" "$status $err" "80 td-swap: 2 rows instead of 3, which is more than --max-shrink 10%: testdb.tgt is as it was"
csv time,id,region,name >"$T/empty.csv"
run load "$DAY" <"$T/empty.csv"
is "no rows: the day stays" "$status $err" "80 td-swap: no rows: testdb.tgt keeps its 2 of that time (--allow-empty removes them)"
same "no rows"
run load "$DAY" --allow-empty <"$T/empty.csv"
is "--allow-empty: the day goes" "$status $(rows tgt)" "0 3::z:0 "
run load 'mode=replace&from=2001-01-01&to=2001-01-02' <"$T/empty.csv"
is "no rows, and none of that day: nothing is done" "$status $(receipt .action) $(rows tgt)" "0 none 3::z:0 "

start
csv time,id,region,name 1700000005,7,b,Y 1700090006,8,b,Z >"$T/outside.csv"
run load "$DAY" <"$T/outside.csv"
like "a row outside the range: td-put names it" "$status $err" "td-put: row 2 is of 2023-11-15T23:13:26Z \(time 1700090006\), outside from=2023-11-14 to=2023-11-15"
same "a row outside"
td-encode -f csv <"$T/outside.csv" | td-put 'td://@/testdb/tgt?mode=truncate' | sed 's/"receipt":1/"receipt":2/; s/"status":"loaded"/"carry":{"from":1699920000,"to":1700006400},&/' >"$T/forged"
run td-swap <"$T/forged"
like "td-swap looks itself" "$status $err" "^80 td-swap: new rows outside the range of time that is replaced: 1, such as \(1700090006\); testdb.tgt is as it was; the new rows stay in"
sed 's/"receipt":2/"receipt":1/' "$T/forged" >"$T/forged1"
run td-swap <"$T/forged1"
like "a receipt that is not sure whether rows stay" "$status $err" "^65 .*does not say which rows stay"
td-swap --gc --older-than 0 td://@/testdb >"$T/gone"
same "--gc afterwards"

# --- a merge
csv time,id,region,name,new 1700000005,2,b,Y,1 1700090001,4,d,W,2 >"$T/merge.csv"
run load 'mode=merge&key=id,region' <"$T/merge.csv"
is "a merge: status" "$status $err" "0 "
is "the row with the same key is replaced, others stay, new ones come" "$(rows tgt)" "1:a:x:0 2:b:Y:NULL 3::z:0 4:d:W:NULL "
is "the receipt" "$(receipt '[.action, (.carry.key | join(",")), .carry.rows_kept, .carry.rows_replaced] | join(" ")')" "swap id,region 2 1"
is "a new column is there" "$(td-fetch -d testdb -f csv --no-header -e 'SELECT SUM(new), COUNT(new) FROM tgt')" "3,2"
is "nothing is left" "$(tables testdb) $(sessions)" "tgt 0"
start
run load 'mode=merge&key=id' <"$T/empty.csv"
is "a quiet hour" "$status $err $(receipt .action)" "0  none"
same "a quiet hour"
refused() { # WHAT MODE PATTERN ROW...: with a header
	what=$1 mode=$2 pattern=$3
	shift 3
	csv "$@" >"$T/refused.csv"
	run load "$mode" <"$T/refused.csv"
	like "$what" "$status $(cat "$T/err")" "$pattern"
	same "$what"
}
printf 'time,id,region,name\n1700000005,7,,Y\n1700000006,,b,Z\n' >"$T/null.csv"
run sh -c 'td-encode -f csv --columns id:long,region:string --null "" <"$1" | td-put "td://@/testdb/tgt?mode=merge&key=id,region" | td-swap' sh "$T/null.csv"
like "NULL in a key" "$status $err" "^80 td-swap: new rows without a key: 2, such as \((NULL, b|7, NULL)\); testdb.tgt is as it was"
same "NULL in a key"
refused "a key twice" 'mode=merge&key=id,region' "^80 td-swap: new rows with a key that comes more than once: 1, such as \(7, b\)" \
	time,id,region,name 1700000005,7,b,Y 1700000006,7,b,Z
refused "a key that is no column" 'mode=merge&key=nokey' "^80 td-swap: key: the new rows have no column nokey" time,id,region,name 1700000005,7,b,Y
refused "another type" 'mode=merge&key=id' "td-put: column id is long in table testdb.tgt but double in this frame" time,id,region,name 1700000005,7.5,b,Y
csv time,id,region,name,gone 1700000005,1,a,,true 1700000006,4,d,new, 1700000006,5,d,new,false 1700000006,99,,,true >"$T/delete.csv"
run load 'mode=merge&key=id&delete=gone' <"$T/delete.csv"
is "rows that are marked as deleted go" "$status $(rows tgt)" "0 2:b:y:0 3::z:0 4:d:new:NULL 5:d:new:NULL "
is "and the mark is no column of the table" "$(api GET table/show/testdb/tgt | jq -r '.schema | fromjson | map(.[0]) | join(" ")')" "id region name extra"
BEFORE=$(rows tgt)
refused "a mark that says neither" 'mode=merge&key=id&delete=gone' "^80 td-swap: new rows with a mark that is neither .*: 1, such as \(1\)" \
	time,id,region,name,gone 1700000005,1,a,,perhaps
refused "no column with the mark" 'mode=merge&key=id&delete=gone' "^80 td-swap: delete: the new rows have no column gone" time,id,region,name 1700000005,1,a,x

# --- a table that is not there yet
api POST table/delete/testdb/tgt >/dev/null
run load 'mode=merge&key=id' <"$T/new.csv"
is "the first merge is a plain load, and says so" "$status $(receipt '[.action, .carry.rows_kept // "none"] | join(" ")') $(tables testdb)" "0 rename none tgt"
api POST table/delete/testdb/tgt >/dev/null
csv time,id,region,name 1700000005,7,b,Y 1700000006,7,b,Z >"$T/twice.csv"
run load 'mode=merge&key=id' <"$T/twice.csv"
is "its keys are looked at, too" "$status $(tables testdb)" "80 "
run load "mode=create" <"$T/new.csv"
is "mode=create" "$status $(tables testdb)" "0 tgt"
run load "mode=create" <"$T/new.csv"
like "mode=create: the table is there" "$status $err" "^66 td-(put: mode=create: table testdb.tgt exists already|swap: td-put failed)"
td-encode -f csv <"$T/new.csv" | td-put 'td://@/testdb/two?mode=create' >"$T/create"
td-encode -f csv <"$T/new.csv" | td-put 'td://@/testdb/two?mode=append' >/dev/null
run td-swap <"$T/create"
like "mode=create: somebody makes it meanwhile" "$status $err" "^80 td-swap: mode=create: table testdb.two exists already"
td-swap --gc --older-than 0 td://@/testdb >"$T/gone"
api POST table/delete/testdb/two >/dev/null

# --- what happens in between
BEFORE='1:a:x:0 2:b:y:0 3::z:0 '
csv time,id,region,name,extra 1700000009,9,w,w,9 | td-encode -f csv >"$T/more.frame"
start
td-encode -f csv <"$T/new.csv" | td-put "td://@/testdb/tgt?$DAY" >"$T/loaded"
has_struck() { test "$(struck)" -gt 0; }
faults 'POST table/rename/* 2-2 delay=1'
td-swap <"$T/loaded" >"$T/out" 2>"$T/err" &
swap=$!
until_ok has_struck
td-put td://@/testdb/tgt <"$T/more.frame" >/dev/null
wait $swap
is "rows that come while it is copied: 75" "$?" 75
like "and why" "$(cat "$T/err")" "^td-swap: testdb.tgt was changed while its rows were copied \(3 rows, then 4\): it is left as it is; the new rows stay in testdb.tgt_tdput_.* for another try"
faults
is "they are in the table, alone" "$(rows tgt)" "${BEFORE}9:w:w:9 "
run td-swap <"$T/loaded"
is "the same command again" "$status $(rows tgt) $(tables testdb)" "0 3::z:0 20:b:Y:NULL  tgt"
start
td-encode -f csv <"$T/new.csv" | td-put "td://@/testdb/tgt?$DAY" >"$T/loaded"
faults 'POST table/swap/* 1 delay=1'
td-swap <"$T/loaded" >"$T/out" 2>"$T/err" &
swap=$!
until_ok has_struck
td-put td://@/testdb/tgt <"$T/more.frame" >/dev/null
wait $swap
is "rows that come after it was looked at: 76" "$?" 76
faults
old=$(jq -r .kept_table "$T/out")
is "they are in the old table, which is named" "$(rows "$old") $(jq -r .carry.rows_arrived "$T/out")" "${BEFORE}9:w:w:9  1"
like "and why" "$(cat "$T/err")" "^td-swap: testdb.tgt has the new rows, but 1 row came to it after it was copied: it is in $old alone"
is "the table has the new rows" "$(rows tgt) $(tables testdb)" "3::z:0 20:b:Y:NULL  tgt $old"
api POST "table/delete/testdb/$old" >/dev/null
start
td-encode -f csv <"$T/new.csv" | td-put "td://@/testdb/tgt?$DAY" >"$T/loaded"
faults 'POST job/issue/* 2-2 422'
run td-swap <"$T/loaded"
like "the copy's job is refused" "$status $err" "^69 td-swap: cannot copy what stays in testdb.tgt: .*; the new rows stay in testdb.tgt_tdput_"
faults
is "the copy is gone" "$(rows tgt) $(tables testdb | wc -w)" "$BEFORE 2"
run td-swap <"$T/loaded"
is "and again, in peace" "$status $(rows tgt) $(tables testdb)" "0 3::z:0 20:b:Y:NULL  tgt"
run td-swap <"$T/loaded"
like "the receipt a third time: probably used" "$status $err" "^76 .*it was probably used already"

# --- --strict: a row that is changed in place
start
load_day() { td-encode -f csv -- cat "$T/new.csv" | td-put "td://@/testdb/tgt?$DAY" >"$T/loaded"; }
in_place() { # FAULT [OPTION]: its third row is another one, while the fault holds the swap back
	load_day
	faults "$1"
	shift
	td-swap "$@" <"$T/loaded" >"$T/out" 2>"$T/err" &
	swap=$!
	until_ok has_struck
	td-fetch -q -d testdb -e "DELETE FROM tgt WHERE id = 3" >/dev/null
	td-fetch -q -d testdb -e "INSERT INTO tgt (time, id, region, name, extra) VALUES (1700090000, 3, '', 'other', 0)" >/dev/null
	wait $swap
	status=$?
	faults
}
in_place 'POST table/rename/* 2-2 delay=3' --strict
like "--strict: changed while it is copied" "$status $(cat "$T/err")" "^75 td-swap: column name of testdb.tgt was changed while its rows were copied: it is left as it is; the new rows stay in"
is "--strict: the row is there as it was changed" "$(rows tgt)" "1:a:x:0 2:b:y:0 3::other:0 "
run td-swap --strict <"$T/loaded"
is "--strict: the same command again" "$status $(rows tgt) $(tables testdb)" "0 3::other:0 20:b:Y:NULL  tgt"
start
in_place 'POST table/swap/* 1 delay=3' --strict
like "--strict: changed after it was looked at" "$status $(cat "$T/err")" "^76 td-swap: testdb.tgt has the new rows, but whether others came to it after it was copied is not known"
is "--strict: the old table is kept, and named" "$(rows tgt) $(rows "$(jq -r .kept_table "$T/out")")" "3::z:0 20:b:Y:NULL  1:a:x:0 2:b:y:0 3::other:0 "
api POST "table/delete/testdb/$(jq -r .kept_table "$T/out")" >/dev/null
start
load_day
faults 'POST job/issue/* 2-2 422'
run td-swap --strict <"$T/loaded"
faults
like "--strict: a service without checksum()" "$status $err" "^69 td-swap: --strict: no checksums of testdb.tgt: .*; the new rows stay in"
is "--strict: nothing was changed" "$(rows tgt)" "$BEFORE"
run td-swap --strict --keep=2 <"$T/loaded"
is "--strict, and nobody changes anything" "$status $(rows tgt)" "0 3::z:0 20:b:Y:NULL "
td-encode -f csv -- cat "$T/merge.csv" | td-put "td://@/testdb/tgt?mode=merge&key=id" | td-swap --strict >"$T/out"
is "--strict with a merge" "$(jq -r .status "$T/out") $(td-fetch -d testdb -f csv --no-header -e 'SELECT COUNT(1) FROM tgt')" "done 4"
for t in $(tables testdb); do [ "$t" = tgt ] || api POST "table/delete/testdb/$t" >/dev/null; done

# --- --check and --dry-run
start
td-encode -f csv <"$T/new.csv" | td-put "td://@/testdb/tgt?$DAY" >"$T/loaded"
run td-swap --dry-run <"$T/loaded"
is "--dry-run says what would be done" "$status $err$out" "0 2 rows of testdb.tgt would go, 1 would come, 1 would stay
the copy: 2 rows by one job of the service, the whole table
nothing was changed: the new rows are in testdb.$(jq -r .temporary_table "$T/loaded")"
is "and does nothing" "$(rows tgt) $(tables testdb | wc -w)" "$BEFORE 2"
run td-swap --dry-run --max-carry 0 <"$T/loaded"
like "its guards are judged" "$status $err" "^80 td-swap: 1 row would be copied, more than --max-carry 0"
run td-swap --check 'SELECT COUNT(1) FROM {}' 1 <"$T/loaded"
like "--check looks at the whole copy" "$status $err" '^80 td-swap: --check "SELECT COUNT\(1\) FROM \{\}" gives 2 instead of 1: testdb.tgt is as it was; the new rows stay in'
is "the copy is gone" "$(rows tgt) $(tables testdb | wc -w)" "$BEFORE 2"
run td-swap --check 'SELECT COUNT(1) FROM {}' 2 --check 'SELECT MIN(name) FROM {} WHERE id = 20' Y <"$T/loaded"
is "checks that hold" "$status $(rows tgt) $(tables testdb)" "0 3::z:0 20:b:Y:NULL  tgt"
td-encode -f csv <"$T/new.csv" | td-put "td://@/testdb/tgt?mode=replace" >"$T/loaded"
run td-swap --dry-run <"$T/loaded"
like "--dry-run of a whole table" "$status $out" "^0 1 row would take the place of the 2 of testdb.tgt, which would be dropped"
for c in 'SELECT id FROM {} WHERE id < 0' 'SELECT id, name FROM {}' 'SELECT id FROM {} UNION ALL SELECT 1'; do
	run td-swap --check "$c" 1 <"$T/loaded"
	like "--check of what is no value: $c" "$status $err" '^80 td-swap: --check ".*": the query does not give one value'
done
run td-swap --check 'SELECT nosuch FROM {}' 1 <"$T/loaded"
like "--check of a query that fails" "$status $err" '^69 td-swap: --check "SELECT nosuch FROM \{\}": job .* failed'
run td-swap --check 'SELECT MAX(region) FROM {} WHERE id < 0' NULL <"$T/loaded"
is "NULL is a value" "$status $(rows_of testdb tgt | tail -n 1)" "0 1,1,20"
run td-swap --check 'SELECT 1' 1 <"$T/loaded"
like "--check without {}" "$status $err" "^2 td-swap: --check: the query has no \{\}"
run td-swap --check 'SELECT 1 FROM {}' <"$T/loaded"
like "--check without a value" "$status $err" "^2 td-swap: --check needs a query and the value"

# --- jobs and keys
start
td-encode -f csv <"$T/merge.csv" | td-put 'td://@/testdb/tgt?mode=merge&key=id' >"$T/loaded"
LONG='SELECT COUNT(1) FROM {} x CROSS JOIN UNNEST(sequence(1, 9000)) a(i) CROSS JOIN UNNEST(sequence(1, 9000)) b(j)'
running() { api GET job/list | jq -r '.jobs[] | select(.status == "running" and (.query | contains("CROSS"))) | .job_id' | grep .; }
td-swap --check "$LONG" 1 <"$T/loaded" >"$T/out" 2>"$T/err" &
swap=$!
until_ok running
api POST "job/kill/$(running)" >/dev/null
wait $swap
like "a job that somebody kills" "$? $(cat "$T/err")" '^69 td-swap: --check .*: job [0-9]* was killed; the new rows stay in testdb.tgt_tdput_.* for another try'
is "a job that somebody kills: nothing was changed" "$(rows tgt) $(tables testdb | wc -w)" "$BEFORE 2"
run td-swap --wait 5s --check "$LONG" 1 <"$T/loaded"
like "a job that does not end within --wait" "$status $err" '^75 td-swap: --check .*: job [0-9]* is not done within .*; the new rows stay in testdb.tgt_tdput_'
is "a job that does not end within --wait: it is killed, and nothing was changed" "$(running) $(rows tgt) $(tables testdb | wc -w)" " $BEFORE 2"
run env TD_API_KEY=$WRITE td-swap <"$T/loaded"
like "a write-only key: td-swap" "$status $err" "^77 td-swap: .*: the key of TD_API_KEY may not do this"
for mode in "$DAY" 'mode=merge&key=id'; do
	run sh -c 'td-encode -f csv <"$1" | TD_API_KEY=$2 td-put "td://@/testdb/tgt?$3"' sh "$T/new.csv" $WRITE "$mode"
	like "a write-only key: $mode" "$status $err" "^77 td-put: .* needs a master key: the key of TD_API_KEY may append, but not replace tables"
done
run td-swap <"$T/loaded"
is "the rows are loaded in the end, and nothing is left" "$status $(td-fetch -d testdb -f csv --no-header -e 'SELECT COUNT(1) FROM tgt') $(tables testdb) $(sessions)" "0 4 tgt 0"

# --- wrong usage
wrong() { # PARAMETERS PATTERN
	run td-put "td://@/testdb/tgt?$1" </dev/null
	like "$1" "$status $err" "^2 td-put: $2"
}
wrong 'mode=replace&from=2023-11-15&to=2023-11-15' "from=2023-11-15 to=2023-11-15: an empty range"
wrong 'mode=replace&from=2023-11-16&to=2023-11-15' "from=2023-11-16 to=2023-11-15: to= is before from="
wrong 'mode=merge&key=id,region,id' "key=: column 'id' is named twice"
wrong 'mode=merge&key=id&delete=id' "delete=: column 'id' is a key: the mark is a column of its own"
wrong 'mode=replace&from=x&to=2023-11-15' "from=x is not a time"
wrong 'mode=replace&from=20231115&to=20231116' "from=20231115 looks like a date"
run td-put --time-zone Asia/Tokyo td://@/testdb/tgt </dev/null
like "--time-zone without a range" "$status $err" "^2 td-put: --time-zone is for from= and to= of the URL"
run td-put --once=k 'td://@/testdb/tgt?mode=merge&key=id' </dev/null
like "--once is for appends" "$status $err" "^2 "

finish
