#!/bin/sh
# Named connections: the file, td-conn, keys from files and commands, two accounts in one pipe, TLS, no key where none belongs.
. "$(dirname "$0")/../lib/lib.sh"
. "$ROOT/tests/lib/put.sh"
XDG_CONFIG_HOME=$T/xdg
export XDG_CONFIG_HOME
file=$XDG_CONFIG_HOME/td-pipe/connections
local_start one --no-samples --polls 0 --write-key 1/abcdefabcdefabcdefabcdefabcdefabcdefabcd
one=$TD_API_SERVER one_key=$TD_API_KEY
local_start two --no-samples --polls 0 --key 2/2222222222222222222222222222222222222222
two=$TD_API_SERVER two_key=2/2222222222222222222222222222222222222222
TD_API_SERVER=$one
api POST database/create/testdb >/dev/null
(TD_API_SERVER=$two TD_API_KEY=$two_key; api POST database/create/otherdb >/dev/null)
frame rows=10 >"$T/f"

run td-conn list
is "no file: an empty list" "$status $out$err" "0 "
run td-put nowhere:app <"$T/f"
is "no such connection: status" "$status" 78
like "no such connection: message" "$err" "^td-put: no connection 'nowhere' in $file \(td-conn add nowhere"
echo "$two_key" >"$T/x"
run td-conn add --key two "td://@${two#http://}/otherdb" <"$T/x"
is "add with a key on stdin: status" "$status" 0
echo "$two_key" | td-conn add --key two "td://@${two#http://}/otherdb"
is "the file is for its owner only" "$(stat -c %a "$file")" 600
run td-conn list
is "list: no key" "$out" "two	td://@${two#http://}/otherdb	key: in the file"
run td-put two:app <"$T/f"
is "NAME:TABLE" "$status $(receipt '[.endpoint, .database, .table] | join(" ")')" "0 $two otherdb app"
run td-put two:nodb/app <"$T/f"
is "NAME:DATABASE/TABLE: another database" "$status" 69
run env TD_API_KEY= td-put two:app <"$T/f"
is "the connection's key needs no environment" "$status" 0
td-put 'two:rep?mode=replace' <"$T/f" >"$T/r"
run td-swap two:rep <"$T/r"
is "td-swap with a connection" "$status $(receipt .action)" "0 rename"
td-conn add -k two "td://@${two#http://}/otherdb?mode=replace" <<EOF
$two_key
EOF
run td-put two:rep <"$T/f"
is "the connection's mode" "$status $(receipt .mode)" "0 replace"
is "one section after adding it again" "$(grep -c '^\[' "$file")" 1
printf '%s\n' "$one_key" >"$T/key"
chmod 600 "$T/key"
td-conn add one "td://@${one#http://}/testdb" --key-file "$T/key" 2>/dev/null || td-conn add --key-file "$T/key" one "td://@${one#http://}/testdb"
td-conn add --key-command "echo $one_key" cmd "td://@${one#http://}"
for c in one:filekey cmd:testdb/cmdkey; do
	run env TD_API_KEY=1/wrong td-put $c <"$T/f"
	is "$c: key from file or command" "$status" 0
done
td-conn add --key-command 'exit 3' broken "td://@${one#http://}/testdb"
run td-put broken:app <"$T/f"
is "a command that fails: status" "$status" 77
like "a command that fails: message" "$err" "^td-put: apikey_command of connection broken: .*3"
td-conn add --key-command 'test -z "$TD_API_KEY" && echo '"$one_key" clean "td://@${one#http://}/testdb"
run td-put clean:clean <"$T/f"
is "the command does not see TD_API_KEY" "$status" 0
run td-put cmd:app <"$T/f"
is "a connection without a database: status" "$status" 2
like "a connection without a database: message" "$err" "^td-put: connection cmd has no database of its own: write cmd:DATABASE/TABLE"
run td-conn add bad/name
is "add with a bad name: status" "$status" 2
run td-conn add tbl td://@/testdb/tbl
is "add with a table: status" "$status" 2
run td-conn add --key-file "$T/key" --key two
is "add with two keys: status" "$status" 2
run td-conn frobnicate
is "an unknown verb: status" "$status" 2
while IFS='|' read -r args why; do
	# shellcheck disable=SC2086
	run td-conn $args </dev/null
	is "td-conn $args: status" "$status" 2
	like "td-conn $args: says why" "$err" "^td-conn: .*$why"
