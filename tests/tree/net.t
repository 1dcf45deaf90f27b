#!/bin/sh
# Servers that are not Treasure Data, redirects, proxies, and where the key goes: to the server that is meant, and nowhere else.
. "$(dirname "$0")/../lib/lib.sh"
. "$ROOT/tests/lib/put.sh"
TD_API_KEY=1/5ec4e75ec4e75ec4e75ec4e75ec4e75ec4e75ec4
export TD_API_KEY
frame rows=10 >"$T/f"
odd() { # NAME KIND [LOCATION]: sets port
	: >"$T/$1.port"
	"$PYTHON" "$ROOT/tests/lib/odd-server.py" "$2" "$T/$1.record" ${3:-} >"$T/$1.port" 2>/dev/null &
	pids="$pids $!"
	until_ok test -s "$T/$1.port"
	port=$(cat "$T/$1.port")
}
put() { run td-put --retry-wait 0 --timeout 1 "td://@/testdb/tbl?mode=$mode" <"$T/f"; }

mode=append
odd stranger html
stranger=$port
odd redirect redirect "http://127.0.0.1:$stranger/v3/"
TD_API_SERVER=http://127.0.0.1:$port
export TD_API_SERVER
put
is "a redirect: status" "$status" 69
like "a redirect: message" "$err" "302 from 127.0.0.1:[0-9]+: a redirect, which is not followed"
ok "a redirect: the other server gets nothing" [ ! -s "$T/stranger.record" ]
like "a redirect: the first server got the key" "$(cat "$T/redirect.record")" "^Authorization: TD1 $TD_API_KEY"
like "the request names us" "$(cat "$T/redirect.record")" "^User-Agent: td-pipe/"
unlike "the request does not expect 100" "$(cat "$T/redirect.record")" "^Expect:"

for kind in html text empty null array long deep headers notutf8; do
	odd $kind $kind
	TD_API_SERVER=http://127.0.0.1:$port
	for mode in append replace; do
		put
		ok "a server that answers $kind, $mode: refused ($status)" [ "$status" -eq 69 -o "$status" -eq 75 ]
		is "a server that answers $kind, $mode: one line" "$(wc -l <"$T/err")" 1
		unlike "a server that answers $kind, $mode: no control characters on stderr" "$err" "$(printf '\033')"
		is "a server that answers $kind, $mode: the receipt is JSON" "$(printf '%s' "$out" | jq -r .status)" failed
		unlike "a server that answers $kind, $mode: no key" "$out$err" 5ec4e7
	done
done

odd later later
TD_API_SERVER=http://127.0.0.1:$port run td-put -v --retry-wait 0 --timeout 2 td://@/testdb/tbl <"$T/f"
like "a date in Retry-After is of the server's clock" "$err" "503 from .*; trying again in 1.0 s"

# --- proxies
odd proxy proxy
mode=append
http_proxy=http://127.0.0.1:$port all_proxy=http://127.0.0.1:$port run td-put --retry-wait 0 --timeout 1 td://@/testdb/tbl <"$T/f"
ok "plain HTTP to loopback passes by a proxy" [ ! -s "$T/proxy.record" ]
TD_API_SERVER=https://td.invalid
https_proxy=http://127.0.0.1:$port run td-put --retry-wait 0 --timeout 1 td://@/testdb/tbl <"$T/f"
is "a proxy that refuses: status" "$status" 69
like "a proxy that refuses: message" "$err" "403 from the proxy: it does not let us through"
like "https goes through the proxy" "$(cat "$T/proxy.record")" "^CONNECT td.invalid:443"
unlike "and the proxy does not get the key" "$(cat "$T/proxy.record")" 5ec4e7
before=$(grep -c CONNECT "$T/proxy.record")
https_proxy=http://127.0.0.1:$port NO_PROXY=td.invalid run td-put --retry-wait 0 --timeout 1 td://@/testdb/tbl <"$T/f"
is "NO_PROXY: a name that does not exist is final: status" "$status" 78
is "NO_PROXY: the proxy is not asked" "$(grep -c CONNECT "$T/proxy.record")" "$before"
like "NO_PROXY: the name cannot be found, after three tries" "$err" "no answer from td.invalid \(after 3 tries\)"
https_proxy=http://no.such.proxy.invalid:1 run td-put --retry-wait 0 td://@/testdb/tbl <"$T/f"
is "a proxy that does not exist: status" "$status" 78
https_proxy=foo://user:pa5ec4e7@127.0.0.1:1 run td-put td://@/testdb/tbl <"$T/f"
is "a proxy of an unknown kind: status" "$status" 78
unlike "a proxy of an unknown kind: its password is not shown" "$out$err" 5ec4e7
odd asks asks
https_proxy=http://127.0.0.1:$port run td-put td://@/testdb/tbl <"$T/f"
is "a proxy that wants a password: status" "$status" 78
like "a proxy that wants a password: message" "$err" "407 from the proxy: it asks for a user and a password"
odd never never
TD_API_SERVER=http://127.0.0.1:$port run td-put td://@/testdb/tbl <"$T/f"
is "501 is final: status" "$status" 69
is "501 is final: one request" "$(grep -c '^GET\|^POST' "$T/never.record")" 1
odd line line
TD_API_SERVER=http://127.0.0.1:$port run td-put td://@/testdb/tbl <"$T/f"
is "a header line without an end: status" "$status" 69
like "a header line without an end: message" "$err" "more headers than are read"
odd busy busy
TD_API_SERVER=http://127.0.0.1:$port run td-put --timeout 30s td://@/testdb/tbl <"$T/f"
is "429 with a long Retry-After: status" "$status" 75
like "429 with a long Retry-After: says how long" "$err" "429 from .*; it asks for a wait of 3600 s"
TD_API_SERVER=http://127.0.0.1:1 run td-put --timeout 2s --retry-wait 1s td://@/testdb/tbl <"$T/f"
like "the first failed try is reported off a terminal, too" "$(sed -n 1p "$T/err")" "no answer from 127.0.0.1:1.*; trying again in"
is "and only the first" "$(grep -c 'trying again' "$T/err")" 1

