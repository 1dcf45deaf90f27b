"""The transfer that pipe.py measures, as TD's official Python client does it when it is used as its README shows: the rows of
a finished job's result become records, these a file of msgpack or JSON lines; that is read again, packed, compressed at gzip's
level 9 into a temporary file, and uploaded as a part of a bulk import. The same libraries do the work, and nothing else is done.

usage: pipe_peer.py msgpack|json JOB DATABASE TABLE      TD_API_SERVER and TD_API_KEY in the environment
"""
import gzip
import json
import os
import sys
import tempfile
import time
import urllib.request

import msgpack

server, key = os.environ["TD_API_SERVER"], os.environ["TD_API_KEY"]


def ask(method, path, data=None, size=None):
    headers = {"Authorization": "TD1 " + key, **({"Content-Length": str(size)} if size else {})}
    return urllib.request.urlopen(urllib.request.Request(server + "/v3/" + path, data, headers, method=method))


def api(method, path):
    with ask(method, path) as answer:
        return json.load(answer)


def rows(job):
    unpacker = msgpack.Unpacker(raw=False, max_buffer_size=1000 << 20)
    with ask("GET", "job/result/%s?format=msgpack" % job) as answer:
        while chunk := answer.read(1 << 20):
            unpacker.feed(chunk)
            yield from unpacker


def write_file(how, f):
    names, now, packer = [c[0] for c in json.loads(api("GET", "job/show/" + job)["hive_result_schema"])], int(time.time()), msgpack.Packer()
    for row in rows(job):
        record = dict(zip(names, row))
        record.setdefault("time", now)
        f.write(packer.pack(record) if how == "msgpack" else (json.dumps(record) + "\n").encode())
    f.seek(0)


def read_file(how, f):
    for record in msgpack.Unpacker(f, raw=False) if how == "msgpack" else (json.loads(line.decode()) for line in f):
        assert "time" in record or b"time" in record
        yield record


how, job, database, table = sys.argv[1:]
session = "peer_%d" % time.time_ns()
api("POST", "bulk_import/create/%s/%s/%s" % (session, database, table))
with tempfile.TemporaryFile() as records, tempfile.TemporaryFile() as part:
    write_file(how, records)
    packer = msgpack.Packer()
    with gzip.GzipFile(mode="wb", fileobj=part) as gz:
        for record in read_file(how, records):
            gz.write(packer.pack(record))
    size = part.tell()
    part.seek(0)
    ask("PUT", "bulk_import/upload_part/%s/part" % session, part, size).close()
api("POST", "bulk_import/freeze/" + session)
for step, done in ("perform", "ready"), ("commit", "committed"):
    api("POST", "bulk_import/%s/%s" % (step, session))
    while api("GET", "bulk_import/show/" + session)["status"] != done:
        time.sleep(0.5)
api("POST", "bulk_import/delete/" + session)
