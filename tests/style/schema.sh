#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Every event line that the unit test of recall writes is valid by data/event.schema.json, and a
# line with a key too many, too few or of another type is not.
# usage: schema.sh [DIR]
. "$(dirname "$0")/tap"
cd "${1:-.}" || exit 1
program=${O:-.output}/unit/recall

# findings: runs the unit test, then judges what it wrote.
findings() {
	events=$(mktemp) || return
	if ! [ -x "$program" ]; then
		echo "$program:1 is not built: make tests"
	elif ! SMTPFENCE_TEST_EVENTS=$events "$program" >/dev/null 2>&1; then
		echo "tests/unit/recall.c:1 fails"
	else
		judge "$events" 2>&1
	fi
	rm -f "$events"
}

judge() {
	python3 - data/event.schema.json "$1" <<'EOF'
import copy, json, sys
from jsonschema import Draft202012Validator

schema = json.load(open(sys.argv[1]))
Draft202012Validator.check_schema(schema)
check = Draft202012Validator(schema)
lines = open(sys.argv[2], encoding="utf-8", newline="\n").readlines()
if len(lines) < 20:
    print(f"data/event.schema.json:1 only {len(lines)} lines")
for number, line in enumerate(lines, 1):
    for wrong in check.iter_errors(json.loads(line)):
        print(f"data/event.schema.json:1 event {number} {wrong.json_path}: {wrong.message}")

def spoil(path, value):
    event = copy.deepcopy(json.loads(lines[0]))
    *way, last = path
    inner = event
    for key in way:
        inner = inner[key]
    if value is None:
        del inner[last]
    else:
        inner[last] = value
    if check.is_valid(event):
        print(f"data/event.schema.json:1 takes {'.'.join(path)} = {value}")

spoil(["smtpfence", "typo"], 1)
spoil(["smtpfence", "verdict"], None)
spoil(["smtpfence", "verdict"], "allowed")  # but event.action says denied
spoil(["smtpfence", "start_ns"], 17)
spoil(["smtpfence", "cgroup", "typo"], 1)
spoil(["smtpfence", "redirect"], {"ip": "127.0.0.1"})
spoil(["smtpfence", "exemption"], {"id": "7"})
spoil(["event", "id"], "")
spoil(["destination", "port"], 65536)
spoil(["@timestamp"], "2026-11-23 15:02:11")
spoil(["process", "name"], "")
EOF
}

tap "events are as data/event.schema.json says" "$(findings)"
end
