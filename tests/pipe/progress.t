#!/bin/sh
# Progress reports: on a terminal (screen.py is one), without one, and on SIGUSR1.
. "$(dirname "$0")/../lib/lib.sh"
TERM=xterm
export TERM
local_start slow --polls 40 # a finished job is still reported as running for a second
api POST database/create/testdb >/dev/null
slow=$TD_API_SERVER
local_start local --polls 0
api POST database/create/testdb >/dev/null
cd "$T" || exit 1
screen() { "$PYTHON" "$ROOT/tests/lib/screen.py" "$@"; }
cat >"$T/pipe" <<'END'
td-fetch "$@" -d sample_datasets -e 'SELECT * FROM www_access' | td-encode "$@" |
	td-put "$@" 'td://@/testdb/out?mode=replace' | td-swap "$@" >/dev/null
END
timeless() { sed 's/[0-9.]* s$/T s/; s/job [0-9][0-9]*/job N/; s/_tdput_[0-9a-f]*/_X/'; }
lines_of_each='td-encode: 5000 rows encoded, 0 rejected in T s
td-fetch: 5000 rows, 0.1 MB of job N fetched in T s
td-put: 5000 rows into testdb.out_X (not published yet: pipe the receipt into td-swap) in T s
td-swap: 5000 rows in the place of the 5000 of testdb.out in T s'

# --- a pipe of four on a terminal: one line, which they take turns to use; in the end a line of each

TD_API_SERVER=$slow run screen -w 120 "$T/states" sh "$T/pipe"
is "a pipe of four on a terminal: status" "$status" 0
is "its line: who has it, and for what" "$(timeless <"$T/states" | grep -v success | uniq)" \
	"td-fetch: job N: running, T s
td-put: the service checks the rows, T s
td-put: the service publishes the rows, T s"
is "in the end: a line of each" "$(printf '%s\n' "$out" | grep -v 'same account' | timeless | sort)" \
	"$(printf '%s\n' "$lines_of_each" | sed 's/5000 rows in the place.*/created testdb.out with 5000 rows in T s/')"
unlike "no colours, and nothing else that a terminal could obey" "$out$(cat "$T/states")" '<[0-9A-F][0-9A-F]>'

TD_API_SERVER=$slow run screen -w 20 "$T/states" sh -c 'td-fetch -d testdb -e "SELECT 1 AS one" >/dev/null'
is "a narrow terminal: what does not fit is cut" "$status $(cut -c 16- "$T/states" | grep -v su | sort -u)" "0 : ru"

echo a | td-encode --no-header -c a >"$T/frame"
TD_API_SERVER=$slow run screen -w 2000 "$T/states" sh -c "td-put td://@/testdb/screen <frame"
is "a receipt on a terminal stays whole" "$status $(printf '%s\n' "$out" | grep '^{' | jq -r .status)" "0 done"
run screen "$T/states" sh "$T/pipe" -q
is "-q: nothing" "$status $out$(cat "$T/states")" "0 "
run screen "$T/states" sh "$T/pipe" -q --progress
is "-q --progress: nothing" "$status $out$(cat "$T/states")" "0 "
run screen -w 120 "$T/states" sh "$T/pipe" --progress
is "--progress, and quick: the same end" "$(printf '%s\n' "$out" | grep -v 'same account' | timeless | sort)" "$lines_of_each"
TERM=dumb
TD_API_SERVER=$slow run screen "$T/states" td-fetch -d testdb -e 'SELECT 1 AS one'
is "a terminal that knows nothing is sent text alone" "$status $(cat "$T/states") $(printf '%s\n' "$out" | grep -c '<')" "0  0"
TERM=xterm

# --- it is interrupted, or fails

TD_API_SERVER=$slow run screen -w 120 -s 'checks the rows=\003' "$T/states" sh "$T/pipe"
is "Ctrl-C: status" "$status" 130
unlike "Ctrl-C: nothing is left of the line" "$out" '^td-put: the service checks'
run screen -w 120 "$T/states" sh -c 'td-encode -f csv -- sh -c "echo a; echo 1; exit 3" | td-put td://@/testdb/failed >receipt'
is "a failure: says why once, and no summary" "$status $out" "66 td-encode: 'sh' failed with exit status 3"
is "a failure: the receipt has the reason as well" "$(jq -r .reason receipt)" "upstream gave up: 'sh' failed with exit status 3"
run screen -w 120 "$T/states" sh -c 'td-encode -f csv -- sh -c "echo a; echo 1; exit 3" | td-put -v td://@/testdb/failed >receipt'
like "a failure: -v says it at each stage" "$out" "td-put: upstream gave up: 'sh' failed with exit status 3"
run sh -c 'td-encode -f csv -- sh -c "echo a; echo 1; exit 3" 2>first | td-put td://@/testdb/failed >receipt'
is "a failure whose words went elsewhere: td-put says why" "$status $err" "66 td-put: upstream gave up: 'sh' failed with exit status 3"
run sh -c 'td-encode -f csv -- sh -c "echo a; echo 1; exit 3" >frame; td-put td://@/testdb/failed <frame >receipt'
like "a failure that lies in a file: td-put says why" "$err" "td-put: upstream gave up: 'sh' failed with exit status 3"
run sh -c 'td-encode -f csv -- sh -c "echo a; echo 1; exit 3" | td-put td://@/testdb/failed >receipt; td-swap <receipt'
like "a failed receipt that lies in a file: td-swap says why" "$status $err" "^66 .*" 
like "a failed receipt that lies in a file: its reason" "$err" "td-swap: td-put failed: upstream gave up: 'sh' failed"

