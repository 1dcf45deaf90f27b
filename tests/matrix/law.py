"""What must hold after a run, whatever happened in it."""
import json
import re
import signal
import threading
import time

import pipe
from pipe import PAD, ROWS, TOOLS
from server import Refused

UPSTREAM, REFUSED, TEMPORARY, UNKNOWN, KEY, PIPE = 66, 69, 75, 76, 77, -signal.SIGPIPE
CONTENT = "COUNT(1), COUNT(DISTINCT id), MIN(id), MAX(id)"
EXACT = CONTENT + ", COUNT_IF(name = 'row ' || CAST(id AS varchar)), SUM(LENGTH(pad))"


def whole(first, last, new):
    """What EXACT says of a table with these ids, so many of them new"""
    n = last - first + 1
    return [n, n, first, last, n, new * PAD]


class Look:
    """The states in which a table may be seen: before, and after"""

    def __init__(self, mode, there):
        self.replaces = mode not in ("append", "once")
        self.old = whole(pipe.first(mode), pipe.first(mode) + ROWS - 1, 0) if there else None
        self.new = whole(ROWS, 2 * ROWS - 1, ROWS)
        if there and mode == "merge":  # the first half stays, the second has the keys of new rows
            self.new = whole(pipe.first(mode), 2 * ROWS - 1, ROWS)
        elif there and mode == "range":  # the first half stays, the second has a time that is replaced
            self.new = [ROWS * 3 // 2, ROWS * 3 // 2, 0, 2 * ROWS - 1, ROWS * 3 // 2, ROWS * PAD]
        elif there and not self.replaces:
            self.new = whole(0, 2 * ROWS - 1, ROWS)

    def take(self, server, table):
        seen = server.client.row("SELECT %s FROM %s" % (EXACT, table)) if table in server.tables() else None
        return None if seen and seen[0] == 0 and self.old is None else seen  # append creates an empty table first


class Reader(threading.Thread):
    """Looks at one table all the time; it must never see anything but the old rows or the new ones, never none."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.client, self.lock = server.connect(), threading.Lock()
        self.table, self.looks, self.bad = None, 0, []

    def watch(self, table, look=None):
        with self.lock:
            self.table, self.look, self.after = table, look, False
            bad, self.bad = self.bad, []
        return bad

    def run(self):
        while True:
            with self.lock:
                if self.table:
                    self.once()
            time.sleep(0.01)

    def once(self):
        try:
            seen = self.client.row("SELECT %s FROM %s" % (CONTENT, self.table))
        except Refused:
            return  # the fault struck the reader, who has seen nothing
        self.looks += 1
        if seen == self.look.new[:4]:
            self.after = True
        elif seen != self.look.old[:4] or self.after:
            self.bad.append("a reader saw %s%s" % (seen, " after the new rows" if self.after else ""))


def cause(run):
    """The tool that failed for a reason of its own, and its status"""
    own = [(tool, s) for tool, s in run.status.items() if s not in (0, UPSTREAM, PIPE)]
    return own[0] if own else (None, 0)


def done_is_said(run, look):
    """By whom the new rows are made visible: its status, or words; or it was killed"""
    decides = run.status["swap" if look.replaces else "put"]
    return decides in (0, -signal.SIGKILL) or UNKNOWN in run.status.values() or \
        any(re.search("rows are in|was replaced", said) for said in run.said.values())


def statuses(run, look, seen, killed):
    """Does what the programs said fit what is there? killed: those that got a signal"""
    by_signal = [-s for s in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)]
    for tool, status in run.status.items():
        if status not in (0, UPSTREAM, REFUSED, TEMPORARY, UNKNOWN, KEY, PIPE) and not (tool in killed and status in by_signal) and \
                not (status == 1 and "swap" in killed and "their receipt is not written" in run.said[tool]):
            yield "td-%s: status %d" % (tool, status)
        if status > 0 and not any(line.startswith("td-%s: " % tool) for line in run.said[tool].splitlines()):
            yield "td-%s: status %d and no message" % (tool, status)
        if status == UPSTREAM and not any(run.status[t] for t in TOOLS[:TOOLS.index(tool)]):
            yield "td-%s: status %d, and no program before it failed" % (tool, status)
    if not killed and len([s for s in run.status.values() if s not in (0, UPSTREAM, PIPE)]) > 1:
        yield "more than one program failed for a reason of its own"
    if seen not in (look.old, look.new):
        yield "the table holds %s" % seen
    if run.status["swap"] == 0:
        if seen != look.new:
            yield "td-swap: status 0, and the new rows are not there"
        receipt = json.loads(run.receipt or "{}")
        if receipt.get("status") != "done" or receipt.get("rows") != ROWS:
            yield "td-swap: status 0, and its receipt is '%s'" % run.receipt
        if not killed and any(run.status[tool] for tool in TOOLS):
            yield "td-swap: status 0, and another program failed"
    elif seen == look.new and not done_is_said(run, look):
        yield "the new rows are there, and no program says that they are or may be"


def debris(server):
    return {t for t in server.tables() if "_tdput_" in t} | \
        {s for s in server.sessions() if s.startswith("td_put_") and not s.startswith("td_put_once_")}


def not_begun(run, killed, sig):
    """A signal at a random moment may come while a program is still being loaded: nobody catches it, nothing is said"""
    return any(run.status[tool] == -sig and not run.said[tool] for tool in killed)


def named(name, run, as_what="could not be removed|may still be made|cannot delete|are still in|look at|that session .* shows|holds the table as it was"):
    """Is it said that this was left?"""
    return any(name in line and re.search(as_what, line)
               for said in run.said.values() for line in said.splitlines())


def tidied(name, run):
    """Is it left by a clean-up that a signal ended, after the rows were in? The status is that of the work then (outcomes)."""
    return run.status["swap"] == 0 and named(name, run, "are still in|could not be removed") or \
        named(name, run, "the rows are in, but: cannot delete")


def was_sent(step, requests):
    return any(path.startswith(step) for _, path in requests)


def blind_repeats(requests):
    """Requests that are not safe to repeat and were sent again without a look between"""
    sent = set()
    for _, path in requests:
        step = "/".join(path.split("/")[:2])
        if step in ("bulk_import/commit", "bulk_import/perform", "table/swap", "table/rename"):
            if path in sent:
                yield "%s was sent again without a look" % path
            sent.add(path)
        elif step in ("bulk_import/show", "table/show"):
            sent = {p for p in sent if p.startswith("table/") != (step == "table/show")}
