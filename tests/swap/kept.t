#!/bin/sh
# td-swap --keep=N: generations of old tables, and --undo to any of them.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/put.sh"
local_start
api POST database/create/testdb >/dev/null
D=td://@/testdb
fast='--retry-wait 0 --timeout 3s'

# load NAME ID: a receipt; the table will hold one row with this id
load() { printf 'id,time\n%s,1700000000\n' "$2" | td-encode -q | td-put -q "$D/$1?mode=replace"; }
id_of() { td-fetch -q -d testdb -f csv --no-header -e "SELECT id FROM $1"; }
kept() { api GET table/list/testdb | jq -r '.tables[].name' | grep "^$1_kept" | sort -r; }
# all NAME: what the table holds, and its generations, the newest first
all() { for t in $1 $(kept "$1"); do id_of "$t"; done | tr '\n' ' '; }
receipt() { jq -r "$1" "$T/out"; }

for i in 1 2 3 4 5; do
	load tbl $i | td-swap --keep=2 >"$T/r$i" || exit 1
done
is "five loads with --keep=2: the table, and two of before" "$(all tbl)" "5 4 3 "
is "the receipt names the kept table" "$(jq -r .kept_table "$T/r5")" "$(kept tbl | head -1)"
is "and the one that went" "$(jq -r '.dropped_tables | length' "$T/r5") $(jq -r '.dropped_tables[0]' "$T/r5")" "1 $(jq -r .kept_table "$T/r3")"
is "as long as there are not more, none goes" "$(jq -c .dropped_tables "$T/r3")" null
like "its name has the time of the replacement" "$(jq -r .kept_table "$T/r1" "$T/r2" | tail -1)" '^tbl_kept_2[0-9]{7}_[0-9]{6}_[0-9a-f]{8}$'

# --- undo
run td-swap --undo "$D/tbl" </dev/null
is "--undo: the newest" "$status $(all tbl)" "0 4 5 3 "
is "--undo: receipt" "$(receipt '.action + " " + .kept_table')" "undo $(kept tbl | head -1)"
run td-swap --undo "$D/tbl" </dev/null
is "--undo again: undoes it" "$status $(all tbl)" "0 5 4 3 "
run td-swap --undo=2 "$D/tbl" </dev/null
is "--undo=2" "$status $(all tbl)" "0 3 5 4 "
run td-swap --undo --keep="$(kept tbl | tail -1)" "$D/tbl" </dev/null
is "--undo --keep=NAME of a generation" "$status $(all tbl)" "0 4 3 5 "
run td-swap --undo=3 "$D/tbl" </dev/null
is "--undo=3 of two: refused" "$status $err $(all tbl)" "69 td-swap: --undo=3: testdb.tbl has 2 kept tables of --keep=N 4 3 5 "
load tbl 6 | td-swap --keep=2 >"$T/r6"
run td-swap --undo=1 <"$T/r6"
is "--undo=1 with a receipt: refused" "$status" 2
like "--undo=1 with a receipt: it says why" "$err" "^td-swap: --undo=1 counts the kept tables of a destination: the receipt names tbl_kept_"
run td-swap --undo <"$T/r6"
is "--undo by a receipt" "$status $(all tbl)" "0 4 6 3 "
cp "$T/out" "$T/u6"
run td-swap --undo <"$T/r6"
is "--undo by this receipt again: it is done already" "$status $(receipt .already) $(all tbl)" "0 true 4 6 3 "
run td-swap --undo <"$T/u6"
is "--undo by the receipt of an undo" "$status $(all tbl)" "0 6 4 3 "
run td-swap --undo <"$T/r5"
is "--undo by a receipt that is not the last: refused" "$status $(all tbl)" "80 6 4 3 "

