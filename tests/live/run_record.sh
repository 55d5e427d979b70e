#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# -o writes each attempt once, as one valid JSON line with its outcome, whatever programs are called.
. tests/live/lib.sh
. tests/live/run.sh
command -v python3 > /dev/null || skip "needs python3"
world
room
sinks 25
T=$(realpath "$O/tools/try25")
lines() { # EXPRESSION: over `line`s of the record
	python3 -c '
import json, sys
print(*[eval(sys.argv[2]) for line in map(json.loads, open(sys.argv[1], encoding="utf-8"))])' "$TMP/record" "$1"
}
status 0 "three attempts" -o "$TMP/record" sh -c "$T tcp4 192.0.2.25 25; $T tcp4 192.0.2.25 26; $T tcp4 10.99.0.99 25; :"
is "are three lines" "$(wc -l < "$TMP/record")" 3
is "with their outcomes" "$(lines 'line["smtpfence"]["outcome"]["result"]' | tr ' ' '\n' | sort | xargs)" \
	"connected no_answer refused"
is "the record for report holds the same" "$(sort "$TMP/home/smtpfence/last.jsonl" | sha256sum)" \
	"$(sort "$TMP/record" | sha256sum)"
is "and is nobody else's to read" "$(stat -c %a "$TMP/home/smtpfence/last.jsonl")" 600
status 0 "none" -o "$TMP/record" true
is "is an empty record" "$(wc -c < "$TMP/record")" 0

names=($'line\nbreak' $'esc\e[2J\e]0;title\a' $'bad\xff\xfe\xc3utf8' '"},{"x":"' $'c1\xc2\x9b31m' $'bidi\xe2\x80\xae')
for name in "${names[@]}"; do
	cp "$T" "$TMP/$name"
	status 0 "a hostile name" --profile gcp -o "$TMP/record" "$TMP/$name" tcp4 192.0.2.25 25 1 "$name"
	is "is one line" "$(wc -l < "$TMP/record") $(lines 'line["event"]["action"]')" "1 connection_denied"
	ok "and inert on a terminal" sh -c '! LC_ALL=C grep -nP "[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]" "$1"' - "$TMP/err"
done
(: > "$TMP/$'\e[2J'") 2> /dev/null
status 127 "a hostile command" $'\e[2J'
ok "is inert too" sh -c '! grep -q "$(printf "\033")" "$1"' - "$TMP/err"

status 0 "--json" --json --profile gcp "$T" many 192.0.2.25 25 500
is "counts them all" "$(counted denied)" 500
law
is "as one line" "$(grep -c '^{' "$TMP/err")" 1
status 0 "twice quiet: no line before the report" -q --profile gcp "$T" tcp4 192.0.2.25 25
ok "but the report" sh -c '! grep -q "tried 192" "$1" && grep -q "1 attempt" "$1"' - "$TMP/err"
is "a full disk is not silence" "$(run -o /dev/full --profile gcp "$T" tcp4 192.0.2.25 25; echo $?)" 125
is "no cgroup is left" "$(cages)" 0
finish
