"""same_rows.py FILE BACK FORMAT: are the rows of a CSV or TSV file those that came back from a table?

An independent look: Python's csv, json and msgpack read both sides. A number is the same if it is the same number
(`.097` and 0.097), a text if it is the same text. Tables have no order, so rows are compared as a multiset, by the names
of the columns as the file has them (made legal as td-encode does); the table's own `time` is left out.
"""
import collections
import csv
import json
import re
import sys


def legal(name):
    return re.sub('[^A-Za-z0-9_]+', '_', name).lower()


def cell(value):
    """Numbers as exact as they are written; everything else as text."""
    if value is None:
        return ''
    text = str(value)
    if re.fullmatch(r'-?\d*\.?\d+(e[-+]?\d+)?', text) and not re.fullmatch(r'0\d+', text):
        number = float(text)
        if number == int(number) and abs(number) < 2**53:
            return int(number)
        return number
    return text


def rows_of_file(path):
    with open(path, newline='', encoding='utf-8') as f:
        reader = csv.reader(f, delimiter='\t' if path.endswith('.tsv') else ',')
        names = [legal(n) for n in next(reader)]
        return names, [dict(zip(names, row)) for row in reader if row]


def rows_back(path, form, names):
    if form == 'csv':
        with open(path, newline='', encoding='utf-8') as f:
            return list(csv.DictReader(f))
    if form == 'jsonl':
        with open(path, encoding='utf-8') as f:
            return [json.loads(line) for line in f]
    import msgpack
    with open(path, 'rb') as f:
        rows = list(msgpack.Unpacker(f, raw=False))
    # arrays without names: in the order of the file, with `time` first or last
    extra = len(rows[0]) - len(names) if rows else 0
    first = extra and all(isinstance(r[0], int) and r[0] > 10**8 for r in rows)
    return [dict(zip(names, r[extra:] if first else r)) for r in rows]


def kind_of(rows, name):
    """What the table made of a column: text is compared as text, a number by its value."""
    kinds = {type(r[name]) for r in rows} - {type(None)}
    if kinds <= {int}:
        return int
    return float if kinds <= {int, float} else str


def main():
    path, back, form = sys.argv[1:]
    names, want = rows_of_file(path)
    got = rows_back(back, form, names)
    if form == 'csv':  # text on both sides: the types are lost
        convert = {n: cell for n in names}
    else:
        convert = {n: (lambda v, kind=kind_of(got, n): None if v in (None, '') else kind(v)) for n in names}
    a = collections.Counter(tuple(convert[n](r[n]) for n in names) for r in want)
    b = collections.Counter(tuple(convert[n](r[n]) for n in names) for r in got)
    for row in list((a - b).elements())[:3]:
        print('missing:', row)
    for row in list((b - a).elements())[:3]:
        print('new:    ', row)
    print(len(want), 'rows in the file,', len(got), 'came back')
    sys.exit(a != b or not want)


main()
