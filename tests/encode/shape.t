#!/bin/sh
# td-encode: input that is ambiguous is refused, and loads as it was meant with the option that the message names: first lines,
# dialects, documents of JSON and msgpack.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/encode.sh"

# way WHAT TEXT SENTENCE RECORDS OPTION...: refused with the sentence; with the options it becomes these records
way() {
	what=$1 text=$2 sentence=$3 want=$4; shift 4
	encode "$text" --time-value 7
	says "$what" 65 "$sentence"
	is "... no rows" "$records" ""
	encode "$text" --time-value 7 "$@"
	is "... and with $*" "$status $(printf '%s\n' "$records" | jq -cS 'del(.time)' | tr '\n' ' ')" "0 $want "
}

# --- the first line
way "numbers for names" '1,2\n3,4\n' "line 1 looks like a row, not like a header .column 1: '1'.: --no-header takes it for a row" \
	'{"_c0":1,"_c1":2} {"_c0":3,"_c1":4}' --no-header
way "... that are the names" '1,2\n3,4\n' "header for the header" '{"1":3,"2":4}' --header
way "a row among texts" 'x,Alice,2024-01-01\ny,Bob,2024-01-02\n' "looks like a row, .*column 3: '2024-01-01'" \
	'{"_c0":"x","_c1":"Alice","_c2":"2024-01-01"} {"_c0":"y","_c1":"Bob","_c2":"2024-01-02"}' --no-header
way "a name that is missing" 'a,\nx,y\n' "looks like a row, .*column 2: ''" '{"_c1":"y","a":"x"}' --header
for header in '2019,2020,3d' ',a' 'country,2019,x y' '2024-01-01,n'; do
	case $header in ,a) row=0,1 ;; country*) row=JP,1,2 ;; *d) row=1,2,3 ;; *) row=7,8 ;; esac
	encode "$header\\n$row\\n" --time-value 7
	is "a header with text above numbers, $header" "$status $err" "0 "
done
encode '2019,2020\n1,2\n' --time-value 7 -c 2019:string
is "a header that an option knows" "$status $records" '0 {"2019": "1", "2020": 2, "time": 7}'
way "one column with semicolons" 'a;b\n1;2\n' "one column, whose name holds ';': -d ';' reads cells" '{"a":1,"b":2}' -d ';'
way "one column with bars" 'a|b\n1|2\n' "whose name holds '|': -d '|'" '{"a":1,"b":2}' -d '|'
for header in '29/02/2024,x' '29.2.2024,x' '12-31-24,x' '12:30,x' '1.5e3,x' '+1,x' '007,x' ' ,x' '02/29/2024 10:00,x'; do
	encode "$header\\n${header%x}y\\n" --time-value 7
	says "a row that is no header, $header" 65 "line 1 looks like a row, not like a header"
done
for header in '1.2.3,x' '10.0.0.1,x' 'a/b,x' '1/2,x' '10:,x'; do
	encode "$header\\ny,z\\n" --time-value 7
	is "a header, $header" "$status $err" "0 "
done
way "a line of a log" '134681 node-246 unix.hw state 1\n350766 node-109 unix.hw state 2\n' "line 1 looks like a line of text, not like a header .*: -f regex reads logs" \
	'{"134681 node-246 unix.hw state 1":"350766 node-109 unix.hw state 2"}' --header
encode 'How old are you, 2024\n5,6\n' --time-value 7; is "a long name among others" "$status $err" "0 "
encode 'What is your age 2024\n5\n' --time-value 7 -d ,; is "a long name alone that --delimiter insists on" "$status $err" "0 "
way "a title above the header" 'Report 2024\na;b\n1;2\n' "one column, whose cells all hold ';': -d ';' reads cells that it separates .--skip-lines N" \
	'{"a":1,"b":2}' -d ';' --skip-lines 1
way "... of lists that are one column" 'tags\na|b\nc|d\n' "whose cells all hold '|': -d '|'" '{"tags":"a|b"} {"tags":"c|d"}' -d ,
way "... of tabs" 'x\n1\t2\n' "whose cells all hold a tab: -f tsv" '{"x":"1\t2"}' -d ,
for text in 'x\na;b\nc\n' 'x\n"a;b"\n' 'x\na;b\nc|d\n'; do
	encode "$text" --time-value 7; is "one column of text, $text" "$status $err" "0 "
