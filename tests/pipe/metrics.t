#!/bin/sh
# --metrics FILE: every tool leaves a file that Prometheus can read, whichever way a run ends, and the last success stays.
. "$(dirname "$0")/../lib/lib.sh"
local_start
mkdir "$T/m"
cd "$T/m" || exit 1
all() { "$PYTHON" "$ROOT/tests/lib/metrics.py" "$@" 2>&1; }
value() { all "$1.prom" | sed -n "s/^td_$2 .* \([^ ]*\)\$/\1/p"; } # FILE NAME
labels() { all "$1.prom" | sed -n 's/^td_status \(.*\) [0-9]*$/\1/p'; }
age() { sed -i "s/^\(td_last_success_timestamp_seconds{.*}\) .*/\1 1700000000/" "$1.prom"; } # as if it were long ago

# --- a pipe whose tools all report

td-fetch --metrics fetch.prom -d sample_datasets -e 'SELECT symbol, COUNT(1) AS n FROM nasdaq GROUP BY symbol' |
	td-encode --metrics encode.prom |
	td-put --metrics put.prom --create-database 'td://@/testdb/symbols?mode=replace' >"$T/put.receipt"
td-swap --metrics swap.prom <"$T/put.receipt" >"$T/swap.receipt"
rows=$(td-fetch -d testdb -f csv --no-header -e 'SELECT COUNT(1) FROM symbols')
like "the pipe ran" "$rows" '^[1-9]'
ok "one collector reads all files" "$PYTHON" "$ROOT/tests/lib/metrics.py" ./*.prom
is "nothing else is left in the folder" "$(echo ./*)" "./encode.prom ./fetch.prom ./put.prom ./swap.prom"
now=$(date +%s)
for tool in fetch encode put swap; do
	is "td-$tool: status and rows" "$(value $tool status) $(value $tool rows)" "0 $rows"
	like "td-$tool: how long it took" "$(value $tool duration_seconds)" '^[0-9]+[.][0-9]{3}$'
	ok "td-$tool: when it ended" test $((now - $(value $tool finished_timestamp_seconds))) -lt 60
	is "td-$tool: that was its last success" "$(value $tool last_success_timestamp_seconds)" "$(value $tool finished_timestamp_seconds)"
done
for field in rows rejects bytes; do
	is "td-put: $field as in its receipt" "$(value put $field)" "$(jq .$field "$T/put.receipt")"
	is "td-swap: $field as in its receipt" "$(value swap $field)" "$(jq .$field "$T/swap.receipt")"
done
is "td-put: labels" "$(labels put)" "destination=testdb.symbols run=put tool=td-put"
is "td-swap: labels" "$(labels swap)" "destination=testdb.symbols run=swap tool=td-swap"
is "td-encode: labels" "$(labels encode)" "run=encode tool=td-encode"
is "everybody may read it" "$(stat -c %a put.prom)" "$(touch x && stat -c %a x && rm x)"

# --- other successes

printf 'a,b\n1,2\n3,x\n5,6\n' | td-encode --metrics encode.prom -c a:long,b:long --rejects "$T/bad" >"$T/frame"
is "td-encode: rejects are counted" "$(value encode status) $(value encode rows) $(value encode rejects)" "0 2 1"
td-put td://@/testdb/acts <"$T/frame" | td-swap --metrics swap.prom >/dev/null
is "td-swap passes an append: its rows" "$(value swap rows) $(labels swap)" "2 destination=testdb.acts run=swap tool=td-swap"
td-fetch --metrics fetch.prom -f csv -d testdb -e 'SELECT a FROM acts' >/dev/null
is "td-fetch -f csv: rows" "$(value fetch status) $(value fetch rows)" "0 2"
td-fetch --metrics fetch.prom -d testdb --result "td://$TD_API_KEY@/testdb/copy" -e 'SELECT a FROM acts' >/dev/null
like "td-fetch --result: the destination" "$(value fetch status) $(labels fetch)" '^0 destination=td://[*]{3}@/testdb/copy '
td-swap --gc --metrics gc.prom td://@/testdb
is "td-swap --gc: done, without rows" "$(value gc status)$(value gc rows) $(labels gc)" "0 destination=testdb run=gc tool=td-swap"
td-encode -q --log-format json --metrics encode.prom <"$T/swap.receipt" >/dev/null
is "-q and JSON: the same" "$(value encode status)" 0

# --- failures

for tool in put encode fetch swap; do age $tool; done
td-put --metrics put.prom td://@/testdb/symbols </dev/null >/dev/null 2>&1
is "td-put failed: status" "$(value put status)" 66
is "td-put failed: the last success stays" "$(value put last_success_timestamp_seconds)" 1700000000
td-put --metrics put.prom td://@/testdb/other </dev/null >/dev/null 2>&1
is "another destination has had no success" "$(value put last_success_timestamp_seconds)" ""
printf 'a\n1,2\n' | td-encode --metrics encode.prom >/dev/null 2>&1
is "td-encode failed" "$(value encode status) $(value encode last_success_timestamp_seconds)" "65 1700000000"
td-fetch --metrics fetch.prom -d testdb -e 'SELECT "a" FROM "no such"' >/dev/null 2>&1
is "td-fetch failed" "$(value fetch status) $(value fetch last_success_timestamp_seconds)" "69 1700000000"
like "td-fetch failed: the destination of before" "$(labels fetch)" '@/testdb/copy '
td-fetch --metrics fetch.prom -d testdb -f csv -e 'SELECT 1' >/dev/null
is "and none after a success without one" "$(labels fetch)" "run=fetch tool=td-fetch"
td-swap --metrics swap.prom </dev/null >/dev/null 2>&1
is "td-swap without a receipt: the destination of before" "$(value swap status) $(labels swap) $(value swap last_success_timestamp_seconds)" \
	"66 destination=testdb.acts run=swap tool=td-swap 1700000000"
td-put --metrics put.prom --no-such-option 2>/dev/null
is "wrong usage after it" "$(value put status) $(labels put)" "2 destination=testdb.other run=put tool=td-put"
TD_API_KEY='' td-put --metrics put.prom td://@/testdb/other <"$T/frame" >/dev/null 2>&1
is "no key" "$(value put status)" 77
mkfifo "$T/slow"
td-encode --metrics encode.prom <"$T/slow" >"$T/out" 2>/dev/null &
pid=$!
exec 9>"$T/slow"
echo a >&9
until_ok test -e encode.prom.new
kill -TERM $pid
wait $pid
is "TERM" "$(value encode status) $(value encode last_success_timestamp_seconds)" "143 1700000000"
before=$(cat encode.prom)
td-encode --metrics encode.prom <"$T/slow" >"$T/out" 2>/dev/null &
pid=$!
until_ok test -e encode.prom.new
run td-encode --metrics encode.prom <"$T/frame"
is "while another run has it: refused" "$status" 75
like "and named" "$err" "another run is at work with encode.prom"
kill -KILL $pid
wait $pid
exec 9>&-
is "KILL: as before" "$(cat encode.prom)" "$before"
td-encode --metrics encode.prom <"$T/swap.receipt" >/dev/null
is "the next run is not hindered by what is left" "$(value encode status)$(ls encode.prom.new 2>/dev/null)" 0
(td-encode --metrics encode.prom <"$ROOT/NEWS" 2>"$T/err") | true
like "a reader that is gone" "$(value encode status)" '^(141|65)$'

# --- what is refused, and changes nothing

echo 'a,b' >data.csv
run td-encode --metrics data.csv <"$T/swap.receipt"
is "a file of something else: status" "$status" 78
like "a file of something else: why" "$err" "data.csv is another file, not one of metrics"
is "a file of something else stays" "$(cat data.csv)" "a,b"
td-encode --metrics self.prom <"$T/swap.receipt" >self.prom 2>"$T/err"
is "the output itself: status" $? 2
like "the output itself: why" "$(cat "$T/err")" "self.prom is standard output"
run td-encode --metrics r.prom --rejects r.prom <"$T/swap.receipt"
is "the file of --rejects: status" "$status" 2
rm -f r.prom
run td-encode --metrics r.prom --rejects ./r.prom <"$T/swap.receipt"
like "... by another name" "$status $err" "^2 .*this is the file of --metrics"
rm -f r.prom
head -c 100000 /dev/zero >long.prom
run td-encode --metrics long.prom <"$T/swap.receipt"
like "a long file of something else" "$status $err" "^78 .*long.prom is another file"
(ulimit -f 0; td-encode --metrics full.prom <"$T/swap.receipt" 2>&1 >/dev/null; echo $?) | cat >"$T/full"
like "a full disk: a warning" "$(cat "$T/full")" "^td-encode: --metrics: .*full.prom"
is "a full disk: the status is that of the run" "$(tail -n 1 "$T/full")" 0
is "a full disk: nothing is left" "$(ls full.prom* 2>/dev/null)" ""
run td-put --metrics w.prom --watermark-file w.prom td://@/testdb/acts <"$T/frame"
is "the file of --watermark-file: status" "$status" 75
ln -s put.prom link.prom
run td-encode --metrics link.prom <"$T/swap.receipt"
is "a link: status" "$status" 78
run td-encode --metrics no/such/x.prom <"$T/swap.receipt"
is "no such folder: status" "$status" 1
for words in "td-put --dry-run" "td-swap --dry-run" "td-encode --preview"; do
	# shellcheck disable=SC2086
	run $words --metrics v.prom td://@/testdb/acts <"$T/frame"
	is "$words: wrong usage" "$status" 2
	like "$words: why" "$err" "--metrics does not go with"
	rm -f v.prom
done
run td-fetch --metrics v.prom --databases
like "a list: wrong usage" "$status $err" '^2 .*--metrics does not go with a list'
run td-put --metrics h.prom -h
is "-h is not a run" "$status $(ls h.prom* 2>/dev/null)" "0 "
# shellcheck disable=SC1003
td-encode --metrics 'a"b\c.prom' <"$T/swap.receipt" >/dev/null
is "any name of a file" "$(all 'a"b\c.prom' | sed -n 's/^td_status //p')" 'run=a"b\c tool=td-encode 0'
td-encode --metrics here.prom --metrics there.prom <"$T/swap.receipt" >/dev/null
is "the last one counts" "$(ls here.prom* there.prom* 2>&1)" "$(printf 'ls: cannot access %s: No such file or directory\nthere.prom' "'here.prom*'")"
finish
