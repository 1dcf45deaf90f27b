"""poll_table.py STOPFILE: query the table `polled` until the file exists; complain if a look shows no whole version.

Speaks HTTP by itself, so that the reader shares no code with what is tested.
"""
import json
import os
import sys
import time
import urllib.parse
import urllib.request

SERVER, KEY = os.environ['TD_API_SERVER'], os.environ['TD_API_KEY']
SQL = 'SELECT COUNT(1) AS n, MIN(ver) AS low, MAX(ver) AS high, MAX(n) AS last FROM polled'


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
        n, low, high, last = look()
        looks += 1
        if low != high or n != 100 + low or last != n:
            raise SystemExit('look %d saw %s rows of versions %s to %s' % (looks, n, low, high))
        if seen and low < max(seen):
            raise SystemExit('look %d saw version %s after %s' % (looks, low, max(seen)))
        seen.add(low)
    print('%d looks, %d versions' % (looks, len(seen)))


main()
