#!/bin/sh
# td-local, route by route: what each key may do, and the parameters that local.t leaves out.
. "$(dirname "$0")/../lib/lib.sh"

writer=2/89abcdef0123456789abcdef0123456789abcdef
local_start local --polls 0 --write-key $writer
post() { path=$1; shift; api POST "$path" "$@"; }
asked() { curl -sS -o "$T/body" -w '%{http_code}' -X "$2" ${1:+-H "Authorization: TD1 $1"} "$TD_API_SERVER/v3/$3"; }
finished() { api GET "job/status/$1" | jq -e '.status | IN("success", "error", "killed")'; }
wait_job() { [ "$1" = 0 ] || until_ok finished "$1"; api GET "job/status/$1" | jq -r .status; }
query() {
	j=$(post "job/issue/presto/$1" --data-urlencode "query=$2" | jq -r .job_id)
	wait_job "$j" >/dev/null
	api GET "job/result/$j?format=json"
}
schema() { api GET "table/show/testdb/$1" | jq -r .schema; }

# --- keys: m needs the master key, w also takes the write-only key; nothing that is named here exists
while read -r right method path; do
	case $right in m) writes=403 ;; *) writes=404 ;; esac
	is "$method $path: no key, a wrong one, the write-only key" "$(asked '' "$method" "$path") $(asked 1/ff "$method" "$path") $(asked $writer "$method" "$path")" \
		"401 401 $writes"
done <<'R'
m GET database/list
m GET database/show/nodb
m POST database/create/n
m POST database/delete/nodb
m GET table/list/nodb
w GET table/show/nodb/none
w POST table/create/nodb/none/log
m POST table/delete/nodb/none
m POST table/rename/nodb/none/other
m POST table/swap/nodb/none/other
m POST table/change_database/nodb/none
m POST table/update/nodb/none
m POST table/update-schema/nodb/none
w POST table/append-schema/nodb/none
m GET table/tail/nodb/none
m GET table/distribution/nodb/none
m POST table/partialdelete/nodb/none
m POST table/transfer/nodb/none
m GET table/deleted
m POST table/recover/1
m GET bulk_import/list
w GET bulk_import/show/none
m GET bulk_import/list_parts/none
w GET bulk_import/error_records/none
w POST bulk_import/create/none/nodb/none
w POST bulk_import/delete/none
w POST bulk_import/delete_part/none/part
w POST bulk_import/freeze/none
w POST bulk_import/unfreeze/none
w POST bulk_import/perform/none
w POST bulk_import/commit/none
m POST job/issue/presto/nodb
w GET job/status/0
m GET job/status_by_domain_key/none
m GET job/show/0
m GET job/statistics/0
m GET job/list
m GET job/result/0
m POST job/kill/0
m POST job/result_export/0
m GET result/list
m POST result/create/n
m POST result/delete/none
m GET connections/lookup
m GET schedule/list
m POST schedule/create/n
m POST schedule/update/none
m POST schedule/delete/none
m GET schedule/history/none
m POST schedule/run/none/0
m GET user/list
m GET user/show
m GET user/apikey/list/none
m GET user/apikey/validate
m GET account/show
w GET no/such/route
R
is 'uploads, too' "$(for k in '' 1/ff $writer; do
	curl -sS -o /dev/null -w '%{http_code} ' -X PUT ${k:+-H "Authorization: TD1 $k"} --data-binary '' "$TD_API_SERVER/v3/bulk_import/upload_part/none/part"
done)" '401 401 404 '
is 'a key without TD1' "$(curl -sS -H "Authorization: $TD_API_KEY" "$TD_API_SERVER/v3/database/list" | jq .status_code)" 401
is 'an error has these members' "$(api GET database/show/nodb | jq -c 'keys')" '["error","message","severity","status_code","text"]'

# --- databases and tables
post database/create/testdb >/dev/null
post database/create/another >/dev/null
is 'permissions, if they are asked for' "$(api GET 'database/list?require_permissions=True' | jq -c '.databases[0].database_permissions')" \
	'{"edit":true,"delete":true,"query":true,"import":true,"download":true}'
