#!/bin/sh
# How fast td-local is on this machine: tests/bench/td-local.sh [PARTS]. Each part has 250,000 rows of twelve columns.
# Starts, idle memory, perform and commit, and a result's download beside nginx if there is one.
set -e
BUILD=${TD_BUILD:-$(cd "$(dirname "$0")/../.." && pwd)/.build}
parts=${1:-8}
key='Authorization: TD1 1/0123456789abcdef0123456789abcdef01234567'
python=/usr/bin/python3
T=$(mktemp -d "${TMPDIR:-/tmp}/td-bench.XXXXXX")
pid=
trap 'kill $pid 2>/dev/null; [ ! -e "$T/nginx.pid" ] || kill "$(cat "$T/nginx.pid")"; wait; rm -rf "$T"' EXIT
now() { date +%s.%N; }
since() { echo "$(now) - $1" | bc; }
api() { method=$1 path=$2; shift 2; curl -sS -X "$method" -H "$key" "$@" "$url/v3/$path"; }
start() { # seconds until it is ready
	: >"$T/url"
	begun=$(now)
	"$BUILD/td-local" --listen 127.0.0.1:0 --key "${key##* }" --data "$T/data" --polls 0 >"$T/url" &
	echo $! >"$T/pid"
	until [ -s "$T/url" ]; do :; done
	since "$begun"
}

echo "start in a new directory: $(start) s"; pid=$(cat "$T/pid")
kill "$pid"; while kill -0 "$pid" 2>/dev/null; do :; done
echo "start again: $(start) s"; pid=$(cat "$T/pid")
url=$(cat "$T/url")
grep VmRSS "/proc/$pid/status"

$python - "$T/part" <<'P'
import gzip, sys, msgpack
pack = msgpack.Packer().pack
with gzip.open(sys.argv[1], 'wb', 1) as out:
    for i in range(250000):
        out.write(pack({'time': 1500000000 + i, 'id': i, 'user': 'user%d' % (i * 7919 % 100003), 'host': '10.%d.%d.%d' % (i % 256, i * 31 % 256, i * 17 % 256),
            'path': '/item/books/%d' % (i * 13 % 5000), 'referer': 'http://www.example.com/search?q=abc', 'code': 200, 'size': i * 11 % 65536,
            'method': 'GET', 'price': i * 0.37, 'agent': 'Mozilla/5.0 (Windows NT 6.1)', 'note': None}))
P
api POST database/create/bench >/dev/null
api POST table/create/bench/rows/log >/dev/null
api POST bulk_import/create/bench/bench/rows >/dev/null
i=0
while [ $i -lt "$parts" ]; do api PUT "bulk_import/upload_part/bench/p$i" -T "$T/part" >/dev/null; i=$((i + 1)); done
cpu() { awk '{ print ($14 + $15) / 100 }' "/proc/$pid/stat"; }
cpu=$(cpu) begun=$(now)
api POST bulk_import/perform/bench >/dev/null
until api GET bulk_import/show/bench | grep -q '"ready"'; do sleep 0.02; done
api POST bulk_import/commit/bench >/dev/null
until api GET bulk_import/show/bench | grep -q '"committed"'; do sleep 0.02; done
wall=$(since "$begun") rows=$((parts * 250000))
echo "perform and commit of $rows rows: $(echo "$rows / $wall" | bc) rows a second, $(echo "$rows / ($(cpu) - $cpu)" | bc) a second of CPU"
grep -E 'VmHWM|RssAnon' "/proc/$pid/status"

job=$(api POST job/issue/presto/bench -d 'query=SELECT * FROM rows' | sed 's/.*"job_id":"\([0-9]*\)".*/\1/')
begun=$(now)
until api GET "job/status/$job" | grep -Eq '"(success|error)"'; do sleep 0.05; done
echo "SELECT * of them: $(echo "$rows / $(since "$begun")" | bc) rows a second"
api GET "job/result/$job?format=msgpack.gz" >"$T/result.gz"
if command -v nginx >/dev/null; then
	chmod 755 "$T"; chmod 644 "$T/result.gz"
	port=$($python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	echo "pid $T/nginx.pid; error_log $T/nginx.err; events {} http { access_log off; sendfile on; server { listen 127.0.0.1:$port; root $T; } }" >"$T/nginx.conf"
	nginx -c "$T/nginx.conf" 2>/dev/null
fi
echo "download of $(wc -c <"$T/result.gz" | tr -d ' ') bytes, seconds, side by side:"
for i in 1 2 3 4 5; do
	curl -s -o /dev/null -w 'td-local %{time_total}' -H "$key" "$url/v3/job/result/$job?format=msgpack.gz"
	[ ! -e "$T/nginx.pid" ] || curl -s -o /dev/null -w '   nginx %{time_total}' "http://127.0.0.1:$port/result.gz"
	echo
done
