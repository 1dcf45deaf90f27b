#!/bin/sh
# --wait bounds a whole run of td-put and td-swap; after success, clean-up has ten seconds and obeys TERM.
. "$(dirname "$0")/../lib/lib.sh"
. "$ROOT/tests/lib/put.sh"
local_start local --no-samples --polls 0
api POST database/create/testdb >/dev/null
D=td://@/testdb
frame rows=10 >"$T/f"
frame rows=20 >"$T/g"
timed() { # LIMIT COMMAND...: runs it; $soon is yes if it took no longer than LIMIT seconds
	limit=$1 begun=$(date +%s)
	shift
	run "$@"
	soon=no
	[ $(($(date +%s) - begun)) -gt "$limit" ] || soon=yes
}
has_struck() { [ "$(struck)" -gt 0 ]; }

# --- td-put
faults 'POST bulk_import/perform/* * delay=60'
timed 20 td-put --wait 1s --timeout 60s $D/app <"$T/f"
is "--wait, the import does not begin" "$status $soon $(receipt .exit)" "75 yes 75"
like "--wait, the import does not begin: it says so" "$err" "^td-put: not done within --wait 1 s: "
is "--wait, the import does not begin: nothing is left" "$(sessions)" 0
faults 'POST bulk_import/commit/* * delay=60'
timed 20 td-put --wait 1s --timeout 60s $D/app <"$T/f"
is "--wait, a commit without an answer" "$status $soon" "76 yes"
like "--wait, a commit without an answer: its session" "$err" "look at session $(receipt .session)"
timed 20 td-put --wait 1s --timeout 60s --once=k $D/app <"$T/f"
is "--wait with --once, a commit without an answer" "$status $soon" "75 yes"
faults
run td-put --once=k $D/app <"$T/f"
is "--wait with --once: the same command again" "$status $(receipt .rows)" "0 10"
mkfifo "$T/fifo"
sleep 60 >"$T/fifo" & pids="$pids $!"
timed 20 td-put --wait 1s $D/app <"$T/fifo"
is "--wait, an input that does not come" "$status $soon" "75 yes"
faults 'PUT bulk_import/upload_part/* * stall=60'
timed 20 td-put --wait 1s --timeout 60s $D/app <"$T/f"
is "--wait, an upload that does not move" "$status $soon" "75 yes"
faults
run td-put --wait 0 $D/app <"$T/f"
is "--wait 0 is wrong usage" "$status" 2

# --- td-swap
sleep 60 >"$T/fifo" & pids="$pids $!"
timed 20 td-swap --wait 1s <"$T/fifo"
is "td-swap --wait, a receipt that does not come" "$status $soon" "75 yes"
td-put $D/tbl <"$T/f" >/dev/null
td-put "$D/tbl?mode=replace" <"$T/g" >"$T/r"
faults 'POST table/rename/* * 503'
timed 20 td-swap --wait 1s --timeout 60s --retry-wait 0 <"$T/r"
is "td-swap --wait, a rename that is refused" "$status $soon $(count_of testdb tbl)" "75 yes 10"
faults 'POST table/swap/* * delay=60'
timed 20 td-swap --wait 1s --timeout 60s <"$T/r"
is "td-swap --wait, a swap without an answer" "$status $soon" "76 yes"
faults

# --- after success
faults 'POST bulk_import/delete/* * 500'
timed 25 td-put --timeout 60s --retry-wait 1s $D/app <"$T/f"
is "clean-up after success ends soon, with status 0" "$status $soon $(receipt .status)" "0 yes done"
like "clean-up after success: what is left is named" "$err" "the rows are in, but: cannot delete session $(receipt .session)"
td-put --timeout 60s --retry-wait 1s $D/app <"$T/f" >"$T/out" 2>"$T/err" & put=$!
faults 'POST bulk_import/delete/* * 500'
until_ok has_struck
kill -TERM $put
begun=$(date +%s)
wait $put
is "TERM while a success is cleaned up: the status is that of the work" "$? $(jq -r .status "$T/out")" "0 done"
ok "TERM while a success is cleaned up: it ends at once" test $(($(date +%s) - begun)) -lt 6
finish
