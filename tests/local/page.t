#!/bin/sh
# The pages of td-local for people: what they show, that text stays text, and that a browser cannot be made to leak it. They
# are read by Python's HTML parser, and by libxml2 and Chromium where these are installed.
. "$(dirname "$0")/../lib/lib.sh"

writer=2/89abcdef0123456789abcdef0123456789abcdef
local_start local --polls 0 --write-key $writer --clock 1500000000
get() { curl -sS -u "me:$TD_API_KEY" "$TD_API_SERVER$1"; }
code() { curl -sS -o "$T/body" -D "$T/head" -w '%{http_code}' "$@"; }

# --- things to show; one value tries every way to break out
evil='<script>document.title="run"</script><img src=x onerror="document.title=1">&amp;"'\'
api POST database/create/testdb >/dev/null
api POST table/create/testdb/mixed/log >/dev/null
api POST table/create/testdb/empty/log >/dev/null
$PYTHON - "$evil" >"$T/rows" <<'P'
import gzip, sys, msgpack
rows = [{'time': 1500000000 + i, 'text': sys.argv[1], 'n': i, 'list': [1, '</td>'], sys.argv[1]: b'\xff\xfe', 'rtl': 'a\u202eb', 'long': 'é' * 150} for i in range(25)]
sys.stdout.buffer.write(gzip.compress(b''.join(msgpack.packb(r) for r in rows)))
P
api PUT table/import/testdb/mixed/msgpack.gz -T "$T/rows" >/dev/null
ended() { api GET "job/status/$1" | grep -Eq '"(success|error)"'; }
job() { j=$(api POST job/issue/presto/testdb --data-urlencode "query=$1" | jq -r .job_id); until_ok ended "$j"; }
quoted=$(printf %s "$evil" | sed "s/'/''/g")
job "SELECT '$quoted' AS \"<b>&\", 7 AS seven, NULL AS nothing"
shown=$j
job "SELECT * FROM \"<i>none\""
failed_job=$j
api POST schedule/create/nightly -d 'cron=@daily' -d type=presto -d database=testdb -d 'result=td://9/0000000000000000aaaa@/testdb/out' --data-urlencode "query=SELECT '<u>'" >/dev/null
api POST result/create/mine -d 'url=td://9/0000000000000000bbbb@/testdb' >/dev/null
api POST bulk_import/create/mysession/testdb/mixed >/dev/null
api PUT bulk_import/upload_part/mysession/p1 -T "$T/rows" >/dev/null
control POST faults -d 'GET <s>* 1 503' >/dev/null
control POST faults -d 'GET database/list 2 503' >/dev/null
api GET database/list >/dev/null

# --- read by Python's parser: every cell of every table, by heading
cat >"$T/read.py" <<'P'
import html.parser, json, sys
class Page(html.parser.HTMLParser):
    void = {'meta', 'link', 'br'}
    def __init__(self):
        super().__init__()
        self.open, self.bad, self.tags, self.sections, self.links, self.text = [], [], set(), {}, [], ''
        self.heading, self.cells = '', []
    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            if name in ('href', 'src'): self.links.append(value)
            if name.startswith('on') or name == 'style': self.bad.append(name)
        if tag in self.void: return
        self.open.append(tag)
        if tag in ('td', 'th', 'h1', 'h2', 'pre', 'p', 'title'): self.text = ''
        if tag == 'tr': self.cells = []
    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag: self.bad.append('</%s>' % tag)
        if tag in ('h1', 'h2'): self.heading = self.text
        if tag in ('td', 'th'): self.cells.append(self.text)
        if tag == 'tr': self.sections.setdefault(self.heading, []).append(self.cells)
        if tag in ('pre', 'p'): self.sections.setdefault(self.heading, []).append(self.text)
    def handle_data(self, data): self.text += data
p = Page()
p.feed(sys.stdin.buffer.read().decode('utf-8'))
p.close()
print(json.dumps({'bad': p.bad + p.open, 'tags': sorted(p.tags), 'links': p.links, 'is': p.sections}))
P
read_page() { get "$1" | $PYTHON "$T/read.py" >"$T/page.json"; }
look() { jq -c "$1" "$T/page.json"; }

