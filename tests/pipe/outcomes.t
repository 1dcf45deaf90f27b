#!/bin/sh
# Outcomes are verified, not believed: the real programs behind a proxy that lies, repeats and delays (lying-proxy.py). Each
# of these cases once ended with a wrong 0 or a wrong 75.
. "$(dirname "$0")/../lib/lib.sh"
. "$ROOT/tests/lib/put.sh"
local_start local --no-samples --polls 0
api POST database/create/testdb >/dev/null
direct=$TD_API_SERVER
"$PYTHON" "$ROOT/tests/lib/lying-proxy.py" "$direct" >"$T/port" & pids="$pids $!"
until_ok test -s "$T/port"
proxy=http://127.0.0.1:$(cat "$T/port")
D=td://@/testdb
fast="--retry-wait 0 --timeout 2 --stall 2"
frame rows=100 >"$T/old"
frame rows=60 start=1000 >"$T/new"
frame rows=70 start=5000 >"$T/newer"
old=100,100,4950 new=60,60,61770 newer=70,70,352415

lies() { # LINE...: replaces all faults by these
	printf '%s\n' "$@" | curl -sS -X POST --data-binary @- "$proxy/lies"
}
told() { [ "$(curl -sS "$proxy/struck")" -gt 0 ]; }
has_struck() { [ "$(struck)" -gt 0 ]; } # a fault of td-local
release() { curl -sS -X POST "$proxy/release" >/dev/null; }
through() { TD_API_SERVER=$proxy "$@"; }
fresh() { # TABLE FRAME: a table, or none, with these rows
	api POST "table/delete/testdb/$1" >/dev/null
	[ $# -eq 1 ] || td-put $D/"$1" <"$T/$2" >/dev/null
}
load() { # FRAME TABLE: a receipt in $T/r
	lies
	through td-put "$D/$2?mode=replace" <"$T/$1" >"$T/r"
}
swap() { run through td-swap $fast "$@" <"$T/r"; }

# --- 1. answers that are not the service's
for lie in html empty nothttp; do
	fresh stream
	lies "PUT table/import_with_id/* 1-1 $lie"
	run through td-put $fast --streaming $D/stream <"$T/new"
	ok "--streaming, $lie: the lie was told" told
	is "--streaming, $lie instead of an answer: the rows are there" "$status $(rows_of testdb stream)" "0 $new"

	fresh first; load new first
	lies "POST table/rename/* 1-9 $lie"
	swap
	like "a first replace, $lie for ever: nothing was done, and it says so" "$status $err" "^75 td-swap: .*not Treasure Data's|^75 td-swap: .*no answer"
	lies
	swap
	is "a first replace, $lie for ever: the same command again" "$status $(rows_of testdb first)" "0 $new"

	fresh tbl old; load new tbl
	lies "POST table/swap/* 1-99 $lie"
	swap
	is "a swap, $lie for ever: nothing has changed" "$status $(rows_of testdb tbl)" "75 $old"
	lies "POST table/swap/* 1-1 $lie"
	swap --keep
	is "a swap, $lie once: done" "$status $(rows_of testdb tbl)" "0 $new"
	printf '%s\n' "$out" >"$T/r"
	lies "POST table/swap/* 1-1 $lie"
	swap --undo
	is "an undo, $lie once: undone" "$status $(rows_of testdb tbl)" "0 $old"
	fresh tbl_kept
done

# --- 2. a copy of the swap arrives when the old rows are dropped
fresh tbl old; load new tbl
lies 'POST table/swap/* 1-1 copy before POST table/delete/*'
swap
ok "a late copy of a swap: the lie was told" told
is "a late copy of a swap: the new rows stay" "$status $(rows_of testdb tbl)" "0 $new"

# --- 3. swaps that are held arrive after td-swap gave up
fresh tbl old; load new tbl
lies 'POST table/swap/* 1-99 held'
swap
is "swaps that are held: given up" "$status $(rows_of testdb tbl)" "75 $old"
release
is "swaps that are held: 75 means that nothing will change" "$(rows_of testdb tbl)" "$old"
lies
swap
is "swaps that are held: the same command again" "$status $(rows_of testdb tbl)" "0 $new"

# --- 4. the first swap arrives before the second
fresh tbl old; load new tbl
lies 'POST table/swap/* 1-1 held before POST table/swap/*'
swap
is "a swap that arrives before the next one" "$status $(rows_of testdb tbl)" "0 $new"

# --- 5. a commit twice, or answered by something else
for lie in twice html nothttp lost; do
	fresh app
	lies "POST bulk_import/commit/* 1-1 $lie"
	run through td-put $fast $D/app <"$T/new"
	is "a commit, $lie: the rows are in, once" "$status $(rows_of testdb app) $(sessions)" "0 $new 0"
done

# --- 6. commits that are held past the time-out
fresh app
lies 'POST bulk_import/commit/* 1-99 held'
run through td-put $fast $D/app <"$T/new"
session=$(receipt .session)
is "commits that are held: unknown" "$status" 76
like "commits that are held: the session is named" "$err" "look at session $session: if it is committed, the rows are in the table"
is "commits that are held: the session stays" "$(api GET "bulk_import/show/$session" | jq -r .status)" ready
release
state_is() { [ "$(api GET "bulk_import/show/$1" | jq -r .status)" = "$2" ]; }
until_ok state_is "$session" committed
is "commits that are held: the session told the truth" "$(rows_of testdb app)" "$new"
api POST "bulk_import/delete/$session" >/dev/null
fresh app
lies 'POST bulk_import/commit/* 1-99 held'
run through td-put $fast --once=held $D/app <"$T/new"
is "--once, commits that are held: the same command may be given again" "$status" 75
release
lies
run through td-put $fast --once=held $D/app <"$T/new"
is "--once, commits that are held: and again, once" "$status $(receipt .already) $(rows_of testdb app)" "0 true $new"

# --- 7. --commit, given again
fresh app
through td-put --session again --no-commit $D/app <"$T/new" >"$T/parts"
run through td-put --session again --commit $D/app <"$T/parts"
is "--commit" "$status $(rows_of testdb app)" "0 $new"
run through td-put --session again --commit $D/app <"$T/parts"
is "--commit again: done already, and not twice" "$status $(receipt .already) $(rows_of testdb app)" "0 true $new"

# --- 8. the table is swapped while an append is under way
swapped_at() { # what, FAULT of td-local at which the table is swapped, STATUS
	fresh app old; fresh other newer
	faults "$2"
	td-put $D/app <"$T/new" >"$T/out" 2>"$T/err" & put=$!
	until_ok has_struck
	api POST table/swap/testdb/app/other >/dev/null
	wait $put
	status=$? err=$(cat "$T/err")
	faults
	is "the table is swapped $1" "$status $(rows_of testdb app)" "$3 $newer"
	like "the table is swapped $1: it says so" "$err" "testdb.app was replaced or dropped"
}
swapped_at "during the upload" 'PUT bulk_import/upload_part/* 1 delay=1' 75
swapped_at "before the commit" 'POST bulk_import/commit/* 1 delay=1' 76

# --- 9. td-swap from a file, given again when it was done
fresh tbl old; load new tbl
swap
swap
is "td-swap again when it was done" "$status $(receipt .already) $(rows_of testdb tbl)" "0 true $new"

# --- 10. undos
fresh tbl old; load new tbl
swap --keep
printf '%s\n' "$out" >"$T/first"
load newer tbl
swap --keep
printf '%s\n' "$out" >"$T/last"
run td-swap --undo <"$T/first"
is "--undo by the server's other name is refused" "$status" 78
run through td-swap --undo <"$T/first"
is "--undo by a receipt that is not the last: refused, nothing changed" "$status $(rows_of testdb tbl)" "80 $newer"
run through td-swap --undo <"$T/last"
is "--undo by the last" "$status $(rows_of testdb tbl)" "0 $new"
run through td-swap --undo <"$T/last"
is "--undo by the last, again: it stays undone" "$status $(receipt .already) $(rows_of testdb tbl)" "0 true $new"
fresh tbl_kept

# --- 11. td-put is killed between the commit and the end of its receipt
fresh app
faults 'POST bulk_import/delete/* 1 stall=30'
td-put $D/app <"$T/new" >"$T/half" 2>/dev/null & put=$!
until_ok has_struck
kill -KILL $put
wait $put 2>/dev/null
faults
run td-swap <"$T/half"
is "half a receipt: status" "$status" 66
like "half a receipt: the session is named, and that the rows may be in" "$err" "its rows may be in table app: look at session td_put_[0-9a-f_]+"
is "half a receipt: they are" "$(rows_of testdb app)" "$new"

# --- 12. a table that was given up is made later
fresh tbl old
lies 'POST table/create/* 1-1 copy'
through td-put "$D/tbl?mode=replace" <"$T/new" >"$T/r"
swap
is "the temporary table's making is repeated late: replaced" "$status $(rows_of testdb tbl)" "0 $new"
release
left=$(jq -r .temporary_table "$T/r")
like "an empty table is there again" " $(tables testdb) " " $left "
swap
is "the receipt again, with that table there: nothing changes" "$(rows_of testdb tbl) $(receipt .status)" "$new done"
run td-swap --gc --older-than 0 $D/tbl
like "td-swap --gc removes it" "$status $out" "^0 .*table $left"

# --- a look that is answered by something else is no look: it is repeated
for lie in html empty nothttp; do
	fresh tbl old; load new tbl
	lies "GET table/show/* 2-3 $lie"
	swap
	ok "looks, $lie: the lie was told" told
	is "a swap, its looks $lie: done" "$status $(rows_of testdb tbl)" "0 $new"
	fresh app
	lies "GET bulk_import/show/* 1-2 $lie"
	run through td-put $fast $D/app <"$T/new"
	is "an append, its looks $lie: done" "$status $(rows_of testdb app)" "0 $new"
	fresh tbl old; load new tbl
	lies "GET table/show/* 2-1000000 $lie"
	swap
	is "a swap, its looks $lie for ever: nothing was changed" "$status $(rows_of testdb tbl)" "75 $old"
	lies
	swap
	is "a swap, its looks $lie for ever: the same command again" "$status $(rows_of testdb tbl)" "0 $new"
done
fresh tbl old; load new tbl
lies 'GET table/show/* 1-1000000 html'
swap
like "a server that only answers with pages: final, and the question whether it is another one" "$status $err" \
	'^69 .*something that is not a JSON object: is it Treasure Data\?'
lies

# --- the old rows were left behind, the table was replaced since, and the receipt is given again: old rows of the same number
# and time look like the new ones to a query
alike() { # FIRST: a frame of five rows
	{ echo time,id; for i in 0 1 2 3 4; do echo "$((1700000000 + i)),$(($1 + i))"; done; } | td-encode -q -f csv -t time
}
alike 0 >"$T/before"; alike 100 >"$T/same"
fresh tbl before; load same tbl
cp "$T/r" "$T/first"
faults 'POST table/delete/* 1-1000 409'
swap
like "the old rows cannot be removed: they are named" "$status $err $(receipt .kept_table)" "^0 .*the old ones are still in (tbl_tdput_[0-9a-f_]+): .* \\1\$"
left=$(receipt .kept_table)
faults
load newer tbl
swap
cp "$T/first" "$T/r"
swap
like "the receipt of before, again: it is refused, and what is left is named" "$status $err" \
	"^69 .*does not exist: was this receipt used already\\? Table ${left%_*}_[0-9a-f]+ is left of an earlier run"
is "the receipt of before, again: the rows of the last one stay" "$(rows_of testdb tbl)" "$newer"
run td-swap -q --gc --older-than 0 $D/tbl

# --- rows stay, and the tables of the way cannot be removed: the rows are in, and each table is named
fresh tbl old
through td-put "$D/tbl?mode=replace&from=1700001000&to=1700002000" <"$T/new" >"$T/r"
faults 'POST table/delete/* 1-1000 409'
swap
faults
is "a range, nothing can be removed: done" "$status $(rows_of testdb tbl | cut -d, -f1)" "0 160"
is "a range, nothing can be removed: the receipt names what is left" \
	"$(receipt '[.kept_table, .left_table] | sort | join(" ")')" "$(tables testdb | tr ' ' '\n' | grep '^tbl_tdput_' | tr '\n' ' ' | sed 's/ $//')"
for left in $(receipt '.kept_table, .left_table'); do
	like "a range, nothing can be removed: a message names $left" "$err" "$left"
done
run td-swap -q --gc --older-than 0 $D/tbl

# --- a receipt whose tables cannot be listed: nothing was changed
fresh tbl old; load new tbl
swap
faults 'GET table/list/* 1-100000 503'
swap
faults
like "a receipt again, the list fails for ever: 75" "$status $err $(rows_of testdb tbl)" "^75 td-swap: .*503 from .* $new\$"

# --- the table of a run that died, and a swap that the service refuses for good
fresh tbl old; load new tbl
own=$(jq -r .temporary_table "$T/r")
api POST "table/rename/testdb/$own/${own}_0123456789abcdef" >/dev/null
faults 'POST table/swap/* 1-1000 422'
TD_API_SERVER=$proxy run timeout 60 td-swap $fast <"$T/r"
faults
is "taken up from a run that died, the swap is refused for good: it ends, nothing was changed" \
	"$status $(rows_of testdb tbl)" "69 $old"
swap
is "taken up from a run that died: and again" "$status $(rows_of testdb tbl)" "0 $new"

# --- an undo whose query is answered with 404: nothing is done, and no success
fresh tbl old; load new tbl
swap --keep
printf '%s\n' "$out" >"$T/r"
faults 'POST job/issue/* 1-1000 404'
swap --undo
faults
like "--undo, its query refused with 404: 75, with the reason" "$status $err $(rows_of testdb tbl)" "^75 td-swap: .*404 from .* $new\$"
swap --undo
is "--undo, its query refused with 404: the same command again" "$status $(rows_of testdb tbl)" "0 $old"
fresh tbl_kept

# --- a session whose making is in doubt, and which is not there: no success
fresh app
lies 'POST bulk_import/create/* 1-1000 doubt'
run through td-put $fast $D/app <"$T/new"
lies
like "a session that is said to be there and is not: 75" "$status $err $(rows_of testdb app)" "^75 td-put: the service does not show session td_put_"

# --- --streaming: a refusal that speaks of a second delivery
fresh stream
lies 'PUT table/import_with_id/* 1-1 conflict'
run through td-put $fast --streaming $D/stream <"$T/new"
like "--streaming, done and answered with a conflict: the rows may be in, and it says so" "$status $err" \
	'^76 .*409.*up to 60 rows may be in the table'
is "--streaming, done and answered with a conflict: they are" "$(rows_of testdb stream)" "$new"
lies
finish
