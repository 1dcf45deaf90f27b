#!/bin/sh
# A key leaves a program for one place only: the server that is meant. Everything that leaves is recorded (what is written,
# which programs are run with which arguments and environment), for every way of giving a key, at full verbosity, for runs
# that succeed and that fail; then arguments and cores.
. "$(dirname "$0")/../lib/lib.sh"
. "$ROOT/tests/lib/put.sh"
if sanitized; then
	skip "the recordings" "a sanitizer build, which leaves cores and is not traced"
	finish
fi
SECRET=5ec4e75ec4e75ec4e75ec4e75ec4e75ec4e75ec4
KEY=1/$SECRET
local_start other --no-samples --polls 0
other=$TD_API_SERVER
local_start local --no-samples --polls 0 --key "$KEY"
server=$TD_API_SERVER
TD_API_KEY=$KEY
api POST database/create/testdb >/dev/null
frame rows=10 >"$T/f"
(umask 077 && echo "$KEY" >"$T/key" && mkdir -p "$T/xdg/td-pipe" "$T/home/.td" &&
	printf '[account]\napikey = %s\nendpoint = %s\n' "$KEY" "$server" | tee "$T/td.conf" >"$T/home/.td/td.conf" &&
	cat >"$T/xdg/td-pipe/connections" <<END
[plain]
url = td://@${server#http://}/testdb
apikey = $KEY
[file]
url = td://@${server#http://}/testdb
apikey_file = $T/key
[command]
url = td://@${server#http://}/testdb
apikey_command = cat $T/key
[inurl]
url = td://$KEY@${server#http://}/testdb
END
)
unset TD_API_KEY TD_API_SERVER
XDG_CONFIG_HOME=$T/xdg
export XDG_CONFIG_HOME

# --- recordings

# Our programs close their memory to others, strace included, unless root runs it: root of a user namespace will do.
recorder=
for try in strace 'unshare --map-root-user strace'; do
	$try -f -o "$T/try" -e trace=write td-conn list >/dev/null 2>&1
	if grep -q 'write(1, "plain' "$T/try"; then recorder=$try && break; fi
done

