"""Records a command on a terminal as an animated SVG on standard output: record.py COMMAND [ARG...]; `make recording` runs it.

The terminal has 116 columns and 28 lines. Only what our tools use is understood: text, line feeds, bold, and
"carriage return, clear to the end of the line". A command line that the demo shows waits until one has read what came before."""
import os, pty, re, struct, sys, termios, fcntl, time
from xml.sax.saxutils import escape

COLUMNS, ROWS = 116, 28
WIDTH, HEIGHT, MARGIN = 8.4, 19, 12  # of a character in 14 px, of a line, around the text
READ = 1.5                           # seconds before a command line is shown


def record(command):
    """What the terminal is sent, as (seconds, text)."""
    pid, fd = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm"
        while os.get_terminal_size(2).columns != COLUMNS:
            time.sleep(0.001)
        os.execvp(command[0], command)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    began = time.monotonic()
    while True:
        try:
            data = os.read(fd, 65536)
        except OSError:  # the last program has closed the terminal
            break
        if not data:
            break
        yield time.monotonic() - began, data.decode()
    status = os.waitpid(pid, 0)[1]
    if status:
        sys.exit("record.py: the command failed")


def spans(events):
    """Lines of text as they are shown: [row, from, to or None, bold, text]. What is rewritten has an end."""
    shown, row, line, bold, pause = [], 0, None, False, 0
    for when, text in events:
        for piece in re.split("(\r\n|\r\x1b\\[K|\x1b\\[1m|\x1b\\[0m)", text):
            if piece == "\r\n":
                row, line = row + 1, None
            elif piece == "\r\x1b[K":
                if line:
                    line[2] = when + pause
                line = None
            elif piece in ("\x1b[1m", "\x1b[0m"):
                bold = piece == "\x1b[1m"
            elif piece:
                if piece.startswith("$ "):
                    pause += READ
                if line:
                    line[4] += piece
                else:
                    line = [row, when + pause, None, bold, piece]
                    shown.append(line)
    return [s for s in shown if s[2] is None or s[2] - s[1] > 0.02]


def svg(shown):
    end = max(s[1] for s in shown) + 3
    width, height = COLUMNS * WIDTH + 2 * MARGIN, ROWS * HEIGHT + 2 * MARGIN
    yield '<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" viewBox="0 0 %d %d" width="%d" height="%d">' % ((width, height) * 2)
    yield '<title>make demo</title><rect width="100%" height="100%" rx="6" fill="#161b22"/>'
    yield "<style>text{font:14px ui-monospace,Menlo,Consolas,monospace;fill:#c9d1d9;white-space:pre}"
    yield ".b{font-weight:bold;fill:#fff}.c{fill:#8b949e}</style>"
    yield '<svg x="%d" y="%d" width="%d" height="%d"><g>' % (MARGIN, MARGIN, COLUMNS * WIDTH, ROWS * HEIGHT)
    steps, bottom = {0: 0}, ROWS - 1  # when the lines move up: to where
    for row, start, *_ in shown:
        if row > bottom:
            bottom = row
            steps["%.4f" % (start / end)] = (ROWS - 1 - row) * HEIGHT
    yield '<animateTransform attributeName="transform" type="translate" calcMode="discrete" dur="%.2fs" fill="freeze" values="%s" keyTimes="%s"/>' % (
        end, ";".join("0 %d" % y for y in steps.values()), ";".join(map(str, steps)))
    for row, start, stop, bold, text in shown:
        yield '<text y="%d"%s visibility="hidden"><set attributeName="visibility" to="visible" begin="%.2fs"%s/>%s</text>' % (
            row * HEIGHT + 14, ' class="b"' if bold else ' class="c"' if text.startswith("# ") else "", start,
            ' end="%.2fs"' % stop if stop else "", escape(text))
    yield "</g></svg></svg>"


print("\n".join(svg(spans(record(sys.argv[1:])))))
