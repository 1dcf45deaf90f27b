#!/bin/sh
# td-encode: options for regular loads: --watermark, --add-column, --filename-column, --time-value TIME,HOURS.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/encode.sh"

mark() { # what, printf-format text, column, value or null, OPTION...
	what=$1 text=$2 column=$3 want=$4; shift 4
	encode "$text" --time-value 7 --watermark "$column" "$@"
	is "$what" "$status $(printf '%s' "$end" | jq -c .watermark)" "0 {\"column\":\"$column\",\"value\":$want}"
}
mark "a number" 'id,x\n9,a\n10,b\n-3,c\n,d\n' id '"10"'
mark "a number as it stood there" 'id\n+9\n+010\n' id '"+010"' -c id:long
mark "the greatest and the smallest integer" 'id\n9223372036854775807\n-9223372036854775808\n' id '"9223372036854775807"'
mark "only negative ones" 'id\n-5\n-7\n' id '"-5"'
mark "a double" 'd\n1.5\n10.25\n9\n' d '"10.25"'
mark "a double of JSON" '{"d":1.5}\n{"d":0.1}\n{"d":1e2}\n' d '"100"'
mark "integers of JSON" '{"d":9}\n{"d":10}\n{"d":null}\n' d '"10"'
mark "strings of JSON" '{"d":"b"}\n{"d":"a"}\n{}\n' d '"b"'
mark "texts" 't\nab\na\nb\nB\n' t '"b"'
mark "texts of different lengths" 't\nab\nabc\n' t '"abc"'
mark "texts that are not ASCII" 'a\nz\n\303\251\n' a '"é"'
mark "digits of one length" 'a\n007\n010\n009\n' a '"010"'
mark "times" 'at\n2024-02-29 12:00:00\n2024-03-01\n2023-12-31\n' at '"2024-03-01"'
mark "times of several zones" 'at\n2024-02-29T12:00:00Z\n2024-02-29T20:00:00+09:00\n2024-02-29T13:30:00+01:00\n' at '"2024-02-29T13:30:00+01:00"'
mark "fractions of a second" 'at\n2024-02-29 12:00:00.25\n2024-02-29 12:00:00.5\n2024-02-29 12:00:00\n2024-02-29 12:00:00.49\n' at '"2024-02-29 12:00:00.5"'
mark "a fraction against none" 'at\n2024-02-29T12:00:00.5Z\n2024-02-29T12:00:00Z\n' at '"2024-02-29T12:00:00.5Z"'
mark "no rows" 'id,x\n' id null -c id:long
mark "only NULL" 'id,x\n,a\n,b\n' id null
mark "--null" 'id,x\n5,a\nzzz,b\n' id '"5"' --null zzz
mark "a column that is left out" 'id,x\n5,a\n' id '"5"' --drop id
mark "a column that is renamed" 'id,x\n5,a\n' id '"5"' --rename id=key
mark "a rejected row does not count" 'id,n\n5,1\n6,x\n' id '"5"' -c n:long --rejects "$T/rejects"
mark "a name with a blank" 'the id,n\n5,1\n' 'the id' '"5"'
encode 'at,x\n29.02.2024,a\n01.03.2024,b\n31.12.2023,c\n' -t at --time-format %d.%m.%Y --watermark at
is "the time column, in its format" "$(printf '%s' "$end" | jq -r .watermark.value)" 01.03.2024
encode 'time,x\n1700000000,a\n1600000000,b\n' --watermark time
is "a column time" "$(printf '%s' "$end" | jq -r .watermark.value)" 1700000000
for format in jsonl msgpack; do
	for options in "--watermark id" "-t at --watermark at" "--select id --watermark id" "--drop id" "--rename id=key" "-c id:long --watermark at" "-t at --time-format %F"; do
		# shellcheck disable=SC2086 # options
		run td-encode -f $format $options -- true
		is "a quiet run of $format, and no column is known: $options" "$status $err" "0 "
	done
done
encode '{"id":1}\n' --watermark no; says "no such column" 65 "no column 'no' \(--watermark\)"
encode 'id\n9\n10\nx\n' --watermark id; says "digits of different lengths" 65 "column 'id': '10' and others are digits"
encode 'at\n2024-01-01\nsoon\n' --watermark at; says "a text among times" 65 "'soon' is not a time, as the first values were"
encode '{"a":[1,2]}\n' -c 'a:array<long>' --watermark a; is "an array: status" "$status" 2
encode "a\n$(printf '%5000s' x)\n" --watermark a; says "a value that is too long" 65 'a text of up to 4096 bytes'
encode 'id\n5\n'; is "no option, no watermark" "$(printf '%s' "$end" | jq -c 'has("watermark")')" false
seq 1 300000 | sed 's/$/,x/; 1s/^/id,t\n/' >"$T/csv"
is "many blocks" "$(td-encode --watermark id <"$T/csv" >"$T/frame"; note_of "$T/frame" E | jq -r .watermark.value)" 300000
is "the records are the same" "$(td-encode --time-value 7 <"$T/csv" | gzip -dc | md5sum)" "$(td-encode --time-value 7 --watermark id <"$T/csv" | gzip -dc | md5sum)"

