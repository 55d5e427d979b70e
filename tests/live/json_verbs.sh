#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# --json of every verb: one object on a line, and what programs look for in it.
. tests/live/lib.sh
command -v python3 > /dev/null || skip "needs python3"
world
sinks 25 587
start "$TMP/open" away "$O/tools/sink" 2525 # a listener of the host's own: no mail server that is known

holds() { # FILE EXPRESSION: over `d`, the one object in it
	python3 -c 'import json, sys
lines = open(sys.argv[1]).read().splitlines()
d = json.loads(lines[0])
sys.exit(0 if len(lines) == 1 and eval(sys.argv[2]) else "not so: " + lines[0])' "$TMP/$1" "$2"
}

up --json --profile generic-cloud > "$TMP/up"
is "up: exit status" $? 0
ok "up" holds up 'd["armed"] and d["blocks"] and d["mode"] == "enforce" and d["profile"] == "generic-cloud"'
ok "up: the senders and connections it found" holds up 'isinstance(d["senders"], list) and d["connections"] == []'
up --json --profile observe > "$TMP/up"
ok "up: what blocks nothing says so" holds up 'd["armed"] and not d["blocks"]'
up --json -q --profile generic-cloud > "$TMP/quiet"
is "up -q says nothing" "$(cat "$TMP/quiet")" ""
is "blocked" "$(outcome tcp4 192.0.2.25 25)" EPERM
fence status --json > "$TMP/status"
ok "status" holds status 'd["enforcing"] and d["as_asked"] and d["counts"]["denied"] == 1'
fence block --all --for 1h --reason x --ticket 7 --json > "$TMP/block"
ok "block" holds block 'd["exemption"]["id"] == "e1" and d["exemption"]["host"] and d["enforced"] and d["connections_ended"] == 0'
fence list --json > "$TMP/list"
ok "list" holds list '[e["ticket"] for e in d["exemptions"] if e["left_s"] <= 3600] == ["7"]'
fence revoke e1 --json > "$TMP/revoke"
ok "revoke" holds revoke 'd["ended"][0]["state"] == "revoked"'
fence resume --json > "$TMP/resume"
ok "resume: nothing was paused" holds resume 'd == {"ended": []}'
fence watch --once --json > "$TMP/watch"
ok "watch" holds watch 'd["destination"]["port"] == 25 and d["smtpfence"]["verdict"] == "denied"'
inside "$O/smtpfence" run --json -q --profile gcp -o "$TMP/run.jsonl" "$O/tools/try25" tcp4 192.0.2.25 25 \
	> /dev/null 2> "$TMP/run"
ok "run" holds run 'd["incidents"]'
"$O/smtpfence" report --json "$TMP/run.jsonl" > "$TMP/report"
ok "report" holds report 'd["incidents"][0]["count"] == 1'
"$O/smtpfence" check --json --profile gcp > "$TMP/check"
ok "check" holds check 'd["profile"]'
"$O/smtpfence" profiles show gcp --json > "$TMP/profiles"
ok "profiles" holds profiles 'd["name"] == "gcp" and d["ports"] == [25]'
laws "$(counter denied_at_connect)"
fence down --json > "$TMP/down"
ok "down" holds down 'd == {"armed": False, "removed": True}'
fence down --json > "$TMP/down"
ok "down again" holds down 'd == {"armed": False, "removed": False}'
finish
