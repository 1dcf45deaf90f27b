#!/bin/sh
# TCP proxies that cut, hold and delay at random bytes, under TLS: a few runs here, two thousand by `make check-faults`.
. "$(dirname "$0")/../lib/lib.sh"
export T
MATRIX=${MATRIX:-24} "$PYTHON" "$ROOT/tests/matrix" cuts
