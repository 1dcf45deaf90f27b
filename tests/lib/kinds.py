"""Rows of every type that a result may have: what td-fetch writes of them, read by Python's own readers.

kinds.py DIR make SEED          DIR/kinds.gz and DIR/show.json, for result-server.py
kinds.py DIR FORMAT FILE        is FILE what the rows of DIR/kinds.gz are in csv, tsv, jsonl or msgpack?"""
import base64, csv, gzip, json, math, msgpack, random, sys

where, what = sys.argv[1:3]
r = random.Random(sys.argv[3])
columns = [("time", "bigint"), ("b", "boolean"), ("x", "double"), ("s", "varchar"), ("dec", "decimal(38,10)"), ("bin", "varbinary"),
           ("arr", "array(double)"), ("map", "map(bigint,varchar)"), ("row", "row(a bigint,b array(varchar))"), ('od"d,\n\tname\\', "json"),
           ("", "timestamp"), ("real", "real")]
letters = ["", "a", " ", ",", '"', "'", "\n", "\r", "\t", "\\", "\\N", "NULL", "\0", "\x1f", "\x7f", "é", "漢", "😀", "\u2028", "\ufeff", "0", "#", "=", ";", "x" * 300]

def text():
    return "".join(r.choice(letters) for _ in range(r.randrange(6)))

def real():
    return r.choice([0.0, -0.0, 1.0, math.nan, math.inf, -math.inf, 5e-324, 1e308, 2.0**53, r.uniform(-1e9, 1e9), math.ldexp(r.random(), r.randrange(-1000, 1000))])

def whole():
    return r.choice([0, 1, -1, 127, 128, -128, 255, 256, 65535, 65536, 2**32, 2**63 - 1, -(2**63), 2**64 - 1, -32, -33, r.getrandbits(64) - 2**63])

def some(make, most):
    return [make() for _ in range(r.randrange(most))]

def nested(depth):
    simple = [lambda: None, lambda: r.random() < 0.5, whole, real, text]
    deep = [lambda: some(lambda: nested(depth - 1), 20), lambda: {text(): nested(depth - 1) for _ in range(r.randrange(18))}]
    return r.choice(simple + (deep if depth else []))()

MAKE = {"bigint": whole, "boolean": lambda: r.random() < 0.5, "double": real, "varchar": text, "varbinary": lambda: r.randbytes(r.randrange(300)),
        "decimal": lambda: "%d.%010d" % (r.getrandbits(90), r.getrandbits(33)), "timestamp": lambda: "2024-02-29 23:59:59.%03d" % r.randrange(1000),
        "real": lambda: r.randrange(-1000, 1000) / 8, "array": lambda: some(lambda: r.choice([None, real()]), 18),
        "map": lambda: {whole(): r.choice([None, text()]) for _ in range(r.randrange(4))}, "row": lambda: [whole(), some(text, 3)], "json": lambda: nested(4)}

def make():
    rows = [[None if r.random() < 0.15 else MAKE[kind.split("(")[0]]() for _, kind in columns] for _ in range(2000)] + [[None] * len(columns)]
    with gzip.open(where + "/kinds.gz", "wb") as f:
        f.write(b"".join(map(msgpack.packb, rows)))
    with open(where + "/show.json", "w") as f:
        json.dump({"job_id": "7", "status": "success", "type": "presto", "num_records": len(rows), "result_size": None, "hive_result_schema": json.dumps(columns)}, f)

def jsonable(v):
    """what JSON can say of it"""
    if isinstance(v, float) and not math.isfinite(v):
        return None
    if isinstance(v, list):
        return [jsonable(x) for x in v]
    return {str(k): jsonable(x) for k, x in v.items()} if isinstance(v, dict) else v

def same(a, b):
    """1 is not 1.0, 0.0 is not -0.0"""
    return repr(a) == repr(b)

def cell(v, kind):
    """how to know the text of a cell of csv and tsv"""
    if v is None or isinstance(v, str):
        return lambda t: t == v
    if isinstance(v, bytes):
        return lambda t: base64.b64decode(t, validate=True) == v
    if isinstance(v, bool):
        return lambda t: t == ("true" if v else "false")
    if isinstance(v, (int, float)):
        return lambda t: same(type(v)(t), v) and "inf" not in t
    return lambda t: same(json.loads(t), jsonable(v))

def split_tsv(line):
    unescape = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
    for c in line.split("\t"):
        out, i = "", 0
        while i < len(c) and c != "\\N":
            out, i = (out + unescape[c[i + 1]], i + 2) if c[i] == "\\" else (out + c[i], i + 1)
        yield None if c == "\\N" else out

def read(path):
    names = [name for name, _ in columns]
    if what == "msgpack":
        return list(msgpack.Unpacker(open(path, "rb"), strict_map_key=False))
    with open(path, encoding="utf-8", newline="") as f:
        if what == "jsonl":
            objects = [json.loads(line) for line in f]
            assert all(list(o) == names for o in objects)
            return [list(o.values()) for o in objects]
        csv.field_size_limit(1 << 30)
        rows = list(csv.reader(f, strict=True)) if what == "csv" else [list(split_tsv(l)) for l in f.read().split("\n")[:-1]]
    assert rows[0] == names, rows[0]
    return rows[1:]

def compare(path):
    want = list(msgpack.Unpacker(gzip.open(where + "/kinds.gz"), strict_map_key=False))
    got = read(path)
    assert len(want) == len(got), (len(want), len(got))
    for w, g in zip(want, got):
        assert len(g) == len(columns)
        for (name, kind), a, b in zip(columns, w, g):
            if what == "msgpack":
                good = same(a, b)
            elif what == "jsonl":
                good = b is not None and base64.b64decode(b) == a if isinstance(a, bytes) else same(jsonable(a), b)
            elif what == "csv" and a in (None, ""):
                good = b == ""  # Python's csv cannot tell them apart; td-fetch.t does
            else:
                good = cell(a, kind)(b)
            assert good, (name, a, b)

make() if what == "make" else compare(sys.argv[3])
