#!/bin/sh
# The recipes of td-local-ci(7), unchanged but for ports: run where that works without containers; otherwise the commands
# that the containers would run.
. "$(dirname "$0")/../lib/lib.sh"

cat >"$T/take.py" <<'P'
# Every literal block of the page: OUT/SECTION-N
import re, sys
text = open(sys.argv[1]).read()
for section in text.split('\n.Sh ')[1:]:
    name = section.split('\n', 1)[0].lower().replace(' ', '-')
    for n, block in enumerate(re.findall(r'^\.Bd -literal.*?\n(.*?)^\.Ed', section, re.S | re.M), 1):
        open('%s/%s-%d' % (sys.argv[2], name, n), 'w').write(block.replace('\\&', ''))
P
mkdir "$T/recipes" "$T/work"
$PYTHON "$T/take.py" "$ROOT/man/td-local-ci.7" "$T/recipes"
is 'the recipes' "$(ls "$T/recipes" | paste -sd ' ' -)" 'docker-1 docker-compose-and-digdag-1 docker-compose-and-digdag-2 github-actions-1 github-actions-2 make-1 pytest-1'
cd "$T/work" || exit 1
mkdir -p tests/data/shop
printf 'id,day,time\n1,2017-07-13,1500000000\n2,2017-07-14,1500000001\n' >tests/data/shop/orders.csv
cp "$T/recipes/make-1" Makefile

# --- make
run make check
is 'make' "$status" 0
printf 'id,time\n1,1500000000\n' >tests/data/shop/orders.csv
run make check
is 'make: a test that fails fails' "$status" 2
printf 'id,day,time\n1,2017-07-13,1500000000\n2,2017-07-14,1500000001\n' >tests/data/shop/orders.csv

# --- pytest, or its fixtures by hand
cp "$T/recipes/pytest-1" conftest.py
cat >test_orders.py <<'P'
import urllib.request
def ask(td, method, path):
    return urllib.request.urlopen(urllib.request.Request(td["url"] + "/v3/" + path, method=method, headers={"Authorization": "TD1 " + td["key"]})).read()
def test_there(td):
    assert b'"count":2' in ask(td, "GET", "table/show/shop/orders")
    ask(td, "POST", "database/create/left")
def test_reset(td):
    assert b'left' not in ask(td, "GET", "database/list")
P
if $PYTHON -c 'import pytest' 2>/dev/null; then
	ok 'pytest' $PYTHON -m pytest -q
else
	cat >pytest.py <<'P'
def fixture(f=None, **more): return f if f else lambda f: f
P
	cat >by_hand.py <<'P'
import conftest, test_orders
session = conftest.td_server()
server = next(session)
for test in (test_orders.test_there, test_orders.test_reset): test(conftest.td(server))
for _ in session: pass
P
	ok 'pytest: the fixtures, by hand' $PYTHON by_hand.py
	rm pytest.py
fi

# --- containers: what they run, here
cat >"$T/args.py" <<'P'
# args.py FILE WHAT PORT: the arguments that a container would be started with, a line each, for this machine
import json, re, sys
name, what, port = sys.argv[1:]
if name.endswith('docker-1'):
    text = open(name).read()
    get = lambda word: json.loads(re.search(r'^%s.*?(\[.*\])$' % word, text, re.M).group(1))
    args = get('HEALTHCHECK') if what == 'check' else get('ENTRYPOINT') + get('CMD')
else:
    import yaml
    td = yaml.safe_load(open(name))['services']['td']
    args = td['healthcheck']['test'][1:] if what == 'check' else ['td-local', '--allow-host', 'td'] + td['command']
for a in args:
    print(re.sub(r'^/bin/', '', re.sub(r'^/seed$', 'tests/data', re.sub(r'(0\.0\.0\.0|127\.0\.0\.1):\d+', '127.0.0.1:' + port, a))))
