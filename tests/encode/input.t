#!/bin/sh
# td-encode: the same rows come out whatever the encoding, compression and byte order marks, and however files were joined.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/encode.sh"

# from OPTION...: the rows of $T/in
from() {
	td-encode --time-value 7 "$@" <"$T/in" >"$T/frame" 2>"$T/err"
	status=$? err=$(cat "$T/err")
	decode
}
two='{"a": "é", "b": 2, "time": 7}
{"a": "漢", "b": 4, "time": 7}'
csv='a,b\n\303\251,2\n\346\274\242,4\n'

# --- encodings, each plain and gzip'ed
for e in UTF-16LE UTF-16BE UTF-32LE UTF-32BE UTF-8; do
	printf "\357\273\277$csv" | iconv -f UTF-8 -t $e >"$T/in"
	from; is "CSV, $e by its byte order mark" "$records" "$two"
	gzip -c "$T/in" >"$T/gz"; mv "$T/gz" "$T/in"
	from; is "... gzip'ed" "$records" "$two"
	printf '\357\273\277{"a":"\303\251","b":2}\n{"a":"\346\274\242","b":4}\n' | iconv -f UTF-8 -t $e >"$T/in"
	from; is "JSON, $e by its byte order mark" "$records" "$two"
	printf "\357\273\277$csv" | tr , '\t' | iconv -f UTF-8 -t $e >"$T/in"
	from -f tsv; is "TSV, $e by its byte order mark" "$records" "$two"
	printf "$csv" | iconv -f UTF-8 -t $e >"$T/in"
	from --encoding $e; is "CSV, $e without a mark but with --encoding" "$records" "$two"
done
for e in UTF-16LE UTF-16BE; do
	printf "$csv" | iconv -f UTF-8 -t $e >"$T/in"
	from; says "$e without a mark" 65 "give --encoding $e"
done
printf "\357\273\277$csv" | iconv -f UTF-8 -t UTF-16LE | head -c 25 >"$T/in"
from; says "UTF-16 that is cut in a character" 65 'byte 24: not of the encoding UTF-16LE'
printf '\377\376a\0\n\0\0\330a\0' >"$T/in"
from; says "half of a surrogate in UTF-16" 65 'byte 6: not of the encoding UTF-16LE'
for f in frame msgpack; do
	td-encode -f $f --encoding UTF-16 </dev/null >"$T/out" 2>"$T/err"
	is "--encoding and -f $f: status" "$?" 2
done
seq 1 300000 | sed '1s/^/a\n/' | iconv -f UTF-8 -t UTF-16 >"$T/in"
from; is "UTF-16 of more than one buffer" "$(gzip -dc "$T/frame" | $PYTHON -c '
import msgpack, sys
print([r["a"] for r in msgpack.Unpacker(sys.stdin.buffer)] == list(range(1, 300001)))')" True

# --- files that were joined
joined='{"a": 1, "b": 2, "time": 7}
{"a": 3, "b": 4, "time": 7}'
for how in 'a,b\n' '\357\273\277a,b\n' '\357\273\277a,b\r\n' '\357\273\277"a","b"\n' '"a","b"\n'; do
	{ printf "$how"; printf '1,2\n'; printf "$how"; printf '3,4\n'; printf "$how"; } >"$T/in"
	from --repeated-header; is "--repeated-header, $how" "$records" "$joined"
	{ printf "$how"; printf '1,2\n'; } | gzip -c >"$T/in"
	{ printf "$how"; printf '3,4\n'; } | gzip -c >>"$T/in"
	from --repeated-header; is "... of gzip'ed files" "$records" "$joined"
