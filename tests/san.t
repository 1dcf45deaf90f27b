#!/bin/sh
# A part of the tests with AddressSanitizer and UndefinedBehaviorSanitizer: all units but the slowest, and the tools on good
# and bad input. `make check-san` runs everything with them.
. "$(dirname "$0")/lib.sh"
san=$BUILD/san

if nm "$BUILD/td-encode" | grep -q __asan_; then
	skip "sanitizers" "all of this runs with them"
	finish
elif [ ! -d "$san" ]; then
	skip "sanitizers" "$san is not there: make check builds it"
	finish
fi

# A test that passes is one line; of one that fails, what failed and what the sanitizer said.
sanitized() { # what, COMMAND...
	what=$1
	shift
	if TD_BUILD=$san "$@" >"$T/log" 2>&1; then result ok "$what"; else
		result not-ok "$what"
		grep -E -A8 '^not ok|ERROR: |runtime error|SUMMARY' "$T/log" | head -n 60 | sed 's/^/# /'
	fi
}

for unit in "$san"/unit/*; do
	case $unit in *.d | *.o | */csvin) ;; *) sanitized "unit ${unit##*/}" "$unit" ;; esac
done
for t in pipe td-conn td-encode td-local-sql; do
	sanitized "$t" sh "$ROOT/tests/$t.t"
done

finish
