#!/bin/sh
# The recipes of td-recipes(7) with the real programs that they name, where those are installed: what was loaded is compared
# with what the program itself says. tests/tree/examples.t runs all of them with stubs.
. "$(dirname "$0")/../lib/lib.sh"
mkdir "$T/ex" "$T/work"
"$PYTHON" "$ROOT/tests/tree/examples.py" "$T/ex" "$ROOT/man/td-recipes.7"
cd "$T/work" || exit 1
local_start
api POST database/create/testdb >/dev/null
td-fetch -d sample_datasets -e 'SELECT code, time FROM www_access LIMIT 500' | td-encode | td-put -q td://@/testdb/www_access >/dev/null

recipe() { # PATTERN: runs the one recipe that matches, unchanged
	[ "$(grep -lE -e "$1" "$T"/ex/* | wc -l)" -eq 1 ] || { echo "not one recipe has $1"; return 1; }
	bash -eo pipefail "$(grep -lE -e "$1" "$T"/ex/*)" >>"$T/log" 2>&1 || { tail -n 5 "$T/log"; return 1; }
}
rows() { td-fetch -d "$1" -f csv --null NULL -e "$2"; }
has() { command -v "$1" >/dev/null; }
quiet() { "$@" >>"$T/log" 2>&1; }

# --- SQLite

sqlite3 shop.db "CREATE TABLE orders(id INTEGER, ordered_at TEXT, amount REAL, note TEXT);
	INSERT INTO orders VALUES (1, '2024-02-29 12:00:00', 9.5, 'a,\"b\"' || char(10) || 'c'), (2, '2024-03-01 08:30:00', NULL, ''),
	(9007199254740993, '2024-03-01 08:30:01', 1e300, NULL), (3, '2024-03-02', -0.1, '日本 NULL')"
ok "SQLite: the recipe runs" recipe 'sqlite3 -json'
rows shop "SELECT id, time AS at, amount, note FROM orders ORDER BY id" >got
sqlite3 -csv -header -nullvalue NULL shop.db "SELECT id, unixepoch(ordered_at) AS at, amount, note FROM orders ORDER BY id" |
	tr -d '\r' >want
ok "SQLite: every value is the same" "$PYTHON" "$ROOT/tests/lib/same_rows.py" want got csv
mv shop.db gone.db
ok "SQLite: without the table nothing is loaded" sh -c '! "$@"' sh recipe 'sqlite3 -json'
is "SQLite: the rows are as they were" "$(rows shop 'SELECT COUNT(1) AS n FROM orders')" "$(printf 'n\n4')"

# --- a directory of files, and an API with a cursor: the first run, one with something new, and quiet ones

numbers() { rows testdb "SELECT COUNT(1) AS n, COUNT(DISTINCT id) AS ids, SUM(id) AS total FROM $1" | tail -n 1; }
ok "a directory that has no files: the recipe runs" recipe 'in incoming/'
mkdir incoming
printf 'id,ordered_at\n1,2024-02-29 12:00:00\n2,2024-02-29 13:00:00\n' >incoming/monday.csv
ok "a directory of files: the recipe runs" recipe 'in incoming/'
printf 'id,ordered_at\n3,2024-03-01 12:00:00\n' >incoming/tuesday.csv
ok "a directory of files, one more: the recipe runs" recipe 'in incoming/'
ok "a directory of files, nothing new: the recipe runs" recipe 'in incoming/'
is "a directory of files: every row once" "$(numbers orders)" "3,3,6"
api POST table/delete/testdb/orders >/dev/null

mkdir api
cat >api/curl <<'END'
#!/bin/sh
# Two orders a page, of those with an id above after=
for url; do :; done
jq -c --argjson after "${url##*=}" '[.[] | select(.id > $after)] | { orders: .[:2], next: (if length > 2 then .[1].id else null end) }' api/orders >page.json
END
chmod +x api/curl
cursor() { (PATH=$PWD/api:$PATH && recipe 'after='); }
echo '[]' >api/orders
ok "an API with a cursor, nothing there yet: the recipe runs" cursor
echo '[{"id":1,"x":"a"},{"id":2,"x":"b"},{"id":3,"x":"c"},{"id":4,"x":"d"},{"id":5,"x":"e"}]' >api/orders
ok "an API with a cursor: the recipe runs" cursor
is "an API with a cursor: every row of three pages, and the cursor" "$(numbers orders_api) $(cat orders.cursor)" "5,5,15 5"
ok "an API with a cursor, nothing new: the recipe runs" cursor
jq -c '. + [{"id":7,"x":"g"}]' api/orders >api/more && mv api/more api/orders
ok "an API with a cursor, one more: the recipe runs" cursor
is "an API with a cursor: every row once" "$(numbers orders_api) $(cat orders.cursor)" "6,6,22 7"

