"""td-fetch ... | td-encode | td-put DEST | td-swap, from one server into another."""
import os
import subprocess

from server import KEY

ROWS, PAD = 40, 30000  # enough for td-encode to make two blocks, and so for td-put to send two parts
TOOLS = ["fetch", "encode", "put", "swap"]


URL_MODE = {"merge": "merge&key=id", "range": "replace&from=%d&to=%d" % (1700000000 + ROWS // 2, 1700000000 + 2 * ROWS)}


def first(mode):
    """The first id of the old rows: with merge half of them have the ids of new rows"""
    return ROWS // 2 if mode == "merge" else 0


def rows(first, pad):
    """SQL: ROWS rows with the ids from `first` on"""
    return ("SELECT 1700000000 + i AS time, i AS id, 'row ' || CAST(i AS varchar) AS name, rpad('', %d, '0') AS pad "
            "FROM UNNEST(sequence(%d, %d)) AS t(i)" % (pad, first, first + ROWS - 1))


class Pipe:
    """Starts at once. `patience`: the options of retries; `mode`: append, replace, truncate, once (append --once),
    merge, range"""

    def __init__(self, place, source, target, cert, table, mode, patience):
        api = patience + (["--cacert", cert] if cert else [])
        once, mode = (["--once=" + table], "append") if mode == "once" else ([], mode)
        commands = [["td-fetch", *api, "-d", "testdb", "-e", rows(ROWS, PAD)], ["td-encode"],
                    ["td-put", *api, *once, "--part-size", "1k", "td://@/testdb/%s?mode=%s" % (table, URL_MODE.get(mode, mode))], ["td-swap", *api]]
        self.errors = [place + "." + tool for tool in TOOLS]
        self.process, last = {}, subprocess.DEVNULL
        for tool, command, errors in zip(TOOLS, commands, self.errors):
            env = dict(os.environ, TD_API_KEY=KEY, TD_API_SERVER=source if tool == "fetch" else target)
            with open(errors, "w") as err:
                p = subprocess.Popen(["env", "--default-signal=INT,HUP", *command], stdin=last, stdout=subprocess.PIPE, stderr=err, env=env)
            if last != subprocess.DEVNULL:
                last.close()
            self.process[tool], last = p, p.stdout

    def signal(self, sig, tools):
        """Who of them was still there"""
        there = [tool for tool in tools if self.process[tool].poll() is None]
        for tool in there:
            self.process[tool].send_signal(sig)
        return there

    def running(self):
        return self.process["swap"].poll() is None

    def wait(self):
        self.receipt = self.process["swap"].stdout.read().decode()
        self.process["swap"].stdout.close()
        self.status = {tool: p.wait(120) for tool, p in self.process.items()}
        self.said = {}
        for tool, name in zip(TOOLS, self.errors):
            with open(name, errors="replace") as f:
                self.said[tool] = f.read()
        return self

    def text(self):
        return " ".join("%s %d" % s for s in self.status.items())
