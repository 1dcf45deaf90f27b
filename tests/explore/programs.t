#!/bin/sh
# td-put and td-swap themselves follow the traces of tests/explore/traces, but for those of carry, which take jobs.
. "$(dirname "$0")/../lib/lib.sh"
export ROOT T
"$PYTHON" "$ROOT/tests/explore/programs.py" "$ROOT"/tests/explore/traces/append-*.txt "$ROOT"/tests/explore/traces/replace-*.txt
