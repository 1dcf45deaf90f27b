#!/bin/sh
# The manual lists the functions that td-local has, of both engines; --functions prints them from the tables that the code uses.
. "$(dirname "$0")/../lib/lib.sh"

# Names in the manual's list that begins with this sentence.
listed() {
	sed -n "/^$1/,/^\\.Pp/p" "$ROOT/man/td-local.1" | sed -n 's/^\.Ql //p' | tr -d ',.' | tr -s ' ' '\n' | grep .
}
names() { td-local --functions "$1" | sed 's/(.*//' | sort -u; }

is 'the manual lists the functions of Presto' \
	"$({ listed 'The functions of both'; listed 'Those of Presto'; } | sort)" "$(names presto)"
is 'the manual lists the functions of Hive' \
	"$({ listed 'The functions of both'; listed 'Those of Hive'; } | sort)" "$(names hive)"
ok 'there are some hundred' test "$(names presto | wc -l)" -gt 250
is 'each has its types' "$(td-local --functions presto | grep -c '^[a-z0-9_]*(.*')" "$(td-local --functions presto | wc -l)"
is 'trino is presto' "$(td-local --functions trino)" "$(td-local --functions presto)"
td-local --functions sqlite >"$T/out" 2>"$T/err"
is 'another engine is wrong usage' $? 2

finish
