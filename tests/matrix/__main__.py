"""The fault matrix, the kill matrix and the cut matrix of `td-fetch | td-encode | td-put | td-swap`; prints TAP.

usage: matrix faults|kills|cuts      in the environment:
    MATRIX=full   all cases; MATRIX=cover: a sample in which every request, fault and signal occurs; MATRIX=N: N by chance
    ONLY=REGEX    those whose description matches: ONLY='#17 ' is the case of that number
    SEED=N        of the sample, and of what a proxy does
    SERVICE=SPEC  what is not documented of the real service: td-local --service SPEC
    JOBS=N        so many at once, each with a source and a target of its own; most of the time they wait

Every case: a fault of td-local at one request of the run, once or for ever; or a signal to one of the programs or to all
while a server works on a request, has done so, or at a random moment; or TCP proxies between the programs and the servers,
under TLS, that cut, hold and delay at random bytes. Then law.py is looked at: the table holds exactly the old rows or the
new ones, as the status says; nothing is left that is not named (or, after SIGKILL, td-swap --gc removes it); nothing was
repeated blindly; and the same command again, undisturbed, ends well. All the while a reader looks at the target.
"""
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import cases
import law
from pipe import Pipe, TOOLS, first, rows
from proxy import Proxy
from server import KEY, Server

T = os.environ["T"]
SEED = int(os.environ.get("SEED", "1"))
HOW = os.environ.get("MATRIX", "cover")
JOBS = int(os.environ.get("JOBS", min(os.cpu_count() * (6 if HOW == "full" else 3), 24)))
PATIENT = ["--retry-wait", "0", "--timeout", "20", "--stall", "1"]    # for faults that pass
IMPATIENT = ["--retry-wait", "1", "--timeout", "1", "--stall", "1"]  # for those that do not


class Worker:
    """A source, a target, a reader of the target, and perhaps proxies in front of both."""

    def __init__(self, n, tls):
        self.place = "%s/%d" % (T, n)
        self.cert, key = (T + "/crt", T + "/key") if tls else (None, None)
        self.source, self.target = Server(self.place + ".source", self.cert, key), Server(self.place + ".target", self.cert, key)
        self.tls = tls

    def ready(self):
        self.source.ready()
        self.target.ready()
        return self

    def start(self):
        """In the process that uses it: threads do not come along with a fork"""
        for server in self.source, self.target:
            server.client, server.proxy = server.connect(), Proxy(server.port) if self.tls else None
            if self.tls:
                server.proxy.start()
        self.reader = law.Reader(self.target)
        self.reader.start()

    def run(self, case):
        began = time.monotonic()
        table = "t%05d" % case.number
        look = law.Look(case.mode, case.there)
        if case.there:
            self.target.client.job("CREATE TABLE %s AS %s" % (table, rows(first(case.mode), 0)))
        self.reader.watch(table if case.there else None, look)
        self.target.mark()
        run, killed = getattr(self, case.kind)(case, table)
        self.calm()
        problems, done = self.problems(run, case, table, look, killed)
        problems += self.reader.watch(None)
        problems += self.again(case, table, look, done)
        self.tidy(table)
        said = "".join(run.said[tool] for tool in TOOLS)
        return "%s: %s, %.1f s" % (case, run.text(), time.monotonic() - began), problems, said, self.reader.looks

    def pipe(self, case, table, patience=PATIENT, through=False):
        source, target = (s.proxy.url if through else s.url for s in (self.source, self.target))
        return Pipe(self.place, source, target, self.cert, table, case.mode, patience)

    # --- what happens in a run

    def fault(self, case, table):
        server = getattr(self, case.side)
        server.faults(case.line)
        run = self.pipe(case, table, IMPATIENT if case.ever else PATIENT).wait()
        run.unstruck = server.struck() == 0
        return run, []

    def kill(self, case, table):
        if not case.line:
            run = self.pipe(case, table)
            time.sleep(case.after)
            killed = run.signal(case.sig, case.who)
            return run.wait(), killed
        server = getattr(self, case.side)
        server.faults(case.line)
        server.mark()
        run = self.pipe(case, table)
        while server.struck() == 0 and run.running():
            time.sleep(0.005)
        killed = run.signal(case.sig, case.who)
        run.wait()
        until = time.monotonic() + 5  # the server ends what it had begun
        while server.struck() and time.monotonic() < until and server.under_way(case.step):
            time.sleep(0.01)
        return run, killed

    def cut(self, case, table):
        for server in self.source, self.target:
            server.proxy.arm(case.harm, "%d %d %s" % (SEED, case.number, server is self.source))
        return self.pipe(case, table, through=True).wait(), []

    def calm(self):
        for server in self.source, self.target:
            server.faults()
            if server.proxy:
                server.proxy.arm(0, 0)

    # --- what holds afterwards

    def problems(self, run, case, table, look, killed):
        seen = look.take(self.target, table)
        found = list(law.statuses(run, look, seen, killed))
        if case.kind == "fault":
            found += self.expected(run, case)
        if case.kind != "fault" or not case.action.startswith("429"):
            found += law.blind_repeats(self.target.requests())
        left = law.debris(self.target)
        found += [p for name in left for p in self.left(name, run, case, killed)]
        return found + (self.sweep() if left else []), seen == look.new

    def left(self, name, run, case, killed):
        """Who could have removed it was killed, or could not reach the server for that, or it was made later; and says so"""
        if case.kind == "kill" and set(killed) & {"put", "swap"} and \
                (case.sig == signal.SIGKILL or not case.line and law.not_begun(run, killed, case.sig)):
            return
        if not law.named(name, run):
            yield "%s is left and not named" % name
        if case.kind == "kill" and law.tidied(name, run):  # clean-up after success obeys a signal
            if run.status["swap"] == 0 and name not in run.receipt:
                yield "%s is left, and the receipt does not name it" % name
            return
        if not (case.kind == "cut" or case.kind == "fault" and case.ever and case.step.endswith("/delete") or
                case.kind == "kill" and law.named(name, run, "may still be made") or law.UNKNOWN in run.status.values()):
            yield "%s is left" % name

    def expected(self, run, case):
        tool, status = law.cause(run)
        allowed = {0} if not case.ever else {0, law.KEY} if case.action in ("401", "403") else \
            {0, law.REFUSED, law.TEMPORARY} if case.action in ("404", "409", "422") else {0, law.TEMPORARY, law.UNKNOWN}
        if case.ever and case.step == "bulk_import/commit" and case.mode not in ("replace", "merge", "range"):
            allowed |= {law.UNKNOWN}  # it was sent, and its outcome is not seen
        if case.ever and case.side == "target" and case.step.startswith("job/"):
            allowed |= {law.UNKNOWN}  # where tables keep their ids, a query decides
        published = {"swap": "table/swap/", "put": "bulk_import/commit/"}.get(tool)
        if case.ever and case.step in ("table/show", "table/rename") and published and law.was_sent(published, self.target.requests()):
            allowed |= {law.UNKNOWN}  # and since then no look is possible, or no fence
        if status not in allowed:
            yield "td-%s: status %d after such a fault" % (tool, status)
        if run.unstruck:
            yield "the fault has not struck"

    def sweep(self):
        env = dict(os.environ, TD_API_KEY=KEY, TD_API_SERVER=self.target.url)
        out = subprocess.run(["td-swap", *(["--cacert", self.cert] if self.cert else []), "--gc", "--older-than", "0", "td://@/testdb"],
                             env=env, stdout=subprocess.DEVNULL)
        return ["td-swap --gc: status %d" % out.returncode] * bool(out.returncode) + \
            ["td-swap --gc left " + x for x in law.debris(self.target)]

    def again(self, case, table, look, done):
        """The same command once more. A plain append that is done would append again, and may."""
        if case.mode == "append" and done:
            return []
        run = self.pipe(case, table, through=case.kind == "cut").wait()  # the same address, which --once goes by
        seen = look.take(self.target, table)
        found = ["again: " + p for p in law.statuses(run, look, seen, [])]
        if any(run.status.values()) or seen != look.new:
            found.append("the same command again: %s\n%s" % (run.text(), "".join(run.said.values())))
        return found + ["again: %s is left" % x for x in law.debris(self.target)]

    def tidy(self, table):
        for name in self.target.tables():
            self.target.client.api("POST", "table/delete/testdb/" + name)
        for name in self.target.sessions():
            self.target.client.api("POST", "bulk_import/delete/" + name)

    def learn(self, setting):
        """The requests of a clean run: (side, method, step, how often)"""
        case = cases.Case("learn", setting, "", number=0)
        if case.there:
            self.target.client.job("CREATE TABLE t00000 AS " + rows(first(case.mode), 0))
        self.source.mark()
        self.target.mark()
        run = self.pipe(case, "t00000").wait()
        assert not any(run.status.values()), run.said
        seen = {}
        for side in "source", "target":
            for method, path in getattr(self, side).requests():
                key = side, method, "/".join(path.split("/")[:2])
                seen[key] = seen.get(key, 0) + 1
        self.tidy("t00000")
        return [(*key, n) for key, n in seen.items()]

    def stop(self):
        self.source.stop()
        self.target.stop()