record() { # COMMAND...: stdout to $T/out; its recording in $T/recording
	$recorder -f -yy -v -s 1000000 -e trace=execve,write,writev,pwrite64,sendto,sendmsg,sendmmsg -o "$T/recording" \
		env $vars "$@" >"$T/out" 2>"$T/err"
	status=$?
	sed -i 1d "$T/recording" # env's own start
	"$PYTHON" "$ROOT/tests/lib/recording.py" "$T/recording" "$SECRET" >"$T/left"
}
only_to() { # WHAT STATUS SERVER: the recorded program exited with STATUS, and the key went to SERVER and nowhere else
	is "$1: status" "$status" "$2"
	is "$1: the key goes to the server alone" "$(cat "$T/left")" "${3:+sent to ${3#http://}}"
	ok "$1: something was said" test -s "$T/err"
}
way() { # NAME VARIABLES CONNECTION [KEY@]
	vars=$2 # words
	from=${3:+-c $3}
	to=${3:-td://${4:-@}/testdb/}${3:+:}t_$1
	case $1 in
	url) ;;
	*) record td-fetch -vv $from -d testdb -e 'SELECT 1 AS a'
		only_to "$1: td-fetch" 0 "$server" ;;
	esac
	record td-put -vv "$to?mode=replace" <"$T/f"
	only_to "$1: td-put" 0 "$server"
	cp "$T/out" "$T/receipt"
	record td-swap -vv "$to" <"$T/receipt"
	only_to "$1: td-swap" 0 "$server"
	unlike "$1: receipts without it" "$(cat "$T/receipt" "$T/out")" "$SECRET"
}
if [ -n "$recorder" ]; then
	way environment "TD_API_KEY=$KEY TD_API_SERVER=$server" ''
	way key_file "TD_API_KEY_FILE=$T/key TD_API_SERVER=$server" ''
	way td_conf "TD_CONFIG_PATH=$T/td.conf" ''
	way home "HOME=$T/home" ''
	way url "TD_API_SERVER=$server" '' "$KEY@"
	for c in plain file command inurl; do way "connection_$c" '' "$c"; done
	way connection_command "TD_API_KEY=$KEY" command

	vars="TD_API_KEY=$KEY TD_API_SERVER=$server"
	record td-fetch -vv -d testdb -e 'SELECT nothing FROM nowhere'
	only_to "a query that fails" 69 "$server"
	record td-fetch -vv -d testdb -e 'SELECT 1 AS a' --result "td://$KEY@/testdb/result"
	only_to "--result" 0 "$server"
	record td-put -vv td://@/nowhere/tbl <"$T/f"
	only_to "no such database" 69 "$server"
	record td-put -vv "td://$KEY%@/testdb/tbl" <"$T/f"
	only_to "a URL that cannot be read" 2 ''
	record td-put -vv "td://@/testdb/tbl?apikey=$KEY" <"$T/f"
	only_to "a key as a parameter" 2 ''
	record td-put -vv "td://$KEY/testdb/tbl" <"$T/f"
	only_to "a key as a host" 2 ''
	record td-swap -vv --gc td://@/testdb
	only_to "--gc" 0 "$server"
	record td-conn -vv test
	is "td-conn test: the key goes to the server alone" "$status $(cat "$T/left")" "0 sent to ${server#http://}"
	record td-conn list
	is "td-conn list: no key" "$status $(cat "$T/left")" "0 "
	TD_API_SERVER=$server faults 'PUT bulk_import/upload_part/* 1 503' 'POST bulk_import/commit/* 1 reset-after'
	record td-put -vv --retry-wait 0 td://@/testdb/tbl <"$T/f"
	only_to "what is repeated" 0 "$server"
	TD_API_SERVER=$server faults
	vars="TD_API_KEY=$KEY TD_API_SERVER=$other"
	record td-put -vv td://@/testdb/tbl <"$T/f"
	only_to "a server that does not know it" 77 "$other"
	vars="TD_API_KEY=$KEY TD_API_SERVER=http://127.0.0.1:1"
	record td-put -vv --timeout 0 td://@/testdb/tbl <"$T/f"
	only_to "a server that is not there" 75 ''
	vars="TD_API_KEY=$KEY TD_API_SERVER=http://192.0.2.1"
	record td-put -vv td://@/testdb/tbl <"$T/f"
	only_to "plain http to another machine" 78 ''
	(umask 077 && printf '[account]\napikey = %s\nnonsense\n' "$KEY" >"$T/bad.conf")
	vars=TD_CONFIG_PATH=$T/bad.conf
	record td-put -vv td://@/testdb/tbl <"$T/f"
	only_to "a td.conf that cannot be read" 78 ''
	vars=TD_API_KEY_FILE=$T/td.conf
	record td-put -vv td://@/testdb/tbl <"$T/f"
	only_to "a file that is no key" 77 ''
	vars=TD_API_KEY=$KEY
	vars=HOME=$T
	record td-conn -vv add --key new td://@/testdb <"$T/key"
	is "td-conn add: status" "$status" 0
	like "td-conn add: it is written into the file of connections alone" "$(cat "$T/left")" "^written to $T/xdg/td-pipe/connections"
	is "td-conn add: and nowhere else" "$(wc -l <"$T/left")" 1
else
	skip "the recordings" "no strace, or it may not read the memory of our programs"
fi

# --- arguments and cores of programs that are at work

TD_API_SERVER=$server
TD_API_KEY=$KEY # of this shell's faults alone
faults '* * * delay=60'
unset TD_API_KEY
at_work() { # WHAT COMMAND...
	what=$1
	shift
	LOCAL_KEY=$KEY "$PYTHON" "$ROOT/tests/lib/abort.py" "$T" "$server" env "TD_API_SERVER=$server" "$@" <"$T/f" >"$T/seen" 2>"$T/err"
	like "$what: seen at work" "$(cat "$T/seen")" "^$what "
	unlike "$what: no key in its arguments" "$(cat "$T/seen")" "$SECRET"
	is "$what: no core" "$(tail -n 1 "$T/seen")" "no core"
}
if [ ! -r /proc/self/cmdline ]; then
	skip "arguments and cores" "no /proc here"
elif [ "$("$PYTHON" "$ROOT/tests/lib/abort.py" "$T" - sleep 60 | tail -n 1)" != core ]; then
	skip "arguments and cores" "this machine leaves no cores"
else
	at_work td-put td-put "td://$KEY@/testdb/t_core"
	at_work td-swap td-swap --gc "td://$KEY@/testdb"
	at_work td-fetch env "TD_API_KEY=$KEY" td-fetch -d testdb -e 'SELECT 1'
	at_work td-conn env "TD_API_KEY=$KEY" td-conn test
	at_work td-fetch td-fetch --schema "td://$KEY@/testdb/t_core"
	at_work td-fetch td-fetch --rows 3 "td://$KEY@/testdb/t_core"
fi
finish
