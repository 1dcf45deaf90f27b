#!/bin/sh
# td-local answers recorded requests of official clients: status and keys.
. "$(dirname "$0")/../lib/lib.sh"

wire=$SHARED/wire.jsonl
if [ -e "$wire" ]; then
	local_start local --polls 0 --no-samples
	for client in python ruby go node java fluentd td-import pytd td-cli; do
		ok "$client" $PYTHON "$ROOT/tests/lib/wire.py" "$wire" $client
	done

	# A recording that differs is noticed: a client would break on each of these.
	spoiled() { # what, Python that changes the line, the request r or its reply j; what is said then
		$PYTHON -c 'import json, sys
for r in map(json.loads, open(sys.argv[1])):
    if r["label"] != "go": continue
    line = r["line"].split()[1]
    if "json" in (r["reply_type"] or "") and "/job/result/" not in line and len(r["reply"].encode()) == r["reply_len"]:
        j = json.loads(r["reply"])
        exec(sys.argv[2])
        r["reply"] = json.dumps(j)
        r["reply_len"] = len(r["reply"])
    print(json.dumps(r))' "$wire" "$2" >"$T/spoiled"
		run $PYTHON "$ROOT/tests/lib/wire.py" "$T/spoiled" go
		like "seen: $1" "$out" "$3"
	}
	spoiled 'a key that td-local lacks' 'if "/job/show/" in line: j["more"] = 1' "^go .*/job/show/.*without ..\.more'"
	spoiled 'a key that it has too many' 'for d in j.get("databases", []): d.pop("permission")' "^go .*/database/list.*more ..\.databases\[\]\.permission'"
	spoiled 'one element that differs' 'if len(j.get("jobs", [])) > 1: j["jobs"][0].pop("url")' '^go .*/job/list.*several kinds'
	spoiled 'a number where text stands' 'if "/job/issue/" in line and "job_id" in j: j["job_id"] = int(j["job_id"])' '^go .*/job/issue.*job_id is text, recorded ..number'
	spoiled 'another value' 'if "/table/create/" in line and "type" in j: j["type"] = "item"' '^go .*/table/create.*type is log, recorded item'
	spoiled 'another status' 'if "/database/create/" in line: r["status"] = 201' '^go .*/database/create.*200, recorded 201'
	spoiled 'no JSON' 'if "/bulk_import/list" in line: r["reply_type"] = "text/html"' '^go .*/bulk_import/list: application/json'
else skip 'recorded requests' 'no wire.jsonl'; fi

finish
