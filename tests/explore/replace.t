#!/bin/sh
# td-swap's decisions in every interleaving (tests/explore/replace.c). EXPLORE=long: two clients, and
# more faults.
. "$(dirname "$0")/../lib/lib.sh"
exec "$BUILD/explore/replace" $EXPLORE
