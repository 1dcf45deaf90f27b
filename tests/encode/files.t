#!/bin/sh
# td-encode FILE...: several files are one table, each with its own header, format and compression.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/encode.sh"
cd "$T" || exit 1

# from ARGUMENT...: in a folder of files
from() {
	td-encode -q --time-value 7 "$@" </dev/null >frame 2>err
	status=$? err=$(cat err)
	decode frame
}

printf 'id,name,n\n1,x,1.5\n2,y,2\n' >a.csv
printf 'n\tid\tname\n7\t3\tz\n' >b.tsv && gzip b.tsv
{ printf '\377\376'; printf 'name,n,id\n\303\251,3.25,4\n' | iconv -f UTF-8 -t UTF-16LE; } >u.csv
printf '{"name":"j","id":5}\n{"id":6,"n":0.5}\n' >c.jsonl
printf 'id,name,n\n' >empty.csv
$PYTHON -c 'import msgpack, sys
sys.stdout.buffer.write(msgpack.packb({"n": 9, "id": 7, "name": "m"}))' >d.msgpack

from a.csv b.tsv.gz u.csv empty.csv c.jsonl d.msgpack
is "six files of four formats" "$status $(ask '[.id, .name, .n]')" \
	'0 [1,"x",1.5] [2,"y",2] [3,"z",7] [4,"é",3.25] [5,"j",null] [6,null,0.5] [7,"m",9] '
from c.jsonl a.csv
is "JSON first" "$status $(ask '[.id, .name, .n]')" '0 [5,"j",null] [6,null,0.5] [1,"x",1.5] [2,"y",2] '
td-encode -q --time-value 7 a.csv - b.tsv.gz <u.csv >frame; records=$(records frame)
is "standard input between files" "$(ask .id)" '1 2 4 3 '
from empty.csv a.csv
is "a header alone does not make columns strings" "$(ask '[.id, .n]')" '[1,1.5] [2,2] '
printf 'id,name,n\n3,x,4' >cut.csv
from cut.csv a.csv
is "a last line without its end" "$(ask .id)" '3 1 2 '
from c.jsonl
is "one file" "$(ask .id)" '5 6 '
from -c id:string a.csv c.jsonl
is "a type that is given" "$(ask .id)" '"1" "2" "5" "6" '
from --rename n=m --select n,id a.csv b.tsv.gz
is "--select and --rename" "$(ask 'del(.time)')" '{"id":1,"m":1.5} {"id":2,"m":2} {"id":3,"m":7} '
printf '1,x\n2,y\n' >h1; printf '3,z\n' >h2
from --no-header h1 h2
is "--no-header" "$(ask '[._c0, ._c1]')" '[1,"x"] [2,"y"] [3,"z"] '
td-encode -q -t at --no-header --columns 'at,b' h1 h2 >frame 2>err; status=$? err=$(cat err) end=$(note_of frame E)
says "a time that is none" 65 "h1: line 1, column 1 'at'"

# --- columns that only some have
printf 'id,name,n,extra\n8,e,1,x\n' >more.csv; printf 'id,n\n9,1\n' >less.csv
from a.csv more.csv
says "a column more" 65 "more.csv: a.csv has no column 'extra': --unknown-keys ignore leaves it out, --unknown-keys add adds it"
from --unknown-keys ignore a.csv more.csv
is "... ignored" "$status $(ask 'del(.time) | keys')" '0 ["id","n","name"] ["id","n","name"] ["id","n","name"] '
from --select id a.csv more.csv less.csv
is "... with --select" "$status $(ask .id)" '0 1 2 8 9 '
from --unknown-keys add a.csv more.csv less.csv c.jsonl
is "... added" "$status $(ask '[.id, .name, .extra]')" \
	'0 [1,"x",null] [2,"y",null] [8,"e","x"] [9,null,null] [5,"j",null] [6,null,null] '
is "... and in the end's columns" "$(note_of frame E | jq -c '[.columns[] | .[0]]')" '["id","name","n","extra"]'
from a.csv less.csv
says "a column less" 65 "less.csv: there is no column 'name', which a.csv has: --unknown-keys add"
from --drop name a.csv less.csv
is "... that nobody wants" "$status $(ask .id)" '0 1 2 9 '
printf 'id,name,id\n1,2,3\n' >twice.csv
from a.csv twice.csv
says "a name twice" 65 "twice.csv: columns 1 and 3 are both called 'id'"
from --unknown-keys add --select id a.csv; is "--select and --unknown-keys add: status" "$status" 2
from --unknown-keys add a.csv; is "--unknown-keys and one file of CSV: status" "$status" 2

