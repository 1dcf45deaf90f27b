#!/bin/sh
# value/zone reads fat and slim zone files as Python's zoneinfo and the C library do: every zone, every transition.
. "$(dirname "$0")/../lib/lib.sh"

source=/usr/share/zoneinfo/tzdata.zi
PATH=$PATH:/usr/sbin
if ! $PYTHON -c 'import zoneinfo' 2>/dev/null; then
	skip "zones" "Python has no zoneinfo"
elif [ ! -f "$source" ] || ! command -v zic >/dev/null; then
	skip "zones" "no zic, or no $source to compile"
else
	for kind in fat slim; do
		ok "zic -b $kind" sh -c 'zic -b "$1" -d "$2" "$3"' sh $kind "$T/$kind" "$source"
	done
	$PYTHON "$(dirname "$0")/zone.py" "$BUILD/unit/zone" "$T/fat" "$T/slim" >"$T/differences" 2>"$T/err"
	is "zone.py: status" $? 0
	is "what differs" "$(head "$T/differences")" ""
	like "hundreds of zones were compared" "$(cat "$T/err")" '^[2-9][0-9][0-9] zones, [0-9]{7,} comparisons$'
fi
finish