done <<'END'
test -k one|--key goes with add, not with test
list --key-file x|--key-file goes with add, not with list
remove --timeout 3s one|--timeout goes with test and doctor, not with remove
add --insecure new td://@us|--insecure goes with test and doctor, not with add
add --cert-key x new td://@us|--cert-key goes with --cert
list --cacert x|--cacert goes with add, test and doctor, not with list
list --proxy h|--proxy goes with add, not with list
add new bar|such as td://@jp/testdb
add new td://@us02/testdb|'us02' is neither a host name nor a site
END
run td-conn remove nowhere
is "remove what is not there: status" "$status" 78
run td-conn remove broken
is "remove" "$status $(td-conn list | grep -c broken)" "0 0"
sh -c 'td-conn list; echo $? >"$1"' sh "$T/st" 2>"$T/err" | true
until_ok test -s "$T/st"
is "list, a reader that goes: SIGPIPE, or done before" "$(sed 's/^141$/0/' "$T/st") $(cat "$T/err")" "0 "
chmod 644 "$file"
run td-put one:app <"$T/f"
is "a file that others may read: status" "$status" 78
like "a file that others may read: message" "$err" "others may read it \(chmod 600"
chmod 600 "$file"
cp "$file" "$T/good"
printf '[a]\nurl = td://@/x\0\n' >>"$file"
run td-conn add another td://@/testdb
is "a file that is no text: status" "$status" 78
like "a file that is no text: message" "$err" "not a text file"
is "a file that is no text: it stays as it is" "$(grep -c another "$file")" 0
cp "$T/good" "$file"
cp "$file" "$T/saved"
for line in 'apikye = x' 'url = td://@/Bad' 'nonsense' '[bad name]
url = td://@/testdb' "apikey = $(printf '%0300d' 0)"; do
	{ cat "$T/saved"; printf '[x]\n%s\n' "$line"; } >"$file"
	run td-put one:app <"$T/f"
	is "in the file, '$(printf %.20s "$line")': status" "$status" 78
	like "in the file, '$(printf %.20s "$line")': the file is named" "$err" "^td-put: $file"
done
cp "$T/saved" "$file"
printf '# a comment\n' >>"$file"
td-conn add later td://@jp
ok "comments stay" grep -q '^# a comment' "$file"
cat >"$file" <<'END'
# of a
[a]
url = td://@us
# [old]
# apikey = 1/kept

# of b
[b]
url = td://@jp
# the end
END
chmod 600 "$file"
td-conn add a td://@eu/testdb
is "a section is replaced in its place; what is not the section stays" "$(cat "$file")" '# of a
[a]
url = td://@api.eu01.treasuredata.com/testdb
# [old]
# apikey = 1/kept

# of b
[b]
url = td://@jp
# the end'
td-conn remove a
is "a section is removed; its comments stay where they are" "$(cat "$file")" '# of a
# [old]
# apikey = 1/kept

# of b
[b]
url = td://@jp
# the end'
cp "$T/saved" "$file"

