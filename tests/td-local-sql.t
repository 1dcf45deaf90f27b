#!/bin/sh
# td-local's SQL: functions of Treasure Data, Presto and Hive, names and types of results.
. "$(dirname "$0")/lib.sh"

local_start
cat >"$T/ask.py" <<'P'
# Lines "SQL <tab> expected row as JSON". Expected "!text": the job fails and says that; ":json": the schema of the result;
# "-": it succeeds without a result. A line "@type" switches the engine.
import json, os, sys, urllib.error, urllib.parse, urllib.request
url, key = os.environ['TD_API_SERVER'], os.environ['TD_API_KEY']
def ask(path, data=None):
    r = urllib.request.Request(url + '/v3/' + path, data=data, headers={'Authorization': 'TD1 ' + key})
    return urllib.request.urlopen(r).read()
def run(engine, sql):
    data = urllib.parse.urlencode({'query': sql, 'scheduled_time': 1500000000}).encode()
    job = json.loads(ask('job/issue/%s/sample_datasets' % engine, data))['job_id']
    while True:
        j = json.loads(ask('job/show/' + job))
        if j['status'] == 'success':
            if j['hive_result_schema'] is None:
                try: ask('job/result/' + job)
                except urllib.error.HTTPError as e: return e.code, None
            rows = [json.loads(l) for l in ask('job/result/' + job + '?format=json').splitlines()]
            return rows, json.loads(j['hive_result_schema'])
        if j['status'] == 'error':
            return j['debug']['stderr'], None
engine, bad = 'presto', 0
for line in sys.stdin:
    line = line.rstrip('\n')
    if not line or line.startswith('#'): continue
    if line.startswith('@'): engine = line[1:]; continue
    sql, want = line.split('\t', 1)
    got, schema = run(engine, sql)
    if want == '-': good = got == 404
    elif want.startswith('!'): good = isinstance(got, str) and want[1:] in got
    elif want.startswith(':'): got = schema; good = schema == json.loads(want[1:])
    else: good = got == [json.loads(want)]
    if not good:
        bad += 1
        print('%s: got %s' % (sql, json.dumps(got)))
sys.exit(1 if bad else 0)
P
cases() { what=$1; ok "$what" $PYTHON "$T/ask.py"; }

cases 'TD_TIME_RANGE' <<'E2'
SELECT TD_TIME_RANGE(1356998400, '2013-01-01', '2013-01-02')	[1]
SELECT TD_TIME_RANGE(1357084800, '2013-01-01', '2013-01-02')	[0]
SELECT TD_TIME_RANGE(1356998399, '2013-01-01', NULL)	[0]
SELECT TD_TIME_RANGE(1356966000, '2013-01-01', '2013-01-02', 'JST')	[1]
SELECT TD_TIME_RANGE(1356998400, 1356998400, 1356998401)	[1]
SELECT TD_TIME_RANGE(1356998400, '2013-01-01 00:00:00', '2013-01-01T00:00:01Z')	[1]
SELECT TD_TIME_RANGE(NULL, '2013-01-01', NULL)	[null]
SELECT TD_TIME_RANGE(1, 'tomorrow', NULL)	!is no time
SELECT TD_TIME_RANGE(1, '2013-01-01', NULL, 'Nowhere/City')	!unknown time zone
SELECT COUNT(1) FROM www_access WHERE TD_TIME_RANGE(time, '2014-10-03', '2014-10-04')	[5000]
E2
cases 'TD_TIME_FORMAT, PARSE, ADD, STRING' <<'E2'
SELECT TD_TIME_FORMAT(1356998400, 'yyyy-MM-dd HH:mm:ss')	["2013-01-01 00:00:00"]
SELECT TD_TIME_FORMAT(1356998400, 'yyyy-MM-dd HH:mm:ss z', 'JST')	["2013-01-01 09:00:00 JST"]
SELECT TD_TIME_FORMAT(1356998400, 'E, d MMM yy h:m:s a Z')	["Tue, 1 Jan 13 12:0:0 AM +0000"]
SELECT TD_TIME_FORMAT(1356998400, 'EEEE MMMM D ''at'' XXX', '-03:30')	["Monday December 366 at -03:30"]
SELECT TD_TIME_PARSE('2013-01-01')	[1356998400]
SELECT TD_TIME_PARSE('2013-01-01 00:00:00 JST')	[1356966000]
SELECT TD_TIME_PARSE('2013-01-01', 'Asia/Tokyo')	[1356966000]
SELECT TD_TIME_PARSE('2012-02-29T12:34:56.789+09:00')	[1330486496]
SELECT TD_TIME_PARSE('yesterday')	[null]
SELECT TD_TIME_ADD('2013-01-01', '1d'), TD_TIME_ADD(10, '-5s'), TD_TIME_ADD(0, '1w2h')	[1357084800, 5, 612000]
SELECT TD_TIME_ADD(0, 'later')	!a duration is
SELECT TD_TIME_STRING(1356998400, 'd!'), TD_TIME_STRING(1356998400, 'h', 'JST')	["2013-01-01", "2013-01-01 09:00:00+0900"]
E2
cases 'TD_DATE_TRUNC, SCHEDULED_TIME, INTERVAL' <<'E2'
SELECT TD_DATE_TRUNC('day', 1356998399), TD_DATE_TRUNC('hour', 1356998399), TD_DATE_TRUNC('month', 1356998399)	[1356912000, 1356994800, 1354320000]
SELECT TD_DATE_TRUNC('week', 1356998399), TD_DATE_TRUNC('quarter', 1356998399), TD_DATE_TRUNC('year', 1356998399)	[1356912000, 1349049600, 1325376000]
SELECT TD_DATE_TRUNC('day', 1356998399, 'JST')	[1356966000]
SELECT TD_SCHEDULED_TIME()	[1500000000]
SELECT TD_INTERVAL(1499990399, '-1d'), TD_INTERVAL(1499904000, '-1d'), TD_INTERVAL(1499990400, '-1d'), TD_INTERVAL(1499990400, '1d')	[1, 1, 0, 1]
SELECT TD_INTERVAL(1496275200, '-1M'), TD_INTERVAL(1498867200, '-1M')	[1, 0]
E2
if [ -e /usr/share/zoneinfo/America/Los_Angeles ]; then
	cases 'zones with summer time' <<'E2'
