#!/bin/sh
# The programs of this folder, one a room of common/: each prints TAP and passes.
. "$(dirname "$0")/../lib/lib.sh"
for unit in $(make -s --no-print-directory -C "$ROOT" print-units); do
	ok "$unit" sh -c 'prove -v -e env "$1" >"$2" 2>&1 || { cat "$2"; false; }' sh "$BUILD/unit/$unit" "$T/log"
	sed -n 's/^ok [0-9]* # skip //p' "$T/log" >"$T/skips"
	while IFS= read -r why; do skip "$unit" "$why"; done <"$T/skips"
done
finish
