#!/usr/bin/env python3
"""facts.py FILE: runs the lines of FILE as jobs of the td-local at TD_API_SERVER, and prints one TAP line an area.

A line: area, engine, statement (\\n is a newline, \\\\ a backslash), and what it gives, separated by tabs:
  [1, "a"]   the only row, as JSON
  :[["a", "bigint"]]  the names and types of the result
  !text      the job fails, and its message has the text
  -          the job succeeds without a result
"""
import json, os, re, sys, time, urllib.error, urllib.parse, urllib.request

URL, KEY = os.environ['TD_API_SERVER'], os.environ['TD_API_KEY']


def ask(path, data=None):
    r = urllib.request.Request(URL + '/v3/' + path, data=data, headers={'Authorization': 'TD1 ' + KEY})
    return urllib.request.urlopen(r).read()


def run(engine, sql):
    """(status, message, rows, schema); rows are None if there is no result"""
    data = urllib.parse.urlencode({'query': sql, 'scheduled_time': 1500000000}).encode()
    try:
        job = json.loads(ask('job/issue/%s/sample_datasets' % engine, data))['job_id']
    except urllib.error.HTTPError as e:
        return 'error', e.read().decode(), None, None
    while True:
        j = json.loads(ask('job/show/' + job))
        if j['status'] in ('success', 'error', 'killed'):
            break
        time.sleep(0.002)
    if j['status'] != 'success':
        return j['status'], j['debug']['stderr'], None, None
    try:
        rows = [json.loads(line) for line in ask('job/result/' + job + '?format=json').splitlines()]
    except urllib.error.HTTPError:
        return 'success', '', None, None
    return 'success', '', rows, json.loads(j['hive_result_schema'])


def right(want, status, message, rows, schema):
    if want == '-':
        return status == 'success' and rows is None
    if want.startswith('!'):
        return status == 'error' and want[1:] in message
    if want.startswith(':'):
        return schema == json.loads(want[1:])
    return rows is not None and json.dumps(rows) == json.dumps([json.loads(want)])  # true is not 1


def main():
    lines = [l.rstrip('\n').split('\t') for l in open(sys.argv[1], encoding='utf-8') if l.strip()]
    areas, wrong = [], {}
    for area, engine, sql, want in lines:
        if area not in wrong:
            areas.append(area)
            wrong[area] = []
        sql = re.sub(r'\\(n|\\)', lambda m: '\n' if m[1] == 'n' else '\\', sql)
        got = run(engine, sql)
        if not right(want, *got):
            wrong[area].append('%s\n#   want %s\n#   got  %s' % (sql, want, json.dumps(got, ensure_ascii=False)))
    print('1..%d' % len(areas))
    for i, area in enumerate(areas, 1):
        print('%s %d - %s' % ('not ok' if wrong[area] else 'ok', i, area))
        for w in wrong[area]:
            print('# ' + w)
    return 1 if any(wrong.values()) else 0


sys.exit(main())
