#!/bin/sh
# Every stage of the pipe dies in turn. Each time: the target is untouched, the last command's status is not 0, its
# message names the cause, and nothing is left behind (or it is said where).
. "$(dirname "$0")/../lib/lib.sh"
local_start

DEST='td://@/testdb/target?mode=replace'
content() { td-fetch -d testdb -f csv -e 'SELECT a, b FROM target ORDER BY a, b'; }
tables() { api GET table/list/testdb | jq -r '.tables[].name' | sort | tr '\n' ' '; }
sessions() { api GET bulk_import/list | jq '.bulk_imports | length'; }

printf 'a,b\n1,old\n2,old\n' | td-encode -f csv | td-put --create-database "$DEST" | td-swap >/dev/null
is "a target with rows" $? 0
WANT=$(content)
is "as expected" "$WANT" "$(printf 'a,b\n1,old\n2,old')"

# After each failure: failed WHAT STATUS PATTERN. $T/err holds the last command's stderr, $status its status.
failed() {
	if [ "$2" = any ]; then like "$1: the last command fails" "$status" '^[1-9]'; else is "$1: status" "$status" "$2"; fi
	like "$1: the message names the cause" "$(cat "$T/err")" "$3"
	is "$1: one line" "$(wc -l <"$T/err")" 1
	is "$1: the target is untouched" "$(content)" "$WANT"
}
clean() {
	is "$1: nothing is left behind" "$(tables)$(sessions)" "target 0"
}
tidy() { # what a SIGKILL had to leave behind is removed by the test itself
	for s in $(api GET bulk_import/list | jq -r '.bulk_imports[].name'); do api POST "bulk_import/delete/$s" >/dev/null; done
	for t in $(api GET table/list/testdb | jq -r '.tables[].name' | grep -v '^target$'); do api POST "table/delete/testdb/$t" >/dev/null; done
}

# Passes the first bytes on, then kills -9 the process whose id is in a file, and passes on what that still wrote.
# The writer has more to say than a pipe holds, so it is certainly in the middle of its output.
cut_off() { # pidfile
	head -c 20000
	kill -9 "$(cat "$1")"
	cat
}
# A program that writes down its process id.
known() { # pidfile command...
	file=$1
	shift
	# shellcheck disable=SC2016
	sh -c 'echo $$ >"$0"; exec "$@"' "$file" "$@"
}
faults() { curl -sS -H "Authorization: TD1 $TD_API_KEY" -X "$1" ${2:+--data-binary "$2"} "$TD_API_SERVER/local/faults"; }
noise() { awk 'BEGIN { print "a,b"; srand(7); for (i = 0; i < 300000; i++) printf "%d,%d\n", i, rand() * 1e15 }'; }

# --- the source command dies

td-encode -f csv -- sh -c 'echo a,b; echo 3,new; exit 3' 2>/dev/null | td-put "$DEST" 2>/dev/null | td-swap >"$T/out" 2>"$T/err"
status=$?
failed "the source command exits 3" 66 'exit.*3'
clean "the source command exits 3"
# shellcheck disable=SC2016
td-encode -f csv -- sh -c 'echo a,b; echo 3,new; kill -9 $$' 2>/dev/null | td-put "$DEST" 2>/dev/null | td-swap >"$T/out" 2>"$T/err"
status=$?
failed "the source command is killed" 66 'signal 9|SIGKILL|[Kk]illed'
clean "the source command is killed"
td-encode -f csv -- "$T/no-such-command" 2>/dev/null | td-put "$DEST" 2>/dev/null | td-swap >"$T/out" 2>"$T/err"
status=$?
failed "the source command is not there" any 'no-such-command'
clean "the source command is not there"
sh -c 'exit 1' | td-encode 2>/dev/null | td-put "$DEST" 2>/dev/null | td-swap >"$T/out" 2>"$T/err"
status=$?
failed "a source in front of the pipe dies at once" 66 'empty'
clean "a source in front of the pipe dies at once"

# --- td-fetch dies

td-fetch -d testdb -e 'SELECT a FROM nowhere' 2>/dev/null | td-encode 2>/dev/null | td-put "$DEST" 2>/dev/null | td-swap >"$T/out" 2>"$T/err"
status=$?
failed "the query is wrong" 66 'nowhere'
clean "the query is wrong"
BIG='SELECT a.*, b.user AS u2, b.size + a.time AS s2 FROM www_access a, (SELECT user, size FROM www_access LIMIT 10) b'
known "$T/pid" td-fetch -d sample_datasets -e "$BIG" 2>/dev/null | cut_off "$T/pid" 2>/dev/null |
	td-encode 2>/dev/null | td-put "$DEST" 2>/dev/null | td-swap >"$T/out" 2>"$T/err"
status=$?
failed "td-fetch is killed in the middle of a result" 66 'died'
clean "td-fetch is killed in the middle of a result"

