#!/bin/sh
# The floors of the code hold: a room includes only rooms of its own floor and of those below, a tool includes rooms but
# no other tool, every header compiles alone, and the pure rooms do no I/O, read no clock and no environment.
. "$(dirname "$0")/lib.sh"
cd "$ROOT" || exit 1

floors=$(make -s --no-print-directory print-floors)
floor_of() { printf '%s\n' "$floors" | awk -v r="$1" '$2 == r { print $1 }'; }
includes() { sed -n 's/^#include "\([a-z0-9_]*\)\.h".*/\1/p' "$@"; }

is "every room has a floor" "$(for c in common/*.c; do r=$(basename "$c" .c); [ -n "$(floor_of "$r")" ] || echo "$r"; done)" ""

bad=
for c in common/*.c common/*.h; do
	room=$(basename "${c%.*}")
	own=$(floor_of "$room")
	own=${own:-$(floor_of "${room%%_*}")} # a header of a room in several files
	for r in $(includes "$c"); do
		f=$(floor_of "$r")
		[ "${f:-0}" -le "${own:-0}" ] || bad="$bad $c:$r"
	done
done
is "rooms look only down" "$bad" ""

bad=
for c in bin/*.[ch] bin/*/*.[ch]; do
	for r in $(includes "$c"); do
		[ -f "common/$r.h" ] || [ -f "$(dirname "$c")/$r.h" ] || bad="$bad $c:$r"
		case $r in td-*) bad="$bad $c:$r" ;; esac
	done
done
is "tools include rooms, and their own files" "$bad" ""

bad=
for h in common/*.h; do
	printf '#include "%s"\n' "$(basename "$h")" |
		${CC:-cc} -std=c11 -D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE -iquote common -fsyntax-only -x c - 2>/dev/null || bad="$bad $h"
done
is "every header stands alone" "$bad" ""

# What a pure room may not call: descriptors and files, stdio streams, the environment, clocks, exits, the network.
forbidden='open|openat|read|write|close|fopen|fclose|fread|fwrite|fputs|fputc|puts|printf|fprintf|vprintf|vfprintf|perror'
forbidden="$forbidden|stdin|stdout|stderr|getenv|secure_getenv|time|clock|clock_gettime|gettimeofday|localtime|localtime_r|mktime|tzset"
forbidden="$forbidden|exit|_exit|abort|system|popen|fork|socket|connect|send|recv|poll|select|rand|random|getrandom"
bad=
for room in $(printf '%s\n' "$floors" | awk '$1 == 2 { print $2 }'); do
	o=$BUILD/common/$room.o
	[ -f "common/$room.c" ] || continue # only a header
	[ -f "$o" ] || { bad="$bad $room(not built)"; continue; }
	bad="$bad$(nm -u "$o" | awk '{ print $2 }' | sed 's/@.*//; s/^__\(.*\)_chk$/\1/' | grep -Ex "$forbidden" | sed "s/^/ $room:/" | tr -d '\n')"
done
is "pure rooms are pure" "$bad" ""

bad=
for room in $(printf '%s\n' "$floors" | awk '{ print $2 }'); do
	o=$BUILD/common/$room.o
	case $room in die) continue ;; esac # words of the language: warn, note, debug
	[ -f "common/$room.c" ] || continue
	[ -z "$(floor_of "${room%%_*}")" ] || room=${room%%_*} # api_table.c is a part of room api
	bad="$bad$(nm -g --defined-only "$o" | awk '{ print $3 }' | grep -Ev "^(${room}_|${room}\$|__asan|__odr_asan|__ubsan|__tsan)" | sed "s/^/ $room:/" | tr -d '\n')"
done
is "every extern carries the name of its room" "$bad" ""

ok "td-encode links no libcurl" sh -c '! ldd "$1/td-encode" | grep -q curl' sh "$BUILD"

finish
