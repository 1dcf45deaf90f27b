#!/bin/sh
# Daily loads under kill -9 at random moments: a day loaded again with other rows, an hourly merge with quiet hours, a backfill
# of many days by GNU parallel. At the end of each the table equals what SQLite holds. A sample here; more by
# `make check-faults` (TD_TEST_ROUNDS, TD_TEST_DAYS, SEED).
. "$(dirname "$0")/../lib/lib.sh"
. "$ROOT/tests/lib/put.sh"
for program in flock parallel setsid; do
	command -v $program >/dev/null || { echo "1..0 # skip no $program"; exit 0; }
done
ROUNDS=${TD_TEST_ROUNDS:-3} DAYS=${TD_TEST_DAYS:-4} SEED=${SEED:-7}
local_start local --no-samples --polls 0
api POST database/create/testdb >/dev/null
DB=$T/source.db
export DB T
sqlite3 "$DB" 'CREATE TABLE orders (time INTEGER, id INTEGER PRIMARY KEY, name TEXT, changed INTEGER)'
FIRST=1764201600 # 2025-11-27
mkdir "$T/bin"

# As the manual has them; psql is sqlite3 here.
cat >"$T/bin/day" <<'END'
#!/bin/sh -e
# day FROM TO: the rows of a day, again
{
	echo time,id,name,changed
	sqlite3 -csv "$DB" "SELECT * FROM orders WHERE time >= $1 AND time < $2"
} >"$T/day.$1.csv"
td-encode -f csv --columns time:long,id:long,name:string,changed:long <"$T/day.$1.csv" |
	td-put "td://@/testdb/daily?mode=replace&from=$1&to=$2" >"$T/day.$1.loaded"
flock "$T/daily.lock" td-swap --allow-empty <"$T/day.$1.loaded" >"$T/day.$1.receipt"
END
cat >"$T/bin/hour" <<'END'
#!/bin/sh -e
# hour: what has changed, by id
since=$(cat "$T/hourly.mark" 2>/dev/null || echo 0)
{
	echo time,id,name,changed
	sqlite3 -csv "$DB" "SELECT * FROM orders WHERE changed >= $since - 1"
} >"$T/hour.csv"
td-encode -f csv --columns time:long,id:long,name:string,changed:long --watermark changed <"$T/hour.csv" |
	td-put 'td://@/testdb/hourly?mode=merge&key=id' >"$T/hour.loaded"
td-swap --watermark-file "$T/hourly.mark" <"$T/hour.loaded" >"$T/hour.receipt"
END
chmod +x "$T/bin/day" "$T/bin/hour"

dice() { # N: a number below N, another one each time
	SEED=$(((SEED * 1103515245 + 12345) % 2147483648))
	drawn=$((SEED / 65536 % $1))
}
tools() { # SESSION: the tools that run in it
	ps -s "$1" -o pid=,comm= | awk '$2 ~ /^td-/ { print $1 }'
}
# Repeats a command until it succeeds; at first one of its programs, or all, are killed.
under_kill() {
	for try in 1 2 3 4; do
		setsid "$@" >/dev/null 2>"$T/kill.err" &
		pid=$!
		if [ $try -lt 4 ]; then
			dice 90
			sleep "$(awk -v n="$drawn" 'BEGIN { print n / 100 }')"
			victims=$(tools $pid)
			dice 3
			if [ -n "$victims" ] && [ "$drawn" -gt 0 ]; then
				kills=$((kills + 1))
				# shellcheck disable=SC2086 # each of them
				[ "$drawn" -eq 1 ] && kill -9 $victims 2>/dev/null
				[ "$drawn" -eq 2 ] && kill -9 "$(echo "$victims" | tail -n 1)" 2>/dev/null
			fi
		fi
		wait $pid && return 0
	done
	cat "$T/kill.err"
	return 1
}
change() { # N: rows of the first day come, change and go, at the "time" N
	i=0
	while [ $i -lt 6 ]; do
		dice 30
		id=$drawn
		dice 86400
		echo "INSERT OR REPLACE INTO orders VALUES ($((FIRST + drawn)), $id, 'row $id of $1', $1);"
		i=$((i + 1))
	done | sqlite3 "$DB"
}
same() { # WHAT TABLE [CONDITION]
	td-fetch -d testdb -f csv --no-header -e "SELECT time, id, name, changed FROM $2 ORDER BY id" >"$T/have"
	sqlite3 -csv "$DB" "SELECT time, id, name, changed FROM orders ORDER BY id" | tr -d '"\r' >"$T/want"
	ok "$1: the table is what SQLite has" diff "$T/have" "$T/want"
}

kills=0
n_round=1
while [ $n_round -le "$ROUNDS" ]; do
	change $n_round
	dice 30
	sqlite3 "$DB" "DELETE FROM orders WHERE id = $drawn"
	ok "a day, round $n_round" under_kill "$T/bin/day" $FIRST $((FIRST + 86400))
	same "a day, round $n_round" daily
	n_round=$((n_round + 1))
done
hour=10
while [ $hour -lt $((10 + ROUNDS)) ]; do
	[ $hour -eq 11 ] || change $hour # the quiet one
	ok "an hour, $hour" under_kill "$T/bin/hour"
	[ $hour -gt 10 ] || sqlite3 "$DB" "UPDATE orders SET changed = 9 WHERE changed < 9"
	hour=$((hour + 1))
done
td-fetch -d testdb -f csv --no-header -e "SELECT time, id, name FROM hourly ORDER BY id" >"$T/have"
sqlite3 -csv "$DB" "SELECT time, id, name FROM orders ORDER BY id" | tr -d '"\r' >"$T/want"
ok "hours: the table is what SQLite has" diff "$T/have" "$T/want"
like "something was killed" "$kills" "^[1-9]"
echo "# $kills kills"

sqlite3 "$DB" 'DELETE FROM orders'
i=0
while [ $i -lt "$DAYS" ]; do
	for id in 1 2 3; do echo "INSERT INTO orders VALUES ($((FIRST + i * 86400 + id * 7)), $((i * 10 + id)), 'day $i', 50);"; done
	i=$((i + 1))
done | sqlite3 "$DB"
api POST table/delete/testdb/daily >/dev/null
i=0
while [ $i -lt "$DAYS" ]; do
	echo "$((FIRST + i * 86400)) $((FIRST + i * 86400 + 86400))"
	i=$((i + 1))
done >"$T/days"
setsid parallel --will-cite --colsep ' ' -j 3 --retries 20 "$T/bin/day" '{1}' '{2}' <"$T/days" >"$T/parallel" 2>&1 &
parallel=$!
i=0
while [ $i -lt "$DAYS" ] && kill -0 $parallel 2>/dev/null; do
	dice 60
	sleep "$(awk -v n="$drawn" 'BEGIN { print n / 100 + 0.2 }')"
	victim=$(tools $parallel | head -n 1)
	[ -z "$victim" ] || { kill -9 "$victim" 2>/dev/null && kills=$((kills + 1)); }
	i=$((i + 2))
done
wait $parallel
is "a backfill of $DAYS days" $? 0
echo "# $kills kills"
same "a backfill" daily
td-swap --gc --older-than 0 td://@/testdb >"$T/gone"
is "what the dead left is found by --gc" "$(tables testdb)" "daily hourly"

finish