is 'and only then' "$(api GET database/list | jq -c '.databases[0] | has("database_permissions")')" false
is 'idempotent_key' "$(post table/create/testdb/made/log?idempotent_key=k1 | jq -r .table; post 'table/create/testdb/made/log?idempotent_key=k1' | jq -r .table
	post 'table/create/testdb/made/log?idempotent_key=k2' | jq .status_code)" 'made
made
409'
post table/update/testdb/made -d expire_days=5 -d include_v=false -d 'description=it is' --data-urlencode 'schema=[["a","long"],["B b","string"]]' >/dev/null
is 'settings' "$(api GET 'table/show/testdb/made?include_descriptions=true' | jq -c '[.expire_days, .include_v, .description, .schema]')" \
	'[5,false,"it is","[[\"a\",\"long\",null,null],[\"B b\",\"string\",\"b_b\",null]]"]'
post 'table/create/testdb/like_it/log?source_table=made' >/dev/null
is 'source_table' "$(api GET table/show/testdb/like_it | jq -c '[.schema, .expire_days, .include_v]')" \
	'["[[\"a\",\"long\"],[\"B b\",\"string\",\"b_b\"]]",null,true]'
post 'table/create/testdb/same_as/log?source_table=made&including_properties=true' >/dev/null
is 'including_properties' "$(api GET table/show/testdb/same_as | jq -c '[.expire_days, .include_v]')" '[5,false]'
is 'source_table that is none' "$(post 'table/create/testdb/of_none/log?source_table=none' | jq -c '[.status_code, .error]')" \
	"[404,\"Couldn't find UserTableReference with name = none\"]"
is 'and nothing is made' "$(api GET table/show/testdb/of_none | jq .status_code)" 404
post table/update/testdb/made -d expire_days=0 >/dev/null
is 'expire_days=0: never' "$(api GET table/show/testdb/made | jq .expire_days)" null
is 'update: a new name' "$(post table/update/testdb/made -d name=renamed | jq -r .table)" renamed
is 'update: a name that is taken' "$(post table/update/testdb/renamed -d name=like_it -d include_v=true | jq .status_code)" 409
is 'changes nothing' "$(api GET table/show/testdb/renamed | jq .include_v)" false
is 'update: overwrite' "$(post table/update/testdb/renamed -d name=like_it -d overwrite=true | jq -r .table)" like_it
post table/update-schema/testdb/like_it --data-urlencode 'schema=[["B b","string","bee"],["C","int"]]' >/dev/null
post table/update-schema/testdb/like_it --data-urlencode 'schema=[["B b","long",null],["c","double","other"]]' >/dev/null
is 'update-schema: null keeps the alias' "$(schema like_it)" '[["B b","long","bee"],["c","double","other"]]'
is 'a column twice, ignored' "$(post table/update-schema/testdb/like_it -H 'Content-Type: application/json' \
	-d '{"schema":[["x","int","x"],["x","int","x"]],"ignore_duplicate_schema":true}' | jq -r .table)" like_it
is 'a column without a name' "$(post table/update-schema/testdb/like_it -d 'schema=[["","int"]]' | jq .status_code)" 422
is 'append-schema after it' "$(post table/append-schema/testdb/like_it -d 'schema=[["x","int"],["X","int"]]' >/dev/null; schema like_it)" \
	'[["x","int"],["X","int","x_1"]]'
is 'change_database' "$(post table/change_database/testdb/like_it -d dest_database_name=another | jq -c .)" \
	'{"database":"another","table":"like_it","type":"log"}'
post table/create/testdb/like_it/log >/dev/null
is 'its refusals' "$(for to in another nodb; do post table/change_database/testdb/like_it -d dest_database_name=$to | jq -c '[.status_code, .error]'; done)" \
	'[403,"Table like_it already exists in the destination"]
[404,"Destination database is not found"]'
is 'nothing is kept of what is deleted' "$(api GET table/deleted; post table/recover/1 | jq .status_code)" '{"tables":[]}404'
is 'transfer wants a second key' "$(for k in 1/ff "$TD_API_KEY"; do post table/transfer/testdb/like_it -H "Secondary-Authorization: TD1 $k" | jq .status_code; done)" '401
422'
is 'a table without user-defined partitions' "$(api GET table/distribution/testdb/like_it | jq .status_code)" 404

