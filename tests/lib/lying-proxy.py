"""A proxy that loses, holds, repeats and falsifies, between our programs and td-local. Prints its port.

usage: lying-proxy.py URL
POST /lies    lines "METHOD GLOB FIRST-LAST WHAT [before METHOD GLOB]" in place of those before; GLOB of the path behind /v3/:
    never     the request goes nowhere, the connection is closed
    lost      it is done, the connection is closed
    held      it goes nowhere for now, the connection is closed; it is delivered before the request named, or by /release
    twice     it is delivered twice; the second answer is the client's
    copy      it is done, and answered; a copy is held
    html empty  200 with a page, or with nothing, and it goes nowhere
    conflict  it is done, and answered with Treasure Data's own 409
    doubt     it goes nowhere; at first the connection is closed, then Treasure Data's own 409, and so on
    nothttp   bytes that are not HTTP, and it goes nowhere
POST /release  deliver what is held; prints how many
GET /struck    how often a lie was told
"""
import fnmatch
import http.client
import http.server
import sys
import threading
import urllib.parse

target = urllib.parse.urlsplit(sys.argv[1])
lock = threading.RLock()
lies, held, struck = [], [], [0]


class Lie:
    def __init__(self, line):
        words = line.split()
        self.method, self.glob, (self.first, self.last), self.what = words[0], words[1], map(int, words[2].split("-")), words[3]
        self.before = tuple(words[5:7]) if len(words) == 7 else None
        self.seen = 0

    def strikes(self, method, path):
        if method != self.method or not fnmatch.fnmatchcase(path, self.glob):
            return False
        self.seen += 1
        return self.first <= self.seen <= self.last


def deliver(method, path, headers, body):
    c = http.client.HTTPConnection(target.hostname, target.port, timeout=60)
    c.request(method, path, body, headers)
    answer = c.getresponse()
    got = answer.status, answer.getheaders(), answer.read()
    c.close()
    return got


def release(which=None):
    """which: (method, path) of a request that comes now; None: all"""
    with lock:
        out = [h for h in held if which is None or h[1] and h[1][0] == which[0] and fnmatch.fnmatchcase(which[1], h[1][1])]
        for h in out:
            held.remove(h)
    for request, _ in out:
        deliver(*request)
    return len(out)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def say(self, status, body, kind="text/plain"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def control(self, body):
        if self.path == "/lies":
            with lock:
                lies[:] = [Lie(line) for line in body.decode().splitlines() if line.strip()]
                struck[0] = 0
            self.say(200, b"")
        elif self.path == "/release":
            self.say(200, b"%d\n" % release())
        elif self.path == "/struck":
            self.say(200, b"%d\n" % struck[0])

    def answer(self, got):
        status, headers, body = got
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not self.path.startswith("/v3/"):
            return self.control(body)
        path = self.path[4:].split("?")[0]
        headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}
        request = self.command, self.path, headers, body
        release((self.command, path))
        with lock:
            lie = next((x for x in lies if x.strikes(self.command, path)), None)
            struck[0] += lie is not None
        what = lie.what if lie else ""
        if what in ("lost", "twice", "copy", "conflict", ""):
            got = deliver(*request)
        if what == "twice":
            got = deliver(*request)
        if what in ("held", "copy"):
            with lock:
                held.append((request, lie.before))
        if what in ("never", "lost", "held"):
            self.close_connection = True
        elif what == "nothttp":
            self.wfile.write(b"220 mail.example.com ESMTP\r\n")
            self.close_connection = True
        elif what in ("html", "empty"):
            self.say(200, b"<html><body>Welcome to the hotel</body></html>" * (what == "html"), "text/html")
        elif what == "doubt" and lie.seen % 2:
            self.close_connection = True
        elif what in ("conflict", "doubt"):
            self.say(409, b'{"error":"Conflict","message":"Conflict","text":"Conflict"}', "application/json")
        else:
            self.answer(got)

    do_GET = do_POST = do_PUT = handle_any


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_):
        pass


server = Server(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
