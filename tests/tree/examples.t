#!/bin/sh
# Runs every example of the manuals and of README.md unchanged, in bash with pipefail, against a td-local of its own and in a
# home directory that holds the files that the examples mention. Only these are replaced: the site jp, by this td-local; its
# port; and the number of a job. Programs that are not the project's are stubs that print what the real ones would.
. "$(dirname "$0")/../lib/lib.sh"

# What cannot be run here: NAME-NN  why. Keep it short.
cat >"$T/not-run" <<'END'
END

if ! command -v bash >/dev/null; then skip "examples" "no bash"; finish; fi
mkdir "$T/ex" "$T/bin" "$T/base" "$T/base/.td"
ok "the examples are taken out" "$PYTHON" "$ROOT/tests/tree/examples.py" "$T/ex" "$ROOT"/man/*.[157] "$ROOT/README.md"

# --- programs
stub() { # NAME, its script on stdin
	{ echo '#!/bin/sh'; cat; } >"$T/bin/$1"
	chmod +x "$T/bin/$1"
}
orders='id,ordered_at,amount\n1,2024-02-29 12:00:00,9.50\n2,2024-03-01 08:30:00,12.25\n'
printf "$orders" >"$T/orders.csv"
stub psql <<END
case \$* in
*'FROM STDIN'*) exec cat ;;
*'MAX(id)'*) echo 2 ;;
*"ordered_at < '2024-03-01'"*) sed '1s/\$/,updated_at/; 2s/\$/,2024-03-01 09:00:00+00/; 3d' "$T/orders.csv" ;;
*updated_at*) sed '1s/\$/,updated_at/; 2,\$s/\$/,2024-03-01 09:00:00+00/' "$T/orders.csv" ;;
*) cat "$T/orders.csv" ;;
esac
END
for program in duckdb xlsx2csv; do echo "cat '$T/orders.csv'" | stub $program; done
echo "gzip -c '$T/orders.csv'" | stub aws
stub mongoexport <<'END'
echo '{"_id":{"$oid":"65e07d1c0000000000000001"},"amount":9.5,"time":1709210096}'
echo '{"_id":{"$oid":"65e07d1c0000000000000002"},"amount":12.25,"time":1709210097}'
END
if ! command -v parallel >/dev/null; then
	stub parallel <<'END'
for last; do :; done
while read -r n; do bash -ec "$(printf %s "$last" | sed "s/{}/$n/g")" || exit; done
END
fi
echo "printf '$orders'" | stub mysql-to-csv
echo "printf '$orders' | tr , '\\t'" | stub mysql
echo 'shift $(($# - 1)); cat "$1"' | stub mlr
echo "exec $PYTHON \"\$@\"" | stub python3
echo 'echo 1/0123456789abcdef0123456789abcdef01234567' | stub pass
curl=$(command -v curl)
stub curl <<END
case \$* in
*page.json*after=0) echo '{"orders":[{"id":1},{"id":2}],"next":2}' >page.json ;;
*page.json*after=*) echo '{"orders":[],"next":null}' >page.json ;;
*page.json*page=1) echo '{"orders":[{"id":1},{"id":2}],"next":"https://example.com/orders?page=2"}' >page.json ;;
*page.json*) echo '{"orders":[{"id":3}],"next":null}' >page.json ;;
*example.com*) printf '{"id":1,"name":"a"}\n{"id":2,"name":"b"}\n' ;;
*) exec $curl "\$@" ;;
esac
END
stub td-local <<END
echo \$\$ >"$T/started"
exec "$BUILD/td-local" --listen 127.0.0.1:$("$PYTHON" -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' | tee "$T/port") "\$@"
END
port=$(cat "$T/port")

# --- files
cd "$T/base" || exit 1
printf 'check:\n\ttd-fetch --no-wait -d sample_datasets -e "SELECT 1 AS a"\n' >Makefile
echo 'SELECT code, COUNT(1) AS cnt FROM www_access GROUP BY code' >query.sql
printf 'date,station,celsius\n2024-02-28,47662,8.1\n2024-02-29,47662,9.4\n' >weather.csv
printf "$orders" >orders.csv
printf '007,apple,1.5\n010,pear,2.25\n' >codes.csv
printf 'item,price\nhat,30\ncoat,120\n' >new.csv
cp new.csv prices.csv
printf '{"items":[{"id":1,"tags":["x"]},{"id":2,"tags":[]}]}\n' >items.json
{
	echo item,amount
	i=0
	while [ $i -lt 99 ]; do echo "hat,$((i += 1))"; done
	echo coat,n/a
} >sales.csv
printf 'datum;ort;wert\n29.02.2024;K\366ln;NULL\n01.03.2024;Bonn;7\n' >export.csv
cat >access.log <<'END'
127.0.0.1 - frank [10/Oct/2023:13:55:36 -0700] "GET /index.html HTTP/1.0" 200 2326 "-" "Mozilla/4.08"
::1 - - [29/Feb/2024:12:00:00 +0900] "POST /a HTTP/2.0" 404 - "-" "curl/8.1"
END
gzip -c access.log >access.log.1.gz
echo '<13>Feb  5 17:32:18 host app[7]: text' | gzip >syslog.1.gz
echo 'SELECT 1795780800 AS time, 7 AS id' >day.sql
printf 'id,amount\n1,10.5\n' >changed.csv
for i in 1 2; do gzip -c orders.csv >orders-2024-02-29-$i.csv.gz; done
echo '127.0.0.1 - - [29/Feb/2024:12:34:56 +0900] "GET / HTTP/1.1" 200 512 "-" "curl/8"' >access.log
gzip -c access.log >access.log.2.gz
echo '2024-02-29 12:34:56 [WARN] disk full' >app.log
mkdir -p incoming tests/data/sample_datasets
cp new.csv tests/data/sample_datasets/prices.csv
printf "$orders" >incoming/monday.csv
printf "$orders" >incoming/tuesday.csv
sqlite3 shop.db "CREATE TABLE orders(id INTEGER, ordered_at TEXT, amount REAL);
	INSERT INTO orders VALUES (1, '2024-02-29 12:00:00', 9.5), (2, '2024-03-01 08:30:00', 12.25)"
echo '{"at":1709210096789,"tags":["a","b"]}' >items.jsonl
i=0
while [ $i -lt 200 ]; do echo "{\"time\":$((1700000000 + i)),\"path\":\"/$i\"}"; i=$((i + 1)); done >access.jsonl
echo '{"time":' >>access.jsonl
td-encode --no-header -c code:string,name:string,amount:double <codes.csv >codes.frame
td-encode <new.csv >rows.frame
for key in source target other; do echo 1/0123456789abcdef0123456789abcdef01234567 >.td/$key.key; done
chmod 600 .td/*

# --- a Treasure Data that holds what the examples expect: databases, tables, a schedule that has run, a job
local_start base --polls 0
for db in testdb shop; do api POST "database/create/$db" >"$T/.ok"; done
td-fetch -d sample_datasets -e 'SELECT * FROM www_access LIMIT 500' | td-encode | td-put -q td://@/testdb/www_access >"$T/.ok"
job=$(td-fetch --no-wait -d testdb <query.sql)
td-fetch -q "$job" >"$T/.ok"
curl -sS -H "Authorization: TD1 $TD_API_KEY" -d 1800000000 "$TD_API_SERVER/local/clock" >"$T/.ok"
api POST schedule/create/hourly -d 'cron=0 * * * *' -d database=testdb --data-urlencode "query=$(cat query.sql)" >"$T/.ok"
curl -sS -H "Authorization: TD1 $TD_API_KEY" -d +3600 "$TD_API_SERVER/local/clock" >"$T/.ok"
ran() { api GET schedule/history/hourly | jq -e 'any(.history[]; .status == "success")'; }
ok "the schedule has run" until_ok ran
local_stop

# --- running
gone() { ! kill -0 "$1" 2>/dev/null; }
run_example() { # FILE
	dir=$T/home-$name
	cp -R "$T/base" "$dir"
	cp -R "$T/base.data" "$T/$name.data"
	local_start "$name" --polls 0
	sed "s#@jp/#@/#g; s#127\.0\.0\.1:8080#${TD_API_SERVER#http://}#g; s/123456789/$job/g" "$1" >"$dir/example"
	grep -q '^td-local ' "$1" && sed "s#127\.0\.0\.1:8080#127.0.0.1:$port#g" "$1" >"$dir/example"
	(
		cd "$dir" || exit 1
		HOME=$dir PATH=$T/bin:$PATH
		td-conn add --key-file ~/.td/other.key mydb td://@/testdb
		td-conn add --key-file ~/.td/other.key other td://@/testdb
		case $1 in
		*.mk) # a failed recipe leaves no target; a finished one is not run again
			! TD_API_KEY=1/wrong make -sf example && test ! -e output_table.receipt && make -sf example && make -qf example
			;;
		*.conf)
			install -m 600 example .config/td-pipe/connections && td-conn list >list &&
				test "$(wc -l <list)" -eq "$(grep -c '^\[' example)"
			;;
		*) bash -eo pipefail example <.td/other.key ;;
		esac
	) >"$T/$name.out" 2>&1
	status=$?
	local_stop
	if grep -q '^td-local ' "$1"; then
		until_ok test -s "$T/started"
		started=$(cat "$T/started")
		gone "$started" || kill "$started" # with --exec it has ended
		until_ok gone "$started"
		rm "$T/started"
	fi
	[ $status -eq 0 ] || cat "$T/$name.out"
	rm -rf "$dir" "$T/$name.data"
	return $status
}

# The quick start: its first block is a shell with a Treasure Data, in which the others are typed.
quick() { # SHELL
	rm -rf "$T/quick"
	mkdir "$T/quick"
	cd "$T/quick" || return 1
	sed "s/bash\$/$1/" "$(grep -lx 'td-local --data .* -- bash' "$T"/ex/README.md-*)" >first
	cat "$T"/ex/README.md-0[34] >rest
	HOME=$T/quick bash -eo pipefail first <rest >out 2>err || { cat err; return 1; }
	grep -q '47662  *9.4' out && grep -q '^ *200 ' out && grep -q '"status":"done"' out
}
ok "the quick start, in bash" quick bash
if command -v zsh >/dev/null; then ok "the quick start, in zsh" quick 'zsh -f'; else skip "the quick start, in zsh" "no zsh"; fi
rm "$T"/ex/README.md-0[2-4]
cd "$T/base" || exit 1

for file in "$T"/ex/*; do
	name=${file##*/}
	what="$name: $(grep -v '^$' "$file" | head -n 1)"
	why=$(sed -n "s/^${name%.mk} *//p" "$T/not-run")
	if [ -n "$why" ]; then skip "$what" "$why"; else ok "$what" run_example "$file"; fi
done
like "there are examples" "$(ls "$T/ex" | wc -l)" '^[3-9][0-9]$'
finish