# --- a data frame's index is a column without a name: it is kept, but clients refuse such a column in a schema
$PYTHON -c 'import gzip, msgpack, sys
sys.stdout.buffer.write(gzip.compress(b"".join(msgpack.packb({"time": 1500000000 + i, "": i, "n": i}) for i in range(3))))' >"$T/rows"
curl -sS -X PUT -H "Authorization: TD1 $writer" -T "$T/rows" "$TD_API_SERVER/v3/table/import/testdb/like_it/msgpack.gz" >/dev/null
is 'a key without a name is no column' "$(schema like_it)" '[["n","long"]]'
is 'the tail, its format behind the name' "$(api GET 'table/tail/testdb/like_it.json?count=1' | jq -c .)" '[{"time":1500000002,"":2,"n":2}]'
is 'the tail as msgpack' "$(api GET table/tail/testdb/like_it.msgpack | $PYTHON -c 'import msgpack, sys; print([r["n"] for r in msgpack.Unpacker(sys.stdin.buffer)])')" '[2, 1, 0]'
is 'a tail in another format' "$(api GET table/tail/testdb/like_it.xml | jq .status_code)" 406

# --- jobs
post job/issue/presto/testdb -d domain_key=k1 -d 'query=SELECT 1' >"$T/first"
first=$(jq -r .job_id "$T/first")
conflict="[409,\"$first\"]"
is 'a domain_key is one over all jobs' "$(
	post job/result_export/"$first" -d domain_key=k1 -d result=td://@/testdb/xxx | jq -c '[.status_code, .details.conflicts_with]'
	post table/partialdelete/testdb/like_it -d domain_key=k1 -d from=0 -d to=3600 | jq -c '[.status_code, .details.conflicts_with]')" "$conflict
$conflict"
is 'a job by its domain_key' "$(api GET job/status_by_domain_key/k1 | jq -r .job_id)" "$first"
is 'an engine that is none' "$(post job/issue/presto/testdb -d 'query=SELECT 1' --data-urlencode 'engine_version=!' | jq -c '[.status_code, .error]')" \
	'[422,"Job engine version is invalid"]'
is 'engines' "$(for v in stable cdh4 0.205; do post job/issue/hive/testdb -d 'query=SELECT 1' -d engine_version=$v | jq 'has("job_id")'; done | uniq)" true
is 'numbers out of range' "$(for p in priority=3 retry_limit=33 scheduled_time=soon scheduled_time=2017-07-14Tnoon; do post job/issue/hive/testdb -d 'query=SELECT 1' -d $p | jq .status_code; done | uniq)" 422
is 'scheduled_time, an epoch and ISO' "$(for t in 1500000000 2017-07-14T02:40:00Z 2017-07-14T11:40:00+09:00; do
	j=$(post job/issue/presto/testdb -d 'query=SELECT TD_SCHEDULED_TIME()' --data-urlencode scheduled_time=$t | jq -r .job_id)
	wait_job "$j" >/dev/null; api GET "job/result/$j?format=csv"; done | uniq)" 1500000000
inserting=$(post job/issue/presto/testdb -d 'query=INSERT INTO like_it SELECT time, n FROM like_it' | jq -r .job_id)
is 'statistics' "$(wait_job "$inserting"; api GET "job/statistics/$inserting"; wait_job "$first"; api GET "job/statistics/$first")" \
	'success
{"records_inserted":"3"}success
{"records_inserted":"0"}'

