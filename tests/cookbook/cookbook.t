#!/bin/sh
# The cookbook runs: receipts as targets of make, and a transfer under cron.
. "$(dirname "$0")/../lib/lib.sh"
local_start
api POST database/create/testdb >/dev/null
count() { td-fetch -d testdb -f csv --no-header -e "SELECT COUNT(1) FROM $1"; }

# --- make

mkdir "$T/mk"
cp "$ROOT/tests/cookbook/Makefile" "$T/mk"
cd "$T/mk" || exit 1
echo 'SELECT code, COUNT(1) AS cnt FROM www_access GROUP BY code' >output_table.sql
printf 'date,rain\n2012-01-01,0.0\n2012-01-02,10.9\n' >weather-2012.csv
make_it() { make --no-print-directory "$@"; }
run make_it
is "make: status" "$status" 0
is "make: the query's rows" "$(count output_table)" "$(td-fetch -d sample_datasets -f csv --no-header -e 'SELECT COUNT(DISTINCT code) FROM www_access')"
is "make: the file's rows" "$(count weather)" 2
run make_it
like "make again: nothing to do" "$out$err" 'Nothing to be done'
is "make again: no row twice" "$(count weather)" 2
printf 'date,rain\n2013-01-01,1.0\n' >weather-2013.csv
run make_it
is "a new file: its rows only" "$(count weather)" 3
echo 'SELECT code, COUNT(1) AS cnt FROM www_access WHERE code > 300 GROUP BY code' >output_table.sql
touch -d '+2 seconds' output_table.sql
run make_it
is "a changed query: replaced" "$status $(td-fetch -d testdb -f csv --no-header -e 'SELECT MIN(code) > 300 FROM output_table')" "0 true"
echo 'SELECT nothing_of_the_kind FROM www_access' >output_table.sql
touch -d '+4 seconds' output_table.sql
run make_it
is "a wrong query: make fails" "$status" 2
like "a wrong query: and says why" "$err" 'nothing_of_the_kind'
ok "a wrong query: no receipt" test ! -e output_table.receipt
is "a wrong query: the table is as it was" "$(td-fetch -d testdb -f csv --no-header -e 'SELECT MIN(code) > 300 FROM output_table')" true

# --- cron: its environment; cron.t has its daemon

mkdir "$T/transfers"
# unchanged, except that it gives up on a dead server sooner
sed 's/--timeout 15m/--timeout 1s --retry-wait 0/' "$ROOT/tests/cookbook/hourly" >"$T/transfers/hourly"
chmod +x "$T/transfers/hourly"
cd "$T/transfers" || exit 1
echo 'SELECT code, size FROM www_access WHERE code = 404' >hourly.sql
(umask 077 && echo "$TD_API_KEY" >key)
as_cron() { env -i HOME="$T" LOGNAME=x SHELL=/bin/sh PATH=/usr/bin:/bin TD_PATH="$BUILD" TD_API_SERVER="$TD_API_SERVER" /bin/sh -c "$1" </dev/null; }
if ! command -v flock >/dev/null; then
	skip "cron" "no flock(1)"
	finish
fi
run as_cron "$T/transfers/hourly"
is "cron: status" "$status" 0
is "cron: nothing to mail" "$out$err" ""
is "cron: one receipt" "$(find receipts -name '*.json' | wc -l)" 1
is "cron: it is one of success" "$(jq -r .status receipts/*.json)" "done"
want=$(count hourly)
like "cron: rows" "$want" '^[1-9]'

curl -sS -H "Authorization: TD1 $TD_API_KEY" --data-binary 'POST bulk_import/perform/* 1 delay=60' "$TD_API_SERVER/local/faults" >/dev/null
as_cron "exec $T/transfers/hourly" >/dev/null 2>&1 &
first=$!
ok "overlap: the first run is at work" until_ok sh -c 'curl -sS -H "Authorization: TD1 $TD_API_KEY" "$TD_API_SERVER/local/faults" | grep -q "	[1-9]"'
run as_cron "$T/transfers/hourly"
is "overlap: the second is refused" "$status" 75
like "overlap: and says so" "$err" 'still at work'
kill -9 "$local_pid"
wait "$first"
like "a server that dies: the run fails" "$?" '^[1-9]'
ok "a server that dies: its receipt says failed" sh -c 'jq -e ".status == \"failed\"" receipts/*.failed'
local_start
run as_cron "$T/transfers/hourly"
is "the next run: status" "$status" 0
is "the next run: the table is right" "$(count hourly)" "$want"
echo 'SELECT code, size FROM www_access WHERE code = 1' >hourly.sql
run as_cron "$T/transfers/hourly"
is "no rows: the guard refuses" "$status" 80
like "no rows: there is something to mail" "$err" 'min-rows'
is "no rows: the table is as it was" "$(count hourly)" "$want"

finish
