#!/bin/sh
# The shortest ways to a broken law that the explorers found without one of the defences (replace keep, append keep): the machines
# leave each of them before its end, and no law is broken on the way.
. "$(dirname "$0")/../lib/lib.sh"
cd "$ROOT" || exit 1
for machine in replace append; do
	run "$BUILD/explore/$machine" replay tests/explore/traces/$machine-*.txt
	is "$machine leaves all of them" "$status $(printf '%s\n' "$out" | grep -c '^ok') $(printf '%s\n' "$out" | grep '^not ok')" \
		"0 $(ls tests/explore/traces/$machine-*.txt | wc -l) "
done
finish
