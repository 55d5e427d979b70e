#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What is over a rule's limit is one incident, whichever programs of the cgroup met it.
# vm: yes
. tests/live/lib.sh
world
sinks 25
cp "$O/tools/try25" "$TMP/another" && chmod 0755 "$TMP" "$TMP/another"

incidents() { # what report makes of the events: verdict, reason, times; sorted
	"$O/smtpfence" report --json "$TMP/events" | tr '{' '\n' | grep '"id":"i' |
		sed -E 's/.*"verdict":"([a-z]*)","count":([0-9]*),.*"reason":"([a-z]*)".*/\1 \3 \2/' | sort
}

arm "rules:" "  - { name: slowly, if: { to: 192.0.2.25 }, then: limit 3 connections/h }"
watch_start
is "the first three get through" "$(try tcp4 192.0.2.25 25 3)" "ok 3"
is "the others do not" "$(try tcp4 192.0.2.25 25 4)" "EPERM 4"
is "nor do those of another program" "$(inside "$TMP/another" tcp4 192.0.2.25 25 5 2>&1)" "EPERM 5"
is "another cgroup has its own" "$(other "$O/tools/try25" tcp4 192.0.2.25 25 1 2>&1)" "ok 1"
ok "a change of policy does not begin it anew" up "$TMP/policy.yaml"
is "they are still over it" "$(try tcp4 192.0.2.25 25 2)" "EPERM 2"
watch_stop 15
is "over the limit: one incident" "$(incidents)" $'allowed rule 1\nallowed rule 3\ndenied limit 11'
ok "the reason is told" grep -q '"action":"limit".*"reason":"limit"' "$TMP/events"
laws 11
finish
