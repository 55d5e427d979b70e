#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# `report` tells the record of the run just made, or a file's; bad lines are named, good ones still told.
# vm: yes
. tests/live/lib.sh
. tests/live/run.sh
world
room

report() { # WANTED NAME ARGUMENTS...
	local wanted=$1 name=$2
	shift 2
	"$O/smtpfence" report "$@" > "$TMP/out" 2> "$TMP/err"
	is "$name" $? "$wanted"
}
shows() { grep -qF -- "$1" "$TMP/out" || { cat "$TMP/out" && return 1; }; }

report 1 "before any run there is nothing"
is "in one line" "$(cat "$TMP/err")" "smtpfence: no run has been recorded yet; try: smtpfence run COMMAND"
status 1 "a run" --profile digitalocean -o "$TMP/record" bash -c 'echo > /dev/tcp/192.0.2.25/25'
cp "$TMP/err" "$TMP/told"
report 0 "is told again"
is "with the same first lines" "$(head -n 6 "$TMP/out")" "$(grep -A 5 '^smtpfence: 1 attempt ' "$TMP/told")"
ok "the program" shows "  blocked   bash -c  ->  192.0.2.25, port 25"
ok "the profile's advice" shows "587 and 465 are shut too"
report 0 "-v" -v
ok "the words of the machine" shows "verdict denied, hook connect4, reason default, errno ETIMEDOUT,"
report 0 "--json" --json
is "one object" "$(python3 -c 'import json, sys; print(json.load(sys.stdin)["denied"])' < "$TMP/out")" 1

{ echo '{"not": "ours"}' && cat "$TMP/record" && printf '\e[2J\n'; } > "$TMP/mixed"
report 1 "a file with bad lines" "$TMP/mixed"
is "names them" "$(cat "$TMP/err")" "smtpfence: $TMP/mixed:1: no event of smtpfence with schema 1
smtpfence: $TMP/mixed:3: no JSON"
ok "and tells the good one" shows "1 attempt to send mail, 1 blocked"
"$O/smtpfence" report - < "$TMP/record" | grep -q ', 1 blocked'
is "stdin" "${PIPESTATUS[*]}" "0 0"
report 1 "no such file" /nonexistent
report 1 "a directory" /
report 2 "two files" a b
report 2 "no such option" --frobnicate
report 0 "help" --help
ok "with examples" shows "  smtpfence report --json"
"$O/smtpfence" report > /dev/full 2> "$TMP/err"
is "a full disk is a failure" "$? $(grep -c 'write the report' "$TMP/err")" "1 1"
finish
