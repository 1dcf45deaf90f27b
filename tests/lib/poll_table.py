"""poll_table.py STOPFILE [merge]: query the table `polled` (or `merged`) until the file exists; complain if a look shows no whole
version.

Speaks HTTP by itself, so that the reader shares no code with what is tested.
"""
import json
import os
import sys
import time
import urllib.parse
import urllib.request

SERVER, KEY = os.environ['TD_API_SERVER'], os.environ['TD_API_KEY']
MERGE = 'merge' in sys.argv[2:]
SQL = 'SELECT COUNT(1) AS n, COUNT(DISTINCT id) AS ids, COUNT_IF(id <= 50 AND ver = 0) AS stay, ' \
    'MIN(CASE WHEN id > 50 THEN ver END) AS low, MAX(CASE WHEN id > 50 THEN ver END) AS high FROM merged' if MERGE else 'SELECT COUNT(1) AS n, MIN(ver) AS low, MAX(ver) AS high, MAX(n) AS last FROM polled'


def call(path, data=None):
    body = None if data is None else urllib.parse.urlencode(data).encode()
    request = urllib.request.Request(SERVER + '/v3/' + path, data=body, headers={'Authorization': 'TD1 ' + KEY})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read()


def look():
    job = json.loads(call('job/issue/presto/testdb', {'query': SQL}))['job_id']
    while True:
        status = json.loads(call('job/status/' + job))['status']
        if status == 'success':
            return json.loads(call('job/result/%s?format=json' % job))
        if status in ('error', 'killed'):
            raise SystemExit('the query failed: ' + call('job/show/' + job).decode())
        time.sleep(0.002)


def main():
    looks, seen = 0, set()
    while not os.path.exists(sys.argv[1]):
        seen_now = look()
        looks += 1
        if MERGE:  # 50 rows stay, 50 are of one version
            low = seen_now[3]
            if seen_now != [100, 100, 50, low, low]:
                raise SystemExit('look %d saw %s' % (looks, seen_now))
            seen.add(low)
            continue
        n, low, high, last = seen_now
        if low != high or n != 100 + low or last != n:
            raise SystemExit('look %d saw %s rows of versions %s to %s' % (looks, n, low, high))
        if seen and low < max(seen):
            raise SystemExit('look %d saw version %s after %s' % (looks, low, max(seen)))
        seen.add(low)
    print('%d looks, %d versions' % (looks, len(seen)))


main()
