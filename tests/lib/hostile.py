"""Some fifty ways of a server to be broken or hostile, at each kind of request, against every tool: it ends, with the right
status, in little memory, and shows no key. Prints TAP.

usage: hostile.py all|some|few     all: every way at every request; some: at one request of four tools, by turns; few: of one

What is not struck is answered by a td-local. TD_API_SERVER and TD_API_KEY name it; programs come from the PATH.
"""
import concurrent.futures
import itertools
import json
import os
import re
import socket
import socketserver
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib

KEY, LOCAL = os.environ["TD_API_KEY"], os.environ["TD_API_SERVER"]
SECRET = KEY.split("/")[1]
MEMORY_MAX, TIME_MAX = 64 << 20, 60
SANITIZED = bool(os.environ.get("SANITIZED"))

# 64 MiB of blanks, made in pieces: what a child is said to have taken begins with what this process has.
squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
BOMB = b"".join(squeeze.compress(b" " * 65536) for _ in range(1024)) + squeeze.flush()


def ways():
    """name -> (sends, statuses): sends(out, key) writes to the connection; statuses that a tool may end with besides 75 and 76"""
    def head(status="200 OK", *more, body=b""):
        return ("HTTP/1.1 %s\r\n%s\r\n" % (status, "".join(m + "\r\n" for m in more))).encode() + body

    def whole(body, status="200 OK", *more):
        return head(status, "Content-Type: application/json", "Content-Length: %d" % len(body), *more, body=body)

    def once(data):
        return lambda out, key: out(data(key) if callable(data) else data)

    def endless(first, piece, pause=0.0):
        def send(out, key):
            out(first)
            while True:
                out(piece)
                time.sleep(pause)
        return send

    def reset(out, key):
        raise ConnectionResetError

    def many(first, unit, n, last):
        def send(out, key):
            out(head("200 OK", "Content-Type: application/json", "Connection: close"))
            out(first)
            for _ in range(n // 4096 // len(unit)):
                out(unit * 4096)
            out(last)
        return send

    def stay(data):
        def send(out, key):
            out(data)
            time.sleep(3600)
        return send

    refused, data, keys = {69}, {69, 65}, {77}
    echo = lambda key: ("the key 'TD1 %s' (%s, %s)" % (key, key.replace("/", "\\/"), key.replace("/", "%2F"))).encode()
    said = lambda key: json.dumps({"error": "TD1 " + key, "message": "\x1b]0;x\x07\x9b \u202e\u2066\u200b " + key}).encode()
    chunked = head("200 OK", "Transfer-Encoding: chunked")
    return {
        "silence": (stay(b""), set()),
        "close": (once(b""), set()),
        "reset": (reset, set()),
        "half a status line": (once(b"HTTP/1.1 20"), set()),
        "random bytes": (once(bytes(range(256)) * 16), {78, 69}),
        "zeros without end": (endless(b"", bytes(65536)), refused),
        "a status line without end": (endless(b"HTTP/1.1 200 ", b"x" * 65536), refused),
        "a header without end": (endless(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 65536), refused),
        "headers without end": (endless(b"HTTP/1.1 200 OK\r\n", b"X-A: %s\r\n" % (b"x" * 1000) * 60), refused),
        "100 Continue without end": (endless(b"", b"HTTP/1.1 100 Continue\r\nX: y\r\n\r\n" * 1000), refused),
        "headers that drip": (endless(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.2), refused),
        "500 without end": (endless(head("500 Oops"), b"x" * 65536), set()),
        "404 without end": (endless(head("404 Gone"), b"x" * 65536), refused),
        "200 without end": (endless(head(), b"x" * 65536), data),
        "200 of blanks without end": (endless(head("200 OK", "Content-Type: application/json"), b" " * 65536), data),
        "200 that drips": (endless(head(), b"[", 0.2), data),
        "404 that drips": (endless(head("404 Gone"), b"x", 0.2), refused),
        "200, then silence": (stay(head("200 OK", "Content-Length: 100")), data),
        "a length of 9e18": (stay(head("200 OK", "Content-Length: 9000000000000000000", body=b"{")), data),
        "a length of -1": (once(head("200 OK", "Content-Length: -1", body=b"{}")), data | {78}),
        "two lengths": (once(head("200 OK", "Content-Length: 2", "Content-Length: 90000", body=b"{}")), data),
        "a body that is cut": (once(head("200 OK", "Content-Length: 5000", body=b'{"status"')), data),
        "a huge chunk": (stay(chunked + b"7fffffffffffffff\r\nxx"), data),
        "a chunk of no size": (once(chunked + b"zz\r\nxx"), data),
        "a chunk's extension without end": (endless(chunked + b"5;", b"x" * 65536), data),
        "trailers without end": (endless(chunked + b"2\r\n{}\r\n0\r\n", b"X: %s\r\n" % (b"x" * 1000) * 60), data),
        "16 MB of {}": (many(b"[", b"{},", 16 << 20, b"{}]"), data),
        "1 MB of {}": (many(b'{"name":[', b"{},", 1000000, b"{}]}"), data),
        "8 MB of databases": (many(b'{"databases":[', b'{"name":"abc"},', 8 << 20, b'{}]}'), data),
        "1 MB of members": (many(b'{"status":"success"', b',"a":1', 1000000, b"}"), data),
        "1 MB of tables": (many(b'{"tables":[', b'{"name":"a"},', 900000, b"{}]}"), data | {0}),
        "deep JSON": (once(whole(b"[" * 500000)), data),
        "a string of 20 MB": (many(b'{"status":"', b"xxxxxxxx", 20 << 20, b'"}'), data),
        "other types": (once(whole(b'{"status":{},"databases":7,"tables":{"a":1},"job_id":[1],"name":null,"history":"x","unique_id":{}}')), data | {0}),
        "numbers too large": (once(whole(b'{"status":1e999,"num_records":99999999999999999999,"job_id":-5}')), data),
        "half characters": (once(whole(b'{"status":"\xff\xfe","message":"\\ud800","error":"\\u0000"}', "422 No")), data),
        "null": (once(whole(b"null")), data),
        "a page": (once(head("200 OK", "Content-Type: text/html", "Content-Length: 17", body=b"<html>Sorry</html>"[:17])), data),
        "a redirect": (once(lambda k: head("302 Found", "Location: http://127.0.0.1:1/" + k, "Content-Length: 0")), refused),
        "401 with the key": (once(lambda k: whole(said(k), "401 No")), keys),
        "403 with the key": (once(lambda k: head("403 No", "Content-Length: %d" % len(echo(k)), body=echo(k))), keys | {0}),
        "422 with the key": (once(lambda k: whole(said(k), "422 No " + k)), data),
        "500 with the key": (once(lambda k: whole(echo(k), "500 " + k, "X: " + k, "ETag: \"%s\"" % k)), set()),
        "200 with the key": (once(lambda k: whole(said(k), "200 OK", "Content-Type: " + k, "Date: " + k)), data | {0}),
        "the key everywhere": (once(lambda k: whole(json.dumps({n: k for n in ("status", "name", "job_id", "database", "table", "table1", "unique_id",
                                                                "type", "query", "hive_result_schema", "error", "schema")}).encode())), data | {0}),
        "Retry-After: never": (once(head("503 Later", "Retry-After: 99999999999999999999", "Content-Length: 0")), set()),
        "a gzip bomb": (once(lambda k: head("200 OK", "Content-Encoding: gzip", "Content-Length: %d" % len(BOMB), body=BOMB)), data),
        "a gzip bomb in transfer": (once(lambda k: head("200 OK", "Transfer-Encoding: gzip", "Connection: close", body=BOMB)), data),
        "HTTP/0.9": (once(b"hello\r\n"), {78, 69}),
        "HTTP/2": (once(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9)), {78, 69}),
        "101": (stay(head("101 Switching Protocols", "Upgrade: x", "Connection: Upgrade")), data),
        "204": (once(head("204 No Content")), data),
        "206 of nothing": (once(head("206 Part", "Content-Range: bytes 5-4/18446744073709551616", "Content-Length: 0")), data),
        "status 999": (once(whole(b"{}", "999 What")), refused),
    }


