# bash completion for the td-pipe tools. The options are those that the tool's own -h lists, so they are never out of date.
_td_pipe()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} tool=${COMP_WORDS[0]}

	COMPREPLY=()
	case $tool:$prev in
	td-fetch:-f | td-fetch:--format) COMPREPLY=($(compgen -W 'frame csv tsv jsonl msgpack table' -- "$cur")) ;;
	td-encode:-f | td-encode:--format) COMPREPLY=($(compgen -W 'auto frame csv tsv jsonl msgpack' -- "$cur")) ;;
	td-fetch:-T | td-fetch:--type) COMPREPLY=($(compgen -W 'presto trino hive' -- "$cur")) ;;
	*)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "$("$tool" -h 2>/dev/null | grep -oE '(^|[ ,[])--?[A-Za-z0-9][a-z0-9-]*' | tr -d ' ,[')" -- "$cur"))
		else
			COMPREPLY=($(compgen -f -- "$cur"))
		fi
		;;
	esac
}
complete -F _td_pipe td-fetch td-encode td-put td-swap td-conn td-local
