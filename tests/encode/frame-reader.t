#!/bin/sh
# td-frame(5) is complete: a reader written from that page alone (frame_reader.py) reads what the tools write and refuses what
# they refuse.
. "$(dirname "$0")/../lib/lib.sh"
reader() { "$PYTHON" "$ROOT/tests/lib/frame_reader.py" "$@"; }

# --- what td-encode and td-fetch write
cd "$T" || exit 1
"$PYTHON" - >rows.csv <<'END'
print("id,name,price,time")
for i in range(40000): print(f'{i},"näme {i * 7919 % 1000} ""q""",{i / 8},{1700000000 + i}')
END
td-encode --level 6 <rows.csv >encode.frame
reader records <encode.frame >read.txt
is "a frame of td-encode: status" $? 0
is "all rows" "$(grep -c '^{' read.txt)" 40000
is "the last one" "$(tail -n 2 read.txt | head -n 1 | jq -c '[.id, .name, .price, .time]')" '[39999,"näme 81 \"q\"",4999.875,1700039999]'
is "several blocks" "$(tail -n 1 read.txt | sed 's/^end //' | jq '.blocks > 1 and .rows == 40000 and .source == "eof"')" true
like "the head has the types" "$(head -n 1 read.txt)" '\["price", "double"\]'
is "records are not rows" "$(reader rows <encode.frame 2>&1)" "frame_reader.py: this frame holds records"

local_start local --polls 0
api POST database/create/testdb >/dev/null
td-fetch -q -d sample_datasets -e 'SELECT * FROM www_access' >fetch.frame
reader rows <fetch.frame >read.txt
is "a frame of td-fetch: status" $? 0
is "all rows of it" "$(grep -c '^\[' read.txt)" 5000
is "as many values as columns" "$(grep '^\[' read.txt | jq -s "all(length == $(sed -n '1s/^head //p' read.txt | jq '.columns | length'))")" true
is "its source is verified" "$(tail -n 1 read.txt | sed 's/^end //' | jq -r .source)" verified
td-fetch -q -d sample_datasets -e 'SELECT * FROM www_access WHERE code = 0' >empty.frame
is "no rows" "$(reader rows <empty.frame | cut -c 1-4 | tr '\n' ' ')" "head end  "

# --- incomplete frames
refused() { # WHAT STATUS SENTENCE
	reader records <bad.frame >out 2>err
	is "$1: status" $? "$2"
	like "$1: reason" "$(cat err)" "$3"
}
td-encode -f csv -- sh -c 'echo id; echo 1; exit 3' >bad.frame 2>err
refused "an abort" 66 "gave up: 'sh' failed with exit status 3"
head -c 3000 encode.frame >bad.frame
refused "a dead writer" 66 "died"
cat encode.frame encode.frame >bad.frame
refused "two frames" 65 "follows the end"
made() { "$PYTHON" "$ROOT/tests/lib/mkframe.py" "$@" >bad.frame; }
made rows=9 blocks=3 foreign=1
ok "members without a subfield" reader records <bad.frame
made version=1 rows=9 blocks=3 foreign=1
ok "version 1" reader records <bad.frame
ok "version 1: td-put reads it" td-put -q --dry-run td://@/testdb/tbl <bad.frame
made crc=wrong
refused "a wrong checksum" 65 "differ"
made count=wrong
refused "wrong counts" 65 "differ|whole values"
made end=none
refused "no end" 66 "no end"
made end=abort
refused "its writer was tired" 66 "tired"
made bad=1
refused "a record without an integer time" 65 "time"

# --- damage: both readers agree about every frame that was cut, had bits flipped, or was reassembled
td-fetch -q -d sample_datasets -e 'SELECT * FROM www_access LIMIT 40' >small.frame
cat >differ.py <<'END'
import contextlib, io, json, random, subprocess, sys
sys.path.insert(0, sys.argv[1])
from frame_reader import Refused, Stream, read

frame = open("small.frame", "rb").read()
comment = frame.index(b'{"td-frame"')
random.seed(1)
cuts = [frame[:n] for n in {*range(0, len(frame), 37), *range(len(frame) - 40, len(frame))}]
flips = []
for at in random.sample(range(len(frame)), 250):
    flips.append(frame[:at] + bytes([frame[at] ^ 1 << random.randrange(8)]) + frame[at + 1:])
others = [frame + b"\0", frame + frame, frame[:comment], b"", b"\0" * 100]
differ = []
refusals = 0
for bad in cuts + flips + others:
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            read(Stream(io.BytesIO(bad)), "rows")
        mine = "accepted"
    except Refused as refused:
        mine = f"refused: {refused.args[0]}"
        refusals += 1
    except (KeyError, ValueError) as e:
        mine = f"refused: {e!r}"
    theirs = subprocess.run(["td-encode", "-f", "frame"], input=bad, capture_output=True)
    if (theirs.returncode == 0) != (mine == "accepted"):
        at = next((i for i, (a, b) in enumerate(zip(bad, frame)) if a != b), "end")
        differ.append(f"{len(bad)} bytes, differs at {at} of {len(frame)}: {mine}; td-encode: {theirs.returncode} {theirs.stderr.decode()}")
print(refusals > 300, *differ, sep="\n")
END
# --- every bit of a small frame
td-fetch -q -d sample_datasets -e 'SELECT host FROM www_access LIMIT 1' >tiny.frame
cat >flip.py <<'END'
import contextlib, io, sys
sys.path.insert(0, sys.argv[1])
from frame_reader import Refused, Stream, read
frame = open("tiny.frame", "rb").read()
taken = []
for bit in range(8 * len(frame)):
    bad = bytearray(frame)
    bad[bit // 8] ^= 1 << bit % 8
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            read(Stream(io.BytesIO(bytes(bad))), "rows")
        taken.append(bit // 8)
    except (Refused, KeyError, ValueError):
        pass
print(taken)
END
is "no flipped bit of head, members and end is taken" "$("$PYTHON" flip.py "$ROOT/tests/lib")" "[]"
is "the page's reader and td-encode agree" "$("$PYTHON" differ.py "$ROOT/tests/lib")" True
finish
