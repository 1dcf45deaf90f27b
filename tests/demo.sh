#!/bin/sh
# `make demo`: the main job, on a local Treasure Data. Starts td-local on a free port with a fresh data
# directory, runs the commands that it shows, and stops what it started. Arguments go to td-local.
set -u
PATH=$TD_BUILD:$PATH
export PATH
dir=$(mktemp -d "${TMPDIR:-/tmp}/td-demo.XXXXXX") || exit 1
local_pid=

stop() {
	[ -z "$local_pid" ] || { kill "$local_pid" && wait "$local_pid"; } 2>/dev/null
	rm -rf "$dir"
}
trap stop EXIT
cd "$dir" || exit 1
PATH=$dir:$PATH
trap 'exit 130' INT
trap 'exit 143' TERM

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); else bold='' plain=''; fi

say() { printf '\n# %s\n' "$*"; }

# Prints a command, runs it, and fails unless it exits as expected.
try() {
	want=$1
	printf '%s%s%s\n' "$bold" "$(printf '%s\n' "$2" | sed '1s/^/$ /; 2,$s/^/  /')" "$plain"
	eval "$2"
	got=$?
	[ "$got" -eq "$want" ] || { echo "demo: status $got, expected $want" >&2; exit 1; }
	[ "$want" -eq 0 ] || printf '(exit status %s)\n' "$got"
}

say 'A Treasure Data on this machine. Its sample_datasets.www_access is an access log.'
printf '%s$ td-local --listen 127.0.0.1:0 &%s\n' "$bold" "$plain"
td-local --listen 127.0.0.1:0 --data "$dir/data" "$@" >"$dir/ready" 2>"$dir/log" &
local_pid=$!
i=0
until [ -s "$dir/data/key" ] && [ "$(wc -l <"$dir/ready")" = 2 ]; do
	i=$((i + 1))
	{ [ $i -lt 1000 ] && kill -0 "$local_pid" 2>/dev/null; } || { cat "$dir/log" >&2; echo 'demo: td-local did not start' >&2; exit 1; }
	sleep 0.02
done
TD_API_SERVER=$(sed -n 1p "$dir/ready")
TD_API_KEY=$(sed -n 2p "$dir/ready")
export TD_API_SERVER TD_API_KEY
printf '%s\n' "$TD_API_SERVER"

say 'The result of a query replaces a table, atomically. The receipt says what was done.'
try 0 "td-fetch -d sample_datasets -e 'SELECT code, COUNT(1) AS cnt FROM www_access GROUP BY code' |
  td-encode | td-put --create-database 'td://@/testdb/output_table?mode=replace' | td-swap > output_table.receipt"
try 0 "sed 's/,\(\"[a-z_]*\":\)/,\n \1/g' output_table.receipt"

say 'The table:'
try 0 "td-fetch -d testdb -f table -e 'SELECT code, cnt FROM output_table ORDER BY cnt DESC'"

say 'Rows of another program are appended: all of them, or, if the program fails, none.'
cat >"$dir/packages" <<'EOF'
#!/bin/sh
# The packages of this machine as CSV, or its users where that is not Debian.
if command -v dpkg-query >/dev/null; then
	echo package,version,section,kib
	exec dpkg-query -W -f '"${Package}","${Version}","${Section}",${Installed-Size}\n'
fi
echo package,version,section,kib
awk -F: '/^[^#]/ { print $1 ",\"" $5 "\"," $6 "," $3 }' /etc/passwd
EOF
chmod +x "$dir/packages"


try 0 "td-encode -f csv -- packages | td-put td://@/testdb/packages > packages.receipt"
try 0 "td-fetch -d testdb -f table -e 'SELECT section, COUNT(1) AS packages, SUM(kib) AS kib FROM packages
  GROUP BY section ORDER BY kib DESC LIMIT 5'"

say 'A source that dies half-way does not look finished: nothing is published, and the status says so.'
try 66 "td-encode -f csv -- sh -c 'echo code,cnt; echo 200,1; exit 3' |
  td-put 'td://@/testdb/output_table?mode=replace' | td-swap > failed.receipt"
try 0 "td-fetch -d testdb -f table -e 'SELECT COUNT(1) AS still_there FROM output_table'"