done
{ printf '\357\273\277a,b\r\n1,2\r\n' | iconv -f UTF-8 -t UTF-16LE; printf '\357\273\277a,b\r\n3,4\r\n' | iconv -f UTF-8 -t UTF-16LE; } >"$T/in"
from --repeated-header; is "--repeated-header, UTF-16" "$records" "$joined"
printf '\357\273\277a report,,,\n# \n\na,b\n# no row\n1,2\n\357\273\277a,b\n#\n3,4\n' | gzip -c >"$T/in"
from --repeated-header --skip-lines 1 --comment '#'
is "a byte order mark, gzip, skipped lines, comments and repeated headers" "$records" "$joined"
from --no-header --repeated-header; is "--repeated-header without a header: status" "$status" 2
{ cat "$T/in"; gzip -c </dev/null; } >"$T/in2"; mv "$T/in2" "$T/in"
from --repeated-header --skip-lines 1 --comment '#'; is "an empty gzip member at the end" "$records" "$joined"
{ printf 'a,b\n1,2\n' | gzip -c; printf 'rubbish'; } >"$T/in"
from; says "rubbish behind gzip" 65 'no gzip member at byte'
printf 'a,b\n1,2\n3,4\n' | gzip -c | gzip -c >"$T/in"
from; says "gzip'ed twice" 65 'gzip twice'

# --- more comments before the header than td-encode reads ahead, and a first row that is longer
$PYTHON -c '
print("# comment" * 9, *["# comment" * 9] * 100000, "a,b", sep="\n")
print("# comment\n" * 600000 + "1,2")' >"$T/in"
from -f csv --comment '#'; is "megabytes of comments" "$status $records" "0 {\"a\": \"1\", \"b\": \"2\", \"time\": 7}"
from --comment '#'; says "... of what format is not seen in a mebibyte" 65 'no row in the first 1048576 bytes: name the format with -f'
$PYTHON -c 'print("# comment\n" * 600000 + "{\"a\":1}")' >"$T/in"
from -f jsonl --comment '#' -c a:long; is "megabytes of comments before JSON" "$status $records" '0 {"a": 1, "time": 7}'
$PYTHON -c 'print("a,b\n1," + "x" * 9000000 + "\n2,y")' >"$T/in"
from; is "a first row that is longer than what is looked at in advance" \
	"$(printf '%s\n' "$records" | jq -c '[.a, (.b | length)]' | tr '\n' ' ')" '[1,9000000] [2,1] '

for how in '' --no-header '-f tsv' '-f ltsv' '-f jsonl'; do
	case $how in *ltsv) printf 'a:1\n\357\273\277a:2\n' ;; *jsonl) printf '{"a":1}\n\357\273\277{"a":2}\n' ;; *) printf 'a,b\n1,2\n\357\273\277a,b\n3,4\n' ;; esac >"$T/in"
	# shellcheck disable=SC2086 # two words
	from $how; says "a byte order mark in the middle, $how" 65 'line [23], (field|character) 1: (a byte order mark: files were joined; give td-encode the files|an object is expected here)|line 2: a byte order mark'
done
{ printf 'a,b\n1,2\n3,4\n' | gzip -c; head -c 1000 /dev/zero; } >"$T/in"
from; is "zero bytes behind gzip" "$status $records" "0 $joined"
{ cat "$T/in"; echo x; } >"$T/in2"; mv "$T/in2" "$T/in"
from; says "... and rubbish behind them" 65 'no gzip member at byte 10[0-9][0-9]'

# --- nothing is decoded before the sandbox is on
{ printf 'a,b\n1,2\n' | gzip -c | head -c 14; printf 'rubbish rubbish'; } >"$T/in"
from -vv
like "damaged gzip is noticed in the sandbox" "$(printf '%s' "$err" | tr '\n' ' ')" 'sandbox: .*the compressed data is damaged'
printf '{"a":"x"' | iconv -t UTF-16 | head -c 13 >"$T/in"
from -vv
like "cut UTF-16 is" "$(printf '%s' "$err" | tr '\n' ' ')" 'sandbox: .*not of the encoding'
printf '\357\273\277at\n2024-02-29 12:00:00 Asia/Tokyo\n' | iconv -f UTF-8 -t UTF-16LE | gzip -c >"$T/in"
td-encode -t at <"$T/in" >"$T/frame" 2>&1
is "a zone that is named in gzip'ed UTF-16" "$(records "$T/frame" | jq -c .time)" 1709175600
printf 'a\n+ZeVn' >"$T/in"
from --encoding UTF-7; says "UTF-7 that is cut in a character" 65 'not of the encoding UTF-7'
printf 'a\n+ZeVnLIqe-\n' >"$T/in"
from --encoding UTF-7; is "UTF-7" "$records" '{"a": "日本語", "time": 7}'

