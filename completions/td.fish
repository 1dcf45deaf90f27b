# fish completion for the td-pipe tools. The options are those that the tool's own -h lists.
for tool in td-fetch td-encode td-put td-swap td-conn td-local
    complete -c $tool -a "($tool -h 2>/dev/null | string match -ra -- '(?<![A-Za-z0-9])--[a-z][a-z-]*')" -n 'string match -q -- "-*" (commandline -ct)'
end
for format in frame csv tsv jsonl msgpack table
    complete -c td-fetch -s f -l format -x -a $format
end
for format in auto frame csv tsv jsonl msgpack
    complete -c td-encode -s f -l format -x -a $format
end
