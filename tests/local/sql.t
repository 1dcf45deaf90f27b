#!/bin/sh
# td-local's SQL: functions of Treasure Data, Presto and Hive, names and types of results.
. "$(dirname "$0")/../lib/lib.sh"

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
    else: good = json.dumps(got) == json.dumps([json.loads(want)]) # true is not 1
    if not good:
        bad += 1
        print('%s: got %s' % (sql, json.dumps(got)))
sys.exit(1 if bad else 0)
P
cases() { what=$1; ok "$what" $PYTHON "$T/ask.py"; }

cases 'TD_TIME_RANGE' <<'E2'
SELECT TD_TIME_RANGE(1356998400, '2013-01-01', '2013-01-02')	[true]
SELECT TD_TIME_RANGE(1357084800, '2013-01-01', '2013-01-02')	[false]
SELECT TD_TIME_RANGE(1356998399, '2013-01-01', NULL)	[false]
SELECT TD_TIME_RANGE(1356966000, '2013-01-01', '2013-01-02', 'JST')	[true]
SELECT TD_TIME_RANGE(1356998400, 1356998400, 1356998401)	[true]
SELECT TD_TIME_RANGE(1356998400, '2013-01-01 00:00:00', '2013-01-01T00:00:01Z')	[true]
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
SELECT TD_INTERVAL(1499990399, '-1d'), TD_INTERVAL(1499904000, '-1d'), TD_INTERVAL(1499990400, '-1d'), TD_INTERVAL(1499990400, '1d')	[true, true, false, true]
SELECT TD_INTERVAL(1496275200, '-1M'), TD_INTERVAL(1498867200, '-1M')	[true, false]
E2
if [ -e /usr/share/zoneinfo/America/Los_Angeles ]; then
	cases 'zones with summer time' <<'E2'
