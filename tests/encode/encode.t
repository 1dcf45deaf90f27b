#!/bin/sh
# td-encode: text becomes records, compared value by value as gzip and python3-msgpack read them; every failure ends in a
# frame that says so.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/encode.sh"

$PYTHON -c '
import csv, random, sys
random.seed(4)
w = csv.writer(sys.stdout, lineterminator="\n")
w.writerow(["id", "text", "n", "x"])
pool = ["a", "\"", ",", "\n", "\r\n", " ", "é", "漢字", "😀", "\t", "\"\"", "plain text"]
for i in range(20000):
    w.writerow([i, "".join(random.choices(pool, k=random.randrange(8))), random.randrange(-10**12, 10**12), round(random.random(), 9)])
' >"$T/random.csv"

# --- values
encode 'a,b,c\n1,x,0.5\n-2,,.097\n' --time-value 7
is "longs, strings and doubles" "$records" '{"a": 1, "b": "x", "c": 0.5, "time": 7}
{"a": -2, "b": "", "c": 0.097, "time": 7}'
like "the head names the types" "$head" '"columns":\[\["a","long"\],\["b","string"\],\["c","double"\]\]'
like "the end commits, counts, and says that the end was taken from end-of-file" "$end" \
	'"end":"commit","rows":2,.*"time":\[7,7\],"source":"eof"'
encode 'z,p,e,big,dig,x,neg\n007,+1,1e5,9223372036854775808,0.1234567890123456789,00M,-0\n' --time-value 7
is "what would lose something stays a string" "$records" \
	'{"big": "9223372036854775808", "dig": "0.1234567890123456789", "e": "1e5", "neg": "-0", "p": "+1", "time": 7, "x": "00M", "z": "007"}'
encode 'max,min,mix,none\n9223372036854775807,-9223372036854775808,1,\n1,1,2.5,\n,,,\n' --time-value 7
is "the edges of 64 bits, numbers mixed, and NULL" "$records" '{"max": 9223372036854775807, "min": -9223372036854775808, "mix": 1.0, "none": null, "time": 7}
{"max": 1, "min": 1, "mix": 2.5, "none": null, "time": 7}
{"max": null, "min": null, "mix": null, "none": null, "time": 7}'
is "... which has no type" "$(printf '%s' "$head" | jq -c .columns) $(printf '%s' "$end" | jq -c .columns)" '[["max","long"],["min","long"],["mix","double"],["none",null]] [["max","long"],["min","long"],["mix","double"],["none",null]]'
encode 'a,b\r\n"x ""y"", z","1\n2\r\n3"\r\n\303\251,\360\237\230\200\r\n' --time-value 7
is "quotes, newlines in cells, CRLF and UTF-8" "$records" '{"a": "x \"y\", z", "b": "1\n2\r\n3", "time": 7}
{"a": "é", "b": "😀", "time": 7}'
encode '\357\273\277a,b\n1,2' --time-value 7
is "a byte order mark, and no newline at the end" "$records" '{"a": 1, "b": 2, "time": 7}'
encode 'a\tb\nx, y\t"2"\n' --time-value 7
is "TSV is recognised" "$records" '{"a": "x, y", "b": 2, "time": 7}'
encode 'a,b\n1,2\n' -f tsv --time-value 7
is "-f is believed" "$records" '{"a,b": "1,2", "time": 7}'
encode 'a\n1\n\n3\n' --time-value 7
is "one column: an empty line is an empty cell" "$records" '{"a": 1, "time": 7}
{"a": null, "time": 7}
{"a": 3, "time": 7}'
encode '\na,b\n\n1,2\n\n' --time-value 7
is "more columns: empty lines are skipped" "$records" '{"a": 1, "b": 2, "time": 7}'
{ echo a,b; seq 1 900000 | sed 's/$/,/'; echo 5,x; } >"$T/filled.csv"
td-encode --time-value 7 <"$T/filled.csv" >"$T/frame"
is "a column that is filled late is a string" "$(note_of "$T/frame" H | jq -c .columns) $(note_of "$T/frame" E | jq -c .columns) $(records "$T/frame" | sed -n '1p;$p' | jq -c .b | tr '\n' ' ')" \
	'[["a","long"],["b",null]] [["a","long"],["b","string"]] null "x" '
encode 'a,b\n1,\n' --all-string --time-value 7
is "--all-string types it" "$records $(printf '%s' "$end" | jq -c .columns)" '{"a": "1", "b": "", "time": 7} [["a","string"],["b","string"]]'
encode '{"a":1,"b":null}\n' --time-value 7
is "NULL alone has no type in JSON" "$records $(printf '%s' "$end" | jq -c .columns)" '{"a": 1, "b": null, "time": 7} [["a","long"],["b",null]]'
encode 'a,b\n' --time-value 7
is "a header without rows: status" "$status" 0
like "a header without rows: an empty frame" "$end" '"end":"commit","rows":0'

# --- --columns and its kin
encode '007,+1,1e5, 5 ,x\n' --no-header -c 'a:long,b:long,c:double,d:int,e' --time-value 7
is "given types take what people write" "$records" '{"a": 7, "b": 1, "c": 100000.0, "d": 5, "e": "x", "time": 7}'
encode '1,2\n' --no-header --time-value 7
is "no header and no names" "$records" '{"_c0": 1, "_c1": 2, "time": 7}'
encode 'a,b\n1,2\n' --all-string -c b:double --time-value 7
is "--all-string" "$records" '{"a": "1", "b": 2.0, "time": 7}'
encode 'a,b\n1,2\n' -c x:long
says "--columns that are not there" 65 "no column 'x'"
encode '1,2,3\n' --no-header -c a,b
says "--columns that are too few" 65 '3 cells where --columns names 2'
{ echo a,b; seq 1 600000 | sed 's/$/,5/'; echo 00M,5; } >"$T/late.csv"
run td-encode <"$T/late.csv"
is "a late value that does not fit: status" "$status" 65
like "a late value that does not fit: line, column and what to do" "$err" \
	"line 600002, column 1 'a': '00M' is not a long.*--columns a:string would take it"