def take(queue):
    global worker
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    worker = WORKERS[queue.get()]
    worker.start()


def work(case):
    try:
        return worker.run(case)
    except Exception as e:  # a worker that is out of step fails all the cases that follow, and says why
        return str(case), ["%s: %s" % (type(e).__name__, e)], "", worker.reader.looks


def certificate():
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", T + "/key",
                    "-out", T + "/crt", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"],
                   check=True, stderr=subprocess.DEVNULL)


def tap(n, what, problems, detail=""):
    print("%sok %d - %s" % ("not " if problems else "", n, what))
    for line in problems + (detail.splitlines() if problems else []):
        print("\n".join("# " + x for x in line.splitlines()))
    sys.stdout.flush()
    return bool(problems)


def main(kind):
    learned = {s: WORKERS[0].learn(s) for s in cases.SETTINGS} if kind != "cuts" else {}
    total, chosen = cases.choose(kind, learned, HOW, os.environ.get("ONLY"), SEED)
    print("# %d of %d cases, seed %d, %d at once" % (len(chosen), total, SEED, len(WORKERS)))
    fork = multiprocessing.get_context("fork")  # the workers inherit WORKERS by a fork; Python 3.14 would not fork by itself
    queue = fork.Queue()
    for i in range(len(WORKERS)):
        queue.put(i)
    n = failed = looks = 0
    with fork.Pool(len(WORKERS), take, (queue,)) as pool:
        for n, (what, problems, said, looked) in enumerate(pool.imap_unordered(work, chosen), 1):
            failed += tap(n, what, problems, said)
            looks = max(looks, looked)
    failed += tap(n + 1, "the reader looked", [] if looks else ["it never did"])
    print("1..%d" % (n + 1))
    return 1 if failed else 0


signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
tls = sys.argv[1] == "cuts"
if tls and not shutil.which("openssl"):
    print("1..0 # skip no openssl")
    sys.exit(0)
if tls:
    certificate()
WORKERS = [Worker(i, tls) for i in range(JOBS)]
try:
    for w in WORKERS:
        w.ready()
    code = main(sys.argv[1])
finally:
    for w in WORKERS:
        w.stop()
sys.exit(code)
