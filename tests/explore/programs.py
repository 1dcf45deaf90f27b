"""Traces of the explorers, followed by td-put and td-swap themselves, through a proxy for each of them. Prints TAP.

usage: programs.py FILE...

A request waits until the trace has come to it, and then fares as the trace says. When a program asks for something else
than the trace has next, it has left what the mutant did: from then on nothing is held back. In the end all that is still
under way arrives, the same command is given again, and what the programs said must fit what is in the table.
"""
import collections
import http.client
import http.server
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.parse

ROOT, T = os.environ["ROOT"], os.environ["T"]
KEY = "1/0123456789abcdef0123456789abcdef01234567"
FAST = ["--retry-wait", "0", "--timeout", "3s", "--stall", "3s"]
KINDS = {"table/show": "look", "table/list": "list", "job/issue": "query", "table/rename": "rename", "table/swap": "swap",
         "table/delete": "delete", "bulk_import/create": "create", "bulk_import/show": "look", "bulk_import/upload_part": "send",
         "bulk_import/freeze": "freeze", "bulk_import/perform": "perform", "bulk_import/commit": "commit",
         "bulk_import/delete": "delete"}
CHANGES = ("rename", "swap", "delete", "create", "send", "freeze", "perform", "commit")
INSIDE = ("check", "settings", "read", "parts")  # steps that the programs take by themselves
Step = collections.namedtuple("Step", "client kind name fate text")


def deliver(server, request):
    c = http.client.HTTPConnection(server.hostname, server.port, timeout=60)
    c.request(*request)
    answer = c.getresponse()
    got = answer.status, answer.read()
    c.close()
    return got


def read_trace(path):
    with open(path) as f:
        lines = f.read().splitlines()
    steps = []
    for text in lines[2:]:
        m = re.match(r"(second: )?(\w+)(?: ([A-Z]\d*))?(?: [A-Z]\d*)?(?:: (.*))?$", text.strip())
        steps.append(Step(1 if m and m[1] else 0, m[2] if m else "", m[3] if m else None, m[4] or "" if m else "", text.strip()))
    return [int(n) for n in lines[1].split()], steps


class Script:
    """The steps, in their order, and what is still under way."""

    def __init__(self, run, steps):
        self.run, self.steps, self.at, self.free, self.late, self.faults = run, steps, 0, False, [], 0
        self.busy = False  # a step is being carried out
        self.cv = threading.Condition()

    def let_go(self):
        with self.cv:
            self.free = True
            self.cv.notify_all()

    def next(self):
        return self.steps[self.at] if self.at < len(self.steps) and not self.free else None

    def take(self, client, kind, name):
        """The step for this request; None: it passes"""
        until = time.monotonic() + 6
        with self.cv:
            while True:
                step = self.next()
                if step is None:
                    return None
                if not self.busy and step.client == client and self.is_request(step):
                    if step.kind == kind and (step.name is None or step.name in name):
                        self.at += 1
                        self.faults += bool(step.fate)
                        self.busy = True
                        self.cv.notify_all()
                        return step
                    if kind in CHANGES:
                        self.free = True
                        self.cv.notify_all()
                    return None
                if kind not in CHANGES and not any(s.client == client and self.is_request(s) for s in self.steps[self.at:]):
                    return None
                if not self.cv.wait(max(0, until - time.monotonic())):
                    self.free = True
                    self.cv.notify_all()

    def done(self):
        with self.cv:
            self.busy = False
            self.cv.notify_all()

    def is_request(self, step):
        return step.kind in KINDS.values() and step.fate != "arrives late"

    def drive(self):
        """What happens by itself"""
        while not self.free:
            with self.cv:
                step = self.next()
                if step is None:
                    self.free = True
                    self.cv.notify_all()
                    return
                if self.busy or self.is_request(step):
                    self.cv.wait(0.05)
                    continue
            done = self.event(step)
            with self.cv:
                self.at += done
                self.free = self.free or not done
                self.cv.notify_all()

    def event(self, step):
        if step.fate == "arrives late":
            if step.text.startswith("create X"):
                return self.run.api("POST", "table/create/testdb/%s/log" % self.run.temporary)[0] > 0
            return self.arrives(step.kind)
        if step.text == "second: begins":
            return self.run.begin(1)
        if step.kind == "ends":
            return self.run.ended(step.client, 8) and self.run.status(step.client) == int(step.text.split()[-1])
        if step.text == "meddler: swaps the table":
            return self.run.meddle()
        return True  # internal, or done by the service in its own time


    def arrives(self, kind):
        for _ in range(300):  # the handler may not have put it there yet
            found = [x for x in self.late if x[0] == kind]
            if found:
                self.late.remove(found[0])
                deliver(self.run.server, found[0][1])
                return True
            time.sleep(0.01)
        return False


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, got):
        self.send_response_only(got[0])
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(got[1])))
        self.end_headers()
        self.wfile.write(got[1])

    def handle_any(self):
        run, client = self.server.run, self.server.client
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}
        request = self.command, self.path, body, headers
        path = urllib.parse.unquote(self.path[4:].split("?")[0]).split("/")
        kind = KINDS.get("/".join(path[:2]))
        step = run.script.take(client, kind, run.name(path)) if kind else None
        fate = step.fate if step else ""
        got = self.fare(run, client, fate, kind, path, request)
        if step:
            run.script.done()
        if got is None:
            self.close_connection = True
        else:
            self.answer(got)

    def fare(self, run, client, fate, kind, path, request):
        """What the trace says; the answer, or None"""
        got = None
        if not fate or fate in ("done, the answer is lost", "done twice", "done, and a copy held", "killed after"):
            got = deliver(run.server, request)
        if fate == "done twice":
            got = deliver(run.server, request)
        if "held" in fate:
            run.script.late.append((kind, request))
        if fate.startswith("killed"):
            run.process[client].kill()
        if fate == "held, and a signal":
            run.process[client].send_signal(signal.SIGTERM)
        if fate == "refused":
            got = 403, json.dumps({"error": "no", "message": "no", "text": "no"}).encode()
        if fate.startswith("not done, a false"):
            got = 200, json.dumps({"name": path[2], "database": path[2], "table": path[-1], "table1": path[-1]}).encode()
        return None if fate.startswith("killed") or fate == "done, the answer is lost" else got

    do_GET = do_POST = do_PUT = handle_any


