"""The cases: every fault of td-local at every request of a clean run, signals to every program, and connections that break."""
import random
import re
import signal

from pipe import TOOLS

SETTINGS = [(mode, there) for mode in ("append", "replace", "once") for there in (True, False)] + \
    [("truncate", True), ("merge", True), ("range", True)]
ONCE = ["503", "502,html", "429,retry-after=0", "500,after", "504,after,empty", "408,null", "reset", "reset-after", "cut", "cut=0",
        "stall=10", "slow=1000", "delay=0.2"]
EVER = ["503", "429", "401", "403", "404", "409", "422", "500,after", "502,null", "reset", "reset-after", "cut", "stall=10",
        "slow=1000", "delay=0.1"]
WITH_BODY = ("bulk_import/upload_part", "job/issue", "table/append-schema")
NOT_TWICE = ("bulk_import/create", "bulk_import/perform", "bulk_import/commit", "table/create", "table/swap", "table/rename")
LOST = ("500,after", "reset-after", "reset", "503")
# How often these are called depends on the speed of the server.
POLLS = ("job/status", "bulk_import/show")


class Case:
    def __init__(self, kind, setting, what, **more):
        self.kind, (self.mode, self.there), self.what = kind, setting, what
        self.features = set()
        self.__dict__.update(more)

    def costly(self):
        """Silence is noticed after seconds; --once gives a session that is ready ten to be committed by its owner"""
        return ("stall=10" in self.what) * 2 + (self.mode == "once")

    def __str__(self):
        return "#%d %s%s: %s" % (self.number, self.mode, "" if self.there else " (new table)", self.what)


def times(step, n):
    return [1] if step in POLLS else range(1, n + 1)


def faults(learned):
    """learned: for each setting the requests of a clean run: (side, method, step, how often)"""
    for setting, requests in learned.items():
        for side, method, step, n in requests:
            for action in ONCE + ["reset-body=10"] * (step in WITH_BODY):
                for k in times(step, n):
                    yield fault(setting, side, step, action, "%s %s/* %d-%d %s" % (method, step, k, k, action), False)
            for action in EVER:
                if step.endswith("/delete") and action == "404":
                    continue  # cannot be told from a deleted one
                for k in {1, max(times(step, n))}:
                    yield fault(setting, side, step, action, "%s %s/* %d-1000000 %s" % (method, step, k, action), True)


def fault(setting, side, step, action, line, ever):
    c = Case("fault", setting, "%s: %s" % (side, line.replace("-1000000", "-")), side=side, step=step, action=action, line=line, ever=ever)
    c.features = {(setting[0], step), (ever, action), (ever, step)}
    if step in NOT_TWICE and action in LOST:
        c.features.add((step, action, ever))
    return c


def kills(learned):
    for setting, requests in learned.items():
        for side, method, step, n in requests:
            for k in times(step, n):
                for moment, action in ("before", "delay=0.4"), ("after", "stall=0.4"):
                    line = "%s %s/* %d-%d %s" % (method, step, k, k, action)
                    for sig in signal.SIGKILL, signal.SIGTERM, signal.SIGINT:
                        for who in [[tool] for tool in TOOLS] + [TOOLS]:
                            c = kill(setting, sig, who, "%s %s %s/* %d" % (moment, method, step, k))
                            c.side, c.line, c.step = side, line, step
                            c.features = {(setting[0], step), (sig, str(who)), (moment, step)}
                            if step.endswith("/create") and moment == "before" and sig != signal.SIGKILL and "put" in who:
                                c.features.add((step, "it is made after td-put has ended", setting[0] == "append"))
                            yield c
    dice = random.Random(1)
    for i in range(500):
        c = kill(dice.choice(SETTINGS), dice.choice([signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP]),
                 dice.choice([[tool] for tool in TOOLS] + [TOOLS]), "")
        c.after = dice.random() * 0.3
        c.what += "after %.3f s" % c.after
        c.features = {(c.sig, "random"), (c.mode, "random")}
        yield c


def kill(setting, sig, who, when):
    return Case("kill", setting, "%s to %s %s" % (sig.name, "all" if who == TOOLS else "td-" + who[0], when), sig=sig, who=who,
                line=None)


def cuts(_):
    for i in range(2000):
        harm = (0.1, 0.3, 0.6, 0.9)[i % 4]
        yield Case("cut", SETTINGS[i // 4 % len(SETTINGS)], "%d %% of the connections harmed" % (harm * 100), harm=harm)


def cover(cases, seed):
    """A sample in which everything occurs: what brings nothing new is left out"""
    seen, taken = set(), []
    for c in sorted(random.Random(seed).sample(cases, len(cases)), key=Case.costly):
        if c.features - seen:
            seen |= c.features
            taken.append(c)
    return taken


def choose(kind, learned, how, only, seed):
    """Of how many, which; those that take long first, so that they do not come last"""
    cases = list({"faults": faults, "kills": kills, "cuts": cuts}[kind](learned))
    for i, c in enumerate(cases, 1):
        c.number = i
    chosen = [c for c in cases if re.search(only, str(c))] if only else cases if how == "full" else \
        cover(cases, seed) if how == "cover" else random.Random(seed).sample(cases, min(int(how), len(cases)))
    return len(cases), sorted(chosen, key=Case.costly, reverse=True)
