#!/bin/sh
# td-encode: --preview prints a --schema for every kind of input, with which the same records come out as without it. A file
# that is not a schema is refused with the number of the bad line.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/encode.sh"

# again WHAT FILE OPTION...: records and types with the schema that --preview prints
again() {
	what=$1 in=$2; shift 2
	td-encode --preview "$@" <"$in" >"$T/schema" 2>"$T/err"
	is "$what: --preview" "$?" 0
	td-encode "$@" <"$in" >"$T/plain" 2>/dev/null
	td-encode --schema "$T/schema" "$@" <"$in" >"$T/with" 2>"$T/err"
	is "$what: the records" "$(records "$T/with")" "$(records "$T/plain")"
	is "$what: the types" "$(note_of "$T/with" E | jq -c '.columns // [] | sort')" "$(note_of "$T/plain" E | jq -c '.columns // [] | sort')"
	[ -s "$T/err" ] && grep -v 'renamed columns' "$T/err" | sed 's/^/# /'
}
printf 'time,Id,x y,,code\n1700000005,1,0.5,a,007\n1700000006,2,,b,008\n' >"$T/csv"
again "CSV" "$T/csv"
again "CSV, --time-column" "$T/csv" -t Id --time-unit s
again "CSV, --names sql" "$T/csv" --names sql
again "CSV, --time-value" "$T/csv" --time-value 9
again "CSV, --select" "$T/csv" --select code,Id
again "CSV, --drop" "$T/csv" --drop Id
again "CSV, --rename" "$T/csv" --rename Id=key
again "CSV, no header" "$T/csv" --no-header --time-value 9
sed 1d "$T/csv" >"$T/rows"
again "no header, a time among the columns" "$T/rows" --no-header -c a,time,c,d,e
again "... and another time" "$T/rows" --no-header -c a,time,c,d,e -t a --time-unit ns
again "... and --drop" "$T/rows" --no-header -c a,time,c,d,e --drop c
again "... and --select" "$T/rows" --no-header -c a,time,c,d,e --select e,d,time
printf '{"A b":"07","#x":1,"time":3,"\\"q\\\\":1.5,"c":[1,[2]],"":true,"m":{"k":[1]}}\n{"A b":null,"#x":2,"time":1700000004,"m":null}\n' >"$T/jsonl"
again "JSON" "$T/jsonl" -c 'c:string,m:map<string,array<long>>'
again "JSON, --time-column" "$T/jsonl" -t '"#x"' --time-unit s
again "JSON, --drop" "$T/jsonl" --drop 'A b'
again "JSON, --select" "$T/jsonl" --select 'c,A b'
printf '{"\303\251":1,"\346\227\245\346\234\254":2}\n' >"$T/keys"
again "JSON, --select of one of two names" "$T/keys" --select "$(printf '\346\227\245\346\234\254')" --time-value 7
printf '{"time":1700000001," lead":"a","time_":"b"}\n' >"$T/keys"
again "JSON, a name that another column gets" "$T/keys" --time-value 7 --rename time_=zz
printf '[1,"x",{"k":null}]\n[2,"y",{}]\n' >"$T/arrays"
again "JSON arrays" "$T/arrays" -c 'time,b,c:map<string,long>' --time-unit s
printf 'id\tv\n1\t[1,2]\n' >"$T/tsv"
again "TSV" "$T/tsv" -c 'v:array<int>' --time-value 7
$PYTHON -c 'import msgpack, sys; sys.stdout.buffer.write(msgpack.packb({"Ä": 1, "b": [1.5], "time": 1700000007}))' >"$T/mp"
again "msgpack" "$T/mp" -c 'b:array<double>'

