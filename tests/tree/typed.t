#!/bin/sh
# A key that is typed in the wrong place, or is part of what a tool reads, is never shown: not on stderr or stdout, in a
# frame's reason or in a receipt. (hostile.t has servers that show one; keys.t checks what leaves a program that works.)
. "$(dirname "$0")/../lib/lib.sh"
SECRET=5ec4e75ec4e75ec4e75ec4e75ec4e75ec4e75ec4
KEY=1/$SECRET
TD_API_SERVER=http://127.0.0.1:1
export TD_API_SERVER
cd "$T" || exit 1

# --- every option of every tool: as its value, glued to it, and within a URL
shown() { # COMMAND...
	timeout 10 "$@" --timeout 0 --retry-wait 0 </dev/null >"$T/out" 2>"$T/err"
	status=$?
	# shellcheck disable=SC2015
	[ "$status" -lt 124 ] && ! grep -q "$SECRET" "$T/out" "$T/err" || { echo "$status $*:" && head -n 2 "$T/err"; }
}
for tool in td-fetch td-encode td-put td-swap td-conn td-local; do
	"$tool" -h | grep -oE '(^|[ ,])--[a-z0-9-]+' | tr -d ' ,' | sort -u | grep -v '^--listen$' >"$T/options"
	: >"$T/leaks"
	while read -r option; do
		for form in "$option=$KEY" "$option$KEY" "$option=td://$KEY@h/db/t"; do
			shown "$tool" "$form" >>"$T/leaks"
			# td-local with a legal option would run for ever
		done
		[ $tool = td-local ] || shown "$tool" "$option" "$KEY" >>"$T/leaks"
	done <"$T/options"
	for operand in "$KEY" "x$KEY" "td://$KEY/db/t" "td://$KEY@h/db/t?mode=$KEY" "td://@$KEY/db/t" "td://@h/$KEY/t" "td://@h/db/t?apikey=$KEY" "$KEY:t"; do
		case $tool in td-conn) for verb in add test remove list $operand; do shown $tool "$verb" "$operand"; done ;; *) shown $tool "$operand" ;; esac >>"$T/leaks"
	done
	is "$tool, $(wc -l <"$T/options") options" "$(cat "$T/leaks")" ""
done

# --- a key in the input
reads() { # WHAT STATUS COMMAND...: < standard input
	input=$1 want=$2
	shift 2
	"$@" >"$T/out" 2>"$T/err"
	is "$input: status" "$?" "$want"
	ok "$input: something is said" test -s "$T/err"
	is "$input: the key is not shown" "$(cat "$T/out" "$T/err" | grep -ac "$SECRET")" 0
}
printf 'a,b\n1,2\n%s,3\n' "$KEY" >"$T/csv"
reads "td-encode, a key for a number" 65 td-encode -c a:long --time-value 1700000000 <"$T/csv"
printf 'a\n"%s' "$KEY" >"$T/torn.csv"
reads "td-encode, a key in a torn row" 65 td-encode --time-value 1700000000 <"$T/torn.csv"
printf '{"a":%s}\n' "$KEY" >"$T/jsonl"
reads "td-encode, a key in what is not JSON" 65 td-encode -f jsonl --time-value 1700000000 <"$T/jsonl"
jq -nc --arg k "$KEY" '{receipt:1,mode:"replace",endpoint:"http://127.0.0.1:1",database:"db1",table:"tab",status:"failed",reason:("key " + $k),exit:75}' >"$T/receipt"
reads "td-swap, a key in a reason" 66 td-swap <"$T/receipt"
jq -nc --arg k "$KEY" '{receipt:1,mode:"replace",action:"load",endpoint:("http://" + $k),database:$k,table:$k,temporary_table:$k,status:"loaded",rows:1}' >"$T/receipt"
TD_API_KEY=$KEY
export TD_API_KEY
"$BUILD/td-swap" <"$T/receipt" >"$T/out" 2>"$T/err"
ok "td-swap, keys for names: refused ($?)" test -s "$T/err"
is "td-swap, keys for names: not shown" "$(cat "$T/out" "$T/err" | grep -c "$SECRET")" 0
unset TD_API_KEY
mkdir -p "$T/xdg/td-pipe"
for text in "$KEY" "[$KEY]" "[a]\n$KEY = x" "[a]\nurl = $KEY" "[a]\nurl = td://$KEY" "[a]\napikey = $KEY\napikey = $KEY" "[a]\nproxy = x://$KEY@h"; do
	printf "$text\n" >"$T/xdg/td-pipe/connections"
	chmod 600 "$T/xdg/td-pipe/connections"
	XDG_CONFIG_HOME=$T/xdg run td-put a:tab </dev/null
	is "a file of connections with '$(printf %.14s "$text")...': status, not shown" "$status $(grep -c "$SECRET" "$T/err")" "78 0"
done
printf '%s\n%s\n' "$KEY" "$KEY" >"$T/two" && chmod 600 "$T/two"
reads "a key file of two lines" 77 env TD_API_KEY_FILE="$T/two" td-fetch 1
finish