read_page /
is 'the first page is whole HTML without scripts' "$(look '[.bad, (.tags - ["a","body","h1","h2","head","html","link","meta","p","table","tbody","td","th","thead","title","tr"])]')" '[[],[]]'
is 'what is linked is on it' "$(look '[.links[] | select(startswith("/") | not)]')" '["data:,"]'
is 'tables with their numbers' "$(look '.is["Databases and tables"][] | select(.[0] == "testdb") | [.[1], .[2], .[4]]' | paste -sd ' ' -)" '["empty","0","0"] ["mixed","25","6"]'
is 'jobs, newest first' "$(look '[.is.Jobs[1:][] | [.[0], .[2]]]')" "[[\"$failed_job\",\"error\"],[\"$shown\",\"success\"]]"
is 'sessions' "$(look '.is["Bulk import sessions"][1]')" '["mysession","testdb","mixed","uploading","no","1","","",""]'
is 'schedules, with no key' "$(look '.is.Schedules[1]')" "[\"nightly\",\"@daily\",\"UTC\",\"0\",\"presto\",\"testdb\",\"td://***@/testdb/out\",\"2017-07-15 00:00:00 UTC\",\"SELECT '<u>'\"]"
is 'named results, with no key' "$(look '.is["Named results"][1]')" '["mine","td://***@/testdb"]'
is 'faults with their counts' "$(look '.is.Faults[1:]')" '[["GET <s>* 1 503","0"],["GET database/list 2 503","1"]]'
is 'the last request' "$(look '.is["Latest requests"][1][:3]')" '["GET","/v3/database/list","503"]'
like 'the clock' "$(look '.is["td-local"][0]')" 'Its clock says 2017-07-14 02:40:00 UTC'

read_page /page/table/testdb/mixed
is 'a table is whole, too' "$(look '[.bad, (.tags - ["a","body","br","h1","head","html","link","meta","p","small","table","tbody","td","th","thead","title","tr"])]')" '[[],[]]'
is 'its first rows' "$(look '.is["testdb.mixed"] | map(select(type == "array")) | length')" 21
is 'a cell is text' "$(jq -r '.is["testdb.mixed"] | map(select(type == "array")) | .[1][0]' "$T/page.json")" "$evil"
is 'numbers, arrays, bytes that are no text, marks of direction' "$(look '.is["testdb.mixed"] | map(select(type == "array")) | .[3] | [.[1], .[2], .[3], .[4]]')" \
	'["2","[1,\"</td>\"]","��","a�b"]'
is 'a long cell is cut at a character' "$(look '.is["testdb.mixed"] | map(select(type == "array")) | .[1][5] | [length, .[-1:]]')" '[101,"…"]'
read_page /page/table/testdb/empty
is 'a table without rows says so' "$(look '.is["testdb.empty"][0]')" '"The table has no rows."'

read_page "/page/job/$shown"
is 'a job: its query' "$(jq -r '.is.Query[0]' "$T/page.json")" "SELECT '$quoted' AS \"<b>&\", 7 AS seven, NULL AS nothing"
is 'its rows' "$(look '.is["First rows of the result"][1]')" "$(jq -cn --arg e "$evil" '[$e, "7", ""]')"
like 'its columns' "$(look '.is["First rows of the result"][0]')" '^\["<b>&varchar'
read_page "/page/job/$failed_job"
like 'the error of one that failed' "$(look .is.Error)" 'Table td-presto.testdb.<i>none does not exist'
i=0
while [ $i -lt 25 ]; do api POST job/issue/presto/testdb -d 'query=SELECT 1' >/dev/null; i=$((i + 1)); done
read_page /
is 'there are older jobs' "$(look '[.links[] | select(startswith("/page/jobs"))]')" '["/page/jobs?before=8"]'
read_page "$(jq -r '.links[] | select(startswith("/page/jobs"))' "$T/page.json")"
is 'which follow' "$(look '[.is.Jobs[1:][] | arrays | .[0]]')" '["7","6","5","4","3","2","1"]'