faults POST 'GET job/result/* 1 cut=1500
GET job/result/* * 422' >/dev/null
td-fetch -d testdb -e "SELECT time, rpad('', 30000, '0') AS pad FROM sample_datasets.www_access LIMIT 100" 2>/dev/null |
	td-encode 2>"$T/encode.err" | td-put "$DEST" 2>/dev/null | td-swap >"$T/out" 2>"$T/err"
status=$?
faults DELETE >/dev/null
like "td-fetch gives up inside a compressed text: td-encode says why" "$(cat "$T/encode.err")" '^td-encode: upstream gave up: .*422'
failed "td-fetch gives up inside a compressed text" 66 '422'
clean "td-fetch gives up inside a compressed text"

# --- td-encode dies

noise | known "$T/pid" td-encode -f csv 2>/dev/null | cut_off "$T/pid" 2>/dev/null | td-put "$DEST" 2>/dev/null | td-swap >"$T/out" 2>"$T/err"
status=$?
failed "td-encode is killed" 66 'died'
clean "td-encode is killed"
printf 'a,b\n3,new\n4,new,surplus\n' | td-encode -f csv 2>/dev/null | td-put "$DEST" 2>/dev/null | td-swap >"$T/out" 2>"$T/err"
status=$?
failed "td-encode refuses a row" 66 'line 3'
clean "td-encode refuses a row"

# --- td-put dies: before, during and after its uploads

printf 'a,b\n3,new\n' | td-encode -f csv >"$T/frame"
in_session() { [ "$(sessions)" -gt 0 ]; }
parts() { api GET "bulk_import/list_parts/$(api GET bulk_import/list | jq -r '.bulk_imports[0].name')" | jq '.parts | length'; }

# With HOLD its input stays open after the end of the data.
mkfifo "$T/in" "$T/mid"
killed_at() { # what, signal, condition..., with td-put reading $T/in and td-swap reading td-put
	what=$1 signal=$2
	shift 2
	# shellcheck disable=SC2086
	known "$T/pid" td-put ${PUT-} "$DEST" <"$T/in" >"$T/mid" 2>"$T/put.err" &
	put=$!
	td-swap <"$T/mid" >"$T/out" 2>"$T/err" &
	swap=$!
	exec 9>"$T/in"
	cat "${FRAME:-$T/frame.start}" >&9 2>/dev/null &
	feeder=$!
	[ -n "${HOLD-}" ] || exec 9>&-
	ok "$what: it came so far" until_ok "$@"
	kill "-$signal" "$(cat "$T/pid")"
	wait "$put"
	put_status=$?
	exec 9>&-
	wait "$feeder" 2>/dev/null
	wait "$swap"
	status=$?
}
struck() { faults GET | grep -q '	[1-9][0-9]*$'; }

head -c -60 "$T/frame" >"$T/frame.start" # without its end
HOLD=yes
killed_at "td-put is killed before its uploads" 9 in_session
failed "td-put is killed before its uploads" 66 'no receipt.*td-put'
tidy
killed_at "td-put is terminated before its uploads" TERM in_session
is "td-put is terminated before its uploads: it dies by the signal" "$put_status" 143
failed "td-put is terminated before its uploads" 66 'td-put.*(died|interrupted)'
clean "td-put is terminated before its uploads"

HOLD=
noise | td-encode -f csv >"$T/noise"
FRAME=$T/noise PUT='--part-size 64k -j 1'
for signal in 9 TERM; do
	faults POST 'PUT bulk_import/upload_part/* 3-3 delay=60' >/dev/null
	killed_at "td-put gets signal $signal during its uploads" $signal struck
	ok "td-put gets signal $signal during its uploads: not at their beginning" test "$signal" = TERM -o "$(parts)" -gt 0
	faults DELETE >/dev/null
	failed "td-put gets signal $signal during its uploads" 66 'td-put.*(died|interrupted)'
	if [ $signal = 9 ]; then tidy; else clean "td-put gets signal $signal during its uploads"; fi
done
for step in freeze perform commit; do
	for signal in 9 TERM; do
		faults POST "POST bulk_import/$step/* 1 delay=2" >/dev/null
		killed_at "td-put gets signal $signal at $step" $signal struck
		faults DELETE >/dev/null
		failed "td-put gets signal $signal at $step" 66 'td-put.*(died|interrupted)'
		if [ $signal = 9 ]; then tidy; else clean "td-put gets signal $signal at $step"; fi
	done
done

# --- the reader of a receipt is gone

noise | td-encode -f csv | sh -c 'td-put "$0"; echo $? >"$1"' "$DEST" "$T/put.status" 2>"$T/err" | true
status=$(cat "$T/put.status")
like "td-swap is gone: td-put notices" "$status" '^(141|1)$'
is "td-swap is gone: the target is untouched" "$(content)" "$WANT"
clean "td-swap is gone"

# --- the disk is full

td-fetch -d testdb -e 'SELECT * FROM target' >/dev/full 2>"$T/err"
status=$?
failed "td-fetch writes to a full disk" 1 '^td-fetch: .*No space'
printf 'a,b\n3,new\n' | td-encode -f csv >/dev/full 2>"$T/err"
status=$?
failed "td-encode writes to a full disk" 1 '^td-encode: .*No space'
for mode in append replace; do
	td-put "td://@/testdb/target?mode=$mode" <"$T/frame" >/dev/full 2>"$T/err"
	status=$?
	failed "td-put ($mode) writes to a full disk" 1 '^td-put: .*No space'
	clean "td-put ($mode) writes to a full disk"
done
td-put "$DEST" <"$T/frame" | td-swap >/dev/full 2>"$T/err"
status=$?
failed "td-swap writes to a full disk" 1 '^td-swap: .*No space'
clean "td-swap writes to a full disk"

# --- td-local dies

faults POST 'PUT bulk_import/upload_part/* 3-3 delay=60' >/dev/null
td-put --part-size 64k -j 1 --timeout 1s --retry-wait 0 "$DEST" <"$T/noise" 2>"$T/put.err" | td-swap --timeout 1s --retry-wait 0 >"$T/out" 2>"$T/err" &
pipe=$!
ok "td-local dies during the uploads: it came so far" until_ok struck
kill -9 "$local_pid"
wait "$pipe"
status=$?
local_start
is "td-local dies during the uploads: a line says so" "$(wc -l <"$T/put.err")" 1
failed "td-local dies during the uploads" 66 'no answer|connect'
tidy
clean "td-local dies during the uploads"

finish
