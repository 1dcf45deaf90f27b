#!/bin/sh
# td-put against td-local: append and replace, receipts, refusals, faults of every request, dead ends of its pipes.
. "$(dirname "$0")/../lib/lib.sh"
. "$ROOT/tests/lib/put.sh"
local_start local --no-samples --polls 0 --write-key 1/abcdefabcdefabcdefabcdefabcdefabcdefabcd
api POST database/create/testdb >/dev/null
D=td://@/testdb
fast="--retry-wait 0 --timeout 5"
frame rows=1000 blocks=7 >"$T/f"
frame rows=1000 blocks=7 foreign=3 start=1000 >"$T/foreign"
frame rows=0 >"$T/none"

# --- append
run td-put $D/app <"$T/f"
is "append: status" "$status" 0
is "append: silent" "$err" ""
is "append: the rows are there" "$(rows_of testdb app)" 1000,1000,499500
is "append: one line" "$(wc -l <"$T/out")" 1
is "append: receipt" "$(receipt '[.receipt, .status, .action, .mode, .database, .table, .rows, .valid_records, .error_records, .rejects, .parts, .source] | join(" ")')" \
	"1 done append append testdb app 1000 1000 0 0 1 verified"
is "append: endpoint in the receipt" "$(receipt .endpoint)" "$TD_API_SERVER"
is "append: columns in the receipt" "$(receipt '.columns | tojson')" '[["id","long"],["name","string"]]'
is "append: times in the receipt" "$(receipt '[.time_min, .time_max] | tojson')" '[1700000000,1700000999]'
like "append: started and finished" "$(receipt '.started + .finished')" '^(20[0-9-]{8}T[0-9:]{8}Z){2}$'
like "append: session and job" "$(receipt '.session + " " + .job_id')" '^td_put_[0-9]{8}_[0-9]{6}_[0-9a-f]{16} [0-9]+$'
is "append: no session is left" "$(sessions)" 0
is "append: columns of the table" "$(api GET table/show/testdb/app | jq -r .schema | jq -c '[.[] | .[0:2]]')" '[["id","long"],["name","string"]]'
run td-put $D/app <"$T/foreign"
is "append: members of other writers are taken" "$status $(rows_of testdb app)" "0 2000,2000,1999000"
run td-put --part-size 1k -j 3 $D/parts <"$T/f"
is "small parts: a block each" "$status $(receipt .parts) $(rows_of testdb parts)" "0 7 1000,1000,499500"
frame rows=2000 blocks=40 pad=300 >"$T/big"
run td-put --part-size 100k -j 1 $D/big <"$T/big"
is "blocks are joined into parts" "$status $(rows_of testdb big)" "0 2000,2000,1999000"
ok "blocks are joined into parts: fewer than blocks, more than one" [ "$(receipt .parts)" -gt 1 -a "$(receipt .parts)" -lt 40 ]
run td-put $D/nothing <"$T/none"
is "no rows: status" "$status" 0
is "no rows: receipt" "$(receipt '[.rows, .valid_records, .session, .status] | tojson')" '[0,0,null,"done"]'
is "no rows: the table and its columns are there" "$(api GET table/show/testdb/nothing | jq -r .schema | jq -c '[.[] | .[0:2]]')" '[["id","long"],["name","string"]]'
run td-put td://@/newdb/app <"$T/f"
is "missing database: status" "$status" 69
like "missing database: message" "$err" "^td-put: there is no database newdb \(create it, or give --create-database\): .*404"
run td-put --create-database td://@/newdb/app <"$T/f"
is "--create-database" "$status $(rows_of newdb app)" "0 1000,1000,499500"
TD_API_KEY=1/abcdefabcdefabcdefabcdefabcdefabcdefabcd run td-put $D/writeonly <"$T/f"
is "a write-only key is enough to append" "$status $(rows_of testdb writeonly)" "0 1000,1000,499500"
frame rows=10 source=eof | run td-put $D/eof
is "source eof is told" "$(tail -n1 "$T/out" | jq -r .source)" eof
frame rows=10 source=eof >"$T/eof"
run td-put --strict $D/strict <"$T/eof"
is "--strict refuses eof" "$status $(receipt .status) $(sessions)" "80 failed 0"
like "--strict says why" "$err" "^td-put: --strict: nothing proves"

