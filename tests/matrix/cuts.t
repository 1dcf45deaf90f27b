#!/bin/sh
# TCP proxies that cut, hold and delay TLS connections at random bytes: a few runs here, two thousand by `make check-faults`.
. "$(dirname "$0")/../lib/lib.sh"
export T
MATRIX=${MATRIX:-24} "$PYTHON" "$ROOT/tests/matrix" cuts
