"""How fast td-encode is, beside other programs on the same rows. bench.py BUILD [MEGABYTES]: 500 is the run that the marks are
for. Writes Markdown.

Every figure is the median of some rounds in which the programs take turns, so that a noisy machine disturbs all of them. On a
machine that is not idle the ratios of CPU time are the ones to trust. ROUNDS=5: of the fast programs; slow ones have three."""
import os, shutil, statistics, subprocess, sys, tempfile, time
from summary import figure, lacks

build, size = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 100
here = os.path.dirname(os.path.abspath(__file__))
encode, gen, usage = (os.path.join(build, p) for p in ("td-encode", "bench/gen", "bench/usage"))
rounds = int(os.environ.get("ROUNDS", "5"))
slow = min(rounds, 3)
work = tempfile.mkdtemp(prefix="td-bench.")
python = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else "python3"
packages = {"igzip": "isal", "mlr": "miller"}
marks = []

def run(command, stdin):
    """wall seconds, CPU seconds, peak MiB"""
    figures = os.path.join(work, "figures")
    with open(stdin, "rb") as i:
        subprocess.run([usage, figures] + command, stdin=i, stdout=subprocess.DEVNULL, check=True)
    return [float(x) for x in open(figures).read().split()]

def generate(kind, megabytes, *rows):
    path = os.path.join(work, kind)
    with open(path, "wb") as f:
        subprocess.run([gen, kind, str(int(megabytes * 1e6))] + [str(r) for r in rows], stdout=f, check=True)
    return path

def plain(path):
    """The msgpack of the rows."""
    out = path + ".msgpack"
    with open(path, "rb") as i, open(out, "wb") as f:
        e = subprocess.Popen([encode, "-q"], stdin=i, stdout=subprocess.PIPE)
        subprocess.run(["gzip", "-dc"], stdin=e.stdout, stdout=f, check=True)
        assert e.wait() == 0
    return out

def pigz(path, level=1):
    return ("pigz -%d -p2 of its msgpack" % level, ["pigz", "-%d" % level, "-p2", "-c"], path + ".msgpack", rounds)

def igzip(path):
    return ("igzip -1 of the text itself", ["igzip", "-1", "-c", path], os.devnull, rounds)

def others(kind, path):
    """what else reads rows and writes JSON lines"""
    return (("mlr to JSON lines", ["mlr", "--i" + kind, "--ojsonl", "cat"], path, slow),
            ("duckdb to JSON lines, gzip", ["duckdb", "-c", "COPY (SELECT * FROM read_%s('%s')) TO '%s' (FORMAT json, COMPRESSION gzip)" % (
                "csv" if kind == "csv" else "json", path, os.path.join(work, "duckdb.gz"))], path, slow))

def cores(what, median):
    """of two: the part of them that is not used, as wall time x 2 / CPU time"""
    figure(what, 2 * median["td-encode"][0] / median["td-encode"][1])

def script(kind, path):
    return ("Python, msgpack, gzip 9", [python, os.path.join(here, "peer.py"), kind], path, slow)

def table(title, path, *peers):
    """peers: name, command, input, rounds. The medians of all, and of the peers by name how many times their speed ours is."""
    programs = [("td-encode", [encode, "-q"], path, rounds)] + [p for p in peers if not lacks(p[1][0], packages.get(p[1][0], p[1][0]), "it is")]
    results = {p[0]: [] for p in programs}
    for r in range(rounds):
        for name, command, stdin, limit in programs if r % 2 == 0 else programs[::-1]:
            if r < limit:
                results[name].append(run(command, stdin))
    megabytes = os.path.getsize(path) / 1e6
    print("\n### %s, %.0f MB\n" % (title, megabytes))
    print("| program | rounds | wall s | CPU s | MB/s of input | peak MiB | our speed / its (wall) | (CPU) |\n|---|---|---|---|---|---|---|---|")
    median = {name: [statistics.median(x[i] for x in runs) for i in range(3)] for name, runs in results.items()}
    us, ratios = median["td-encode"], {}
    for name, (w, c, m) in median.items():
        ratios[name] = (w / us[0], c / us[1])
        print("| %s | %d | %.2f | %.2f | %.0f | %.1f | %.2f | %.2f |" % ((name, len(results[name]), w, c, megabytes / w, m) + ratios[name]))
    sys.stdout.flush()
    return median, ratios, megabytes

def mark(what, asked, wall, cpu=None, most=False):
    """A line of the table of marks. The ratio by CPU time is the same mark for a machine with other work."""
    holds = lambda x: x is not None and (x <= asked if most else x >= asked)
    show = lambda x: "" if x is None else "%.1f" % x
    marks.append("| %s | %s %g | %s | %s | %s |" % (what, "at most" if most else "at least", asked, show(wall), show(cpu),
                                                  "yes" if holds(wall) else "by CPU time" if holds(cpu) else "**no**"))

def ratio(what, asked, ratios, name):
    if name in ratios:
        mark(what, asked, *ratios[name])