WAYS = ways()


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        rest, out = b"", self.request.sendall
        self.request.settimeout(60)
        try:
            while True:
                while b"\r\n\r\n" not in rest:
                    more = self.request.recv(65536)
                    if not more:
                        return
                    rest += more
                head, rest = rest.split(b"\r\n\r\n", 1)
                length = int((re.search(rb"(?i)\r\ncontent-length: *(\d+)", head) or [0, 0])[1])
                while len(rest) < length:
                    rest += self.request.recv(65536) or b"\0" * length
                body, rest = rest[:length], rest[length:]
                _, way, at, run, path = head.split()[1].decode().split("/", 4)
                if path.startswith("v3/" + at.replace("-", "/")):
                    struck.add(run)
                    key = re.search(rb"(?i)\r\nauthorization: TD1 (\S+)", head)
                    return WAYS[names[int(way)]][0](out, key[1].decode() if key else KEY)
                self.forward(head, path, body)
        except ConnectionResetError:
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass

    def forward(self, head, path, body):
        method = head.split()[0].decode()
        lines = [h for h in head.decode().split("\r\n")[1:] if not h.lower().startswith(("host:", "connection:"))]
        host = LOCAL.split("://")[1]
        with socket.create_connection(host.rsplit(":", 1)) as far:
            far.sendall(("%s /%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s\r\n\r\n" % (method, path, host, "\r\n".join(lines))).encode() + body)
            while data := far.recv(65536):
                self.request.sendall(data)
        raise OSError  # the answer said that the connection closes


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True
    request_queue_size = 100

    def handle_error(self, *args):
        pass


