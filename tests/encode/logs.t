#!/bin/sh
# td-encode -f apache, ltsv, syslog and regex: logs, each with its time.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/encode.sh"
cd "$T" || exit 1

# from OPTION...: the rows of the file "log"
from() {
	td-encode -q "$@" <log >frame 2>err
	status=$? err=$(cat err)
	decode frame
}

# --- Apache httpd, nginx
cat >log <<'E_'
127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326
::1 - - [10/Oct/2000:13:55:37 -0700] "GET /a\"b?q=1 HTTP/1.1" 304 - "http://x/" "Mozilla/5.0 (X11; \"q\")"
1.2.3.4 - - [10/Oct/2000:13:55:38 +0900] "\x16\x03\x01" 400 226 "-" "-"
1.2.3.4 - - [10/Oct/2000:13:55:38 +0900] "-" 408 - "-" ""
E_
from -f apache
is "the common and the combined log format" "$status $records" '0 {"agent": null, "code": 200, "host": "127.0.0.1", "ident": null, "method": "GET", "path": "/apache_pb.gif", "protocol": "HTTP/1.0", "referer": null, "size": 2326, "time": 971211336, "user": "frank"}
{"agent": "Mozilla/5.0 (X11; \\\"q\\\")", "code": 304, "host": "::1", "ident": null, "method": "GET", "path": "/a\\\"b?q=1", "protocol": "HTTP/1.1", "referer": "http://x/", "size": null, "time": 971211337, "user": null}
{"agent": null, "code": 400, "host": "1.2.3.4", "ident": null, "method": null, "path": "\\x16\\x03\\x01", "protocol": null, "referer": null, "size": 226, "time": 971153738, "user": null}
{"agent": "", "code": 408, "host": "1.2.3.4", "ident": null, "method": null, "path": null, "protocol": null, "referer": null, "size": null, "time": 971153738, "user": null}'
is "... the types in the head" "$(note_of frame H | jq -c '.columns')" \
	'[["host","string"],["ident","string"],["user","string"],["method","string"],["path","string"],["protocol","string"],["code","long"],["size","long"],["referer","string"],["agent","string"]]'
gzip -c log >log.gz; td-encode -q -f apache log log.gz >frame; is "... two files, one gzip'ed" "$(records frame | wc -l)" 8
like "... --preview" "$(td-encode -f apache --preview log)" '^code +long +the format +.200., .304.'
$PYTHON - <<'E_' >log
import random
random.seed(7)
words = ["GET", "/", "HTTP/1.1", "-", '\\"', "\\\\", "x y", "é", "[", "]", ":"]
for i in range(20000):
    q = lambda: " ".join(random.choice(words) for _ in range(random.randint(0, 4)))
    print('10.0.0.%d - u%d [%02d/Feb/2024:12:%02d:%02d +0%d00] "%s" %d %s "%s" "%s"' % (i % 256, i, 1 + i % 29, i % 60, i % 60, i % 10,
        random.choice(["GET /%d HTTP/1.1" % i, q()]), random.randint(100, 599), random.choice(["-", i]), q(), q()))
E_
from -f apache
is "20,000 lines, against a regular expression of Python's" "$($PYTHON - <<'E_'
import calendar, gzip, msgpack, re, time, datetime
line = re.compile(r'(\S+) (\S+) (\S+) \[([^]]*)\] "((?:[^"\\]|\\.)*)" (\S+) (\S+)(?: "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)")?$')
nil = lambda s: None if s == "-" else s
bad = 0
rows = list(msgpack.Unpacker(gzip.open("frame")))
lines = open("log", encoding="utf-8").read().splitlines()
for r, l in zip(rows, lines):
    host, ident, user, at, request, code, size, referer, agent = line.match(l).groups()
    m = re.fullmatch(r"(\S+) (\S+) (HTTP/\S+)", request)
    method, path, protocol = m.groups() if m else (None, nil(request), None)
    want = dict(host=nil(host), ident=nil(ident), user=nil(user), method=method, path=path, protocol=protocol, code=int(code), size=None if size == "-" else int(size),
        referer=nil(referer), agent=nil(agent), time=int(datetime.datetime.strptime(at, "%d/%b/%Y:%H:%M:%S %z").timestamp()))
    bad += r != want
print(len(rows), len(lines), bad)
E_
)" '20000 20000 0'
for bad in 'x' '1.2.3.4 - - [10/Oct/2000:13:55:36 -0700' '1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] GET' '1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0' \
	'1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" ok 1' '1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 1 "x"' \
	'1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 1 "x" "y" 0.5' '1.2.3.4 - - [32/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 1'; do
	printf '%s\n' "$bad" >log; from -f apache; says "$bad" 65 'line 1(:|,)'
