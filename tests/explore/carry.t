#!/bin/sh
# td-swap's decisions when rows of the target are kept, in every interleaving (tests/explore/carry.c).
# EXPLORE=long: two clients, and more faults.
. "$(dirname "$0")/../lib/lib.sh"
exec "$BUILD/explore/carry" $EXPLORE
