#!/bin/sh
# The requests that official clients send, as they were recorded, answered by td-local: status and keys.
. "$(dirname "$0")/lib.sh"

wire=$SHARED/wire.jsonl
if [ -e "$wire" ]; then
	local_start local --polls 0 --no-samples
	for client in python ruby go node java fluentd td-import pytd td-cli; do
		ok "$client" $PYTHON "$ROOT/tests/wire.py" "$wire" $client
	done
else skip 'recorded requests' 'no wire.jsonl'; fi

finish
