#!/bin/sh
# The completions, in the real shells: bash and zsh on a terminal that Python types into, fish by its own "complete -C".
. "$(dirname "$0")/../lib/lib.sh"
cd "$T" || exit 1
mkdir work && cd work || exit 1
touch query.sql queries.txt
mkdir quarter
(umask 077 && echo 1/0123456789abcdef0123456789abcdef01234567 >"$T/key")
td-conn add --key-file "$T/key" mydb td://@jp/testdb
td-conn add --key-file "$T/key" other td://@/otherdb

sorted() { tr ' ' '\n' | sed '/^$/d' | sort -u | tr '\n' ' ' | sed 's/ $//'; }

# offered SHELL < LINES > a line for each: the words, sorted; zsh quotes what it inserts
offered() {
	case $1 in
	fish)
		fish --no-config "$ROOT/tests/tree/offered.fish" "$ROOT/completions" 2>&1 |
			sed "s/	[^$us]*//g; s/$us/ /g"
		;;
	*) "$PYTHON" "$ROOT/tests/lib/typed.py" "$1" "$ROOT/completions" | cut -f 1 | sed 's/\\//g' ;;
	esac | while read -r words; do printf '%s\n' "$words" | sorted; echo; done
}
us=$(printf '\037')

# What is typed, and what must be offered, in every shell.
cat >"$T/cases" <<END
td-fetch --for	--format
td-fetch --no-h	--no-header
td-fetch --format 	csv frame jsonl msgpack msgpack.gz table tsv
td-fetch -q -f t	table tsv
td-encode -f 	apache auto csv frame jsonl ltsv msgpack mysql regex syslog tsv
td-fetch -e 'SELECT a, b' -T 	hive presto trino
td-fetch -c 	mydb other
td-fetch --since que	queries.txt query.sql
td-fetch --database 	
td-local --data q	quarter
td-encode --time-unit 	ms ns s us
td-encode --delimiter a -t time --time-v	--time-value
td-encode -f csv -- td-fe	td-fetch
td-encode -f csv -- cat que	queries.txt query.sql
td-encode -f csv que	queries.txt query.sql
td-encode -f csv queries.txt quer	queries.txt query.sql
td-encode --new-columns 	add ignore refuse
td-encode -f csv < query.sql | td-put --par	--part-size
TD_API_KEY=x td-fetch --sin	--since
td-put 'td://@j	td://@jp/
td-put -- 'td://@j	td://@jp/
td-put 'td://@/testdb/out	td://@/testdb/out?mode=append td://@/testdb/out?mode=create td://@/testdb/out?mode=merge td://@/testdb/out?mode=replace td://@/testdb/out?mode=truncate
td-put 'td://@/testdb/out?mode=r	td://@/testdb/out?mode=replace
td-put 'td://KEY@localhost:80/testdb/out?mode=r	td://KEY@localhost:80/testdb/out?mode=replace
td-put 'mydb:output?mode=a	mydb:output?mode=append
td-put done 	
td-swap --max-	--max-carry --max-shrink
td-conn 	add doctor list remove test
td-conn test o	other
td-conn list 	
td-conn add --key-file que	queries.txt query.sql
END
cut -f 1 "$T/cases" >"$T/lines"
# every option of -h, long and short, and none besides
for tool in $(cd "$ROOT" && make -s --no-print-directory print-tools); do
	printf '%s -\n%s --\n' "$tool" "$tool" >>"$T/lines"
	"$tool" -h | grep -E '^ +-' | sed 's/^ *//; s/  .*//' | grep -oE '(^|[ ,])--?[A-Za-z0-9][a-z0-9-]*' |
		tr -d ' ,' | tr '\n' ' ' | sorted | sed "s/^/the options of $tool	/" >>"$T/cases"
	echo >>"$T/cases"
done

for shell in bash zsh fish; do
	if ! command -v "$shell" >/dev/null; then
		skip "completion in $shell" "no $shell"
		continue
	fi
	offered "$shell" <"$T/lines" >"$T/words"
	while IFS= read -r case && IFS= read -r got <&3; do
		case $case in
		the\ options*) IFS= read -r more <&3; got=$(echo "$got $more" | sorted) ;;
		esac
		is "$shell: $case" "${got%/}" "$(echo "${case%/}" | sed 's/.*	//')"
	done <"$T/cases" 3<"$T/words"
	is "$shell: every line was answered" "$(wc -l <"$T/words")" "$(wc -l <"$T/lines")"
done

# Where readline cuts words, only the text after the cut is replaced. A complete word gets a blank, a prefix does not.
while IFS='	' read -r typed line; do
	got=$(printf '%s\n' "$typed" | "$PYTHON" "$ROOT/tests/lib/typed.py" bash "$ROOT/completions" | cut -f 2)
	is "bash: $typed becomes" "$got|" "$line|"
done <<END
td-put td://@j	td-put td://@jp/
td-fetch --result=my	td-fetch --result=mydb:
td-put mydb:output?mode=r	td-put mydb:output?mode=replace 
td-put td://@/\$DB/\`id\`?mode=r	td-put td://@/\$DB/\`id\`?mode=replace 
END

# Shells that can show what an option is for do so.
if command -v fish >/dev/null; then
	like "fish: an option with its description" "$(echo 'td-fetch --sch' |
		fish --no-config "$ROOT/tests/tree/offered.fish" "$ROOT/completions")" '^--schedule	take the last finished run'
else skip "fish: descriptions" "no fish"; fi
if command -v zsh >/dev/null; then
	like "zsh: an option with its description" "$(echo 'td-fetch --s' | "$PYTHON" "$ROOT/tests/lib/typed.py" zsh "$ROOT/completions" shown)" \
		'--schedule +-- take the last finished run'
else skip "zsh: descriptions" "no zsh"; fi
finish
