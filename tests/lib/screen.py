"""Runs a command on a terminal: screen.py [-w COLUMNS] [-s SEEN=KEYS] FILE COMMAND [ARG...].

Prints what stands on the screen in the end. Into FILE go all the states of the line that is rewritten, one a line. With
-s, KEYS are typed when SEEN is shown for the first time. Only what our tools use is understood: text, line feeds, and
"carriage return, clear to the end of the line"; any other control byte is shown as <XX>. Exits as the command does, or 99
if it hangs. A terminal wraps; this one marks where it had to, by a "\\" at the end of the line."""
import fcntl, os, pty, re, select, signal, struct, sys, termios, time

args, columns, seen, keys = sys.argv[1:], 80, None, b""
while args[0].startswith("-"):
    if args[0] == "-w":
        columns = int(args[1])
    else:
        seen, keys = args[1].encode().decode("unicode_escape").encode().rsplit(b"=", 1)
    args = args[2:]

pid, fd = pty.fork()
if pid == 0:
    while os.get_terminal_size(2).columns != columns:
        time.sleep(0.001)
    for sig in signal.SIGHUP, signal.SIGINT, signal.SIGPIPE:  # as a login shell starts it, also under nohup
        signal.signal(sig, signal.SIG_DFL)
    os.execvp(args[1], args[1:])
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

raw, end = b"", time.monotonic() + 30
while True:
    if time.monotonic() > end:
        os.kill(pid, signal.SIGKILL)
        print("hangs:", raw)
        sys.exit(99)
    if select.select([fd], [], [], 0.1)[0]:
        try:
            got = os.read(fd, 65536)
        except OSError:
            break
        if not got:
            break
        raw += got
        if seen and seen in raw:
            os.write(fd, keys)
            seen = None

text = raw.replace(b"\r\n", b"\n").replace(b"\r\x1b[K", b"\0").decode(errors="replace")
text = re.sub("[\x01-\x09\x0b-\x1f\x7f]", lambda c: "<%02X>" % ord(c[0]), text)
with open(args[0], "w") as f:
    for line in re.findall("\0([^\0\n]+)(?=\0)", text + "\0"):
        print(line, file=f)
for line in text.split("\n")[:-1] if text.endswith("\n") else text.split("\n"):
    line = line[line.rfind("\0") + 1:]
    while len(line) > columns:
        print(line[:columns] + "\\")
        line = line[columns:]
    print(line)
status = os.waitpid(pid, 0)[1]
sys.exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
