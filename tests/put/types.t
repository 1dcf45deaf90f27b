#!/bin/sh
# td-encode and td-put load into an existing table: a column without values neither stops a load nor adds a column; integers
# go into a column of doubles; names stay as they are, and SQL reads them by their aliases.
. "$(dirname "$0")/../lib/lib.sh"
. "$ROOT/tests/lib/put.sh"
local_start local --no-samples --polls 0
api POST database/create/testdb >/dev/null
put() { # ROWS TABLE
	printf "$1" | td-encode --time-value 1700000000 2>"$T/err.encode" | td-put "td://@/testdb/$2" >"$T/out" 2>"$T/err"
	status=$? err=$(cat "$T/err")
}
types() { api GET "table/show/testdb/$1" | jq -r .schema | jq -c '[.[] | .[0:2]]'; }
select_() { td-fetch -q -d testdb -f jsonl -e "$1"; }

put 'id,price,n\n1,0.5,3\n' ttt
is "a table" "$status $(types ttt)" '0 [["id","long"],["price","double"],["n","long"]]'
put 'id,price,n\n' ttt
is "a header alone" "$status $(types ttt)" '0 [["id","long"],["price","double"],["n","long"]]'
put 'id,price,n\n2,,\n' ttt
is "columns without a value" "$status $(types ttt)" '0 [["id","long"],["price","double"],["n","long"]]'
put 'id,price,n\n3,7,\n' ttt
is "integers in a column of doubles" "$status $(types ttt)" '0 [["id","long"],["price","double"],["n","long"]]'
is "... are all there" "$(select_ 'SELECT id, price, n FROM ttt ORDER BY id' | jq -c '[.[] | if . then . + 0 else . end]' | tr '\n' ' ')" '[1,0.5,3] [2,null,null] [3,7,null] '
put 'id,price,n\n4,1,1.5\n' ttt
is "doubles in a column of integers: status" "$status" 65
like "... names both ways out" "$err" 'column n is long in table testdb.ttt but double in this frame.*--columns n:long .*mode=replace'
is "... and nothing came" "$(select_ 'SELECT COUNT(1) AS c FROM ttt' | jq .c)" 3
put '{"id":1,"note":null}\n' uuu
is "a new table: no column of a column without a value" "$status $(types uuu)" '0 [["id","long"]]'
put '{"id":2,"note":5}\n' uuu
is "... until one comes" "$status $(types uuu)" '0 [["id","long"],["note","long"]]'

put 'Order ID,日本\n1,x\n2,y\n' names
is "names are kept" "$status $(types names)" '0 [["Order ID","long"],["日本","string"]]'
is "... and SQL has their aliases" "$(select_ 'SELECT order_id, _ AS j FROM names ORDER BY order_id' | jq -c '[.[]]' | tr '\n' ' ')" '[1,"x"] [2,"y"] '
is "... as the receipt says" "$(jq -c .aliases "$T/out")" '[["Order ID","order_id"],["日本","_"]]'
like "... with a warning where an alias says nothing" "$err" "column '日本' is _ in SQL: td-encode --rename gives it a name"
finish