# --- one schema for all formats, by the names of the input, and with a time
printf 'userId,x y,n\n1,2,3\n' >"$T/csv"
printf '{"userId":1,"x y":2,"n":3}\n' >"$T/jsonl"
$PYTHON -c 'import msgpack, sys; sys.stdout.buffer.write(msgpack.packb({"userId": 1, "x y": 2, "n": 3}))' >"$T/mp"
same() {
	what=$1 want=$2; shift 2
	for in in csv jsonl mp; do
		td-encode --time-value 7 "$@" <"$T/$in" >"$T/frame" 2>"$T/err"
		is "$what: $in" "$? $(records "$T/frame")" "$want"
	done
}
td-encode --preview --time-value 7 <"$T/csv" 2>/dev/null | sed 's/long/string/' >"$T/schema"
same "the schema of CSV" '0 {"n": "3", "time": 7, "userId": "1", "x y": "2"}' --schema "$T/schema"
same "... and --names sql" '0 {"n": "3", "time": 7, "userid": "1", "x_y": "2"}' --schema "$T/schema" --names sql
same "... and --rename" '0 {"n": "3", "time": 7, "uid": "1", "x y": "2"}' --schema "$T/schema" --rename userId=uid
same "a time that no row has" '0 {"n": 3, "time": 7, "userId": 1, "x y": "2"}' -c 'time:long,x y:string'
sed 's/n/time/' "$T/csv" >"$T/csv2"; mv "$T/csv2" "$T/csv"; sed 's/"n"/"time"/' "$T/jsonl" >"$T/jsonl2"; mv "$T/jsonl2" "$T/jsonl"
$PYTHON -c 'import msgpack, sys; sys.stdout.buffer.write(msgpack.packb({"userId": 1, "x y": 2, "time": 3}))' >"$T/mp"
same "a time that is not the time" '0 {"time": 7, "time_": 3, "userId": 1, "x y": 2}'
encode '{"a":5}\n' -c time:long
like "a time that no row has is that of the run" "$status $records" '^0 [{]"a": 5, "time": 1[0-9]{9}[}]$'
encode '{"userId":1}\n' --time-value 7 -c userid:long
is "names differ by case" "$records" '{"time": 7, "userId": 1, "userid": null}'
encode '[1700000001,2]\n' -c time:long,b
is "rows that are arrays have all names" "$records" '{"b": 2, "time": 1700000001}'
{ seq 1 400000 | sed 's/.*/{"user, Id":&}/'; echo '{"user, Id":"abc"}'; } >"$T/jsonl"
run td-encode --time-value 7 <"$T/jsonl"
like "the hint says the name as an option takes it" "$err" '--columns "user, Id":string would take it'
run td-encode --time-value 7 -c '"user, Id":string' <"$T/jsonl"
is "... which is taken" "$status $(records "$T/out" | tail -n 1)" '0 {"time": 7, "user, Id": "abc"}'
run td-encode --time-value 7 -c 'user:bigint,name:varchar(20),ok:boolean,xs:array(double),d:decimal(10,2)' <<'END'
{"user":1,"name":"a","ok":true,"xs":[1.5],"d":"1.50"}
END
is "types as engines name them" "$(records "$T/out") $(note_of "$T/out" H | jq -c .columns)" '{"d": "1.50", "name": "a", "ok": 1, "time": 7, "user": 1, "xs": [1.5]} [["user","long"],["name","string"],["ok","long"],["xs","array<double>"],["d","string"]]'

# --- what is printed
printf 'at,n,left\n2024-01-01,1,\302\233x\n2024-01-02,2,%s\n' "$(printf '%040d' 7)" >"$T/csv"
run td-encode --preview -t at --drop n <"$T/csv"
is "a time of another column is a comment, a column that is left out is there" "$out" "# standard input: CSV, types from 2 rows
# column  type    known from  first rows
# time    long    column at   2024-01-01T00:00:00Z, 2024-01-02T00:00:00Z
at        string  all of 2    '2024-01-01', '2024-01-02'
n         long    left out    '1', '2'
left      string  all of 2    '?x', '00000000000000000000000..."

