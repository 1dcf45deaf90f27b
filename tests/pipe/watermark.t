#!/bin/sh
# --watermark-file: loads what is new since the last run; the first run and a run without new rows are no special cases.
. "$(dirname "$0")/../lib/lib.sh"
. "$ROOT/tests/lib/put.sh"
local_start local --no-samples --polls 0
api POST database/create/testdb >/dev/null
DB=$T/source.db MARK=$T/orders.mark
sqlite3 "$DB" 'CREATE TABLE orders (id INTEGER PRIMARY KEY, name TEXT, updated_at TEXT)'
select_csv() { # CONDITION: with a header also where there are no rows, as psql has it
	echo id,name,updated_at
	sqlite3 -csv "$DB" "SELECT * FROM orders WHERE $1 ORDER BY id"
}

# By id: what is appended once stays as it is.
by_id() { # [OPTION OF td-put...]
	since=$(cat "$MARK" 2>/dev/null || echo 0)
	select_csv "id > $since" | td-encode -f csv --columns id:long,name:string,updated_at:string --watermark id |
		td-put --watermark-file "$MARK" "$@" td://@/testdb/by_id
}
content() { td-fetch -d testdb -f csv --no-header -e "SELECT id, name FROM $1 ORDER BY id" | tr '\n' ' '; }
sqlite3 "$DB" "INSERT INTO orders VALUES (1, 'a', '2026-11-27 10:00:00'), (9, 'b', '2026-11-27 11:00:00')"
run by_id
is "the first run" "$status $err $(cat "$MARK") $(content by_id)" "0  9 1,a 9,b "
is "the receipt has it" "$(receipt '.watermark | tojson')" '{"column":"id","value":"9"}'
run by_id
is "a quiet run" "$status $err $(cat "$MARK") $(receipt '[.rows, .watermark.value] | tojson') $(content by_id)" "0  9 [0,null] 1,a 9,b "
sqlite3 "$DB" "INSERT INTO orders VALUES (10, 'c', '2026-11-27 12:00:00')"
faults 'POST bulk_import/commit/* * 422'
run by_id --retry-wait 0
is "a run that fails leaves it as it is" "$([ "$status" -eq 0 ] || echo failed) $(cat "$MARK") $(content by_id)" "failed 9 1,a 9,b "
faults
run by_id
is "the next one brings what is new" "$status $(cat "$MARK") $(content by_id)" "0 10 1,a 9,b 10,c "
is "nothing but the file is left" "$(find "$T" -maxdepth 1 -name "*mark*" -exec basename {} \;)" "orders.mark"

# By the time of the last change, an hour again, merged.
MARK=$T/changed.mark
by_change() {
	since=$(cat "$MARK" 2>/dev/null || echo 1970-01-01)
	select_csv "updated_at > datetime('$since', '-1 hour')" |
		td-encode -f csv --columns id:long,name:string,updated_at:string --watermark updated_at |
		td-put 'td://@/testdb/changed?mode=merge&key=id' | td-swap --watermark-file "$MARK"
}
run by_change
is "merged: the first run" "$status $err $(cat "$MARK") $(content changed)" "0  2026-11-27 12:00:00 1,a 9,b 10,c "
sqlite3 "$DB" "UPDATE orders SET name = 'B', updated_at = '2026-11-28 09:00:00' WHERE id = 9; INSERT INTO orders VALUES (11, 'd', '2026-11-28 08:00:00')"
faults 'POST table/swap/* * 422'
run by_change
is "merged: a run that fails leaves it as it is" "$([ "$status" -eq 0 ] || echo failed) $(cat "$MARK") $(content changed)" "failed 2026-11-27 12:00:00 1,a 9,b 10,c "
faults
run by_change
is "merged: what has changed" "$status $(cat "$MARK") $(content changed)" "0 2026-11-28 09:00:00 1,a 9,B 10,c 11,d "
run by_change
is "merged: the overlap again" "$status $(cat "$MARK") $(content changed)" "0 2026-11-28 09:00:00 1,a 9,B 10,c 11,d "
sqlite3 "$DB" 'DELETE FROM orders'
run by_change
is "merged: a quiet run" "$status $(cat "$MARK") $(receipt .action) $(content changed)" "0 2026-11-28 09:00:00 none 1,a 9,B 10,c 11,d "
is "nothing is left" "$(tables testdb)" "by_id changed"