like "a late value that does not fit: the frame ends in an abort" "$(note_of "$T/out" E)" '"end":"abort".*600002'
is "... and with the advice it goes through" \
	"$(td-encode -c a:string <"$T/late.csv" >"$T/frame"; echo $?; note_of "$T/frame" E | jq .rows)" "0
600001"

# --- names
encode 'Airport Name,Cost Total $,airport_name,V,,time_of,Sp$$eed,9x,\303\251t\303\251\n1,2,3,4,5,6,7,8,9\n' --time-value 7
is "names are kept, but for empty ones and v" "$(printf '%s' "$records" | jq -c 'keys')" \
	'["9x","Airport Name","Cost Total $","Sp$$eed","V","_c4","airport_name","time","time_of","été"]'
is "... silently" "$err" ""
encode 'v\n1\n' --time-value 7
is "... v is reserved" "$records $err" "{\"time\": 7, \"v_\": 1} td-encode: renamed columns: 'v' → v_"
encode '日本,中国\n100,200\n' --time-value 7
is "Japanese names" "$records" '{"time": 7, "中国": 200, "日本": 100}'
pack '[{"日本": 100, "Order ID": 1}]'
is "... of msgpack" "$records" '{"Order ID": 1, "time": 7, "日本": 100}'
encode '{"日本":100,"":1}\n' --time-value 7
is "... of JSON, and an empty name" "$records" '{"_c1": 1, "time": 7, "日本": 100}'
encode 'Order ID ,2019,3d,Ａ１,V,,a-b--c\n1,2,3,4,5,6,7\n' --names sql --time-value 7
is "--names sql" "$(printf '%s' "$records" | jq -c 'keys')" '["_2019","_3d","_c5","a1","a_b_c","order_id","time","v_"]'
like "... says which" "$err" "renamed columns: 'Order ID ' → order_id, '2019' → _2019"
encode '日本,中国\n1,2\n' --names sql
says "--names sql: two names that meet" 65 "columns 1 '日本' and 2 '中国' would both be '_': --rename one of them"
encode '日本,中国\n1,2\n' --names sql --rename 日本=japan --time-value 7
is "... and with the advice" "$records" '{"_": 2, "japan": 1, "time": 7}'
encode 'a,a,b\n1,2,3\n'
says "two columns of one name" 65 "columns 1 and 2 are both called 'a': name all columns with --skip-lines 1 --no-header --columns"
encode 'a,a,b\n1,2,3\n' --skip-lines 1 --no-header -c a,a2,b --time-value 7
is "... and with the advice" "$records" '{"a": 1, "a2": 2, "b": 3, "time": 7}'
long=$(printf '%0256d' 7)
encode "$long,b\n1,2\n"
says "a name that is too long" 65 "the name of column 1, '0{60}...', has 256 bytes, more than 255: --rename OLD=NEW"
encode "$long,b\n1,2\n" --rename "$long=x" --time-value 7
is "... and with the advice" "$records" '{"b": 2, "time": 7, "x": 1}'
encode "$long,b\n1,2\n" --drop "$long" --time-value 7
is "... or without the column" "$records" '{"b": 2, "time": 7}'
encode 'a,b\n1,2\n' --rename a=b,b=a --time-value 7
is "--rename a=b,b=a" "$records" '{"a": 2, "b": 1, "time": 7}'
encode 'a,b\n1,2\n' --rename a=c,b=a -c a:string --drop b --time-value 7
is "options name the columns of the input" "$records" '{"c": "1", "time": 7}'
encode 'a,b\n1,2\n' --rename a=x,a=y; is "--rename of one column twice" "$status" 2
encode 'a,b\n1,2\n' --rename a=x,b=x; is "--rename of two columns to one" "$status" 2
encode 'a,b\n1,2\n' --rename a=v; is "--rename to v" "$status" 2
encode '"Amount, EUR","a=b","c:d"\n1,2,3\n' -c '"Amount, EUR":string' --rename '"a=b"="x, y"' --select '"Amount, EUR","a=b","c:d"' --time-value 7
is "names in quotes" "$records" '{"Amount, EUR": "1", "c:d": 3, "time": 7, "x, y": 2}'

# --- time
encode 'time,a\n2024-02-29T12:00:00+09:00,1\n1709175600,2\n1709175600.0,3\n2024-02-29 03:00,4\n'
is "the column time" "$(printf '%s' "$records" | jq -c .time | sort | uniq -c | tr -s ' ')" ' 4 1709175600'
encode 'at,time\n1970-01-02,x\n' -t at
is "--time-column; the column time steps aside" "$records" '{"at": "1970-01-02", "time": 86400, "time_": "x"}'
encode 'at\n1970-01-02\n' --time-value '1970-01-01 00:00:09'
is "--time-value" "$records" '{"at": "1970-01-02", "time": 9}'
before=$(date +%s); encode 'a\n1\n'; now=$(printf '%s' "$records" | jq .time)
ok "without any, the moment of the run" test "$now" -ge "$before" -a "$now" -le "$(date +%s)"
encode 'time\n1709175600000\n'
says "milliseconds" 65 "line 2, column 1 'time': '1709175600000' .* milliseconds"
encode 'time\n2023-02-29\n'
says "no such day" 65 "'2023-02-29' is not a date of the calendar"
encode 'time\n-1\n'
says "before 1970" 65 "before 1970"
encode 'time,a\n,1\n'
says "an empty time" 65 "column 1 'time': '' is empty"