SELECT TD_TIME_FORMAT(1372636800, 'yyyy-MM-dd HH:mm z', 'America/Los_Angeles')	["2013-06-30 17:00 PDT"]
SELECT TD_TIME_PARSE('2013-07-01', 'America/Los_Angeles'), TD_TIME_PARSE('2013-01-01', 'PST')	[1372662000, 1357027200]
SELECT TD_DATE_TRUNC('day', 1362906000, 'America/Los_Angeles')	[1362902400]
E2
else skip 'zones with summer time' 'no time zone database'; fi
cases 'text' <<'E2'
SELECT CONCAT('a', 1, 'b'), SPLIT_PART('a,b,c', ',', 2), SPLIT_PART('a', ',', 2), STRPOS('äbc', 'c'), REVERSE('äb')	["a1b", "b", null, 3, "bä"]
SELECT LPAD('7', 3, '0'), RPAD('ab', 1, 'x'), STARTS_WITH('abc', 'ab'), IF(1 > 2, 'a', 'b'), IF(1 > 2, 'a')	["007", "a", 1, "b", null]
SELECT GREATEST(1, 3, 2), LEAST('b', 'a'), GREATEST(1, NULL)	[3, "a", null]
SELECT REGEXP_LIKE('a12', '\d+'), REGEXP_EXTRACT('a12b', '(\d)(\d)', 2), REGEXP_REPLACE('a1b22', '\d+', '<$0>')	[1, "2", "a<1>b<22>"]
SELECT REGEXP_LIKE('a', '(')	!
SELECT URL_EXTRACT_HOST('http://u@h.com:80/p?a=1'), URL_EXTRACT_PATH('http://h.com/p/q?a=1'), URL_EXTRACT_PARAMETER('http://h/?a=1&b=2', 'b')	["h.com", "/p/q", "2"]
SELECT CAST(12 AS VARCHAR), CAST('12' AS BIGINT), CAST('1.5' AS DOUBLE), CAST(3.9 AS BIGINT)	["12", 12, 1.5, 3]
E2
cases 'arrays and JSON' <<'E2'
SELECT SPLIT('a-b', '-'), CARDINALITY(SPLIT('a-b', '-')), ELEMENT_AT(SPLIT('a-b', '-'), -1), CONTAINS(SPLIT('a-b', '-'), 'a')	[["a", "b"], 2, "b", 1]
SELECT SPLIT('a-b', '-') AS s	:[["s", "array(varchar)"]]
SELECT ARRAY_AGG(n) FROM (SELECT 1 AS n UNION ALL SELECT 2)	[[1, 2]]
SELECT ARRAY_AGG(n) AS a FROM (SELECT 1 AS n UNION ALL SELECT 2)	:[["a", "array(bigint)"]]
SELECT JSON_EXTRACT_SCALAR('{"a":{"b":[1,"x"]}}', '$.a.b[1]'), JSON_EXTRACT_SCALAR('{"a":1}', '$.a'), JSON_EXTRACT_SCALAR('{"a":1}', '$.b')	["x", "1", null]
SELECT ARRAY_JOIN(SPLIT('a-b', '-'), '+')	["a+b"]
E2
cases 'aggregates' <<'E2'
SELECT COUNT_IF(code = 200) + COUNT_IF(code <> 200), BOOL_AND(code > 0), BOOL_OR(code = 1) FROM www_access	[5000, 1, 0]
SELECT MAX_BY(a, b), MIN_BY(a, b), ARBITRARY(c) FROM (SELECT 'x' AS a, 1 AS b, 7 AS c UNION ALL SELECT 'y', 2, 7)	["y", "x", 7]
SELECT ABS(APPROX_DISTINCT(host) - COUNT(DISTINCT host)) < 250, APPROX_DISTINCT(method) FROM www_access	[1, 2]
SELECT FROM_UNIXTIME(1356998400), TO_UNIXTIME('2013-01-01 00:00:00'), RANDOM() < 1	["2013-01-01 00:00:00.000", 1356998400.0, 1]
E2
cases 'names and types' <<'E2'
SELECT code, COUNT(1) FROM www_access GROUP BY code LIMIT 0	:[["code", "bigint"], ["_col1", "varchar"]]
SELECT code, COUNT(1), AVG(size) AS a, host h, "method" FROM www_access LIMIT 1	:[["code", "bigint"], ["_col1", "bigint"], ["a", "double"], ["h", "varchar"], ["method", "varchar"]]
SELECT n FROM (SELECT 1 AS n UNION ALL SELECT 0.5)	:[["n", "double"]]
SELECT "no such column" FROM www_access	!no such column
@hive
SELECT code, COUNT(1), host FROM www_access LIMIT 1	:[["code", "bigint"], ["_c1", "bigint"], ["host", "string"]]
SELECT code FROM sample_datasets.www_access ORDER BY code LIMIT 1	[200]
E2

