#!/bin/sh
# td-swap's decisions where rows of the target stay, in every interleaving (tests/explore/carry.c).
# EXPLORE=long: two clients, and more faults.
. "$(dirname "$0")/../lib/lib.sh"
exec "$BUILD/explore/carry" $EXPLORE
