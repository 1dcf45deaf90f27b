#!/bin/sh
# The tools enter their sandboxes, and what the sandboxes forbid does not happen, as far as can be seen from outside.
. "$(dirname "$0")/../lib/lib.sh"

if sanitized; then
	skip "the sandboxes" "a sanitizer build, where they are off"
	finish
elif [ ! -r /proc/self/limits ]; then
	skip "the sandboxes" "no /proc here"
	finish
fi

mkfifo "$T/in"
limit() { awk '/^Max open files/ { print $4 "/" $5 }' "/proc/$1/limits"; }
sealed() { { [ "$(limit "$1")" = 0/0 ] || grep -q '^Seccomp:.*2$' "/proc/$1/status"; } && grep -q '^NoNewPrivs:.*1$' "/proc/$1/status"; }

# --- td-encode: one byte has come, which is not a row yet
td-encode --rejects "$T/rejects" <"$T/in" >"$T/frame" 2>"$T/err" &
pid=$!
exec 3>"$T/in"
printf 'a,b\n' >&3
printf 'x,1\n' >&3
dd if=/dev/zero bs=5000 count=1 2>/dev/null | tr '\0' 'y' >&3
ok "td-encode can open nothing any more, before it has all of its sample" until_ok sealed "$pid"
printf ',2\nz\n' >&3
exec 3>&-
wait "$pid"
is "td-encode in its sandbox: status" "$?" 0
like "td-encode in its sandbox: writes its rejects" "$(cat "$T/rejects")" "^z$"
is "td-encode in its sandbox: its frame" "$($PYTHON "$ROOT/tests/lib/frame.py" "$T/frame" | jq -c '[.end.rows,.end.rejects]')" '[2,1]'

# --- td-encode -- COMMAND: the command is not in it
cat >"$T/command" <<'END'
#!/bin/sh
cat "$1"
awk '/^Max open files/ { print $4 "/" $5 }' /proc/self/limits >"$2"
END
chmod +x "$T/command"
printf 'a\n1\n' >"$T/csv"
run td-encode -- "$T/command" "$T/csv" "$T/limits"
is "td-encode -- COMMAND: status" "$status" 0
unlike "td-encode -- COMMAND: the command opens what it wants" "$(cat "$T/limits")" '^0/0$'

# --- a payload inside each tool, from the moment its sandbox is on
if ! "${CC:-cc}" -std=c11 -Wno-unused-function -shared -fPIC -o "$T/payload.so" "$ROOT/tests/lib/payload.c" -lseccomp 2>"$T/cc"; then
	skip "a payload in each tool" "no compiler, or no libseccomp"
elif [ "$($PYTHON -c 'import ctypes; print(ctypes.CDLL(None).syscall(444, None, 0, 1))' 2>/dev/null)" -lt 6 ]; then
	skip "a payload in each tool" "this kernel has no Landlock, or one without scopes"