# --- test
run td-conn test one
is "test: status" "$status" 0
like "test: server, key and rights" "$(echo $out)" "^server: $one key: of connection one .* the server answers: .* a master key; it sees [0-9]+ databases? database testdb: administrator: it may append, replace and query$"
TD_API_KEY=1/abcdefabcdefabcdefabcdefabcdefabcdefabcd run td-conn test
is "test of a write-only key: status" "$status" 0
like "test of a write-only key" "$out" "write-only key"
TD_API_KEY=1/wrong run td-conn test
is "test of a wrong key: status" "$status" 77
like "test of a wrong key: the server is right, the key or the site is not" "$out$err" "the server answers.*a wrong key, or one of another site"
unlike "test of a wrong key: is not told" "$out$err" 1/wrong
td-conn add --key-file "$T/key" site td://@jp/testdb
https_proxy=http://127.0.0.1:1 run td-conn test --timeout 1 --retry-wait 0 site
like "test: the site is named" "$out" "^server: https://api.treasuredata.co.jp \(site jp\)"
is "test of a server that is not there: status" "$status" 75
like "test of a server that is not there: message" "$err" "^td-conn: no Treasure Data answers: no answer from api.treasuredata.co.jp"
td-conn add --key-file "$T/key" intra td://@intra:443/testdb
like "a name without dots, which its port makes a host, is stored so that it can be read again" "$(td-conn list)" '^intra	td://@intra:443/testdb	'
td-conn remove intra
td-conn add --key-file "$T/key" nodb "td://@${one#http://}/nosuchdb"
run td-conn test nodb
is "test with a missing database: status" "$status" 69
for c in one nodb two; do unlike "no key in the list" "$(td-conn list)" "0123456789abcdef|22222222"; done

mkdir -p "$T/odd"
"$PYTHON" -c '
import http.server
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.send_header("Content-Length", "2"); self.end_headers(); self.wfile.write(b"{}")
    def log_message(self, *a): pass
s = http.server.HTTPServer(("127.0.0.1", 0), H); print(s.server_port, flush=True); s.serve_forever()' >"$T/odd/port" &
pids="$pids $!"
until_ok test -s "$T/odd/port"
TD_API_SERVER=http://127.0.0.1:$(cat "$T/odd/port") run td-conn test
is "test of a server that answers {} to everything: status" "$status" 69
like "test of a server that answers {} to everything: message" "$err" "does not answer as Treasure Data does"

# --- doctor
td-conn add --proxy http://u:5ecret0@127.0.0.1:1 proxied "td://@${one#http://}/testdb"
https_proxy=http://u:5ecret0@127.0.0.1:1 TD_API_KEY=$one_key run td-conn doctor proxied
is "doctor: status, silent" "$status $err" "0 "
like "doctor: version and libraries" "$(echo $out)" "^td-pipe: $("$BUILD/td-conn" -V | cut -d' ' -f2) system: .* libraries: libcurl/[0-9.]+.*jansson [0-9.]+ time here: 20"
like "doctor: variables by name, sandbox, account" "$(echo $out)" "variables: TD_API_KEY TD_API_SERVER XDG_CONFIG_HOME https_proxy connections: [0-9]+ sandbox: .* account: $one, .*key of TD_API_KEY, a proxy of its own"
like "doctor: server, clock, rights" "$(echo $out)" "server: answers, and is Treasure Data clock: as the server's rights: the key works: a master key.*database testdb: administrator"
unlike "doctor: no secrets" "$out" "$one_key|${one_key#*/}|5ecret0"
td-conn remove proxied
TD_API_KEY=1/wrong run td-conn doctor
like "doctor, a wrong key: status and line" "$status $(echo $out)" "^77 .* rights: FAILED$"
TD_API_SERVER=http://127.0.0.1:1 run td-conn doctor --timeout 1 --retry-wait 0
like "doctor, no server: status and line" "$status $(echo $out)" "^75 .* server: FAILED: no Treasure Data answers"
run env -u TD_API_KEY td-conn doctor
like "doctor, no key: status and line" "$status $(echo $out)" "^77 td-pipe: .* account: FAILED: no API key"
run td-conn doctor nowhere
like "doctor, no such connection: status and line" "$status $(echo $out)" "^78 td-pipe: .* account: FAILED: no connection 'nowhere'"
chmod 644 "$file"
run td-conn doctor
like "doctor, a file that others may read: goes on" "$status $(echo $out)" "^0 .*connections: FAILED: $file holds keys.*server: answers"
chmod 600 "$file"
"$PYTHON" "$ROOT/tests/lib/odd-server.py" dated "$T/dated" >"$T/dated.port" 2>/dev/null &
pids="$pids $!"
until_ok test -s "$T/dated.port"
TD_API_SERVER=http://127.0.0.1:$(cat "$T/dated.port") run td-conn doctor
like "doctor: a clock that is wrong" "$status $(echo $out)" "^0 .*clock: [0-9]+ s ahead of the server's: FAILED"