done
encode 'sep=;\n1;a,b\n' --no-header --time-value 7
is "sep=; without a header" "$records" '{"_c0": 1, "_c1": "a,b", "time": 7}'
encode 'sep=;\r\nid;name\r\n1;a,b\r\n' --time-value 7
is "Excel's sep=;" "$records" '{"id": 1, "name": "a,b", "time": 7}'
encode '\357\273\277SEP=\t\nid\tname\n1\tx\n' --time-value 7
is "... a tab, behind a byte order mark" "$records" '{"id": 1, "name": "x", "time": 7}'
encode 'sep=;\nid;name\n1;a\n' --time-value 7 -d ,; says "another --delimiter than sep=" 65 "its first line says that ';' separates cells, and --delimiter ','"
encode 'sep=,b\n1,2\n' --time-value 7; is "a name that begins like it" "$records" '{"b": 2, "sep=": 1, "time": 7}'
encode 'id\tprice, net\tx\n1\t2.5\ty\n' --time-value 7
is "TSV with a comma in its header" "$records" '{"id": 1, "price, net": 2.5, "time": 7, "x": "y"}'
encode 'id\ta,b,c\n1\tx\n' --time-value 7
is "... with more commas than tabs" "$records" '{"a,b,c": "x", "id": 1, "time": 7}'
encode 'a\tb,c\n1,2\n' --time-value 7
is "CSV with a tab in its header" "$records" '{"a\tb": 1, "c": 2, "time": 7}'
encode '[2024-01-01] started\n[2024-01-02] stopped\n' --time-value 7
says "lines that begin with a bracket" 65 "line 1, character 6: .*; it begins like JSON: if it is not, name the format with -f"

# --- a repeated header
way "files that were joined" 'a,b\n1,2\na,b\n3,4\n' "line 3 repeats the header of line 1: --repeated-header leaves such lines out" \
	'{"a":1,"b":2} {"a":3,"b":4}' --repeated-header
encode 'a,b\n1,2\n"a","b"\n3,4\n' --time-value 7 --repeated-header
says "... with quotes" 65 'line 3 repeats the header of line 1, with other quotes: give td-encode the files themselves'
for o in '' --repeated-header '--rejects /dev/null'; do
	encode 'a,b,c\n1,2,3\nb,c,a\n5,6,4\n' --time-value 7 $o
	says "files with another order that were joined, $o" 65 "line 3 has the names of line 1 in another order: files with different columns were joined"
done
{ echo a,b; seq 1 900000 | sed 's/$/,5/'; echo a,b; } >"$T/late.csv"
run td-encode -c a:string,b:string <"$T/late.csv"
like "a header far down" "$status $err" "^65 .*line 900002 repeats the header of line 1"
encode 'name,b\nname,1\nb,2\nb,name2\n' --time-value 7
is "cells that are like names" "$(printf '%s\n' "$records" | jq -c '[.name,.b]' | tr '\n' ' ')" '["name","1"] ["b","2"] ["b","name2"] '

# --- NULL, quotes, escapes
encode 'a,b\nNULL,"NULL"\n"x",y\n' --null NULL --time-value 7
is "a NULL in quotes is a text" "$records" '{"a": null, "b": "NULL", "time": 7}
{"a": "x", "b": "y", "time": 7}'
encode 'a,b,c\n,"",1\n' --null '' --time-value 7
is "an empty text in quotes is one, also alone" "$records $(printf '%s' "$end" | jq -c .columns)" '{"a": null, "b": "", "c": 1, "time": 7} [["a",null],["b","string"],["c","long"]]'
encode "a;b\n\\\\N;'\\\\N'\n" -d ';' --quote "'" --escape '\' --null x --time-value 7
is "... with escapes" "$records" '{"a": null, "b": "N", "time": 7}'
encode 'id\tname\tnote\n1\t"abc"\tNULL\n2\ta\\tb\tline\\nbreak\nNULL\tC:\\\\dir\tx\n' -f mysql --time-value 7
is "-f mysql" "$records" '{"id": 1, "name": "\"abc\"", "note": null, "time": 7}
{"id": 2, "name": "a\tb", "note": "line\nbreak", "time": 7}
{"id": null, "name": "C:\\dir", "note": "x", "time": 7}'
way "TSV with a backslash" 'a\tb\nC:\\\\new\t1\n' 'line 2: a backslash: -f tsv reads escapes such as .t and .N, --escape none takes it as it is' \
	'{"a":"C:\\new","b":1}' -f tsv
