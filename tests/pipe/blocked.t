#!/bin/sh
# Blocked standard input and output: signals still end a tool, it waits for descriptors in non-blocking mode, and a limit of
# the file size acts like a full disk.
. "$(dirname "$0")/../lib/lib.sh"
. "$ROOT/tests/lib/put.sh"
local_start local --polls 0
api POST database/create/testdb >/dev/null
cd "$T" || exit 1
"$PYTHON" -c 'for i in range(300000): print("%d,%x" % (i, i * 7919 ** 5 % (1 << 60)))' | sed '1i id,name' >rows.csv
td-encode -q --time-value 1700000000 <rows.csv >rows.frame
td-put -q td://@/testdb/many <rows.frame >many.receipt
td-fetch -d testdb -e 'SELECT * FROM many' >fetched.frame

# Runs a command whose output nobody reads, sends SIGTERM when the pipe is full, and prints how it ended and what the pipe held.
cat >stuck.py <<'END'
import fcntl, signal, struct, subprocess, sys, termios, time
def held(fd): return struct.unpack("i", fcntl.ioctl(fd, termios.FIONREAD, b"\0" * 4))[0]
with open(sys.argv[1], "rb") as stdin:
    p = subprocess.Popen(sys.argv[3:], stdin=stdin, stdout=subprocess.PIPE)
    full, since = 0, time.monotonic()
    while time.monotonic() < since + 20: # full: nothing more comes for a while
        now = held(p.stdout.fileno())
        if now > 16000 and now == full and time.monotonic() > at + 0.3:
            break
        if now != full:
            full, at = now, time.monotonic()
        time.sleep(0.01)
    p.send_signal(signal.SIGTERM)
    start = time.monotonic()
    try:
        print(p.wait(15), "soon" if time.monotonic() - start < 8 else "late")
    except subprocess.TimeoutExpired:
        print("still there")
        p.kill()
    open(sys.argv[2], "wb").write(p.stdout.read())
END
stuck() { "$PYTHON" stuck.py "$@" 2>stuck.err; } # INPUT OUTPUT COMMAND...
for format in frame csv msgpack.gz; do
	is "td-fetch -f $format, nobody reads: TERM ends it" "$(stuck /dev/null out.$format td-fetch -q -f $format -d testdb -e 'SELECT * FROM many')" "-15 soon"
done
is "td-encode, nobody reads: TERM ends it" "$(stuck rows.csv out.encode td-encode -q)" "-15 soon"
for f in out.frame out.encode; do
	run td-put -q td://@/testdb/other <"$f"
	like "$f is refused" "$status" '^6[56]$'
done

# Descriptors in non-blocking mode, as ssh, node and some shells leave them.
cat >slowly.py <<'END'
import os, subprocess, sys, threading, time
def pipe():
    r, w = os.pipe()
    return r, w
data = open(sys.argv[1], "rb").read()
in_r, in_w = pipe(); out_r, out_w = pipe()
os.set_blocking(in_r, False); os.set_blocking(out_w, False)
p = subprocess.Popen(sys.argv[2:], stdin=in_r, stdout=out_w)
os.close(in_r); os.close(out_w)
def feed():
    time.sleep(0.2)
    with os.fdopen(in_w, "wb") as f:
        try: f.write(data)
        except BrokenPipeError: pass
threading.Thread(target=feed).start()
time.sleep(0.5) # the pipe fills before anybody reads
sys.stdout.buffer.write(os.fdopen(out_r, "rb").read())
sys.exit(p.wait())
END
slowly() { "$PYTHON" slowly.py "$@"; }
run slowly rows.csv td-encode -q --time-value 1700000000
is "td-encode on non-blocking descriptors: status, silent" "$status $err" "0 "
ok "td-encode on non-blocking descriptors: the same rows" sh -c 'gzip -dc out | cmp - "$1"' sh "$(gzip -dc rows.frame >plain; echo plain)"
echo 'SELECT * FROM many' >q.sql
run slowly q.sql td-fetch -q -f csv -d testdb
is "td-fetch on non-blocking descriptors: status, silent" "$status $err" "0 "
is "td-fetch on non-blocking descriptors: all rows" "$(wc -l <out)" 300001
run slowly rows.frame td-put -q td://@/testdb/slow
is "td-put on non-blocking descriptors: status and rows" "$status $(receipt .rows)" "0 300000"

# A limit of the file size
limited() { sh -c 'ulimit -f 8; "$@" >limited' sh "$@"; }
for tool in "td-fetch -q -f csv -d testdb" "td-encode -q"; do
	case $tool in td-fetch*) input=q.sql ;; *) input=rows.csv ;; esac
	# shellcheck disable=SC2086
	run limited $tool <"$input"
	is "${tool%% *}, a file that may not grow: status" "$status" 1
	like "${tool%% *}, a file that may not grow: says so" "$err" "^${tool%% *}: .*File too large"
done

# An interrupted command that prints a key does not stay
echo 'sleep 600 & echo $! >child.pid; wait' >slow-key.sh
mkdir -p xdg
export XDG_CONFIG_HOME="$T/xdg"
td-conn add --key-command "sh $T/slow-key.sh" slow td://@us/testdb
setsid td-fetch -c slow -f csv 1 >/dev/null 2>&1 &
pid=$!
until_ok test -s child.pid
kill -TERM $pid
wait $pid
gone() { ! kill -0 "$(cat child.pid)"; }
ok "an apikey_command that is interrupted: what it started ends, too" until_ok gone
td-conn add --key-command 'cat; echo '"$TD_API_KEY" reads "td://@${TD_API_SERVER#http://}/testdb"
run td-put -q reads:kept <rows.frame
is "an apikey_command does not eat the rows" "$status $(receipt .rows)" "0 300000"
finish
