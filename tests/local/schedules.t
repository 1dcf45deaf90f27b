#!/bin/sh
# When schedules fire: cron lines of all kinds, zones, delay and the test clock, against Python's zoneinfo.
. "$(dirname "$0")/../lib/lib.sh"

local_start local --polls 0
post() { path=$1; shift; api POST "$path" "$@"; }
clock() { curl -sS -H "Authorization: TD1 $TD_API_KEY" -X POST -d "$1" "$TD_API_SERVER/local/clock" >/dev/null; }

# The next run is the first minute of the zone's clock that fits all fields; here each minute is tried.
cat >"$T/next.py" <<'P'
import datetime, json, os, sys, time, urllib.parse, urllib.request, zoneinfo
NAMES = [None, None, None, 'jan feb mar apr may jun jul aug sep oct nov dec'.split(), 'sun mon tue wed thu fri sat'.split()]
WORDS = {'@hourly': '0 * * * *', '@daily': '0 0 * * *', '@midnight': '0 0 * * *', '@weekly': '0 0 * * 0', '@monthly': '0 0 1 * *',
         '@yearly': '0 0 1 1 *', '@annually': '0 0 1 1 *'}
LIMITS = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)]

def values(field, i):
    def number(s): return NAMES[i].index(s.lower()) + (i == 3) if s.isalpha() else int(s)
    out = set()
    for part in field.split(','):
        part, _, step = part.partition('/')
        if part == '*': first, last = LIMITS[i]
        elif '-' in part: first, last = map(number, part.split('-'))
        else: first, last = number(part), LIMITS[i][1] if step else number(part)
        out |= set(range(first, last + 1, int(step or 1)))
    return {v % 7 for v in out} if i == 4 else out

def following(cron, zone, t):
    fields = WORDS.get(cron, cron).split()
    minute, hour, day, month, week = (values(f, i) for i, f in enumerate(fields))
    either = fields[2][0] != '*' and fields[4][0] != '*'
    t = t - t % 60 + 60
    while True:
        d = datetime.datetime.fromtimestamp(t, zone)
        days = d.day in day, d.isoweekday() % 7 in week
        if d.month not in month or not (any(days) if either else all(days)) or d.hour not in hour: t += 3600 - d.minute * 60 if d.minute else 3600
        elif d.minute not in minute: t += 60
        else: return t

def call(path, **params):
    data = urllib.parse.urlencode(params).encode() if params else None
    headers = {'Authorization': 'TD1 ' + os.environ['TD_API_KEY']}
    return json.load(urllib.request.urlopen(urllib.request.Request(os.environ['TD_API_SERVER'] + path, data, headers)))

bad = 0
call('/v3/schedule/create/next', database='sample_datasets', query='SELECT 1', cron='@daily')
for line in sys.stdin:
    cron, zone, now = line.rstrip('\n').split('\t')
    start = int(datetime.datetime.fromisoformat(now).replace(tzinfo=datetime.timezone.utc).timestamp())
    urllib.request.urlopen(urllib.request.Request(os.environ['TD_API_SERVER'] + '/local/clock', str(start).encode(),
        {'Authorization': 'TD1 ' + os.environ['TD_API_KEY']})).read()
    got = call('/v3/schedule/update/next', cron=cron, timezone=zone)['start']
    want = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(following(cron, zoneinfo.ZoneInfo(zone), start)))
    if got != want:
        print('%s in %s after %s: %s, not %s' % (cron, zone, now, got, want))
        bad += 1
