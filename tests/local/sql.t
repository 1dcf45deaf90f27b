#!/bin/sh
# td-local's SQL: results of statements in both engines, names and types of columns, errors (sql/facts.tsv); statements that
# change tables; statements that reach beyond the data.
. "$(dirname "$0")/../lib/lib.sh"

local_start
# Each line of stdin: statement, expectation (sql/facts.py); a line @hive or @presto changes the engine.
cases() {
	awk -F'\t' -v area="$1" -v OFS='\t' 'BEGIN { engine = "presto" } /^@/ { engine = substr($0, 2); next }
		NF == 2 { print area, engine, $1, $2 }' >"$T/cases"
	ok "$1" "$PYTHON" "$ROOT/tests/local/sql/facts.py" "$T/cases"
}

ok 'facts' "$PYTHON" "$ROOT/tests/local/sql/facts.py" "$ROOT/tests/local/sql/facts.tsv"

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
INSERT INTO codes SELECT 1, 2, 3, 4, 5, 6	!mismatched column count
INSERT INTO nowhere SELECT 1 AS a	!does not exist
INSERT INTO codes SELECT a FROM codes	!Column 'a' cannot be resolved
DELETE FROM codes WHERE s = 'z'	-
SELECT COUNT(1), COUNT_IF(s = 'z'), SUM(cnt) FROM codes	[7, 0, 5002]
DELETE FROM codes WHERE cnt > (SELECT MAX(cnt) FROM codes)	-
DELETE FROM codes WHERE code = 500 OR code IN (SELECT code FROM codes WHERE code = 404)	-
SELECT COUNT(1), COUNT_IF(code IN (404, 500)), MAX(s) FROM codes	[5, 0, "y"]
DELETE FROM codes WHERE nosuch = 1	!Column 'nosuch' cannot be resolved
DELETE FROM nowhere	!does not exist
DELETE FROM codes ORDER BY 1	!mismatched input 'ORDER'
DELETE FROM codes WHERE 1 UNION SELECT 5	!mismatched input 'UNION'
SELECT COUNT(1) FROM codes	[5]
DELETE FROM sample_datasets.codes;	-
SELECT COUNT(1) FROM codes	[0]
INSERT INTO codes VALUES (1, 2, 'v', 1500000000)	-
CREATE TABLE flags AS SELECT code = 200 AS good, code FROM www_access WHERE code IN (200, 404) GROUP BY code	-
SELECT SUM(good), COUNT(good) FROM flags	[1, 2]
@hive
INSERT OVERWRITE TABLE codes SELECT 7 AS code	-
@presto
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
DROP DATABASE testdb	!DROP database is not supported
CREATE TABLE x AS SELECT 1 AS a	!is not a table name
INSERT INTO codes SELECT 1 AS a, 'soon' AS time	!mismatched column types
SELECT COUNT(1) FROM codes	[1]
E2


