#!/bin/sh
# Signals to each program of the pipe, and to all, before and after every request and at random moments: a sample here that
# covers each, all of them by `make check-faults`.
. "$(dirname "$0")/../lib/lib.sh"
export T
"$PYTHON" "$ROOT/tests/matrix" kills
