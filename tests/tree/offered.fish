# offered.fish COMPLETIONS < LINES: for each line what fish would offer at its end, "word<TAB>description" apart by 037.
source $argv[1]/td.fish
while read -l line
    set -l offers (complete -C $line)
    # On a terminal fish leaves out what only contains the letters of the word, if something begins with it; in fish 4, -C does not.
    set -l word (string split -r -m 1 -- ' ' $line)[-1]
    set -l first (string match -re -- '^'(string escape --style=regex -- (string trim -l -c "'" -- $word)) $offers)
    set -q first[1]; and set offers $first
    echo (string join \x1f -- $offers)
end
