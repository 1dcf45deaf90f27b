#!/bin/sh
# Every request of an append and of a replace, with every fault of td-local, once and for ever: a sample of the cases here,
# all of them by `make check-faults`.
. "$(dirname "$0")/lib.sh"
export T
"$PYTHON" "$ROOT/tests/matrix.py" faults