# --- schemas written by hand
schema() { printf "$1" >"$T/schema"; printf 'a b,c\n1,2\n' | td-encode -q --time-value 7 --schema "$T/schema" >"$T/frame" 2>"$T/err"; status=$? err=$(cat "$T/err"); }
schema '\357\273\277# by hand\r\n\r\n  "a b"\tdouble\r\nc   map<string, array< long > >\r\n'
like "blanks, CRLF, a byte order mark" "$status $err" "65 .*'2' is not a map<string,array<long>>"
for s in 'a_b:1: a name without a type' '"a b long:1: a quote that is never closed' '# x\nc number:2: .number. is not a type' \
	'c long\nc long:2: .c. is listed twice' 'c map<string,long:1: .map<string,long. is not a type' \
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
is "--columns beside --schema says more" "$(records "$T/frame")" '{"a b": "1", "c": 2.0, "time": 7}'
# --- columns that the schema does not have
printf 'a long\nb string\n' >"$T/schema"
printf 'b,new,a,other\nx,1,2,3\ny,2,bad,4\n' >"$T/csv"
new() { td-encode -q --time-value 7 --schema "$T/schema" "$@" >"$T/frame" 2>"$T/err"; status=$? err=$(cat "$T/err") records=$(records "$T/frame" 2>&1); }
head -2 "$T/csv" >"$T/good"
new <"$T/good"; is "they are added" "$records" '{"a": 2, "b": "x", "new": 1, "other": 3, "time": 7}'
new --new-columns add <"$T/good"; is "--new-columns add" "$records" '{"a": 2, "b": "x", "new": 1, "other": 3, "time": 7}'
new --new-columns refuse <"$T/good"; like "--new-columns refuse" "$status $err" "65 .*column 'new' is not in $T/schema: --new-columns add takes it, ignore leaves it out"
new --new-columns ignore <"$T/good"; is "--new-columns ignore" "$records" '{"a": 2, "b": "x", "time": 7}'
new --new-columns ignore --rejects "$T/rejects" <"$T/csv"
sed -i 's/bad/8/' "$T/rejects"
eval "$(sed -n '1s/.*after repair: //p' "$T/rejects")" <"$T/rejects" >"$T/frame"; is "... repaired rejects have none of them" "$(records "$T/frame")" '{"a": 8, "b": "y", "time": 7}'
{ printf '{"a":1,"b":"x","new":2}\n'; yes '{"a":2,"b":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}' | head -100000; printf '{"a":3,"b":"x","late":4}\n'; } >"$T/json"
for w in refuse:65 ignore:0 add:0; do new --new-columns "${w%:*}" <"$T/json"; is "JSON, ${w%:*}: status" "$status" "${w#*:}"; done
is "... the late one" "$(printf '%s\n' "$records" | tail -1)" '{"a": 3, "b": "x", "late": 4, "new": null, "time": 7}'
new --new-columns ignore <"$T/json"; is "... ignored" "$(printf '%s\n' "$records" | sed -n '1p;$p')" '{"a": 1, "b": "x", "time": 7}
{"a": 3, "b": "x", "time": 7}'
printf 'a,b,time\n1,x,1700000000\n' | td-encode -q --schema "$T/schema" --new-columns refuse >"$T/frame"
is "the time is none of them" "$(records "$T/frame")" '{"a": 1, "b": "x", "time": 1700000000}'
printf 'a,b,at\n1,x,1700000000\n' | td-encode -q --schema "$T/schema" --new-columns ignore -t at >"$T/frame"
is "... by -t neither, but it is left out" "$(records "$T/frame")" '{"a": 1, "b": "x", "time": 1700000000}'
printf 'a\n1\n' >"$T/less"; new --new-columns add <"$T/less"; like "a column of the schema that is missing" "$status $err" "65 .*there is no column 'b' \(--columns\)"
run td-encode --new-columns add </dev/null; is "--new-columns without --schema: status" "$status" 2
run td-encode --schema "$T/schema" --new-columns add --unknown-keys add </dev/null; is "... with --unknown-keys: status" "$status" 2

run td-encode --schema "$T/none" </dev/null
is "no such file: status" "$status" 2
finish