SELECT TD_TIME_FORMAT(1372636800, 'yyyy-MM-dd HH:mm z', 'America/Los_Angeles')	["2013-06-30 17:00 PDT"]
SELECT TD_TIME_FORMAT(2224843200, 'yyyy-MM-dd HH:mm:ss z', 'America/New_York')	["2040-07-02 08:00:00 EDT"]
SELECT TD_TIME_PARSE('2013-07-01', 'America/Los_Angeles'), TD_TIME_PARSE('2013-01-01', 'PST')	[1372662000, 1357027200]
SELECT TD_DATE_TRUNC('day', 1362906000, 'America/Los_Angeles')	[1362902400]
E2
else skip 'zones with summer time' 'no time zone database'; fi
cases 'text' <<'E2'
SELECT CONCAT('a', 1, 'b'), SPLIT_PART('a,b,c', ',', 2), SPLIT_PART('a', ',', 2), STRPOS('äbc', 'c'), REVERSE('äb')	["a1b", "b", null, 3, "bä"]
SELECT LPAD('7', 3, '0'), RPAD('ab', 1, 'x'), STARTS_WITH('abc', 'ab'), IF(1 > 2, 'a', 'b'), IF(1 > 2, 'a')	["007", "a", true, "b", null]
SELECT GREATEST(1, 3, 2), LEAST('b', 'a'), GREATEST(1, NULL)	[3, "a", null]
SELECT REGEXP_LIKE('a12', '\d+'), REGEXP_EXTRACT('a12b', '(\d)(\d)', 2), REGEXP_REPLACE('a1b22', '\d+', '<$0>')	[true, "2", "a<1>b<22>"]
SELECT REGEXP_LIKE('a', '(')	!
SELECT URL_EXTRACT_HOST('http://u@h.com:80/p?a=1'), URL_EXTRACT_PATH('http://h.com/p/q?a=1'), URL_EXTRACT_PARAMETER('http://h/?a=1&b=2', 'b')	["h.com", "/p/q", "2"]
SELECT CAST(12 AS VARCHAR), CAST('12' AS BIGINT), CAST('1.5' AS DOUBLE), CAST(3.9 AS BIGINT)	["12", 12, 1.5, 4]
E2
cases 'arrays and JSON' <<'E2'
SELECT SPLIT('a-b', '-'), CARDINALITY(SPLIT('a-b', '-')), ELEMENT_AT(SPLIT('a-b', '-'), -1), CONTAINS(SPLIT('a-b', '-'), 'a')	[["a", "b"], 2, "b", true]
SELECT SPLIT('a-b', '-') AS s	:[["s", "array(varchar)"]]
SELECT ARRAY_AGG(n) FROM (SELECT 1 AS n UNION ALL SELECT 2)	[[1, 2]]
SELECT ARRAY_AGG(n) AS a FROM (SELECT 1 AS n UNION ALL SELECT 2)	:[["a", "array(bigint)"]]
SELECT JSON_EXTRACT_SCALAR('{"a":{"b":[1,"x"]}}', '$.a.b[1]'), JSON_EXTRACT_SCALAR('{"a":1}', '$.a'), JSON_EXTRACT_SCALAR('{"a":1}', '$.b')	["x", "1", null]
SELECT ARRAY_JOIN(SPLIT('a-b', '-'), '+')	["a+b"]
E2
cases 'booleans' <<'E2'
SELECT 1 > 2, 1 < 2 AND NULL, NOT true, 'a' LIKE 'a%' AS l, 2 IN (1, 2), 1 IS NULL, 3 BETWEEN 1 AND 5	[false, null, false, true, true, false, true]
SELECT 1 > 2, 'a' LIKE 'a' AS l, EXISTS (SELECT 1)	:[["_col0", "boolean"], ["l", "boolean"], ["_col2", "boolean"]]
SELECT ok, k FROM (SELECT code = 200 AS ok, code AS k FROM www_access GROUP BY 1, 2 ORDER BY 2 LIMIT 1)	[true, 200]
WITH a AS (SELECT size > 100 AS big FROM www_access) SELECT b.big FROM a b GROUP BY big ORDER BY big LIMIT 1	[false]
SELECT CASE WHEN 1 = 1 THEN 'x' END, CASE WHEN 1 = 2 THEN true ELSE false END, COALESCE(NULL, 1 = 1), IF(1 = 1, false)	["x", false, true, false]
SELECT (1 > 2), TRUE, CAST('t' AS boolean), CAST(1 = 1 AS varchar), (SELECT 1 = 1)	[false, true, true, "true", true]
SELECT code AS ok FROM www_access WHERE code = 404 LIMIT 1	[404]
SELECT x FROM (SELECT 1 = 1 AS x), (SELECT 5 AS y)	[true]
SELECT IF(1 = 1, 7, 1 = 1) AS n	[7]
E2
cases 'CAST, TRY_CAST, TRY' <<'E2'
SELECT TRY_CAST('x' AS bigint), TRY_CAST('7' AS bigint), TRY_CAST('1e3' AS double), TRY_CAST('no' AS boolean)	[null, 7, 1000.0, null]
SELECT CAST('x' AS BIGINT)	!Cannot cast 'x' to BIGINT
SELECT CAST('9223372036854775808' AS bigint)	!Cannot cast
SELECT CAST(300 AS tinyint)	!Cannot cast
SELECT TRY(CAST('x' AS bigint)), TRY(CAST(code AS varchar)) FROM www_access WHERE code = 404 LIMIT 1	[null, "404"]
SELECT CAST(2.5 AS bigint), CAST(-2.5 AS bigint), CAST('12' AS integer), CAST(true AS bigint)	[3, -3, 12, 1]
SELECT CAST(1e10 AS varchar), CAST(0.1 AS varchar), CAST(100.0 AS varchar), CAST(1e-5 AS varchar), CAST('abcdef' AS varchar(3))	["1.0E10", "0.1", "100.0", "1.0E-5", "abc"]
SELECT CAST('2013-01-02' AS timestamp), CAST('2013-01-02 03:04:05.678' AS date), CAST('x' AS date)	!Cannot cast 'x' to DATE
SELECT CAST('2013-01-02' AS timestamp) AS t, CAST('2013-01-02 03:04:05.678' AS date) AS d	["2013-01-02 00:00:00.000", "2013-01-02"]
SELECT CAST('2013-01-02' AS timestamp) AS t, DATE '2013-01-02' AS d, CAST(1 AS varchar(5)) AS v, CAST(1 AS integer) AS i, CAST(1 AS real) AS r, CAST(1 AS decimal(9, 2)) AS n	:[["t", "timestamp"], ["d", "date"], ["v", "varchar(5)"], ["i", "integer"], ["r", "real"], ["n", "double"]]
SELECT CAST(ARRAY[1] AS json) AS j, CAST('[1, 2]' AS array(bigint)) AS a	["[1]", [1, 2]]
SELECT CAST(1 AS uuid)	!CAST to uuid is not supported
SELECT CAST(1 AS bigint	!syntax error
E2
cases 'UNNEST, arrays, maps' <<'E2'
SELECT array_join(array_agg(x), '') FROM UNNEST(ARRAY['a', 'b']) AS t(x)	["ab"]
SELECT k, x, n FROM (SELECT 'k' AS k, SPLIT('p,q', ',') AS l) CROSS JOIN UNNEST(l) WITH ORDINALITY AS t (x, n) WHERE n = 2	["k", "q", 2]
SELECT a, b FROM UNNEST(ARRAY[1, 2], ARRAY['x', 'y', 'z']) AS t(a, b) WHERE b = 'z'	[null, "z"]
SELECT k, v FROM UNNEST(MAP(ARRAY['a', 'b'], ARRAY[1, 2])) AS t(k, v) WHERE k = 'b'	["b", 2]
SELECT COUNT(1), MIN(code + x) FROM www_access CROSS JOIN UNNEST(sequence(1, 3)) AS u(x)	[15000, 201]
SELECT SUM(x) FROM UNNEST(CAST(NULL AS array(bigint))) AS t(x)	[null]
SELECT COUNT(1) FROM UNNEST(ARRAY[1, 2]) AS t(x)	[2]
SELECT x FROM UNNEST(5) AS t(x)	!Cannot unnest
SELECT x, y FROM (VALUES (1, 'a'), (2, 'b')) AS t(x, y) WHERE x = 2	[2, "b"]
SELECT "a""b", "order" FROM (VALUES (1, 2)) AS t("a""b", "order")	[1, 2]
SELECT ARRAY[1, 2][2], ARRAY[ARRAY[1], ARRAY[2, 3]][2][1], MAP(ARRAY['k'], ARRAY[9])['k']	[2, 2, 9]
SELECT SEQUENCE(-9223372036854775807, 9223372036854775807, 9223372036854775807), SEQUENCE(3, 0, -2)	[[-9223372036854775807, 0, 9223372036854775807], [3, 1]]
SELECT SEQUENCE(1, 10001)	!at most 10000
SELECT MAP_AGG(a, b) FROM (VALUES ('x', 1), ('x', 2)) AS t(a, b)	[{"x": 1}]
WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 700000) SELECT HISTOGRAM(n % 1) FROM r	[{"0": 700000}]
SELECT ARRAY_JOIN(ARRAY['', 'a', NULL, ''], '+')	["+a+"]
SELECT LENGTH(REPEAT('ab', 40000000))	!too big
SELECT LENGTH(TRANSLATE(REPEAT('a', 40000000), 'a', 'ä'))	!too big
SELECT ARRAY[1][2]	!Array subscript must be less than or equal to array length: 2 > 1
SELECT ELEMENT_AT(MAP(ARRAY['k'], ARRAY[9]), 'x'), MAP_KEYS(MAP(ARRAY['k'], ARRAY[9])), MAP_VALUES(MAP(ARRAY['k'], ARRAY[9]))	[null, ["k"], [9]]
SELECT MAP_AGG(a, b), HISTOGRAM(b), ARRAY_SORT(SET_AGG(b)) FROM (VALUES ('x', 1), ('y', 1)) AS t(a, b)	[{"x": 1, "y": 1}, {"1": 2}, [1]]
SELECT MAP_AGG(a, b) AS m, ARRAY[1.5] AS d FROM (VALUES ('x', 1)) AS t(a, b)	:[["m", "map(varchar,bigint)"], ["d", "array(double)"]]
SELECT ARRAY_DISTINCT(ARRAY[1, 1, 2]), ARRAY_SORT(ARRAY['b', 'a']), ARRAY_MAX(ARRAY[1, 3]), ARRAY_POSITION(ARRAY['a', 'b'], 'b'), SLICE(ARRAY[1, 2, 3], 2, 2)	[[1, 2], ["a", "b"], 3, 2, [2, 3]]
SELECT CONCAT(ARRAY[1], ARRAY[2]), REVERSE(ARRAY[1, 2]), FLATTEN(ARRAY[ARRAY[1], ARRAY[2]]), ARRAY_INTERSECT(ARRAY[1, 2], ARRAY[2])	[[1, 2], [2, 1], [1, 2], [2]]
SELECT SPLIT_TO_MAP('a=1&b=2', '&', '=')	[{"a": "1", "b": "2"}]
SELECT JSON_PARSE('[1,2]'), JSON_FORMAT(JSON_PARSE('{"a":1}')), JSON_ARRAY_LENGTH('[1,2]')	["[1,2]", "{\"a\":1}", 2]
E2
cases 'dates' <<'E2'
SELECT DATE_FORMAT(TIMESTAMP '2013-01-02 13:04:05', '%Y/%m/%d %H:%i:%s %p %W %j'), DATE_PARSE('02.01.2013 1:04 PM', '%d.%m.%Y %l:%i %p')	["2013/01/02 13:04:05 PM Wednesday 002", "2013-01-02 13:04:00.000"]
SELECT DATE_TRUNC('month', DATE '2013-01-31'), DATE_ADD('month', 1, DATE '2013-01-31'), DATE_DIFF('day', DATE '2013-01-01', DATE '2013-02-01')	["2013-01-01", "2013-02-28", 31]
SELECT DATE '2013-01-31' + INTERVAL '1' DAY, TIMESTAMP '2013-01-01 00:00:00' - INTERVAL '90' MINUTE	["2013-02-01", "2012-12-31 22:30:00.000"]
SELECT EXTRACT(YEAR FROM DATE '2013-02-03'), MONTH('2013-02-03'), DAY_OF_WEEK(DATE '2013-02-03'), WEEK(DATE '2013-01-01'), HOUR(FROM_UNIXTIME(3600))	[2013, 2, 7, 1, 1]
SELECT DATE('2013-01-02 10:00:00'), TO_ISO8601(FROM_UNIXTIME(0)), FORMAT_DATETIME(FROM_UNIXTIME(0), 'yyyyMMdd'), DATE_DIFF('month', DATE '2013-01-31', DATE '2013-02-28')	["2013-01-02", "1970-01-01T00:00:00.000", "19700101", 1]
SELECT DATE_PARSE('x', '%Y')	!Invalid format
SELECT DATE_ADD('year', 1000000000000, DATE '2013-01-01')	!too far
SELECT DATE_ADD('fortnight', 1, DATE '2013-01-01')	!is no unit of time
SELECT MAX(FROM_UNIXTIME(time)) AS t FROM www_access	:[["t", "timestamp"]]
E2
cases 'more of Presto' <<'E2'
SELECT SUBSTRING('abcdef' FROM 2 FOR 3), SUBSTR('abc', 2), CONCAT_WS('-', 'a', NULL, 'b'), TRANSLATE('abc', 'ab', 'x'), ENDS_WITH('abc', 'bc')	["bcd", "bc", "a-b", "xc", true]
SELECT REGEXP_EXTRACT_ALL('a1b22', '\d+'), REGEXP_SPLIT('a1b22c', '\d+'), TO_HEX(MD5(TO_UTF8('a'))), URL_ENCODE('a b/ü'), URL_DECODE('a+b%2F')	[["1", "22"], ["a", "b", "c"], "0CC175B9C0F1B6A831C399E269772661", "a+b%2F%C3%BC", "a b/"]
SELECT URL_EXTRACT_PROTOCOL('http://h/p?q=1#f'), URL_EXTRACT_QUERY('http://h/p?q=1#f'), URL_EXTRACT_FRAGMENT('http://h/p?q=1#f')	["http", "q=1", "f"]
SELECT STDDEV(x), VAR_POP(x), APPROX_PERCENTILE(x, 0.5) FROM (VALUES (2), (4), (4), (4), (5), (5), (7), (9)) AS t(x)	[2.138089935299395, 4.0, 4]
SELECT ROW_NUMBER() OVER (PARTITION BY method ORDER BY time) AS n, LAG(code) OVER (ORDER BY time) AS l FROM www_access ORDER BY time LIMIT 1	[1, null]
SELECT COUNT(1) FILTER (WHERE code = 200) + COUNT(1) FILTER (WHERE code <> 200) AS n FROM www_access	[5000]
SELECT 1 IS DISTINCT FROM NULL, NULL IS NOT DISTINCT FROM NULL	[true, true]
SELECT "code" FROM "www_access" WHERE "code" = 404 /* ' */ LIMIT 1 -- "a comment"	[404]
SELECT 'it''s' AS "a ""b"""	:[["a \"b\"", "varchar"]]
SELECT transform(ARRAY[1], x -> x + 1)	!a lambda expression (->) is not supported
SELECT ROW(1, 2)	!row is not supported
SELECT code FROM www_access GROUP BY ROLLUP (code)	!rollup is not supported
SELECT code FROM www_access GROUP BY GROUPING SETS (code)	!GROUPING is not supported
SELECT ARRAY_AGG(code ORDER BY code) FROM www_access	!ORDER BY inside of a function is not supported
SELECT INTERVAL '1' DAY	!INTERVAL
SELECT TIMESTAMP '2013-01-02 03:04:05' AT TIME ZONE 'Asia/Tokyo'	!AT TIME ZONE is not supported
SELECT ?	!syntax error
SELECT $a	!syntax error
SELECT 'a	!has no end
SELECT (1	!syntax error
SELECT 1)	!syntax error
SELECT nosuch(1)	!no such function
@hive
SELECT "text", 'it\'s', CAST('12.7' AS bigint), CAST('x' AS int), CAST(3.9 AS int)	["text", "it's", 12, null, 3]
SELECT x FROM (SELECT SPLIT('a,b', ',') AS l) s LATERAL VIEW EXPLODE(l) t AS x WHERE x = 'b'	["b"]
SELECT p, x FROM (SELECT SPLIT('a,b', ',') AS l) s LATERAL VIEW POSEXPLODE(l) t AS p, x WHERE x = 'b'	[1, "b"]
SELECT code RLIKE '^2', NVL(NULL, 1), DATEDIFF('2013-01-03', '2013-01-01'), FROM_UNIXTIME(0, 'yyyy'), MD5('a') FROM www_access WHERE code = 200 LIMIT 1	[true, 1, 2, "1970", "0cc175b9c0f1b6a831c399e269772661"]
SELECT CAST('[[1], [2, 3]]' AS array<array<int>>)[1]	[[2, 3]]
SELECT 1 = 1 AS b, CAST(1 AS string) AS s, CAST(1 AS int) AS i, SIZE(SPLIT('a,b', ',')) AS n	:[["b", "boolean"], ["s", "string"], ["i", "int"], ["n", "bigint"]]
SELECT CAST(9223372036854775807 AS timestamp) IS NULL, CAST(1 AS timestamp) AS t	[true, "1970-01-01 00:00:01"]
SELECT ARRAY(1, 2)[0], TO_DATE('2013-01-02 03:04:05'), DATE_ADD('2013-01-31', 1)	[1, "2013-01-02", "2013-02-01"]
E2
cases 'aggregates' <<'E2'
SELECT COUNT_IF(code = 200) + COUNT_IF(code <> 200), BOOL_AND(code > 0), BOOL_OR(code = 1) FROM www_access	[5000, true, false]
SELECT MAX_BY(a, b), MIN_BY(a, b), ARBITRARY(c) FROM (SELECT 'x' AS a, 1 AS b, 7 AS c UNION ALL SELECT 'y', 2, 7)	["y", "x", 7]
SELECT ABS(APPROX_DISTINCT(host) - COUNT(DISTINCT host)) < 250, APPROX_DISTINCT(method) FROM www_access	[true, 2]
SELECT FROM_UNIXTIME(1356998400), TO_UNIXTIME('2013-01-01 00:00:00'), RANDOM() < 1	["2013-01-01 00:00:00.000", 1356998400.0, true]
E2
cases 'names and types' <<'E2'
SELECT code, COUNT(1) FROM www_access GROUP BY code LIMIT 0	:[["code", "bigint"], ["_col1", "bigint"]]
SELECT code, COUNT(1), AVG(size) AS a, host h, "method" FROM www_access LIMIT 1	:[["code", "bigint"], ["_col1", "bigint"], ["a", "double"], ["h", "varchar"], ["method", "varchar"]]
SELECT n FROM (SELECT 1 AS n UNION ALL SELECT 0.5)	:[["n", "double"]]
SELECT "no such column" FROM www_access	!no such column
@hive
SELECT code, COUNT(1), host FROM www_access LIMIT 1	:[["code", "bigint"], ["_c1", "bigint"], ["host", "string"]]
SELECT code FROM sample_datasets.www_access ORDER BY code LIMIT 1	[200]
E2