done
printf '1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 1\nbad\n\n1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 201 2\n' >log
from -f apache --rejects rej; is "--rejects" "$status $(printf '%s\n' "$records" | jq .code | tr '\n' ' ')" '0 200 201 '
sed -i 's/^bad/5.6.7.8 - - [10\/Oct\/2000:13:55:36 -0700] "-" 500 -/' rej
eval "$(sed -n '1s/.*after repair: //p' rej)" <rej >frame 2>err; is "... and their command" "$? $(records frame | jq -c '[.host, .code, .time]')" '0 ["5.6.7.8",500,971211336]'
printf '\0\n' >log; from -f apache; says "a NUL byte" 65 'line 1: a NUL byte'
printf '\303\n' >log; from -f apache; says "not UTF-8" 65 'line 1: not UTF-8'

# --- LTSV
printf 'time:[28/Feb/2013:12:00:00 +0900]\thost:192.168.0.1\treq:GET /list HTTP/1.1\tstatus:200\nhost:x:y\tstatus:404\ttime:2013-03-01T00:00:00Z\textra:\r\n' >log
from -f ltsv
is "LTSV" "$status $records" '0 {"extra": null, "host": "192.168.0.1", "req": "GET /list HTTP/1.1", "status": 200, "time": 1362020400}
{"extra": null, "host": "x:y", "req": null, "status": 404, "time": 1362096000}'
from -f ltsv --null 200 -c status:string; is "--null" "$(printf '%s\n' "$records" | jq -c .status | tr '\n' ' ')" 'null "404" '
printf 'a:1\ta:2\n' >log; from -f ltsv; says "a label twice" 65 "line 1: the label 'a' stands twice"
printf 'a:1\tb\n' >log; from -f ltsv; says "no label" 65 "line 1: a field without a label: 'b'"
printf ':1\n' >log; from -f ltsv; says "an empty label" 65 "a field without a label: ':1'"
{ seq 600000 | sed 's/^/a:/'; printf 'a:1\tnew:2\n'; } >log
from -f ltsv; says "a late label" 65 "line 600001: the label 'new'.*--unknown-keys"
from -f ltsv --unknown-keys ignore; is "... ignored" "$status $(printf '%s\n' "$records" | tail -1 | jq -c 'del(.time)')" '0 {"a":1}'
from -f ltsv --unknown-keys add; is "... added" "$status $(printf '%s\n' "$records" | tail -1 | jq -c 'del(.time)')" '0 {"a":1,"new":2}'