else
	acts=$(grep -c '^	{ try_' "$ROOT/tests/lib/acts.h")
	mkdir "$T/p"
	attacked() { # WHAT INPUT TOOL [OPTION...]
		what=$1 input=$2
		shift 2
		: >"$T/worked"
		env "LD_PRELOAD=$T/payload.so" "PAYLOAD=$T/p" "$@" <"$input" >"$T/out" 2>"$T/err" 9>"$T/worked"
		[ -s "$T/worked" ] || sed "s/^/# /" "$T/err"
		is "$what: what a payload can do" "$(cat "$T/worked")" "tried $acts"
	}
	local_start plain --no-samples
	td-put --create-database 'td://@/sandbox/table?mode=replace' <"$T/frame" >"$T/receipt"
	mkdir "$T/since"
	attacked "td-encode" "$T/csv" td-encode
	gzip -c "$T/csv" >"$T/csv.gz"
	attacked "td-encode, gzip'ed input" "$T/csv.gz" td-encode
	attacked "td-encode -- COMMAND" /dev/null td-encode -f csv -- cat "$T/csv"
	attacked "td-fetch" /dev/null td-fetch 1
	attacked "td-fetch --since" /dev/null td-fetch --schedule s --since "$T/since/run"
	attacked "td-put" "$T/frame" td-put td://@/sandbox/table
	attacked "td-put --watermark-file" "$T/frame" td-put --watermark-file "$T/since/mark" td://@/sandbox/table
	attacked "td-swap" "$T/receipt" td-swap
	attacked "td-swap --gc" /dev/null td-swap --gc td://@/sandbox
	attacked "td-conn test" /dev/null td-conn test
	attacked "td-conn doctor" /dev/null td-conn doctor
	attacked "td-conn list" /dev/null td-conn list
	for tool in td-fetch td-put td-swap td-conn td-encode; do
		case $tool in td-fetch) set -- 1 ;; td-put) set -- td://@/sandbox/table ;; td-conn) set -- test ;; *) set -- ;; esac
		[ $tool = td-put ] && input=$T/frame || input=$T/csv
		[ $tool != td-swap ] || input=$T/receipt
		LD_PRELOAD="$T/payload.so" TD_SANDBOX=require run "$tool" "$@" <"$input"
		is "$tool, TD_SANDBOX=require, no seccomp: status" "$status" 78
		like "$tool, TD_SANDBOX=require, no seccomp: message" "$err" "TD_SANDBOX=require: this system or program has no seccomp; active: Landlock [0-9]+, no new privileges"
	done
	TD_SANDBOX=require run td-put td://@/sandbox/table <"$T/frame"
	is "TD_SANDBOX=require with all of it: status" "$status" 0
	local_stop
	like "-vv says which parts are active" "$(td-encode -vv <"$T/csv" 2>&1 >/dev/null)" 'sandbox: Landlock [0-9]+, seccomp'
fi

# --- TD_SANDBOX
TD_SANDBOX=maybe run td-encode <"$T/csv"
is "TD_SANDBOX=maybe: status" "$status" 78
TD_SANDBOX=off run td-encode -vv <"$T/csv"
is "TD_SANDBOX=off: status" "$status" 0
like "TD_SANDBOX=off: says so" "$err" 'sandbox: none'

# --- the clients: libcurl writes a log of TLS keys if the environment asks, whose file it opens when it connects
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1 \
	-addext subjectAltName=IP:127.0.0.1 -keyout "$T/tls.key" -out "$T/tls.crt" >"$T/openssl" 2>&1
if [ ! -s "$T/tls.crt" ]; then
	skip "the clients" "no openssl"
	finish
fi
local_start local --tls "$T/tls.crt,$T/tls.key"
SSLKEYLOGFILE=$T/keylog
export SSLKEYLOGFILE
curl -s --cacert "$T/tls.crt" "$TD_API_SERVER/v3/system/server_status" >"$T/out"
if [ ! -s "$T/keylog" ]; then
	skip "the clients write no file" "this libcurl keeps no log of keys"
elif [ "$($PYTHON -c 'import ctypes; print(ctypes.CDLL(None).syscall(444, None, 0, 1))' 2>/dev/null)" -lt 1 ]; then
	skip "the clients write no file" "no Landlock here"
else
	rm "$T/keylog"
	run td-fetch --cacert "$T/tls.crt" -d sample_datasets -e 'SELECT COUNT(1) AS n FROM nasdaq'
	is "td-fetch over TLS" "$status" 0
	cp "$T/out" "$T/rows"
	ok "td-fetch: no other file was written" test ! -e "$T/keylog"
	td-encode <"$T/rows" >"$T/frame"
	run td-put --cacert "$T/tls.crt" --create-database 'td://@/sandbox/table?mode=replace' <"$T/frame"
	is "td-put over TLS" "$status $err" "0 "
	cp "$T/out" "$T/receipt"
	ok "td-put: no other file was written" test ! -e "$T/keylog"
	run td-swap --cacert "$T/tls.crt" <"$T/receipt"
	is "td-swap over TLS" "$status" 0
	ok "td-swap: no other file was written" test ! -e "$T/keylog"
	run td-conn test --cacert "$T/tls.crt"
	is "td-conn over TLS" "$status" 0
	ok "td-conn: no other file was written" test ! -e "$T/keylog"
fi

finish