# --- bad text
encode 'a,b\n1,2,3\n'; says "a ragged row" 65 'line 2, field 3: a row of 3 cells where 2 are expected'
encode 'a,b\n1,2\n1\n'; says "a short row" 65 'line 3, field 2: a row of 1 cell'
encode 'a,b\n1,"2\n3,4\n'; says "an unclosed quote" 65 'line 2, field 2: a quote that is never closed'
encode 'a,b\n1,x"y"\n'; says "a quote inside a cell" 65 'line 2, field 2: a quote inside a cell'
encode 'a,b\n1,"x"y\n'; says "text behind a quote" 65 'line 2, field 2: text after the closing quote'
encode 'a,b\n1,\351\n'; says "Latin-1" 65 'line 2, field 2: not UTF-8'
encode 'a,b\n1,\0\n'; says "a NUL byte" 65 'line 2, field 2: a NUL byte'
encode ''; says "an empty input" 66 'is empty'
encode '' --quote , -f csv; is "the quote is the delimiter of CSV" "$status" 2
run td-encode --time-value 1 -- sh -c 'exit 0'
is "a command that writes nothing and exits with 0: status" "$status" 65
like "a command that writes nothing and exits with 0: the message" "$err" "'sh' exited with 0, but wrote nothing"
run td-encode --time-value 1 --
is "-- without a command: status" "$status" 2
encode 'a\n--x\n1\n' --time-value 1 --comment --; is "-- as a comment" "$status $records" '0 {"a": 1, "time": 1}'
for format in csv tsv jsonl msgpack frame; do
	encode '' -f $format; says "nothing from a pipe, -f $format" 66 'is empty: the program that should write it died or failed'
done
: >"$T/nothing"
td-encode -f csv <"$T/nothing" >"$T/frame" 2>"$T/err"
like "an empty file is not CSV" "$? $(cat "$T/err")" '^65 .*no header line'
for format in jsonl msgpack; do
	td-encode -f $format <"$T/nothing" >"$T/frame" 2>"$T/err"
	is "an empty file is no rows, -f $format" "$? $(note_of "$T/frame" E | jq -c '[.end,.rows]')" '0 ["commit",0]'
	td-encode -f $format -- true >"$T/frame" 2>"$T/err"
	is "... of a command" "$? $(note_of "$T/frame" E | jq -c '[.end,.rows,.source]')" '0 ["commit",0,"verified"]'
done
run env -u TD_BUILD TD_API_KEY=1/secret TD_API_SERVER=x TD_OTHER=y td-encode --time-value 1 -- sh -c 'printf "%s\n" names "$(env | grep ^TD_ | cut -d= -f1 | tr "\n" " ")"'
is "a command does not get the key" "$(records "$T/out")" '{"names": "TD_OTHER ", "time": 1}'
$PYTHON -c 'print(",".join("c%d" % i for i in range(4097)))' >"$T/wide"
run td-encode <"$T/wide"
is "4097 columns: status" "$status" 65
like "4097 columns: the message" "$err" "more than 4096 columns"

# --- JSON
encode '{"a":1,"b":"x","c":0.5,"t":true}\n{"b":null,"a":-2,"c":3}\n\n{"a":7,"d":[1, {"k" : "v w"}]}' --time-value 7
is "JSON lines" "$records" '{"a": 1, "b": "x", "c": 0.5, "d": null, "t": 1, "time": 7}
{"a": -2, "b": null, "c": 3.0, "d": null, "t": null, "time": 7}
{"a": 7, "b": null, "c": null, "d": "[1,{\"k\":\"v w\"}]", "t": null, "time": 7}'
encode '{"a":1}\n{"a":"7"}\n{"a":true}\n' --time-value 7
is "a mixture is text" "$records" '{"a": "1", "time": 7}
{"a": "7", "time": 7}
{"a": "true", "time": 7}'
encode ' [ {"a" : 1},\n {"a":2} ] \n' --time-value 7
is "a JSON array" "$records" '{"a": 1, "time": 7}
{"a": 2, "time": 7}'
encode '{\n  "a": 1\n}\n{\n  "a": 2\n}\n' --time-value 7
is "indented objects" "$records" '{"a": 1, "time": 7}
{"a": 2, "time": 7}'
encode '[]\n'; is "an empty array" "$status $(printf '%s' "$end" | jq -c '[.end,.rows]')" '0 ["commit",0]'
encode '{"a":[1,2.0],"m":{"x":[{"y":null}]}}\n' -c 'a:array<double>,m:map<string,array<map<string,long>>>' --time-value 7
is "nested columns" "$records" '{"a": [1.0, 2.0], "m": {"x": [{"y": null}]}, "time": 7}'
encode '[1,"x"]\n[2,null]\n' -c a,b --time-value 7
is "arrays as rows" "$records" '{"a": 1, "b": "x", "time": 7}
{"a": 2, "b": null, "time": 7}'
encode '{"s":"\\u00e9 \\ud83d\\ude00 \\n \\/ \\" é","n":18446744073709551615,"l":9223372036854775807,"d":0.30000000000000004,"p":3.14159265358979323846}\n' --time-value 7
is "escapes, and numbers at the edges" "$records" \
	'{"d": 0.30000000000000004, "l": 9223372036854775807, "n": "18446744073709551615", "p": "3.14159265358979323846", "s": "é 😀 \n / \" é", "time": 7}'