encode 'a\tb\nC:\\new\t"x"\n' --escape none --time-value 7
is "... as it is" "$records" '{"a": "C:\\new", "b": "x", "time": 7}'
encode 'a\tb\nC:\\dir\t1\n' -f tsv --time-value 7; says "an escape that nobody writes" 65 'line 2, field 1: an unknown escape: if backslashes are text, give --escape none'
encode 'a\tb\n\\Nx\t1\n' -f tsv --time-value 7; says "half of a NULL" 65 'an unknown escape'
$PYTHON -c '
import msgpack, random, sys
random.seed(3)
texts = ["", "NULL", "\\N", "\"q\"", "a\tb", "c\nd\re", "\\", "x\\ty", " b ", "é", ",", "\x08\x0c"]
for i in range(300): sys.stdout.buffer.write(msgpack.packb([i, random.choice(texts + [None]), random.choice(texts)]))' >"$T/rows.mp"
td-encode -c i,a:string,b:string --time-value 7 <"$T/rows.mp" >"$T/want" 2>/dev/null
records "$T/want" | jq -r '[.i, (.a | if . == null then "\\N" else gsub("\\\\"; "\\\\") | gsub("\t"; "\\t") | gsub("\n"; "\\n") | gsub("\r"; "\\r") end),
	(.b | gsub("\\\\"; "\\\\") | gsub("\t"; "\\t") | gsub("\n"; "\\n") | gsub("\r"; "\\r"))] | join("\t")' | sed '1s/^/i\ta\tb\n/' >"$T/tsv"
td-encode -f tsv -c a:string,b:string --time-value 7 <"$T/tsv" >"$T/got" 2>"$T/err"
is "TSV as td-fetch writes it is read as it was" "$(records "$T/got" | cksum)" "$(records "$T/want" | cksum)"
encode 'Id, Name , Value\n1, Test , 23.3\n2,"  q ",4\n' --trim --time-value 7
is "--trim" "$records" '{"Id": 1, "Name": "Test", "Value": 23.3, "time": 7}
{"Id": 2, "Name": "  q ", "Value": 4.0, "time": 7}'
encode 'id;price;text\n1;1,5;1,5\n2;-2;x\n3;;y\n' -d ';' --decimal , --time-value 7
is "--decimal ," "$records" '{"id": 1, "price": 1.5, "text": "1,5", "time": 7}
{"id": 2, "price": -2.0, "text": "x", "time": 7}
{"id": 3, "price": null, "text": "y", "time": 7}'
encode 'a\n1.5\n' --decimal , -c a:double --time-value 7; says "a point where it is a comma" 65 "'1.5' is not a double"
encode 'ok,n\nt,1\nf,true\nTRUE,FALSE\n' -c ok:long,n:long --time-value 7
is "booleans of text in a long" "$(printf '%s\n' "$records" | jq -c '[.ok,.n]' | tr '\n' ' ')" '[1,1] [0,1] [1,0] '
encode 'x\n5e-324\n1e-320\n4.9e-324\n0.5\n-2.5e-310\n' --time-value 7
is "... of very small ones" "$(note_of "$T/frame" H | jq -c .columns) $(printf '%s\n' "$records" | jq -s 'map(.x > 0) | map(tostring) | join(" ")')" '[["x","double"]] "true true true true false"'
encode 'x\n3e-324\n0.5\n' --time-value 7
is "... which none is" "$records" '{"time": 7, "x": "3e-324"}
{"time": 7, "x": "0.5"}'
encode "x,y\n0.$(printf '%0324d' 0)3,1\n" --time-value 7
like "... nor with all its zeros" "$records" '"x": "0\.0{324}3"'
encode 'x\n0.30000000000000004\n1e-07\n-1.7976931348623157e+308\n' --time-value 7
is "what programs print of doubles" "$(ask .x | sed 's/e-0/e-/')" '0.30000000000000004 1e-7 -1.7976931348623157e+308 '

