"""The fault matrix and the kill matrix of `td-put | td-swap`, generated from what a clean run asks of the server.

usage: matrix.py faults|kills|cuts   prints TAP; MATRIX=full does all cases, MATRIX=N only N of them, by chance (SEED=...),
                                     ONLY=REGEX those whose description matches

Every case: a fault of td-local at one request of the run, once or for ever; or a signal to one of the two programs while
the server works on that request; or a TCP proxy between them and the server, speaking TLS, that cuts, drops and delays at
random bytes. Then: the table holds exactly the old rows or exactly the new ones, as the status says;
nothing is left, or it is named in a message (or, after SIGKILL, is what td-swap --gc removes); and the same command
again, without faults, ends well. A reader looks at the target all the time and must never see anything but whole tables.
"""
import json
import os
import random
import re
import select
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

KEY = "1/0123456789abcdef0123456789abcdef01234567"
HERE = os.path.dirname(os.path.abspath(__file__))
T = os.environ["T"]
ROWS = 40


class Server:
    def __init__(self, tls):
        self.log = open(T + "/log", "w+")
        self.tls = None
        if tls:
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", T + "/key", "-out", T + "/crt",
                            "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"], check=True,
                           stderr=subprocess.DEVNULL)
            self.tls = ssl.create_default_context(cafile=T + "/crt")
        self.process = subprocess.Popen(["td-local", "-v", "--listen", "127.0.0.1:0", "--data", T + "/data", "--polls", "0",
                                         "--no-samples"] + (["--tls", T + "/crt," + T + "/key"] if tls else []),
                                        stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.url = self.process.stdout.readline().strip()
        self.port = int(self.url.rsplit(":", 1)[1])
        self.through = self.url  # where the tools go

    def ask(self, method, path, data=None):
        data = urllib.parse.urlencode(data).encode() if isinstance(data, dict) else data
        r = urllib.request.Request(self.url + path, method=method, data=data, headers={"Authorization": "TD1 " + KEY})
        with urllib.request.urlopen(r, timeout=60, context=self.tls) as answer:
            return answer.read()

    def api(self, method, path, data=None):
        return json.loads(self.ask(method, "/v3/" + path, data))

    def faults(self, *lines):
        self.ask("DELETE", "/local/faults")
        if lines:
            self.ask("POST", "/local/faults", "\n".join(lines).encode())

    def struck(self):
        text = self.ask("GET", "/local/faults").decode()
        return sum(int(line.rsplit("\t", 1)[1]) for line in text.splitlines() if line)

    def tables(self):
        return {t["name"] for t in self.api("GET", "table/list/testdb")["tables"]}

    def sessions(self):
        return {s["name"] for s in self.api("GET", "bulk_import/list")["bulk_imports"]}

    def rows(self, table):
        """count, distinct ids, smallest and largest id of a table; None if there is none"""
        job = self.api("POST", "job/issue/presto/testdb", {"query": "SELECT COUNT(1), COUNT(DISTINCT id), MIN(id), MAX(id) FROM " + table})["job_id"]
        while True:
            status = self.api("GET", "job/status/" + job)["status"]
            if status == "success":
                return json.loads(self.ask("GET", "/v3/job/result/%s?format=json" % job).decode())
            if status in ("error", "killed"):
                return None
            time.sleep(0.005)


def frame(start):
    return subprocess.run([sys.executable, HERE + "/mkframe.py", "rows=%d" % ROWS, "blocks=3", "start=%d" % start],
                          stdout=subprocess.PIPE, check=True).stdout


FRAMES = {}


def frame_file(start):
    if start not in FRAMES:
        FRAMES[start] = "%s/frame%d" % (T, start)
        with open(FRAMES[start], "wb") as f:
            f.write(frame(start))
    return FRAMES[start]


FAST = ["--retry-wait", "0", "--timeout", "1", "--stall", "1"]


class Proxy(threading.Thread):
    """Passes bytes on until the dice say otherwise: then the connection is reset or closed, or what comes is held back"""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.dice, self.harm, self.struck = server, random.Random(SEED), 0.0, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "https://127.0.0.1:%d" % self.listener.getsockname()[1]

    def run(self):
        while True:
            threading.Thread(target=self.connection, args=(self.listener.accept()[0],), daemon=True).start()

    def connection(self, client):
        # after how many bytes, in either direction, something happens to this connection
        left = int(self.dice.expovariate(1 / 4000)) if self.dice.random() < self.harm else None
        kind = self.dice.choice(["reset", "close", "delay", "hold"])
        try:
            server = socket.create_connection(("127.0.0.1", self.server.port))
            while True:
                for s in select.select([client, server], [], [])[0]:
                    data = s.recv(65536)
                    other = server if s is client else client
                    if left is not None and len(data) > left:
                        other.sendall(data[:left])
                        self.struck += 1
                        if kind == "delay":
                            time.sleep(0.3)
                            other.sendall(data[left:])
                            left = None
                            continue
                        if kind == "hold":
                            time.sleep(1.6)
                        elif kind == "reset":
                            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                        return
                    if not data:
                        return
                    left = left if left is None else left - len(data)
                    other.sendall(data)
        except OSError:
            pass
        finally:
            client.close()
            server.close()


class Run:
    """td-put DEST < frame | td-swap"""

    def __init__(self, server, table, mode, start, pipe=True):
        env = dict(os.environ, TD_API_KEY=KEY, TD_API_SERVER=server.through)
        self.err = open(T + "/err", "w+")
        with open(frame_file(start), "rb") as f:
            self.put = subprocess.Popen(["td-put", "--part-size", "1k", *FAST, *TRUST, "td://@/testdb/%s?mode=%s" % (table, mode)],
                                        stdin=f, stdout=subprocess.PIPE, stderr=self.err, env=env)
        self.swap = subprocess.Popen(["td-swap", *FAST, *TRUST], stdin=self.put.stdout, stdout=subprocess.PIPE, stderr=self.err, env=env)
        self.put.stdout.close()

    def wait(self):
        self.out = self.swap.stdout.read().decode()
        self.status = (self.put.wait(), self.swap.wait())
        self.err.seek(0)
        self.message = self.err.read()
        return self


class Watcher(threading.Thread):
    """Looks at one table all the time; only whole sets of rows may be seen."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.table, self.looks, self.bad, self.going = server, None, 0, [], True

    def run(self):
        while self.going:
            table = self.table
            if table:
                try:
                    seen = self.server.rows(table)
                except (urllib.error.URLError, OSError):
                    continue
                self.looks += 1
                if seen and seen[0] and not whole(seen):
                    self.bad.append((table, seen))
            time.sleep(0.002)


def whole(seen):
    n, distinct, low, high = seen
    return n == distinct and n % ROWS == 0 and high - low + 1 == n


class Matrix:
    def __init__(self, tls):
        self.server = Server(tls)
        self.server.api("POST", "database/create/testdb")
        self.watcher = Watcher(self.server)
        self.watcher.start()
        self.n = self.failed = 0
        self.watched = False

    def tap(self, what, problems, detail=""):
        self.n += 1
        self.failed += bool(problems)
        print("%sok %d - %s" % ("not " if problems else "", self.n, what))
        for p in problems:
            print("# " + p)
        if problems:
            print("\n".join("# | " + line for line in detail.splitlines()))
        sys.stdout.flush()

    def requests(self, mode, there):
        """What a clean run asks: (method, pattern, how often it is asked)"""
        self.prepare("learn_" + mode, mode, there)
        self.server.log.seek(0, 2)
        at = self.server.log.tell()
        Run(self.server, "learn_" + mode, mode, ROWS).wait()
        self.server.log.seek(at)
        seen = {}
        for line in self.server.log:
            m = re.match(r"td-local: (\w+) /v3/([\w-]+/[\w-]+)", line)
            if m and m[2] not in ("job/issue", "job/status", "job/result"):
                seen[m[1], m[2]] = seen.get((m[1], m[2]), 0) + 1
        return [(method, path + "/*", n) for (method, path), n in seen.items()]

    def prepare(self, table, mode, there):
        """The table with ids 0..ROWS-1 in it, or none"""
        self.server.faults()
        if table in self.server.tables():
            self.server.api("POST", "table/delete/testdb/" + table)
        if there:
            r = Run(self.server, table, "append", 0).wait()
            assert r.status == (0, 0), r.message

    def check(self, run, table, mode, there, killed):
        """What is wrong after a run that was meant to bring ids ROWS..2*ROWS-1"""
        seen = self.server.rows(table) if table in self.server.tables() else None
        if seen and seen[0] == 0:
            seen = None
        old = [ROWS, ROWS, 0, ROWS - 1] if there else None
        new = [2 * ROWS, 2 * ROWS, 0, 2 * ROWS - 1] if mode == "append" and there else [ROWS, ROWS, ROWS, 2 * ROWS - 1]
        problems = []
        put, swap = run.status
        if seen not in (old, new):
            problems.append("the table holds %s" % seen)
        if swap == 0 and put == 0 and seen != new:
            problems.append("status 0, and the new rows are not there")
        if swap == 0 and put != 0 and not killed:
            problems.append("td-put said %d and td-swap 0" % put)
        if (put or swap) and seen == new and not killed and 76 not in run.status and 1 not in run.status:
            problems.append("status %d, %d, but the new rows are there" % run.status)
        for status in run.status:
            if not killed and status not in (0, 65, 66, 69, 75, 76, 77, 80, -signal.SIGPIPE):
                problems.append("status %d" % status)
        if (put or swap) and not killed and not run.message.strip():
            problems.append("no message")
        left = {t for t in self.server.tables() if "_tdput_" in t} | {s for s in self.server.sessions() if s.startswith("td_put_")}
        if signal.SIGKILL not in killed:
            for name in left:
                if name not in run.message:
                    problems.append("%s is left and not named" % name)
        return problems, seen == new

    def sweep(self):
        env = dict(os.environ, TD_API_KEY=KEY, TD_API_SERVER=self.server.url)
        out = subprocess.run(["td-swap", *TRUST, "--gc", "--older-than", "0", "td://@/testdb"], env=env, stdout=subprocess.PIPE, text=True)
        left = {t for t in self.server.tables() if "_tdput_" in t} | {s for s in self.server.sessions() if s.startswith("td_put_")}
        return ["td-swap --gc: status %d" % out.returncode] * bool(out.returncode) + ["td-swap --gc left " + x for x in left]

    def again(self, table, mode, there, was_done):
        """The same command once more"""
        if mode == "append" and was_done:
            return []
        run = Run(self.server, table, mode, ROWS).wait()
        problems, done = self.check(run, table, mode, there, ())
        if run.status != (0, 0) or not done:
            problems.append("the same command again: status %d, %d" % run.status)
        return ["again: " + p for p in problems]

    def case(self, what, table, mode, there, start):
        """start() begins the run and gives it, and the signals that were sent"""
        self.watcher.table = None
        self.prepare(table, mode, there)
        self.watcher.table = table if there else None
        self.watched |= there
        run, killed = start()
        run.wait()
        self.server.through = self.server.url
        self.server.faults()
        problems, done = self.check(run, table, mode, there, killed)
        problems += self.sweep()
        problems += self.again(table, mode, there, done)
        self.watcher.table = None
        self.tap("%s: %s, %s: status %d, %d" % (mode + ("" if there else " (new table)"), *what, *run.status), problems, run.message)

    def faults(self):
        cases = []
        once = ["503", "502,html", "429,retry-after=0", "500,after", "504,after,empty", "200", "reset", "reset-after", "cut", "stall=3",
                "slow=20", "delay=0.2"]
        ever = ["503", "429", "401", "403", "404", "409", "422", "500,after", "reset", "reset-after", "cut", "502,null"]
        once.remove("200")
        for mode, there in (("append", True), ("append", False), ("replace", True), ("replace", False)):
            for method, pattern, n in self.requests(mode, there):
                for action in once + (["reset-body=10"] if method == "PUT" else []):
                    for k in range(1, n + 1):
                        cases.append((mode, there, "%s %s %d-%d %s" % (method, pattern, k, k, action)))
                for action in ever:
                    if "/delete" in pattern and action == "404":
                        continue  # nobody can tell it from having been deleted
                    for k in {1, n}:
                        cases.append((mode, there, "%s %s %d-1000000 %s" % (method, pattern, k, action)))
        for mode, there, line in self.chosen(cases):
            def start():
                self.server.faults(line)
                return Run(self.server, "fault_" + mode, mode, ROWS), ()
            self.case((line.replace("-1000000", "-"), "fault"), "fault_" + mode, mode, there, start)

    def kills(self):
        cases = []
        for mode, there in (("append", True), ("replace", True), ("replace", False)):
            for method, pattern, n in self.requests(mode, there):
                for sig in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
                    for who in ("put", "swap"):
                        for k in range(1, n + 1):
                            cases.append((mode, there, sig, who, "%s %s %d-%d delay=0.5" % (method, pattern, k, k)))
        dice = random.Random(SEED)
        for i in range(200):
            cases.append((dice.choice(["append", "replace"]), True, dice.choice([signal.SIGKILL, signal.SIGTERM]),
                          dice.choice(["put", "swap"]), dice.random() * 0.15))
        for mode, there, sig, who, when in self.chosen(cases):
            def start():
                if isinstance(when, str):
                    self.server.faults(when)
                run = Run(self.server, "kill_" + mode, mode, ROWS)
                if isinstance(when, str):
                    until = time.time() + 5
                    while self.server.struck() == 0 and run.swap.poll() is None and time.time() < until:
                        time.sleep(0.01)
                else:
                    time.sleep(when)
                getattr(run, who).send_signal(sig)
                run.wait()
                time.sleep(0.6 if isinstance(when, str) else 0)  # what the server was at, it ends
                return run, (sig,)
            at = when if isinstance(when, str) else "after %.3f s" % when
            self.case((signal.Signals(sig).name + " to td-" + who, at), "kill_" + mode, mode, there, start)

    def cuts(self):
        proxy = Proxy(self.server)
        proxy.start()
        for mode, there, harm in self.chosen([(m, t, h) for m, t in (("append", True), ("replace", True), ("replace", False))
                                              for h in [0.1, 0.3, 0.6, 0.9] * 250]):
            def start():
                proxy.harm, proxy.struck = harm, 0
                self.server.through = proxy.url
                return Run(self.server, "cut_" + mode, mode, ROWS), ()
            self.case(("%d %% of the connections harmed" % (harm * 100), "by a proxy"), "cut_" + mode, mode, there, start)

    def chosen(self, cases):
        much = os.environ.get("MATRIX", "60")
        if "ONLY" in os.environ:
            cases = [c for c in cases if re.search(os.environ["ONLY"], str(c))]
        print("# %d cases, seed %d" % (len(cases), SEED))
        return cases if much == "full" else random.Random(SEED).sample(cases, min(int(much), len(cases)))

    def end(self):
        self.watcher.going = False
        self.tap("a reader that looked all the time (%d times) saw only whole tables" % self.watcher.looks,
                 [str(b) for b in self.watcher.bad] + ["it never looked"] * (self.watched and self.watcher.looks == 0))
        self.server.process.terminate()
        self.server.process.wait()
        print("1..%d" % self.n)
        return 1 if self.failed else 0


SEED = int(os.environ.get("SEED", "1"))
TRUST = ["--cacert", T + "/crt"] if sys.argv[1] == "cuts" else []
if TRUST and not shutil.which("openssl"):
    print("1..0 # skip no openssl")
    sys.exit(0)
m = Matrix(bool(TRUST))
try:
    getattr(m, sys.argv[1])()
finally:
    code = m.end()
sys.exit(code)