encode '{"a":1}\n{"a":1,}\n'; says "a trailing comma" 65 'line 2, character 8: a comma before the end'
encode '{"a":1}\n{"a":01}\n'; says "a leading zero" 65 'line 2, character 6: a number with leading zeros'
encode '{"a":1,"a":2}\n'; says "a key twice" 65 'line 1, character 8: a key that this row had already'
encode '{"a":"\\ud800"}\n'; says "a lone surrogate" 65 'line 1, character 7: half of a surrogate'
encode '{"a":"\377"}\n'; says "JSON that is not UTF-8" 65 'line 1, character 7: not UTF-8'
encode '{"a":"\001"}\n'; says "a control character" 65 'line 1, character 7: a control character'
encode '{"a":1}\n{"a":'; says "JSON that is cut" 65 'line 2, character 6: the input ends inside a row'
encode '[{"a":1},'; says "an array that is cut" 65 'the input ends inside its array'
encode '[{"a":1}] x'; says "something behind the array" 65 'line 1, character 11: something after the end'
encode '{"a":1}\n2\n'; says "a number as a row" 65 'line 2, character 1: an object is expected here'
encode '[1,2]\n'; says "an array without names" 65 'name its columns with --columns'
encode '{"a":12345678901234.567,"b":12.50}\n{"a":"x","b":"y"}\n{"a":-0,"b":1e5}\n{"a":[1.50,-0],"b":true}\n{"a":12345678901234567890123,"b":null}\n' --time-value 7
is "numbers in a column of strings keep their digits" "$records" '{"a": "12345678901234.567", "b": "12.50", "time": 7}
{"a": "x", "b": "y", "time": 7}
{"a": "-0", "b": "1e5", "time": 7}
{"a": "[1.50,-0]", "b": "true", "time": 7}
{"a": "12345678901234567890123", "b": null, "time": 7}'
encode '{"t":1700000000.987654321,"u":0.12345678901234567}\n{"t":1.7e9,"u":1}\n{"t":1700000001,"u":[0.50]}\n' -t t --all-string -c 'm:array<long>'
is "... also where one of them is the time" "$records" '{"m": null, "t": "1700000000.987654321", "time": 1700000000, "u": "0.12345678901234567"}
{"m": null, "t": "1.7e9", "time": 1700000000, "u": "1"}
{"m": null, "t": "1700000001", "time": 1700000001, "u": "[0.50]"}'
encode '{"t":20240131}\n' -t t --all-string --time-format %Y%m%d
is "... by a format, too" "$records" '{"t": "20240131", "time": 1706659200}'
encode '{"a":nan}\n'; says "NaN" 65 'line 1, character 6: not a value'
encode "{\"a\":$(printf '%0100d' 0 | tr 0 '[')"; says "a nesting bomb" 65 'nested too deeply'
{ seq 1 700000 | sed 's/.*/{"a":&}/'; echo '{"b":1}'; } >"$T/late.jsonl"
run td-encode <"$T/late.jsonl"
is "a late key: status" "$status" 65
like "a late key: the message" "$err" "line 700001, character 2: a key that none of the first rows had; name it with --columns"
is "... and with the advice it goes through" "$(td-encode -c b:long <"$T/late.jsonl" >"$T/frame"; echo $?)" 0
$PYTHON -c '
import json, random
random.seed(5)
def text(): return "".join(random.choices(["a", "é", "\"", "\\", "\n", "\0", "😀", "/", "\x7f", " ", "plain"], k=random.randrange(9)))
def value(d): return random.choice([lambda: text(), lambda: random.randrange(-9, 9), lambda: None, lambda: True, lambda: [value(d + 1) for i in range(2)] if d < 4 else 0,
    lambda: {text(): value(d + 1)} if d < 4 else 0])()
for i in range(20000):
    print(json.dumps({"i": i, "r": random.random() * 10 ** random.randrange(-20, 20), "s": text(), "n": value(0)}, ensure_ascii=random.random() < .5))
' >"$T/random.jsonl"
same_json() {
	td-encode --time-value 5 <"$T/random.jsonl" >"$T/frame" && gzip -dc "$T/frame" | $PYTHON -c '
import json, msgpack, sys
n = 0
for line, got in zip(open(sys.argv[1], encoding="utf-8"), msgpack.Unpacker(sys.stdin.buffer, raw=False), strict=True):
    want = json.loads(line)
    n += 1
    for k in "i", "r", "s": assert got[k] == want[k] and type(got[k]) is type(want[k]), (n, k, want[k], got[k])
    g, w = got["n"], want["n"]
    assert (g is None if w is None else g == w if isinstance(w, str) else json.loads(g) == w), (n, w, g)
assert n == 20000' "$T/random.jsonl"
}
ok "every value of 20,000 random objects" same_json
if [ -f "$SHARED/wire.jsonl" ]; then
	ok "real JSON lines, value by value" sh -c 'td-encode <"$1/wire.jsonl" 2>/dev/null | gzip -dc | "$2" -c "
