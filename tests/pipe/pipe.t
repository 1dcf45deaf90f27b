#!/bin/sh
# The whole pipe against td-local: the main job, appends, empty results, and real data that must come back exactly.
. "$(dirname "$0")/../lib/lib.sh"
local_start

count() { td-fetch -d testdb -f csv --no-header -e "SELECT COUNT(1) FROM $1"; }
tables() { api GET table/list/testdb | jq -r '.tables[].name' | sort | tr '\n' ' '; }
sessions() { api GET bulk_import/list | jq '.bulk_imports | length'; }

# --- the main job

td-fetch -d sample_datasets -e 'SELECT code, COUNT(1) AS cnt FROM www_access GROUP BY code' |
	td-encode | td-put --create-database 'td://@/testdb/output_table?mode=replace' | td-swap >"$T/receipt"
is "replace into a missing table" $? 0
is "one line" "$(wc -l <"$T/receipt")" 1
is "the receipt: done" "$(jq -r .status "$T/receipt")" "done"
td-fetch -d sample_datasets -f csv -e 'SELECT code, COUNT(1) AS cnt FROM www_access GROUP BY code ORDER BY code' >"$T/want"
td-fetch -d testdb -f csv -e 'SELECT code, cnt FROM output_table ORDER BY code' >"$T/got"
ok "the rows are there" cmp "$T/want" "$T/got"
is "the receipt: rows" "$(jq .rows "$T/receipt")" $(($(wc -l <"$T/want") - 1))
is "the receipt holds no key" "$(grep -c "$TD_API_KEY" "$T/receipt")" 0
is "no temporary table" "$(tables)" "output_table "
is "no session" "$(sessions)" 0

td-fetch -d sample_datasets -e "SELECT code, 7 AS cnt FROM www_access WHERE code = 404" |
	td-encode | td-put 'td://@/testdb/output_table?mode=replace' | td-swap >"$T/receipt"
is "replace a table that is there" $? 0
is "its rows are the new ones" "$(td-fetch -d testdb -f csv -e 'SELECT DISTINCT code, cnt FROM output_table')" "$(printf 'code,cnt\n404,7')"
is "the old rows are gone" "$(tables)" "output_table "

# --- append

printf 'name,n\nalpha,1\nbeta,2\n' | td-encode -f csv --time-value 2026-01-01 | td-put 'td://@/testdb/appended' | td-swap >"$T/receipt"
is "append creates the table" $? 0
printf 'name,n\ngamma,3\n' | td-encode -f csv --time-value 2026-01-02 | td-put 'td://@/testdb/appended?mode=append' >"$T/receipt"
is "append again" $? 0
is "the receipt says eof: the end of a pipe proves nothing" "$(jq -r .source "$T/receipt")" eof
is "three rows" "$(td-fetch -d testdb -f csv -e 'SELECT time, name, n FROM appended ORDER BY n')" \
	"$(printf 'time,name,n\n1767225600,alpha,1\n1767225600,beta,2\n1767312000,gamma,3')"
td-encode -f csv -- printf 'name,n\ndelta,4\n' | td-put 'td://@/testdb/appended' >"$T/receipt"
is "append from a command" $? 0
is "the receipt says verified" "$(jq -r .source "$T/receipt")" verified

# --- results without rows

td-fetch -d testdb -e 'SELECT name, n FROM appended WHERE n > 100' | td-encode | td-put 'td://@/testdb/appended' | td-swap >"$T/receipt"
is "appending nothing" $? 0
is "changes nothing" "$(count appended)" 4
is "and says so" "$(jq .rows "$T/receipt")" 0
td-fetch -d testdb -e 'SELECT name, n FROM appended WHERE n > 100' | td-encode |
	td-put 'td://@/testdb/appended?mode=replace' | td-swap >"$T/receipt" 2>"$T/err"
is "replacing rows by nothing is refused" $? 80
like "in one sentence" "$(cat "$T/err")" '^td-swap: .*--allow-empty'
is "and changes nothing" "$(count appended)" 4
td-fetch -d testdb -e 'SELECT name, n FROM appended WHERE n > 100' | td-encode |
	td-put 'td://@/testdb/appended?mode=replace' | td-swap --allow-empty >"$T/receipt"
is "unless it is asked for" "$? $(count appended)" "0 0"
is "nothing is left behind" "$(tables)$(sessions)" "appended output_table 0"

# --- real rows, loaded and fetched again

round_trip() { # name, file, encode options
	name=$1 file=$2
	shift 2
	if [ ! -f "$file" ]; then
		skip "$name: what comes back equals what went in" "$(basename "$file") is not here"
		return
	fi
	td-encode "$@" <"$file" 2>"$T/err" | td-put "td://@/testdb/$name?mode=replace" | td-swap >"$T/receipt"
	is "$name: in" $? 0
	for format in csv jsonl msgpack; do
		td-fetch -d testdb -f $format -e "SELECT * FROM $name" >"$T/back.$format"
		is "$name: out as $format" $? 0
		ok "$name: what comes back equals what went in, value by value ($format)" \
			"$PYTHON" "$ROOT/tests/lib/same_rows.py" "$file" "$T/back.$format" $format
	done
	api GET "table/show/testdb/$name" | jq -r '.schema | fromjson | map(.[0] + ":" + .[1]) | join(" ")' >"$T/$name.schema"
}
round_trip airports "$SHARED/airports.csv" -f csv
round_trip birdstrikes "$SHARED/birdstrikes.csv" -f csv
round_trip weather "$SHARED/seattle-weather.csv" -f csv --time-column date
round_trip unemployment "$SHARED/unemployment.tsv" -f tsv
if [ -f "$T/airports.schema" ]; then
	like "airports: codes are text, coordinates numbers" "$(cat "$T/airports.schema")" 'iata:string.* latitude:double longitude:double'
	is "unemployment: .097 is a number" "$(cat "$T/unemployment.schema")" "id:long rate:double"
fi

finish