P
started() { # FILE: runs as its container would, on a port that was free just now, then does its health check
	port=$($PYTHON -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	$PYTHON "$T/args.py" "$1" run "$port" >"$T/args" || return 1
	: >"$T/container.out" # not the output of the one before
	xargs -d '\n' env <"$T/args" >"$T/container.out" 2>"$T/container.err" &
	container=$!
	pids="$pids $container"
	until_ok test -s "$T/container.out" || { cat "$T/container.err"; return 1; }
	$PYTHON "$T/args.py" "$1" check "$port" | xargs -d '\n' env
}
stopped() {
	kill "$(ps -o pid= --ppid "$container" 2>/dev/null || echo "$container")" 2>/dev/null || kill "$container"
	wait "$container"
}
ok 'Dockerfile: the command and its health check' started "$T/recipes/docker-1"
is 'Dockerfile: the port is exposed' "$(grep -c '^EXPOSE 8080$' "$T/recipes/docker-1")" 1
key=1/0123456789abcdef0123456789abcdef01234567
is 'Dockerfile: another container calls it by its name' "$(curl -sS -o /dev/null -w '%{http_code}' -H 'Host: td:8080' -H "Authorization: TD1 $key" "http://127.0.0.1:$port/v3/table/show/shop/orders")" 200

if $PYTHON -c 'import yaml' 2>/dev/null; then
	cat >"$T/steps.py" <<'P'
# steps.py WORKFLOW PORT: the environment and the step called Test, as a shell script
import sys, yaml, shlex
job = yaml.safe_load(open(sys.argv[1]))['jobs']['test']
for k, v in job.get('env', {}).items(): print('export %s=%s' % (k, shlex.quote(str(v).replace(':8080', ':' + sys.argv[2]))))
print([s['run'] for s in job['steps'] if s.get('name') == 'Test'][0])
P
	$PYTHON "$T/steps.py" "$T/recipes/github-actions-2" "$port" >"$T/service"
	ok 'GitHub Actions: a service container' bash -eo pipefail "$T/service"
	stopped
	$PYTHON "$T/steps.py" "$T/recipes/github-actions-1" "$port" >"$T/package"
	ok 'GitHub Actions: the package' bash -eo pipefail "$T/package"
	is 'its health check is the image'"'s" "$(grep -o '/bin/td-local --check [^"]*' "$T/recipes/github-actions-2")" "$(sed -n 's/^HEALTHCHECK.*CMD //p' "$T/recipes/docker-1" | jq -r 'join(" ")')"
	ok 'docker compose: the command and its health check' started "$T/recipes/docker-compose-and-digdag-1"
	is 'digdag finds the service by its name' "$($PYTHON -c 'import sys, yaml
compose, dig = (yaml.safe_load(open(f).read().replace("td>:", "\"td>\":")) for f in sys.argv[1:])
print(dig["_export"]["td"]["endpoint"] in compose["services"], dig["_export"]["td"]["use_ssl"])' "$T/recipes/docker-compose-and-digdag-1" "$T/recipes/docker-compose-and-digdag-2")" 'True False'
	TD_API_SERVER=http://127.0.0.1:$port TD_API_KEY=$key
	export TD_API_SERVER TD_API_KEY
	run td-fetch -q -d shop -e 'DROP TABLE IF EXISTS "orders_by_day"; CREATE TABLE "orders_by_day" AS SELECT day, COUNT(1) AS n FROM orders GROUP BY day'
	is 'what its create_table sends works' "$status $(td-fetch -q -f csv --no-header -d shop -e 'SELECT COUNT(1) FROM orders_by_day')" '0 2'
	stopped
else
	stopped
	skip 'GitHub Actions and docker compose' 'no PyYAML'
fi
if command -v docker >/dev/null && docker info >/dev/null 2>&1 && [ -d "$ROOT/.build/musl/bin" ]; then
	cp "$ROOT/.build/musl/bin/td-local" "$ROOT/.build/musl/bin/td-encode" .
	cp "$T/recipes/docker-1" Dockerfile
	ok 'docker build' docker build -q .
else skip 'docker build' 'no docker, or no static programs'; fi

finish
