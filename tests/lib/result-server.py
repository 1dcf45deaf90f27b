"""A server with a finished job whose result it sends as badly as it is told, and with a schedule: what td-local cannot do.

usage: result-server.py DIR     prints its base URL

DIR/result.gz   the result
DIR/show.json   the answer of job/show and job/status, whatever the job
DIR/history     the runs of every schedule, newest first, one JSON object a line
DIR/plan        one line for each request of the result, the last one for all that follow; words:
    etag=X      send this ETag (default: none); weak=X: as a weak one
    cut=N       close the connection after N bytes of the answer's body
    stall=N     send N bytes of the answer's body, then nothing more
    norange     answer 200 even to a Range
    nolength    no Content-Length: the end of the connection is the end of the body
    file=NAME   another file instead of result.gz
    status=N    this status and a JSON error; with cut: an error whose body is cut
    short=N     a 206 has at most N bytes, and says so
GET /again begins the plan and the states anew.
DIR/states      one line for each request of job/status or job/show, the last one for all that follow: a status, or 404;
                without the file: what show.json says
DIR/page        how many runs a page of the history has at most
DIR/log         one line for each request of the result: Range, If-Range, and the status of the answer
DIR/posted      one line for each POST: path and body
"""
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

where = sys.argv[1]
asked = looked = 0


def state():
    global looked
    path = os.path.join(where, "states")
    if not os.path.exists(path):
        return None
    lines = open(path).read().split()
    looked += 1
    return lines[min(looked - 1, len(lines) - 1)]


def plan():
    global asked
    lines = open(os.path.join(where, "plan")).read().splitlines() or [""]
    words = lines[min(asked, len(lines) - 1)].split()
    asked += 1
    return {w.partition("=")[0]: w.partition("=")[2] for w in words}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def text(self, status, body, kind="application/json"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        global asked, looked
        if self.path == "/again":
            asked = looked = 0
            return self.text(200, b"{}")
        if "/job/result/" in self.path:
            return self.result(plan())
        path, _, query = self.path.partition("?")
        if "/schedule/history/" in path:
            words = dict(w.split("=") for w in query.split("&"))
            with open(os.path.join(where, "history")) as f:
                all_runs = [json.loads(l) for l in f]
            page, first, last = os.path.join(where, "page"), int(words["from"]), int(words["to"])
            if os.path.exists(page):
                last = min(last, first + int(open(page).read()))
            runs = all_runs[first:last]
            return self.text(200, json.dumps({"history": runs, "count": len(all_runs), "from": first, "to": last}).encode())
        with open(os.path.join(where, "show.json"), "rb") as f:
            job = json.load(f)
        job["job_id"] = path.rpartition("/")[2]
        now = state()
        if now == "404":
            return self.text(404, b'{"error":"not yet"}')
        job["status"] = now or job["status"]
        self.text(200, json.dumps(job).encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        with open(os.path.join(where, "posted"), "a") as f:
            f.write("%s %s\n" % (self.path, body))
        self.text(200, b'{"job_id":"777"}')

    def result(self, p):
        asked_range = self.headers.get("Range")
        status, start = 200, 0
        with open(os.path.join(where, p.get("file", "result.gz")), "rb") as f:
            body = f.read()
        total = len(body)
        etag = '"%s"' % p["etag"] if "etag" in p else 'W/"%s"' % p["weak"] if "weak" in p else None
        if "status" in p:
            status = int(p["status"])
        elif asked_range and "norange" not in p and self.headers.get("If-Range") in (None, etag):
            first, _, last = asked_range.split("=")[1].partition("-")
            start = int(first)
            body, status = body[start : int(last) + 1 if last else total], 206
            body = body[: int(p["short"])] if "short" in p else body
        with open(os.path.join(where, "log"), "a") as f:
            f.write("%s %s %d\n" % (asked_range, self.headers.get("If-Range"), status))
        if "status" in p and "cut" in p:
            self.send_response(status)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"x" * int(p["cut"]))
            self.close_connection = True
            return None
        if "status" in p:
            return self.text(status, json.dumps({"error": "as planned"}).encode())
        self.send_response(status)
        if etag:
            self.send_header("ETag", etag)
        if status == 206:
            self.send_header("Content-Range", "bytes %d-%d/%d" % (start, start + len(body) - 1, total))
        if "nolength" in p:
            self.send_header("Connection", "close")
            self.close_connection = True
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if "cut" in p:
            body = body[: int(p["cut"])]
            self.close_connection = True
        if "stall" in p:
            self.wfile.write(body[: int(p["stall"])])
            self.wfile.flush()
            time.sleep(600)
        self.wfile.write(body)


ThreadingHTTPServer.daemon_threads = True
server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print("http://127.0.0.1:%d" % server.server_address[1], flush=True)
server.serve_forever()