missing=
for name in $(grep -oh '{ "[a-z0-9_]*", -*[0-9]' "$ROOT"/bin/td-local/sql/functions-*.c | sed 's/{ "//; s/".*//' | sort -u); do
	case $name in td_array | td_cast | td_try_cast | td_extract | td_shift | td_subscript) continue ;; esac # what dialect writes
	grep -iwq "$name" "$ROOT/man/td-local.1" || missing="$missing $name"
done
is 'the manual names every function' "$missing" ''

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
DELETE FROM codes WHERE s = 'z'	-
SELECT COUNT(1), COUNT_IF(s = 'z'), SUM(cnt) FROM codes	[7, 0, 5002]
DELETE FROM codes WHERE cnt > (SELECT MAX(cnt) FROM codes)	-
DELETE FROM codes WHERE code = 500 OR code IN (SELECT code FROM codes WHERE code = 404)	-
SELECT COUNT(1), COUNT_IF(code IN (404, 500)), MAX(s) FROM codes	[5, 0, "y"]
DELETE FROM codes WHERE nosuch = 1	!no such column
DELETE FROM nowhere	!no such table
DELETE FROM codes ORDER BY 1	!only WHERE may follow
DELETE FROM codes WHERE 1 UNION SELECT 5	!the table was changed
SELECT COUNT(1) FROM codes	[5]
DELETE FROM sample_datasets.codes;	-
SELECT COUNT(1) FROM codes	[0]
INSERT INTO codes VALUES (1, 2, 'v', 1500000000)	-
CREATE TABLE flags AS SELECT code = 200 AS good, code FROM www_access WHERE code IN (200, 404) GROUP BY code	-
SELECT SUM(good), COUNT(good) FROM flags	[1, 2]
INSERT OVERWRITE TABLE codes SELECT 7 AS code	-
SELECT COUNT(1), MIN(code) FROM codes	[1, 7]
INSERT INTO testdb.rows SELECT ARRAY_AGG(code) AS a, SPLIT('p,q', ',') AS b FROM codes	-
SELECT a, b FROM testdb.rows	[[7], ["p", "q"]]
CREATE TABLE typed (a bigint, b varchar(10), c array(varchar), d double)	-
SELECT * FROM typed	:[["a", "bigint"], ["b", "varchar"], ["c", "array(varchar)"], ["d", "double"], ["time", "bigint"]]
DROP TABLE typed	-
DROP TABLE typed	!does not exist
CREATE TABLE quoted ("a""b" bigint) WITH (x = 'it'')') /* ; */ ;	-
SELECT * FROM quoted	:[["a_b", "bigint"], ["time", "bigint"]]
DROP TABLE quoted;	-
DROP TABLE IF EXISTS typed	-
DROP DATABASE testdb	!only DROP TABLE
CREATE TABLE x AS SELECT 1	!is no name for a table
INSERT INTO codes SELECT 1 AS a, 'soon' AS time	!time is not an integer
SELECT COUNT(1) FROM codes	[1]
E2


