#!/bin/sh
# Rows that do not show the types of a table's columns: none at all, NULL alone, integers for doubles. In each format and each
# mode they load into a table that exists, and its columns stay as they are. A double for a long is refused before the upload.
. "$(dirname "$0")/../lib/lib.sh"
. "$ROOT/tests/lib/put.sh"
local_start local --no-samples --polls 0
api POST database/create/testdb >/dev/null
D=td://@/testdb

rows() { # KIND: the second row of a CSV file
	case $1 in
	null) echo 1700000000,1,,,, ;;
	integer) echo 1700000000,1,7,8,x, ;;
	double) echo 1700000000,1,7.5,8,x, ;;
	esac
}
input() { # FORMAT KIND
	{ echo time,id,n,d,s,e && rows "$2"; } >"$T/in.csv"
	case $1 in
	csv) cat "$T/in.csv" ;;
	tsv) tr , '\t' <"$T/in.csv" ;;
	jsonl) rows "$2" | jq -Rc 'split(",") | [.[] | if . == "" then null else (tonumber? // .) end] |
		{ time: .[0], id: .[1], n: .[2], d: .[3], s: .[4], e: .[5] }' ;;
	esac
}
start() {
	api POST table/delete/testdb/tgt >/dev/null
	printf 'time,id,n,d,s\n1700000000,1,1,1.5,x\n1700090000,2,2,2.5,y\n' | td-encode -q -f csv | td-put -q $D/tgt >/dev/null
}
schema() { api GET table/show/testdb/tgt | jq -r '.schema | fromjson | map(.[0:2] | join(":")) | join(" ")'; }
load() { # FORMAT KIND MODE: as users do it
	input "$1" "$2" >"$T/in"
	null=
	[ "$1" = jsonl ] || null=--null=
	case $3 in append) after='cat' ;; *) after='td-swap -q --allow-empty' ;; esac
	td-encode -q -f "$1" $null -- cat "$T/in" | td-put -q "$D/tgt?mode=$3" 2>"$T/err" | $after >"$T/out" 2>"$T/err2"
}
WANT='id:long n:long d:double s:string'
for mode in append truncate 'replace&from=2023-11-14&to=2023-11-15' 'merge&key=id'; do
	for format in csv tsv jsonl; do
		got=
		start
		for kind in none null integer; do
			load $format $kind "$mode"
			got="$got$kind: $(jq -r .status "$T/out") $(schema)
"
		done
		is "$format, mode=$mode: none, NULL, integers" "$got" "none: done $WANT
null: done $WANT
integer: done $WANT
"
		[ "$mode" = append ] || is "$format, mode=$mode: what is in the table" \
			"$(td-fetch -d testdb -f csv --no-header -e 'SELECT n, d, s FROM tgt WHERE id = 1')" 7,8.0,x
		load $format double "$mode"
		like "$format, mode=$mode: a double for a long is refused, with two ways out" "$(cat "$T/err")" \
			'^td-put: column n is long in table testdb.tgt but double in this frame, .*\(td-encode --columns n:long takes only what fits; mode=replace changes the table\)'
		is "$format, mode=$mode: nothing was uploaded" "$(schema) $(tables testdb) $(sessions)" "$WANT tgt 0"
	done
done
for format in csv tsv jsonl; do
	got=
	for kind in none null integer double; do
		start
		load $format $kind replace
		got="$got$(jq -r .status "$T/out") "
	done
	is "$format, mode=replace: all of them" "$got$(schema)" "done done done done id:long n:double d:long s:string"
done
finish
