#!/bin/sh
# What a user sees without a server: every tool's -h, -V, usage errors and manual, and that they agree.
. "$(dirname "$0")/lib.sh"

for tool in $(cd "$ROOT" && make -s --no-print-directory print-tools); do
	run "$tool" -h
	is "$tool -h: status" "$status" 0
	is "$tool -h: nothing on stderr" "$err" ""
	like "$tool -h: says how to call it" "$out" "^[Uu]sage: $tool"
	run "$tool" --help
	like "$tool --help: the same" "$out" "^[Uu]sage: $tool"
	run "$tool" -V
	is "$tool -V: status" "$status" 0
	like "$tool -V: its name and version" "$out" "^$tool [0-9]+\.[0-9]+"
	run "$tool" --version
	like "$tool --version: the same" "$out" "^$tool [0-9]+\.[0-9]+"
	run "$tool" --no-such-option </dev/null
	is "$tool with an unknown option: status" "$status" 2
	is "$tool with an unknown option: nothing on stdout" "$out" ""
	like "$tool with an unknown option: one line that names it" "$err" "^$tool: .*no-such-option.*$tool -h"
	is "$tool with an unknown option: one line only" "$(wc -l <"$T/err")" 1

	page=$ROOT/man/$tool.1
	if command -v mandoc >/dev/null; then
		ok "$tool: the manual is clean" mandoc -Tlint -W warning "$page"
	else skip "$tool: the manual is clean" "no mandoc"; fi
	for section in NAME SYNOPSIS DESCRIPTION 'EXIT STATUS' EXAMPLES; do
		ok "$tool: the manual has $section" grep -q "^\.Sh $section" "$page"
	done

	# long options: -h and the manual name the same ones
	"$tool" -h | grep -oE '(^|[^A-Za-z0-9-])--[a-z][a-z0-9-]+' | sed 's/^[^-]*//' | sort -u >"$T/in-help"
	grep -oE 'Fl -[a-z][a-z0-9-]+' "$page" | sed 's/^Fl /-/' | sort -u >"$T/in-man"
	is "$tool: options in -h and not in the manual" "$(comm -23 "$T/in-help" "$T/in-man" | tr '\n' ' ')" ""
	is "$tool: options in the manual and not in -h" "$(comm -13 "$T/in-help" "$T/in-man" | tr '\n' ' ')" ""
	bad=
	while read -r o; do # an option that the program does not know is an "unrecognized option" (or is ambiguous)
		"$tool" "$o" --no-such-option --no-such-option </dev/null 2>&1 >/dev/null | grep -q "option.*'$o'" && bad="$bad $o"
	done <"$T/in-help"
	is "$tool: options in -h that the program does not know" "$bad" ""
done

for page in "$ROOT"/man/*.[57]; do
	if command -v mandoc >/dev/null; then
		ok "$(basename "$page") is clean" mandoc -Tlint -W warning "$page"
	else skip "$(basename "$page") is clean" "no mandoc"; fi
done

ok "the bash completion is bash" bash -n "$ROOT/completions/td.bash"

finish