# --- replace
run td-put "$D/rep?mode=replace" <"$T/f"
tmp=$(receipt .temporary_table)
is "replace: receipt" "$(receipt '[.status, .action, .mode, .table, .rows] | join(" ")')" "loaded load replace rep 1000"
like "replace: the name of the temporary table" "$tmp" '^rep_tdput_[0-9a-f]{16}$'
is "replace: it holds the rows" "$(rows_of testdb "$tmp")" 1000,1000,499500
is "replace: its id" "$(receipt .temporary_table_id)" "$(api GET "table/show/testdb/$tmp" | jq .id)"
is "replace: the target is not made" "$(api GET table/show/testdb/rep -o /dev/null -w '%{http_code}')" 404
api POST "table/delete/testdb/$tmp" >/dev/null
long=$(printf '%0200d' 0)
run td-put "$D/$long?mode=replace" <"$T/f"
is "replace: a long name: the temporary one is cut, so that it has 128 characters when td-swap has copied it" \
	"$status $(receipt '.temporary_table | length')" "0 $((128 - 18))"
api POST "table/delete/testdb/$(receipt .temporary_table)" >/dev/null
TD_API_KEY=1/abcdefabcdefabcdefabcdefabcdefabcdefabcd run td-put "$D/rep?mode=replace" <"$T/f"
is "replace with a write-only key: status" "$status" 77
like "replace with a write-only key: message" "$err" "^td-put: mode=replace needs a master key: the key of TD_API_KEY may append"
frame columns='[["name","string"],["id","long"]]' rows=20 >"$T/extra"
api POST table/create/testdb/trunc/log >/dev/null
api POST table/append-schema/testdb/trunc --data-urlencode 'schema=[["old","double"],["id","long"]]' >/dev/null
run td-put "$D/trunc?mode=truncate" <"$T/extra"
is "truncate: the target's columns and the new ones" "$status $(api GET "table/show/testdb/$(receipt .temporary_table)" | jq -r .schema | jq -c '[.[] | .[0:2]] | sort')" \
	'0 [["id","long"],["name","string"],["old","double"]]'
printf '%s\n' "$out" | run td-swap
is "truncate: swapped" "$(api GET table/show/testdb/trunc | jq .count)" 20
run td-put "td://@/nodb/rep?mode=replace" <"$T/none"
is "replace into a missing database: status" "$status" 69

# --- input that is not a frame, or an incomplete one
bad() { # what, status, message, with stdin
	run td-put $D/bad
	is "$1: status" "$status" "$2"
	like "$1: message" "$err" "$3"
	is "$1: one line on stderr" "$(wc -l <"$T/err")" 1
	is "$1: the receipt says failed" "$(receipt '.status + " " + (.exit | tostring)')" "failed $2"
}
frame content=rows >"$T/x"; bad "rows" 65 "^td-put: this frame holds rows: pipe it through td-encode" <"$T/x"
frame version=3 >"$T/x"; bad "records that nobody has counted" 65 "^td-put: .*version 3 is for rows only" <"$T/x"
: >"$T/x"; bad "empty input" 66 "^td-put: standard input is empty" <"$T/x"
echo hello >"$T/x"; bad "text" 65 "not a td frame" <"$T/x"
echo hello | gzip >"$T/x"; bad "foreign gzip" 65 "not a td frame" <"$T/x"
frame end=none rows=1 >"$T/x"; bad "no end" 66 "died" <"$T/x"
frame end=abort rows=1 reason='disk is full' >"$T/x"; bad "abort" 66 "disk is full" <"$T/x"
like "abort: the receipt passes the reason on" "$(receipt .reason)" "disk is full"
frame crc=wrong >"$T/x"; bad "wrong checksum" 65 "checksum" <"$T/x"
frame count=wrong >"$T/x"; bad "wrong count" 65 "4 rows" <"$T/x"
frame tail=xyz >"$T/x"; bad "bytes after the end" 65 "after the end" <"$T/x"
head -c 40000 "$T/big" >"$T/x"; bad "cut in the middle" 66 "died" <"$T/x"
head -c 50 "$T/f" >"$T/x"; bad "cut in the head" 66 "died" <"$T/x"
frame bad=2 rows=10 >"$T/x"
run td-put $D/bad <"$T/x"
is "refused records: status" "$status" 65
like "refused records: message" "$err" "the import refused 2 of 10 records: nothing was published"
like "refused records: they are shown, and why" "$err" '^td-put: error record 1, its time is not an integer: \{.*yesterday'
is "refused records: the receipt counts them" "$(receipt '[.status, .error_records, .valid_records] | join(" ")')" "failed 2 8"
is "refused records: nothing is in the table" "$(count_of testdb bad)" 0
run td-put --max-errors 1 $D/bad <"$T/x"
is "one refused record too many: status" "$status" 65
run td-put --max-errors 2 $D/bad <"$T/x"
is "refused records within the limit" "$status $(receipt '[.rows, .valid_records, .error_records] | join(" ")') $(rows_of testdb bad)" "0 10 8 2 8,8,44"
like "refused records within the limit: they are shown" "$err" '^td-put: error record 1, .*: \{.*yesterday'
td-put --max-errors 2 "$D/bad?mode=replace" <"$T/x" 2>/dev/null | td-swap >"$T/y"
is "refused records within the limit, replaced" "$(jq -r .action "$T/y") $(rows_of testdb bad)" "swap 8,8,44"
frame columns='[["id","string"],["name","string"]]' >"$T/x"
run td-put $D/app <"$T/x"
is "other types than the table's: status" "$status" 65
like "other types than the table's: message" "$err" "^td-put: column id is long in table testdb.app but string in this frame.*--columns id:long"
is "nothing of all this left a session" "$(sessions)" 0
is "nor changed the table" "$(rows_of testdb app)" 2000,2000,1999000