# --- CSV first, and JSON with keys that it does not have
$PYTHON -c 'import json; print(json.dumps({"id": 8, "n": 2, "name": "k", **{"k%d" % i: i for i in range(3000)}}))' >keys.jsonl
for o in '' '--unknown-keys refuse'; do
	# shellcheck disable=SC2086 # two words
	from $o a.csv keys.jsonl
	says "keys that the CSV does not have, $o" 65 "keys.jsonl: line 1, character [0-9]*: a key that none of the first rows had; .*the key 'k0'"
done
from --unknown-keys ignore a.csv keys.jsonl
is "... ignored" "$status $(ask '[.id, .n, .k7]')" '0 [1,1.5,null] [2,2,null] [8,2,null] '
from --unknown-keys add a.csv keys.jsonl
is "... added" "$status $(ask '[.id, .n, .k7, .k2999]')" '0 [1,1.5,null,null] [2,2,null,null] [8,2,7,2999] '
printf '{"id":9,"n":"x","name":"l","more":1}\n' >type.jsonl
from --unknown-keys ignore a.csv type.jsonl
is "... rows with such keys are in the sample" "$status $(ask '.n')" '0 "1.5" "2" "x" '

printf '{"id":10,"n":0.25,"name":"l"}\n' >real.jsonl; printf 'id,name,n\n1,x,1\n' >long.csv
from long.csv real.jsonl; is "longs of CSV and doubles of JSON" "$status $(ask '.n')" '0 1 0.25 '

# --- keys that first come after the sample
$PYTHON -c '
for i in range(200000): print("{\"id\":%d,\"text\":\"xxxxxxxxxxxxxxxx\"}" % i)
print("""{"id":1,"new":null,"time":"x"}
{"id":2,"new":7,"list":[1,{"z":2}],"v":1.5}
{"id":3,"new":8}""")' >late.jsonl
from late.jsonl
says "a late key" 65 "late.jsonl: line 200001, .*'new'"
from --unknown-keys add late.jsonl
is "--unknown-keys add" "$status $(printf '%s\n' "$records" | tail -3 | jq -c 'del(.text)' | tr '\n' ' ')" \
	'0 {"id":1,"time":7,"time_":"x"} {"id":2,"list":"[1,{\"z\":2}]","new":7,"time":7,"time_":null,"v_":1.5} {"id":3,"list":null,"new":8,"time":7,"time_":null,"v_":null} '
is "... rows" "$(gzip -dc frame | $PYTHON -c 'import msgpack, sys; print(sum(1 for r in msgpack.Unpacker(sys.stdin.buffer)))')" 200003
is "... the end names them with their types" "$(note_of frame E | jq -c '.columns[2:]')" \
	'[["time_","string"],["new","long"],["list","string"],["v_","double"]]'
echo '{"id":4,"new":"text"}' >>late.jsonl
from --unknown-keys add late.jsonl
says "... a value of another type" 65 "'new': \"text\" is not a long"
from --unknown-keys add --all-string late.jsonl
is "... --all-string" "$status $(printf '%s\n' "$records" | tail -1 | jq -c '[.id, .new]')" '0 ["4","text"]'

# --- rejects
printf 'id,name,n\nbad,x,1\n' >r1.csv; printf 'id,name,n\nworse,y,2\n' >r2.csv; printf 'n,name,id\n3,z,10\n3,z,worst\n' >r3.csv
from -c id:long --rejects rej a.csv r1.csv r2.csv
is "rejects of files with one header" "$status $(ask .id)" '0 1 2 '
like "... name the file and its line" "$(cat rej)" "^#td-encode: r2.csv: line 2, column 1 'id': 'worse' is not a long"
command=$(sed -n '1s/.*after repair: //p' rej)
sed -i 's/^bad/20/; s/^worse/30/' rej
eval "$command" <rej >frame 2>err; records=$(records frame)
is "... and are taken after repair" "$(ask '[.id, .name, .n, .time]')" '[20,"x",1,7] [30,"y",2,7] '
from -c id:long --rejects rej a.csv r1.csv r3.csv
is "rejects of files with two headers" "$status $(ask .id)" '0 1 2 10 '
command=$(sed -n '1s/.*after repair: //p' rej)
sed -i 's/^bad/20/; s/,worst/,30/' rej
eval "$command" <rej >frame 2>err; is "... are not taken together: status" "$?" 65
sed '1,/^"split/d' rej >rej2
eval "$(sed -n '1s/.*after repair: //p' rej2)" <rej2 >frame 2>err; records=$(records frame)
is "... but are after the file was split" "$(ask '[.id, .name, .n]')" '[30,"z",3] '
from --rejects r1.csv a.csv r1.csv; is "rejects on one of the files: status" "$status" 2
is "... which stays" "$(cat r1.csv)" "$(printf 'id,name,n\nbad,x,1')"

