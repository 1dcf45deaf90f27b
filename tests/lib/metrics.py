#!/usr/bin/env python3
"""Read files in Prometheus's text format 0.0.4 as strictly as its own parser, all as one collector would.

metrics.py FILE...  prints a line "NAME LABEL=VALUE... NUMBER" for each sample, labels sorted. Exits 1 if a line is not of
the format, a sample has no TYPE before it, help texts of a name differ, or two samples have the same name and labels.
"""
import re
import sys

NAME = r'[a-zA-Z_:][a-zA-Z0-9_:]*'
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"'
SAMPLE = re.compile(r'(%s)(?:\{((?:%s,?)*)\})? (\S+)$' % (NAME, LABEL))
helps, samples = {}, set()


def fail(path, number, why):
    sys.exit(f'{path}:{number}: {why}')


def unescape(text):
    return re.sub(r'\\(.)', lambda m: '\n' if m[1] == 'n' else m[1], text)


for path in sys.argv[1:]:
    data = open(path, newline='', encoding='utf-8').read()
    types, done, last = {}, set(), None
    if not data.endswith('\n'):
        fail(path, data.count('\n') + 1, 'no newline at the end')
    for number, line in enumerate(data[:-1].split('\n'), 1):
        if (m := re.match(r'# (HELP|TYPE) (%s) (.*)$' % NAME, line)):
            if m[1] == 'HELP' and helps.setdefault(m[2], m[3]) != m[3]:
                fail(path, number, 'another help text')
            if m[1] == 'TYPE':
                if m[2] in types or m[3] not in ('gauge', 'counter'):
                    fail(path, number, 'a second type, or none that there is')
                types[m[2]] = m[3]
            continue
        m = SAMPLE.match(line)
        if not m:
            fail(path, number, 'not a sample')
        name, labels = m[1], re.findall(LABEL, m[2] or '')
        if name not in types or (last != name and name in done):
            fail(path, number, 'samples of a name do not stand together after its type')
        float(m[m.lastindex])
        key = (name, tuple(sorted(labels)))
        if key in samples or len(dict(labels)) != len(labels):
            fail(path, number, 'the same sample twice')
        samples.add(key)
        done.add(last := name)
        print(name, *(f'{k}={unescape(v)}' for k, v in sorted(labels)), m[m.lastindex])
