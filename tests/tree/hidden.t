#!/bin/sh
# From the first statement of every main(), no other process of the same user can read a tool's memory or environment, and no
# tool dumps core: each is stopped while it waits for its input, before it has read a key.
. "$(dirname "$0")/../lib/lib.sh"
if sanitized; then
	skip "hidden programs" "a sanitizer build, which is not hidden"
	finish
elif [ ! -r /proc/self/environ ]; then
	skip "hidden programs" "no /proc here"
	finish
fi

# As an ordinary user; root may read everything.
as=
[ "$(id -u)" != 0 ] || as='setpriv --reuid=65534 --regid=65534 --clear-groups'
chmod 755 "$T"
mkdir "$T/programs" && mkdir -m 777 "$T/w" && cp "$(command -v sleep)" "$T/programs"
for t in td-fetch td-encode td-put td-swap td-conn td-local; do cp "$BUILD/$t" "$T/programs"; done
if ! $as "$T/programs/td-encode" -V >/dev/null 2>&1; then
	skip "hidden programs" "an ordinary user cannot run them here"
	finish
fi

cd "$T/w" || exit 1
mkfifo -m 666 "$T/in"
started() { tr '\0' ' ' <"/proc/$1/cmdline" | grep -q "$2"; }
waits() { grep -q '^State:.S' "/proc/$1/status" && started "$1" "$2"; }
readable() { $as sh -c 'head -c 1 "/proc/$1/environ" >/dev/null && dd if="/proc/$1/mem" bs=1 count=0 2>/dev/null' sh "$1" 2>/dev/null; }

waiting() { # PROGRAM ARGUMENT...: starts it with a standard input that is open and silent
	exec 3<>"$T/in"
	program=$T/programs/$1
	shift
	HOME=$T/w TD_API_KEY=1/0123456789abcdef0123456789abcdef01234567 $as "$program" "$@" <"$T/in" >/dev/null 2>&1 &
	pid=$!
	i=0
	until waits "$pid" "${program##*/}" 2>/dev/null || [ $i -gt 100 ]; do i=$((i + 1)); sleep 0.05; done
}
ended() {
	kill -s "$1" "$pid"
	wait "$pid" 2>/dev/null
	exec 3>&-
}

waiting sleep 60
if ! readable "$pid"; then
	ended TERM
	skip "hidden programs" "nobody can look into another process here"
	finish
fi
ended TERM

hidden() { # PROGRAM ARGUMENT...
	waiting "$@"
	ok "$*: it waits" started "$pid" "$1"
	is "$*: can another process read its environment and memory?" "$(readable "$pid" && echo yes || echo no)" no
	ended ABRT
	is "$*: no core" "$(find . -name 'core*')" ""
}
# shellcheck disable=SC3045 # where there is no -c there are no cores to look for
ulimit -c unlimited 2>/dev/null
hidden td-swap
hidden td-fetch -d testdb
hidden td-encode
hidden td-put td://@127.0.0.1:1/testdb/table
hidden td-conn add --key name td://@/testdb
hidden td-local --listen 127.0.0.1:0 --no-samples

finish