sys.exit(bad > 0)
P
ok 'the next run' $PYTHON "$T/next.py" <<'C'
0 * * * *	UTC	2017-07-14T02:40:00
0 * * * *	UTC	2017-07-14T03:00:00
59 23 31 12 *	UTC	2017-07-14T02:40:00
*/7 * * * *	UTC	2017-07-14T02:59:59
5/20 * * * *	UTC	2017-07-14T02:46:00
1-10/3,50 4,6 * * *	UTC	2017-07-14T04:10:00
0 0 29 feb *	UTC	2017-07-14T02:40:00
0 12 * jan-mar,DEC Mon-Fri	UTC	2017-07-14T02:40:00
30 6 * * 7	UTC	2017-07-14T02:40:00
30 6 * * 0	UTC	2017-07-16T06:30:00
0 0 13 * fri	UTC	2017-07-14T02:40:00
0 0 31 * *	UTC	2017-08-31T00:00:00
0 9 */2 * mon	UTC	2017-07-14T02:40:00
@hourly	UTC	2017-07-14T02:40:00
@daily	Asia/Tokyo	2017-07-14T02:40:00
@midnight	America/New_York	2017-07-14T02:40:00
@weekly	Asia/Kolkata	2017-07-14T02:40:00
@monthly	Pacific/Auckland	2017-07-14T02:40:00
@yearly	Asia/Kathmandu	2017-07-14T02:40:00
@annually	America/St_Johns	2017-07-14T02:40:00
30 1 * * *	Europe/Berlin	2017-03-25T12:00:00
0 5 * * *	Europe/Berlin	2017-03-26T00:00:00
0 5 * * *	Europe/Berlin	2017-10-28T12:00:00
15 * * * *	Australia/Lord_Howe	2017-07-14T02:40:00
0 * * * *	America/New_York	2017-11-05T05:00:00
*/20 * * * *	Europe/Berlin	2017-10-29T00:55:00
30 * * * *	Australia/Lord_Howe	2017-04-01T14:35:00
0 * 29 2 *	Europe/Berlin	2017-03-01T00:00:00
C
post schedule/create/refused -d database=testdb >/dev/null
is 'no cron lines' "$(for cron in '60 * * * *' '* 24 * * *' '* * 0 * *' '* * * 13 *' '* * * * 8' '* * * *' '* * * * * *' '*/0 * * * *' '5-1 * * * *' \
	'a * * * *' '1,,2 * * * *' '@never' '* * * foo *' '1- * * * *'; do
	post schedule/create/refused -d database=sample_datasets -d query=x --data-urlencode "cron=$cron" | jq -r '.status_code // .name'; done | uniq -c | tr -s ' ')" ' 14 422'
is 'a zone that is none' "$(post schedule/create/refused -d database=sample_datasets -d query=x -d cron=@daily -d timezone=Mars/Base | jq .status_code)" 422
is 'no cron: never' "$(post schedule/create/manual -d database=sample_datasets -d query=x -d cron= | jq -c '[.cron, .start]')" '[null,null]'

# --- delay: the run starts later, its scheduled time stays
clock 1500000000 # 02:40
post schedule/create/late -d database=sample_datasets -d type=presto -d 'query=SELECT TD_SCHEDULED_TIME()' -d 'cron=0 * * * *' -d delay=600 >/dev/null
history() { api GET "schedule/history/$1" | jq -r ".history[0] | $2"; }
ran() { api GET "schedule/history/late" | jq -e "[.history[] | select(.status == \"success\")] | length == $1"; }
clock 1500001799 # 03:09:59
is 'not yet' "$(api GET schedule/history/late | jq .count)" 0
clock +1
ok 'after the delay' until_ok ran 1
is 'its scheduled time' "$(history late .scheduled_at) $(api GET "job/result/$(history late .job_id)?format=csv")" '2017-07-14 03:00:00 UTC 1500001200'
is 'and the next' "$(api GET schedule/list | jq -r '.schedules[] | select(.name == "late") | .next_time')" 2017-07-14T04:00:00Z
clock +10800
ok 'each run that passed' until_ok ran 4
is 'the history, newest first, to exclusive' "$(api GET 'schedule/history/late?from=1&to=3' | jq -r '.history[].scheduled_at')" '2017-07-14 05:00:00 UTC
2017-07-14 04:00:00 UTC'

finish
