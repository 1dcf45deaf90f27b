"""zone.py PROBE FAT SLIM: compares every zone of two folders of TZif files, as room zone reads it, with other readers.

At and around every transition from 1970 to 2100, and every month between: offset and abbreviation of the instant, and
both readings of the local time, are those of Python's zoneinfo; at transitions daylight saving time is the C library's.
The slim files are compared with the fat ones and, where that differs, with themselves as zoneinfo reads them: some
releases of zic make slim files that contradict the fat ones (Asia/Gaza after 2073), or themselves (America/Ojinaga in
November 2022). Prints what differs; on standard error the number of zones and of comparisons.
"""
import datetime
import os
import struct
import subprocess
import sys
import tempfile
import time
import zoneinfo

BEGIN, END, STEP = 0, 4102444800, 10 * 86400  # 1970 to 2100
EPOCH = datetime.datetime(1970, 1, 1)
SECOND = datetime.timedelta(seconds=1)


def zone_files(folder):
    """One path for each content."""
    seen = {}
    for base, folders, names in os.walk(folder):
        folders[:] = [f for f in folders if f not in ("posix", "right")]
        for name in names:
            path = os.path.join(base, name)
            with open(path, "rb") as f:
                data = f.read()
            if data[:4] == b"TZif":
                seen.setdefault(data, path)
    return sorted((path, data) for data, path in seen.items())


def listed(data):
    """The instants in the file's list."""
    def counts(at):
        return struct.unpack(">6l", data[at + 20 : at + 44])

    isut, isstd, leap, times, types, chars = counts(0)
    at = 44 + times * 5 + types * 6 + chars + leap * 8 + isstd + isut
    times = counts(at)[3]
    return struct.unpack(f">{times}q", data[at + 44 : at + 44 + 8 * times])


def east(zone, t):
    return datetime.datetime.fromtimestamp(t, zone).utcoffset()


def transitions(zone, data):
    """The instants listed, and those by the rule, found by halving steps."""
    found = {t for t in listed(data) if BEGIN <= t < END}
    before = east(zone, BEGIN)
    for t in range(BEGIN + STEP, END, STEP):
        after = east(zone, t)
        if after != before:
            low, high = t - STEP, t
            while high - low > 1:
                middle = (low + high) // 2
                if east(zone, middle) == before:
                    low = middle
                else:
                    high = middle
            found.add(high)
        before = after
    return sorted(found)


def local_readings(zone, local):
    naive = EPOCH + local * SECOND
    first, second = (int(naive.replace(tzinfo=zone, fold=n).utcoffset().total_seconds()) for n in (0, 1))
    fit = "once" if first == second else "repeated" if first > second else "skipped"
    return f"{fit} {local - first} {local - second}"


def open_zone(path):
    with open(path, "rb") as f:
        return zoneinfo.ZoneInfo.from_file(f)


def answer(zone, question, dst=None):
    """The right answer; dst None: not known."""
    kind, t = question.split()
    if kind == "l":
        return local_readings(zone, int(t))
    moment = datetime.datetime.fromtimestamp(int(t), zone)
    return f"{int(moment.utcoffset().total_seconds())} {dst} {moment.tzname()}"


def questions(path, data):
    """Lines for the probe, and the right answers."""
    zone = open_zone(path)
    os.environ["TZ"] = ":" + path
    time.tzset()
    asked, wanted = [], []

    def ask(t, dst):
        local = t + int(east(zone, t).total_seconds())
        for line in (f"u {t}", f"l {local}", f"l {local + 1800}", f"l {local - 1800}"):
            asked.append(line)
            wanted.append(answer(zone, line, dst))

    for t in range(BEGIN, END, 3 * STEP):
        ask(t, None)
    for t in transitions(zone, data):
        for at in (t - 86400, t - 3600, t - 1, t, t + 1, t + 3599, t + 3600, t + 86400):
            ask(at, time.localtime(at).tm_isdst)
    return asked, wanted


def probed(probe, path, asked):
    with tempfile.TemporaryFile("w+") as lines:
        lines.write("\n".join([f"file {path}"] + asked) + "\n")
        lines.seek(0)
        return subprocess.run([probe, "-"], stdin=lines, stdout=subprocess.PIPE, check=True, text=True).stdout.split("\n")


def same(got, want):
    if " None " in want:
        got = " ".join([got.split()[0], "None", got.split()[-1]])
    return got == want


def compare(path, asked, wanted, got, again):
    """again: what differs may be as zoneinfo reads this file."""
    if got[0] != "zone" or len(got) != len(wanted) + 2:
        print(f"{path}: {got[0]}, {len(got) - 2} answers to {len(wanted)} questions")
    zone = open_zone(path) if again else None
    for question, line, want in zip(asked, got[1:], wanted):
        if not same(line, want) and not (again and same(line, answer(zone, question))):
            print(f"{path}: {question}: {line}, not {want}")


def main():
    probe, fat, slim = sys.argv[1:]
    files = zone_files(fat)
    total = 0
    for path, data in files:
        asked, wanted = questions(path, data)
        other = os.path.join(slim, os.path.relpath(path, fat))
        compare(path, asked, wanted, probed(probe, path, asked), False)
        compare(other, asked, wanted, probed(probe, other, asked), True)
        total += 2 * len(wanted)
    print(f"{len(files)} zones, {total} comparisons", file=sys.stderr)


main()