# --- added columns
encode 'a\n1\n' --time-value 7 --add-column load=42 --add-column 's=x=y, z' --add-column d=1.5 --add-column t:string=42 --add-column '"q,:="=@@at' --add-column e=
is "--add-column" "$status $records" '0 {"a": 1, "d": 1.5, "e": "", "load": 42, "q,:=": "@at", "s": "x=y, z", "t": "42", "time": 7}'
is "... in the head and the end" "$(printf '%s' "$head" | jq -c .columns) $(printf '%s' "$end" | jq -c '.columns | length')" \
	'[["a","long"],["load","long"],["s","string"],["d","double"],["t","string"],["q,:=","string"],["e","string"]] 7'
before=$(date +%s); encode 'a\n1\n' --add-column at=@now --add-column f=@file
ok "@now" test "$(printf '%s' "$records" | jq .at)" -ge "$before" -a "$(printf '%s' "$records" | jq .at)" -le "$(date +%s)"
is "@file of standard input" "$(printf '%s' "$records" | jq -r .f)" -
td-encode --add-column f=@file -- printf 'a\n1\n' >"$T/frame"; is "@file of a command" "$(records "$T/frame" | jq -r .f)" printf
cd "$T" || exit 1
printf 'a,b\n1,x\n2,x\n' >1.csv; printf 'b,a\ny,3\n' >2.csv; printf '{"a":4}\n' >@3.jsonl
td-encode --filename-column file ./1.csv 2.csv @3.jsonl >frame
is "--filename-column" "$(records frame | jq -c '[.a, .file]' | tr '\n' ' ')" '[1,"./1.csv"] [2,"./1.csv"] [3,"2.csv"] [4,"@3.jsonl"] '
seq 1 200000 | sed '1s/^/a\n/' >big.csv; sed 's/a/b,a/; 2,$s/^/z,/' big.csv >big2.csv
td-encode --unknown-keys add --filename-column file big.csv big2.csv >frame
is "... across blocks" "$(gzip -dc frame | $PYTHON -c '
import collections, msgpack, sys
n = collections.Counter((r["file"], r.get("b")) for r in msgpack.Unpacker(sys.stdin.buffer)); print(sorted(n.items(), key=str))')" \
	"[(('big.csv', None), 200000), (('big2.csv', 'z'), 200000)]"
printf 'a\nx\n' >bad.csv
td-encode -c a:long --time-value 7 --filename-column file --rejects rej 1.csv @3.jsonl 2.csv -q >frame 2>err; is "an option behind: status" "$?" 2
printf 'a,b\nx,1\n' >bad.csv
td-encode -q -c a:long --time-value 7 --filename-column file --rejects rej 1.csv bad.csv >frame 2>err
sed '1,/^"split/d; s/^x/8/' rej >rej2
eval "$(sed -n '1s/.*after repair: //p' rej2)" <rej2 >frame; is "a repaired row has the name of its file" "$(records frame)" '{"a": 8, "b": "1", "file": "bad.csv", "time": 7}'
encode 'a,b\n1,2\n' --add-column b=1; says "a name that is there" 65 "there is a column 'b' already"
encode 'a,b\n1,2\n' --add-column b=1 --rename b=c --time-value 7; is "... and is renamed" "$records" '{"a": 1, "b": 1, "c": 2, "time": 7}'
for bad in time=1 v=1 b =1 b=@tomorrow "b:number=1" "b,c=1" "b:long,c=1"; do
	run td-encode --add-column "$bad" </dev/null; is "--add-column $bad: status" "$status" 2
done
run td-encode --add-column b=1 --add-column b=2 </dev/null; is "--add-column twice: status" "$status" 2
encode 'a\n1\n' --add-column b:long=x; says "a value that is not of its type" 65 "'x' does not fit its type"
out=$(printf 'a\n1\n' | td-encode --preview --add-column load=42)
like "--preview shows it" "$out" "^# load +long +--add-column, '42'"
printf '%s\n' "$out" >schema; encode 'a\n1\n' --time-value 7 --schema "$T/schema" --add-column load=42
is "... and --schema reads that" "$records" '{"a": 1, "load": 42, "time": 7}'

# --- times spread over a range
$PYTHON -c 'print("a"); print("1\n" * 3700, end="")' >n.csv
range() { gzip -dc "$1" | $PYTHON -c 'import msgpack, sys; t = [r["time"] for r in msgpack.Unpacker(sys.stdin.buffer)]; print(t[0], t[1], t[3599], t[3600], max(t), t[-1])'; }
td-encode --time-value 2024-02-29,1 <n.csv >frame; is "--time-value TIME,HOURS" "$(range frame)" '1709164800 1709164801 1709168399 1709164800 1709168399 1709164899'
td-encode --time-value 2024-02-29,2 <n.csv >frame; is "... of two hours" "$(range frame)" '1709164800 1709164801 1709168399 1709168400 1709168499 1709168499'
is "... the range in the end" "$(note_of frame E | jq -c .time)" '[1709164800,1709168499]'
encode 'a\n1\nx\n3\n' -c a:long --time-value 100,5 --time-unit s --rejects rej; is "a rejected row takes no second" "$(printf '%s\n' "$records" | jq .time | tr '\n' ' ')" '100 101 '
like "... and the command has the range" "$(cat rej)" ' --time-unit s --time-value 100,5$'
for bad in 2024-02-29,0 2024-02-29,-1 2024-02-29,x '2024-02-29,' 9999-12-31,24; do
	run td-encode --time-value "$bad" </dev/null; is "--time-value $bad: status" "$status" 2
done
finish
