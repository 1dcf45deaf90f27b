#!/bin/sh
# Statements at the limits of td-local's SQL and beyond: each ends in rows or an error message, and long ones can be stopped.
. "$(dirname "$0")/../lib/lib.sh"

local_start local --query-memory 64M
A="Authorization: TD1 $TD_API_KEY"
api POST database/create/testdb >/dev/null

# Python makes the statements: NAME, ENGINE, then what is expected: "rows", or a part of the message.
cat >"$T/limits.py" <<'P'
import json, os, sys, time, urllib.error, urllib.parse, urllib.request
url, key = os.environ['TD_API_SERVER'], os.environ['TD_API_KEY']
def ask(path, data=None):
    return urllib.request.urlopen(urllib.request.Request(url + '/v3/' + path, data, {'Authorization': 'TD1 ' + key})).read()
def job(sql, engine='presto'):
    try:
        j = json.loads(ask('job/issue/%s/testdb' % engine, urllib.parse.urlencode({'query': sql}).encode()))['job_id']
    except urllib.error.HTTPError as e:
        return e.read().decode()
    while True:
        o = json.loads(ask('job/show/' + j))
        if o['status'] == 'success':
            return [json.loads(l) for l in ask('job/result/%s?format=json' % j).splitlines()]
        if o['status'] in ('error', 'killed'):
            return o['debug']['stderr']
        time.sleep(0.01)
def nested(n, left='(', right=')', core='1'):
    return left * n + core + right * n
mega = 'SELECT ' + '1, ' * 20 + "length('" + 'x' * 999000 + "')"
cases = [
    ('parentheses, 190 deep', 'SELECT ' + nested(190), [[1]]),
    ('parentheses, 100,000 deep', 'SELECT ' + nested(100000), 'nested'),
    ('calls, 190 deep', 'SELECT ' + nested(190, 'abs(', ')', '-1'), [[1]]),
    ('calls, 100,000 deep', 'SELECT ' + nested(100000, 'abs(', ')', '-1'), 'nested'),
    ('queries, 60 deep', nested(60, 'SELECT * FROM (', ') t', 'SELECT 1 AS a'), [[1]]),
    ('queries, 5,000 deep', nested(5000, 'SELECT * FROM (', ') t', 'SELECT 1 AS a'), 'nested'),
    ('arrays, 60 deep', 'SELECT cardinality(' + nested(60, 'ARRAY[', ']') + ')', [[1]]),
    ('types, 1,000 deep', 'SELECT CAST(NULL AS ' + nested(1000, 'array(', ')', 'bigint') + ')', 'ype'),
    ('NOT, 100,000 times', 'SELECT ' + 'NOT ' * 100000 + 'true', 'nested'),
    ('CASE, 5,000 deep', 'SELECT ' + nested(5000, 'CASE WHEN true THEN ', ' END'), 'nested'),
    ('an IN list of 100,000', 'SELECT 99999 IN (' + ', '.join(map(str, range(100000))) + ')', [[True]]),
    ('an IN list of 100,000 texts', 'SELECT x IN (' + ', '.join("'%d'" % i for i in range(100000)) + ") FROM (VALUES '99999') t(x)", [[True]]),
    ('a UNION of 1,000', 'SELECT count(*) FROM (' + ' UNION ALL '.join(['SELECT 1 AS a'] * 1000) + ')', [[1000]]),
    ('VALUES of 10,000 rows', 'SELECT sum(a) FROM (VALUES ' + ', '.join('(%d)' % i for i in range(10000)) + ') t(a)', [[49995000]]),
    ('a sum of 400', 'SELECT ' + ' + '.join(['1'] * 400), [[400]]),
    ('a sum of 100,000', 'SELECT ' + ' + '.join(['1'] * 100000), 'not supported by td-local'),
    ('AND of 10,000', 'SELECT ' + ' AND '.join(['true'] * 10000), [[True]]),
    ('999,000 bytes', mega, [[1] * 20 + [999000]]),
    ('more than 1,000,000 bytes', mega + ' ' * 100000, 'too long'),
    ('2,000,000 bytes of Hive', "SELECT length('" + 'x' * 1999900 + "')", [[1999900]], 'hive'),
    ('1,000 columns', 'SELECT ' + ', '.join('%d AS c%d' % (i, i) for i in range(1000)), [list(range(1000))]),
    ('100,000 quotes', "SELECT " + "''" * 50000 + "'", 'not closed'),
    ('1,000 statements', 'SELECT 1;' * 1000, [[1]]),
    ('a value of 64 MiB and more', "SELECT length(rpad('', 100000000, 'x'))", 'not supported by td-local'),
    ('a group that takes all memory', "SELECT cardinality(array_agg(rpad('', 100000, 'x'))) FROM UNNEST(sequence(1, 10000)) a(x)", 'memory'),
    ('aggregates that take all memory together', "SELECT " + ', '.join("cardinality(array_agg(rpad('%d', 2000, 'x')))" % i for i in range(5)) + " FROM UNNEST(sequence(1, 10000)) a(x)", 'more than 64 MiB of values'),
    ('groups that give their memory back', "SELECT sum(n) FROM (SELECT x % 100 AS g, cardinality(array_agg(rpad('x', 20000, 'x'))) AS n FROM UNNEST(sequence(1, 10000)) a(x) GROUP BY 1)", [[10000]]),
    ('a list that is too large', "SELECT max(y) FROM (SELECT array_agg(rpad(CAST(x AS varchar), 50000, 'x') ORDER BY x DESC) AS y FROM UNNEST(sequence(1, 10000)) a(x))", 'more than 64 MiB of values'),
    ('and then it works', 'SELECT 1', [[1]]),
]
print('1..%d' % len(cases))
bad = 0
for i, (name, sql, want, *engine) in enumerate(cases, 1):
    got = job(sql, *engine)
    ok = got == want if isinstance(want, list) else isinstance(got, str) and want in got
    bad += not ok
    print('%sok %d - %s' % ('' if ok else 'not ', i, name))
    if not ok:
        print('# want %.200s\n# got  %.400s' % (want, got))
