#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Pins that are not whole are never taken for a fence or for none; a down that was cut off can be followed by up.
# vm: yes
. tests/live/lib.sh
world
pins=$STATE/bpf/fence

first_line() { # of status, without the name of the host; and its exit status
	fence status > "$TMP/status" 2>&1
	echo "$? $(head -n 1 "$TMP/status" | sed 's/^[^ ]* *//')"
}

refused() { # NAME: up, and what it says
	is "$1: up refuses" "$(up -q "$TMP/policy.yaml" 2>&1; echo $?)" \
		"smtpfence: some of what was pinned is gone, and not removed by us: smtpfence down, then up"$'\n'1
	is "$1: status sees it" "$(first_line)" "10 NOT ENFORCING (asked: enforce)"
}

arm ""
rm "$pins/fence_seq"
refused "a map is gone"
ok "it says what to type" grep -q '^fix  *sudo smtpfence down, then: sudo smtpfence up' "$TMP/status"
is "the links enforce meanwhile" "$(outcome tcp4 192.0.2.25 25)" EPERM
ok "down" fence down
arm ""
rm "$pins/fence_state"
refused "the state is gone"
ok "down" fence down
arm ""
rm "$pins"/fence_{connect4,connect6,egress,create,sockops,release,state}
is "down was cut off: status" "$(first_line)" "10 NOT ENFORCING (asked: enforce)"
arm ""
is "up follows" "$(first_line)" "0 ENFORCING port 25"
mkdir "$STATE/bpf/new"
ok "down, with what an up left that was cut off" fence down
arm ""
rm "$STATE/asked.json"
is "nobody knows what was asked" "$(first_line)" "10 NOT ENFORCING (asked: unknown)"
arm ""
echo '{' > "$STATE/asked.json"
is "it cannot be read" "$(first_line | cut -c1-2)" "1 "
arm ""
is "up writes it anew" "$(first_line)" "0 ENFORCING port 25"
ups() { # changes while status looks
	for _ in 1 2 3 4 5 6 7 8 9 10; do up -q "$TMP/policy.yaml"; done
}
start "$TMP/ups" ups
while kill -0 "${STARTED[-1]}" 2> /dev/null; do first_line; done | sort | uniq -c | sed 's/^ *[0-9]* *//' > "$TMP/lines"
is "a change under way is no fault" "$(cat "$TMP/lines")" "0 ENFORCING port 25"
is "all changes were made" "$(cat "$TMP/ups")" ""
finish
