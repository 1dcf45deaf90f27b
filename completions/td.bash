# bash completion for the td-pipe tools. Their options are those that their own -h lists, so they are never out of date;
# only what an option's argument may be is said here.

# The options of a tool: a line for each, "-f --format", its argument, what it is for; between them the character 037.
_td_pipe_options()
{
	"$1" -h 2>/dev/null | awk '/^ +-/ {
		sub(/^ +/, ""); n = 0; alone = 1
		while (match($0, /^--?[A-Za-z0-9][a-z0-9-]*/)) {
			opt = substr($0, 1, RLENGTH); $0 = substr($0, RLENGTH + 1)
			if (alone || opts[n] ~ /^-[0-9]/) { opts[++n] = opt; args[n] = "" } else opts[n] = opts[n] " " opt
			if (alone = match($0, /^(\[=| )[A-Z][^ ]*/)) {
				args[n] = substr($0, 2, RLENGTH - 1); sub(/,$/, "", args[n]); $0 = substr($0, RLENGTH + 1)
				sub(/^,? /, "")
			} else if (!sub(/^(,| \.\.\.) /, "")) break
		}
		sub(/^ +/, ""); sub(/[;,:]$/, "")
		for (i = 1; i <= n; i++) printf "%s\037%s\037%s\n", opts[i], args[i], $0
	}'
}

# What may stand where a destination does. Behind a table the modes, which the usage of td-put names.
_td_pipe_destinations()
{
	local modes mode
	if [[ $1 == td://*/*/?* || ( $1 == [!/]*:?* && $1 != td:* ) ]]; then
		modes=$(td-put -h 2>/dev/null | sed -n 's/.*?mode=\([a-z]*|[a-z|]*\).*/\1/p')
		for mode in ${modes//|/ }; do echo "${1%%\?*}?mode=$mode"; done
	else
		printf 'td://@%s/\n' '' us jp eu ap02 ap03 idcf
		_td_pipe_connections | sed 's/$/:/'
	fi
}

_td_pipe_connections() { td-conn list 2>/dev/null | cut -f 1; }

# What the argument of an option may be: tool, long name of the option, the word so far.
_td_pipe_values()
{
	case $1$2 in
	td-fetch--format) echo frame csv tsv jsonl msgpack msgpack.gz table ;;
	td-encode--format) echo auto frame csv tsv mysql jsonl msgpack apache ltsv syslog regex ;;
	*--unknown-keys | *--new-columns) echo refuse ignore add ;;
	*--type) echo presto trino hive ;;
	*--time-unit) echo s ms us ns ;;
	*--log-format) echo text json ;;
	*--level) echo 0 1 2 3 4 5 6 7 8 9 ;;
	*--priority) echo -2 -1 0 1 2 ;;
	*--quote) echo none ;;
	*--encoding) echo UTF-8 UTF-16 Shift_JIS CP932 EUC-JP ISO-2022-JP ISO-8859-1 WINDOWS-1252 ;;
	*--time-zone) echo UTC; awk '!/^#/ { print $3 }' /usr/share/zoneinfo/zone.tab 2>/dev/null ;;
	*--connection) _td_pipe_connections ;;
	*--result) _td_pipe_destinations "$3" ;;
	esac
}

# Offers those of the words that begin with what is typed. (compgen -W would expand what is typed.)
_td_pipe_offer()
{
	local word words
	read -rd '' -a words <<<"$2"
	for word in "${words[@]}"; do [[ $word != "$1"* ]] || COMPREPLY+=("$word"); done
}

# What may stand where no option does: tool, the word so far, the operands before it.
_td_pipe_operands()
{
	local tool=$1 cur=$2
	shift 2
	case $tool:$#:${1-} in
	td-put:0: | td-swap:0: | td-conn:2:add) _td_pipe_destinations "$cur" ;;
	td-conn:0:) echo add list test doctor remove ;;
	td-conn:1:add | td-conn:1:test | td-conn:1:doctor | td-conn:1:remove) _td_pipe_connections ;;
	esac
}

_td_pipe()
{
	local tool=${COMP_WORDS[0]} line=${COMP_LINE:0:COMP_POINT} cur=$2 dashes= want= first=0 opts arg what operands=() IFS=$' \t\n'
	local -A argument=() long=()
	COMPREPLY=()

	# readline also cuts words at : = @; those that no blank separates are one
	local words=() rest=$line i
	for ((i = 0; i < COMP_CWORD; i++)); do
		what=${COMP_WORDS[i]}
		if [[ $i == 0 || $rest == [[:blank:]]* ]]; then words+=("$what"); else words[${#words[@]} - 1]+=$what; fi
		rest=${rest#*"$what"}
	done
	if [[ $rest == [[:blank:]]* ]]; then words+=("${rest#"${rest%%[![:blank:]]*}"}"); else words[${#words[@]} - 1]+=$rest; fi
	words=("${words[@]:1}")
	cur=${words[${#words[@]} - 1]}
	cur=${cur#[\'\"]}

	while IFS=$'\037' read -r opts arg what; do
		for what in $opts; do argument[$what]=$arg long[$what]=${opts##* }; done
	done < <(_td_pipe_options "$tool")

	[[ ${tool##*/} != td-conn ]] || first=1 # its options stand behind the name of what to do
	for ((i = 0; i < ${#words[@]} - 1; i++)); do
		what=${words[i]}
		if [[ -z $dashes && $what == -- ]]; then
			dashes=$((i + 1))
			[[ ${tool##*/} != td-encode ]] || break
		elif [[ -z $dashes && $what == -?* && ${#operands[@]} -le $first ]]; then
			[[ ${argument[$what]-} != [!=[]* ]] || { want=$what; i=$((i + 1)); }
		else operands+=("$what"); fi
	done
	# is the word the argument of the option before it (then the loop took it), or of the one in front of its "="?
	((i == ${#words[@]})) || want=
	if [[ -z $want && -z $dashes && ${#operands[@]} -le $first && $cur == --*=* ]]; then want=${cur%%=*} cur=${cur#*=}; fi

	tool=${tool##*/}
	if [[ -n $want ]]; then
		case ${argument[$want]} in
		FILE* | CERT*) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")) ;;
		DIR*) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur")) ;;
		*) _td_pipe_offer "$cur" "$(_td_pipe_values "$tool" "${long[$want]}" "$cur")" ;;
		esac
	elif [[ -n $dashes && $tool == td-encode ]]; then
		for ((i = 1; i < COMP_CWORD; i++)); do [[ ${COMP_WORDS[i]} != -- ]] || break; done
		if declare -F _command_offset >/dev/null; then _command_offset $((i + 1)); return
		elif ((COMP_CWORD == i + 1)); then COMPREPLY=($(compgen -c -- "$cur"))
		else compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); fi
	elif [[ $cur == -* && -z $dashes && ${#operands[@]} -le $first ]]; then
		_td_pipe_offer "$cur" "${!argument[*]}"
	elif [[ $tool == td-encode ]]; then
		compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur"))
	else
		_td_pipe_offer "$cur" "$(_td_pipe_operands "$tool" "$cur" "${operands[@]}")"
	fi
	[[ ${COMPREPLY[0]-} != *[/:=] ]] || compopt -o nospace 2>/dev/null
	# readline replaces only what stands behind its last cut
	COMPREPLY=("${COMPREPLY[@]#"${cur%"$2"}"}")
}
complete -F _td_pipe td-fetch td-encode td-put td-swap td-conn td-local