# --- permissions and destinations
run env TD_API_KEY= td-put $D/app <"$T/f"
is "no key: status" "$status" 77
like "no key: says what to do" "$err" "^td-put: no API key: set TD_API_KEY"
TD_API_KEY=1/wrongwrong run td-put $D/app <"$T/f"
is "wrong key: status" "$status" 77
like "wrong key: message" "$err" "401 from 127.0.0.1:[0-9]+.*the key of TD_API_KEY"
unlike "wrong key: is not told" "$out$err" wrongwrong
TD_API_KEY='1/bad
key' run td-put $D/app <"$T/f"
is "a line break in a key: status" "$status" 77
TD_API_SERVER=http://127.0.0.1:1 run td-put $fast --timeout 1 $D/app <"$T/f"
is "unreachable: status" "$status" 75
like "unreachable: message" "$err" "^td-put: .*no answer from 127.0.0.1:1"
TD_API_SERVER=http://example.com run td-put $D/app <"$T/f"
is "http to a stranger: status" "$status" 78
key=$TD_API_KEY host=${TD_API_SERVER#http://}
TD_API_SERVER=http://127.0.0.1:1 TD_API_KEY=1/wrong run td-put "td://$key@$host/testdb/url" <"$T/f"
is "key and host in the URL win" "$status $(rows_of testdb url)" "0 1000,1000,499500"
unlike "the key of the URL is not in the receipt" "$out" 0123456789abcdef0123
mkfifo "$T/fifo"
td-put "td://$key@$host/testdb/url" <"$T/fifo" >/dev/null 2>&1 & put=$!
exec 9>"$T/fifo"
until_ok sh -c 'tr "\0" " " </proc/$1/cmdline | grep -q "td://\*"' sh $put
unlike "the key of the URL leaves argv" "$(tr '\0' ' ' <"/proc/$put/cmdline")" 0123456789abcdef
exec 9>&-
wait $put
mkdir -p "$T/.td"
printf '[account]\n  user = me@example.com\n  apikey = %s\n  endpoint = %s\n' "$key" "$TD_API_SERVER" >"$T/.td/td.conf"
run env -u TD_API_KEY -u TD_API_SERVER td-put $D/conf <"$T/f"
is "key and endpoint of td.conf" "$status $(rows_of testdb conf)" "0 1000,1000,499500"
printf '%s\n' "$key" >"$T/keyfile"
run env TD_API_KEY=1/wrong TD_API_KEY_FILE="$T/keyfile" td-put $D/keyfile <"$T/f"
is "TD_API_KEY_FILE comes before TD_API_KEY" "$status" 0
run env TD_API_KEY_FILE="$T/nowhere" td-put $D/keyfile <"$T/f"
is "TD_API_KEY_FILE that is not there: status" "$status" 77
rm -r "$T/.td"
for u in td://@/Test/x td://@/testdb 'td://@/testdb/app?mode=upsert' td://@/testdb/app?mode=truncate,x testdb/app; do
	run td-put "$u" <"$T/f"
	is "$u: status" "$status" 2
done
run td-put <"$T/f"
is "no destination: status" "$status" 2

# --- faults: every request, once, before and after its work: repeated or decided, and the table is right
n_app=0
api POST database/create/oncedb >/dev/null
once() { # METHOD PATTERN, mode
	for action in 503 reset-after 500,after,html; do
		n_app=$((n_app + 1))
		faults "$1 $2 1 $action"
		run td-put $fast "td://@/oncedb/once$n_app?mode=$3" <"$T/f"
		table=once$n_app done="done"
		[ "$3" = append ] || table=$(receipt .temporary_table) done=loaded
		is "$3: $2 $action once" "$status $(struck) $(receipt .status) $(rows_of oncedb "$table") $(sessions)" "0 1 $done 1000,1000,499500 0"
	done
}
once PUT 'bulk_import/upload_part/*' append
once POST 'bulk_import/create/*' append
once POST 'bulk_import/freeze/*' append
once POST 'bulk_import/perform/*' append
once POST 'bulk_import/commit/*' append
once POST 'table/create/*' append
once POST 'table/append-schema/*' append
once GET 'bulk_import/show/*' append
once GET 'table/show/*' append
once POST 'table/create/*' replace
once POST 'bulk_import/delete/*' replace
faults 'PUT bulk_import/upload_part/* 2 reset-body=100'
run td-put $fast --part-size 1k $D/resetbody <"$T/f"
is "parts cut in the middle are sent again" "$status $(rows_of testdb resetbody)" "0 1000,1000,499500"

# --- faults for ever: nothing changed, nothing left
for_ever() { # what, fault line, status, pattern
	faults "$2"
	for mode in append replace; do
		api POST table/delete/testdb/ever >/dev/null
		api POST table/create/testdb/ever/log >/dev/null
		was=$(tables testdb)
		run td-put --retry-wait 0 --timeout 3 "$D/ever?mode=$mode" <"$T/f"
		faults
		want=$3 kept=0
		# the outcome of an append's commit whose answer is lost is unknown, and the session stays
		case $mode$2 in "appendPOST bulk_import/commit"*) want=76 kept=1 ;; esac
		is "$mode: $1 for ever: status" "$status" "$want"
		like "$mode: $1 for ever: message" "$err" "^td-put: .*$4"
		is "$mode: $1 for ever: receipt" "$(receipt .status)" failed
		is "$mode: $1 for ever: nothing is left" "$(tables testdb) $(sessions)" "$was $kept"
		[ $kept = 0 ] || {
			like "$mode: $1 for ever: the session is named" "$err" "; look at session $(receipt .session): if it is committed, the rows are in the table$"
			api POST "bulk_import/delete/$(receipt .session)" >/dev/null
		}
		is "$mode: $1 for ever: the table is as it was" "$(count_of testdb ever)" 0
		faults "$2"
	done
	faults
}
for_ever "upload 503" 'PUT bulk_import/upload_part/* * 503' 75 "upload of part part0: 503 from"
faults 'GET table/show/* * delay=30'
begun=$(date +%s)
run td-put --retry-wait 0 --timeout 1 $D/ever <"$T/f"
faults
is "a server that is silent: status" "$status" 75
ok "a server that is silent: --timeout comes before --stall" [ $(($(date +%s) - begun)) -lt 15 ]
for_ever "upload 422" 'PUT bulk_import/upload_part/* * 422' 69 "upload of part part0: 422 from"
for_ever "perform 503" 'POST bulk_import/perform/* * 503' 75 "cannot perform session"
for_ever "commit 503" 'POST bulk_import/commit/* * 503' 75 "cannot commit session"
for_ever "commit 409" 'POST bulk_import/commit/* * 409' 69 "cannot commit session"
for_ever "schema 422" 'POST table/append-schema/* * 422' 69 "cannot add columns"
faults 'POST table/append-schema/* * 403'
run td-put $D/noschema <"$T/f"
is "a key that may not add columns: the rows are in" "$status $(rows_of testdb noschema)" "0 1000,1000,499500"
# the first status request comes after the import is done
faults 'POST bulk_import/commit/* 1 reset-after' 'GET bulk_import/show/* 1 delay=3' 'GET bulk_import/show/* * reset'
run td-put --retry-wait 0 --timeout 5 $D/lost <"$T/f"
faults
is "commit and server lost: unknown" "$status" 76
like "commit and server lost: names the session" "$err" "look at session td_put_[0-9a-f_]+: if it is committed, the rows are in the table"
api POST "bulk_import/delete/$(receipt .session)" >/dev/null
faults 'POST bulk_import/delete/* * 500'
run td-put --retry-wait 0 --timeout 3 $D/debris <"$T/f"
is "a session that cannot be removed: the rows are in all the same" "$status $(rows_of testdb debris)" "0 1000,1000,499500"
like "a session that cannot be removed: is named" "$err" "the rows are in, but: cannot delete session td_put_"
faults
api POST "bulk_import/delete/$(receipt .session)" >/dev/null
faults 'PUT bulk_import/upload_part/* * 422' 'POST bulk_import/delete/* * 500' 'POST table/delete/* * 500'
run td-put --retry-wait 0 --timeout 3 "$D/debris?mode=replace" <"$T/f"
faults
like "a failure that cannot clean up names what is left" "$err" "session td_put_.* could not be removed; the table testdb.debris_tdput_.* could not be removed"
api POST "bulk_import/delete/$(receipt .session)" >/dev/null
api POST "table/delete/testdb/$(receipt .temporary_table)" >/dev/null