class Proxy(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, run, client):
        super().__init__(("127.0.0.1", 0), Handler)
        self.run, self.client = run, client
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        pass


def frame(name, *args):
    path = "%s/%s" % (T, name)
    with open(path, "wb") as f:
        subprocess.run([sys.executable, ROOT + "/tests/lib/mkframe.py", *args], stdout=f, check=True)
    return path


class Run:
    """A td-local, two proxies in front of it, and the programs"""

    def __init__(self, path, number):
        self.settings, steps = read_trace(path)
        self.place, self.process, self.script = "%s/%d" % (T, number), {}, Script(self, steps)
        self.prepare()
        options = ["--service", self.service] if self.service else []
        self.local = subprocess.Popen(["td-local", "--listen", "127.0.0.1:0", "--data", self.place, "--no-samples", "--polls", "0",
                                       "--key", KEY, *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = self.local.stdout.readline().strip()
        self.server = urllib.parse.urlsplit(self.url)
        self.api("POST", "database/create/testdb")
        self.proxies = [Proxy(self, 0), Proxy(self, 1)]

    def api(self, method, path, body=None):
        headers = {"Authorization": "TD1 " + KEY, "Content-Type": "application/x-www-form-urlencoded"}
        return deliver(self.server, (method, "/v3/" + path, body, headers))

    def name(self, path):
        return ("A", "B")

    def env(self, url):
        return dict(os.environ, TD_API_KEY=KEY, TD_API_SERVER=url)

    def put(self, mode, frame_path, url):
        with open(frame_path, "rb") as f:
            return subprocess.run(["td-put", "-q", "td://@/testdb/%s" % mode], stdin=f, env=self.env(url), check=True,
                                  stdout=subprocess.PIPE).stdout

    def start(self, command, path, k):
        with open(path, "rb") as f:
            self.process[k] = subprocess.Popen(command, stdin=f, env=self.env(self.proxy(k)), stdout=subprocess.DEVNULL,
                                               stderr=subprocess.DEVNULL)
        return True

    def proxy(self, k):
        return "http://127.0.0.1:%d" % self.proxies[k].server_port

    def ended(self, k, patience):
        try:
            return self.process[k].wait(patience) is not None
        except (subprocess.TimeoutExpired, KeyError):
            return False

    def status(self, k):
        return self.process[k].wait(60) if k in self.process else None

    def rows(self, table):
        """COUNT(1), MIN(id); None: there is no such table"""
        job = json.loads(self.api("POST", "job/issue/presto/testdb", urllib.parse.urlencode(
            {"query": "SELECT COUNT(1), MIN(id) FROM " + table}))[1])["job_id"]
        state = ""
        while state not in ("success", "error"):
            state = json.loads(self.api("GET", "job/status/" + job)[1])["status"]
        return json.loads(self.api("GET", "job/result/%s?format=json" % job)[1]) if state == "success" else None

    def follow(self):
        driver = threading.Thread(target=self.script.drive, daemon=True)
        self.begin(0)
        driver.start()
        driver.join(60)
        self.script.let_go()
        statuses = [self.status(k) for k in (0, 1)]
        for _, request in self.script.late:
            deliver(self.server, request)
        return statuses, list(self.judge(statuses))

    def stop(self):
        for p in self.proxies:
            p.shutdown()
        self.local.terminate()
        self.local.wait()


class Replace(Run):
    def prepare(self):
        ids, self.new_ids, alike, self.missing, self.keep, self.drop, self.undo, self.recreate, self.second = self.settings[:9]
        self.service = ",".join([["ids=move", "ids=stay", "ids=hide"][ids]] + ["rename=new"] * self.new_ids)
        self.frames = {"old": frame("old", "rows=50"), "second": frame("second", "rows=30", "start=9000"),
                       "new": frame("new", "rows=60", "start=1000")}
        self.old, self.new, self.seconds = [50, 0], [60, 1000], [30, 9000]

    def begin(self, k):
        if k == 0:
            self.load()
        command = ["td-swap", *FAST, *["--undo"] * self.undo, *["--keep"] * self.keep]
        return self.start(command, self.receipt(k), k)

    def receipt(self, k):
        return "%s.receipt%d" % (self.place, k)

    def load(self):
        if not self.missing:
            self.put("tbl", self.frames["new" if self.undo else "old"], self.url)
        text = self.put("tbl?mode=replace", self.frames["old" if self.undo else "new"], self.url)
        self.temporary = json.loads(text)["temporary_table"]
        if self.undo:  # the replacement that is undone ran undisturbed
            text = subprocess.run(["td-swap", "--keep"], input=text, env=self.env(self.url), stdout=subprocess.PIPE, check=True).stdout
        other = self.put("tbl?mode=replace", self.frames["second"], self.url) if self.second == 3 else text
        for k, one in enumerate((text, other)):
            with open(self.receipt(k), "wb") as f:
                f.write(one.replace(self.url.encode(), self.proxy(k).encode()))

    def name(self, path):
        if path[0] == "table" and len(path) > 3:
            own = path[3] != getattr(self, "temporary", "") and re.search(r"_tdput_\w+_|_tdundo_", path[3])
            return path[3] == "tbl" and ("T",) or path[3] == "tbl_kept" and ("K",) or own and self.any_own() or ("X", "Y")
        return self.any_own() + ("T", "X", "K", "Y")

    def any_own(self):
        return tuple("%s%d" % (c, i) for c in "AB" for i in range(1, 9))

    def judge(self, statuses):
        seen = self.rows("tbl")
        good = [self.new] + [self.seconds] * (self.second == 3)
        if seen not in good + [self.old] and not (self.missing and seen is None):
            yield "the table holds %s" % seen
        other = self.second == 3 and 76 in statuses  # another replacement, which reports that it may have undone this one
        if 0 in statuses and seen not in good and not other:
            yield "status %s, and the table holds %s" % (statuses, seen)
        if seen == self.new and not {0, 76, -9} & set(statuses):
            yield "status %s, and the table has the new rows" % statuses
        if self.second > 2 or self.undo and 0 in statuses:
            return
        self.script.let_go()
        self.start(["td-swap", *FAST, *["--undo"] * self.undo, *["--keep"] * self.keep], self.receipt(0), 0)
        again = self.status(0)
        if again not in (0, 76) or again == 0 and self.rows("tbl") != self.new:
            yield "the same command again: status %d, and the table holds %s" % (again, self.rows("tbl"))


class Append(Run):
    def prepare(self):
        self.kind, self.by_name, self.blind, no_ids, _, self.second = self.settings[:6]
        self.service = ",".join(["session=name"] * self.by_name + ["ids=hide"] * no_ids)
        self.frame, self.none = frame("rows", "rows=60", "start=1000"), frame("none", "rows=0")

    def begin(self, k):
        if k == 0:
            self.put("tbl", self.none, self.url)
            self.put("other", self.none, self.url)
        once = ["--once=key"] if self.kind == 2 else []
        return self.start(["td-put", *FAST, *once, "td://@127.0.0.1:%d/testdb/tbl" % self.proxies[0].server_port], self.frame, k)

    def name(self, path):
        return ()

    def meddle(self):
        return self.api("POST", "table/swap/testdb/tbl/other")[0] == 200

    def judge(self, statuses):
        seen = self.rows("tbl")
        if seen not in ([60, 1000], [0, None]):
            yield "the table holds %s" % seen
        if 0 in statuses and seen != [60, 1000]:
            yield "status %s, and the table holds %s" % (statuses, seen)
        if seen == [60, 1000] and not {0, 76, -9} & set(statuses) and self.kind != 2:
            yield "status %s, and the rows are in" % statuses
        if self.kind == 2:
            self.start(["td-put", *FAST, "--once=key", "td://@127.0.0.1:%d/testdb/tbl" % self.proxies[0].server_port], self.frame, 0)
            again = self.status(0)
            if again != 0 or self.rows("tbl") != [60, 1000]:
                yield "the same command again: status %d, and the table holds %s" % (again, self.rows("tbl"))


failed = faults = 0
for n, path in enumerate(sys.argv[1:], 1):
    run = (Replace if "replace" in os.path.basename(path) else Append)(path, n)
    try:
        statuses, problems = run.follow()
    finally:
        run.stop()
    faults += run.script.faults
    print("%sok %d - %s: %d of %d steps, %d faults, status %s" % (
        "not " if problems else "", n, os.path.basename(path), run.script.at, len(run.script.steps), run.script.faults,
        " and ".join(str(s) for s in statuses if s is not None)))
    for p in problems:
        print("# " + p)
    failed += bool(problems)
n = len(sys.argv[1:]) + 1
print("%sok %d - %d faults came to pass" % ("" if faults > n / 2 else "not ", n, faults))
print("1..%d" % n)
sys.exit(failed > 0 or faults <= n / 2)
