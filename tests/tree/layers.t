#!/bin/sh
# The layers hold: a folder includes only what the table allows, a tool includes no other tool, every header compiles alone,
# and the pure folders do no I/O and read neither clock nor environment.
. "$(dirname "$0")/../lib/lib.sh"
cd "$ROOT" || exit 1

# folder: what it may include besides itself. A folder of td-local goes by its own name, and so do those inside it. store
# knows neither HTTP nor jobs, http knows nothing of Treasure Data, and only routes know both.
cat >"$T/table" <<'END'
common/base:
common/sys: common/base common/value
common/value: common/base
common/format: common/base common/value
common/record: common/base common/value common/format
common/frame: common/base common/value common/format
common/td: common/base common/value common/frame
common/api: common/base common/sys common/value common/td
END
for t in td-fetch td-encode td-put td-swap td-conn; do
	echo "bin/$t: common/base common/sys common/value common/format common/record common/frame common/td common/api"
done >>"$T/table"
cat >>"$T/table" <<'END'
store: common/base common/sys common/value common/format common/frame
sql: common/base common/value common/format store
jobs: common/base common/value common/frame common/td store sql
http: common/base store
routes: common/base common/sys common/value common/format common/record common/frame store sql jobs http
wire: common/base common/value store sql jobs http routes
bin/td-local: common/base common/sys common/value common/format common/record common/frame common/td store sql jobs http routes wire
END

room_of() { # PATH: its folder, as named in the table
	case $1 in
	bin/td-local/*/*) d=${1#bin/td-local/}; echo "${d%%/*}" ;;
	*) dirname "$1" ;;
	esac
}

# Lines "FILE FOLDER INCLUDED" of every include of ours.
find common bin -name '*.[ch]' | sort | while read -r f; do
	dir=$(room_of "$f")
	sed -n 's/^#include "\([a-z0-9_/-]*\)\.h".*/\1/p' "$f" | while read -r h; do
		case $h in
		*/*) [ -f "common/$h.h" ] && echo "$f $dir common/${h%/*}" || echo "$f $dir $(room_of "bin/td-local/$h.h")" ;;
		*) echo "$f $dir $dir" ;;
		esac
	done
done >"$T/includes"

is "every folder stands in the table" "$(find common bin -name '*.c' | while read -r f; do room_of "$f"; done | sort -u | while read -r d; do
	grep -q "^$d:" "$T/table" || echo "$d"; done)" ""

is "folders include only what the table allows" "$(while read -r f dir to; do
	[ "$dir" = "$to" ] && continue
	sed -n "s|^$dir:||p" "$T/table" | tr ' ' '\n' | grep -qx "$to" || echo "$f:$to"; done <"$T/includes")" ""

bad=
for h in common/*/*.h bin/td-local/*.h bin/td-local/*/*.h; do
	printf '#include "%s"\n' "$h" |
		${CC:-cc} -std=c11 -D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE -iquote . -iquote common -iquote bin/td-local -fsyntax-only -x c - 2>/dev/null || bad="$bad $h"
done
is "every header stands alone" "$bad" ""

# A pure room may not use descriptors and files, stdio streams, the environment, clocks, exits, the network.
forbidden='open|openat|read|write|close|fopen|fclose|fread|fwrite|fputs|fputc|puts|printf|fprintf|vprintf|vfprintf|perror'
forbidden="$forbidden|stdin|stdout|stderr|getenv|secure_getenv|time|clock|clock_gettime|gettimeofday|localtime|localtime_r|mktime|tzset"
forbidden="$forbidden|exit|_exit|abort|system|popen|fork|socket|connect|send|recv|poll|select|rand|random|getrandom"
bad=
for c in common/base/*.c common/value/*.c common/format/*.c common/record/*.c common/frame/*.c common/td/*.c; do
	case $c in # the process itself; blockpool has threads, which wait by the clock
	common/base/die.c | common/base/fd.c | common/base/log.c | common/base/mem.c | common/base/option.c | common/base/sig.c) continue ;;
	common/frame/blockpool.c) continue ;;
	esac
	o=$BUILD/${c%.c}.o
	[ -f "$o" ] || { bad="$bad $c(not built)"; continue; }
	bad="$bad$(nm -u "$o" | awk '{ print $2 }' | sed 's/@.*//; s/^__\(.*\)_chk$/\1/' | grep -Ex "$forbidden" | sed "s|^| $c:|" | tr -d '\n')"
done
is "pure rooms are pure" "$bad" ""

bad=
for c in common/*/*.c $(find bin/td-local/*/ -name '*.c'); do
	room=$(basename "$c" .c)
	o=$BUILD/${c%.c}.o
	case $room in die) continue ;; esac # words of the language: warn, note, debug
	dir=$(dirname "$c")
	[ -f "$dir/${room%%[-_]*}.h" ] && room=${room%%[-_]*} # api_table.c is a part of room api
	case $dir in bin/td-local/*/*) room="$room|${dir##*/}" ;; esac # of a folder inside a folder
	bad="$bad$(nm -g --defined-only "$o" | awk '{ print $3 }' | grep -Ev "^($room)(_|\$)|^(__asan|__odr_asan|__ubsan|__tsan)" | sed "s|^| $c:|" | tr -d '\n')"
done
is "every extern carries the name of its room" "$bad" ""

if top=$(git ls-files 2>/dev/null) && [ -n "$top" ]; then
	is "what stands at the top" "$(printf '%s\n' "$top" | cut -d/ -f1 | LC_ALL=C sort -u | paste -sd ' ' -)" \
		".ci .gitignore .pkg CONTRIBUTING LICENSE Makefile NEWS README.md SECURITY bin common completions man tests"
else skip "what stands at the top" "the sources are not in git"; fi

ok "td-encode links no libcurl" sh -c '! ldd "$1/td-encode" | grep -q curl' sh "$BUILD"

finish