import json, msgpack, sys
n = 0
for line, got in zip(open(sys.argv[1], encoding=\"utf-8\"), msgpack.Unpacker(sys.stdin.buffer, raw=False), strict=True):
    n += 1
    for k, w in json.loads(line).items():
        g = got[k]
        assert g == w or json.loads(g) == w, (n, k, w, g)
assert n > 100" "$1/wire.jsonl"' sh "$SHARED" "$PYTHON"
else skip "real JSON lines" "no shared data"; fi

# --- msgpack
pack '[{"a": 1, "b": "x", "c": [1, {"k": 1.0}]}, {"b": b"y", "a": None, "d": True}]'
is "msgpack maps" "$records" '{"a": 1, "b": "x", "c": "[1,{\"k\":1.0}]", "d": null, "time": 7}
{"a": null, "b": "y", "c": null, "d": 1, "time": 7}'
pack '[[1, 2**64-1, -2**63, 1.5], [2, 2**63-1, 0, 2]]' -c a,b,c,d
is "msgpack arrays" "$records" '{"a": 1, "b": "18446744073709551615", "c": -9223372036854775808, "d": 1.5, "time": 7}
{"a": 2, "b": "9223372036854775807", "c": 0, "d": 2.0, "time": 7}'
pack '[{"a": [1, 2], "m": {"x": 1}}]' -c 'a:array<long>,m:map<string,double>'
is "msgpack, nested columns" "$records" '{"a": [1, 2], "m": {"x": 1.0}, "time": 7}'
pack '[{"a": 1}, {1: 1}]'; says "a key that is not text" 65 'row 2: a key that is not text'
pack '[{"a": b"\xff"}]'; says "bytes that are no text" 65 "column 1 'a': not UTF-8"
printf '\202\241a\001\241a\002' | td-encode -f msgpack >"$T/frame" 2>"$T/err"
is "msgpack, a key twice: status" "$?" 65
like "msgpack, a key twice: the message" "$(cat "$T/err")" "row 1: key 'a': it occurs twice"
printf '\201\241a\333\377\377\377\377x' | td-encode >"$T/frame" 2>"$T/err"
is "msgpack, a length that lies: status" "$?" 65
like "msgpack, a length that lies: the message" "$(cat "$T/err")" "row 1: the input ends inside"

# --- gzip
printf 'a,b\n1,x\n' >"$T/g.csv"
gzip -c "$T/g.csv" >"$T/g.csv.gz"; printf '2,y\n' | gzip -c >>"$T/g.csv.gz"
is "gzip'ed CSV, two members" "$(td-encode --time-value 7 <"$T/g.csv.gz" >"$T/frame"; records "$T/frame")" '{"a": 1, "b": "x", "time": 7}
{"a": 2, "b": "y", "time": 7}'
gzip -c "$T/random.jsonl" >"$T/r.gz"
ok "gzip'ed JSON lines" sh -c 'test "$(td-encode --time-value 5 <$1/r.gz | gzip -dc | cksum)" = "$(td-encode --time-value 5 <$1/random.jsonl | gzip -dc | cksum)"' sh "$T"
head -c 100000 "$T/r.gz" >"$T/cut.gz"
run td-encode <"$T/cut.gz"
is "a gzip file that is cut: status" "$status" 65
like "a gzip file that is cut: the message" "$err" "ends inside a gzip member"
like "a gzip file that is cut: the frame ends in an abort" "$(note_of "$T/out" E)" '"end":"abort"'
run sh -c 'head -c 100000 "$1" | td-encode' sh "$T/r.gz"
is "a gzip pipe that is cut: status" "$status" 66

# --- choosing columns
encode 'a,b\n5,7\n' -c time:long,b:string --time-value 7
is "a type of no column is not one of this column" "$status $records" '0 {"a": 5, "b": "7", "time": 7}'
encode 'a,B\n5,7\n' -c B:string,b:string --time-value 7
says "a type of no column" 65 "no column 'b'"
encode 'A b,c,d\n1,2,3\n' --select d,a_b --rename 'A b=x' --time-value 7 ; says "a column that was renamed" 65 "no column 'a_b'"
encode 'A b,c,d\n1,2,3\n' --select 'd,A b' --rename 'A b=x' --time-value 7
is "--select and --rename" "$records $(printf '%s' "$head" | jq -c .columns)" '{"d": 3, "time": 7, "x": 1} [["d","long"],["x","long"]]'
encode 'a,b,time\n1,2,3\n' --drop a --time-unit s
is "--drop" "$records" '{"b": 2, "time": 3}'
encode 'a,ts\n1,2\n' --rename ts=time --time-unit s
is "--rename to time" "$records" '{"a": 1, "time": 2}'
encode 'a,b\n1,2\n' --drop z; says "--drop of what is not there" 65 "no column 'z' .--drop"
encode 'a,b\n1,2\n' --rename a=b; says "--rename to what is there" 65 "columns 1 .a. and 2 .b. would both be .b.: --rename one of them"
printf '# a comment\na long whatever\nb  string 3 rows\ntime long\n' >"$T/schema"
encode 'a,b\n007,1\n' --schema "$T/schema" --time-value 7
is "--schema" "$records" '{"a": 7, "b": "1", "time": 7}'

printf 'time,Some id,x\n2024-01-01,007,\n2024-01-02,008,\033[1mx\n' >"$T/p.csv"
run td-encode --preview <"$T/p.csv"
is "--preview: status" "$status" 0
is "--preview: columns, types, where from, first rows" "$out" "# standard input: CSV, types from 2 rows
# column   type    known from                first rows
time       long    column time               2024-01-01T00:00:00Z, 2024-01-02T00:00:00Z
\"Some id\"  string  all of 2, in SQL some_id  '007', '008'
x          string  all of 1, 1 empty         '', '?[1mx'"
cp "$T/out" "$T/schema"
encode 'time,Some id,x\n5,1,2\n' --schema "$T/schema" --time-unit s
is "--preview is a --schema" "$records" '{"Some id": "1", "time": 5, "x": "2"}'
printf '{"a\\u001b[2J":1,"b\\nc long":2,"\\u009b\\u00a3\\"\\\\":"x","d,e":3}\n' >"$T/keys.jsonl"
td-encode --preview <"$T/keys.jsonl" >"$T/schema" 2>"$T/err"
is "--preview of hostile names" "$(sed '1,3d; s/  .*//' "$T/schema")" '"a\x1b[2J"
"b\x0ac long"
"\xc2\x9b£\"\\"
d,e'
td-encode --schema "$T/schema" --time-value 7 <"$T/keys.jsonl" >"$T/frame" 2>"$T/err"
is "--preview of hostile names is a --schema" "$?" 0

# --- other dialects
encode "a;b\n'x;''y';2\n" -d ';' --quote "'" --time-value 7
is "--delimiter and --quote" "$records" '{"a": "x;'"'"'y", "b": 2, "time": 7}'
encode 'a;b\n1;2\n' --time-value 7
says "a delimiter that may be meant" 65 "one column, whose name holds ';': -d ';' reads cells that it separates"
encode 'a;b\n1;2\n' --time-value 7 -d ,
is "... or is not" "$records" '{"a;b": "1;2", "time": 7}'
encode 'a,b\n"x,2\n' --quote none --time-value 7
is "no quotes at all" "$records" '{"a": "\"x", "b": 2, "time": 7}'
encode '%% a report\n\na|b\n# no row\n1|NULL\n-|x\n' -d '|' --skip-lines 2 --comment '#' --null NULL --null - --time-value 7
is "--skip-lines, --comment, --null" "$records" '{"a": 1, "b": null, "time": 7}
{"a": null, "b": "x", "time": 7}'
encode 'a,b\n,""\n' --null '' -c a:string,b:string --time-value 7
is "--null '': empty cells without quotes are NULL" "$records" '{"a": null, "b": "", "time": 7}'
encode 'a,b\n1,2\na,b\n3,4\n' --repeated-header --time-value 7
is "--repeated-header" "$records" '{"a": 1, "b": 2, "time": 7}
{"a": 3, "b": 4, "time": 7}'
for text in '\n\n' '\r\r\n'; do
	encode "$text" -f csv --no-header -c a:string --time-value 7
	is "empty lines of one column that is given are rows" "$status $records" '0 {"a": "", "time": 7}
{"a": "", "time": 7}'
done
encode 'a\tb\tc\nx\\ty\\\\z\t\\N\t"q\n\\N\t\\\n2\t\n' -f tsv --escape '\' --time-value 7
is "--escape, as MySQL and td-fetch write TSV" "$records" '{"a": "x\ty\\z", "b": null, "c": "\"q", "time": 7}
{"a": null, "b": "\n2", "c": "", "time": 7}'
encode 'a\tb\tc\tn\nx\\fy\tx\\vy\tx\\by\t\\N\n' -f tsv --escape '\' --time-value 7
is "--escape, as the COPY of PostgreSQL writes TSV" "$records" '{"a": "x\fy", "b": "x\u000by", "c": "x\by", "n": null, "time": 7}'
encode 'a,b\n"x\\"y","\\\n"\nz\\,,1\n' --escape '\' --time-value 7
is "--escape and quotes" "$records" '{"a": "x\"y", "b": "\n", "time": 7}
{"a": "z,", "b": "1", "time": 7}'
encode 'a,b\n1,"2\\"\n' --escape '\'; says "an escaped quote does not close" 65 'line 2, field 2: a quote that is never closed'
encode 'a\n\351\200\n' --encoding windows-1252 --time-value 7
is "--encoding" "$records" '{"a": "é€", "time": 7}'
printf 'a,b\n\303\251,2\n' | iconv -f UTF-8 -t UTF-16 | gzip -c >"$T/utf16.gz"
is "UTF-16 with a byte order mark, gzip'ed" "$(td-encode --encoding UTF-16 --time-value 7 <"$T/utf16.gz" >"$T/frame"; records "$T/frame")" '{"a": "é", "b": 2, "time": 7}'
encode 'a\n1\n' --encoding nothing
is "an encoding that is not there: status" "$status" 2
printf 'a\n\377\n' | td-encode --encoding UTF-8 >"$T/frame" 2>"$T/err"
is "what is not in the encoding: status" "$?" 65
like "what is not in the encoding: the message" "$(cat "$T/err")" 'byte 2: not of the encoding'

# --- more about time
encode 'time\n29/Feb/2024:21:00:00 +0900\n' --time-format '%d/%b/%Y:%H:%M:%S %z'
is "--time-format" "$records" '{"time": 1709208000}'
encode 'time\n1709208000123\n' --time-unit ms
is "--time-unit" "$records" '{"time": 1709208000}'
encode 'time\n2024-03-10 02:30\n2024-07-01 00:00Z\n' --time-zone America/New_York
is "--time-zone" "$(printf '%s' "$records" | jq -c .time | tr '\n' ' ')" '1710055800 1719792000 '
encode 'time\n20240131\n'; says "a date without dashes" 65 'looks like a date: --time-format %Y%m%d reads it'

# --- rejects
{ echo 'id,name,n'; for i in $(seq 1 20); do echo "$i,n$i,$i"; done
  printf '21,"x\ny",21\n22,short\n23,"in"side,23\n24,\377,24\n25,ok,x\n26,fine,26\n27,"open,27\n28,last,28\n'; } >"$T/bad.csv"
run td-encode -c n:long --rejects "$T/rej" --time-value 7 <"$T/bad.csv"
is "--rejects: status" "$status" 0
like "--rejects: it is said" "$err" "5 of 28 rows were rejected: see .*/rej"
is "--rejects: the others are there" "$(note_of "$T/out" E | jq -c '[.end,.rows,.rejects]')" '["commit",23,5]'
is "--rejects: the rows as they came" "$(grep -av '^#td-encode:' "$T/rej" | od -An -c | tr -d ' \n')" \
	"$(printf 'id,name,n\n22,short\n23,"in"side,23\n24,\377,24\n25,ok,x\n27,"open,27\n' | od -An -c | tr -d ' \n')"
is "--rejects: line, column and reason" "$(grep -a '^#td-encode: standard' "$T/rej" | sed 's/^#td-encode: standard input: //; s/; --columns.*//')" \
	"line 24, field 3: a row of 2 cells where 3 are expected
line 25, field 2: text after the closing quote of a cell
line 26, field 2: not UTF-8: --encoding says what it is
line 27, column 3 'n': 'x' is not a long
line 29, field 2: a quote that is never closed"
LC_ALL=C sed -i 's/^22,short/22,short,22/; s/"in"side/inside/; s/^24.*/24,b,24/; s/^25,ok,x/25,ok,25/; s/"open/open/' "$T/rej"
is "--rejects: taken after repair" "$(td-encode -f csv --comment '#td-encode:' <"$T/rej" | gzip -dc | $PYTHON -c '
import msgpack, sys
print([r["n"] for r in msgpack.Unpacker(sys.stdin.buffer)])')" "[22, 23, 24, 25, 27]"
run td-encode -c n:long --rejects "$T/rej" --max-rejects 4 <"$T/bad.csv"
is "--max-rejects N: status" "$status" 65
like "--max-rejects N: the message" "$err" "more than 4 rows were rejected .--max-rejects 4.; the last: .*line 29"
like "--max-rejects N: the frame ends in an abort" "$(note_of "$T/out" E)" '"end":"abort"'
run td-encode -c n:long --rejects "$T/rej" --max-rejects 10% <"$T/bad.csv"
is "--max-rejects P%: status" "$status" 65
run td-encode -c n:long --rejects "$T/rej" --max-rejects 20% <"$T/bad.csv"
is "--max-rejects P%, enough: status" "$status" 0
run td-encode --rejects "$T/none/such" <"$T/bad.csv"
is "--rejects that cannot be opened: status" "$status" 1
printf '{"a":1}\n{"a":}\n{"a":2}\n{"a":3,"a":4}\n[\n{"a":5}' >"$T/bad.jsonl"
run td-encode --rejects "$T/rej" <"$T/bad.jsonl"
is "--rejects of JSON lines" "$status $(note_of "$T/out" E | jq -c '[.rows,.rejects]') $(grep -v '^#' "$T/rej" | tr '\n' ' ')" \
	'0 [3,3] {"a":} {"a":3,"a":4} [ '
is "--rejects of JSON lines, fed back" "$(sed 's/{"a":}/{"a":9}/; s/,"a":4//; s/^\[$//' "$T/rej" | td-encode -f jsonl --comment '#td-encode:' | gzip -dc | od -An -tx1 | grep -c .)" 2
pack '[{"a": 1}, {"a": 2, 3: 4}, {"a": 5}]' --rejects "$T/rej"
is "--rejects of msgpack" "$status $(printf '%s' "$end" | jq -c '[.rows,.rejects]') $(grep -v '^#' "$T/rej")" '0 [2,1] {"a":2,3:4}'
run td-encode --max-rejects 4 </dev/null
is "--max-rejects without --rejects: status" "$status" 2

# --- frames of rows, made by python: a head, one foreign member, an end
cat >"$T/frame.py" <<'END'
import gzip, json, msgpack, struct, sys, zlib
def note(kind, j):
    extra = b"TD" + struct.pack("<H", 14) + b"\1" + kind + bytes(12)
    return b"\x1f\x8b\x08\x14" + bytes(5) + b"\xff" + struct.pack("<H", len(extra)) + extra + json.dumps(j).encode() + b"\0\3\0" + bytes(8)
def frame(columns, values, **end):
    body = b"".join(msgpack.packb(r, use_bin_type=True) for r in values)
    member = gzip.compress(body, mtime=0)
    e = {"end": "commit", "rows": len(values), "blocks": 1, "bytes": len(body), "crc32": "%08x" % zlib.crc32(member), "source": "verified"}
    e.update(end)
    return note(b"H", {"td-frame": 1, "content": "rows", "columns": columns, "job_id": "4711", "endpoint": "https://api.example.com", "rows": len(values)}) + member + note(b"E", e)
out = sys.stdout.buffer.write
END
nan() { is "NaN $1" "$status $records" "0 $2"; like "... said so" "$err" "column 'a': $3 values? (was|were) NaN or infinite and written as NULL"; }
pack '[{"a": float("nan")}, {"a": "x"}, {"a": float("-inf")}]'
nan "in a column of strings" '{"a": null, "time": 7}
{"a": "x", "time": 7}
{"a": null, "time": 7}' 2
pack '[{"a": 1.5}, {"a": float("nan")}]' --all-string; nan "by --all-string" '{"a": "1.5", "time": 7}
{"a": null, "time": 7}' 1
pack '[{"a": [float("nan"), "x"]}]' -c 'a:array<string>'; nan "in an array of strings" '{"a": [null, "x"], "time": 7}' 1
pack '[{"a": {"k": [float("nan"), float("inf"), 1.5]}}]'; nan "in JSON text" '{"a": "{\"k\":[null,null,1.5]}", "time": 7}' 2

# frame_in PYTHON OPTION...: python that writes the input frame in; $records, $end
frame_in() {
	{ cat "$T/frame.py"; printf '%s\n' "$1"; } | $PYTHON - >"$T/in" || exit 1
	shift
	td-encode --time-value 7 "$@" <"$T/in" >"$T/frame" 2>"$T/err"
	status=$? err=$(cat "$T/err")
	decode
}
frame_in 'out(frame([["b","boolean"],["i","bigint"],["t","tinyint"],["r","real"],["d","double"],["dec","decimal(38,2)"],["s","varchar(20)"],
 ["ts","timestamp(3) with time zone"],["bin","varbinary"],["a","array(bigint)"],["m","map(varchar, array(double))"],["w","row(x bigint, y varchar)"],["u","unknown"]],
 [[True, -2**63, -128, 0.5, 1e300, "12345678901234567890.12", "é", "2024-01-01 00:00:00.000 UTC", b"\0\xff\1", [1, None, 2], {"k": [1.5, None]}, [1, "z\""], None],
  [False, 2**63-1, 127, None, float("nan"), None, "", None, None, None, {}, None, None]]))'
