#!/bin/sh
# td-encode: local times as Python's zoneinfo, another implementation, computes them: around changes to and from summer time
# and anywhere in 8,000 years, in 60 zones that a seed chooses.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/encode.sh"

cat >"$T/zones.py" <<'END'
import gzip, io, random, subprocess, sys
import msgpack
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

random.seed(1709208000)
UTC, S = timezone.utc, timedelta(seconds=1)
START, END, STEP = datetime(1970, 1, 3, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC), timedelta(days=7)

def changes(zone):
    """The moments at which a zone's distance to UTC changes."""
    at, found = START, []
    while at < END:
        low, high = at, at + STEP
        before = low.astimezone(zone).utcoffset()
        if high.astimezone(zone).utcoffset() != before:
            while high - low > S:
                mid = low + (high - low) // (2 * S) * S
                low, high = (mid, high) if mid.astimezone(zone).utcoffset() == before else (low, mid)
            found.append(high)
        at += STEP
    return found

def locals_of(zone):
    found = changes(zone)
    for change in random.sample(found, min(len(found), 20)):
        clock = change.astimezone(zone).replace(tzinfo=None)
        for distance in (-3601, -3600, -3599, -1, 0, 1, 1799, 3599, 3600, 3601, *random.sample(range(-9000, 9000), 10)):
            yield clock + distance * S
    for i in range(100):
        yield datetime(1970, 1, 3) + random.randrange(253402300799 - 4 * 86400) * S

