#!/bin/sh
# td-local --seed: tables from files, typed as td-encode types them; a reset returns to them; a bad seed is refused before
# anything is created.
. "$(dirname "$0")/../lib/lib.sh"

seed=$T/seed
mkdir -p "$seed/shop" "$seed/logs" "$seed/void"
cat >"$seed/shop/orders.csv" <<'E'
id,price,name,time
1,2.50,"a, b",2017-07-14 02:40:00
2,3,"é ""x""",2017-07-14 02:40:01
3,,,2017-07-14 02:40:02
E
printf 'code,label\n007,one\n008,\n' >"$seed/shop/codes.csv"
printf 'a,b\n' >"$seed/shop/heads.csv"
printf '{"time":1500000000,"tags":["a","b"],"n":1}\n{"time":1500000001,"tags":[],"n":9007199254740993}\n' >"$seed/logs/events.jsonl"
echo 'SELECT name, COUNT(1) AS n, MAX(time) AS time FROM orders GROUP BY name -- one query' >"$seed/shop/by_name.sql"
cat >"$seed/logs/steps.sql" <<'E'
CREATE TABLE copied AS SELECT n FROM events WHERE n > 1;
INSERT INTO copied SELECT 5;
E
echo hidden >"$seed/shop/.hidden"
echo read me >"$seed/README"

# The tables and their rows, by a client that is not ours.
query() {
	j=$(api POST "job/issue/presto/$1" --data-urlencode "query=$2" | jq -r .job_id)
	until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/v3/job/status/$j | grep -Eq '\"(success|error)\"'"
	api GET "job/result/$j?format=csv"
}
state() {
	for d in $(api GET database/list | jq -r '.databases[].name'); do
		api GET "table/list/$d" | jq -c '[.database, (.tables[] | [.id, .name, .count, (.schema | fromjson | map(.[0:2]))])]'
	done
	query shop 'SELECT * FROM orders ORDER BY id'
	query shop 'SELECT code, label, time FROM codes ORDER BY 1'
	query shop 'SELECT name, n, time FROM by_name ORDER BY 1'
	query logs 'SELECT tags, n FROM events ORDER BY n'
	query logs 'SELECT n FROM copied ORDER BY 1'
}
local_start local --no-samples --polls 0 --seed "$seed" --clock 1500000100
state >"$T/state"
is 'tables, types and rows' "$(cat "$T/state")" '["logs",[5,"copied",2,[["n","long"]]],[1,"events",2,[["tags","string"],["n","long"]]]]
["shop",[6,"by_name",3,[["name","string"],["n","long"]]],[2,"codes",2,[["code","string"],["label","string"]]],[3,"heads",0,[]],[4,"orders",3,[["id","long"],["price","double"],["name","string"]]]]
["void"]
1,2.5,"a, b",1500000000
2,3.0,"é ""x""",1500000001
3,,,1500000002
007,one,1500000100
008,,1500000100
,1,1500000002
"a, b",1,1500000000
"é ""x""",1,1500000001
"[""a"",""b""]",1
[],9007199254740993
5
9007199254740993'
for t in shop/orders.csv shop/codes.csv logs/events.jsonl; do # [NAME, TYPE] of the frame's end, without the time's
	is "the types of $t are td-encode's" "$(api GET "table/show/${t%.*}" | jq -c '.schema | fromjson | map(.[0:2])')" \
		"$(td-encode -q <"$seed/$t" | $PYTHON -c 'import re, sys; print(re.findall(rb"\"columns\":(\[.*?\]\])", sys.stdin.buffer.read())[-1].decode())')"
done
health() { curl -sS "$TD_API_SERVER/local/health" | jq -c '[.ready, .seeded]'; }
is 'health says so' "$(health)" '[true,true]'

# --- reset
for q in 'DELETE FROM orders WHERE id > 0' 'DROP TABLE codes' 'CREATE TABLE more AS SELECT 1 AS a'; do query shop "$q" >/dev/null; done
api POST database/create/another >/dev/null
is 'reset' "$(control POST reset | jq -c .)" '{"status":"ok"}'
state >"$T/again"
ok 'returns to the seed, with the same ids' cmp "$T/state" "$T/again"
is 'and the same numbers of jobs' "$(api GET job/list | jq '.jobs | length')" 5
printf 'id,price\nx\n' >"$seed/shop/orders.csv.new"
mv "$seed/shop/orders.csv" "$T/orders.csv"
mv "$seed/shop/orders.csv.new" "$seed/shop/orders.csv"
is 'a seed that cannot be read any more' "$(control POST reset | jq -r .error | sed "s,$T,T,g; s/td-encode: //")" \
	"--seed: T/seed/shop/orders.csv: standard input: line 2, field 2: a row of 1 cell where 2 are expected"
is 'leaves nothing, and health says so' "$(api GET database/list | jq -c '[.databases[].name]')$(health)" '[][false,false]'
mv "$T/orders.csv" "$seed/shop/orders.csv"
control POST reset >/dev/null
state >"$T/again"
ok 'mended, it is there' cmp "$T/state" "$T/again"
local_stop
local_start local --no-samples --polls 0 --seed "$T/none" --clock 1500000100
is 'a data directory that is there is not seeded again' "$(api GET table/list/shop | jq -c '[.tables[].name]')" '["by_name","codes","heads","orders"]'
local_stop

