"""A td-local for the matrices, and a client of it that shares no code with what is tested."""
import http.client
import json
import os
import re
import ssl
import subprocess
import urllib.parse

SERVICE = os.environ.get("SERVICE")  # undocumented behaviour of the real service, as td-local --service names it
MARK = "matrix"  # in the query string of our own requests
KEY = "1/0123456789abcdef0123456789abcdef01234567"


class Refused(Exception):
    pass


class Client:
    """One connection that is kept; for one thread."""

    def __init__(self, url, cert):
        host = url.split("://")[1]
        self.http = http.client.HTTPSConnection(host, timeout=60, context=ssl.create_default_context(cafile=cert)) if cert \
            else http.client.HTTPConnection(host, timeout=60)

    def ask(self, method, path, form=None, body=None, also=""):
        headers = {"Authorization": "TD1 " + KEY}
        if form is not None:
            body, headers["Content-Type"] = urllib.parse.urlencode(form), "application/x-www-form-urlencoded"
        for attempt in 0, 1:
            try:
                self.http.request(method, path + "?" + MARK + also, body, headers)
                answer = self.http.getresponse()
                text = answer.read()
                break
            except (http.client.HTTPException, OSError):  # a kept connection may be dead
                self.http.close()
                if attempt:
                    raise
        if answer.status >= 300:
            raise Refused("%s %s: %d %s" % (method, path, answer.status, text))
        return text

    def api(self, method, path, form=None):
        return json.loads(self.ask(method, "/v3/" + path, form))

    def job(self, sql):
        """The number of a job that has succeeded, or None if it failed"""
        job = self.api("POST", "job/issue/presto/testdb", {"query": sql})["job_id"]
        status = ""
        while status not in ("success", "error", "killed"):
            status = self.api("GET", "job/status/" + job)["status"]
        return job if status == "success" else None

    def row(self, sql):
        """The result's only row, or None"""
        job = self.job(sql)
        return job and json.loads(self.ask("GET", "/v3/job/result/%s" % job, also="&format=json").decode().splitlines()[0])


class Server:
    def __init__(self, name, cert=None, key=None):
        self.cert = cert
        self.log = open(name + ".log", "w+")
        self.process = subprocess.Popen(["td-local", "-vv", "--listen", "127.0.0.1:0", "--data", name + ".data", "--polls", "0",
                                         "--no-samples", "--key", KEY] + (["--tls", cert + "," + key] if cert else []) +
                                        (["--service", SERVICE] if SERVICE else []),
                                        stdout=subprocess.PIPE, stderr=self.log, text=True)

    def ready(self):
        self.url = self.process.stdout.readline().strip()
        self.port = int(self.url.rsplit(":", 1)[1])
        self.client = self.connect()
        self.client.ask("POST", "/v3/database/create/testdb")
        self.reading = open(self.log.name)
        return self

    def connect(self):
        return Client(self.url, self.cert)

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def faults(self, *lines):
        self.client.ask("DELETE", "/local/faults")
        if lines:
            self.client.ask("POST", "/local/faults", body="\n".join(lines))

    def struck(self):
        text = self.client.ask("GET", "/local/faults").decode()
        return sum(int(line.rsplit("\t", 1)[1]) for line in text.splitlines() if line)

    def tables(self):
        return {t["name"] for t in self.client.api("GET", "table/list/testdb")["tables"]}

    def sessions(self):
        return {s["name"] for s in self.client.api("GET", "bulk_import/list")["bulk_imports"]}

    def mark(self):
        self.reading.seek(0, 2)
        self.marked = self.reading.tell()

    def under_way(self, step):
        """Has a request like this begun, and not ended yet?"""
        begun, ended = ([path for _, path in self.requests(word) if step in path] for word in ("begins", r"\d+"))
        return len(ended) < max(len(begun), 1)

    def requests(self, word="begins"):
        """Which of others' began since mark(), or, with r"\\d+", ended: (method, path)"""
        self.reading.seek(self.marked)
        lines = [re.match(r"td-local: (\w+) /v3/(\S+) %s" % word, line) for line in self.reading if MARK not in line]
        return [(m[1], m[2].split("?")[0]) for m in lines if m]