# --- certificates of clients
if command -v openssl >/dev/null; then
	certificate() { # NAME: NAME.crt and NAME.key
		openssl req -x509 -newkey rsa:2048 -nodes -keyout "$T/$1.key" -out "$T/$1.crt" -days 2 -subj "/CN=$1" \
			-addext 'subjectAltName=IP:127.0.0.1' 2>/dev/null
	}
	certificate server
	certificate client
	certificate other
	odd tls tls "$T/server.crt,$T/server.key,$T/client.crt"
	conn_test() { TD_API_SERVER=https://127.0.0.1:$port run td-conn test --timeout 1 --retry-wait 0 --cacert "$T/server.crt" "$@"; }
	conn_test --cert "$T/client.crt" --cert-key "$T/client.key"
	is "--cert, --cert-key: the server lets us in" "$status $err" "0 "
	cat "$T/client.crt" "$T/client.key" >"$T/both.pem"
	conn_test --cert "$T/both.pem"
	is "--cert with the key in the same file" "$status" 0
	: >"$T/tls.record"
	conn_test --cert "$T/other.crt" --cert-key "$T/other.key"
	ok "a certificate that the server does not know: refused ($status)" [ "$status" -eq 75 -o "$status" -eq 78 ]
	conn_test
	ok "no certificate: refused ($status)" [ "$status" -eq 75 -o "$status" -eq 78 ]
	ok "and no key was sent" [ ! -s "$T/tls.record" ]
	conn_test --cert "$T/nowhere"
	is "--cert that is not there: status" "$status" 78

	# --- trusted certificates: of the environment, of a connection
	odd own tls "$T/server.crt,$T/server.key,"
	tls=$port
	TD_API_SERVER=https://127.0.0.1:$tls
	td_conn() { env "$@" td-conn test --timeout 1 --retry-wait 0 >"$T/out" 2>"$T/err"; status=$?; err=$(cat "$T/err"); }
	td_conn
	is "a certificate that nobody trusts: status" "$status" 78
	mkdir "$T/ca" && cp "$T/server.crt" "$T/ca/$(openssl x509 -hash -noout -in "$T/server.crt").0"
	for v in CURL_CA_BUNDLE="$T/server.crt" SSL_CERT_FILE="$T/server.crt" SSL_CERT_DIR="$T/ca" SSL_CERT_DIR="$T:$T/ca"; do
		td_conn "$v"
		is "${v%%=*}: status, silent" "$status $err" "0 "
	done
	(cd "$T" && SSL_CERT_FILE=server.crt run td-conn test; echo "$status") >"$T/st"
	is "SSL_CERT_FILE by a relative name" "$(cat "$T/st")" 0
	td_conn CURL_CA_BUNDLE="$T/other.crt" SSL_CERT_FILE="$T/server.crt"
	is "CURL_CA_BUNDLE goes before SSL_CERT_FILE: status" "$status" 78
	td_conn SSL_CERT_FILE="$T/nowhere"
	is "SSL_CERT_FILE that is not there: status" "$status" 78
	like "SSL_CERT_FILE that is not there: message" "$err" "(certificate|trust anchors from) file.*$T/nowhere"
	CURL_CA_BUNDLE=$T/other.crt run td-conn test --cacert "$T/server.crt"
	is "--cacert goes before the environment" "$status" 0
	run td-conn test --insecure
	is "--insecure: status, one line" "$status $(wc -l <"$T/err")" "0 1"
	like "--insecure warns" "$err" "^td-conn: --insecure: the server's certificate is not verified"
	run td-conn test --insecure -q
	is "--insecure -q is silent" "$status $err" "0 "

	XDG_CONFIG_HOME=$T/xdg
	export XDG_CONFIG_HOME
	(cd "$T" && td-conn add --cacert server.crt --cert client.crt --cert-key client.key own "td://@127.0.0.1:$tls?ssl=true") 2>"$T/err" ||
		td-conn add --cacert "$T/server.crt" --cert "$T/client.crt" --cert-key "$T/client.key" own td://@
	like "a connection has files by their whole names" "$(tr '\n' ' ' <"$T/xdg/td-pipe/connections")" \
		"cacert = $T/server.crt cert = $T/client.crt cert_key = $T/client.key"
	odd both tls "$T/server.crt,$T/server.key,$T/client.crt"
	TD_API_SERVER=https://127.0.0.1:$port run td-conn test own
	is "a connection with cacert, cert and cert_key" "$status $err" "0 "
	chmod 644 "$T/client.key"
	TD_API_SERVER=https://127.0.0.1:$port run td-conn test own
	like "a client's key that others may read is warned about" "$status $err" "^0 td-conn: $T/client.key holds a key, but other users may read it"

	# --- a proxy of a connection learns what it needs, and no more
	odd pass pass
	td-conn add --cacert "$T/server.crt" --proxy "http://u:pa5ec4e7@127.0.0.1:$port" far td://@
	run td-conn test far
	is "a connection through its proxy: status" "$status $err" "0 "
	like "a connection through its proxy" "$(cat "$T/pass.record")" "^CONNECT 127.0.0.1:$tls"
	unlike "the proxy does not see the key" "$(cat "$T/pass.record")" 5ec4e75ec4
	odd deaf asks
	td-conn add --cacert "$T/server.crt" --proxy "http://u:pa5ec4e7@127.0.0.1:$port" far td://@
	run td-conn test -vv far
	is "the proxy of a connection refuses: status" "$status" 78
	unlike "the proxy's password is not shown" "$(cat "$T/out" "$T/err"; td-conn list)" 5ec4e7
	run env NO_PROXY=127.0.0.1 td-conn test far
	is "NO_PROXY counts for a connection's proxy, too" "$status" 0
	for bad in foo://u:pa5ec4e7@h http://u:pa5ec4e7@ http://u:pa5ec4e7@h/path http://u:pa5ec4e7 'http://a b'; do
		run td-conn add --proxy "$bad" bad td://@
		[ "$bad" != http://u:pa5ec4e7 ] || { td-conn remove bad; continue; }
		is "--proxy with what is not one: status" "$status" 2
		unlike "--proxy with what is not one: it is not shown" "$err" "5ec4e7|a b"
	done
	printf '[odd]\nproxy = foo://u:pa5ec4e7@h\n' >>"$T/xdg/td-pipe/connections"
	run td-conn list
	is "a bad proxy in the file: status" "$status" 78
	unlike "a bad proxy in the file: it is not shown" "$err" 5ec4e7

	# --- TLS 1.2 or newer, whatever the machine's settings allow
	printf '%s\n' 'openssl_conf = a' '[a]' 'ssl_conf = b' '[b]' 'system_default = c' '[c]' 'MinProtocol = TLSv1' 'CipherString = DEFAULT:@SECLEVEL=0' >"$T/lax.cnf"
	odd new tls1.2 "$T/server.crt,$T/server.key,"
	TD_API_SERVER=https://127.0.0.1:$port run env OPENSSL_CONF="$T/lax.cnf" td-conn test --cacert "$T/server.crt"
	is "TLS 1.2: status" "$status" 0
	odd old tls1.1 "$T/server.crt,$T/server.key,"
	if curl -s --cacert "$T/server.crt" --tlsv1.0 --tls-max 1.1 --ciphers 'DEFAULT:@SECLEVEL=0' "https://127.0.0.1:$port/" >"$T/out"; then
		TD_API_SERVER=https://127.0.0.1:$port run env OPENSSL_CONF="$T/lax.cnf" td-conn test --timeout 1 --retry-wait 0 --cacert "$T/server.crt"
		ok "TLS 1.1 is refused ($status)" [ "$status" -eq 75 -o "$status" -eq 78 ]
		like "TLS 1.1 is refused: message" "$err" "protocol version|tlsv1 alert|unsupported protocol"
		is "TLS 1.1 is refused: no key was sent" "$(grep -c Authorization "$T/old.record")" 0
	else skip "TLS 1.1" "this OpenSSL has none"; fi
else skip "certificates of clients" "no openssl"; fi
finish
