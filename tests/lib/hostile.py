"""Some seventy ways of a server to be broken or hostile, at each kind of request, against every tool: it ends, with the right
status, in little memory, and shows no key. Prints TAP.

usage: hostile.py all|some|few     all: every way at every request; some: at one request of four tools, by turns; few: of one

What is not struck is answered by a td-local. TD_API_SERVER and TD_API_KEY name it; programs come from the PATH.
"""
import concurrent.futures
import functools
import itertools
import json
import os
import re
import signal
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

# 64 MiB of blanks, made in pieces: a child's reported peak of memory begins with what this process has. That is also why the
# server, which makes large answers, is another process.
squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
BOMB = b"".join(squeeze.compress(b" " * 65536) for _ in range(1024)) + squeeze.flush()


def ways():
    """name -> (sends, statuses): sends(out, key) writes to the connection; statuses that a tool may end with besides 75 and 76"""
    def head(status="200 OK", *more, body=b""):
        return ("HTTP/1.1 %s\r\n%s\r\n" % (status, "".join(m + "\r\n" for m in more))).encode() + body

    def whole(body, status="200 OK", *more):
        return head(status, "Content-Type: application/json", "Content-Length: %d" % len(body), *more, body=body)

    def kept(make):
        """Large answers are made once, before the server serves"""
        made = functools.lru_cache(None)(make)
        LARGE.append(made)
        return lambda out, key: out(made())

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

    def fill(text, values, size):
        """A JSON document of so many values and bytes; `text` has %s for values, two for jsondoc, and for a long string"""
        pad = size - len(text) + 4 - 3 * values
        return whole((text % (",".join(["{}"] * values), "x" * pad)).encode())

    def nested(*columns):
        """Columns as the text of a member, as the service has them: a document in a document"""
        columns = json.dumps(columns, separators=(",", ":"))
        return whole(json.dumps({"status": "success", "name": "a", "type": "presto", "job_id": "1", "num_records": 1, "result_size": 1,
                                 "hive_result_schema": columns, "tables": [{"name": "there", "schema": columns}]}).encode())

    refused, data, keys = {69}, {69, 65}, {77}
    small, large, values = (1 << 20) - 100, (8 << 20) - 1000, 89900
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
        "as many values as may be": (kept(lambda: fill('{"status":"success","values":[%s],"text":"%s"}', values, small)), data | {0}),
        "as many values and bytes as may be": (kept(lambda: fill('{"status":"success","tables":[%s],"name":"%s"}', values, large)), data | {0}),
        "as many strings as may be": (kept(lambda: whole(json.dumps({"status": "success", "tables": ["x" * 35] * 179900, "name": "x"}).encode())), data | {0}),
        "as many databases as may be": (kept(lambda: whole(json.dumps({"databases": [{"name": "x" * 150}] * 44900}).encode())), data | {0}),
        "as many tables as may be": (kept(lambda: whole(json.dumps({"name": "testdb", "tables": [
            {"name": "x" * 80 + "%d" % i, "schema": '[["x","int"]]'} for i in range(29900)]}).encode())), data | {0}),
        "as many members as may be": (kept(lambda: whole(json.dumps(dict({"status": "success"}, **{"x" * 90 + "%d" % i: 0 for i in range(59900)})).encode())),
                                      data | {0}),
        "columns of too many values": (kept(lambda: nested(*["x" * 14] * 179900)), data | {0}),
        "too many columns": (kept(lambda: nested(*[["x" * 100, "int"]] * 29900)), data | {0}),
        "4,097 columns": (kept(lambda: nested(*[["c%d" % i, "int"] for i in range(4097)])), data | {0}),
        "the columns of a job alone, as large as may be": (kept(lambda: whole(json.dumps({
            "status": "success", "type": "presto", "job_id": "1", "hive_result_schema": json.dumps(["x" * 34] * 179900, separators=(",", ":"))}).encode())),
            data | {0}),
        "the columns of a table alone, as large as may be": (kept(lambda: whole(json.dumps({
            "name": "there", "schema": json.dumps(["x" * 34] * 179900, separators=(",", ":"))}).encode())), data | {0}),
        "a string as long as may be": (kept(lambda: fill('{"status":"success","values":[%s],"query":"%s"}', 1, large)), data | {0}),
        "an error as long as may be": (kept(lambda: whole(json.dumps({"error": "x" * (small - 20)}).encode(), "422 No")), data),
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
        "the key everywhere": (once(lambda k: whole(json.dumps(dict(
            {n: k for n in ("status", "name", "job_id", "database", "table", "table1", "unique_id", "type", "query", "hive_result_schema", "error", "schema")},
            databases=[{"name": k}], debug={"cmdout": k, "stderr": "x" + k}, count=1, tables=[{"name": k, "schema": json.dumps([[k, k]])}],
            jobs=[{"job_id": "7", "query": k, "status": "success", "type": k, "database": k, "user_name": k, "start_at": k}])).encode())), data | {0}),
        "lists of the key": (once(lambda k: whole(json.dumps(dict(
            status="success", job_id="7", type="presto", query="SELECT '%s'" % k, hive_result_schema=json.dumps([["x", "int" + k]]), database="testdb", table="there",
            name="there", databases=[{"name": "db_" + k}], debug={"cmdout": "a " + k, "stderr": k}, count=1, schema=json.dumps([["c" + k, "int"]]),
            tables=[{"name": n, "schema": json.dumps([["c" + k, "int"]]), "count": 1} for n in ("there", "t" + k)],
            jobs=[{"job_id": "7", "query": k, "status": "success", "type": "presto", "database": k, "user_name": k, "start_at": "2026-01-01"}])).encode())), data | {0}),
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


