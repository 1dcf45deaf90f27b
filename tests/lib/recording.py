"""Where a text left a program: recording.py FILE TEXT, the FILE by strace -f -yy -v of that program and what it ran.

Prints a line for each place. Left out are the program's own start, whose arguments and environment are what it was given, and
what the programs that it ran write themselves.
"""
import re
import sys

lines = [line.split(None, 1) for line in open(sys.argv[1], errors="replace")]
main = lines[0][0]
others = {pid for pid, what in lines if what.startswith("execve(")} - {main}
places = set()
for pid, what in lines[1:]:
    run = re.match(r'execve\("([^"]*)", \[(.*?)\], ', what)
    sent = re.match(r"\w+\(\d+<TCP:\[[^>]*->([^\]]*)\]>", what)
    written = re.match(r"\w+\(\d+<([^>]*)>", what)
    if sys.argv[2] not in what or (pid in others and not run):
        continue
    places.add("argument of " + run[1] if run and sys.argv[2] in run[2] else "environment of " + run[1] if run else
               "sent to " + sent[1] if sent else "written to " + written[1] if written else what)
print("\n".join(sorted(places)))
