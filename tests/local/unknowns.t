#!/bin/sh
# --service: each behaviour that Treasure Data does not document, either way.
. "$(dirname "$0")/../lib/lib.sh"

writer=2/89abcdef0123456789abcdef0123456789abcdef
post() { path=$1; shift; api POST "$path" "$@"; }
id() { api GET "table/show/testdb/$1" | jq -c .id; }
count() { api GET "table/show/testdb/$1" | jq -c .count; }
$PYTHON -c 'import gzip, msgpack, sys
sys.stdout.buffer.write(gzip.compress(b"".join(msgpack.packb({"time": 1500000000 + i, "n": i}) for i in range(3))))' >"$T/rows"
import() { api PUT "table/import/testdb/$1/msgpack.gz" -T "$T/rows" >/dev/null; }
# A service of its own, with two tables: one has rows.
service() {
	[ -z "$local_pid" ] || local_stop
	started=$((started + 1))
	local_start "local$started" --no-samples --polls 0 --write-key $writer ${1:+--service "$1"}
	post database/create/testdb >/dev/null
	post table/create/testdb/one/log >/dev/null
	post table/create/testdb/two/log >/dev/null
	import one
	one=$(id one) two=$(id two)
}
query() {
	j=$(post job/issue/presto/testdb --data-urlencode "query=$1" | jq -r .job_id)
	until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/v3/job/status/$j | grep -Eq 'success|error'"
	api GET "job/result/$j?format=csv"
}
local_pid='' started=0

# --- ids and a swap
service
post table/swap/testdb/one/two >/dev/null
is 'ids move with a swap' "$(id one) $(id two) $(count one) $(count two)" "$two $one 0 3"
service ids=stay
import two
api PUT table/import_with_id/testdb/one/abc/msgpack.gz -T "$T/rows" >/dev/null
post table/swap/testdb/one/two >/dev/null
is 'or stay with the names' "$(id one) $(id two) $(count one) $(count two)" "$one $two 3 6"
is 'the rows are those that moved' "$(query 'SELECT COUNT(1) FROM one'; query 'SELECT COUNT(1) FROM two')" '3
6'
api PUT table/import_with_id/testdb/two/abc/msgpack.gz -T "$T/rows" >/dev/null
is 'an import that was remembered moved, too' "$(count two)" 6
post table/delete/testdb/one >/dev/null
is 'the other is whole after one is deleted' "$(query 'SELECT COUNT(1) FROM two')" 6
service ids=hide
is 'or are not shown' "$(id one) $(api GET table/list/testdb | jq -c '[.tables[] | has("id")]')" 'null [false,false]'

# --- counts
service
is 'counts are right at once' "$(count one)" 3
service counts=lag
rows=3
lags() { import one; rows=$((rows + 3)); [ "$(count one)" -lt $rows ]; } # a second may be over on a slow machine
ok 'or lag' until_ok lags
is 'while the rows are there' "$(query 'SELECT COUNT(1) FROM one')" $rows
ok 'for a second' until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/v3/table/show/testdb/one | grep -q '\"count\":$rows'"

# --- sessions
session() { # a session for `one`, ready, when another table takes that name
	post bulk_import/create/session/testdb/one >/dev/null
	api PUT bulk_import/upload_part/session/part -T "$T/rows" >/dev/null
	post bulk_import/perform/session >/dev/null
	until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/v3/bulk_import/show/session | grep -q ready"
	post table/swap/testdb/one/two >/dev/null
}
service
session
is 'a session belongs to its table' "$(api GET bulk_import/show/session | jq -r .table; post bulk_import/commit/session >/dev/null; count one) $(count two)" 'two
0 6'
service session=name
session
is 'or to the name' "$(api GET bulk_import/show/session | jq -r .table; post bulk_import/commit/session >/dev/null; count one) $(count two)" 'one
3 3'
post table/delete/testdb/one >/dev/null
post table/rename/testdb/two/one >/dev/null
is 'and finds the name again' "$(api GET bulk_import/show/session | jq -c '[.status, .table]')" '["committed","one"]'

# --- renames
service
post table/rename/testdb/one/three >/dev/null
is 'a renamed table keeps its id' "$(id three)" "$one"
service rename=new
session
post table/rename/testdb/two/three >/dev/null
is 'or gets another' "$(test "$(id three)" -gt "$two" && count three)" 3
is 'rows stay' "$(query 'SELECT SUM(n) FROM three')" 3
is 'a session of the old id has no table' "$(post bulk_import/commit/session | jq .status_code)" 422
post table/create/testdb/four/log >/dev/null
is 'a later table has an id of its own' "$(test "$(id four)" -gt "$(id three)" && echo later)" later

# --- the write-only key
code() { curl -sS -o /dev/null -w '%{http_code} ' -H "Authorization: TD1 $writer" "$TD_API_SERVER/v3/$1"; }
service
is 'denied: 403' "$(code database/list; code table/show/testdb/one)" '403 200 '
service denied=401,writer=blind
is 'or 401; it may not show a table' "$(code database/list; code table/show/testdb/one)" '401 401 '

# --- wrong usage
for s in ids=other ids 'ids=stay,' '' counts=lag,x=y; do
	run td-local --service "$s"
	is "--service '$s'" "$status" 2
done
like 'names what there is' "$err" "'x=y' is not one of ids=move\|stay\|hide, counts=now\|lag"

finish
