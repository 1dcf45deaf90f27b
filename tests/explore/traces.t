#!/bin/sh
# The shortest paths to a broken law that the explorers found with one defence switched off (replace keep, carry keep, append keep): with
# all defences on, the machines leave each path before its end and break no law on the way.
. "$(dirname "$0")/../lib/lib.sh"
cd "$ROOT" || exit 1
for machine in replace carry append; do
	run "$BUILD/explore/$machine" replay tests/explore/traces/$machine-*.txt
	is "$machine leaves all of them" "$status $(printf '%s\n' "$out" | grep -c '^ok') $(printf '%s\n' "$out" | grep '^not ok')" \
		"0 $(ls tests/explore/traces/$machine-*.txt | wc -l) "
done
finish
