"""The whole pipe beside TD's way in Python (pipe_peer.py): a job's result goes into a table. pipe.py BUILD [MEGABYTES]

Both talk to a td-local, whose own time does not count; they take turns. CLIENT="COMMAND" in the environment is measured too: it gets
JOB DATABASE TABLE and TD_API_SERVER and TD_API_KEY. Writes Markdown."""
import os, resource, shlex, shutil, statistics, subprocess, sys, tempfile, time
from summary import figure

build, times = os.path.abspath(sys.argv[1]), max(1, round(float(sys.argv[2] if len(sys.argv) > 2 else 100) / 0.8))  # of a table of 0.8 MB
rounds, here = int(os.environ.get("ROUNDS", "3")), os.path.dirname(os.path.abspath(__file__))
python = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else "python3"
work = tempfile.mkdtemp(prefix="td-bench.")
server = subprocess.Popen([build + "/td-local", "--listen", "127.0.0.1:0", "--data", work + "/data", "--polls", "0",
                           "--key", "1/0123456789abcdef0123456789abcdef01234567"],
                          stdout=subprocess.PIPE, text=True)
os.environ.update(TD_API_SERVER=server.stdout.readline().strip(), TD_API_KEY="1/0123456789abcdef0123456789abcdef01234567",
                  PATH=build + ":" + os.environ["PATH"])

def sh(command):
    return subprocess.run(command, shell=True, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()

def measure(command):
    """wall seconds, CPU seconds of the command and all it ran, the largest of them in MiB"""
    script = ("import os,resource,subprocess,sys,time\nt=time.time()\nrc=subprocess.call(['sh','-c',sys.argv[1]],stdout=2)\n"
              "u=resource.getrusage(resource.RUSAGE_CHILDREN)\nprint(time.time()-t,u.ru_utime+u.ru_stime,u.ru_maxrss/1024)\nsys.exit(rc)")
    out = subprocess.run([python, "-c", script, command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if out.returncode:
        sys.exit("%s: %s" % (command, out.stderr))
    return [float(x) for x in out.stdout.split()]

def main():
    fetch = "td-fetch -d sample_datasets -f csv --no-header -e"
    sh("curl -sS -X POST -H 'Authorization: TD1 '$TD_API_KEY $TD_API_SERVER/v3/database/create/bench")
    job = sh("td-fetch --no-wait -d sample_datasets -e 'SELECT a.* FROM (SELECT 1 FROM www_access LIMIT %d) b CROSS JOIN www_access a'" % times)
    size = int(sh("td-fetch -q -f msgpack %s | wc -c" % job))
    programs = [("td-fetch, td-encode, td-put, td-swap", "td-fetch %s | td-encode | td-put td://@/bench/%s | td-swap"),
                *(("Python, by a file of " + how, "%s %s/pipe_peer.py %s %%s bench %%s" % (python, shlex.quote(here), how))
                  for how in ("msgpack", "json"))]
    if "CLIENT" in os.environ:
        programs.append((os.environ["CLIENT"], os.environ["CLIENT"] + " %s bench %s"))
    results = {name: [] for name, _ in programs}
    for r in range(rounds):
        for i, (name, command) in enumerate(programs if r % 2 == 0 else programs[::-1]):
            table = "copy_%d_%d" % (r, i)
            sh("curl -sS -X POST -H 'Authorization: TD1 '$TD_API_KEY $TD_API_SERVER/v3/table/create/bench/%s/log" % table)
            results[name].append(measure(command % (job, table)))
            got = int(sh("%s 'SELECT COUNT(1) FROM bench.%s'" % (fetch, table)))
            assert got == times * 5000, (name, got)
            sh("curl -sS -X POST -H 'Authorization: TD1 '$TD_API_KEY $TD_API_SERVER/v3/table/delete/bench/%s" % table)
    print("%d rows, %.0f MB of msgpack, %d rounds, load %.1f\n" % (times * 5000, size / 1e6, rounds, os.getloadavg()[0]))
    print("| program | wall s | CPU s | largest MiB | CPU: its / ours |\n|---|---|---|---|---|")
    ours = statistics.median(x[1] for x in results[programs[0][0]])
    for name, _ in programs:
        w, c, m = (statistics.median(x[i] for x in results[name]) for i in range(3))
        print("| %s | %.2f | %.2f | %.0f | %.1f |" % (name, w, c, m, c / ours))
        figure("pipe " + name, c / ours)

try:
    main()
finally:
    server.terminate()
    server.wait()
    shutil.rmtree(work)
