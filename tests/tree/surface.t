#!/bin/sh
# What a user sees without a server: every tool's -h, -V, usage errors and manual agree.
. "$(dirname "$0")/../lib/lib.sh"
cd "$T" || exit 1

# Options as lines "-f ARG --format": the option, ARG, [ARG] or NONE, the last of its names. From -h, and from .It lines.
options() {
	perl -ne '
		BEGIN { $man = shift @ARGV eq "man" }
		if ($man) { next unless /^\.It (Fl .*)/; $_ = $1; s/ , /, /g; s/Fl ([A-Za-z0-9-])/-$1/g; s/ No \.\.\. / ... /; s/ Ns Op = Ns Ar (\w+)/[=X]/g;
			s/ (Ar|Cm) [^,]*(,\.\.\.)?/ X/g; next if /^-- / || /^-$/ }
		else { next unless /^ +(-.*)/; ($_ = $1) =~ s/  .*// }
		my (@names, @done);
		push @done, map "-$_ NONE -$_", 0 .. 9 if s/^-0 \.\.\. -9, //;
		while (s/^(--?[A-Za-z0-9][a-z0-9-]*)//) {
			push @names, $1;
			my $kind = s/^\[=[A-Z]+\]// ? "[ARG]" : s/^ [A-Z][^ ,]*(,\S+)?// ? "ARG" : "";
			if ($kind && $names[-1] =~ /^--/) { push @done, map "$_ $kind $names[-1]", @names; @names = () }
			s/^, // or last;
		}
		push @done, map "$_ NONE $names[-1]", @names;
		print "$_\n" for @done;
	' -- "$1" | sort -u
}

# A tool's message about an option followed by two that do not exist: it stops at the first of these, or at the second if
# the option takes the first for its argument. So nothing is ever run.
about() { "$tool" "$1" --no-such-option --no-such-second </dev/null 2>&1 >/dev/null; }

# Every name of an option in the sources, and every letter.
grep -ohE '\{ *"[a-z0-9-]+", *[a-z]+_argument' "$ROOT"/bin/*/*.c "$ROOT"/common/*/*.h |
	sed 's/^[^"]*"/--/; s/".*//' | sort -u >"$T/any"
for letter in a b c d e f g h i j k l m n o p q r s t u v w x y z; do
	printf '%s\n' "-$letter" "-$(printf %s $letter | tr a-z A-Z)"
done >>"$T/any"
like "the sources have options" "$(cat "$T/any")" "^--create-database$"

for tool in td-put td-conn; do # those that do nothing without arguments
	run "$tool" </dev/null
	is "$tool alone: status" "$status" 2
	is "$tool alone: at most eight lines" "$(printf '%s\n' "$err" | awk 'END { print NR <= 8 }')" 1
	like "$tool alone: how to call it" "$err" "^Usage: $tool "
	like "$tool alone: where there is more" "$err" "^$tool -h lists the options; man $tool explains them[.]"
done

for tool in $(cd "$ROOT" && make -s --no-print-directory print-tools); do
	run "$tool" -h
	is "$tool -h: status" "$status" 0
	is "$tool -h: nothing on stderr" "$err" ""
	like "$tool -h: says how to call it" "$out" "^[Uu]sage: $tool"
	is "$tool -h: within 80 columns" "$(printf '%s\n' "$out" | awk 'length > 80')" ""
	is "$tool -h: two examples" "$(printf '%s\n' "$out" | awk '/^$/ { n++ } n == 1 && /^  td-/' | wc -l)" 2
	like "$tool -h: the end says where the manual is" "$(printf '%s\n' "$out" | tail -n 1)" "man $tool;.*man td[.]"
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

	like "$tool -qZq: names the letter" "$(about -qZq)" "^$tool: unrecognized option '-Z' "
	like "$tool --quiet -Zq: as well" "$("$tool" --quiet -Zq 2>&1 </dev/null)" "^$tool: unrecognized option '-Z' "
	like "$tool --quiet=1: it takes no value" "$(about --quiet=1)" "^$tool: option '--quiet' takes no value "

	page=$ROOT/man/$tool.1
	if command -v mandoc >/dev/null; then
		ok "$tool: the manual is clean" mandoc -Tlint -W warning "$page"
	else skip "$tool: the manual is clean" "no mandoc"; fi
	for section in NAME SYNOPSIS DESCRIPTION ENVIRONMENT FILES 'EXIT STATUS' EXAMPLES 'SEE ALSO'; do
		ok "$tool: the manual has $section" grep -q "^\.Sh $section" "$page"
	done

	# -h, the manual and the program know the same options with the same arguments.
	# (tests/tree/completion.t holds the completions to -h.)
	"$tool" -h | options help >"$T/in-help"
	options man <"$page" >"$T/in-man"
	is "$tool: options in -h and not so in the manual" "$(comm -23 "$T/in-help" "$T/in-man")" ""
	is "$tool: options in the manual and not so in -h" "$(comm -13 "$T/in-help" "$T/in-man")" ""
	bad=
	while read -r o kind name; do
		case $kind:$(about "$o") in
		NONE:*"unrecognized option '--no-such-option'"* | '[ARG]':*"unrecognized option '--no-such-option'"*) ;;
		NONE:) case $name in --help | --version) ;; *) bad="$bad $o" ;; esac ;;
		ARG:*"option '--no-such-option'"* | ARG:*"unrecognized option '$o'"*) bad="$bad $o" ;;
		ARG:*) ;;
		*) bad="$bad $o" ;;
		esac
	done <"$T/in-help"
	is "$tool: options that the program does not take as -h says" "$bad" ""
	bad=
	while read -r o; do
		grep -q -e "^$o " "$T/in-help" || case $(about "$o") in
		*"'$o'"*) ;;
		*) bad="$bad $o" ;;
		esac
	done <"$T/any"
	is "$tool: options that the program knows and -h does not list" "$bad" ""
	bad=
	while read -r o kind name; do # cut, it is not an option, and the whole word is suggested
		case $o in --???*) ;; *) continue ;; esac
		cut=${o%?}
		grep -q -e "^$cut " "$T/in-help" || case $(about "$cut") in
		*"unrecognized option '$cut': did you mean "*"$o"*) ;;
		*) bad="$bad $cut" ;;
		esac
		[ "$kind:$o" != ARG:--null ] || continue
		[ "$kind" = NONE ] || case $("$tool" "$o=" --no-such-option 2>&1 </dev/null) in
		*" $o: the value is empty"*) ;;
		*) bad="$bad $o=" ;;
		esac
	done <"$T/in-help"
	is "$tool: options that may be cut or empty" "$bad" ""

	# SYNOPSIS names options that exist, and all of them unless it says [options].
	mandoc -Tascii -O width=1000 "$page" | col -b | sed -n '/^SYNOPSIS/,/^DESCRIPTION/p' >"$T/synopsis"
	grep -oE '(^|[[ ])--?[A-Za-z0-9][A-Za-z0-9-]*' "$T/synopsis" | tr -d '[ ' | grep -v "^$tool" |
		sed '/^-[A-Za-z0-9][A-Za-z0-9]/{s/^-//;s/./-&\n/g;}' | sed '/^$/d' | sort -u >"$T/in-synopsis"
	ok "$tool: SYNOPSIS was read" test -s "$T/in-synopsis"
	is "$tool: options in SYNOPSIS that there are not" "$(cut -d' ' -f1 "$T/in-help" | comm -13 - "$T/in-synopsis")" ""
	grep -q '\[options\]' "$T/synopsis" ||
		is "$tool: options that SYNOPSIS does not name" "$(cut -d' ' -f3 "$T/in-help" | sort -u | while read -r name; do
			grep -e " $name$" "$T/in-help" | cut -d' ' -f1 | grep -qxFf - "$T/in-synopsis" || echo "$name"
		done)" ""
done

for page in "$ROOT"/man/*.[57]; do
	if command -v mandoc >/dev/null; then
		ok "$(basename "$page") is clean" mandoc -Tlint -W warning "$page"
	else skip "$(basename "$page") is clean" "no mandoc"; fi
done

# Every variable that the programs read is documented in td(7) and in the manual of each tool that reads it.
variables=$(sed -n 's/.*\(getenv\|variable\)("\([A-Z_]*\)").*/\2/p' "$ROOT"/common/api/con[fn].c | sort -u | grep -vx HOME)
like "the programs read variables" "$variables" '^TD_API_KEY$'
for page in td.7 td-fetch.1 td-put.1 td-swap.1 td-conn.1; do
	is "$page: variables that it does not name" "$(for v in $variables; do
		[ $v = TD_API_IMPORT_SERVER ] && [ $page != td-put.1 ] && [ $page != td.7 ] ||
			sed -n '/^\.Sh ENVIRONMENT/,/^\.Sh FILES/p' "$ROOT/man/$page" | grep -qw "$v" || echo "$v"
	done)" ""
done

ok "the bash completion is bash" bash -n "$ROOT/completions/td.bash"

finish
