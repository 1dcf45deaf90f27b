#!/bin/sh
# Every file of the corpus, whole and cut, through its fuzz target, which aborts on an error.
. "$(dirname "$0")/../lib/lib.sh"

for target in $(cd "$ROOT" && make -s --no-print-directory print-fuzz); do
	ok "the corpus of $target" "$BUILD/fuzz/$target" "$ROOT/tests/fuzz/corpus/$target"/*
done
# The statements of td-local's facts, cut at each byte: each ends in rows or an error message.
awk -F'\t' '{ gsub(/\\n/, " ", $3); print substr($2, 1, 1) $3 }' "$ROOT/tests/local/sql/facts.tsv" >"$T/statements.lines"
ok 'statements of SQL, cut at each byte' "$BUILD/fuzz/local_sql" "$T/statements.lines"

finish
