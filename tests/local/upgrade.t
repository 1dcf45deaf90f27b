#!/bin/sh
# A data directory of an older td-local is upgraded to the present layout, as a whole or not at all, with all it holds.
. "$(dirname "$0")/../lib/lib.sh"

rows() { $PYTHON -c 'import gzip, sys, msgpack; sys.stdout.buffer.write(gzip.compress(b"".join(msgpack.packb({"time": 1500000000 + i, "n": i}) for i in range(50))))'; }
query() {
	j=$(api POST job/issue/presto/testdb --data-urlencode "query=$1" | jq -r .job_id)
	until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/v3/job/status/$j | grep -Eq '\"(success|error)\"'"
	api GET "job/result/$j?format=csv"
}
local_start local --polls 0 --no-samples --clock 1500000000
api POST database/create/testdb >/dev/null
api POST table/create/testdb/rows/log >/dev/null
rows >"$T/part"
for i in a b c; do api PUT "table/import_with_id/testdb/rows/$i/msgpack.gz" -T "$T/part" >/dev/null; done
api POST bulk_import/create/mine/testdb/rows >/dev/null
api PUT bulk_import/upload_part/mine/p1 -T "$T/part" >/dev/null
query 'SELECT n, COUNT(1) AS c FROM rows GROUP BY n ORDER BY n' >/dev/null
api POST schedule/create/daily -d cron=@daily -d database=testdb -d type=presto -d 'query=SELECT 1' >/dev/null
api POST result/create/named -d 'url=td://@/testdb' >/dev/null
state() {
	for p in table/list/testdb bulk_import/list job/list 'job/result/1?format=csv' schedule/list result/list; do api GET "$p"; done | sed "s,$TD_API_SERVER,URL,g"
}
state >"$T/state"
local_stop

# The first version with such data directories had layout 2: removes what layouts 3 and 4 added.
db=$T/local.data/catalog.sqlite
sqlite3 "$db" 'DROP VIEW session_tables; DROP TRIGGER tables_gone;
	ALTER TABLE tables DROP COLUMN old_rows; ALTER TABLE tables DROP COLUMN old_bytes; ALTER TABLE tables DROP COLUMN old_last;
	ALTER TABLE tables DROP COLUMN until; ALTER TABLE sessions DROP COLUMN db_name; ALTER TABLE sessions DROP COLUMN table_name;
	ALTER TABLE segments DROP COLUMN crc; ALTER TABLE segments DROP COLUMN place;
	ALTER TABLE jobs DROP COLUMN done; PRAGMA user_version = 2'
chmod 644 "$db" # which that version left so
cp -R "$T/local.data" "$T/two.data"
chmod 700 "$T/two.data"

# --- killed during the upgrade, it is the old one or the new one
for wait in 0.001 0.004 0.008 0.012 0.02; do
	rm -rf "$T/kill.data"
	cp -R "$T/two.data" "$T/kill.data"
	td-local --listen 127.0.0.1:0 --key "$TD_API_KEY" --data "$T/kill.data" >/dev/null 2>&1 &
	killed=$!
	sleep $wait
	kill -9 $killed
	wait $killed
	sqlite3 "$T/kill.data/catalog.sqlite" 'PRAGMA user_version; PRAGMA integrity_check; SELECT count(*) FROM segments' | paste -sd ' ' -
done >"$T/kills"
is 'killed in the middle' "$(grep -cvxE '[24] ok 3' "$T/kills")" 0

# --- it holds everything
local_start local --polls 0 --no-samples --clock 1500000000
state >"$T/again"
ok 'everything is as it was' cmp "$T/state" "$T/again"
is 'the layout is new' "$(sqlite3 "$db" 'PRAGMA user_version; PRAGMA integrity_check' | paste -sd ' ' -)" '4 ok'
is 'the catalogue is closed to others' "$(stat -c %a "$db")" 600
api PUT table/import_with_id/testdb/rows/a/msgpack.gz -T "$T/part" >/dev/null
is 'a part that was stored is stored once' "$(query 'SELECT COUNT(1), SUM(n) FROM rows')" 150,3675
query 'DELETE FROM rows WHERE n >= 25' >/dev/null
is 'rows without a checksum can be deleted' "$(query 'SELECT COUNT(1), MAX(n) FROM rows')" 75,24
api POST bulk_import/perform/mine >/dev/null
until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/v3/bulk_import/show/mine | grep -q ready"
api POST bulk_import/commit/mine >/dev/null
api GET bulk_import/show/mine >/dev/null
is 'a session goes on' "$(query 'SELECT COUNT(1) FROM rows')" 125
local_stop

# --- a newer layout
sqlite3 "$T/two.data/catalog.sqlite" 'PRAGMA user_version = 5'
cksum <"$T/two.data/catalog.sqlite" >"$T/sum"
run td-local --listen 127.0.0.1:0 --data "$T/two.data"
is 'a newer layout is refused' "$status $(printf %s "$err" | sed "s,$T,T,")" '78 td-local: T/two.data/catalog.sqlite: the layout is number 5, this program knows 4'
is 'and nothing is changed' "$(cksum <"$T/two.data/catalog.sqlite")" "$(cat "$T/sum")"

# --- planted links are not followed
local_start planted --no-samples
local_stop
echo precious >"$T/precious"
rm "$T/planted.data/reserve" "$T/planted.data/lock"
ln -s "$T/precious" "$T/planted.data/reserve"
ln -s "$T/precious" "$T/planted.data/files/s1"
run timeout 5 td-local --listen 127.0.0.1:0 --data "$T/planted.data"
is 'a planted file is left alone' "$(cat "$T/precious")" precious
ln -sf "$T/precious" "$T/planted.data/lock"
run timeout 5 td-local --listen 127.0.0.1:0 --data "$T/planted.data"
is 'a planted lock is refused' "$status" 78

finish