names, struck = list(WAYS), set()
T = tempfile.mkdtemp(dir=os.environ.get("T"))


def run(*argv, **more):
    return subprocess.run(argv, check=True, capture_output=True, **more).stdout


def prepare():
    """What the tools read: rows, other rows, a job"""
    run("curl", "-sSf", "-X", "POST", "-H", "Authorization: TD1 " + KEY, LOCAL + "/v3/database/create/testdb")
    frame = run("td-encode", "-f", "csv", "--time-value", "1", input=b"a,b\n1,x\n2,y\n")
    run("td-put", "td://@/testdb/there", input=frame)
    other = run("td-encode", "-f", "csv", "--time-value", "1", input=b"a,b\n3,z\n")
    job = run("td-fetch", "-d", "testdb", "--no-wait", "-e", "SELECT a, b FROM there").decode().strip()
    run("td-fetch", "-f", "csv", job)
    return frame, other, job


def tools(frame, other, job, n):
    def swap(table):
        def receipt(server):
            made = json.loads(run("td-put", "td://@/testdb/%s?mode=replace" % table, input=other))
            return (json.dumps(dict(made, endpoint=server)) + "\n").encode()
        return receipt

    none = lambda server: b""
    rows = lambda server: frame
    return [
        (["td-fetch", "-f", "jsonl", job], none, ["job-status", "job-show", "job-result"]),
        (["td-fetch", "-f", "msgpack.gz", job], none, ["job-result", "job-show"]),
        (["td-fetch", "-d", "testdb", "-e", "SELECT 1 AS a"], none, ["job-issue", "job-status"]),
        (["td-fetch", "--schedule", "daily"], none, ["schedule-history"]),
        (["td-put", "td://@/testdb/tab%d" % n], rows, ["bulk_import-create", "bulk_import-upload_part", "bulk_import-show", "bulk_import-commit"]),
        (["td-put", "td://@/testdb/tab%d?mode=replace" % n], rows, ["table-create", "bulk_import-perform"]),
        (["td-put", "--streaming", "td://@/testdb/there"], rows, ["table-import_with_id", "table-show"]),
        (["td-swap"], swap("new%d" % n), ["table-show", "table-rename"]),
        (["td-swap"], swap("there"), ["table-swap", "table-show"]),
        (["td-swap", "--gc", "td://@/testdb"], none, ["table-list", "bulk_import-list"]),
        (["td-conn", "test"], none, ["system-server_status", "database-list"]),
    ]


def says_failed(out):
    try:
        return json.loads(out)["status"] == "failed"
    except ValueError:
        return False


