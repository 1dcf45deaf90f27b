#!/bin/sh
# Every file of the corpus, whole and cut, through its fuzz target; what goes wrong aborts.
. "$(dirname "$0")/../lib/lib.sh"

for target in $(cd "$ROOT" && make -s --no-print-directory print-fuzz); do
	ok "the corpus of $target" "$BUILD/fuzz/$target" "$ROOT/tests/fuzz/corpus/$target"/*
done

finish
