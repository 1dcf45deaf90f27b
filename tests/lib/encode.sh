# shellcheck shell=sh disable=SC2034,SC2059,SC2120 # variables are for those that source this, texts are printf formats
# Sourced by the tests of td-encode, after lib.sh.

# The records of a frame, one line of JSON each.
records() { gzip -dc "$1" | $PYTHON -c '
import json, msgpack, sys
for r in msgpack.Unpacker(sys.stdin.buffer, raw=False, strict_map_key=False): print(json.dumps(r, ensure_ascii=False, sort_keys=True))'; }
# ask FILTER: applies jq to $records, and prints one line. Prints the double 2.0 as 2: jq 1.7 and later print a number that
# they only pass on as it was written.
ask() { printf '%s\n' "$records" | jq -c "walk(if type == \"number\" then . + 0 else . end) | $1" | tr '\n' ' '; }
# The JSON of a frame's head (H) or end (E); nothing if it has none.
note_of() { $PYTHON -c '
import re, sys
d = open(sys.argv[1], "rb").read()
for part in re.split(b"TD\x0e\x00[\x01\x02]" + sys.argv[2].encode(), d)[1:]: print(part[12:].split(b"\x00")[0].decode())' "$1" "$2"; }
# A frame, $T/frame or another one, as $records, $end and $head, by one Python instead of three: a test does this hundreds of times.
decode() {
	decoded=${1:-$T/frame}
	records=$( { gzip -dc "$decoded" | $PYTHON -c '
import json, msgpack, re, sys
d = open(sys.argv[1], "rb").read()
for kind in "EH":
    with open(sys.argv[1] + kind, "w", encoding="utf-8", errors="surrogateescape") as f:
        for part in re.split(b"TD\x0e\x00[\x01\x02]" + kind.encode(), d)[1:]:
            print(part[12:].split(b"\x00")[0].decode(errors="surrogateescape"), file=f)
for r in msgpack.Unpacker(sys.stdin.buffer, raw=False, strict_map_key=False): print(json.dumps(r, ensure_ascii=False, sort_keys=True))' "$decoded"; } 2>&1)
	end=$(cat "${decoded}E") head=$(cat "${decoded}H")
}
# encode TEXT OPTION...: printf-format text in; $records, $end
encode() {
	text=$1; shift
	printf "$text" | td-encode "$@" >"$T/frame" 2>"$T/err"
	status=$? err=$(cat "$T/err")
	decode
}
says() { is "$1: status" "$status" "$2"; like "$1: the message" "$err" "$3"; like "$1: the frame ends in an abort" "$end" '"end":"abort"'; }
# pack PYTHON OPTION...: a list of rows in as msgpack; $records, $end
pack() { $PYTHON -c "import msgpack, sys
for r in $1: sys.stdout.buffer.write(msgpack.packb(r, use_bin_type=True))" >"$T/in"; shift
	case " $* " in *' -t '*) ;; *) set -- --time-value 7 "$@" ;; esac
	td-encode "$@" <"$T/in" >"$T/frame" 2>"$T/err"
	status=$? err=$(cat "$T/err")
	decode
}
