#!/bin/sh
# Static checks: `make lint`. An exception is marked in the line that needs it, with its reason:
# "lint: why" for what is checked here, and cppcheck's and shellcheck's own words for theirs.
. "$(dirname "$0")/../lib/lib.sh"
cd "$ROOT" || exit 1

files=$(git ls-files 2>/dev/null) || files=
[ -n "$files" ] || files=$(find .ci .pkg Makefile README.md NEWS CONTRIBUTING SECURITY bin common tests man completions -type f)
pick() { printf '%s\n' "$files" | grep -E "$1"; }
pick '\.[ch]$' >"$T/c"
pick '\.(c|h|t|sh|py|pm|[157])$|^[^/.]*$|^\.(ci|pkg)/|\.md$' | grep -v '^LICENSE$' >"$T/text"
while read -r f; do head -n 1 "$f" | grep -qE '^#!/bin/(ba)?sh' && echo "$f"; done <"$T/text" >"$T/shell"
pick '^tests/.*\.sh$' | grep -vxFf "$T/shell" >>"$T/shell"
in_c() { xargs grep -nE "$1" /dev/null <"$T/c" | grep -v 'lint: '; }

# --- form

is "no space at the end of a line" "$(grep -v '\.t$' "$T/text" | xargs grep -nE '[[:blank:]]$' /dev/null)" ""
is "no carriage returns" "$(xargs grep -l "$(printf '\r')" /dev/null <"$T/text")" ""
is "every file ends with a line feed" "$(while read -r f; do [ -z "$(tail -c 1 "$f")" ] || echo "$f"; done <"$T/text")" ""
is "no marks of a merge" "$(xargs grep -nE '^(<{7}|>{7}|={7}$)' /dev/null <"$T/text")" ""
is "C has our form" "$(xargs perl tests/tree/form.pl <"$T/c" 2>&1)" ""
cat >"$T/bad.c" <<'END'
int one(int a) {
	if(a) return 2;
	for (int i = 0; i <3; i++) {
 	a = f (a,1);
		a=2;

	}


	while (a>= 1) {
	a = g( a);
		}
	if (a) { return 1 ; }
	else
		return sizeof(a);
	char* p;
    if (a){
	}else {
	}
}
END
is "and form.pl sees another" "$(perl tests/tree/form.pl "$T/bad.c" | cut -d: -f 2-3)" "1: the brace of a function belongs on a line of its own
2: no space after if, for, while or switch
4: a space before a tab
4: a space before the parenthesis of a call
4: no space after a comma
5: no space around =
7: an empty line at the end of a block
9: two empty lines
10: no space around an operator
11: a space inside parentheses
11: it is indented by 1 tabs instead of 2
13: a space before a comma or semicolon
13: code after the brace of a block
16: the star of a pointer belongs to its name
17: indented with spaces
17: no space beside a brace
18: no space beside a brace"
{ echo "void f(void)"; echo "{"; seq -f "	f(%g);" 58; echo "}"; } >"$T/long.c"
is "and a long function" "$(perl tests/tree/form.pl "$T/long.c")" "$T/long.c:61: a function of 61 lines: }"

# --- forbidden functions: unbounded copies, unchecked numbers, hidden state, /bin/sh

banned='strcpy|stpcpy|strcat|strncpy|strncat|sprintf|vsprintf|gets|atoi|atol|atoll|atof|strtok|alloca|mktemp|tmpnam|tempnam'
banned="$banned|popen|system|setjmp|longjmp|asctime|ctime|gmtime|localtime|rand|srand|random|strdupa|sleep|usleep"
is "no banned function" "$(in_c "(^|[^[:alnum:]_\"'*/-])($banned)[[:space:]]*\\([^)]")" ""
is "no scanf of text without a width" "$(in_c 'scanf\(.*"[^"]*%(s|\[)')" ""
is "no format that is not a literal" "$(in_c '(warn|note|debug|die_usage|printf)\((stderr, |stdout, )?[a-z_>.-]+\)')" ""

# --- checkers; `make check` installs those of DEPS.check

if command -v cppcheck >/dev/null; then
	cat >"$T/not" <<'END'
// of a DIR of one's own
readdirCalled
// confuses parameters of the same name
ctunullpointer
ctuuninitvar
// tests may die without memory, and leave open what ends with them
nullPointerOutOfMemory:tests/*
nullPointerOutOfResources:tests/*
nullPointerArithmeticOutOfMemory:tests/*
leakNoVarFunctionCall:tests/*
END
	cat >"$T/quirks.h" <<'END'
#define pthread_cond_init(c, a) pthread_mutex_init((void *)c, a) // 2.22 has it that the second must not be NULL
#define json_array_foreach(a, i, v) for (i = 0; i < json_array_size(a) && (v = json_array_get(a, i)); i++)
#define json_object_foreach(o, k, v) for (k = key_of(o); k && (v = json_object_get(o, k)); k = key_after(o, k))
END
	deep=
	if cppcheck --help | grep -q check-level; then deep=--check-level=exhaustive; fi
	# shellcheck disable=SC2046,SC2086 # names without blanks
	is "cppcheck" "$(cppcheck --std=c11 --library=posix --enable=warning,portability,performance --inline-suppr --quiet $deep \
		--suppressions-list="$T/not" --include="$T/quirks.h" -Icommon -Ibin/td-local -DTD_VERSION='"0"' \
		--template='{file}:{line}: {message} [{id}]' $(grep '\.c$' "$T/c") 2>&1)" ""
else skip "cppcheck" "it is not installed"; fi

# clang's warnings: it refuses what gcc accepts, and the other way round.
if command -v clang >/dev/null; then
	have=
	[ ! -e /usr/include/isa-l.h ] || have=-DHAVE_ISAL
	[ ! -e /usr/include/seccomp.h ] || have="$have -DHAVE_SECCOMP"
	# shellcheck disable=SC2086 # words
	is "clang" "$(grep '\.c$' "$T/c" | grep -v '^tests/[^u]' | xargs -P 2 -n 16 clang -fsyntax-only -std=c11 -Wall -Wextra -Wpedantic -Wshadow \
		-Wconversion -D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE -DTD_VERSION='"0"' -iquote common -iquote bin/td-local -pthread $have 2>&1)" ""
else skip "clang" "it is not installed"; fi

if command -v shellcheck >/dev/null; then
	is "shellcheck" "$(xargs shellcheck -S warning -f gcc -x -P SCRIPTDIR <"$T/shell")" ""
else skip "shellcheck" "it is not installed"; fi

if command -v mandoc >/dev/null; then
	is "mandoc" "$(mandoc -Tlint -W warning man/* 2>&1)" ""
else skip "mandoc" "it is not installed"; fi

finish