is "the types of a query engine" "$records" '{"a": [1, null, 2], "b": 1, "bin": "AP8B", "d": 1e+300, "dec": "12345678901234567890.12", "i": -9223372036854775808, "m": {"k": [1.5, null]}, "r": 0.5, "s": "é", "t": -128, "time": 7, "ts": "2024-01-01 00:00:00.000 UTC", "u": null, "w": "[1,\"z\\\"\"]"}
{"a": null, "b": 0, "bin": null, "d": null, "dec": null, "i": 9223372036854775807, "m": {}, "r": null, "s": "", "t": 127, "time": 7, "ts": null, "u": null, "w": null}'
is "... and what they are in a table" "$(printf '%s' "$head" | jq -c '[.columns[][1]]')" \
	'["long","long","long","double","double","string","string","string","string","array<long>","map<string,array<double>>","string","string"]'
like "... NaN is NULL and said so" "$err" "column 'd': 1 value was NaN or infinite"
is "where the rows come from is handed through" "$(printf '%s' "$head" | jq -c '[.job_id,.endpoint,.rows]')" '["4711","https://api.example.com",2]'
like "a verified frame makes a verified frame" "$end" '"rows":2,.*"source":"verified"'
frame_in 'out(frame([["a","bigint"]], [[i] for i in range(3)], source="eof"))'
like "an unverified one does not" "$end" '"rows":3,.*"source":"eof"'
frame_in 'out(frame([["a","bigint"]], []).replace(b"\"blocks\": 1", b"\"blocks\": 1"))'
like "a frame without rows" "$end" '"end":"commit","rows":0'
frame_in 'out(frame([["a","bigint"]], [["x"]]))'; says "a text in a bigint" 65 "row 1, column 1 'a': \"x\" is not a long; --columns a:string"
frame_in 'out(frame([["a","bigint"],["b","bigint"]], [[1]]))'; says "a row that is too short" 65 'row 1: 1 value where 2 are'
frame_in 'out(frame([["a","bigint"]], [{"a": 1}]))'; says "maps where arrays should be" 65 'row 1: not a msgpack array'
frame_in 'out(frame([["a","bigint"]], [[1]], rows=2))'; says "wrong counts" 65 'counts 2 rows'
frame_in 'out(frame([["a","bigint"]], [[1]])[:-40])'; says "a frame that is cut" 66 'ended in the middle of a frame'
frame_in 'out(frame([["a","bigint"]], [[1]], end="abort", reason="job 4711 failed", status=69))'
says "an abort" 66 'upstream gave up: job 4711 failed'
run td-encode --preview <"$T/in"
is "--preview of a frame that is aborted: status" "$status" 66
like "--preview of a frame that is aborted: what was there, and why" "$out $err" 'a  *long  *job: bigint .*upstream gave up: job 4711 failed'
like "an abort is passed on with its reason" "$end" '"reason":"upstream gave up: job 4711 failed",(.*,)?"status":66'
td-encode --time-value 7 <"$T/random.csv" 2>/dev/null >"$T/records"
run td-encode <"$T/records"
is "a frame of records: status" "$status" 65
like "a frame of records: the message" "$err" "holds records already"
frame_in 'out(frame([["a","varchar"]], [["x" * 3000000]] * 3))'
is "rows that are larger than a block" "$(gzip -dc "$T/frame" | wc -c) $(printf '%s' "$end" | jq .rows)" "$((3 * (3000000 + 14))) 3"
frame_in 'out(frame([["a","varchar"]], [["x" * (64 << 20)]]))'; says "a row of 64 MiB is refused" 65 'row 1.* longer than'

