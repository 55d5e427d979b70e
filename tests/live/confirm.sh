#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# `up --confirm`: what nobody confirms goes back, also when the terminal is gone; what is confirmed stays.
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

is "nothing waits" "$(fence confirm; echo $?)" "nothing waits to be confirmed"$'\n'10
is "a time that is none" "$(up --confirm soon 2>&1; echo $?)" \
	"smtpfence: up: --confirm 'soon' is not a time, such as 30m or 2h"$'\n'2
arm "block: EACCES"
cp "$TMP/policy.yaml" "$TMP/first.yaml"
sed 's/EACCES/ECONNREFUSED/' "$TMP/first.yaml" > "$TMP/second.yaml"
gets "the policy before" EACCES
# A terminal of its own, which is hung up as soon as the verb is done.
timeout 200 script -qec "nsenter --net=/run/netns/$HOST $O/smtpfence up --state $STATE --cgroup $CG \
	--confirm 4s $TMP/second.yaml; kill -HUP \$PPID" /dev/null > "$TMP/terminal" 2>&1
ok "armed on a terminal that is gone" grep -q "In 4 s this goes back" "$TMP/terminal"
gets "the new policy at once" ECONNREFUSED
ok "somebody waits" waiting 1
ok "it goes back by itself" waiting 0
gets "the policy before, again" EACCES
ok "status is as asked" fence status
ok "up --confirm" up --confirm 4s -q "$TMP/second.yaml"
is "confirm" "$(fence confirm)" "confirmed: the fence stays as it is"
ok "nobody waits any more" waiting 0
sleep 4.2
gets "the new policy stays" ECONNREFUSED
ok "a change on trial" up --confirm 60s -q "$TMP/first.yaml"
ok "up without --confirm" up -q "$TMP/first.yaml"
ok "needs no confirmation any more" waiting 0
gets "and stays" EACCES
laws $denied
finish