# --- who may read them
is 'the key is asked for' "$(code "$TD_API_SERVER/") $(grep -i '^www-authenticate' "$T/head" | tr -d '\r')" '401 WWW-Authenticate: Basic realm="td-local", charset="UTF-8"'
ok 'in HTML' sh -c "$PYTHON $T/read.py <$T/body | jq -e '.bad == []'"
is 'another one is refused' "$(code -u me:wrong "$TD_API_SERVER/") $(code -u "me:$writer" "$TD_API_SERVER/") $(code -H 'Authorization: Basic !!!' "$TD_API_SERVER/") $(code -H 'Authorization: Basic ' "$TD_API_SERVER/") $(code -u "$TD_API_KEY:" "$TD_API_SERVER/")" '401 403 401 401 401'
is 'or given as clients give it' "$(code -H "Authorization: TD1 $TD_API_KEY" "$TD_API_SERVER/")" 200
is 'what a browser sends by itself opens pages and nothing else' "$(code -u "me:$TD_API_KEY" "$TD_API_SERVER/v3/user/show") $(code -u "me:$TD_API_KEY" -X POST "$TD_API_SERVER/local/reset") $(code -u "me:$TD_API_KEY" -X POST "$TD_API_SERVER/")" '401 401 404'
is 'other sites cannot' "$(code -u "me:$TD_API_KEY" -H 'Sec-Fetch-Site: cross-site' "$TD_API_SERVER/") $(code -u "me:$TD_API_KEY" -H 'Host: evil.example' "$TD_API_SERVER/") $(code -u "me:$TD_API_KEY" -H 'Origin: http://127.0.0.1:1' "$TD_API_SERVER/")" '403 403 403'
code -u "me:$TD_API_KEY" "$TD_API_SERVER/" >/dev/null
for h in "Content-Security-Policy: default-src 'none'; style-src 'self'; img-src data:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'" \
	'Referrer-Policy: no-referrer' 'X-Content-Type-Options: nosniff' 'X-Frame-Options: DENY' 'Cache-Control: no-store' \
	'Cross-Origin-Resource-Policy: same-origin' 'Cross-Origin-Opener-Policy: same-origin'; do
	ok "${h%%:*}" grep -qF "$h" "$T/head"
done
ok 'no page holds a key' sh -c "! grep -E '9/0000000000000000|$TD_API_KEY' $T/body"
is 'a fault for everything does not strike them, and they are in no journal' "$(control POST faults -d '* * * 503' >/dev/null; code -u "me:$TD_API_KEY" "$TD_API_SERVER/"; control GET requests | jq -c '[.requests[].path | select(test("page") or . == "/")]')" '200[]'
control DELETE faults >/dev/null
is 'what is not there' "$(for p in page/job/99 page/job/x page/table/testdb/none page/table/none/none page/none page/jobs?before=x; do code -u "me:$TD_API_KEY" "$TD_API_SERVER/$p"; echo; done | paste -sd ' ' -)" '404 404 404 404 404 422'
like 'is HTML' "$(code -u "me:$TD_API_KEY" "$TD_API_SERVER/page/table/testdb/%3Cscript%3E"; cat "$T/head" "$T/body")" '&lt;script&gt;'

# --- read by libxml2, and by a browser
if command -v xmllint >/dev/null; then
	for p in / /page/table/testdb/mixed "/page/job/$shown" "/page/job/$failed_job" /page/jobs; do get "$p" >"$T/one.html"; xmllint --html --noout "$T/one.html"; done >"$T/xmllint" 2>&1
	is 'libxml2 has nothing to say' "$(cat "$T/xmllint")" ''
	get /page/table/testdb/mixed >"$T/one.html"
	is 'and reads the same' "$(xmllint --html --xpath 'string(//tbody/tr[1]/td[1])' "$T/one.html" 2>/dev/null)" "$evil"
else skip 'libxml2' 'no xmllint'; fi

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
if [ -n "$browser" ] && ! sanitized; then
	dump() { # PATH: the DOM that the browser has built
		timeout 120 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run --user-data-dir="$T/browser" \
			--virtual-time-budget=2000 --dump-dom "http://me:$(printf %s "$TD_API_KEY" | jq -sRr @uri)@${TD_API_SERVER#http://}$1" 2>"$T/browser.err"
	}
	dump /page/table/testdb/mixed >"$T/dom.html"
	if [ -s "$T/dom.html" ]; then
		$PYTHON "$T/read.py" <"$T/dom.html" >"$T/page.json"
		is 'Chromium shows the rows' "$(look '.is["testdb.mixed"] | map(select(type == "array")) | length')" 21
		is 'and ran nothing' "$(grep -o '<title>[^<]*</title>' "$T/dom.html") $(look '.tags - ["a","body","br","h1","head","html","link","meta","p","small","table","tbody","td","th","thead","title","tr"]')" '<title>testdb.mixed</title> []'
		dump / >"$T/dom.html"
		$PYTHON "$T/read.py" <"$T/dom.html" >"$T/page.json"
		is 'and the first page' "$(look '.is.Faults[0]')$(look '.is["Databases and tables"] | length')" '["Fault","Struck"]5'
	else
		skip 'Chromium' "it does not run here: $(tail -n 1 "$T/browser.err" | cut -c 1-100)"
	fi
else skip 'Chromium' 'it is not installed, or a sanitizer is used'; fi
local_stop

finish