# --- what is refused
from a.csv none.csv; says "a file that is not there" 66 'cannot open none.csv: No such file'
from a.csv .; says "a directory" 66 '\. is a directory'
: >nothing; from a.csv nothing; says "a file without a byte" 66 'nothing is empty'
from a.csv -q; is "an option after a file: status" "$status" 2; like "... the message" "$err" 'options come before files'
from a.csv -- cat; is "files and a command: status" "$status" 2
td-encode -q --time-value 7 a.csv >frame2; from a.csv frame2; is "a frame among files: status" "$status" 2; like "... the message" "$err" 'read alone'
from - a.csv -; is "standard input twice: status" "$status" 2; like "... the message" "$err" 'can be read only once'
seq 1 2000000 | sed 1s/1/id/ >big.csv; from big.csv frame2
is "a frame after a large file: the frame ends in an abort" "$status $(printf '%s' "$end" | jq -c '[.end, .status, (.reason | test("read alone"))]')" '2 ["abort",2,true]'
from --header a.csv c.jsonl; is "an option of CSV, and a file of JSON: status" "$status" 2; like "... which is named" "$err" '^td-encode: c.jsonl: --header is for CSV'
td-encode -q a.csv >>a.csv 2>err; is "the output among files: status" "$?" 2
{ cat a.csv; printf '3,"z,4\n'; } >broken.csv; from a.csv broken.csv; says "a bad row of a later file" 65 '^td-encode: broken.csv: line 4'
gzip -c more.csv | head -c 40 >short.gz; from a.csv short.gz; says "gzip that is cut" 65 'short.gz: ends inside a gzip member'

# --- FIFOs
mkfifo fifo
td-encode -q --time-value 7 a.csv fifo >frame 2>err & p=$!
printf 'n,name,id\n1,f,30\n' >fifo
wait $p; status=$? records=$(records frame)
is "a FIFO" "$status $(ask .id)" '0 1 2 30 '
td-encode -q a.csv fifo >frame 2>err & p=$!
until_ok test -e "/proc/$p/fd/3"; until_ok grep -q '^State:.*S' "/proc/$p/status"
kill -TERM $p; wait $p; is "SIGTERM while a FIFO has no writer" "$?" 143

# --- long ones: more than a sample of each
for f in 1 2 3; do seq $((f * 1000000)) $((f * 1000000 + 700000)) | sed "1s/.*/a$f/; s/^a./a/" >long$f.csv; done
sed 's/^/x,/; 1s/x/b/' long3.csv >long3b.csv
td-encode -q --unknown-keys ignore long1.csv long2.csv long3b.csv >frame
is "all rows of long files" "$(gzip -dc frame | $PYTHON -c 'import msgpack, sys; n = [r["a"] for r in msgpack.Unpacker(sys.stdin.buffer)]; print(len(n), len(set(n)))')" '2100000 2100000'

# --- many
mkdir many; for i in $(seq 1 1500); do printf 'id,name,n\n%d,x,1\n' "$i"; done | split -l 2 -a 3 - many/
# shellcheck disable=SC3045 # every shell that is here has it
(ulimit -S -n 64; td-encode -q many/* >frame); is "1,500 files, more than may be open: status" "$?" 0
is "... their rows" "$(records frame | jq -s 'map(.id) | add')" $((1500 * 1501 / 2))
out=$(td-encode --preview a.csv b.tsv.gz)
like "--preview names them" "$out" '^# a.csv and 1 more file: types from 3 rows'
finish
