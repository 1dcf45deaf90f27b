"""How fast td-encode is, beside other programs on the same rows. bench.py BUILD [MEGABYTES]

Every figure is the median of some rounds in which the programs take turns, so that a noisy machine disturbs all of them. The
ratios of CPU time are the ones to trust. Writes Markdown."""
import os, resource, shutil, statistics, subprocess, sys, tempfile, time

build, size = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 100
here = os.path.dirname(os.path.abspath(__file__))
encode, gen = os.path.join(build, "td-encode"), os.path.join(build, "bench", "gen")
rounds = int(os.environ.get("ROUNDS", "5"))
work = tempfile.mkdtemp(prefix="td-bench.")
python = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else "python3"

def run(command, stdin):
    """wall seconds, CPU seconds, peak MiB"""
    pid_usage = "import os,resource,subprocess,sys,time\nt=time.time()\nrc=subprocess.call(sys.argv[1:])\nu=resource.getrusage(resource.RUSAGE_CHILDREN)\nprint(time.time()-t,u.ru_utime+u.ru_stime,u.ru_maxrss/1024,file=sys.stderr)\nsys.exit(rc)"
    with open(stdin, "rb") as i, open(os.devnull, "wb") as o:
        p = subprocess.run([python, "-c", pid_usage] + command, stdin=i, stdout=o, stderr=subprocess.PIPE, text=True)
    if p.returncode:
        sys.exit("%s: %s" % (command, p.stderr))
    return [float(x) for x in p.stderr.split("\n")[-2].split()]

def generate(kind, megabytes):
    path = os.path.join(work, kind)
    with open(path, "wb") as f:
        subprocess.run([gen, kind, str(int(megabytes * 1e6))], stdout=f, check=True)
    return path

def plain(path):
    out = path + ".msgpack"
    with open(out, "wb") as f:
        e = subprocess.Popen([encode, "-q"], stdin=open(path, "rb"), stdout=subprocess.PIPE)
        subprocess.run(["gzip", "-dc"], stdin=e.stdout, stdout=f, check=True)
        assert e.wait() == 0
    return out

def table(title, path, programs):
    """programs: name, command, input, rounds"""
    results = {name: [] for name, *_ in programs}
    for r in range(rounds):
        for name, command, stdin, limit in programs if r % 2 == 0 else programs[::-1]:
            if r < limit:
                results[name].append(run(command, stdin))
    megabytes = os.path.getsize(path) / 1e6
    print("\n### %s, %.0f MB\n" % (title, megabytes))
    print("| program | wall s | CPU s | MB/s of input | peak MiB | our speed / its (wall) | (CPU) |\n|---|---|---|---|---|---|---|")
    us = results[programs[0][0]]
    wall, cpu = statistics.median(x[0] for x in us), statistics.median(x[1] for x in us)
    for name, *_ in programs:
        w, c, m = (statistics.median(x[i] for x in results[name]) for i in range(3))
        print("| %s | %.2f | %.2f | %.0f | %.0f | %.2f | %.2f |" % (name, w, c, megabytes / w, m, w / wall, c / cpu))

def main():
    print("td-encode, %d rounds, %d processors, load %.1f before" % (rounds, os.cpu_count(), os.getloadavg()[0]))
    log = generate("log", size)
    msgpack = plain(log)
    programs = [("td-encode", [encode, "-q"], log, rounds), ("td-encode -6", [encode, "-q", "-6"], log, 2)]
    if shutil.which("pigz"):
        programs += [("pigz -1 -p2 of its msgpack", ["pigz", "-1", "-p2", "-c"], msgpack, rounds),
                     ("pigz -6 -p2 of its msgpack", ["pigz", "-6", "-p2", "-c"], msgpack, 2)]
    programs += [("gzip -1 of its msgpack", ["gzip", "-1", "-c"], msgpack, 2),
                 ("Python, msgpack, gzip 9", [python, os.path.join(here, "peer.py"), "csv"], log, 1)]
    table("(a) access log, 12 columns, CSV", log, programs)
    ours, gz = (int(subprocess.run(["sh", "-c", c], stdout=subprocess.PIPE, check=True).stdout) for c in
                ("'%s' -q <'%s' | wc -c" % (encode, log), "gzip -1 -c <'%s' | wc -c" % msgpack))
    print("\nSize: %d bytes, %.1f %% of `gzip -1`." % (ours, 100 * ours / gz))
    narrow = generate("narrow", size * .4)
    programs = [("td-encode", [encode, "-q"], narrow, rounds)]
    if shutil.which("pigz"):
        programs += [("pigz -1 -p2 of its msgpack", ["pigz", "-1", "-p2", "-c"], plain(narrow), rounds)]
    table("(b) three narrow columns, CSV", narrow, programs)
    jsonl = generate("jsonl", size)
    programs = [("td-encode", [encode, "-q"], jsonl, rounds),
                ("Python, msgpack, gzip 9", [python, os.path.join(here, "peer.py"), "jsonl"], jsonl, 1)]
    if shutil.which("jq"):
        programs += [("jq -c .", ["jq", "-c", "."], jsonl, 1)]
    table("(c) the access log as JSON lines", jsonl, programs)
    for kind, title in ("wide", "2,000 columns"), ("long", "cells of 10 MB"), ("short", "rows of 8 bytes"):
        path = generate(kind, size * .25)
        table(title, path, [("td-encode", [encode, "-q"], path, 3)])
    empty = os.path.join(work, "empty")
    open(empty, "w").write("a\n")
    times = sorted(run([encode, "-q"], empty)[0] for i in range(20))
    print("\nStart to exit on a header alone: %.1f ms (median of 20, with the time it takes to start a process)." % (1000 * times[10]))

try:
    main()
finally:
    shutil.rmtree(work)