looked = 0
names = sorted(n for n in available_timezones() if not n.startswith(("posix", "right", "local", "Factory")))
for name in random.sample(names, 60):
    zone = ZoneInfo(name)
    texts = list(locals_of(zone))
    random.shuffle(texts)
    rows = "".join("%04d%s%s\n" % (t.year, t.strftime("-%m-%d %H:%M:%S"), random.choice(["", ".5", ".999999999"])) for t in texts)
    run = subprocess.run(["td-encode", "-t", "at", "--time-zone", name], input=("at\n" + rows).encode(), stdout=subprocess.PIPE)
    assert run.returncode == 0, name
    got = [r["time"] for r in msgpack.Unpacker(io.BytesIO(gzip.decompress(run.stdout)))]
    # fold=0: the first of a time that happens twice; a time that is skipped goes by the offset before the change
    want = [(t.replace(tzinfo=zone).astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // S for t in texts]
    wrong = [(name, str(t), g, w) for t, g, w in zip(texts, got, want, strict=True) if g != w]
    assert not wrong, wrong[:3]
    looked += len(want)
print(looked)
END
if $PYTHON -c 'from zoneinfo import ZoneInfo; ZoneInfo("Europe/Berlin")' 2>/dev/null; then
	ok "times of 60 zones, as Python's zoneinfo has them" sh -c '"$1" "$2" >"$3/looked"' sh "$PYTHON" "$T/zones.py" "$T"
	ok "... enough of them" test "$(cat "$T/looked")" -gt 10000
else skip "times of 60 zones" "no zone files for Python"; fi

# --- numbers: -0.5 is not 1970
for t in -0.5 -1 -0.000001 -99999999999999999999.5; do
	encode "at\n$t\n" -t at; says "$t" 65 "line 2, column 1 'at': '$t' is before 1970"
done
printf '{"at":-0.5}\n' >"$T/in"
run td-encode -t at <"$T/in"; like "-0.5 of JSON" "$status $err" "65 .*-0.5 is before 1970"
encode 'at\n0.999\n-0\n1709175600.999999999\n' -t at --time-unit s
is "fractions are cut off" "$(printf '%s' "$records" | jq -c .time | tr '\n' ' ')" '0 0 1709175600 '
encode 'at\n1709175600999\n0\n' -t at --time-unit ms
is "... of milliseconds, too" "$(printf '%s' "$records" | jq -c .time | tr '\n' ' ')" '1709175600 0 '
encode 'at\n-0.5\n' -t at --time-unit ms; says "half a millisecond before 1970" 65 'is before 1970'
encode 'at\n9223372036854775807\n' -t at --time-unit ns
is "the last nanosecond of 64 bits" "$(printf '%s' "$records" | jq -c .time)" 9223372036
encode 'at\n1709175600123\n' -t at --time-format %s; says "milliseconds where --time-format says seconds" 65 'looks like milliseconds'
encode 'at\n-7\n' -t at --time-format %s; says "before 1970 by --time-format" 65 'is before 1970'
for t in 1709175600000:milliseconds 1709175600000000:microseconds 1709175600000000000:nanoseconds; do
	encode "at\n${t%:*}\n" -t at; says "${t#*:}" 65 "looks like ${t#*:}"
	printf '{"at":%s}\n' "${t%:*}" >"$T/in"
	run td-encode -t at <"$T/in"; like "${t#*:} of JSON" "$status $err" "65 .*looks like ${t#*:}"
done

encode 'at\n1709175600123\n170000000000\n' -t at --time-format %s --time-unit ms
is "--time-unit is of --time-format %s, too" "$(printf '%s' "$records" | jq -c .time | tr '\n' ' ')" '1709175600 170000000 '
encode 'at\n-0.5\n' -t at --time-format %s.%f; says "half a second before 1970 by --time-format" 65 'is before 1970'

# --- formats of numbers that are not text
pack '[{"at": 240131}, {"at": 240201.0}, {"at": "240202"}]' -t at --time-format %y%m%d
is "--time-format for numbers" "$(printf '%s' "$records" | jq -c .time | tr '\n' ' ')" '1706659200 1706745600 1706832000 '
pack '[{"at": 240231}]' -t at --time-format %y%m%d; says "... that are no date" 65 "240231 is not a date of the calendar"
pack '[{"at": 240131.5}]' -t at --time-format %y%m%d; says "... that have another form" 65 '240131.5 does not have the form'
pack '[{"at": 1709175600.5}]' -t at --time-format %s.%f
is "... seconds and a fraction" "$(printf '%s' "$records" | jq -c .time)" 1709175600
pack '[{"at": 50101}]' -t at --time-format %y%m%d; says "... that have lost a zero" 65 '50101 does not have the form'
for at in 2024060 20240131; do
	printf '{"at":%s}\n' "$at" >"$T/in"
	run td-encode -t at --time-format "$([ "$at" = 2024060 ] && echo %Y%j || echo %Y%m%d)" <"$T/in"
	is "... of JSON: $at" "$status $(records "$T/out" | jq -c .time)" "0 $(date -u -d "$([ "$at" = 2024060 ] && echo 20240229 || echo "$at")" +%s)"
done
for at in 9300000000000000000 18446744073709551615; do
	printf '{"at":%s}\n' "$at" >"$T/in"
	run td-encode -t at --time-unit ns <"$T/in"; is "$at ns of JSON" "$status $(records "$T/out" | jq -c .time)" "0 ${at%?????????}"
	encode "at\\n$at\\n" -t at --time-unit ns; is "... of CSV" "$status $(printf '%s' "$records" | jq -c .time)" "0 ${at%?????????}"
done
pack '[{"at": float("nan")}]' -t at; says "NaN" 65 'is not a time'

# --- the calendar
encode 'at\n2024-000\n' -t at --time-format %Y-%j; says "a year has no day 0" 65 'is not a date of the calendar'
encode 'at\n2016-12-31T23:59:60Z\n2017-01-01T08:59:60+09:00\n' -t at
is "a leap second" "$(printf '%s' "$records" | jq -c .time | tr '\n' ' ')" '1483228800 1483228800 '
encode 'at\n2016-12-31T12:59:60Z\n' -t at; says "a leap second at noon" 65 'a time of day that does not exist'
encode 'at\n1969-12-31T23:59:60Z\n' -t at; says "a leap second of 1969" 65 'before 1970'
for d in 1900-02-29 2100-02-29 2023-02-29 2024-04-31 2024-00-10; do
	encode "at\n$d\n" -t at; says "$d" 65 'is not a date of the calendar'
done
encode 'at\n2000-02-29\n2024-02-29\n2400-02-29\n' -t at
is "leap days" "$(printf '%s' "$records" | jq -c .time | tr '\n' ' ')" '951782400 1709164800 13574563200 '
encode 'at\n9999-12-31T23:59:59-00:01\n' -t at; says "beyond 9999 by its zone" 65 'beyond the year 9999'
encode 'at\n1970-01-01 08:59:59\n' -t at --time-zone Asia/Tokyo; says "before 1970 by its zone" 65 'is before 1970'

# --- zones
encode 'at\n2024-01-01\n' -t at --time-zone Asia/Tokyo
want=$records
export TZ=America/New_York TZDIR=/nonexistent
encode 'at\n2024-01-01\n' -t at --time-zone Asia/Tokyo
is "no variable changes a time" "$status $records" "0 $want"
is "... which is Tokyo's" "$(printf '%s' "$want" | jq -c .time)" 1704034800
unset TZ TZDIR
for tz in Europe/Berlin ''; do
	run env TZ="$tz" td-encode -t at --time-zone Asia/Tokyo -- sh -c 'printf "at,tz\n2024-01-01,${TZ}x\n"'
	is "a command has its own zone, '$tz'" "$(records "$T/out")" "{\"at\": \"2024-01-01\", \"time\": 1704034800, \"tz\": \"${tz}x\"}"
done
run env -u TZ td-encode -t at --time-zone Asia/Tokyo -- sh -c 'printf "at,tz\n2024-01-01,${TZ-none}\n"'
is "... or none" "$(records "$T/out")" '{"at": "2024-01-01", "time": 1704034800, "tz": "none"}'

# --- impossible times
for at in 202405201234:%Y%m%d%H%M 2024052012:%Y%m%d%H 20240520123456:%Y%m%d%H%M%S 20240520:%Y%m%d; do
	digits=${at%:*} format=${at#*:}
	encode "at\\n$digits\\n" -t at; says "$digits" 65 "'$digits' looks like a date.*: --time-format $format reads it"
	encode "at\\n$digits\\n" -t at --time-format "$format"
	want=$($PYTHON -c 'import sys, datetime as d
print(int(d.datetime.strptime(sys.argv[1], sys.argv[2]).replace(tzinfo=d.timezone.utc).timestamp()))' "$digits" "$format")
	is "... and with the advice" "$(printf '%s' "$records" | jq .time)" "$want"
done
for at in 202405 2024 0930 20240532 7; do
	encode "at\\n$at\\n" -t at; says "$at" 65 "'$at' is not a time between 1990 and 2100 in seconds: name its --time-unit or --time-format"
	encode "at\\n$at\\n" -t at --time-unit s; is "... and with the advice" "$status $(printf '%s' "$records" | jq .time)" "0 $(printf '%s' $at | sed 's/^0//')"
done
encode 'at\n45000\n' -t at; says "a spreadsheet's day" 65 "looks like the day number of a spreadsheet"
encode '{"delay":0,"time":3.02}\n'; says "hours" 65 "column 2 'time': 3.02 is not a time .* --time-unit .*; if it is not the time of the row: --rename time=NAME, --time-column COLUMN, --time-value TIME"
encode '{"delay":0,"time":3.02}\n' --rename time=hour --time-value 9; is "... and with the advice" "$records" '{"delay": 0, "hour": 3.02, "time": 9}'
encode '{"time":1709175600.5}\n'; says "a fraction in a column time" 65 "has a fraction, which a time does not keep: --time-column cuts it off"
encode '{"time":1709175600.5}\n' -t time; is "... and with the advice" "$records" '{"time": 1709175600}'
encode 'date,time\n2013-06-15,00:18:11\n'; says "a time of day" 65 "--rename time=NAME, --time-column COLUMN"
for f in '%b %d %H:%M:%S:it has no year' '%Y-%m:it has no day' '%H:%M:it has no year' '%Y-%m-%d %I\:%M:%I without %p' '%F %H %p:%p goes with %I' '%F %j:%j and a month' '%F %d:a conversion says what' '%Q:an unknown conversion'; do
	encode 'at\n1\n' -t at --time-format "$(printf '%s' "${f%:*}" | tr -d '\\')"; is "--time-format ${f%:*}: status" "$status" 2
	like "... the message" "$err" "${f##*:}"
done
encode 'at\nFri 2024-02-29\n' -t at --time-format '%a %F'; says "a weekday that is another" 65 "names a weekday that is not the date's"
for o in '--time-format %F' '--time-unit s' '--time-zone UTC' '--time-gap reject'; do
	encode 'a\n1\n' $o; is "$o without a time: status" "$status" 2
	like "... the message" "$err" "${o%% *} needs a time to read: --time-column COLUMN"
done

# --- formats that other programs write
encode 'at\n2024-02-29 21:00:00.000 Asia/Tokyo\n2024-02-29 12:00:00.000 UTC\n2024-02-29 21:00:00 JST\n20240229T120000Z\n2024/02/29 12:00\n2024-02-29 07:00:00 America/New_York\n' -t at
is "zones by name, abbreviations, the basic form, slashes" "$(printf '%s' "$records" | jq -c .time | sort -u)" 1709208000
encode 'at\n2024-02-29 21:00:00 CST\n' -t at; says "an abbreviation of several zones" 65 'is not a time'
encode 'at\n2024-02-29 21:00:00 Mars/Olympus\n' -t at; says "a zone that does not exist" 65 'names a zone that is not known here'
pack '[{"at": msgpack.Timestamp(1709208000, 5)}, {"at": msgpack.Timestamp(1709208000)}]' -t at --drop at
is "timestamps of msgpack" "$(printf '%s' "$records" | jq -c .time | sort -u)" 1709208000

# --- local times that clock changes skip or repeat
encode 'at\n2024-03-10 02:30\n2024-11-03 01:30\n2024-11-03 03:30\n' -t at --time-zone America/New_York --time-gap reject --rejects "$T/rej"
is "--time-gap reject" "$status $(printf '%s' "$records" | jq .time) $(grep -c '#td-encode: .*a clock change' "$T/rej")" "0 1730622600 2"
encode 'at\n2024-11-03 01:30\n' -t at --time-zone America/New_York --time-gap reject; says "a time that is repeated" 65 "is a local time that a clock change repeats .--time-gap."
encode 'at\n2024-11-03 01:30-05:00\n' -t at --time-zone America/New_York --time-gap reject; is "... is not with a zone" "$(printf '%s' "$records" | jq .time)" 1730615400

# --- names that are not zones
for z in America tzdata.zi Nowhere/Else '' /etc/passwd ../zoneinfo/UTC; do
	td-encode --time-zone "$z" </dev/null >"$T/out" 2>"$T/err"
	is "--time-zone '$z': status" "$?" 2
done
finish