# --- JSON and msgpack
way "an array after an object" '{"a":1,"b":2}\n[3,4]\n' 'line 2, character 2: an array as a row: name its columns with --columns' '{"a":1,"b":2} {"a":3,"b":4}' -c a,b
{ seq 1 700000 | sed 's/.*/{"a":&}/'; echo '{"a":5,"user":{"x":1},"b":2}'; } >"$T/late.jsonl"
run td-encode --time-value 7 <"$T/late.jsonl"
like "a key that comes late" "$status $err" "^65 .*line 700001, character 8: a key that none of the first rows had; name it with --columns, or say with --unknown-keys .*the key 'user'"
run td-encode --time-value 7 --unknown-keys ignore <"$T/late.jsonl"
is "... and with --unknown-keys ignore" "$status $(records "$T/out" | tail -n 1) $(note_of "$T/out" E | jq .rows)" '0 {"a": 5, "time": 7} 700001'
run td-encode --time-value 7 --select a <"$T/late.jsonl"
is "... --select alone means so" "$status $(note_of "$T/out" E | jq .rows)" '0 700001'
run td-encode --time-value 7 --select a --unknown-keys refuse <"$T/late.jsonl"
is "... unless it is refused" "$status" 65
encode '{"d":12.5000000000000000}\n{"d":3.14159265358979323846}\n' -c d:double --time-value 7
is "numbers of many digits in a declared double" "$(ask .d)" '12.5 3.141592653589793 '
for v in NaN Infinity -Infinity; do
	encode "{\"a\":$v}\\n" --time-value 7; says "$v" 65 "line 1, character [67]: not a value: ${v#-} is not JSON, null is"
done
encode '{"a":True}\n' --time-value 7; says "Python's True" 65 'JSON has true, false and null'
encode '\036{"a":1}\n\036{"a":\n2}\n' --time-value 7
is "JSON text sequences (RFC 7464)" "$records" '{"a": 1, "time": 7}
{"a": 2, "time": 7}'
encode '# rows\n[{"a":1},\n{"a":2}]\n' --comment '#' --time-value 7
is "a comment before an array" "$records" '{"a": 1, "time": 7}
{"a": 2, "time": 7}'
encode '[["x"],1]\n[["y","z"],2]\n' -f jsonl --array-rows -c tags,id --time-value 7
is "--array-rows" "$records" '{"id": 1, "tags": "[\"x\"]", "time": 7}
{"id": 2, "tags": "[\"y\",\"z\"]", "time": 7}'
printf '{"total":2,"items":[{"id":1},{"id":2}]}\n' | td-encode --time-value 7 >"$T/frame" 2>"$T/err"
like "one document is one row, with a word" "$? $(cat "$T/err")" "^0 .*one document of JSON is one row: jq -c '.items\[\]' makes each element of 'items' a row"
pack '[[{"a": 1}, {"a": 2, "b": "x"}]]'
is "one array of maps is rows" "$records" '{"a": 1, "b": null, "time": 7}
{"a": 2, "b": "x", "time": 7}'
pack '[[{"a": i} for i in range(70000)]]'
is "... of many" "$status $(printf '%s' "$end" | jq .rows)" "0 70000"
printf '\222\201\241a\001\201\241a\002\201\241a\003' >"$T/in"; td-encode --time-value 7 <"$T/in" >"$T/frame" 2>"$T/err"
like "something after it" "$? $(cat "$T/err")" "^65 .*something follows the array of rows"
printf '\223\201\241a\001\201\241a\002' >"$T/in"; td-encode --time-value 7 <"$T/in" >"$T/frame" 2>"$T/err"
like "one that is cut" "$? $(cat "$T/err")" "^65 .*the input ends inside the array of rows"
pack '[{"a": 1}, [{"a": 2}]]'; says "... after a map" 65 'row 2: an array as a row: name its columns'

encode 'a,b\n1, "x, y" \n"2" , z \n' --trim --time-value 7
is "--trim and blanks around quotes" "$status $records" '0 {"a": 1, "b": "x, y", "time": 7}
{"a": 2, "b": "z", "time": 7}'
for o in '--quote ,' '--escape ,'; do
	# shellcheck disable=SC2086 # two words
	encode 'a,b\n1,2\n' $o; is "$o and commas: status" "$status" 2; like "... the message" "$err" 'the same character: give --delimiter'