# --- stdout
for mode in append replace; do
	api POST table/create/testdb/full$mode/log >/dev/null
	was=$(tables testdb)
	td-put "$D/full$mode?mode=$mode" <"$T/f" >/dev/full 2>"$T/err"
	is "$mode: stdout is full: status" $? 1
	like "$mode: stdout is full: message" "$(cat "$T/err")" "^td-put: cannot write to standard output"
	is "$mode: stdout is full: nothing is left" "$(tables testdb) $(sessions) $(count_of testdb full$mode)" "$was 0 0"
	{ td-put "$D/full$mode?mode=$mode" <"$T/f" 2>"$T/err"; echo $? >"$T/status"; } | true
	is "$mode: reader is gone: dies by SIGPIPE" "$(cat "$T/status")" 141
	is "$mode: reader is gone: nothing is left" "$(tables testdb) $(sessions) $(count_of testdb full$mode)" "$was 0 0"
	td-put "$D/full$mode?mode=$mode" <"$T/f" 2>"$T/err" >&-
	is "$mode: stdout is closed: status" $? 1
	is "$mode: stdout is closed: nothing is left" "$(tables testdb) $(sessions) $(count_of testdb full$mode)" "$was 0 0"
done

# --- signals, while an upload is under way and while it waits for input
for sig in TERM INT HUP; do
	was=$(tables testdb)
	faults 'PUT bulk_import/upload_part/* * delay=30'
	background td-put "$D/fullreplace?mode=replace" <"$T/f" >"$T/out" 2>"$T/err" & put=$!
	until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/local/faults | grep -q '	1$'"
	kill -$sig $put
	wait $put
	status=$? out=$(cat "$T/out")
	faults
	is "$sig during an upload: dies by it" "$(kill -l $status)" "$sig"
	is "$sig during an upload: the receipt says failed" "$(receipt .status)" failed
	is "$sig during an upload: nothing is left" "$(tables testdb) $(sessions)" "$was 0"
