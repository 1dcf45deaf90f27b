#!/bin/sh
# td-put's decisions in every interleaving (tests/explore/append.c). EXPLORE=long: more faults.
. "$(dirname "$0")/../lib/lib.sh"
exec "$BUILD/explore/append" $EXPLORE
