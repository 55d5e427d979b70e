#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# `up --confirm`: what nobody confirms goes back, also when the terminal is gone; what is confirmed stays.
# vm: yes
. tests/live/lib.sh
world
sinks 25
denied=0

gets() { # NAME WANTED: what one try gets
	local got
	got=$(outcome tcp4 192.0.2.25 25)
	[ "$got" = ok ] || denied=$((denied + 1))
	is "$1" "$got" "$2"
}

waiters() { # processes that wait for a confirmation
	pgrep -cx smtpfence-wait
}

settles() { # until nobody waits, 20 s at most
	local i
	for ((i = 0; i < 200; i++)); do
		[ "$(waiters)" = "$others" ] && return 0
		sleep 0.1
	done
	return 1
}

others=$(waiters)
is "nothing waits" "$(fence confirm; echo $?)" "nothing waits to be confirmed"$'\n'10
is "a time that is none" "$(up --confirm soon 2>&1; echo $?)" \
	"smtpfence: up: --confirm 'soon' is not a time, such as 30m or 2h"$'\n'2
arm "block: EACCES"
cp "$TMP/policy.yaml" "$TMP/first.yaml"
sed 's/EACCES/ECONNREFUSED/' "$TMP/first.yaml" > "$TMP/second.yaml"
gets "the policy before" EACCES
# Its own terminal, which is hung up as soon as the verb is done.
ok "up --confirm on a terminal" timeout 20 setsid script -qec "nsenter --net=/run/netns/$HOST $O/smtpfence up \
	--state $STATE --cgroup $CG --confirm 3s $TMP/second.yaml; kill -HUP \$PPID" /dev/null
gets "the new one at once" ECONNREFUSED
is "somebody waits" "$(waiters)" $((others + 1))
ok "it goes back by itself" settles
gets "the policy before, again" EACCES
ok "status is as asked" fence status

ok "up --confirm, confirmed" up --confirm 2s -q "$TMP/second.yaml"
is "confirm" "$(fence confirm)" "confirmed: the fence stays as it is"
ok "nobody waits any more" settles
sleep 2.2
gets "the new policy stays" ECONNREFUSED

ok "a change on trial" up --confirm 60s -q "$TMP/first.yaml"
ok "and one over it" up --confirm 2s -q "$TMP/second.yaml"
is "only one waits" "$(waiters)" $((others + 1))
echo "rules: 7" >> "$TMP/first.yaml"
is "a bad file changes nothing" "$(up --confirm 9s -q "$TMP/first.yaml" > "$TMP/said" 2>&1; echo $?)" 1
ok "they go back" settles
gets "to what was confirmed last" ECONNREFUSED
laws $denied

ok "down" fence down
ok "a first arming on trial" up --confirm 2s -q "$TMP/second.yaml"
ok "goes back" settles
is "to no fence" "$(fence status > "$TMP/status"; echo $?)" 10
ok "which is not armed" grep -q "NOT ARMED" "$TMP/status"
ok "a trial" up --confirm 60s -q "$TMP/second.yaml"
ok "that down ends" fence down
is "nobody waits" "$(waiters)" "$others"
finish