# --- a configuration that is not needed cannot fail
for home in /dev/null "$T/nowhere"; do
	run env HOME=$home TD_API_SERVER="$one" TD_API_KEY="$one_key" td-conn test
	is "HOME=$home: status, silent" "$status $err" "0 "
done
mkdir -p "$T/broken/.td"
echo nonsense >"$T/broken/.td/td.conf"
run env HOME="$T/broken" TD_API_SERVER="$one" TD_API_KEY="$one_key" td-conn test
is "a broken td.conf that is not needed: status" "$status" 0
run env -u TD_API_KEY HOME="$T/broken" TD_API_SERVER="$one" td-conn test
is "a broken td.conf that is needed: status" "$status" 78
{ printf '# %0500d\n[account]\n  apikey = %s\n' 0 "$one_key"; } >"$T/broken/.td/td.conf"
run env -u TD_API_KEY HOME="$T/broken" TD_API_SERVER="$one" td-conn test
is "a long comment in td.conf: status" "$status" 0

# --- what a name and a file may be
run td-conn add empty
is "a connection of the environment alone" "$status $(td-conn list | grep '^empty')" "0 empty	td://@	key: of the environment"
td-conn remove empty
run td-conn add long "td://@us/$(printf '%0190d' 0)"
is "a URL that the file cannot hold: status" "$status" 2
run td-conn add "$(printf '%050d' 0)" td://@us
is "a name of 50 letters: status" "$status" 2
run td-conn add "$(printf '%049d' 0)" td://@us/abc
is "a name of 49 letters" "$status $(td-conn list | grep -c '^0\{49\}	')" "0 1"
td-conn remove "$(printf '%049d' 0)"
chmod 644 "$T/key"
run td-conn test one
is "a key file that others may read: status" "$status" 78
like "a key file that others may read: message" "$err" "$T/key holds keys, but others may read it"
run env XDG_CONFIG_HOME="$T/files" td-conn add --key-file "$T/key" open td://@us
is "add --key-file that others may read: status" "$status" 78
chmod 600 "$T/key"
TD_API_SERVER=$one
export TD_API_SERVER
(cd "$T" && XDG_CONFIG_HOME=$T/files td-conn add --key-file key relative td://@)
like "add --key-file stores its whole name" "$(cat "$T/files/td-pipe/connections")" "^apikey_file = $T/key$"
run env XDG_CONFIG_HOME="$T/files" td-conn test relative
is "and it is found from elsewhere" "$status" 0
: >"$T/nothing" && chmod 600 "$T/nothing"
while read -r what want file why; do
	run env XDG_CONFIG_HOME="$T/files" td-conn add "$what" "$T/$file" new td://@us
	is "add $what $file: status" "$status" "$want"
	like "add $what $file: message" "$err" "^td-conn: .*$why"
done <<'END'
--key-file 78 nowhere nowhere: No such file
--key-file 77 nothing holds no key
--key-file 78 . directory
--cacert 78 nowhere --cacert: .*nowhere: No such file
--cert 78 nowhere --cert: .*nowhere: No such file
END
is "and nothing is added" "$(XDG_CONFIG_HOME=$T/files td-conn list | grep -c ^new)" 0
cp "$T/key" "$T/open" && chmod 640 "$T/open"
TD_API_KEY_FILE=$T/open run td-conn test
like "TD_API_KEY_FILE that others may read is warned about" "$status $err" "^0 td-conn: $T/open holds a key, but other users may read it"
TD_API_KEY_FILE=$T/open run td-conn test -q
is "-q: it is not" "$status $err" "0 "
TD_API_KEY_FILE=$T/key run td-conn test
is "TD_API_KEY_FILE of its owner alone: silent" "$status $err" "0 "
printf '[account]\napikey = %s\n' "$one_key" >"$T/td.conf" && chmod 644 "$T/td.conf"
run env -u TD_API_KEY TD_CONFIG_PATH="$T/td.conf" td-conn test
like "td.conf that others may read is warned about" "$status $err" "^0 td-conn: $T/td.conf holds a key"
run env TD_CONFIG_PATH="$T/td.conf" TD_API_KEY="$one_key" td-conn test
is "unless its key is not used" "$status $err" "0 "
(
	XDG_CONFIG_HOME=$T/many
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do td-conn add "c$i" td://@us/testdb & done
	wait
)
is "twelve at once: all are there" "$(XDG_CONFIG_HOME=$T/many td-conn list | grep -c '^c')" 12
mkdir -p "$T/linked/td-pipe"
printf '\357\273\277# of a\n[a]\nurl = td://@us\n# still of a\nmode = x\n\n# of b\n[b]\nurl = td://@jp\n' | sed '/^mode/d; /^# still/d' >"$T/dotfile"
chmod 600 "$T/dotfile"
ln -s "$T/dotfile" "$T/linked/td-pipe/connections"
run env XDG_CONFIG_HOME="$T/linked" td-conn remove a
is "remove, behind a byte order mark: the comment above the next one stays" "$status $(sed 1d "$T/dotfile" | tail -n 3)" "0 # of b
[b]
url = td://@jp"
ok "a file that is a link stays one" test -L "$T/linked/td-pipe/connections"
while read -r what lines; do
	printf "$lines" >"$T/dotfile"
	run env XDG_CONFIG_HOME="$T/linked" td-conn list
	is "$what: status" "$status" 78
done <<'END'
two-urls [a]\nurl=td://@us\nurl=td://@jp\n
two-sections [a]\nurl=td://@us\n[b]\nurl=td://@us\n[a]\nurl=td://@jp\n
two-keys [a]\napikey=1/x\napikey_file=/y\n
END

# --- two accounts in one pipe
td-put one:source <"$T/f" >/dev/null
td-fetch -c one -d testdb -e 'SELECT id, name FROM source' | td-encode | td-put 'two:copy?mode=append' | run td-swap
is "one account to the other" "$(TD_API_SERVER=$two TD_API_KEY=$two_key; rows_of otherdb copy)" 10,10,45

# --- TLS
if command -v openssl >/dev/null; then
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$T/tls.key" -out "$T/tls.crt" -days 2 -subj /CN=localhost \
		-addext 'subjectAltName=IP:127.0.0.1' 2>/dev/null
	local_start tls --no-samples --polls 0 --tls "$T/tls.crt,$T/tls.key"
	api() { curl -sS --cacert "$T/tls.crt" -X "$1" -H "Authorization: TD1 $TD_API_KEY" "$TD_API_SERVER/v3/$2"; }
	api POST database/create/testdb >/dev/null
	run td-put td://@/testdb/app <"$T/f"
	is "TLS: a stranger's certificate: status" "$status" 78
	like "TLS: a stranger's certificate: message" "$err" "certificate"
	run td-put --cacert "$T/tls.crt" td://@/testdb/app <"$T/f"
	is "TLS: --cacert" "$status" 0
	run td-put --insecure "td://@${TD_API_SERVER#https://}/testdb/app?ssl=true" <"$T/f"
	is "TLS: --insecure, ssl=true in the URL" "$status" 0
	run td-put --cacert "$T/nowhere" td://@/testdb/app <"$T/f"
	is "TLS: --cacert that is not there: status" "$status" 78
else skip "TLS" "no openssl"; fi
finish
