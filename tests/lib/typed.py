"""Types into an interactive shell on a terminal: typed.py bash|zsh COMPLETIONS [shown] < LINES.

Each line of standard input is typed, then the key Tab. A line of output for each: the words that the completion of the
folder COMPLETIONS offered, a tab, and what the line has become. With "shown", also what the terminal showed meanwhile."""
import os, pty, select, sys, tempfile, time

BASH = r"""
PS1=READY
source '%(completions)s/td.bash'
offer() { _td_pipe "$@"; printf '%%s\n' "${COMPREPLY[@]}" >'%(dir)s/.offered'; mv '%(dir)s/.offered' '%(dir)s/offered'; }
eval "$(complete -p | sed -n 's/-F _td_pipe/-F offer/p')"
typed() { printf '%%s' "$READLINE_LINE" >'%(dir)s/.typed'; mv '%(dir)s/.typed' '%(dir)s/typed'; READLINE_LINE= READLINE_POINT=0; }
bind -x '"\C-t": typed'
bind 'set completion-query-items 0'
bind 'set page-completions off'
"""

ZSH = r"""
PROMPT=READY LISTMAX=10000
fpath=('%(completions)s' $fpath)
autoload -Uz compinit && compinit -u -D
zstyle ':completion:*' completer _complete
setopt no_auto_menu
compadd() { # what is offered, before zsh does it
	if [[ ${@[1,(i)(-|--)]} != *-[OAD]\ * ]]; then
		local -a hits
		builtin compadd -A hits "$@"
		print -rl -- $hits >>'%(dir)s/.offered'
	fi
	builtin compadd "$@"
}
tab() { : >'%(dir)s/.offered'; zle complete-word; mv '%(dir)s/.offered' '%(dir)s/offered' }
typed() { print -rn -- "$BUFFER" >'%(dir)s/.typed'; mv '%(dir)s/.typed' '%(dir)s/typed'; BUFFER= }
zle -N tab; zle -N typed
bindkey '^I' tab; bindkey '^T' typed
"""

def wait(fd, done, what):
    """Reads what the terminal shows until done() is not None."""
    global seen
    seen, end = b"", time.monotonic() + 20
    while (got := done(seen)) is None:
        if time.monotonic() > end:
            sys.exit(f"typed.py: no {what}; the terminal shows {seen!r}")
        if select.select([fd], [], [], 0.005)[0]:
            seen += os.read(fd, 65536)
    return got

def taken(path):
    if not os.path.exists(path):
        return None
    with open(path) as f:
        text = f.read()
    os.unlink(path)
    return text

shell, completions, *shown = sys.argv[1:]
with tempfile.TemporaryDirectory() as dir:
    rc = os.path.join(dir, ".zshrc")
    with open(rc, "w") as f:
        f.write((BASH if shell == "bash" else ZSH) % dict(completions=completions, dir=dir))
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(TERM="dumb", COLUMNS="1000", LINES="100", ZDOTDIR=dir)
        os.execvp(shell, ["bash", "--noprofile", "--rcfile", rc, "-i"] if shell == "bash" else ["zsh", "-d", "-i"])
    wait(fd, lambda seen: b"READY" in seen or None, "prompt")
    for line in sys.stdin.read().splitlines():
        os.write(fd, line.encode() + b"\t")
        words = wait(fd, lambda _: taken(dir + "/offered"), f"completion of {line!r}")
        while shown and select.select([fd], [], [], 0.2)[0]:
            seen += os.read(fd, 65536)
        if shown:
            print(seen.decode(errors="replace"))
        os.write(fd, b"\x14")
        print(" ".join(words.split()), wait(fd, lambda _: taken(dir + "/typed"), f"line {line!r}"), sep="\t")
    os.write(fd, b"\x04")
    os.close(fd)
    os.waitpid(pid, 0)