# --- statements that change tables
curl -sS -X POST -H "Authorization: TD1 $TD_API_KEY" "$TD_API_SERVER/v3/database/create/testdb" >/dev/null
curl -sS -X POST -H "Authorization: TD1 $TD_API_KEY" "$TD_API_SERVER/v3/table/create/testdb/rows/log" >/dev/null
cases 'CREATE TABLE AS, INSERT INTO, DROP TABLE' <<'E2'
CREATE TABLE codes AS SELECT code, COUNT(1) AS cnt, 'x' AS s FROM www_access GROUP BY code	-
SELECT SUM(cnt), COUNT(1), COUNT(time), MIN(s) FROM codes	[5000, 6, 6, "x"]
SELECT * FROM codes LIMIT 0	:[["code", "bigint"], ["cnt", "bigint"], ["s", "varchar"], ["time", "bigint"]]
CREATE TABLE codes AS SELECT 1 AS a	!already exists
CREATE TABLE IF NOT EXISTS codes AS SELECT 1 AS a	-
INSERT INTO codes SELECT 1, 2, 'y', 1500000000	-
INSERT INTO codes (s, time) VALUES ('z', 1500000001), ('z', NULL)	-
SELECT SUM(cnt), COUNT(1), MIN(time), COUNT(code) FROM codes	[5002, 9, 1500000000, 7]
INSERT INTO codes SELECT 1, 2, 3, 4, 5, 6	!the query has 6 columns
INSERT INTO nowhere SELECT 1 AS a	!does not exist
INSERT INTO TABLE codes SELECT a FROM codes	!no such column
INSERT OVERWRITE TABLE codes SELECT 7 AS code	-
SELECT COUNT(1), MIN(code) FROM codes	[1, 7]
INSERT INTO testdb.rows SELECT ARRAY_AGG(code) AS a, SPLIT('p,q', ',') AS b FROM codes	-
SELECT a, b FROM testdb.rows	[[7], ["p", "q"]]
CREATE TABLE typed (a bigint, b varchar(10), c array(varchar), d double)	-
SELECT * FROM typed	:[["a", "bigint"], ["b", "varchar"], ["c", "array(varchar)"], ["d", "double"], ["time", "bigint"]]
DROP TABLE typed	-
DROP TABLE typed	!does not exist
DROP TABLE IF EXISTS typed	-
DROP DATABASE testdb	!only DROP TABLE
CREATE TABLE x AS SELECT 1	!is no name for a table
INSERT INTO codes SELECT 1 AS a, 'soon' AS time	!time is no integer
SELECT COUNT(1) FROM codes	[1]
E2

finish