sys.exit(bad > 0)
P
ok 'statements at the limits' "$PYTHON" "$T/limits.py"

# --- our own loops check the stop flag: a killed job ends soon
while IFS= read -r sql; do
	job=$(api POST job/issue/presto/testdb --data-urlencode "query=$sql" | jq -r .job_id)
	until_ok sh -c "curl -sS -H '$A' $TD_API_SERVER/v3/job/status/$job | grep -q running"
	api POST "job/kill/$job" >/dev/null
	ok "killed: $(printf %.60s "$sql")" until_ok sh -c "curl -sS -H '$A' $TD_API_SERVER/v3/job/show/$job | jq -e '.status == \"killed\" and .end_at != null'"
done <<'E2'
SELECT COUNT(*) FROM UNNEST(sequence(1, 10000)) a(x), UNNEST(sequence(1, 10000)) b(y), UNNEST(sequence(1, 10000)) c(z)
SELECT cardinality(combinations(sequence(1, 40), 3)) + count(*) FROM UNNEST(sequence(1, 10000)) a(x) WHERE cardinality(array_distinct(sequence(x, x + 9000))) > 1
SELECT COUNT(*) FROM UNNEST(sequence(1, 10000)) a(x), UNNEST(sequence(1, 10000)) b(y) WHERE regexp_like(CAST(x * y AS varchar), '9+8+7+x')
SELECT reduce(sequence(1, 10000), 0, (s, x) -> s + cardinality(filter(sequence(1, 10000), y -> y % x = 0)), s -> s)
SELECT COUNT(*) FROM UNNEST(sequence(1, 10000)) a(x) WHERE cardinality(array_sort(sequence(x, x + 9999), (p, q) -> IF(p > q, -1, 1))) > 10001
E2
is 'and nothing is left over' "$(api GET job/list | jq '[.jobs[] | select(.status == "running")] | length')" 0

finish
