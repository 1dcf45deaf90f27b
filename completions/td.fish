# fish completion for the td-pipe tools. Their options are those that their own -h lists, so they are never out of date;
# only what an option's argument may be is said here.

# The options of a tool: a line for each, "-f --format", its argument, what it is for; between them the character 037.
function __td_options
    $argv[1] -h 2>/dev/null | awk '/^ +-/ {
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
end

function __td_connections
    td-conn list 2>/dev/null | string match -r '^[^\t]+\t[^\t]+'
end

# What may stand where a destination does. Behind a table the modes, which the usage of td-put names.
function __td_destinations
    set -l word (commandline -ct | string replace -r '^--[a-z-]+=' '' | string unescape)
    if string match -qr '^(td://[^/]*/[^/]+/.|[^/:]+:[^/])' -- $word
        set -l modes (td-put -h 2>/dev/null | string match -rg '\?mode=([a-z]*[|][a-z|]*)' | string split '|')
        for mode in $modes
            echo (string split -f 1 -- '?' $word)"?mode=$mode"
        end
    else
        printf 'td://@%s/\n' '' us jp eu ap02 ap03 idcf
        td-conn list 2>/dev/null | string replace -rf '^([^\t]+)\t([^\t]*).*' '$1:\t$2'
    end
end

# What the argument of an option may be: tool, long name of the option.
function __td_values
    switch $argv[1]$argv[2]
        case td-fetch--format
            printf '%s\n' frame csv tsv jsonl msgpack msgpack.gz table
        case td-encode--format
            printf '%s\n' auto frame csv tsv mysql jsonl msgpack apache ltsv syslog regex
        case '*--unknown-keys' '*--new-columns'
            printf '%s\n' refuse ignore add
        case '*--type'
            printf '%s\n' presto trino hive
        case '*--time-unit'
            printf '%s\n' s ms us ns
        case '*--log-format'
            printf '%s\n' text json
        case '*--level'
            seq 0 9
        case '*--priority'
            seq -2 2
        case '*--quote'
            echo none
        case '*--encoding'
            printf '%s\n' UTF-8 UTF-16 Shift_JIS CP932 EUC-JP ISO-2022-JP ISO-8859-1 WINDOWS-1252
        case '*--time-zone'
            echo UTC
            awk '!/^#/ { print $3 }' /usr/share/zoneinfo/zone.tab 2>/dev/null
        case '*--connection'
            __td_connections
        case '*--result'
            __td_destinations
    end
end

# The operands before the cursor: the words that are no options and no arguments of options.
function __td_operands
    set -l words (commandline -opc)
    set -l with (__td_options $words[1] | string match -rg '^([^\x1f]*)\x1f[^\x1f[]' | string split ' ')
    set -e words[1]
    set -l operands
    while set -q words[1]
        if test -z "$operands"; and contains -- $words[1] $with
            set -e words[1]
        else if not string match -qr -- '^-.' $words[1]; or set -q operands[1]
            set -a operands $words[1]
        end
        set -e words[1]
    end
    set -q operands[1]; and printf '%s\n' $operands
end

# Are there so many operands, and is the first one of these?
function __td_at
    set -l operands (__td_operands)
    test (count $operands) = $argv[1]; and begin
        not set -q argv[2]; or contains -- "$operands[1]" $argv[2..]
    end
end

# The command behind "--" of td-encode, completed as if it stood alone.
function __td_command
    set -l words (commandline -opc)
    set -l at (contains -i -- -- $words); or return
    complete -C (string join ' ' -- (string escape -- $words[(math $at + 1)..]) (commandline -ct))
end

set -l tools td-fetch td-encode td-put td-swap td-conn td-local
set -l self (status basename | string replace .fish '')
contains $self $tools; and set tools $self # installed once for each
for tool in $tools
    complete -c $tool -f
    __td_options $tool | while read -d \x1f opts arg what
        set -l names
        for opt in (string split -- ' ' $opts)
            string match -q -- '--*' $opt; and set -a names -l (string sub -s 3 -- $opt); or set -a names -s (string sub -s 2 -- $opt)
        end
        set -l long (string match -r -- '\S+$' $opts)
        if test -z "$arg"
            complete -c $tool $names -d $what
        else if string match -qr '^(FILE|CERT)' $arg
            complete -c $tool $names -d $what -rF
        else if string match -qr '^DIR' $arg
            complete -c $tool $names -d $what -xa '(__fish_complete_directories)'
        else if string match -qr '^\[' $arg
            complete -c $tool $names -d $what -f
        else
            complete -c $tool $names -d $what -xa "(__td_values $tool $long)"
        end
    end
end

complete -c td-encode -n 'contains -- -- (commandline -opc)' -a '(__td_command)'
complete -c td-encode -n 'not contains -- -- (commandline -opc)' -F
complete -c td-put -c td-swap -n '__td_at 0' -a '(__td_destinations)'
complete -c td-conn -n '__td_at 0' -a 'add list test doctor remove'
complete -c td-conn -n '__td_at 1 add test doctor remove' -a '(__td_connections)'
complete -c td-conn -n '__td_at 2 add' -a '(__td_destinations)'