# --- syslog
cat >log <<'E_'
<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - 'su root' failed for lonvick on /dev/pts/8
<165>1 2003-10-11T22:14:15.003Z h evntslog - ID47 [exampleSDID@32473 iut="3" eventSource="Appl\]ication"][x@1 a="b"] An event
<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time
<34>1 2003-10-11T22:14:15Z h a - - -
2024-02-29T12:34:56.789+09:00 host app[9]: hello: world
E_
from -f syslog
is "RFC 5424 and the form of rsyslog's files" "$status $(printf '%s\n' "$records" | jq -c '[.time, .facility, .severity, .host, .app, .procid, .msgid, .data, .message]')" \
'0 [1065910455,4,2,"mymachine.example.com","su",null,"ID47",null,"'"'su root' failed for lonvick on /dev/pts/8"'"]
[1065910455,20,5,"h","evntslog",null,"ID47","[exampleSDID@32473 iut=\"3\" eventSource=\"Appl\\]ication\"][x@1 a=\"b\"]","An event"]
[1061727255,20,5,"192.0.2.1","myproc","8710",null,null,"%% It'"'"'s time"]
[1065910455,4,2,"h","a",null,null,null,""]
[1709177696,null,null,"host","app","9",null,null,"hello: world"]'
$PYTHON - >log <<'E_'
import datetime, calendar
now = datetime.datetime.now(datetime.timezone.utc)
for days in (0, 1, 100, 300, 360, -2, -100, -300):
    t = now - datetime.timedelta(days=days)
    print("<34>%s %2d %s host su[7]: x" % (calendar.month_abbr[t.month], t.day, t.strftime("%H:%M:%S")))
E_
from -f syslog
is "RFC 3164: the latest year that is not ahead of the present" "$(printf '%s\n' "$records" | $PYTHON -c '
import json, sys, time
for l in sys.stdin: print(round((time.time() - json.loads(l)["time"]) / 86400), end=" ")' | sed -E 's/363|364/36x/; s/26[56]/265/; s/6[56] $/65 /')" '0 1 100 300 360 36x 265 65 '
printf 'Feb 29 12:00:00 host kernel: [ 0.0] Linux\nFeb  3 12:00:00 host CRON[12]: (root) CMD\nFeb 03 12:00:00 host last message repeated 2 times\n' >log
from -f syslog --time-zone Asia/Tokyo
is "... without a priority, and a leap day" "$(printf '%s\n' "$records" | jq -c '[(.time + 32400 | strftime("%m-%dT%H")), .app, .procid, .message]')" \
	'["02-29T12","kernel",null,"[ 0.0] Linux"]
["02-03T12","CRON","12","(root) CMD"]
["02-03T12",null,null,"last message repeated 2 times"]'
ok "... in a leap year" test "$(printf '%s\n' "$records" | head -1 | jq '.time | strftime("%Y") | tonumber % 4')" = 0
for bad in 'x' '<192>1 2003-10-11T22:14:15Z h a - - -' '<>x' '<34>1 2003-10-11T22:14:15Z h a -' '<34>1 2003-10-11T22:14:15Z h a - - [x' 'Feb 30 12:00:00 h a: x' \
	'Feb  0 12:00:00 h a: x' 'Feb 11 24:00:00 h a: x' 'Foo 11 12:00:00 h a: x' 'Feb 11 12:00:00'; do
	printf '%s\n' "$bad" >log; from -f syslog; says "$bad" 65 'line 1: '
done

# --- regular expressions
cat >log <<'E_'
2024-02-29 12:00:00 [WARN] disk 93% full
2024-02-29 12:00:01 [INFO] é
E_
from -f regex --pattern '(?<time>\S+ \S+) \[(?<level>\w+)\] (?:disk (?<percent>\d+)% )?(?<text>.*)'
is "named groups" "$status $records" '0 {"level": "WARN", "percent": 93, "text": "full", "time": 1709208000}
{"level": "INFO", "percent": null, "text": "é", "time": 1709208001}'
from -f regex --pattern '(?<time>\S+ \S+)'; says "a part of the line only" 65 'line 1: --pattern does not match the whole line'
from -f regex --pattern '(\S+) .*'; is "no named group: status" "$status" 2; like "... the message" "$err" 'no named group such as'
from -f regex --pattern '(?<x>'; is "no pattern: status" "$status" 2; like "... the message" "$err" 'missing closing parenthesis, at character 5'
from -f regex; is "no --pattern: status" "$status" 2
from -f csv --pattern 'x'; is "--pattern without -f regex: status" "$status" 2
from -f regex --pattern '(?<v>.*)'; is "a column v" "$(printf '%s\n' "$records" | head -1 | jq -c 'keys')" '["time","v_"]'
printf 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n' >log
start=$(date +%s); from -f regex --pattern '(?<x>(a+)+)[bc]'; says "a pattern that never ends" 65 'line 1: --pattern: match limit exceeded'
ok "... soon" test $(($(date +%s) - start)) -lt 10
printf '1 x\nbad\n3 y\n' >log
from -f regex --pattern '(?<n>\d+) (?<t>.)' --rejects rej --time-value 7; is "--rejects" "$(printf '%s\n' "$records" | jq .n | tr '\n' ' ')" '1 3 '
sed -i 's/^bad/2 z/' rej
eval "$(sed -n '1s/.*after repair: //p' rej)" <rej >frame 2>err; is "... and their command" "$? $(records frame)" '0 {"n": 2, "t": "z", "time": 7}'
# --- a quiet hour: a file or a command that is complete has no rows; a pipe proves nothing
: >log
for format in apache ltsv syslog; do
	from -f $format; is "an empty log of $format" "$status $(records frame)" "0 "
	td-encode -f $format -- true >frame 2>err; is "... of a command" "$? $(records frame)" "0 "
	printf '' | td-encode -f $format >frame 2>err; is "... from a pipe" "$?" 66
done

# --- without -f: a log is not taken for CSV or TSV
unnamed() { # FORMAT LINE
	printf "$2\n$2\n" >log
	from
	says "without -f: $1" 65 "this looks like lines of a log: give -f $1 "
	td-encode -q -f csv --no-header --all-string -d ';' --quote none -c x:string <log >frame 2>err
	is "without -f: $1 as CSV, if somebody insists: status" "$?" 0
}
unnamed apache '1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "GET /a,b HTTP/1.0" 200 1'
unnamed syslog '<34>1 2003-10-11T22:14:15.003Z host su - ID47 - failed, twice'
unnamed syslog '<13>Feb  5 17:32:18 host app: text'
unnamed syslog 'Nov 28 18:00:00 host sshd[22]: Accepted'
unnamed ltsv 'time:[28/Feb/2013:12:00:00 +0900]\thost:192.168.0.1\treq:GET /'
for header in 'a:b,c' 'id:int' '<b>,c' 'May 1,x' 'host ident user,[10/Oct' 'a:1\tb'; do
	printf "$header\nx,y\n" >log
	td-encode -q <log >frame 2>err
	unlike "a header that only resembles a log: $header" "$(cat err)" 'lines of a log'
done

finish
