#!/bin/sh
# Signals to td-put and td-swap at every request and at random moments: a sample of the cases here, all of them by
# `make check-faults`.
. "$(dirname "$0")/lib.sh"
export T
MATRIX=${MATRIX:-40} "$PYTHON" "$ROOT/tests/matrix.py" kills