done
td-put --part-size 1k "$D/fullreplace?mode=replace" <"$T/fifo" >"$T/out" 2>"$T/err" & put=$!
exec 9>"$T/fifo"
head -c 3000 "$T/f" >&9
until_ok sh -c '[ "$(curl -sS -H "Authorization: TD1 $TD_API_KEY" "$TD_API_SERVER/v3/bulk_import/list" | jq ".bulk_imports | length")" = 1 ]'
kill -TERM $put
wait $put
is "TERM while it waits for input: dies by it" "$(kill -l $?)" TERM
exec 9>&-
is "TERM while it waits for input: nothing is left" "$(tables testdb) $(sessions)" "$was 0"

# --- it uploads while it reads
td-put --part-size 1k -j 1 $D/reading <"$T/fifo" >"$T/out" 2>"$T/err" & put=$!
exec 9>"$T/fifo"
head -c 4000 "$T/f" >&9
ok "parts are there before the input is at its end" until_ok sh -c 'curl -sS -H "Authorization: TD1 $TD_API_KEY" \
	"$TD_API_SERVER/v3/bulk_import/list_parts/$(curl -sS -H "Authorization: TD1 $TD_API_KEY" "$TD_API_SERVER/v3/bulk_import/list" |
	jq -r ".bulk_imports[0].name")" | grep -q part1'