# --- the first row decides the format
printf 'a,report,,\n#x,y\na\tb\n1,5\t2\n' >"$T/in"
from --skip-lines 1 --comment '#'; is "TSV behind a line that is skipped and a comment" "$records" '{"a": "1,5", "b": 2, "time": 7}'
printf '# a comment, and\n{"a":1}\n' >"$T/in"
from --comment '#'; is "JSON behind a comment" "$records" '{"a": 1, "time": 7}'

row='{"id": "1,5", "name": "x", "time": 7}'
for ends in '\n' '\r\n' '\r'; do
	for at in 40 4089 4090 4092 4096 4097 8192 1000000; do # where the header begins
		lines=$($PYTHON -c '
import sys
at, end, out = int(sys.argv[1]), sys.argv[2].encode().decode("unicode_escape"), open(sys.argv[3], "wb")
line = "# the preamble, with,,,,commas" + end
last = "#" * (at - at // 40 * len(line) + len(line) - len(end)) + end
out.write((line * (at // 40 - 1) + last + "id\tname" + end + "1,5\tx" + end).encode())
print(at // 40)' $at "$ends" "$T/in")
		from --comment '#'; is "TSV behind comments, its header at $at, lines end with $(printf %s "$ends" | tr -d '\\')" "$status $records" "0 $row"
		from --skip-lines "$lines"; is "... behind skipped lines" "$status $records" "0 $row"
	done
done
{ yes '' | head -n 5000; printf 'id\tname\n1,5\tx\n'; } >"$T/in"
from; is "TSV behind empty lines" "$status $records" "0 $row"
{ yes '# a comment' | head -n 1000; printf '{"id":"1,5","name":"x"}\n'; } >"$T/in"
from --comment '#'; is "JSON behind comments" "$status $records" "0 $row"
{ yes '' | head -n 5000; printf '{"id":"1,5","name":"x"}\n'; } >"$T/in"
from; is "... behind empty lines" "$status $records" "0 $row"
for c in '\334\220' '\337\277'; do
	printf "$c,b\n1,2\n" >"$T/in"
	from --rename "$(printf "$c")=a"; is "CSV that begins with a byte of msgpack, $c" "$status $records" '0 {"a": 1, "b": 2, "time": 7}'
done
printf 'a\tb\n1\t2\n' >"$T/in"
from -f csv; like "TSV that is said to be CSV" "$err" 'one column, whose name holds a tab: -f tsv reads cells that tabs separate'

# --- options of other formats
for o in '-d ;' '--quote x' '--escape x' --no-header --repeated-header '--skip-lines 1' '--null x'; do
	printf '{"a":1}\n' >"$T/in"
	from -f jsonl $o; is "$o and JSON: status" "$status" 2
	like "$o and JSON: the message" "$err" "is for CSV and TSV, and the input is JSON"
done
printf '\201\241a\001' >"$T/in"
from --comment '#'; is "--comment and msgpack: status" "$status" 2

# --- msgpack rows as arrays
pack '[[1, 2]]'; says "arrays without names" 65 'row 1: an array as a row: name its columns with --columns'
pack '[{"a": 1, "b": 2}, [3, 4], {"b": 6}]'; says "arrays after maps" 65 'row 2: an array as a row: name its columns with --columns'
pack '[{"a": 1, "b": 2}, [3, 4], {"b": 6}]' -c a,b
is "... whose columns are named" "$records" '{"a": 1, "b": 2, "time": 7}
{"a": 3, "b": 4, "time": 7}
{"a": null, "b": 6, "time": 7}'
pack '[{"a": 1}, [3, 4]]' -c a; says "an array of more values than columns" 65 'row 2: 2 values where 1 is expected'

finish