# --- the real world
same() { # FILE DELIMITER: python's csv and the frame hold the same values
	td-encode --time-value 5 <"$1" 2>/dev/null >"$T/frame" && gzip -dc "$T/frame" | $PYTHON -c '
import csv, msgpack, sys
want = csv.reader(open(sys.argv[1], newline="", encoding="utf-8"), delimiter=sys.argv[2])
names = next(want)
n = 0
for row, got in zip(want, msgpack.Unpacker(sys.stdin.buffer, raw=False), strict=True):
    n += 1
    got = list(got.items())
    assert got[0] == ("time", 5), got[0]
    assert len(got) == len(row) + 1, n
    for w, (name, g) in zip(row, got[1:]):
        ok = w == "" if g is None else g == w if isinstance(g, str) else str(g) == w if isinstance(g, int) else g == float(w)
        assert ok, (n, name, w, g)
assert n > 1000
' "$1" "$2"
}
for f in airports.csv birdstrikes.csv seattle-weather.csv unemployment.tsv; do
	if [ -f "$SHARED/$f" ]; then
		case $f in *.tsv) d=$(printf '\t') ;; *) d=, ;; esac
		ok "every value of $f" same "$SHARED/$f" "$d"
	else skip "every value of $f" "no shared data"; fi
done
ok "every value of 20,000 random rows with quotes and newlines" same "$T/random.csv" ,
ok "... whatever the number of threads and the level" sh -c '
	for o in "-j1 -0" "-j2 -1" "-j7 -6" "-j3 -9"; do td-encode --time-value 5 $o <$1/random.csv | gzip -dc | cksum; done |
	sort -u | wc -l | grep -qx 1' sh "$T"

