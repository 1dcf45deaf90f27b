"""All that README says of speed and memory, in one run: all.py BUILD [SHARE]. Some ten minutes on two quiet cores.

Runs the other scripts of this folder with sizes of its own, and prints one table of their figures and of what is asked of each; what
they print themselves follows. A figure is a ratio within one run: the machine does both. In brackets: the same by CPU time, which
holds on a machine with other work, too. SHARE=0.1: with a tenth of the rows, as a trial. ROUNDS= in the environment as there; TMPDIR=/dev/shm leaves the disk out."""
import json, os, shutil, subprocess, sys, tempfile, time

build, here = os.path.abspath(sys.argv[1]), os.path.dirname(os.path.abspath(__file__))
share = float(sys.argv[2]) if len(sys.argv) > 2 else 1
work = tempfile.mkdtemp(prefix="td-bench.")
# a script, what it measures, and of how many MB
SCRIPTS = (("bench.py", "td-encode", 100), ("fetch.py", "td-fetch", 60), ("put.py", "td-put", 200), ("pipe.py", "the whole pipe", 50))
# what, its figure, asked, the part of it that is a wall-time ratio (0) or another one; negative: at most
ROWS = (
    ("log CSV, beside `pigz -1 -p2` on its msgpack", "log", 2.7),
    ("narrow CSV (two columns), likewise", "narrow", 1.8),
    ("JSON lines, likewise", "jsonl", 2.6),
    ("2,000 columns, likewise", "wide", None),
    ("rows of 8 bytes, likewise", "short", None),
    ("log CSV, beside a Python script with gzip -9", "log beside Python", None),
    ("JSON lines, beside the same", "jsonl beside Python", None),
    ("JSON lines, beside `jq -c .`", "jsonl beside jq", None),
    ("log CSV, MB/s", "log MB/s", None),
    ("wall time x 2 / CPU time of td-encode on two cores", "log cores", -1.15),
    ("td-fetch as a frame, beside `curl -o`: td-local", "fetch td-local", 0.85),
    ("the same: nginx", "fetch nginx", 0.85),
    ("the same: td-local with TLS", "fetch td-local TLS", 0.85),
    ("the same: nginx with TLS", "fetch nginx TLS", 0.85),
    ("whole pipe, CPU of the Python way by msgpack / ours", "pipe Python, by a file of msgpack", 16),
    ("the same by JSON", "pipe Python, by a file of json", 24),
    ("td-put -j1, beside `curl -T`", "put plain, -j1", 0.95),
    ("the same with TLS", "put TLS, -j1", 0.95),
    ("td-put -j4, 50 ms away", "put plain, 50 ms later, -j4", None),
    ("peak MiB of td-encode", "encode MiB", -24),
    ("peak MiB of td-put -j4", "put -j4 MiB", -48),
    ("peak MiB of td-fetch", "fetch MiB", -16),
    ("size of the output in % of `gzip -1`", "size", -102),
)

def run(script, megabytes):
    begun = time.time()
    p = subprocess.run([sys.executable, "-B", os.path.join(here, script), build, str(megabytes * share)], stdout=subprocess.PIPE, text=True,
                       env=dict(os.environ, TD_BENCH_SUMMARY=work + "/figures"))
    print("%s: %.0f s%s" % (script, time.time() - begun, ", failed with status %d" % p.returncode if p.returncode else ""), file=sys.stderr)
    return p

def instructions():
    """for a byte of input; noise does not touch them"""
    if not shutil.which("valgrind"):
        return "no valgrind (Debian: valgrind): instructions for a byte left out"
    return subprocess.run(["make", "-s", "-C", os.path.join(here, "../.."), "O=" + build, "bench-instructions", "BYTES=4000000"],
                          stdout=subprocess.PIPE, text=True).stdout.strip()

def read_figures():
    figures = {}
    if os.path.exists(work + "/figures"):
        for line in open(work + "/figures"):
            figures.update(json.loads(line))
    if "put plain, 50 ms later, -j4" in figures:
        figures["put -j4 MiB"] = figures["put plain, 50 ms later, -j4"][2]
    return figures

def line(what, value, asked):
    first, *more = value if isinstance(value, list) else [value]
    if first is None:
        return "| %s | not measured | %s | |" % (what, "" if asked is None else "%g" % abs(asked))
    shown = "%.2f" % first if first < 100 else "%.0f" % first
    if more:
        shown += " (%.2f)" % more[0]
    if asked is None:
        return "| %s | %s | | |" % (what, shown)
    holds = first <= -asked if asked < 0 else first >= asked
    return "| %s | %s | %s %g | %s |" % (what, shown, "at most" if asked < 0 else "at least", abs(asked), "yes" if holds else "**no**")

def main():
    load = os.getloadavg()[0]
    done = [(title, run(script, megabytes)) for script, title, megabytes in SCRIPTS]
    figures = read_figures()
    print("%d processors, load %.1f before; %s\n" % (os.cpu_count(), load, time.strftime("%Y-%m-%d")))
    print("| what | measured | asked | holds |\n|---|---|---|---|")
    for what, name, asked in ROWS:
        print(line(what, figures.get(name), asked))
    print("\n" + instructions())
    for title, p in done:
        print("\n## %s\n\n%s" % (title, p.stdout.strip()))
    sys.exit(any(p.returncode for _, p in done))

try:
    main()
finally:
    shutil.rmtree(work)
