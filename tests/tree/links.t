#!/bin/sh
# The rooms as the linker sees them: no name is defined twice, and no rooms use each other in a circle.
. "$(dirname "$0")/../lib/lib.sh"
cd "$ROOT" || exit 1

objects() { # FOLDER...: those of its sources that are there
	find "$@" -name '*.c' | sort | sed "s|^|$BUILD/|; s|\.c\$|.o|"
}
tools=$(make -s --no-print-directory print-tools)
{ objects common && for tool in $tools; do objects "bin/$tool"; done; } >"$T/objects"

# Lines "NAME OBJECT"; main and what a sanitizer adds do not count.
while read -r o; do
	nm -g --defined-only "$o" | awk -v o="${o#"$BUILD/"}" '$3 !~ /^(main|__(asan|odr_asan|ubsan|tsan|sancov).*)$/ { print $3, o }'
done <"$T/objects" | sort >"$T/defined"
while read -r o; do nm -u "$o" | awk -v o="${o#"$BUILD/"}" '{ print $2, o }'; done <"$T/objects" | sort >"$T/used"
like "the objects define names" "$(cat "$T/defined")" '^fail_set common/base/fail\.o$'

is "no name is defined twice" "$(cut -d' ' -f1 "$T/defined" | uniq -d)" ""

# Every room of common links with any tool, also those that the tool does not use.
for tool in $tools; do
	# shellcheck disable=SC2046 # a path with spaces is what "$BUILD" is for
	ok "$tool links with every room of common" sh -c '
		cd "$1" && ${CC:-cc} -r -nostdlib -o "$2" $(cd "$3" && find common "bin/$4" -name "*.c" | sed "s/\.c\$/.o/")
	' sh "$BUILD" "$T/whole.o" "$ROOT" "$tool"
done

# A room uses another if it needs a name that the other defines; tsort(1) names what lies in a circle. Each pass of
# td-local's SQL (parse, bind, emit) follows a tree down and is recursive by nature.
for part in common $(printf 'bin/%s ' $tools); do
	join -o 1.2,2.2 "$T/used" "$T/defined" | awk -v part="^$part/" '
		function pass(o) { return match(o, /sql\/(parse|bind|emit)/) ? substr(o, RSTART, RLENGTH) : o }
		$1 ~ part && $2 ~ part && $1 != $2 && pass($1) != pass($2)' | sort -u >"$T/edges"
	is "no circle in $part" "$(tsort "$T/edges" 2>&1 >/dev/null | sed -n 's/^tsort: \(.*\.o\)$/\1/p')" ""
done
finish