cases 'several statements in a job' <<'E2'
DROP TABLE IF EXISTS "made"; CREATE TABLE "made" AS SELECT 1 AS one; SELECT one FROM made	[1]
DROP TABLE IF EXISTS "made"; CREATE TABLE "made" AS WITH a AS (SELECT 2 AS one) SELECT one FROM a;	-
SELECT one FROM made; SELECT 'a;b', one FROM made -- the end;	["a;b", 2]
INSERT INTO made SELECT 3 AS one; SELECT nosuch FROM made	!line 1:42: Column 'nosuch' cannot be resolved
SELECT COUNT(*), SUM(one) FROM made	[2, 5]
-- set session distributed_join = 'true'\nINSERT INTO "made" WITH b AS (SELECT 4 AS one) SELECT one FROM b	-
SELECT MAX(one) FROM made	[4]
@hive
WITH c AS (SELECT 5 AS one) INSERT OVERWRITE TABLE made SELECT one FROM c	-
SELECT one FROM made	[5]
FROM made INSERT INTO TABLE made SELECT one + 1	-
SET a=b; USE sample_datasets; SELECT COUNT(*), MAX(one) FROM made	[2, 6]
DESCRIBE made; SHOW DATABASES LIKE 'sample*'	["sample_datasets"]
@presto
DROP TABLE made	-
E2
cases 'tables made from others' <<'E2'
CREATE TABLE target AS SELECT * FROM (VALUES (1, 'old', 1500000000), (2, 'old', 1500000001), (3, 'old', 1600000000)) AS t(id, w, time)	-
CREATE TABLE loaded AS SELECT * FROM (VALUES (2, 'new', 1500000002), (4, 'new', 1500000003)) AS t(id, w, time)	-
CREATE TABLE carry (id integer, w varchar)	-
INSERT INTO carry (time, id, w) SELECT time, id, w FROM loaded UNION ALL SELECT time, id, w FROM target t WHERE NOT EXISTS (SELECT 1 FROM loaded n WHERE n.id = t.id)	-
SELECT ARRAY_AGG(id ORDER BY id), ARRAY_AGG(w ORDER BY id), SUM(time) FROM carry	[[1, 2, 3, 4], ["old", "new", "old", "new"], 6100000005]
DELETE FROM carry	-
INSERT INTO carry (time, id, w) SELECT time, id, w FROM loaded UNION ALL SELECT time, id, w FROM target t WHERE NOT TD_TIME_RANGE(time, 1500000000, 1500000100)	-
SELECT ARRAY_AGG(id ORDER BY id) FROM carry	[[2, 3, 4]]
INSERT INTO carry (nosuch) SELECT 1	!does not exist in target table
INSERT INTO carry (id, w) SELECT 'a', 'b'	!mismatched column types
CREATE TABLE renamed (x, "Y") AS SELECT 1, 'a'	-
SELECT x, y FROM renamed	[1, "a"]
CREATE TABLE alike (LIKE renamed)	-
SELECT * FROM alike	:[["x", "integer"], ["y", "varchar"], ["time", "bigint"]]
CREATE TABLE IF NOT EXISTS alike (LIKE carry)	-
CREATE TABLE other (x) AS SELECT 1, 2	!Column alias list has 1 entries but relation has 2 columns
CREATE TABLE other (x, x) AS SELECT 1, 2	!specified more than once
CREATE TABLE other (x)	!Expecting: AS
CREATE TABLE other (LIKE nosuch)	!does not exist
CREATE TABLE other (LIKE carry, x bigint)	!LIKE beside columns
CREATE TABLE twice AS SELECT 1 AS a, 2 AS a	!specified more than once
CREATE TABLE nameless AS SELECT 1	!Column name not specified
CREATE TABLE untyped AS SELECT NULL AS a	!type is unknown
E2
# Row by row, each of these would compare 2,500,000,000 pairs.
cases 'joins of large tables look values up' <<'E2'
CREATE TABLE many AS SELECT a * 500 + b AS k, CAST(a * 500 + b AS double) AS d, CAST(b AS varchar) AS s, a AS g FROM UNNEST(sequence(0, 99)) AS x(a) CROSS JOIN UNNEST(sequence(0, 499)) AS y(b)	-
CREATE TABLE others AS SELECT k * 2 AS k, d * 2 AS d, IF(k % 2 = 0, s) AS s, g FROM many	-
SELECT COUNT(*), SUM(a.k), MIN(b.s) FROM many a JOIN others b ON a.k = b.k	[25000, 624975000, "0"]
SELECT COUNT(*), COUNT(b.k), COUNT(a.k) FROM many a LEFT JOIN others b ON a.d = b.k	[50000, 25000, 50000]
SELECT COUNT(*), COUNT(b.k), COUNT(a.k) FROM many a RIGHT JOIN others b ON a.d = b.d	[50000, 50000, 25000]
SELECT COUNT(*), COUNT(b.k), COUNT(a.k) FROM many a FULL JOIN others b ON a.k = b.k	[75000, 50000, 50000]
SELECT COUNT(*) FROM many a JOIN others b ON a.s = b.s AND a.g = b.g	[25000]
SELECT COUNT(*) FROM many a, others b WHERE a.k = b.k AND b.g > 25	[12000]
SELECT COUNT(*) FROM many a WHERE NOT EXISTS (SELECT 1 FROM others b WHERE b.k = a.k AND b.d = a.d)	[25000]
SELECT COUNT(*) FROM many a WHERE a.k IN (SELECT k FROM others) AND a.s NOT IN (SELECT s FROM others WHERE s IS NOT NULL)	[0]
SELECT SUM((SELECT COUNT(*) FROM others b WHERE b.k = a.k)) FROM many a	[25000]
SELECT COUNT(*) FROM many a JOIN others b ON CAST(a.k AS varchar) = CAST(b.k AS varchar)	[25000]
SELECT COUNT(*), COUNT(b.k) FROM many a LEFT JOIN others b ON a.k = CAST(NULLIF(b.s, '1') AS bigint) AND b.g < 1	[50000, 250]
SELECT COUNT(*), COUNT(b.k) FROM many a LEFT JOIN (SELECT k, s FROM others UNION ALL SELECT -1, 'none') b ON a.k = length(b.s) - 4 AND b.s = 'none'	[50000, 1]
SELECT COUNT(*) FROM others a JOIN others b ON a.k = CAST(b.s || 'x' AS bigint) AND b.s = 'none'	[0]
SELECT COUNT(*) FROM others a JOIN others b ON a.k = CAST(b.s || 'x' AS bigint) WHERE b.s = 'none'	[0]
SELECT COUNT(*) FROM others a JOIN others b ON a.k = CAST(b.s || 'x' AS bigint)	!Cannot cast '0x' to BIGINT
DELETE FROM many WHERE k IN (SELECT k FROM others)	-
SELECT COUNT(*), SUM(k % 2) FROM many	[25000, 25000]
DROP TABLE many; DROP TABLE others	-
E2
is 'booleans are stored as numbers' "$(api GET 'table/tail/sample_datasets/flags?format=json' | jq -c '[.[].good] | sort')" '[0,1]'

# --- nothing outside the data can be reached
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
SELECT * FROM json_each('[1]')	!mismatched input
SELECT COUNT(1) FROM sqlite_schema	!
SELECT COUNT(1) FROM dbstat	!does not exist
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
SELECT 1; ATTACH 'FILE' AS x	!mismatched input 'ATTACH'
SELECT 1 /* */ ; /* */ PRAGMA database_list	!mismatched input 'PRAGMA'
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