added() { # rows that are only added, by PostgreSQL
	ok "rows that are only added: the recipe runs" recipe 'cat > load-new'
	is "rows that are only added: every row" "$(numbers orders_new)" "$(psql -XAt -F, -c 'SELECT COUNT(1), COUNT(DISTINCT id), SUM(id) FROM orders')"
	quiet psql -X -c "INSERT INTO orders VALUES (9007199254740994, '2024-03-02', 1, NULL, NULL, NULL, NULL)"
	echo 9007199254740994 >new.until # as a run that was killed before its end
	ok "rows that are only added, one more: the script runs" ./load-new
	cp new.mark mark && echo 9007199254740993 >new.mark && echo 9007199254740994 >new.until # ... and before it wrote the mark
	ok "rows that are only added, after a run that died: the script runs" ./load-new
	is "rows that are only added: each once, and the mark" "$(numbers orders_new) $(cmp new.mark mark)" "$(psql -XAt -F, -c 'SELECT COUNT(1), COUNT(DISTINCT id), SUM(id) FROM orders') "
	quiet psql -X -c "DELETE FROM orders WHERE id = 9007199254740994"
}

# --- PostgreSQL, a server of our own behind a socket

pg=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
as_user() { if [ "$(id -u)" -eq 0 ]; then (cd / && runuser -u nobody -- "$@"); else "$@"; fi; }
if [ -n "$pg" ] && [ -x "$pg/initdb" ] && has psql && has runuser; then
	mkdir "$T/pg" && chmod 711 "$T" && chmod 777 "$T/pg"
	PGHOST=$T/pg PGUSER=postgres PGTZ=UTC && export PGHOST PGUSER PGTZ
	quiet as_user "$pg/initdb" -A trust -U postgres -D "$T/pg/data"
	quiet as_user "$pg/pg_ctl" -w -D "$T/pg/data" -l "$T/pg/log" -o "-c listen_addresses= -k $T/pg" start
	pids="$pids $(head -n 1 "$T/pg/data/postmaster.pid" 2>/dev/null || as_user head -n 1 "$T/pg/data/postmaster.pid")"
	quiet psql -X -c "CREATE TABLE orders(id bigint, ordered_at timestamptz, amount numeric(10,2), note text, ok boolean, tags text[])" \
		-c "INSERT INTO orders VALUES (1, '2024-02-29 12:00:00+09', 9.50, E'a,\"b\"\nc', true, '{x,y}'), (2, '2024-03-01 08:30:00.5+00', NULL, NULL, false, '{}'),
			(9007199254740993, '2024-03-02', 0.10, '日本', NULL, NULL)" -c "CREATE TABLE report(code bigint, cnt bigint)"
	ok "PostgreSQL: the recipe runs" recipe 'COPY orders TO STDOUT'
	rows testdb "SELECT id, time AS at, amount, note, ok, tags FROM orders ORDER BY id" >got
	psql -X --csv -P null=NULL -c "SELECT id, floor(extract(epoch FROM ordered_at))::bigint AS at, amount, note, ok, tags FROM orders ORDER BY id" >want
	ok "PostgreSQL: every value is the same" "$PYTHON" "$ROOT/tests/lib/same_rows.py" want got csv
	same_orders() {
		rows testdb "SELECT id, time AS at, amount, note, ok, tags FROM orders ORDER BY id" >got
		psql -X --csv -P null=NULL -c "SELECT id, floor(extract(epoch FROM ordered_at))::bigint AS at, amount, note, ok, tags FROM orders ORDER BY id" >want
		"$PYTHON" "$ROOT/tests/lib/same_rows.py" want got csv
	}
	quiet psql -X -c "ALTER TABLE orders ADD updated_at timestamptz" \
		-c "UPDATE orders SET amount = 7.25, note = NULL, updated_at = now() WHERE id = 1" \
		-c "INSERT INTO orders VALUES (4, '2024-03-01 00:00:00+00', 1.5, 'new', NULL, '{}', now())"
	ok "rows that changed: the recipe runs" recipe "interval '2 hours'"
	ok "rows that changed: the table is as the source's" same_orders
	ok "rows that changed, once more: the recipe runs" recipe "interval '2 hours'"
	ok "rows that changed, once more: the same" same_orders
	quiet psql -X -c "DELETE FROM orders WHERE id = 2" -c "INSERT INTO orders VALUES (5, '2024-03-01 23:59:59+00', 5, NULL, true, '{}', NULL)"
	ok "a day again: the recipe runs" recipe 'mode=replace&from=2024'
	ok "a day again: the table is as the source's" same_orders
	ok "to PostgreSQL: the recipe runs" recipe 'COPY report FROM STDIN'
	like "to PostgreSQL: there are rows" "$(psql -XAt -c 'SELECT SUM(cnt) FROM report')" '^500$'
	is "to PostgreSQL: every row is there" "$(psql -XAt -F, -c 'SELECT code, cnt FROM report ORDER BY code')" \
		"$(td-fetch -d testdb -f csv --no-header -e 'SELECT code, COUNT(1) AS cnt FROM www_access GROUP BY code ORDER BY code')"
	added
	quiet psql -X -c "INSERT INTO orders SELECT i, timestamptz '2026-11-28 12:00:00+00' - make_interval(days => (i % 30)::int), i FROM generate_series(100, 399) i"
	if has parallel; then
		ok "thirty days: the recipe runs" recipe 'parallel --halt'
		is "thirty days: every row once" "$(rows testdb 'SELECT COUNT(1) AS n, COUNT(DISTINCT id) AS ids, SUM(amount) AS total FROM orders_by_day')" \
			"$(printf 'n,ids,total\n300,300,74850.0')"
		ok "thirty days again: the recipe runs" recipe 'parallel --halt'
		ok "a script for one of these days: the recipe runs" recipe 'cat > load-orders'
		like "a script for one of these days: its receipt" "$(jq -r .already receipt.2026-11-27)" true
		is "thirty days again: every row once" "$(rows testdb 'SELECT COUNT(1) AS n FROM orders_by_day')" "$(printf 'n\n300')"
	else skip "thirty days" "no GNU parallel"; fi
	as_user "$pg/pg_ctl" -m immediate -D "$T/pg/data" stop >/dev/null
	ok "PostgreSQL is gone: the recipe fails" sh -c '! "$@"' sh recipe 'COPY orders TO STDOUT'
	is "PostgreSQL is gone: the rows are as they were" "$(rows testdb 'SELECT COUNT(1) AS n FROM orders')" "$(printf 'n\n4')"
