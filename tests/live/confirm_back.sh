#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Changes on trial, one over another, go back to what was confirmed last; a first arming goes back to none.
# vm: yes
. tests/live/lib.sh
world
sinks 25
short=$([ -n "${VM-}" ] && echo 20 || echo 3) # emulated CPUs take seconds to arm

arm "block: EACCES"
cp "$TMP/policy.yaml" "$TMP/first.yaml"
sed 's/EACCES/ECONNREFUSED/' "$TMP/first.yaml" > "$TMP/second.yaml"
echo "rules: 7" | cat "$TMP/first.yaml" - > "$TMP/bad.yaml"
ok "a change on trial" up --confirm 300s -q "$TMP/second.yaml"
ok "and one over it" up --confirm "${short}s" -q "$TMP/second.yaml"
ok "only one waits" waiting 1
is "a bad file changes nothing" "$(up --confirm 300s -q "$TMP/bad.yaml" > "$TMP/said" 2>&1; echo $?)" 1
ok "with its place" grep -q "bad.yaml:[0-9]*:" "$TMP/said"
is "what is on trial is in force" "$(outcome tcp4 192.0.2.25 25)" ECONNREFUSED
ok "both go back" waiting 0
is "to what was confirmed last" "$(outcome tcp4 192.0.2.25 25)" EACCES
is "nothing is kept to go back to" "$(find "$STATE" -name back.json -o -name confirm.json)" ""
laws 2
ok "down" fence down
ok "a first arming on trial" up --confirm "${short}s" -q "$TMP/second.yaml"
ok "goes back" waiting 0
is "to no fence" "$(fence status > "$TMP/status"; echo $?)" 10
ok "which is not armed" grep -q "NOT ARMED" "$TMP/status"
ok "a first arming that fails" eval '! up --confirm 60s -q "$TMP/bad.yaml"'
ok "leaves nobody waiting" waiting 0
ok "a trial" up --confirm 60s -q "$TMP/second.yaml"
ok "that down ends" fence down
ok "nobody waits" waiting 0
finish
