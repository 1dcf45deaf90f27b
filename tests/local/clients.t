#!/bin/sh
# Calls of official clients that no recording holds: the keys of a user.
. "$(dirname "$0")/../lib/lib.sh"

master=1/0123456789abcdef0123456789abcdef01234567
writer=2/89abcdef0123456789abcdef0123456789abcdef
local_start local --no-samples --write-key $writer

# As the Python client sends it: two slashes, the address escaped, its own Accept-Encoding.
keys() {
	curl -sS -w '%{http_code}\n' --path-as-is --compressed -H "authorization: TD1 $1" -H 'accept-encoding: deflate, gzip' \
		-H 'user-agent: TD-Client-Python/1.7.0' "$TD_API_SERVER//v3/user/apikey/list/$2"
}

keys $master td-local%40localhost >"$T/keys"
is 'keys: status' "$(tail -c 4 "$T/keys")" 200
is 'keys: no other member, the keys in order' "$(sed 's/200$//' "$T/keys" | jq -c .)" "{\"apikeys\":[\"$master\",\"$writer\"]}"
keys $master td-local >"$T/keys"
is 'keys: by name, too' "$(tail -c 4 "$T/keys")" 200
keys $master td-local%2540localhost >"$T/keys"
is 'keys: escaped twice, as the Go client does' "$(tail -c 4 "$T/keys")" 200
keys $master nobody >"$T/keys"
is 'keys: of a user who is not there' "$(tail -c 4 "$T/keys")" 404
keys $writer td-local >"$T/keys"
is 'keys: not with the write-only key' "$(tail -c 4 "$T/keys")" 403
is 'keys: none in that answer' "$(grep -c 0123456789abcdef "$T/keys")" 0

finish
