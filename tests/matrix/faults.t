#!/bin/sh
# Every fault of td-local, once and for ever, at every request of an append and of a replace, from the query to the swap: a
# sample here that covers each, all of them by `make check-faults`.
. "$(dirname "$0")/../lib/lib.sh"
export T
"$PYTHON" "$ROOT/tests/matrix" faults
