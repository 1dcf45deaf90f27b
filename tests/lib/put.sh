# shellcheck shell=sh disable=SC2154 # run sets out
# Sourced after lib.sh by the tests of td-put and td-swap.

frame() { # ARG...: see mkframe.py
	"$PYTHON" "$ROOT/tests/lib/mkframe.py" "$@"
}
faults() { # LINE...: replaces all faults by these
	curl -fsS -H "Authorization: TD1 $TD_API_KEY" -X DELETE "$TD_API_SERVER/local/faults" >/dev/null
	[ $# -eq 0 ] || printf '%s\n' "$@" | curl -fsS -H "Authorization: TD1 $TD_API_KEY" -X POST --data-binary @- "$TD_API_SERVER/local/faults" >/dev/null
}
struck() { # how often the faults have struck
	curl -fsS -H "Authorization: TD1 $TD_API_KEY" "$TD_API_SERVER/local/faults" | awk -F'\t' '{ n += $2 } END { print n + 0 }'
}
tables() { # DB: names, on one line
	api GET "table/list/$1" | jq -r '[.tables[].name] | sort | join(" ")'
}
sessions() {
	api GET bulk_import/list | jq '.bulk_imports | length'
}
# The rows of a table as td-local's own query sees them: count, distinct ids, sum of ids.
rows_of() { # DB TABLE
	job=$(api POST "job/issue/presto/$1" --data-urlencode "query=SELECT COUNT(1), COUNT(DISTINCT id), SUM(id) FROM $2")
	job=${job#*\"job_id\":\"} job=${job%%\"*}
	until_ok sh -c 'curl -sS -H "Authorization: TD1 $TD_API_KEY" "$TD_API_SERVER/v3/job/status/$1" | grep -Eq "\"(success|error)\""' sh "$job"
	api GET "job/result/$job?format=csv" | tr -d '\r'
}
count_of() { # DB TABLE
	api GET "table/show/$1/$2" | jq .count
}
# Runs a background command that signals can end: a shell makes background commands ignore SIGINT, and nohup SIGHUP.
background() {
	exec env --default-signal=INT,HUP "$@"
}
receipt() { # JQ-EXPRESSION: of the receipt in $out
	printf '%s\n' "$out" | jq -r "$1"
}
