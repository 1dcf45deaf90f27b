#!/bin/sh
# td-encode: what --preview prints is a --schema, of every kind of input: the same records come out with it as without; and what
# is no schema is refused with its line.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/encode.sh"

# again WHAT FILE OPTION...: records and types with the schema that --preview prints
again() {
	what=$1 in=$2; shift 2
	td-encode --preview "$@" <"$in" >"$T/schema" 2>"$T/err"
	is "$what: --preview" "$?" 0
	td-encode "$@" <"$in" >"$T/plain" 2>/dev/null
	td-encode --schema "$T/schema" "$@" <"$in" >"$T/with" 2>"$T/err"
	is "$what: the records" "$(records "$T/with")" "$(records "$T/plain")"
	is "$what: the types" "$(note_of "$T/with" E | jq -c '.columns | sort')" "$(note_of "$T/plain" E | jq -c '.columns | sort')"
	[ -s "$T/err" ] && grep -v 'made legal' "$T/err" | sed 's/^/# /'
}
printf 'time,Id,x y,,code\n5,1,0.5,a,007\n6,2,,b,008\n' >"$T/csv"
again "CSV" "$T/csv"
again "CSV, --time-column" "$T/csv" -t Id
again "CSV, --time-value" "$T/csv" --time-value 9
again "CSV, --select" "$T/csv" --select code,id
again "CSV, --drop" "$T/csv" --drop id
again "CSV, --rename" "$T/csv" --rename Id=key
again "CSV, no header" "$T/csv" --no-header --time-value 9
sed 1d "$T/csv" >"$T/rows"
again "no header, a time among the columns" "$T/rows" --no-header -c a,time,c,d,e
again "... and another time" "$T/rows" --no-header -c a,time,c,d,e -t a
again "... and --drop" "$T/rows" --no-header -c a,time,c,d,e --drop c
again "... and --select" "$T/rows" --no-header -c a,time,c,d,e --select e,d,time
printf '{"A b":"07","#x":1,"time":3,"\\"q\\\\":1.5,"c":[1,[2]],"":true,"m":{"k":[1]}}\n{"A b":null,"#x":2,"time":4,"m":null}\n' >"$T/jsonl"
again "JSON" "$T/jsonl" -c 'c:string,m:map<string,array<long>>'
again "JSON, --time-column" "$T/jsonl" -t '#x'
again "JSON, --drop" "$T/jsonl" --drop 'A b'
printf '[1,"x",{"k":null}]\n[2,"y",{}]\n' >"$T/arrays"
again "JSON arrays" "$T/arrays" -c 'time,b,c:map<string,long>'
printf 'id\tv\n1\t[1,2]\n' >"$T/tsv"
again "TSV" "$T/tsv" -c 'v:array<int>' --time-value 7
$PYTHON -c 'import msgpack, sys; sys.stdout.buffer.write(msgpack.packb({"Ä": 1, "b": [1.5], "time": 7}))' >"$T/mp"
again "msgpack" "$T/mp" -c 'b:array<double>'

# --- what is printed
printf 'at,n,left\n2024-01-01,1,\302\233x\n2024-01-02,2,%s\n' "$(printf '%040d' 7)" >"$T/csv"
run td-encode --preview -t at --drop n <"$T/csv"
is "a time of another column is a comment, a column that is left out is there" "$out" "# standard input: CSV, types from 2 rows
# column  type    known from  first rows
# time    long    column at   '2024-01-01', '2024-01-02'
at        string  all of 2    '2024-01-01', '2024-01-02'
n         long    left out    '1', '2'
left      string  all of 2    '??x', '00000000000000000000000..."

# --- schemas of other people
schema() { printf "$1" >"$T/schema"; printf 'a b,c\n1,2\n' | td-encode -q --time-value 7 --schema "$T/schema" >"$T/frame" 2>"$T/err"; status=$? err=$(cat "$T/err"); }
schema '\357\273\277# by hand\r\n\r\n  "a b"\tdouble\r\nc   map<string, array< long > >\r\n'
like "blanks, CRLF, a byte order mark" "$status $err" "65 .*'2' is no map<string,array<long>>"
for s in 'a_b:1: a name without a type' '"a b long:1: a quote that is never closed' '# x\nc number:2: .number. is no type' \
	'c long\nc long:2: .c. twice' 'c map<string,long:1: .map<string,long. is no type' \
	'c long\000:a NUL byte'; do
	schema "${s%%:*}"
	like "a schema that is none, ${s%%:*}" "$status $err" "2 .*--schema .*${s#*:}"
done
schema 'd long\n'
like "a column that is not there" "$status $err" "65 .*there is no column 'd'"
schema '"a b" string\nc string\n'
td-encode -q --time-value 7 --schema "$T/schema" -c c:double <<'END' >"$T/frame"
a b,c
1,2
END
is "--columns beside --schema says more" "$(records "$T/frame")" '{"a_b": "1", "c": 2.0, "time": 7}'
run td-encode --schema "$T/none" </dev/null
is "no such file: status" "$status" 2
finish