def access_log():
    log = generate("log", size)
    msgpack = plain(log)
    gzip1 = ("gzip -1 of its msgpack", ["gzip", "-1", "-c"], msgpack, slow)
    ours6 = ("td-encode -6", [encode, "-q", "-6"], log, slow)
    median, ratios, megabytes = table("(a) access log, 12 columns, CSV", log, pigz(log), script("csv", log), igzip(log), *others("csv", log),
                                      gzip1, ours6, pigz(log, 6))
    figure("log", ratios.get(pigz(log)[0]))
    figure("log beside Python", ratios[script("csv", log)[0]])
    figure("log MB/s", megabytes / median["td-encode"][0])
    cores("log cores", median)
    ratio("(a) beside `pigz -1 -p 2` of its msgpack", 1.5, ratios, pigz(log)[0])
    ratio("(a) beside the Python script", 40, ratios, script("csv", log)[0])
    if pigz(log)[0] in median:
        packed = os.path.getsize(msgpack) / 1e6
        print("\n`pigz -1 -p 2` takes %.0f MB/s of that msgpack; the mark in MB/s is for machines where it takes 219."
              % (packed / median[pigz(log)[0]][0]))
    mark("(a) MB/s", 250, megabytes / median["td-encode"][0])
    ours, gz = (int(subprocess.run(["sh", "-c", c], stdout=subprocess.PIPE, check=True).stdout) for c in
                ("'%s' -q <'%s' | wc -c" % (encode, log), "gzip -1 -c <'%s' | wc -c" % msgpack))
    mark("output in % of `gzip -1`", 115, 100 * ours / gz, most=True)
    figure("size", 100 * ours / gz)
    os.unlink(msgpack)
    with open(log, "rb") as f:
        return sum(1 for line in f) - 1

def json_lines(rows):
    jsonl = generate("jsonl", 0, rows)
    plain(jsonl)
    median, ratios, megabytes = table("(c) the same rows as JSON lines", jsonl, pigz(jsonl), script("jsonl", jsonl),
                                      ("jq -c .", ["jq", "-c", "."], jsonl, slow), igzip(jsonl), *others("jsonl", jsonl))
    figure("jsonl", ratios.get(pigz(jsonl)[0]))
    figure("jsonl beside Python", ratios[script("jsonl", jsonl)[0]])
    figure("jsonl beside jq", ratios.get("jq -c ."))
    os.unlink(jsonl + ".msgpack")
    ratio("(c) beside the Python script", 15, ratios, script("jsonl", jsonl)[0])
    ratio("(c) beside `jq -c .`", 5, ratios, "jq -c .")
    os.unlink(jsonl)

def against_pigz(kind, title, megabytes):
    path = generate(kind, megabytes)
    plain(path)
    figure(kind, table(title, path, pigz(path), *([igzip(path)] if kind == "narrow" else []))[1].get(pigz(path)[0]))
    if kind != "log":
        os.unlink(path)
        os.unlink(path + ".msgpack")

def peak(megabytes):
    """Of rows that come through a pipe, so that size is no matter of disks."""
    figures = os.path.join(work, "figures")
    g = subprocess.Popen([gen, "log", str(int(megabytes * 1e6))], stdout=subprocess.PIPE)
    subprocess.run([usage, figures, encode, "-q"], stdin=g.stdout, stdout=subprocess.DEVNULL, check=True)
    assert g.wait() == 0
    return float(open(figures).read().split()[2])

def first_byte():
    """
    Rows come through a pipe that stays open: milliseconds from the row that fills the first block to the block's first byte. With
    the types given, because otherwise the first megabytes are looked at first. The block is full when its msgpack is 1 MiB.
    """
    with open(os.path.join(work, "log"), "rb") as f:
        text = f.read(2 << 20)
    whole = subprocess.run([encode, "-q"], input=text[:text.rindex(b"\n") + 1], stdout=subprocess.PIPE, check=True).stdout
    grown = len(subprocess.run(["gzip", "-dc"], input=whole, stdout=subprocess.PIPE, check=True).stdout) / len(text)
    LOOK, MARGIN = 8192, 20000 # before it says anything; rows that are longer than others on average
    names = "time:long,host,user:long,method,path,status:long,bytes:long,seconds:double,referer,agent,city,session"
    types = ",".join(c if ":" in c else c + ":string" for c in names.split(","))
    times = []
    for i in range(20):
        p = subprocess.Popen([encode, "-q", "--columns", types], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        p.stdin.write(text[:LOOK])
        os.read(p.stdout.fileno(), 1 << 16) # the head
        p.stdin.write(text[LOOK:int((1 << 20) / grown) + MARGIN])
        start = time.perf_counter()
        os.read(p.stdout.fileno(), 1)
        times.append(1000 * (time.perf_counter() - start))
        p.kill()
        p.communicate()
    return statistics.median(times)

def start_to_exit():
    empty = os.path.join(work, "empty")
    open(empty, "w").write("a\n")
    return [1000 * statistics.median(run(c, empty)[0] for i in range(20)) for c in ([encode, "-q"], ["true"])]

def main():
    print("td-encode, %d processors, load %.1f before" % (os.cpu_count(), os.getloadavg()[0]))
    rows = access_log()
    against_pigz("narrow", "(b) two narrow columns, CSV", size * .4)
    json_lines(rows)
    against_pigz("wide", "2,000 columns", size * .2)
    against_pigz("long", "cells of 10 MB", size * .2)
    against_pigz("short", "rows of 8 bytes, a million", 8)
    for megabytes in size / 5, size * 4:
        most = peak(megabytes)
        mark("peak MiB for %g MB" % megabytes, 32, most, most=True)
        figure("encode MiB", most)
    mark("ms from a full block to its first byte", 20, first_byte(), most=True)
    ours, true = start_to_exit()
    mark("ms from start to exit on a header alone (`true`: %.1f)" % true, 5, ours, most=True)
    print("\n### Marks\n\n| what | asked | wall | CPU | holds |\n|---|---|---|---|---|\n" + "\n".join(marks))

try:
    main()
finally:
    shutil.rmtree(work)