# Rows that name their columns: without rows there is none. The first run may be a quiet one.
MARK=$T/json.mark
printf '{"id":7,"name":"a"}\n' >"$T/rows.jsonl"
: >"$T/none.jsonl"
by_key() { # ROWS
	td-encode -f jsonl --watermark id -- cat "$1" | td-put 'td://@/testdb/keyed?mode=merge&key=id' | td-swap --watermark-file "$MARK"
}
run by_key "$T/none.jsonl"
is "JSON, merged: the first run is a quiet one" "$status $err $(receipt .action) $(tables testdb)" "0  none by_id changed"
ok "JSON, merged: there is no watermark yet" test ! -e "$MARK"
run by_key "$T/rows.jsonl"
is "JSON, merged: the first rows" "$status $(receipt .action) $(cat "$MARK") $(content keyed)" "0 rename 7 7,a "
run by_key "$T/none.jsonl"
is "JSON, merged: a quiet run" "$status $(receipt .action) $(cat "$MARK") $(content keyed)" "0 none 7 7,a "
api POST table/delete/testdb/keyed >/dev/null
api POST table/create/testdb/keyed/log >/dev/null
run by_key "$T/none.jsonl"
is "JSON, merged: a table without columns, and a quiet run" "$status $(receipt .action)" "0 none"
run by_key "$T/rows.jsonl"
is "JSON, merged: a table without columns, and rows" "$status $(receipt .action) $(content keyed)" "0 swap 7,a "
api POST table/delete/testdb/keyed >/dev/null

# An append's receipt through td-swap.
printf 'time,id\n1700000000,77\n' | td-encode -f csv --watermark id | td-put td://@/testdb/two >"$T/receipt"
run td-swap --watermark-file "$T/two.mark" <"$T/receipt"
is "an append passes td-swap, which writes it" "$status $(cat "$T/two.mark")" "0 77"

# What is refused.
one() { printf 'time,id\n1700000000,1\n' | td-encode -f csv "$@"; }
one >"$T/none.frame"
one --watermark id >"$T/id.frame"
run td-put --watermark-file "$T/x.mark" td://@/testdb/none <"$T/none.frame"
like "a frame without a watermark" "$status $err $(find "$T" -maxdepth 1 -name "*x.mark*")" "^65 td-put: --watermark-file: this frame has no watermark \(td-encode --watermark COLUMN\) $"
run td-put --watermark-file "$T/x.mark" 'td://@/testdb/none?mode=replace' <"$T/id.frame"
like "td-put with mode=replace" "$status $err" "^2 td-put: --watermark-file: with mode=replace the rows are in when td-swap is done"
td-put 'td://@/testdb/none?mode=replace' <"$T/none.frame" >"$T/receipt"
run td-swap --watermark-file "$T/x.mark" <"$T/receipt"
like "a receipt without one" "$status $err" "^2 td-swap: --watermark-file: the receipt has no watermark"
run td-put --watermark-file "$T/no/x.mark" td://@/testdb/none <"$T/id.frame"
like "no folder" "$status $err $(tables testdb | grep -c none)" "^1 td-put: .*/no/: No such file"
ln -s x.mark "$T/link.mark"
run td-put --watermark-file "$T/link.mark" td://@/testdb/two <"$T/id.frame"
like "a link" "$status $err" "^78 td-put: .*link.mark is not a regular file"
echo precious >"$T/precious"
planted() { # WHAT: at x.planted.new
	for tool in td-put td-swap; do
		if [ $tool = td-put ]; then run td-put --watermark-file "$T/x.planted" td://@/testdb/two <"$T/id.frame"; else
			run td-swap --watermark-file "$T/x.planted" <"$T/append"; fi
		is "$1 in the way of $tool: status" "$status" 78
		like "$1 in the way of $tool: message" "$err" "x.planted.new is (a link|not a file of an earlier run): remove it"
	done
	is "$1 is left as it is, and nothing is written" "$(cat "$T/precious"; test -e "$T/x.planted"; echo $?)" "precious
1"
	rm -f "$T/x.planted.new"
}
run td-put td://@/testdb/two <"$T/id.frame"
printf '%s\n' "$out" >"$T/append"
ln -s precious "$T/x.planted.new"
planted "a planted link"
ln "$T/precious" "$T/x.planted.new"
planted "a planted hard link"
mkfifo "$T/x.planted.new"
planted "a planted pipe"
run td-swap --gc --watermark-file "$T/x.mark" td://@/testdb
like "with --gc" "$status $err" "^2 td-swap: --watermark-file does not go with --gc"
run td-put --dry-run --watermark-file "$T/x.mark" td://@/testdb/two <"$T/id.frame"
is "--dry-run writes none" "$status $(find "$T" -maxdepth 1 -name "*x.mark*")" "0 "

finish