# --- commands
run td-encode -f csv -- sh -c 'echo a; echo 1'
is "a command that succeeds: status" "$status" 0
like "a command that succeeds: verified" "$(note_of "$T/out" E)" '"rows":1,.*"source":"verified"'
run "$PYTHON" -c 'import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execvp(sys.argv[1], sys.argv[1:])' \
	td-encode -f csv -- sh -c 'echo a; echo 1'
is "a command, started by who ignores the end of children" "$status $err" "0 "
run td-encode -- sh -c 'echo a; echo 1; exit 3'
is "a command that fails: status" "$status" 66
like "a command that fails: the message" "$err" "'sh' failed with exit status 3"
like "a command that fails: the frame says so" "$(note_of "$T/out" E)" '"end":"abort","reason":".sh. failed with exit status 3"'
run td-encode -- sh -c 'echo a; printf "1\n\"2"; kill -9 $$'
is "a command that is killed in a row: status" "$status" 66
like "a command that is killed in a row: the message" "$err" "'sh' was killed by signal 9"
run td-encode -- /no/such/command
is "a command that is not there: status" "$status" 66
like "a command that is not there: the message" "$err" "cannot run '/no/such/command'"
run td-encode -f csv -- true
is "a command without output: status" "$status" 65

# --- the other end
if [ -w /dev/full ]; then
	td-encode <"$T/random.csv" 2>"$T/err" >/dev/full
	is "a full disk: status" "$?" 1
	like "a full disk: the message" "$(cat "$T/err")" "cannot write to standard output: No space left"
else skip "a full disk" "no /dev/full"; fi
{ td-encode -0 --all-string <"$T/late.csv" 2>"$T/err"; echo $? >"$T/status"; } | head -c 1000 >/dev/null
is "a vanished reader: death by SIGPIPE" "$(cat "$T/status") $(cat "$T/err")" "141 "
mkfifo "$T/fifo"
td-encode <"$T/fifo" >"$T/frame" 2>"$T/err" & pid=$!
exec 3>"$T/fifo"; printf 'a\n1\n' >&3
# it catches TERM and blocks in a read
until_ok sh -c 'grep -q "^SigCgt:.*[4567cdef]...$" /proc/$1/status && grep -q "^State:.S" /proc/$1/status' sh $pid
kill -TERM $pid; wait $pid 2>/dev/null
is "SIGTERM: dies by it" "$?" 143
exec 3>&-
is "SIGTERM: the frame ends in an abort" "$(note_of "$T/frame" E | jq -c '[.end, .status]')" '["abort",143]'
run td-encode -q stray
is "a file that is not there: status" "$status" 66
for bad in '-c a:number' '-c a:long,a:long' '--level 10' '-j x' '--time-value soon' '-f xml' '-t a --time-value 1' '-c time:string'; do
	td-encode $bad </dev/null >"$T/out" 2>"$T/err"
	is "wrong usage, $bad: status" "$?" 2
done

# --- memory: ten times the input needs no more
if sanitized || ! [ -r /proc/self/status ]; then
	skip "memory does not grow" "sanitizers, or no /proc"
else
	peak() { # MiB of a file of $1 rows
		$PYTHON -c '
import resource, subprocess, sys
p = subprocess.Popen(["td-encode", "-j2"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
row = b"1,some text of a row,2.5\n" * 10000
p.stdin.write(b"a,b,c\n")
for i in range(int(sys.argv[1]) // 10000): p.stdin.write(row)
p.stdin.close()
assert p.wait() == 0
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)' "$1"
	}
	small=$(peak 300000) large=$(peak 3000000)
	ok "memory does not grow: $small and $large MiB" test "$large" -le $((small + 2)) -a "$large" -le 32
fi

finish