else skip "PostgreSQL" "no server, or no runuser(1)"; fi

# --- MariaDB, likewise

if has mariadbd && has mariadb && has mysql; then
	printf '[client]\nsocket=%s\n' "$T/my.sock" >"$HOME/.my.cnf"
	as_root() { if [ "$(id -u)" -eq 0 ]; then "$@" --user=root; else "$@"; fi; }
	quiet as_root mariadb-install-db --no-defaults --datadir="$T/my"
	set --
	[ "$(id -u)" -ne 0 ] || set -- --user=root
	mariadbd --no-defaults --datadir="$T/my" --socket="$T/my.sock" --skip-networking --default-time-zone=+00:00 "$@" >>"$T/log" 2>&1 &
	pids="$pids $!"
	until_ok mysql -e 'SELECT 1'
	quiet mysql --default-character-set=utf8mb4 -e "CREATE DATABASE shop CHARACTER SET utf8mb4; USE shop;
		CREATE TABLE orders(id bigint, ordered_at datetime, amount decimal(10,2), note varchar(40), doc json);
		INSERT INTO orders VALUES (1, '2024-02-29 12:00:00', 9.50, 'a\tb\\\\c\n\"d', '{\"a\": 1}'), (2, '2024-03-01 08:30:00', NULL, '', NULL),
		(9007199254740993, '2024-03-02', -0.10, '日本', '[]')"
	ok "MariaDB: the recipe runs" recipe 'mysql --batch'
	rows testdb "SELECT id, time AS at, amount, note, doc FROM orders ORDER BY id" >got
	mysql --default-character-set=utf8mb4 --batch --raw -N -e "SELECT json_object('id', id, 'at', unix_timestamp(ordered_at), 'amount', amount, 'note', note, 'doc', concat(doc, '')) FROM orders ORDER BY id" shop |
		jq -r '[.id, .at, .amount, .note, .doc] | map(. // "NULL") | @csv' | sed '1i id,at,amount,note,doc' >want
	ok "MariaDB: every value is the same" "$PYTHON" "$ROOT/tests/lib/same_rows.py" want got csv
