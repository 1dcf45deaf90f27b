# offered.fish COMPLETIONS < LINES: for each line what fish would offer at its end, "word<TAB>description" apart by 037.
source $argv[1]/td.fish
while read -l line
    echo (complete -C $line | string join \x1f)
end