LARGE = []
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
                    open(os.path.join(T, "struck." + run), "w").close()
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
        raise OSError  # the answer announced that the connection closes


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True
    request_queue_size = 100

    def handle_error(self, *args):
        pass


names, count = list(WAYS), itertools.count()
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
        (["td-conn", "doctor"], none, ["system-server_status", "database-list"]),
        (["td-fetch", "-f", "csv", "--databases"], none, ["database-list"]),
        (["td-fetch", "-f", "jsonl", "--tables", "testdb"], none, ["table-list"]),
        (["td-fetch", "-f", "csv", "--job-list", "9"], none, ["job-list"]),
        (["td-fetch", "--log", job], none, ["job-show"]),
        (["td-fetch", "--schema", "td://@/testdb/there"], none, ["table-show"]),
        (["td-fetch", "-f", "csv", "--rows", "1", "td://@/testdb/there"], none, ["job-issue", "job-result"]),
    ]


# Documents of the greatest length: of values (two for jsondoc, or one), of members, or one string. %s: how they begin.
SHAPES = {
    "objects": lambda size: '%s,"columns":[' + ",".join(["{}"] * 89900) + '],"x":"' + "x" * (size - 270400) + '"}',
    "strings": lambda size: '%s,"columns":[' + ",".join(['"%s"' % ("x" * (size // 179900 - 4))] * 179900) + "]}",
    "members": lambda size: "%s" + "".join(',"%s%d":0' % ("x" * (size // 89900 - 12), i) for i in range(89900)) + "}",
    "text": lambda size: '%s,"columns":"' + "x" * (size - 400) + '"}',
}


def frame_member(kind, text):
    extra = struct.pack("<2sHBcIII", b"TD", 14, 2, kind, len(text), zlib.crc32(text), 0)
    return b"\x1f\x8b\x08\x14\0\0\0\0\0\xff" + struct.pack("<H", len(extra)) + extra + text + b"\0\3\0" + bytes(8)


def write_documents():
    """Files NAME.SHAPE"""
    def document(shape, size, **first):
        return (SHAPES[shape](size) % json.dumps(first)[:-1]).encode()

    head = {kind: frame_member(b"H", json.dumps({"td-frame": 2, "content": kind, "columns": [["a", "string"]]}).encode()) for kind in ("rows", "records")}
    end = lambda shape, kind: document(shape, 4190000, end="commit", rows=0, blocks=0, bytes=0, rejects=0, crc32="%08x" % zlib.crc32(head[kind]), source="eof")
    receipt = lambda shape: document(shape, 8380000, receipt=1, mode="replace", action="load", endpoint="http://127.0.0.1:1", database="testdb", table="tab",
                                     temporary_table="tab_tdput_0123456789abcdef", rows=1, status="done")
    for shape in SHAPES:
        for name, data in {
                "records head": frame_member(b"H", document(shape, 4190000, **{"td-frame": 2, "content": "records"})),
                "rows head": frame_member(b"H", document(shape, 4190000, **{"td-frame": 2, "content": "rows"})),
                "records end": head["records"] + frame_member(b"E", end(shape, "records")),
                "rows end": head["rows"] + frame_member(b"E", end(shape, "rows")),
                "receipt": receipt(shape) + b"\n",
                "half receipt": receipt(shape)[:-1]}.items():
            with open(os.path.join(T, "%s.%s" % (name, shape)), "wb") as f:
                f.write(data)


READERS = [("records head", ["td-put", "--dry-run", "td://@/testdb/there"]), ("records end", ["td-put", "--dry-run", "td://@/testdb/there"]),
           ("rows head", ["td-encode"]), ("rows end", ["td-encode"]), ("receipt", ["td-swap", "--dry-run"]), ("half receipt", ["td-swap", "--dry-run"]),
           ("receipt", ["td-put", "--session", "abc", "--commit", "td://@/testdb/there"]),
           ("receipt", ["td-fetch", "--schedule", "s", "-f", "csv", "--after"])]


def read(name, argv):
    """One program that reads such a document: its memory, and what is wrong with it"""
    path = os.path.join(T, name)
    with open(path, "rb") as i, tempfile.TemporaryFile(dir=T) as e:
        p = subprocess.Popen(argv + [path] * (argv[-1] == "--after"), stdin=i, stdout=subprocess.DEVNULL, stderr=e)
        _, status, usage = os.wait4(p.pid, 0)
        p.returncode = status = os.waitstatus_to_exitcode(status)
        e.seek(0)
        text = e.read(65536).decode(errors="replace")
    wrong = ["status %d" % status] * (status not in {0, 65, 66, 75, 76, 78, 80}) + ["sanitizer"] * ("AddressSanitizer" in text or "runtime error" in text)
    if usage.ru_maxrss * 1024 > MEMORY_MAX and not SANITIZED:
        wrong.append("%d MB" % (usage.ru_maxrss // 1024))
    if len(text) > 2000:
        wrong.append("%d bytes of messages" % len(text))
    return usage.ru_maxrss, wrong and "%s: %s %s\n#   %s" % (name, " ".join(argv), ", ".join(wrong), text.strip()[:700])


def holds(file, secret):
    """Does a file hold it? Read in pieces: what this process takes counts as its children's memory."""
    file.seek(0)
    last = b""
    while piece := file.read(65536):
        if secret in last + piece:
            return True
        last = piece[-len(secret):]
    return False


def says_failed(out):
    try:
        return json.loads(out)["status"] == "failed"
    except ValueError:
        return False


def struck(n):
    return os.path.exists(os.path.join(T, "struck.%d" % n))


def attack(way, argv, at, stdin, url):
    """One run; a machine that is so busy that time ran out before the request came gets other tries"""
    for _ in range(5):
        n = next(count)
        result = attack_once(way, argv, at, stdin, url, n)
        if struck(n):
            break
    return result


def attack_once(way, argv, at, stdin, url, n):
    """Its memory, its time, what is wrong with it, what it said"""
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
        shown = holds(o, SECRET.encode()) or holds(e, SECRET.encode())
        o.seek(0)
        e.seek(0)
        out, err = o.read(65536), e.read(65536)
    text = err.decode(errors="replace")
    wrong = []
    if not struck(n):
        wrong.append("not struck")
    # 80: td-swap does not know the tables that it is shown
    if p.returncode not in WAYS[name][1] | {75, 76} | ({80} if argv[0] == "td-swap" else set()):
        wrong.append("status %d" % p.returncode)
    if took >= TIME_MAX and not SANITIZED:
        wrong.append("%d s" % took)
    if usage.ru_maxrss * 1024 > MEMORY_MAX and not SANITIZED:
        wrong.append("%d MB" % (usage.ru_maxrss // 1024))
    if shown:
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
    ready = os.pipe()
    serving = os.fork()
    if serving == 0:
        try:
            for make in LARGE:
                make()
            write_documents()
            os.write(ready[1], b"!")
            server.serve_forever()
        finally:
            os._exit(0)
    os.close(ready[1])
    os.read(ready[0], 1)
    url = "http://127.0.0.1:%d" % server.server_address[1]
    amount = {"all": 100, "some": 4, "few": 1}[sys.argv[1]]
    runs = {}
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        for way in (w for w in range(len(names)) if re.search(os.environ.get("HOSTILE_WAYS", ""), names[w])):
            all_tools = tools(*prepared, way)
            for k in range(min(amount, len(all_tools))):
                argv, stdin, points = all_tools[(way * amount + k) % len(all_tools)]
                for at in points if amount == 100 else [points[(way * amount + k) // len(all_tools) % len(points)]]:
                    runs[pool.submit(attack, way, argv, at, stdin, url)] = names[way]
    heard = [read("%s.%s" % (name, shape), argv) for name, argv in READERS for shape in SHAPES]
    os.kill(serving, signal.SIGKILL)
    os.waitpid(serving, 0)
    bad, most, longest = {}, 0, 0.0
    for future, name in runs.items():
        memory, took, wrong, said = future.result()
        most, longest = max(most, memory), max(longest, took)
        bad.setdefault(name, [])
        if wrong:
            bad[name].append(wrong)
        if os.environ.get("HOSTILE_ALL"):
            print("# %s: %.1f MB: %s" % (name, memory / 1024, said))
    for n, (name, all_wrong) in enumerate(bad.items(), 1):
        print("%sok %d - %s" % ("not " if all_wrong else "", n, name))
        for w in all_wrong:
            print("# " + w)
    wrong = [w for _, w in heard if w]
    print("%sok %d - documents of other programs, as long as may be" % ("not " if wrong else "", len(bad) + 1))
    for w in wrong:
        print("# " + w)
    print("# documents: at most %.1f MB" % (max(m for m, _ in heard) / 1024))
    print("# %d runs; at most %.1f MB and %.1f s" % (next(count), most / 1024, longest))
    print("1..%d" % (len(bad) + 1))
    return any(bad.values()) or bool(wrong)


sys.exit(main())