# an undo that was killed when it had the table
first=$(kept tbl | head -1)
undoing() { api GET table/list/testdb | jq -r '.tables[].name' | grep "^tbl_kept.*_tdundo_"; }
api POST "table/rename/testdb/$first/${first}_tdundo_6b0b3a7600000001" >/dev/null
run td-swap --undo "$D/tbl" </dev/null
is "--undo by destination after one that was killed: what is where cannot be known" "$status $(all tbl)" "76 6 4 3 "
like "--undo by destination after one that was killed: it has its name again, and is named" "$err" "unknown: .* or in $first,"
api POST "table/rename/testdb/$first/${first}_tdundo_6b0b3a7600000001" >/dev/null
load tbl 7 | td-swap --keep=1 >"$T/out"
is "--keep=N leaves what an undo has" "$(id_of "$(undoing)") $(all tbl) $(receipt '.dropped_tables | length')" "4 7 6 4  1"
api POST "table/rename/testdb/$(undoing)/$first" >/dev/null
# --- what goes, and what does not
load tbl 8 | td-swap --keep=5 >/dev/null
load tbl 9 >"$T/r"
run td-swap --dry-run --keep=2 <"$T/r"
like "--dry-run: how many would go" "$out" '^2 of the 3 older kept tables would be dropped$'
run td-swap --dry-run --keep=4 <"$T/r"
unlike "--dry-run: and that none would" "$out" 'would be dropped$'
is "--dry-run: nothing has changed" "$(all tbl)" "8 7 6 4 "
faults 'POST table/delete/testdb/tbl_kept_* * 403'
run td-swap $fast --keep=1 <"$T/r"
is "a generation that cannot be removed: the swap is done" "$status $(all tbl)" "0 9 8 7 6 4 "
like "it is named" "$err" "the older kept table testdb.tbl_kept_[0-9_a-f]* stays: "
is "the receipt does not say that it went" "$(receipt .dropped_tables)" null
faults
first=$(kept tbl | tail -1)
api POST "table/update/testdb/$first" --data description=mine >/dev/null
load tbl 10 | td-swap --keep=1 >"$T/out" 2>"$T/err"
is "a table that no --keep made stays" "$(all tbl)" "10 9 4 "
like "and is named" "$(cat "$T/err")" "table testdb.$first stays: its description does not say that an earlier --keep made it"
api POST "table/delete/testdb/$first" >/dev/null
load tbl 11 | td-swap --keep=9 >/dev/null
run td-swap --gc --keep=1 "$D/tbl"
is "--gc --keep=N: removes the others" "$status $(printf '%s\n' "$out" | grep -c '^table tbl_kept_') $(all tbl)" "0 1 11 10 "
run td-swap --gc --keep=1 "$D"
is "--gc --keep=N without a table: refused" "$status $err" "2 td-swap: --gc --keep=1: of which table? (see 'td-swap -h')"

# --- beside TABLE_kept
load tbl 12 | td-swap --keep >/dev/null
run td-swap --undo "$D/tbl" </dev/null
is "--undo where there are kept tables of both kinds: refused" "$status" 80
like "--undo where there are kept tables of both kinds: it says how" "$err" "^td-swap: testdb.tbl has tbl_kept and tbl_kept_[0-9_a-f]*: say which with --keep=NAME \(or --undo=1, "
run td-swap --undo --keep=tbl_kept "$D/tbl" </dev/null
is "--undo --keep=TABLE_kept" "$status $(id_of tbl) $(id_of tbl_kept)" "0 11 12"
run td-swap --undo=1 "$D/tbl" </dev/null
is "--undo=1" "$status $(id_of tbl)" "0 10"

# --- lost answers, a merge, wrong usage
load two 1 | td-swap >/dev/null
for at in rename swap delete list; do
	load two 2 >"$T/r"
	faults "* table/$at/* 1 reset-after"
	run td-swap $fast --keep=1 <"$T/r"
	faults
	is "an answer of table/$at that is lost" "$status $(kept two | wc -l) $(tables testdb | grep -c tdput)" "0 1 0"
done
printf 'id,time\n3,1700000001\n' | td-encode -q | td-put -q "$D/two?mode=merge&key=id" | td-swap --keep=2 >"$T/out"
is "with a merge" "$(receipt '.kept_table + " " + (.carry.rows_kept | tostring)') $(kept two | wc -l)" "$(kept two | head -1) 1 2"
for args in --keep=0 --keep=100 "--undo --keep=2" "--undo=0" "--undo=1 --keep=abc" "--gc --sessions --keep=2"; do
	# shellcheck disable=SC2086 # options
	run td-swap $args "$D/tbl" </dev/null
	is "$args: wrong usage" "$status" 2
done
finish
