#!/bin/sh
# td-local-conformance(7) lists the calls of the sources, the clients of the recordings, and every --service that the program
# has.
. "$(dirname "$0")/../lib/lib.sh"

page=$ROOT/man/td-local-conformance.7 wire=$SHARED/wire.jsonl
sed -n '/^\.Sh CALLS/,/^\.Sh BEHAVIOURS/p' "$page" | sed -n '/^\.It /,/^\.El/p' | grep -v '^\.El' >"$T/there"
if [ -e "$wire" ]; then
	$PYTHON "$ROOT/tests/local/conformance.py" "$ROOT/bin/td-local/routes" "$wire" >"$T/made"
	ok 'the calls, their keys, and the clients that were recorded to make them' diff "$T/there" "$T/made"
else
	$PYTHON "$ROOT/tests/local/conformance.py" "$ROOT/bin/td-local/routes" >"$T/made"
	sed 's/;.*//' "$T/there" >"$T/calls"
	ok 'the calls and their keys' diff "$T/calls" "$T/made"
	skip 'the clients' 'no wire.jsonl'
fi
ok 'they are many' test "$(grep -c '^\.It ' "$T/there")" -gt 60

# Every call is answered, none with the 404 of an unknown path; without a key only those that are listed so.
local_start local --polls 0 --no-samples
A="Authorization: TD1 $TD_API_KEY"
sed -n 'N;s/^\.It \([A-Z]*\) Pa \(.*\)\n\([A-Z][a-z]*\) key.*/\1 \2 \3/p' "$T/there" >"$T/list"
while read -r method path key; do
	body=$(curl -sS -X "$method" -H "$A" -w ' %{http_code}' "$TD_API_SERVER$path")
	case $body in *'do not match any API endpoint'*) echo "$method $path: not there" ;; esac
	code=$(curl -sS -o /dev/null -X "$method" -w '%{http_code}' "$TD_API_SERVER$path")
	case $key in No) [ "$code" != 401 ] ;; *) [ "$code" = 401 ] ;; esac || echo "$method $path: $code without a key"
done <"$T/list" >"$T/wrong"
is 'each is there, and wants the key that it says' "$(cat "$T/wrong")" ''
local_stop

# --- behaviours
sed -n '/^\.Sh BEHAVIOURS/,/^\.Sh SEE/p' "$page" >"$T/behaviours"
is 'each has a mark' "$(grep -c '^\.It ' "$T/behaviours")" "$(grep -cE '^\.Em (Attested|Inferred|Chosen)( [.,:;])?$' "$T/behaviours")"
named=$(sed -n 's/^\.Fl -service Cm \([a-z]*\) Ns = Ns Cm \(.*\)/\1=\2/p' "$T/behaviours" | tr -d ' ' | sort | paste -sd ' ' -)
run td-local --service none
is 'the choices are those of --service' "$named" "$(printf %s "$err" | grep -oE '[a-z]+=[a-z0-9|]+' | sort | paste -sd ' ' -)"

finish
