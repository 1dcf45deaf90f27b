#!/bin/sh
# td-encode does the same whatever the slices are that its threads read, and however many threads there are.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/encode.sh"

# differ WHAT SEED CASES
differ() {
	$PYTHON "$ROOT/tests/lib/slices.py" "$T" "$2" "$3" >"$T/cases" 2>&1
	is "$1" "$(grep -c '^ok' "$T/cases") $(grep -v '^ok' "$T/cases")" "$3 "
}
differ "slices of odd sizes, with one thread and with eight" 1 "${CASES:-25}"
differ "... and other ones" 2 "${CASES:-25}"

# Whole slices of 768 KiB, of which the reader takes the one with the bad rows, and goes on to the next end of a row.
$PYTHON -c '
import sys
n = 60000
for i in range(n):
    row = "%d,\"text %d\nwith a line\",%d" % (1700000000 + i, i, i)
    if i == 0: row = "time,text,n"
    if i in (20000, 20001, 50000): row = "bad \"row\", here"
    if i == 40000: row = "1700000000,\"" + "long\n" * 300000 + "\",5"
    print(row)' >"$T/csv"
for j in 1 2 8; do
	td-encode -q -j$j --rejects "$T/rejects.$j" <"$T/csv" >"$T/frame.$j" || echo "status $?" >>"$T/frame.$j"
done
TD_SLICE=0 td-encode -q -j2 --rejects "$T/rejects.0" <"$T/csv" >"$T/frame.0"
is "large slices: the records are the same with any number of threads" "$(for j in 1 2 8; do gzip -dc <"$T/frame.$j" | cksum; done | sort -u | wc -l)" 1
is "... with the records of one piece" "$(gzip -dc <"$T/frame.1" | cksum)" "$(gzip -dc <"$T/frame.0" | cksum)"
is "... and its rejects, with their lines" "$(cmp "$T/rejects.0" "$T/rejects.8" && grep -o 'line [0-9]*' "$T/rejects.8" | sort -u | tr '\n' ' ')" \
	"line 399997 line 40000 line 40001 "

# Long names make several blocks of one slice: what a worker made before it met a bad row must not be in the frame twice.
$PYTHON -c '
names = ["column_%d_%s" % (i, "x" * 100) for i in range(30)]
print(",".join(["time"] + names))
for i in range(14000):
    print("bad \"row\"" if i == 9999 else ",".join([str(1700000000 + i)] + [str((7 * i + k) % 10) for k in range(30)]))' >"$T/csv"
TD_SLICE=0 td-encode -q --rejects "$T/rejects" <"$T/csv" >"$T/whole"
td-encode -q -j2 --rejects "$T/rejects" <"$T/csv" >"$T/frame"
is "several blocks of a slice, and a bad row in it" "$(gzip -dc <"$T/frame" | cksum) $(note_of "$T/frame" E | jq -c '[.rows, .rejects]')" \
	"$(gzip -dc <"$T/whole" | cksum) [13999,1]"
finish
