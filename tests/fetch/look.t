#!/bin/sh
# What an account holds: lists, columns, first rows and logs, compared with the service's answers as curl, jq and Python read them.
. "$(dirname "$0")/../lib/lib.sh"
local_start local --no-samples --polls 0
for d in testdb otherdb; do api POST database/create/$d >/dev/null; done
printf 'a,B c,"q""x"\n1,x,1.5\n2,y,2.5\n' >"$T/csv"
td-encode -f csv --time-value 1700000000 <"$T/csv" >"$T/f"
for t in one_a one_b two; do td-put "td://@/testdb/$t" <"$T/f" >"$T/r"; done

run td-fetch --databases -f jsonl
is "--databases: status, silent" "$status $err" "0 "
is "--databases: what the service says" "$out" "$(api GET database/list | jq -c '.databases[]|{name,count,permission,created_at,updated_at}')"
run td-fetch --databases
is "off a terminal the default is csv" "$("$PYTHON" -c 'import csv,sys; print([r[0] for r in csv.reader(sys.stdin)])' <"$T/out")" "['name', 'otherdb', 'testdb']"
run td-fetch --databases --no-header -f tsv
is "tsv, without a header" "$(cut -f 1 "$T/out" | tr '\n' ' ')" "otherdb testdb "
run td-fetch --tables testdb -f jsonl
is "--tables" "$(jq -r .name "$T/out" | sort)" "$(api GET table/list/testdb | jq -r '.tables[].name' | sort)"
is "--tables: counts" "$(jq -s 'map(.count)|add' "$T/out")" 6
run td-fetch --tables 'testdb/one_*' -f csv --no-header
is "--tables with a pattern" "$(cut -d, -f 1 "$T/out" | sort | tr '\n' ' ')" "one_a one_b "
run td-fetch --tables 'testdb/nothing*' -f csv --no-header
is "--tables: a pattern of nothing" "$status $out" "0 "
run td-fetch --tables otherdb -f table
is "--tables of an empty database" "$status" 0
run td-fetch --tables nowhere
is "--tables: no such database: status" "$status" 69

run td-fetch --schema td://@/testdb/two
is "--schema" "$status $out" '0 # testdb.two: the columns beside time
a long
"B c" string  # in SQL: b_c
q"x double  # in SQL: q_x'
cp "$T/out" "$T/schema"
td-encode -f csv --time-value 1700000000 --schema "$T/schema" <"$T/csv" >"$T/again"
is "td-encode --schema reads it" "$("$PYTHON" "$ROOT/tests/lib/frame.py" "$T/again" | jq -c .end.schema)" "$("$PYTHON" "$ROOT/tests/lib/frame.py" "$T/f" | jq -c .end.schema)"
run td-fetch --schema td://@/testdb/nowhere
is "--schema: no such table" "$status $err" "69 td-fetch: table testdb.nowhere does not exist"
td-conn add there td://@/testdb
run td-fetch --schema there:two
is "--schema of a connection's table" "$status $out" "0 $(cat "$T/schema")"
run td-fetch --schema there:otherdb/two
is "--schema of a connection, another database: status" "$status" 69
run td-fetch --schema "td://$TD_API_KEY@${TD_API_SERVER#http://}/testdb/two"
is "--schema with host and key" "$status $out" "0 $(cat "$T/schema")"

run td-fetch --rows 1 -f csv td://@/testdb/two
is "--rows 1" "$status $out" '0 a,b_c,q_x,time
1,x,1.5,1700000000'
td-fetch --rows 9 there:two >"$T/rows" 2>"$T/err"
run td-encode <"$T/rows"
is "--rows is a frame in a pipe" "$status $("$PYTHON" "$ROOT/tests/lib/frame.py" "$T/out" | jq -c .end.rows)" "0 2"
run td-fetch --rows 9 -T hive -f csv --no-header td://@/testdb/two
is "--rows with hive" "$(sort "$T/out")" "1,x,1.5,1700000000
2,y,2.5,1700000000"

run td-fetch -f csv -d testdb -e 'SELECT
	nope FROM two'
run td-fetch --job-list 2 -f jsonl
is "--job-list 2: the newest" "$(jq -c '[.job_id, .status, .query]' "$T/out")" "$(api GET 'job/list?from=0&to=1' | jq -c '.jobs[]|[.job_id, .status, (.query|gsub("[\n\t]";" "))]')"
run td-fetch --job-list 1000 -f jsonl
is "--job-list: all" "$(jq -r .job_id "$T/out")" "$(api GET 'job/list?from=0&to=900' | jq -r '.jobs[].job_id')"
job=$(td-fetch --job-list 1 -f csv --no-header | cut -d, -f 1)
run td-fetch --log "$job"
is "--log: cmdout and stderr" "$status $out" "0 $(api GET "job/show/$job" | jq -r '.debug|[.cmdout, .stderr]|map(select(. != null and . != ""))|join("\n")')"
run td-fetch --log 999
is "--log: no such job" "$status" 69
TD_API_KEY=1/wrong run td-fetch --databases
is "a wrong key" "$status" 77

while IFS='|' read -r args why; do
	# shellcheck disable=SC2086
	run td-fetch $args </dev/null
	is "td-fetch $args: status" "$status" 2
	like "td-fetch $args: says why" "$err" "$why"
done <<'END'
--databases -e x|--execute does not go with a list
--databases --tables testdb|choose one
--databases -f frame|a list is csv, tsv, jsonl or table
--databases 5|a job ID does not go with a list
--tables Bad|not a database name
--job-list 0|'0' is not a number from 1 to 1000
--log x|'x' is not a job ID
--log 1 -f csv|this is text, not rows
--schema td://@/testdb|a table is td://
--schema 'td://@/testdb/two?mode=append'|
--schema td://@/testdb/two -d testdb|--database does not go with --schema
-c there --schema there:two|choose one
--rows 5|which table
--rows 5 17|NAME:TABLE
--rows 5 -d testdb td://@/testdb/two|--rows goes with a table, not with --database
--rows 0 td://@/testdb/two|not a number from 1 to 1000000
END
finish
