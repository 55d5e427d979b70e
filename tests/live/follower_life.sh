#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The follower falls behind, is killed, begins again; takes up other policies, and the file on SIGHUP.
# vm: yes
. tests/live/lib.sh
world
sinks 25

follow() { # in the background
	start "$TMP/follower" nsenter "--net=/run/netns/$HOST" "$O/smtpfenced" --state "$STATE" -v
	FOLLOWER=${STARTED[-1]}
}

try_in() { # UNIT: the result of one try in it
	mkdir -p "$CG/in/$1.service"
	(echo 0 > "$CG/in/$1.service/cgroup.procs" &&
		exec nsenter "--net=/run/netns/$HOST" "$O/tools/try25" tcp4 192.0.2.25 25) 2>&1 | awk '{ print $2 }'
}

sees() { # NAME UNIT WANT: within 5 s
	for _ in $(seq 50); do
		[ "$(try_in "$2")" = "$3" ] && break
		sleep 0.1
	done
	is "$1" "$(try_in "$2")" "$3"
}

follow
ok "without a fence it waits" kill -0 "$FOLLOWER"
arm "rules:" "  - { if: { unit: \"a-*.service\" }, then: allow }"
sees "a fence that comes later" a-1 ok
is "one in each place" "$("$O/smtpfenced" --state "$STATE" 2>&1; echo $?)" \
	"smtpfence: process $FOLLOWER holds $STATE/follower.lock already"$'\n1'
kill -STOP "$FOLLOWER"
long=$CG/in/a-$(printf '%0200d' 0)
mkdir "$long"{1..1500}.service && rmdir "$long"{1..1500}.service
mkdir "$CG/in/a-2.service"
kill -CONT "$FOLLOWER"
sees "more came and went than it could be told" a-2 ok
ok "which it says" await "$TMP/follower" "faster than they could be followed"
kill -KILL "$FOLLOWER"
is "nobody follows: what comes is not allowed" "$(try_in a-3)" EPERM
follow
sees "it begins again" a-3 ok
sed -i 's/a-/b-/' "$TMP/policy.yaml"
kill -HUP "$FOLLOWER"
sees "the file on SIGHUP" a-3 EPERM
sees "and what comes then" b-1 ok
echo nonsense > "$TMP/policy.yaml"
kill -HUP "$FOLLOWER"
ok "a bad file is refused" await "$TMP/follower" "policy.yaml"
sees "and changes nothing" b-2 ok
arm "rules:" "  - { if: { unit: \"c-*.service\" }, then: allow }"
sees "another policy" c-1 ok
ok "down and up again" eval 'fence down && up "$TMP/policy.yaml"'
sees "another fence" c-2 ok
kill -TERM "$FOLLOWER"
wait "$FOLLOWER"
is "it ends when told to" $? 0
finish