# --- a CSV of more columns than SQLite has in a table
mkdir -p "$T/wide/shop"
$PYTHON -c 'print("time," + ",".join("c%d" % i for i in range(2500)))
for r in range(3): print("150000000%d," % r + ",".join(str(i * r) for i in range(2500)))' >"$T/wide/shop/wide.csv"
local_start wide --no-samples --polls 0 --seed "$T/wide"
is 'a CSV of 2,500 columns can be queried' "$(query shop 'SELECT c0, c1234, c2499 FROM wide ORDER BY time')" '0,0,0
0,1234,2499
0,2468,4998'
is 'as many as 2,000 of them at once' "$(query shop "SELECT $(seq -s, -f 'c%g' 0 1998), time FROM wide" | awk -F, '{ print NF }' | sort -u)" 2000
j=$(api POST job/issue/presto/shop --data-urlencode 'query=SELECT * FROM wide' | jq -r .job_id)
until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/v3/job/status/$j | grep -q error"
is 'more are refused' "$(api GET "job/show/$j" | jq -r .debug.stderr)" 'table shop.wide: a statement that reads more than 2000 of its columns: not supported by td-local'
local_stop

# --- two servers with one seed agree: ids, numbers, times
story() {
	api POST database/create/testdb
	api POST table/create/testdb/rows/log
	api POST bulk_import/create/mine/testdb/rows
	api GET bulk_import/list
	query shop 'SELECT 1 AS a, now() AS t'
	api GET job/list
	api GET table/list/shop
	api POST schedule/create/daily -d 'cron=@daily' -d database=shop -d type=presto --data-urlencode 'query=SELECT TD_SCHEDULED_TIME()'
	control POST clock -d +86400
	until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/v3/schedule/history/daily | jq -e '.history[0].status == \"success\"'"
	api GET schedule/history/daily
	api GET job/show/2
}
for which in 1 2; do
	local_start "same$which" --polls 0 --seed "$seed" --clock 1500000100
	story | sed "s,$TD_API_SERVER,URL,g" >"$T/story$which"
	local_stop
done
ok 'the same requests have the same answers in another td-local' cmp "$T/story1" "$T/story2"
ok 'a run of the schedule is among them' grep -q '2017-07-15 00:00:00' "$T/story1"

# --- refused, and nothing is created
refused() { # what is wrong; the message after the seed's name
	TD_API_KEY='' run td-local --listen 127.0.0.1:0 --data "$T/refused" --seed "$T/bad"
	is "refused: $1" "$status $(printf %s "$err" | sed "s,$T/bad,BAD,g; s/^td-local: --seed: //")" "$2"
	ok 'there is no catalogue' test ! -e "$T/refused/catalog.sqlite"
	rm -rf "$T/bad" "$T/refused"
	mkdir -p "$T/bad/shop"
}
refused 'no folder' '78 cannot open BAD: No such file or directory'
echo x >"$T/bad/orders.csv"
refused 'a file beside the folders' "65 BAD/orders.csv is in no folder: the folder's name is the database's"
echo x >"$T/bad/shop/orders.txt"
refused 'of another kind' '65 BAD/shop/orders.txt is not TABLE.csv, TABLE.jsonl or TABLE.sql'
echo x >"$T/bad/shop/My Orders.csv"
refused 'a name that is none' "65 BAD/shop/My Orders.csv: 'My Orders' is not a table's name: 3 to 256 of a-z, 0-9 and _"
mkdir "$T/bad/a b"
refused 'a folder, too' "65 BAD/a b: 'a b' is not a database's name: 3 to 256 of a-z, 0-9 and _"
printf 'a\n1\n' >"$T/bad/shop/orders.csv"
echo '{"a":1}' >"$T/bad/shop/orders.jsonl"
refused 'a table twice' '65 BAD/shop/orders.jsonl: the table is there already'
echo 'SELEC 1' >"$T/bad/shop/orders.sql"
refused 'SQL that is none' "65 BAD/shop/orders.sql: line 1:1: mismatched input 'SELEC'. Expecting: 'SELECT', 'WITH', 'INSERT', 'CREATE', 'DROP', 'DELETE', 'SHOW', 'DESCRIBE', 'VALUES', 'TABLE', '('"
echo 'SELECT 1; SELECT 2' >"$T/bad/shop/orders.sql"
refused 'two queries' '65 BAD/shop/orders.sql: a query among statements: its rows would go nowhere'
echo 'CREATE TABLE more AS SELECT 1 AS a; SELECT * FROM none' >"$T/bad/shop/orders.sql"
refused 'one that fails in the middle' '65 BAD/shop/orders.sql: line 1:51: Table td-presto.shop.none does not exist'

# --- it ends on a signal, and removes its temporary directory
echo 'SELECT COUNT(1) AS n FROM UNNEST(SEQUENCE(1, 10000)) AS a(x), UNNEST(SEQUENCE(1, 10000)) AS b(x), UNNEST(SEQUENCE(1, 10000)) AS c(x)' >"$T/bad/shop/long.sql"
mkdir "$T/tmp"
TMPDIR=$T/tmp td-local --listen 127.0.0.1:0 --seed "$T/bad" >"$T/long.out" 2>"$T/long.err" &
server=$!
pids="$pids $server"
until_ok sh -c "ls $T/tmp/*/files/* | grep -q ."
begun=$(date +%s)
kill $server
wait $server
is 'a seed that takes long ends with a signal' "$? $(ls "$T/tmp")" '143 '
ok 'at once' test $(($(date +%s) - begun)) -le 2

finish