tail -c +4001 "$T/f" >&9
exec 9>&-
wait $put
is "and all of them in the end" "$? $(rows_of testdb reading)" "0 1000,1000,499500"

# --- changes by others meanwhile, and keys with few rights
for call in bulk_import/perform bulk_import/commit; do
	td-put $D/meanwhile <"$T/f" >/dev/null
	faults "POST $call/* 1 delay=1"
	td-put $fast $D/meanwhile <"$T/f" >"$T/out" 2>"$T/err" & put=$!
	until_ok sh -c "curl -sS -H 'Authorization: TD1 $TD_API_KEY' $TD_API_SERVER/local/faults | grep -q '	1$'"
	api POST table/delete/testdb/meanwhile >/dev/null
	wait $put
	status=$? err=$(cat "$T/err")
	case $call in
	*/perform)
		is "the table is dropped before the perform: status, and no session is left" "$status $(sessions)" "75 0"
		like "the table is dropped before the perform: message" "$err" "testdb.meanwhile was replaced or dropped .*: nothing was published" ;;
	*)
		is "the table is dropped before the commit: status, and the session stays" "$status $(sessions)" "76 1"
		like "the table is dropped before the commit: message" "$err" "^td-put: cannot commit session .* was deleted.*; look at session td_put_[^ ]*: if it is committed"
		api POST "bulk_import/delete/$(api GET bulk_import/list | jq -r '.bulk_imports[0].name')" >/dev/null ;;
	esac
	faults
	run td-put $D/meanwhile <"$T/f"
	is "the same command again" "$status $(rows_of testdb meanwhile)" "0 1000,1000,499500"
	api POST table/delete/testdb/meanwhile >/dev/null
done
was=$(tables testdb)
for call in table/create bulk_import/create bulk_import/upload_part bulk_import/perform bulk_import/commit; do
	for mode in append replace; do
		api POST table/create/testdb/mayno/log >/dev/null
		[ $call = table/create ] && [ $mode = append ] && api POST table/delete/testdb/mayno >/dev/null
		faults "* $call/* * 403"
		run td-put "$D/mayno?mode=$mode" <"$T/f"
		faults
		is "$mode by a key that may not $call: status" "$status $(receipt .status) $(sessions)" "77 failed 0"
		like "$mode by a key that may not $call: message" "$err" "403 from .*the key of TD_API_KEY may not do this$"
		api POST table/delete/testdb/mayno >/dev/null
		is "$mode by a key that may not $call: nothing is left" "$(tables testdb)" "$was"
	done
done

# --- with td-encode
printf 'id,name\n1,a\n2,b\n' | td-encode | run td-put $D/encoded
is "td-encode | td-put" "$(rows_of testdb encoded)" 2,2,3
printf 'id,name\nx,a\n' | td-encode >"$T/x"
faults '* bulk_import/* 1-9 delay=0'
run td-put $D/encoded <"$T/x"
is "another type: refused before anything is sent" "$status $(struck)" "65 0"
faults

# --- the import fails
has_struck() { [ "$(struck)" -gt 0 ]; }
faults 'POST bulk_import/perform/* 1 delay=1'
td-put $D/unread <"$T/f" >"$T/out" 2>"$T/err" & put=$!
until_ok has_struck
rm "$T"/local.data/files/p*
wait $put
like "an import that fails: its cause, and what to do" "$? $(cat "$T/err")" \
	"^69 td-put: the service could not import the rows \\(session td_put_[0-9a-f_]+, job [0-9]+\\): cannot open .*; nothing was published, and the same command may be given again"
is "an import that fails: nothing is left" "$(sessions) $(count_of testdb unread)" "0 0"
faults

job=$(api POST job/issue/presto/testdb --data-urlencode 'query=SELECT 1 AS id' | jq -r .job_id)
td-fetch "$job" | td-encode >"$T/x"
hint() { TERM=xterm run "$PYTHON" "$ROOT/tests/lib/screen.py" -w 200 "$T/states" sh -c 'td-put "$1" <"$2" >/dev/null' sh "$@"; }
hint $D/hinted "$T/x"
is "rows of the same account: said once on a terminal" "$status $(printf '%s\n' "$out" | grep -c 'source and target are the same account: INSERT INTO')" "0 1"
hint $D/hinted "$T/f"
unlike "rows of no job: not said" "$out" "same account"
finish
