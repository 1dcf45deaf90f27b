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
sqlite3 "$DB" 'CREATE TABLE orders (id INTEGER PRIMARY KEY, ordered_at TEXT, amount REAL, updated_at TEXT, note TEXT)'
mkdir "$T/bin" "$T/ex" "$T/loads"
PATH=$T/bin:$PATH

# The scripts and the crontab lines of td-recipes(7), as they stand there; psql is sqlite3, and today is one day.
"$PYTHON" "$ROOT/tests/tree/examples.py" "$T/ex" "$ROOT/man/td-recipes.7"
for script in load-day load-days load-hour; do
	(cd "$T/loads" && sed '/^chmod/q' "$(grep -l "^cat > $script " "$T"/ex/*)" | bash -e)
	ok "the manual has $script" test -x "$T/loads/$script"
done
sed -n '/^\.Ss crontab lines/,/^\.Ed/p' "$ROOT/man/td-recipes.7" | sed "s#/home/me/loads#$T/loads#g" >"$T/crontab"
for end in load-day load-hour 'load-days 30'; do
	grep -q "$end\$" "$T/crontab" || echo "Bail out! no line of crontab ends with $end"
done
line() { sed -n "s/^[0-9]* [0-9*]* [0-9*]* \* \* *\(.*$1\)\$/\1/p" "$T/crontab"; }
cat >"$T/bin/psql" <<'END'
#!/bin/sh
for copy; do :; done
echo id,ordered_at,amount,updated_at,note
exec sqlite3 -csv "$DB" "$(echo "$copy" | tr '\n' ' ' | sed 's/^COPY (//; s/) TO STDOUT CSV HEADER *$//')"
END
cat >"$T/bin/date" <<'END'
#!/bin/sh
case $3 in
yesterday | *' days ago') exec /bin/date "$1" "$2" "2025-11-28 $3" "$4" ;;
*) exec /bin/date "$@" ;;
esac
END
chmod +x "$T/bin/psql" "$T/bin/date"

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
change() { # N: rows of yesterday come and change, at the hour N
	i=0
	while [ $i -lt 6 ]; do
		dice 30
		id=$drawn
		dice 60
		echo "INSERT OR REPLACE INTO orders VALUES ($id, '2025-11-27 $(printf '%02d' $((drawn % 24))):$(printf '%02d' $drawn):00', $id.5, '2025-11-28 $(printf '%02d' "$1"):00:00', 'row $id of $1');"
		i=$((i + 1))
	done | sqlite3 "$DB"
}
same() { # WHAT TABLE
	td-fetch -d testdb -f csv --no-header -e "SELECT time, id, amount, updated_at, note FROM $2 ORDER BY id" | tr -d '"' >"$T/have"
	sqlite3 -csv "$DB" "SELECT unixepoch(ordered_at), id, amount, updated_at, note FROM orders ORDER BY id" | tr -d '"\r' >"$T/want"
	ok "$1: the table is what SQLite has" diff "$T/have" "$T/want"
}

kills=0
n_round=1
while [ $n_round -le "$ROUNDS" ]; do
	change $n_round
	dice 30
	sqlite3 "$DB" "DELETE FROM orders WHERE id = $drawn"
	ok "yesterday, round $n_round" under_kill sh -c "$(line load-day)"
	same "yesterday, round $n_round" orders_days
	n_round=$((n_round + 1))
done
hour=1
while [ $hour -le "$ROUNDS" ]; do
	[ $hour -eq 2 ] || change $((hour % 24)) # the quiet one
	[ $hour -gt 1 ] || sqlite3 "$DB" "UPDATE orders SET updated_at = '2025-11-28 00:00:00'"
	ok "an hour, $hour" under_kill sh -c "$(line load-hour)"
	hour=$((hour + 1))
	[ $hour -lt 24 ] || break
done
same "hours" orders_now
is "a quiet hour at the end" "$(sh -c "$(line load-hour)" 2>&1; echo $?)" 0
same "a quiet hour at the end" orders_now
like "something was killed" "$kills" "^[1-9]"
echo "# $kills kills"

sqlite3 "$DB" 'DELETE FROM orders'
i=1
while [ $i -le "$DAYS" ]; do
	day=$(date -u -d "$i days ago" +%F)
	for id in 1 2 3; do echo "INSERT INTO orders VALUES ($((i * 10 + id)), '$day 0$id:00:00', 0.5, '', 'day $i');"; done
	i=$((i + 1))
done | sqlite3 "$DB"
api POST table/delete/testdb/orders_days >/dev/null
setsid sh -c "$(line "load-days 30" | sed "s/ 30$/ $DAYS/")" >"$T/parallel" 2>&1 &
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
is "a backfill of $DAYS days" "$?" 0
echo "# $kills kills"
same "a backfill" orders_days
td-swap --gc --older-than 0 td://@/testdb >"$T/gone"
is "what the dead left is found by --gc" "$(tables testdb)" "orders_days orders_now"

finish
