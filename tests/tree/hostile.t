#!/bin/sh
# Servers that are broken or hostile, against every tool: see tests/lib/hostile.py.
. "$(dirname "$0")/../lib/lib.sh"
local_start local --no-samples --polls 0 --key 1/5ec4e75ec4e75ec4e75ec4e75ec4e75ec4e75ec4
TD_API_KEY=1/5ec4e75ec4e75ec4e75ec4e75ec4e75ec4e75ec4
amount=some
[ "${MATRIX:-}" != full ] || amount=all
SANITIZED=
if sanitized; then amount=few SANITIZED=yes; fi
export T SANITIZED
"$PYTHON" "$ROOT/tests/lib/hostile.py" "$amount"
