#!/bin/sh
# tests/cookbook/hourly under the cron daemon itself: it runs, keeps receipts, mails only failures, and is not run twice at a time.
# The daemon has a file system of its own with our crontab alone, and writes mail to a file. It is started anew for each run,
# whose line says @reboot; `make check-faults` waits for whole minutes instead (CRON_TIME='* * * * *').
. "$(dirname "$0")/../lib/lib.sh"
. "$ROOT/tests/lib/put.sh"
why=
for program in flock cron unshare; do command -v $program >/dev/null || why="no $program"; done
[ -n "$why" ] || [ "$(id -u)" -eq 0 ] || why="only root may"
[ -n "$why" ] || unshare -m sh -c 'mount -t tmpfs none /run' 2>/dev/null || why="no file system of its own here"
if [ -n "$why" ]; then
	skip "the cron daemon" "$why"
	finish
fi
when=${CRON_TIME:-@reboot}
local_start local --no-samples --polls 0
api POST database/create/testdb >/dev/null
api POST database/create/sample_datasets >/dev/null
mkdir -p "$T/transfers" "$T/spool/crontabs" "$T/none" "$T/sbin"
cp "$ROOT/tests/cookbook/hourly" "$T/transfers"
echo 'SELECT 404 AS code UNION ALL SELECT 500' >"$T/transfers/hourly.sql"
(umask 077 && echo "$TD_API_KEY" >"$T/transfers/key")
cp "$(command -v cron)" "$T/sbin/cron"
! chkpwd=$(command -v unix_chkpwd) || cp -p "$chkpwd" "$T/sbin" # for PAM
cat >"$T/sbin/sendmail" <<END # newer daemons fold long lines (quoted-printable): unfold them
#!/bin/sh
sed -e ':more' -e '/=\$/{' -e N -e 's/=\n//' -e 'b more' -e '}' >>"$T/mail"
END
chmod +x "$T/sbin/sendmail"
cat >"$T/daemon" <<END
mount -t tmpfs none /run
mount --bind "$T/spool" /var/spool/cron
mount --bind "$T/none" /etc/cron.d
mount --bind /dev/null /etc/crontab
mount --bind "$T/sbin" /usr/sbin
exec cron -f
END

cron() { # HOW-OFTEN: as many runs at once
	: >"$T/mail"
	rm -rf "$T/transfers/receipts"
	{
		printf 'TD_PATH=%s\nTD_API_SERVER=%s\n' "$BUILD" "$TD_API_SERVER"
		for i in $(seq "$1"); do printf '%s  %s/transfers/hourly\n' "$when" "$T"; done
	} >"$T/spool/crontabs/root"
	chmod 600 "$T/spool/crontabs/root"
	unshare -m --propagation private sh -e "$T/daemon" >"$T/cron.out" 2>&1 &
	cron=$!
	pids="$pids $cron"
}
idle() { ! grep -qs "^PPid:	$cron\$" /proc/[0-9]*/status; }
cron_end() { # when all runs have ended and their mail is written
	until_ok idle
	kill "$cron" && wait "$cron" 2>/dev/null
}
until_true() { # COMMAND...: a minute and more
	until_ok "$@" || until_ok "$@" || until_ok "$@" || until_ok "$@"
}
ended() { # KIND: one run has left its receipt of this kind
	find "$T/transfers/receipts" -name "*.$1" | grep -q .
}
mailed() { grep -q "$1" "$T/mail"; }
rows() { rows_of testdb "(SELECT code AS id FROM hourly)" | tail -n 1; }

cron 1
ok "cron runs it" until_true ended json
cron_end
is "its receipt says done" "$(jq -r .status "$T"/transfers/receipts/*.json)" "done"
is "the rows are there" "$(rows)" "2,2,904"
is "nothing is mailed" "$(cat "$T/mail")" ""

faults 'POST bulk_import/perform/* 1 delay=2'
cron 2
ok "two at once: one of them runs" until_true ended json
cron_end
ok "two at once: the other is mailed" mailed 'hourly: the run before is still at work'
is "two at once: one mail, one receipt" "$(grep -c '^Subject:' "$T/mail") $(find "$T/transfers/receipts" -type f | wc -l)" "1 1"
is "two at once: the rows are there" "$(rows)" "2,2,904"

faults 'POST bulk_import/commit/* * 422'
cron 1
ok "a failure leaves a receipt" until_true ended failed
cron_end
ok "a failure is mailed" mailed '^td-put: .*422'
is "a failure: its reason once" "$(grep -c '422' "$T/mail")" 1
is "a failure: the rows are as they were" "$(rows)" "2,2,904"
is "a failure: nothing else is left" "$(tables testdb) $(sessions)" "hourly 0"

finish