def attack(way, argv, at, stdin, url, n):
    """One run: its memory, its time, what is wrong with it, what it said"""
    name, server = names[way], "%s/%d/%s/%d" % (url, way, at, n)
    limits = ["--timeout", "1", "--retry-wait", "0", "--stall", "1"] + (["-vv"] if way % 2 else [])
    with tempfile.TemporaryFile(dir=T) as i, tempfile.TemporaryFile(dir=T) as o, tempfile.TemporaryFile(dir=T) as e:
        i.write(stdin(server))
        i.seek(0)
        began = time.monotonic()
        p = subprocess.Popen([argv[0], *limits, *argv[1:]] if argv[0] != "td-conn" else [*argv, *limits], stdin=i, stdout=o, stderr=e,
                             env=dict(os.environ, TD_API_SERVER=server))
        timer = threading.Timer(TIME_MAX * (5 if SANITIZED else 1), p.kill)
        timer.start()
        _, status, usage = os.wait4(p.pid, 0)
        p.returncode = os.waitstatus_to_exitcode(status)
        timer.cancel()
        took = time.monotonic() - began
        o.seek(0)
        e.seek(0)
        out, err = o.read(), e.read()
    text = err.decode(errors="replace")
    wrong = []
    if str(n) not in struck:
        wrong.append("not struck")
    # 80: td-swap does not know the tables that it is shown
    if p.returncode not in WAYS[name][1] | {75, 76} | ({80} if argv[0] == "td-swap" else set()):
        wrong.append("status %d" % p.returncode)
    if took >= TIME_MAX and not SANITIZED:
        wrong.append("%d s" % took)
    if usage.ru_maxrss * 1024 > MEMORY_MAX and not SANITIZED:
        wrong.append("%d MB" % (usage.ru_maxrss // 1024))
    if SECRET.encode() in out + err:
        wrong.append("the key")
    if any(ord(c) < 32 and c != "\n" or 127 <= ord(c) < 160 or c in "\u202e\u2066\u200b\ufffd" for c in text):
        wrong.append("raw text")
    if p.returncode and not (out + err).strip():
        wrong.append("nothing said")
    if "AddressSanitizer" in text or "runtime error" in text:
        wrong.append("sanitizer")
    if argv[0] in ("td-put", "td-swap") and "--gc" not in argv and p.returncode and not says_failed(out):
        wrong.append("no receipt of a failure: %r" % out[:200])
    report = "%s: %s: %s %s\n#   %s" % (name, at, " ".join(argv), ", ".join(wrong), text.strip().replace("\n", "\n#   ")[:700])
    return usage.ru_maxrss, took, wrong and report, "%d %s" % (p.returncode, text.strip().split("\n")[-1])


def main():
    prepared = prepare()
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = "http://127.0.0.1:%d" % server.server_address[1]
    amount = {"all": 100, "some": 4, "few": 1}[sys.argv[1]]
    runs, count = {}, itertools.count()
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        for way in range(len(names)):
            all_tools = tools(*prepared, way)
            for k in range(min(amount, len(all_tools))):
                argv, stdin, points = all_tools[(way * amount + k) % len(all_tools)]
                for at in points if amount == 100 else [points[(way * amount + k) // len(all_tools) % len(points)]]:
                    runs[pool.submit(attack, way, argv, at, stdin, url, next(count))] = names[way]
    bad, most, longest = {}, 0, 0.0
    for future, name in runs.items():
        memory, took, wrong, said = future.result()
        most, longest = max(most, memory), max(longest, took)
        bad.setdefault(name, [])
        if wrong:
            bad[name].append(wrong)
        if os.environ.get("HOSTILE_ALL"):
            print("# %s: %s" % (name, said))
    for n, (name, all_wrong) in enumerate(bad.items(), 1):
        print("%sok %d - %s" % ("not " if all_wrong else "", n, name))
        for w in all_wrong:
            print("# " + w)
    print("# %d runs; at most %.1f MB and %.1f s" % (next(count), most / 1024, longest))
    print("1..%d" % len(bad))
    return any(bad.values())


sys.exit(main())
