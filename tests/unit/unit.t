#!/bin/sh
# The programs of this folder, one a room of common/: each prints TAP and passes.
. "$(dirname "$0")/../lib/lib.sh"
for unit in $(make -s --no-print-directory -C "$ROOT" print-units); do
	ok "$unit" sh -c 'prove -e "" "$1" >"$2" 2>&1 || { prove -v -e "" "$1"; false; }' sh "$BUILD/unit/$unit" "$T/log"
done
finish
