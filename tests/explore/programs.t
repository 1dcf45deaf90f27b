#!/bin/sh
# The traces of tests/explore/traces, followed by td-put and td-swap themselves.
. "$(dirname "$0")/../lib/lib.sh"
export ROOT T
"$PYTHON" "$ROOT/tests/explore/programs.py" "$ROOT"/tests/explore/traces/*.txt
