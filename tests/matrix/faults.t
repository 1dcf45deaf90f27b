#!/bin/sh
# Every request of an append and of a replace, from the query to the swap, with every fault of td-local, once and for ever: a
# sample here in which each occurs, all of them by `make check-faults`.
. "$(dirname "$0")/../lib/lib.sh"
export T
"$PYTHON" "$ROOT/tests/matrix" faults
