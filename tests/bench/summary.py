"""Figures that a script hands to all.py: one JSON object a line in the file that TD_BENCH_SUMMARY names, if it names one. And what
a script can do without: lacks() says once that a program is not there, and what is left out."""
import json, os, shutil, sys

def figure(name, value):
    path = os.environ.get("TD_BENCH_SUMMARY")
    if path:
        with open(path, "a") as f:
            f.write(json.dumps({name: value}) + "\n")

told = set()

def lacks(program, package, what):
    """True if it is missing; then the rows that need it are left out."""
    if shutil.which(program):
        return False
    if program not in told:
        told.add(program)
        print("no %s (Debian: %s): %s left out" % (program, package, what), file=sys.stderr)
    return True
