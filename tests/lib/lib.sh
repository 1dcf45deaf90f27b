# shellcheck shell=sh disable=SC2034 # variables are for those that source this
# Sourced by every shell test: TAP for prove, a scratch directory, and a td-local that is ended with the test.
#
#   ok "what" COMMAND...        passes if the command exits 0
#   is "what" GOT WANT          compares two texts
#   like "what" GOT PATTERN     extended regular expression
#   run COMMAND...              stdout in $out, stderr in $err, both also in files $T/out and $T/err; status in $status
#   skip "what" "why"
#   local_start [NAME [OPT...]] starts a td-local of its own; sets TD_API_SERVER, TD_API_KEY, local_pid
#   local_stop
#   sanitized                   true in a build with a sanitizer
#   control METHOD PATH ...     a request to /local/PATH of that td-local
#   finish                      prints the plan; the last line of every test

BUILD=${TD_BUILD:-$(cd "$(dirname "$0")/../.." && pwd)/.build}
PATH=$BUILD:$PATH
LC_ALL=C.UTF-8
TZ=UTC
PYTHONDONTWRITEBYTECODE=1
export PATH LC_ALL TZ PYTHONDONTWRITEBYTECODE
unset TD_API_KEY TD_API_KEY_FILE TD_API_SERVER XDG_CONFIG_HOME TD_CONFIG_PATH http_proxy https_proxy HTTP_PROXY HTTPS_PROXY
unset all_proxy ALL_PROXY no_proxy NO_PROXY CURL_CA_BUNDLE SSL_CERT_FILE SSL_CERT_DIR
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
SHARED=$ROOT/../shared/data
PYTHON=/usr/bin/python3 # Debian's, which has python3-msgpack
[ -x "$PYTHON" ] || PYTHON=python3

T=$(mktemp -d "${TMPDIR:-/tmp}/td-test.XXXXXX") || exit 1
HOME=$T
export HOME
n=0 failed=0 pids=
trap 'cleanup' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

cleanup() {
	for p in $pids; do kill "$p" 2>/dev/null && wait "$p"; done
	rm -rf "$T"
}

result() { # ok|not-ok, what
	n=$((n + 1))
	if [ "$1" = ok ]; then echo "ok $n - $2"; else
		failed=$((failed + 1))
		echo "not ok $n - $2"
	fi
}

ok() {
	what=$1; shift
	if "$@" >"$T/.ok" 2>&1; then result ok "$what"; else
		result not-ok "$what"
		echo "# failed: $*"; sed 's/^/# /' "$T/.ok"
	fi
}

is() {
	if [ "$2" = "$3" ]; then result ok "$1"; else
		result not-ok "$1"
		printf 'got:  %s\nwant: %s\n' "$2" "$3" | sed 's/^/# /'
	fi
}

like() {
	if printf '%s\n' "$2" | grep -Eq -e "$3"; then result ok "$1"; else
		result not-ok "$1"
		printf 'got:      %s\nexpected: %s\n' "$2" "$3" | sed 's/^/# /'
	fi
}

unlike() {
	if printf '%s\n' "$2" | grep -Eq -e "$3"; then
		result not-ok "$1"
		printf 'got:       %s\nunwanted:  %s\n' "$2" "$3" | sed 's/^/# /'
	else result ok "$1"; fi
}

skip() {
	n=$((n + 1))
	echo "ok $n # skip $1: $2"
}

run() {
	"$@" >"$T/out" 2>"$T/err"
	status=$?
	out=$(cat "$T/out") err=$(cat "$T/err")
}

# True if the programs under test were built with a sanitizer, which changes their memory, cores and sandboxes.
sanitized() { nm "$BUILD/td-encode" 2>/dev/null | grep -Eq '__(a|t|m)san_|__ubsan_'; }

# dash reports on stderr each process that a signal ended; the tests look at its status instead.
wait() { command wait "$@" 2>/dev/null; }

# Wait until a command succeeds, 20 s at most.
until_ok() {
	i=0
	until "$@" >/dev/null 2>&1; do
		i=$((i + 1))
		[ $i -lt 2000 ] || return 1
		sleep 0.01
	done
}

local_start() {
	name=${1:-local}
	[ $# -eq 0 ] || shift
	TD_API_KEY=1/0123456789abcdef0123456789abcdef01234567
	export TD_API_KEY
	: >"$T/$name.url"
	td-local --listen 127.0.0.1:0 --key "$TD_API_KEY" --data "$T/$name.data" "$@" >"$T/$name.url" 2>"$T/$name.log" &
	local_pid=$!
	pids="$pids $local_pid"
	until_ok test -s "$T/$name.url" || { echo "Bail out! td-local did not start"; sed 's/^/# /' "$T/$name.log"; exit 1; }
	TD_API_SERVER=$(cat "$T/$name.url")
	export TD_API_SERVER
}

local_stop() {
	kill "$local_pid" 2>/dev/null
	wait "$local_pid"
}

# api METHOD PATH [CURL OPTION...]: a request by curl, which is not our client
api() {
	method=$1 path=$2
	shift 2
	curl -sS -X "$method" -H "Authorization: TD1 $TD_API_KEY" "$@" "$TD_API_SERVER/v3/$path"
}

# control METHOD PATH [CURL OPTION...]: td-local's own /local/PATH
control() {
	method=$1 path=$2
	shift 2
	curl -sS -X "$method" -H "Authorization: TD1 $TD_API_KEY" "$@" "$TD_API_SERVER/local/$path"
}

finish() {
	echo "1..$n"
	[ $failed -eq 0 ]
	exit
}
