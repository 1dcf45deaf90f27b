#!/bin/sh
# A TCP proxy that cuts, drops and delays at random bytes, under TLS: a few runs here, thousands by `make check-faults`.
. "$(dirname "$0")/lib.sh"
export T
MATRIX=${MATRIX:-25} "$PYTHON" "$ROOT/tests/matrix.py" cuts