is 'booleans are stored as numbers' "$(api GET 'table/tail/sample_datasets/flags?format=json' | jq -c '[.[].good] | sort')" '[0,1]'

# --- nothing outside of the data can be reached
curl -sS -X POST -H "Authorization: TD1 $TD_API_KEY" "$TD_API_SERVER/v3/table/create/testdb/kept/log" >/dev/null
touch "$T/outside.sqlite"
sed "s|FILE|$T/outside.sqlite|g" >"$T/escapes" <<'E2'
ATTACH 'FILE' AS x	!
ATTACH DATABASE 'file:FILE?mode=rwc' AS x	!
DETACH main	!
VACUUM INTO 'FILE'	!
VACUUM	!
PRAGMA database_list	!
PRAGMA temp_store_directory = '/'	!
EXPLAIN SELECT 1	!
SELECT load_extension('FILE')	!
SELECT readfile('FILE')	!
SELECT writefile('FILE', 'x')	!
SELECT edit('x', 'sh')	!
SELECT fts3_tokenizer('simple', x'00')	!
SELECT * FROM pragma_database_list	!
SELECT * FROM pragma_table_list	!
SELECT file FROM pragma_database_list()	!
SELECT * FROM sqlite_master	!
SELECT * FROM sqlite_schema	!
SELECT * FROM sqlite_temp_master	!
SELECT * FROM dbstat	!
SELECT * FROM sqlite_stmt	!
SELECT * FROM sqlite_dbpage	!
SELECT * FROM json_each('[1]')	!json_each
SELECT COUNT(1) FROM sqlite_schema	!
SELECT COUNT(1) FROM dbstat	!no such table
SELECT * FROM fsdir('/')	!
CREATE VIRTUAL TABLE x USING fts5(a)	!
CREATE VIRTUAL TABLE x USING csv(filename='/etc/passwd')	!
CREATE VIEW x AS SELECT 1	!
CREATE TRIGGER x AFTER INSERT ON codes BEGIN SELECT 1; END	!
CREATE TEMP TABLE x (a)	!
UPDATE codes SET code = 1	!
REPLACE INTO codes VALUES (1)	!
ALTER TABLE codes RENAME TO x	!
REINDEX	!
ANALYZE	!
BEGIN	!
SAVEPOINT x	!
WITH x AS (SELECT 1) DELETE FROM codes	!
WITH x AS (SELECT 1) INSERT INTO codes SELECT * FROM x	!
SELECT 1; ATTACH 'FILE' AS x	!only one statement
INSERT INTO codes SELECT 1; DROP TABLE codes	!only one statement
SELECT 1 /* */ ; /* */ PRAGMA database_list	!only one statement
INSERT INTO "../x" SELECT 1 AS a	!
CREATE TABLE "../../x" AS SELECT 1 AS a	!
DROP TABLE "sample_datasets"."../codes"	!
SELECT * FROM td_unnest	!
SELECT * FROM td	!
E2
cases 'statements that reach for more' <"$T/escapes"
ok 'nothing was written there' test ! -s "$T/outside.sqlite"
is 'nothing is new in the directory' "$(find "$T/local.data" ! -path '*/files/*' ! -name 'catalog.sqlite*' ! -name files ! -name lock ! -name reserve ! -path "$T/local.data")" ''

finish
