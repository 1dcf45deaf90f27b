#!/bin/sh
# td-encode: each limit of the table in td-encode(1): what just fits goes in as it is, and one more is refused with a sentence.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/encode.sh"

# from PYTHON OPTION...: what it prints in; $records, $end, $head
from() {
	$PYTHON -c "import sys
out = sys.stdout.buffer.write
$1" >"$T/in"; shift
	td-encode --time-value 7 "$@" <"$T/in" >"$T/frame" 2>"$T/err"
	status=$? err=$(cat "$T/err") end=$(note_of "$T/frame" E) head=$(note_of "$T/frame" H)
}
fits() { is "$1 fits" "$status $err" "0 "; }

# --- columns
from 'out(b",".join(b"c%d" % i for i in range(4096)) + b"\n" + b",".join(b"%d" % i for i in range(4096)) + b"\n")'
fits "4,096 columns of CSV"; is "... with their values" "$(records "$T/frame" | jq 'length, .c4095' | tr '\n' ' ')" "4097 4095 "
from 'out(b",".join(b"c%d" % i for i in range(4097)) + b"\n")'; says "one more" 65 'line 1: more than 4096 columns'
for f in 'import json; out(json.dumps({"k%d" % i: i for i in range(N)}).encode())' 'import msgpack; out(msgpack.packb({"k%d" % i: i for i in range(N)}))'; do
	from "N = 4096; $f"; fits "4,096 keys"
	from "N = 4097; $f"; says "one more" 65 'more than 4096 (different keys|columns)'
done

# --- a name
from 'out(b"x" * 255 + b",b\n1,2\n")'; fits "a name of 255 bytes"
is "... as it is" "$(printf '%s' "$head" | jq '.columns[0][0] | length')" 255
from 'out("日".encode() * 85 + b",b\n1,2\n")'; fits "a name of 85 characters of 3 bytes"
from 'out(b"x" * 256 + b",b\n1,2\n")'; says "one byte more" 65 'has 256 bytes, more than 255: --rename OLD=NEW'
from 'out(b"{\"" + b"x" * 256 + b"\":1}")'; says "... of JSON" 65 'has 256 bytes, more than 255'

# --- nesting
for f in 'out(b"{\"a\":" + b"[" * N + b"]" * N + b"}")' 'out(b"\x81\xa1a" + b"\x91" * N + b"\x01")' 'out(b"a,b\n" + b"[" * N + b"]" * N + b",1\n")'; do
	case $f in *a,b*) o='-c a:array<string>' what='CSV' ;; *x81*) o='-f msgpack' what=msgpack ;; *) o='-f jsonl' what=JSON ;; esac
	# shellcheck disable=SC2086 # two words
	from "N = 64; $f" $o; fits "64 arrays in a row of $what"
	# shellcheck disable=SC2086
	from "N = 65; $f" $o; is "one more: status" "$status" 65
done

# --- numbers
from 'out(b"n\n9223372036854775807\n-9223372036854775808\n")'; fits "64 bits"
is "... are a long" "$(printf '%s' "$head" | jq -c .columns) $(records "$T/frame" | $PYTHON -c 'import json, sys; print([json.loads(l)["n"] for l in sys.stdin])')" \
	'[["n","long"]] [9223372036854775807, -9223372036854775808]'
from 'out(b"n\n9223372036854775808\n")'; is "one more is a string" "$(records "$T/frame")" '{"n": "9223372036854775808", "time": 7}'
from 'out(b"n\n9223372036854775808\n")' -c n:long; says "... and no long" 65 "'9223372036854775808' is not a long"
from 'out(b"n\n123456789.012345\n")'; is "15 digits are a double" "$(printf '%s' "$head" | jq -c .columns)" '[["n","double"]]'
from 'out(b"n\n900719925474099.3\n")'; is "16 as no program prints them are a string" "$(printf '%s' "$head" | jq -c .columns)" '[["n","string"]]'
from 'out(b"n\n0.30000000000000004\n")'; is "17 as programs print them are a double" "$(printf '%s' "$head" | jq -c .columns)" '[["n","double"]]'
from 'out(b"n\n0.300000000000000040\n0.3000000000000000444\n")'; is "more are a string" "$(printf '%s' "$head" | jq -c .columns)" '[["n","string"]]'

# --- texts of --null
from 'out(b"a,b\n8,1\n1,1\n9,1\n")' --null 1 --null 2 --null 3 --null 4 --null 5 --null 6 --null 7 --null 8
is "eight texts of --null" "$(records "$T/frame" | jq -c '[.a, .b]' | tr '\n' ' ')" '[null,null] [null,null] [9,null] '
run td-encode --null 1 --null 2 --null 3 --null 4 --null 5 --null 6 --null 7 --null 8 --null 9 <"$T/in"
is "one more: status" "$status" 2; like "... the message" "$err" 'at most 8 texts'

# --- lines before the first row
from 'out(b"#2345678\n" * 100000 + b"a,b\n1,2\n")' --comment '#'; fits "900,000 bytes of comments"
from 'out(b"#2345678\n" * 120000 + b"a,b\n1,2\n")' --comment '#'; says "more than a mebibyte" 65 'no row in the first 1048576 bytes: name the format with -f'
from 'out(b"#2345678\n" * 120000 + b"a,b\n1,2\n")' --comment '#' -f csv; fits "... with -f"

# --- the sample
from 'out(b"n\n" + b"1234567\n" * (524288 - 2) + b"x\n")'; is "a text in the first 4 MiB counts" "$(printf '%s' "$head" | jq -c .columns)" '[["n","string"]]'
from 'out(b"n\n" + b"1234567\n" * (524288 + 2) + b"x\n")'; says "one after them" 65 "line 524292, column 1 'n': 'x' is not a long, as the first rows were; --columns n:string would take it"

# --- a watermark
from 'out(b"a,b\n" + b"x" * 4096 + b",1\n")' --watermark a; fits "a watermark of 4,096 bytes"
is "... as it is" "$(printf '%s' "$end" | jq '.watermark.value | length')" 4096
from 'out(b"a,b\n" + b"x" * 4097 + b",1\n")' --watermark a; says "one more" 65 'a text of up to 4096 bytes'

# --- a row: its line end is a part of it
size() { { printf 'a\n'; head -c "$1" /dev/zero | tr '\0' x; echo; } | td-encode --time-value 7 >"$T/frame" 2>"$T/err"; echo "$? $(cat "$T/err")"; }
is "a row of nearly 64 MiB" "$(size 67108800) $(gzip -dc "$T/frame" | wc -c)" "0  $((67108800 + 14))"
like "one of more" "$(size 67108900)" '^65 .*(a row|the record is|a record) longer than|^65 .*longer than 67108864 bytes'
finish