# --- results: transport encoding and ranges of what is encoded
result=$(post job/issue/presto/testdb -d "query=SELECT 'x' AS a, 9e999 AS b UNION ALL SELECT 'y', -9e999" | jq -r .job_id)
wait_job "$result" >/dev/null
url="$TD_API_SERVER/v3/job/result/$result?format"
get() { curl -sS -D "$T/head" -H "Authorization: TD1 $TD_API_KEY" "$@"; }
is 'nullify_special' "$(get "$url=csv"; get "$url=csv&nullify_special=true"; get "$url=csv&header=true" | sed 1q)" 'x,Infinity
y,-Infinity
x,
y,
a,b'
for format in msgpack json csv tsv; do
	get "$url=$format" >"$T/plain"
	get "$url=$format" -H 'Accept-Encoding: deflate, gzip' >"$T/encoded"
	is "$format, encoded" "$(grep -ic '^content-encoding: gzip' "$T/head") $(gzip -dc "$T/encoded" | cmp - "$T/plain") $(wc -c <"$T/encoded")" \
		"1  $(sed -n 's/^[Cc]ontent-[Ll]ength: *\([0-9]*\).*/\1/p' "$T/head")"
	etag=$(sed -n 's/^ETag: *//p' "$T/head" | tr -d '\r')
	tail -c +6 "$T/encoded" >"$T/rest"
	is "$format, the rest of the encoded bytes" "$(get "$url=$format" -w '%{http_code}' -o "$T/got" -H 'Accept-Encoding: gzip' \
		-H 'Range: bytes=5-' -H "If-Range: $etag"; cmp "$T/got" "$T/rest")" 206
	is "$format, its tag is not that of the plain bytes" "$(get "$url=$format" -w '%{http_code}' -o /dev/null -H 'Range: bytes=5-' -H "If-Range: $etag")" 200
done
get "$url=csv" -H 'Accept-Encoding: gzip;q=0' >/dev/null
is 'gzip;q=0' "$(grep -ic '^content-encoding' "$T/head")" 0
get "$url=msgpack.gz" -H 'Accept-Encoding: gzip' >/dev/null
is 'msgpack.gz is never encoded' "$(grep -ic '^content-encoding' "$T/head")" 0

# --- connections: a named result by its number, the table in settings
json='Content-Type: application/json'
conn=$(curl -sS -H "Authorization: TD1 $TD_API_KEY" -H "$json" "$TD_API_SERVER/v4/connections" \
	-d '{"name":"my conn","type":"treasure_data","settings":{"api_key":"","api_hostname":""},"shared":false,"description":null}' | jq .id)
is 'a connection' "$(api GET connections/lookup?name=my%20conn | jq -c .)" "{\"id\":$conn}"
is 'no such connection' "$(api GET connections/lookup?name=none | jq .status_code)" 404
v4() { method=$1 path=$2; shift 2; curl -sS -X "$method" -H "Authorization: TD1 $TD_API_KEY" "$@" "$TD_API_SERVER/v4/$path"; }
s3=$(v4 POST connections -H "$json" -d '{"name":"s33","type":"s3","settings":{"secret":"hidden"}}' | jq .id)
is 'of another type' "$(v4 GET connections | jq -c '[.[] | [.id, .name, .type]]')" "[[$conn,\"my conn\",\"treasure_data\"],[$s3,\"s33\",\"s3\"]]"
fails() { # PARAMETER...: a job that is taken, and fails when it sends its rows
	j=$(post job/issue/presto/testdb -d 'query=SELECT 1 AS one' "$@" | jq -r .job_id)
	wait_job "$j"
	api GET "job/show/$j" | jq -r '.result, .debug.stderr'
}
for way in "result_connection_id=$s3" 'result={"type":"s3","secret":"hidden"}' result=s3://bucket/path; do
	like "a job that goes there: $way" "$(fails --data-urlencode "$way" | tr '\n' ' ')" '^error s3://[^ ]* result output: td-local sends rows to td:// only, not to s3://'
done
is 'a schedule, too' "$(post schedule/create/elsewhere -d database=testdb --data-urlencode 'query=SELECT 1' -d result=s3://bucket/path | jq -r .result)" s3://bucket/path
post schedule/delete/elsewhere >/dev/null
is 'a connection is deleted' "$(v4 DELETE "connections/$s3" | jq -c .) $(v4 DELETE "connections/$s3" | jq .status_code) $(v4 GET connections | jq length)" '{} 404 1'
is 'federated queries: none' "$(v4 GET federated_query_configs)" '[]'
sent() { j=$(jq -r '.job_id // 0'); echo "$j" >"$T/job"; wait_job "$j"; }
where() { post job/issue/presto/testdb -d 'query=SELECT 1 AS one' "$@" | sent; }
is 'to a connection' "$(where -d result_connection_id="$conn" \
	--data-urlencode 'result_connection_settings={"user_database_name":"another","user_table_name":"arrived","mode":"replace"}'; query another 'SELECT one FROM arrived')" 'success
