#!/bin/sh
# The recording in README.md: what tests/lib/record.py makes of a terminal, read by an XML parser; and that it shows this demo.
. "$(dirname "$0")/../lib/lib.sh"
record() { # COMMAND...: a line for each text, from when to when it is shown, and the last translation
	"$PYTHON" "$ROOT/tests/lib/record.py" "$@" >"$T/svg" && "$PYTHON" - "$T/svg" <<'END'
import sys, xml.etree.ElementTree as tree
svg = "{http://www.w3.org/2000/svg}"
root = tree.parse(sys.argv[1]).getroot()
for text in root.iter(svg + "text"):
    change = text[0]
    print("%s %s: %s" % (text.get("class", "-"), "rewritten" if change.get("end") else "stays", change.tail))
print(root.find(".//" + svg + "animateTransform").get("values").split(";")[-1])
END
}
run record sh -c 'printf "# a <note>\n\033[1m$ command | other\033[0m\n\r\033[Khalf"; sleep 0.1; printf "\r\033[K\r\033[Kdone & over\n"'
is "text, bold, a line that is rewritten" "$status $out" "0 c stays: # a <note>
b stays: \$ command | other
- rewritten: half
- stays: done & over
0 0"
run record seq 40
is "what is higher than the terminal moves up" "$(printf '%s\n' "$out" | tail -n 2)" "- stays: 40
0 -228"
run record sh -c 'echo begun; exit 3'
is "a command that fails is no recording" "$status $err" "1 record.py: the command failed"

shown() { "$PYTHON" -c 'import sys, xml.etree.ElementTree as t
print("\n".join("".join(x.itertext()) for x in t.parse(sys.argv[1]).iter("{http://www.w3.org/2000/svg}text")))' "$ROOT/tests/demo.svg"; }
shown >"$T/shown"
is "what README.md shows is what make demo says today; else: make recording" \
	"$(sed -n "s/^say '\(.*\)'$/# \1/p" "$ROOT/tests/demo.sh" | grep -vxFf "$T/shown")" ""
ok "with its progress" grep -q '^td-put: the service checks the rows' "$T/shown"
finish