done
pack '[{"a": float("nan"), "b": 1}, {"a": float("nan"), "b": "x"}, {"a": 1.5, "b": 2}]' -c b:long --rejects "$T/rejects"
like "NaN of a rejected row does not count" "$err" "column 'a': 1 value was NaN"
$PYTHON -c 'import json; print(json.dumps({"n": 1, "items": [{"a": i, "b": "x" * 20} for i in range(3000)]}))' >"$T/json"
encode "$(cat "$T/json")" ; says "one large document" 65 "would be one row: jq -c '.items\[\]'.*--columns items:string insists"
encode "$(cat "$T/json")" --columns items:string; is "... is one if somebody says so" "$status $(printf '%s' "$records" | jq '.items | fromjson | length')" '0 3000'
encode '{"n":1,"items":[{"a":1},{"a":2}]}'; is "a small one is, with a warning: status" "$status" 0
like "... the warning" "$err" "jq -c '.items\[\]' makes each element"

# --- not text, or text in another encoding
for level in 1 5 6 9; do
	$PYTHON -c 'import sys, zlib; sys.stdout.buffer.write(zlib.compress(b"a,b\n" + b"1,2\n" * 100, int(sys.argv[1])))' $level >"$T/in"
	td-encode <"$T/in" >"$T/frame" 2>"$T/err"; like "zlib, level $level" "$? $(cat "$T/err")" '^65 .*this is zlib data, not rows; unpack it: td-encode -f csv -- pigz -dcz FILE'
done
printf '\211PNG\r\n\032\n' >"$T/in"; td-encode <"$T/in" >"$T/frame" 2>"$T/err"; like "an image" "$? $(cat "$T/err")" '^65 .*this is a PNG image, not rows'
printf 'x^y,b\n1,2\n' >"$T/in"; td-encode --time-value 7 <"$T/in" >"$T/frame"; is "a name that begins like zlib" "$(records "$T/frame")" '{"b": 2, "time": 7, "x^y": 1}'
printf '\203J\203^\203J\203i\n1\n' >"$T/in"; td-encode <"$T/in" >"$T/frame" 2>"$T/err"
like "Shift_JIS that begins like msgpack" "$? $(cat "$T/err")" '^65 .*begins like msgpack: if it is text, say so with --encoding and -f'
td-encode --time-value 7 --encoding Shift_JIS -f csv <"$T/in" >"$T/frame"; is "... and said to be" "$(records "$T/frame")" '{"time": 7, "カタカナ": 1}'
encode 'a,b\n"x \\"q\\" y",2\n'; says "quotes that are escaped" 65 "if a backslash escapes quotes: --escape '.'$"
encode 'a,b\nx "q",2\n'; says "a quote in a text" 65 'if quotes are only text: --quote none'
encode 'a,b\nx "q",2\n' --quote none --time-value 7; is "... that is only text" "$records" '{"a": "x \"q\"", "b": 2, "time": 7}'
encode '1,1\n2,3\n'; says "a row in place of a header, a value twice" 65 "both called '1': .*; if that line is a row: --no-header"

# --- --preview converts
printf 'at,n\n2024-01-01,1\nsoon,2\n2024-01-03,x\n' >"$T/csv"
run td-encode --preview -t at -c n:long <"$T/csv"
is "--preview says what would be rejected" "$status $(printf '%s\n' "$out" | grep -c 'rows would be rejected\|#   line 3: column 1 .at.: .soon. is not a time\|#   line 4: column 2 .n.: .x. is not a long')" "0 3"
printf 'at,n\n1709208000123,1\n1709208060000,2\n' | td-encode --preview -t at --time-unit ms --time-zone Asia/Tokyo >"$T/out"
like "... and shows the times that come of it" "$(cat "$T/out")" '# time +long +column at +2024-02-29T12:00:00Z, 2024-02-29T12:01:00Z'
{ echo a,b; seq 1 1000 | sed 's/$/,x/; 300s/,/,"/; 600s/$/"y/'; } >"$T/csv"
td-encode --preview --rejects "$T/rejects" <"$T/csv" >"$T/out"
like "... and counts the lines that a quote swallows" "$(cat "$T/out")" '# 301 of these 1000 rows would be rejected:'
printf 'a\n1\n\302\2331;31m\342\200\256x\n' >"$T/csv"
td-encode --preview <"$T/csv" >"$T/out" 2>&1
td-encode -c a:long <"$T/csv" 2>>"$T/out" >/dev/null
is "nothing controls the terminal" "$(LC_ALL=C grep -c "$(printf '\302\233\|\342\200\256')" "$T/out")" 0
finish