else skip "MariaDB" "no server"; fi

# --- Excel: a workbook such as Excel writes, with its strings in the cells

if has xlsx2csv; then
	"$PYTHON" - <<'END'
import zipfile
rows = [["id", "name", "price"], [1, "hat, red", 9.5], [2, "日本", 12.25], [3, "", 0]]
def cell(at, v):
    return f'<c r="{at}" t="inlineStr"><is><t>{v}</t></is></c>' if isinstance(v, str) else f'<c r="{at}"><v>{v}</v></c>'
sheet = "".join(f'<row r="{n}">' + "".join(cell(c + str(n), v) for c, v in zip("ABC", row)) + "</row>" for n, row in enumerate(rows, 1))
main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
pack = "http://schemas.openxmlformats.org/package/2006"
with zipfile.ZipFile("orders.xlsx", "w") as z:
    z.writestr("[Content_Types].xml", f'<Types xmlns="{pack}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>')
    z.writestr("_rels/.rels", f'<Relationships xmlns="{pack}/relationships"><Relationship Id="r1" Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>')
    z.writestr("xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{rel}"><sheets><sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>')
    z.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{pack}/relationships"><Relationship Id="r1" Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>')
    z.writestr("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>')
END
	api POST table/delete/testdb/orders >/dev/null
	ok "Excel: the recipe runs" recipe xlsx2csv
	is "Excel: every value is the same" "$(rows testdb 'SELECT id, name, price FROM orders ORDER BY id')" \
		"$(printf 'id,name,price\n1,"hat, red",9.5\n2,日本,12.25\n3,"",0.0')"
else skip "Excel" "no xlsx2csv"; fi

# --- the files of schedulers, by the programs that read them

"$PYTHON" - "$ROOT/man/td-recipes.7" <<'END'
import re, sys
text = open(sys.argv[1]).read()
blocks = re.findall(r"^\.Bd -unfilled.*?\n(.*?)^\.Ed", text, re.S | re.M)
names = ["crontab-loads", "crontab", "load-orders.service", "load-orders.timer", "airflow.py", "load.dig", "actions.yml"]
assert len(blocks) == len(names), len(blocks)
for name, block in zip(names, blocks):
    open(name, "w").write(block.replace(r"\(dq", '"'))
END
is "crontab: five times and a command, without %" "$(grep -cE '^[0-9]+ [0-9]+ \* \* \*  /[^%]*$' crontab)" 1
if has systemd-analyze; then
	sed -i 's#^ExecStart=.*#ExecStart=/bin/true#; s/^User=.*//' load-orders.service
	is "systemd: nothing to complain about" "$(systemd-analyze verify ./load-orders.service ./load-orders.timer 2>&1 | grep load-orders)" ""
	like "systemd: the timer's time" "$(systemd-analyze calendar "$(sed -n 's/^OnCalendar=//p' load-orders.timer)")" '03:15:00'
else skip "systemd" "no systemd-analyze"; fi
ok "Airflow: it is Python" "$PYTHON" -c 'import ast, sys; ast.parse(open(sys.argv[1]).read())' airflow.py
if "$PYTHON" -c 'import yaml' 2>"$T/none"; then
	is "digdag: the command" "$("$PYTHON" -c 'import yaml, sys; print(yaml.safe_load(open("load.dig"))["+load"]["sh>"])')" './load-orders ${session_date}'
	printf '#!/bin/sh\ntd-fetch -f csv --no-header -d sample_datasets -e "SELECT 42"\n' >test-loads
	chmod +x test-loads
	is "GitHub Actions: the last step" "$(sh -c "$("$PYTHON" -c 'import yaml; print(yaml.safe_load(open("actions.yml"))["jobs"]["loads"]["steps"][-1]["run"])')")" 42
else skip "digdag, GitHub Actions" "no python3-yaml"; fi

finish