curl -sS -H "Authorization: TD1 $TD_API_KEY" --data-binary 'GET table/show/* 1 503,retry-after=1' "$TD_API_SERVER/local/faults" >/dev/null
echo 'a
1' | td-encode >"$T/one"
run screen -w 120 "$T/states" sh -c 'td-put td://@/testdb/again <one >receipt'
like "a request is repeated: somebody who waits sees it" "$(cat "$T/states")" '^td-put: 503 from 127.0.0.1:[0-9]*.*; trying again in 1.0 s$'
is "a request is repeated: in the end nothing is left of it" "$status $(printf '%s\n' "$out" | timeless)" "0 td-put: 1 row into testdb.again in T s"

# --- no terminal

yes 'some text,1,2,3' | head -n 400000 >"$T/rows"
run td-encode --no-header --columns a,b,c,d <"$T/rows"
is "no terminal: nothing" "$status $err" "0 "
run td-encode --no-header --columns a,b,c,d --progress <"$T/rows"
is "--progress: the end, in text" "$status $(timeless <"$T/err")" "0 td-encode: 400000 rows encoded, 0 rejected in T s"

# --- SIGUSR1

asks() { kill -USR1 "$1" && grep -q "$2" "$T/asked"; } # until it is answered: the program may not wait yet
listens() { awk '/^SigCgt:/ { exit substr($2, length($2) - 2, 1) !~ /[2367abef]/ }' "/proc/$1/status"; }
mkfifo "$T/in"
for tool in td-encode 'td-put td://@/testdb/asked' td-swap; do
	# shellcheck disable=SC2086 # a command and its argument
	$tool <"$T/in" >/dev/null 2>"$T/asked" &
	pid=$!
	exec 3>"$T/in"
	until_ok listens "$pid"
	ok "SIGUSR1: $tool waits" until_ok asks "$pid" "^${tool%% *}: waits for its input$"
	exec 3>&-
	wait "$pid"
done
# While a command that prints the key is waited for.
mkdir -p "$T/xdg/td-pipe"
(umask 077 && printf '[slow]\nurl = td://@%s/testdb\napikey_command = cat %s\n' "${TD_API_SERVER#http://}" "$T/in" >"$T/xdg/td-pipe/connections")
for tool in 'td-put slow:asked' 'td-swap --gc slow:' 'td-fetch -c slow 1'; do
	# shellcheck disable=SC2086 # a command and its argument
	XDG_CONFIG_HOME=$T/xdg $tool <"$T/rows" >"$T/out" 2>"$T/asked" &
	pid=$!
	exec 3>"$T/in"
	until_ok listens "$pid"
	ok "SIGUSR1: $tool waits for its key" until_ok asks "$pid" "^${tool%% *}: waits for its input$"
	exec 3>&-
	wait "$pid"
done
# Before the first part is full, and with the share of the source, which td-encode hands on.
seq -f 'some text,%.0f,2,3' 400000 >"$T/counted"
td-encode --no-header --columns a,b,c,d <"$T/counted" >"$T/frame"
td-put 'td://@/testdb/asked' <"$T/in" >/dev/null 2>"$T/asked" &
pid=$!
exec 3>"$T/in"
head -c $(($(wc -c <"$T/frame") * 2 / 3)) "$T/frame" >&3
until_ok listens "$pid"
ok "SIGUSR1: td-put, with the share of the whole pipe" until_ok asks "$pid" '^td-put: reading: [12345][0-9] %, [0-9]* s left, [0-9]* rows, [0-9.]*[1-9][0-9.]* MB, '
exec 3>&-
wait "$pid"
until test -e "$T/enough"; do cat "$T/rows"; done >"$T/in" & # it never waits
td-encode --no-header --columns a,b,c,d <"$T/in" >/dev/null 2>"$T/asked" &
pid=$!
until_ok listens "$pid"
ok "SIGUSR1: with rows" until_ok asks "$pid" '^td-encode: encoding: [0-9]* rows, [0-9.]* MB, [0-9.]* MB/s$'
touch "$T/enough"
wait "$pid"
is "SIGUSR1: and it goes on" "$?" 0

finish