[1]'
job=$(cat "$T/job")
is 'exported to a connection' "$(post "job/result_export/$job" -d result_connection_id="$conn" -d result= \
	--data-urlencode 'result_connection_settings={"user_database_name":"another","user_table_name":"arrived","mode":"append"}' | sent
	query another 'SELECT COUNT(1) FROM arrived')" 'success
[2]'
is 'as JSON' "$(where --data-urlencode 'result={"type":"treasure_data","user_database_name":"another","user_table_name":"by_json"}'; query another 'SELECT one FROM by_json')" 'success
[1]'
post result/create/mydb -d url=td://@/another >/dev/null
is 'a named result as a connection: its database' "$(where -d result_connection_id="$(api GET connections/lookup?name=mydb | jq .id)" \
	--data-urlencode 'result_connection_settings={"user_table_name":"by_name"}'; query another 'SELECT one FROM by_name')" 'success
[1]'
is 'parameters that mean nothing here' "$(where --data-urlencode 'result=td://@/another/arrived?legacy=true&mode=replace&time=0'; query another 'SELECT COUNT(1) FROM arrived')" 'success
[1]'
is 'a key among them' "$(where --data-urlencode "result=td://${TD_API_SERVER#http://}/another/arrived?apikey=$TD_API_KEY"; query another 'SELECT COUNT(1) FROM arrived')" 'success
[2]'
unlike 'is not shown' "$(api GET "job/show/$(cat "$T/job")" | jq -r .result)" 0123456789
is 'no table, no number, no JSON, no type' "$(for s in '{}' '{"user_table_name":"x"}' nonsense; do
	post job/issue/presto/testdb -d 'query=SELECT 1' -d result_connection_id="$conn" --data-urlencode "result_connection_settings=$s" | jq .status_code; done | uniq
	post job/issue/presto/testdb -d 'query=SELECT 1' -d result_connection_id=99 | jq .status_code
	post job/issue/presto/testdb -d 'query=SELECT 1' -d 'result={"kind":"s3"}' | jq .status_code)" '422
422
422'

# --- the write-only key sees the state of a write-only job
post table/create/testdb/watched/log >/dev/null
post bulk_import/create/watched/testdb/watched >/dev/null
own=$(post bulk_import/perform/watched | jq .job_id)
wait_job "$own" >/dev/null
is 'the job of a session, and no other' "$(asked $writer GET "job/status/$own") $(asked $writer GET "job/status/$first") $(asked $writer GET "job/show/$own")" '200 403 403'

# --- schedules
is 'a schedule in JSON' "$(post schedule/create/hourly -H "$json" -d '{"cron":"0 * * * *","query":"SELECT 1","database":"testdb","type":"presto","timezone":"Asia/Tokyo"}' | jq -r .timezone)" Asia/Tokyo
is 'run, with a key' "$(post schedule/run/hourly/1500000000 -d domain_key=s1 -d num=2 | jq '.jobs | length'; post schedule/run/hourly/1500000000 -d domain_key=s1 | jq .status_code)" '2
409'
is 'run by number' "$(id=$(post schedule/update/hourly -d delay=5 | jq .id); curl -sS -H "Authorization: TD1 $TD_API_KEY" -H "$json" \
	-d '{"scheduled_time":"2017-07-14T03:00:00Z","domain_key":"s2"}' "$TD_API_SERVER/v4/queries/$id/jobs" | jq -c '[keys, (.id | type)]'
	api GET schedule/history/hourly | jq -r '.count, .history[0].scheduled_at')" '[["id"],"string"]
3
2017-07-14 03:00:00 UTC'
is 'a number that is none' "$(curl -sS -X POST -H "Authorization: TD1 $TD_API_KEY" "$TD_API_SERVER/v4/queries/99/jobs" | jq .status_code)" 404
is 'bad times' "$(post schedule/run/hourly/soon | jq .status_code; post schedule/run/hourly/0 -d num=11 | jq .status_code)" '422
422'

finish
