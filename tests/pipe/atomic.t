#!/bin/sh
# A reader that polls the target during a hundred replaces sees a whole old or a whole new table, every time.
# Version v of the table has 100 + v rows, all of them marked v.
. "$(dirname "$0")/../lib/lib.sh"
VERSIONS=${TD_TEST_REPLACES:-100}
local_start

version() { awk -v v="$1" 'BEGIN { print "ver,n"; for (i = 1; i <= 100 + v; i++) print v "," i }'; }
replace() { version "$1" | td-encode -f csv | td-put --create-database 'td://@/testdb/polled?mode=replace' | td-swap; }

ok "version 0" replace 0
"$PYTHON" "$ROOT/tests/lib/poll_table.py" "$T/stop" >"$T/poll" 2>&1 &
poller=$!
pids="$pids $poller"
bad=
v=1
while [ $v -le "$VERSIONS" ]; do
	replace $v >"$T/receipt" 2>"$T/err" || bad="$bad $v"
	v=$((v + 1))
done
is "$VERSIONS replaces" "$bad" ""
: >"$T/stop"
wait "$poller"
is "the reader saw only whole versions" $? 0
sed 's/^/# /' "$T/poll"
like "and looked often enough to matter" "$(cat "$T/poll")" "^[0-9]{2,} looks, [0-9]{2,} versions"
is "the last version is there" "$(td-fetch -d testdb -f csv --no-header -e 'SELECT MIN(ver), COUNT(1) FROM polled')" "$VERSIONS,$((100 + VERSIONS))"
is "nothing is left behind" "$(api GET table/list/testdb | jq -r '.tables[].name') $(api GET bulk_import/list | jq '.bulk_imports | length')" "polled 0"

# Merges: half of the rows stay, the others are of one version.
MERGES=${TD_TEST_MERGES:-12}
merge_in() { awk -v v="$1" 'BEGIN { print "time,id,ver"; for (i = 51; i <= 100; i++) print 1700000000 "," i "," v }'; }
merge() { merge_in "$1" | td-encode -f csv | td-put 'td://@/testdb/merged?mode=merge&key=id' | td-swap; }
{ merge_in 0; seq 50 | sed 's/.*/1700000000,&,0/'; } | td-encode -f csv | td-put td://@/testdb/merged >/dev/null
rm "$T/stop"
"$PYTHON" "$ROOT/tests/lib/poll_table.py" "$T/stop" merge >"$T/poll" 2>&1 &
poller=$!
pids="$pids $poller"
bad=
v=1
while [ $v -le "$MERGES" ]; do
	merge $v >"$T/receipt" 2>"$T/err" || bad="$bad $v"
	v=$((v + 1))
done
is "$MERGES merges" "$bad" ""
: >"$T/stop"
wait "$poller"
is "the reader saw only whole merges, and every row that stays once" $? 0
sed 's/^/# /' "$T/poll"
like "and looked often enough to matter" "$(cat "$T/poll")" "^[0-9]{2,} looks, [0-9]+ versions"
is "the last one is there" "$(td-fetch -d testdb -f csv --no-header -e 'SELECT MAX(ver), COUNT(1) FROM merged')" "$MERGES,100"
is "nothing is left behind by merges" "$(api GET table/list/testdb | jq -r '[.tables[].name] | join(" ")')" "merged polled"

finish
