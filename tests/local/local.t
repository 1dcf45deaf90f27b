#!/bin/sh
# td-local as curl sees it: databases, tables, imports, bulk imports, jobs and their results.
. "$(dirname "$0")/../lib/lib.sh"

local_start
post() { path=$1; shift; api POST "$path" "$@"; }
code() { curl -sS -o "$T/body" -w '%{http_code}' -H "Authorization: TD1 $TD_API_KEY" "$@"; }
put() { curl -sS -X PUT -H "Authorization: TD1 $TD_API_KEY" -H 'Content-Type: application/octet-stream' -T "$2" "$TD_API_SERVER/v3/$1"; }
field() { jq -c "$1"; }
# A query's rows as JSON lines.
query() {
	job=$(post "job/issue/presto/$1" --data-urlencode "query=$2" | jq -r .job_id)
	until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/v3/job/status/$job | jq -e '.status == \"success\" or .status == \"error\"'"
	api GET "job/result/$job?format=json"
}
# Records (one JSON a line) as msgpack.gz
pack() { $PYTHON -c '
import sys, json, gzip, msgpack
sys.stdout.buffer.write(gzip.compress(b"".join(msgpack.packb(json.loads(l)) for l in sys.stdin)))' >"$1"; }

is 'the status needs no key' "$(curl -sS "$TD_API_SERVER/v3/system/server_status")" '{"status":"ok"}'
is 'no key' "$(curl -sS "$TD_API_SERVER/v3/database/list" | field '[.status_code, .error]')" '[401,"Authentication failed"]'
is 'a wrong key' "$(curl -sS -o /dev/null -w '%{http_code}' -H 'Authorization: TD1 1/ff' "$TD_API_SERVER/v3/database/list")" 401
is 'no such route' "$(api GET no/such/route | field .error)" '"Path and method do not match any API endpoint"'
is 'slashes in front and behind' "$(api GET /database/list/ | field '.databases[0].name')" '"sample_datasets"'

# --- sample data
is 'sample tables' "$(api GET table/list/sample_datasets | field '[.tables[] | [.name, .count]]')" '[["nasdaq",5000],["www_access",5000]]'
is 'a sum over the sample' "$(query sample_datasets 'SELECT SUM(cnt) FROM (SELECT code, COUNT(1) AS cnt FROM www_access GROUP BY code)')" '[5000]'
is 'its schema' "$(api GET table/show/sample_datasets/www_access | jq -r .schema)" \
	'[["user","string"],["host","string"],["path","string"],["referer","string"],["code","long"],["agent","string"],["size","long"],["method","string"]]'

# --- databases and tables
is 'create a database' "$(post database/create/testdb)" '{"database":"testdb"}'
is 'twice' "$(post database/create/testdb | field '[.status_code, .error]')" '[409,"Database testdb already exists"]'
is 'a short name' "$(post database/create/a | field '[.status_code, .error]')" "[400,\"Name must be 3 to 256 characters, got 1 characters. name = 'a'\"]"
is 'no such database' "$(api GET table/list/nodb | field '[.status_code, .error]')" "[404,\"Couldn't find UserDatabase with name = nodb\"]"
is 'create a table' "$(post table/create/testdb/one/log)" '{"database":"testdb","table":"one","type":"log"}'
is 'a table twice' "$(post table/create/testdb/one/log | field .status_code)" 409
is 'a table of another type' "$(post table/create/testdb/two/item | field .status_code)" 422
is 'keys of a table' "$(api GET table/show/testdb/one | field 'keys')" \
	'["count","counter_updated_at","created_at","delete_protected","estimated_storage_size","expire_days","id","include_v","last_log_timestamp","name","schema","type","updated_at"]'

# --- parameters in four ways
schema='[["a","long"],["Userid","string"]]'
post table/update-schema/testdb/one --data-urlencode "schema=$schema" >/dev/null
is 'schema in a form' "$(api GET table/show/testdb/one | jq -r .schema)" '[["a","long"],["Userid","string","userid"]]'
post table/update-schema/testdb/one -F 'schema=[["b","double"]]' >/dev/null
is 'schema in a multipart form' "$(api GET table/show/testdb/one | jq -r .schema)" '[["b","double"]]'
post table/update-schema/testdb/one -H 'Content-Type: application/json' -d '{"schema":[["c","array<long>"]]}' >/dev/null
is 'schema in JSON' "$(api GET table/show/testdb/one | jq -r .schema)" '[["c","array<long>"]]'
post 'table/update/testdb/one?schema=%5B%5B%22d%22%2C%22int%22%5D%5D' -H 'Transfer-Encoding: chunked' -d 'expire_days=30' >/dev/null
is 'schema in the query string, the rest in a chunked form' "$(api GET table/show/testdb/one | field '[.schema, .expire_days]')" '["[[\"d\",\"int\"]]",30]'
is 'append-schema' "$(post table/append-schema/testdb/one -d 'schema=[["d","int"],["e","string"]]' | field .table)" '"one"'
is 'append-schema with another type' "$(post table/append-schema/testdb/one -d 'schema=[["d","string"]]' | field .status_code)" 422
post table/create/testdb/alias/log >/dev/null; post table/append-schema/testdb/alias -d 'schema=[["Max!","long"]]' >/dev/null
is 'append-schema of a name whose alias is taken' "$(post table/append-schema/testdb/alias -d 'schema=[["max?","long"]]' | field .table)" '"alias"'
is '... gets another one' "$(api GET table/show/testdb/alias | jq -r .schema | jq -c 'map(.[2])')" '["max_","max__1"]'
post table/delete/testdb/alias >/dev/null
is 'append-schema with v' "$(post table/append-schema/testdb/one -d 'schema=[["v","string"]]' | field .status_code)" 422
is 'a column twice' "$(post table/update-schema/testdb/one -d 'schema=[["x","string"],["x","string"]]' | field .status_code)" 422
is 'a type that is none' "$(post table/update-schema/testdb/one -d 'schema=[["x","varchar"]]' | field .status_code)" 422
is 'the schema is as it was' "$(api GET table/show/testdb/one | jq -r .schema)" '[["d","int"],["e","string"]]'

# --- stream import
post table/create/testdb/rows/log >/dev/null
printf '%s\n' '{"time":1500000000,"a":1,"b":"x"}' '{"time":1500000001,"a":2,"b":null,"c":[1,2],"m":{"k":"v"}}' '{"a":3}' | pack "$T/rows.gz"
: | pack "$T/empty.gz"
put table/import_with_id/testdb/rows/0123abcd/msgpack.gz "$T/rows.gz" >"$T/reply"
is 'import answers with the MD5 of the body' "$(jq -r .md5_hex "$T/reply")" "$(md5sum <"$T/rows.gz" | cut -d' ' -f1)"
is 'keys of an import' "$(jq -c keys "$T/reply")" '["database","elapsed_time","md5_hex","table","unique_id"]'
put table/import_with_id/testdb/rows/0123abcd/msgpack.gz "$T/rows.gz" >/dev/null
is 'the same id is stored once' "$(api GET table/show/testdb/rows | field .count)" 3
is 'an empty import' "$(put table/import/testdb/rows/msgpack.gz "$T/empty.gz" | field '[.table, .unique_id]')" '["rows",null]'
is 'an import into no table' "$(put table/import/testdb/norows/msgpack.gz "$T/empty.gz" | field '[.status_code, .error]')" "[404,\"Couldn't find UserTableReference with name = norows\"]"
echo rubbish >"$T/rubbish"
is 'an import of rubbish' "$(put table/import/testdb/rows/msgpack.gz "$T/rubbish" | field .status_code)" 422
head -c 60 "$T/rows.gz" >"$T/cut.gz"
is 'an import that is cut short' "$(put table/import/testdb/rows/msgpack.gz "$T/cut.gz" | field .status_code)" 422
is 'columns are found' "$(api GET table/show/testdb/rows | jq -r .schema)" '[["a","long"],["b","string"],["c","array<long>"],["m","map<string,string>"]]'
is 'rows come back' "$(query testdb 'SELECT a, b, c, m, time > 1500000001 FROM rows ORDER BY a')" '[1,"x",null,null,false]
[2,null,[1,2],{"k":"v"},false]
[3,null,null,null,true]'
is 'the tail' "$(api GET 'table/tail/testdb/rows?count=2&format=json' | field '[.[].a]')" '[3,2]'

# --- bulk import
post table/create/testdb/bulk/log >/dev/null
is 'a session with a short name' "$(post bulk_import/create/s/testdb/bulk | field .status_code)" 422
is 'a session' "$(post bulk_import/create/s_1/testdb/bulk)" '{"name":"s_1","bulk_import":"s_1"}'
is 'twice' "$(post bulk_import/create/s_1/testdb/bulk | field .status_code)" 409
is 'a session for no table' "$(post bulk_import/create/s_2/testdb/nobulk | field .status_code)" 404
is 'a new session' "$(api GET bulk_import/show/s_1)" \
	'{"name":"s_1","status":"uploading","job_id":null,"upload_frozen":false,"valid_records":null,"error_records":null,"valid_parts":null,"error_parts":null,"database":"testdb","table":"bulk"}'
is 'errors of a new session' "$(api GET bulk_import/error_records/s_1 | gzip -dc | wc -c | tr -d ' ')" 0
$PYTHON - "$T" <<'P'
import sys, gzip, msgpack
def part(name, rows):
    open(sys.argv[1] + '/' + name, 'wb').write(gzip.compress(b''.join(msgpack.packb(r) for r in rows)))
good = [{'time': 1500000000 + i, 'n': i, 's': 'x%d' % i} for i in range(10)]
part('good', good)
part('mixed', good + [{'n': 1}, {'time': '1', 'n': 1}, {'time': -1}, {'time': 253402300800}, {'time': 1.5}, [1], {None: 1, 'time': 1}])
part('binkeys', [{b'time': 1500000100, b'n': 5, b's': b'abc'}])
open(sys.argv[1] + '/text', 'w').write('no gzip\n')
P
for p in good mixed binkeys text; do put "bulk_import/upload_part/s_1/$p" "$T/$p" >/dev/null; done
put bulk_import/upload_part/s_1/good "$T/good" >/dev/null
put bulk_import/upload_part/s_1/extra "$T/good" >/dev/null
is 'a part is deleted' "$(post bulk_import/delete_part/s_1/extra | field .name)" '"s_1"'
is 'parts' "$(api GET bulk_import/list_parts/s_1 | field '.parts | sort')" '["binkeys","good","mixed","text"]'
is 'a part with two dots' "$(put bulk_import/upload_part/s_1/a.b.c "$T/good" | field .error)" '"Path and method do not match any API endpoint"'
is 'freeze' "$(post bulk_import/freeze/s_1)" '{"name":"s_1","bulk_import":"s_1"}'
is 'freeze twice' "$(post bulk_import/freeze/s_1 | field .status_code)" 409
is 'upload to a frozen session' "$(put bulk_import/upload_part/s_1/late "$T/good" | field .status_code)" 422
is 'commit too early' "$(post bulk_import/commit/s_1 | field .status_code)" 409
is 'perform answers with a number' "$(post bulk_import/perform/s_1 -d priority=0 | field '[.name, (.job_id | type)]')" '["s_1","number"]'
is 'performing' "$(api GET bulk_import/show/s_1 | field .status)" '"performing"'
is 'perform twice' "$(post bulk_import/perform/s_1 | field .status_code)" 409
until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/v3/bulk_import/show/s_1 | grep -q ready"
is 'counts' "$(api GET bulk_import/show/s_1 | field '[.status, .valid_records, .error_records, .valid_parts, .error_parts, (.job_id | type)]')" \
	'["ready",21,7,3,1,"string"]'
is 'error records' "$(api GET bulk_import/error_records/s_1 | gzip -dc | $PYTHON -c 'import msgpack,sys; print(len(list(msgpack.Unpacker(sys.stdin.buffer, strict_map_key=False))))')" 7
is 'nothing is in the table before the commit' "$(query testdb 'SELECT COUNT(1) FROM bulk')" '[0]'
post bulk_import/commit/s_1 >/dev/null
is 'committing' "$(api GET bulk_import/show/s_1 | field .status)" '"committing"'
is 'committed' "$(api GET bulk_import/show/s_1 | field .status)" '"committed"'
is 'the rows, bin as text' "$(query testdb "SELECT COUNT(1), SUM(n), MAX(s) FROM bulk")" '[21,95,"x9"]'
is 'bin as text' "$(query testdb "SELECT s FROM bulk WHERE n = 5 AND time = 1500000100")" '["abc"]'
post bulk_import/delete/s_1 >/dev/null
is 'a deleted session' "$(api GET bulk_import/show/s_1 | field .status_code)" 404
is 'its rows stay' "$(api GET table/show/testdb/bulk | field .count)" 21
post table/create/testdb/gone/log >/dev/null
post bulk_import/create/s_gone/testdb/gone >/dev/null
post table/delete/testdb/gone >/dev/null
is 'a session whose table is gone' "$(api GET bulk_import/show/s_gone | field '[.database, .table]')" '[null,null]'
is 'nothing else works' "$(for c in 'GET list_parts' 'GET error_records' 'POST freeze' 'POST unfreeze' 'POST perform' 'POST commit' 'POST delete_part/s_gone/p'; do
	case $c in */*) at=${c#* } ;; *) at=${c#* }/s_gone ;; esac
	api "${c% *}" "bulk_import/$at" | jq .status_code; done | uniq)" 422
is 'it takes no part' "$(put bulk_import/upload_part/s_gone/p "$T/good" | field .status_code)" 422
is 'but it can be deleted' "$(post bulk_import/delete/s_gone | field .name)" '"s_gone"'

# --- rename and swap
post table/create/testdb/left/log >/dev/null
put table/import/testdb/left/msgpack.gz "$T/rows.gz" >/dev/null
old=$(api GET table/show/testdb/bulk | field .id)
is 'swap' "$(post table/swap/testdb/left/bulk)" '{"database":"testdb","table1":"left","table2":"bulk"}'
is 'everything but the names has moved' "$(api GET table/show/testdb/left | field '[.count, .id]')" "[21,$old]"
is 'rename onto another' "$(post table/rename/testdb/left/bulk | field .status_code)" 409
is 'rename with overwrite' "$(post table/rename/testdb/left/bulk -d overwrite=true | field .table)" '"bulk"'
is 'it is the renamed one' "$(api GET table/show/testdb/bulk | field '[.count, .id]')" "[21,$old]"
is 'again' "$(post table/rename/testdb/left/bulk -d overwrite=true | field .status_code)" 404

# --- jobs
post job/issue/presto/testdb -d domain_key=k1 --data-urlencode 'query=SELECT 1, NULL AS n, 1.5, TRUE AS t' >"$T/issued"
job=$(jq -r .job_id "$T/issued")
is 'keys of an issue' "$(jq -c keys "$T/issued")" '["database","job","job_id"]'
is 'the same domain_key' "$(post job/issue/presto/testdb -d 'query=SELECT 2' -d domain_key=k1 | field '[.status_code, .details.conflicts_with]')" "[409,\"$job\"]"
until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/v3/job/status/$job | grep -q success"
is 'names and types' "$(api GET "job/show/$job" | jq -r '.hive_result_schema')" '[["_col0", "integer"], ["n", "unknown"], ["_col2", "double"], ["t", "boolean"]]'
is 'keys of job/status' "$(api GET "job/status/$job" | field keys)" \
	'["cpu_time","created_at","duration","end_at","job_id","num_records","result_size","start_at","status","updated_at"]'
is 'keys of job/show' "$(api GET "job/show/$job" | field 'keys - ["cpu_time","created_at","duration","end_at","job_id","num_records","result_size","start_at","status","updated_at"]')" \
	'["database","debug","hive_result_schema","organization","priority","query","result","retry_limit","type","url","user_name"]'
is 'no such job' "$(api GET job/show/999 | field .status_code)" 404
is 'an id that is none' "$(api GET job/show/abc | field .status_code)" 404
job=$(post job/issue/presto/testdb -d 'query=SELECT a FROM nowhere' | jq -r .job_id)
until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/v3/job/status/$job | grep -q error"
like 'an SQL error is in debug' "$(api GET "job/show/$job" | jq -r .debug.stderr)" 'Table td-presto.testdb.nowhere does not exist'
is 'it has no result' "$(api GET "job/result/$job" | field .status_code)" 404
for sql in "ATTACH '/etc/passwd' AS x" 'PRAGMA database_list' 'CREATE TABLE x (a)' 'SELECT * FROM sqlite_master' "SELECT load_extension('x')" \
	'SELECT 1; SELECT nosuch' 'UPDATE rows SET a = 1' 'SELECT * FROM pragma_database_list' 'VACUUM INTO '"'$T/x'" ''; do
	job=$(post job/issue/presto/testdb --data-urlencode "query=$sql" | jq -r .job_id)
	[ "$job" != null ] || { ok "refused: $sql" true; continue; }
	until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/v3/job/status/$job | jq -e '.status == \"success\" or .status == \"error\"'"
	is "refused: $sql" "$(api GET "job/status/$job" | field .status)" '"error"'
done
job=$(post job/issue/presto/testdb --data-urlencode 'query=WITH n AS (SELECT x FROM UNNEST(SEQUENCE(1, 10000)) AS t(x)) SELECT COUNT(1) FROM n a, n b, n c' | jq -r .job_id)
until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/v3/job/status/$job | grep -q running"
is 'kill' "$(post "job/kill/$job" | field .former_status)" '"running"'
is 'killed' "$(api GET "job/status/$job" | field .status)" '"killed"'
is 'kill again' "$(post "job/kill/$job" | field .former_status)" '"killed"'
is 'list' "$(api GET 'job/list?from=0&to=1' | field '[(.jobs | length), .from, .to, .jobs[0].status]')" '[2,0,1,"killed"]'

# --- results
job=$(post job/issue/presto/sample_datasets --data-urlencode "query=SELECT host, code, size / 3.0 AS third, 'a \"b\",
c' AS text FROM www_access" | jq -r .job_id)
is 'no result while it runs' "$(api GET "job/result/$job" | field .status_code)" 404
until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/v3/job/status/$job | grep -q success"
url=$TD_API_SERVER/v3/job/result/$job
code "$url?format=msgpack.gz" -D "$T/head" >/dev/null
mv "$T/body" "$T/whole"
is 'msgpack.gz has the size that job/show says' "$(wc -c <"$T/whole" | tr -d ' ')" "$(api GET "job/show/$job" | field .result_size)"
unlike 'and no Content-Encoding' "$(cat "$T/head")" '[Cc]ontent-[Ee]ncoding'
etag=$(sed -n 's/^ETag: *//p' "$T/head" | tr -d '\r')
is 'rows in it' "$(gzip -dc "$T/whole" | $PYTHON -c 'import msgpack,sys; print(len(list(msgpack.Unpacker(sys.stdin.buffer))))')" 5000
is 'a range' "$(code "$url?format=msgpack.gz" -D "$T/head" -H 'Range: bytes=100-' -H "If-Range: $etag")" 206
ok 'its bytes' sh -c "tail -c +101 '$T/whole' | cmp - '$T/body'"
like 'its place' "$(cat "$T/head")" "Content-Range: bytes 100-$(($(wc -c <"$T/whole") - 1))/$(wc -c <"$T/whole" | tr -d ' ')"
is 'a piece' "$(code "$url?format=msgpack.gz" -H 'Range: bytes=0-32'; wc -c <"$T/body" | tr -d ' ')" 20633
is 'the last bytes' "$(code "$url?format=msgpack.gz" -H 'Range: bytes=-5'; tail -c 5 "$T/whole" | cmp - "$T/body")" 206
is 'If-Range with another tag' "$(code "$url?format=msgpack.gz" -H 'Range: bytes=100-' -H 'If-Range: "x"')" 200
is 'behind the end' "$(code "$url?format=msgpack.gz" -H 'Range: bytes=100000000-')" 416
is 'two ranges are none' "$(code "$url?format=msgpack.gz" -H 'Range: bytes=0-1,3-4')" 200
is 'an unknown format' "$(code "$url?format=xml")" 406
for format in msgpack json csv tsv; do
	code "$url?format=$format" >/dev/null
	mv "$T/body" "$T/$format"
done
ok 'msgpack is what msgpack.gz holds' sh -c "gzip -dc '$T/whole' | cmp - '$T/msgpack'"
code "$url?format=msgpack" --compressed >/dev/null
ok 'msgpack with transport encoding' cmp "$T/msgpack" "$T/body"
ok 'json, csv and tsv say the same' $PYTHON - "$T" <<'P'
import sys, json, csv, msgpack
d = sys.argv[1]
rows = list(msgpack.Unpacker(open(d + '/msgpack', 'rb')))
assert len(rows) == 5000
assert [json.loads(l) for l in open(d + '/json')] == rows
for name, delimiter in (('csv', ','), ('tsv', '\t')):
    got = list(csv.reader(open(d + '/' + name, newline=''), delimiter=delimiter))
    assert [[r[0], int(r[1]), float(r[2]), r[3]] for r in got] == rows, name
P

# --- many small imports are joined; whole hours are deleted
post table/create/testdb/small/log >/dev/null
$PYTHON - "$TD_API_SERVER" "$TD_API_KEY" <<'P'
import sys, gzip, msgpack, urllib.request
for i in range(150):
    r = urllib.request.Request(sys.argv[1] + '/v3/table/import/testdb/small/msgpack.gz', method='PUT', headers={'Authorization': 'TD1 ' + sys.argv[2]},
                               data=gzip.compress(msgpack.packb({'time': 3600 * (i // 10) + i, 'n': i})))
    urllib.request.urlopen(r).read()
P
is 'small imports' "$(query testdb 'SELECT COUNT(1), SUM(n), COUNT(DISTINCT n) FROM small')" '[150,11175,150]'
is 'they are joined' "$(sqlite3 "$T/local.data/catalog.sqlite" "SELECT count(*) < 70 FROM segments s JOIN tables t ON t.id = s.tbl WHERE t.name = 'small'")" 1
is 'the tail is still the newest' "$(api GET 'table/tail/testdb/small?count=2&format=json' | field '[.[].n]')" '[149,148]'
is 'partialdelete of parts of hours' "$(post table/partialdelete/testdb/small -d from=1 -d to=3600 | field .status_code)" 422
deleted=$(post table/partialdelete/testdb/small -d from=3600 -d to=10800)
is 'keys of partialdelete' "$(echo "$deleted" | field keys)" '["database","from","job_id","table","to"]'
deleted=$(echo "$deleted" | jq -r .job_id)
until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/v3/job/status/$deleted | grep -q success"
is 'rows of these hours are gone' "$(query testdb 'SELECT COUNT(1), MIN(n), SUM(n) FROM small WHERE n BETWEEN 5 AND 34')" '[10,5,195]'
is 'and counted' "$(api GET table/show/testdb/small | field .count)" 130

# --- restart
local_stop
is 'TERM ends it well' "$?" 0
name=local
local_start
is 'everything is still there' "$(api GET table/show/testdb/bulk | field .count)" 21
ok 'results too' sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' '$TD_API_SERVER/v3/job/result/$job?format=msgpack.gz' | cmp - '$T/whole'"
run td-local --listen 127.0.0.1:0 --data "$T/local.data"
is 'a directory in use: status' "$status" 78
like 'a directory in use: message' "$err" '^td-local: another program uses the data directory'

finish
