#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The follower with an exemption: taken up when it is made, gone when it expires, also for one that begins later.
# vm: yes
. tests/live/lib.sh
world
sinks 25

try_in() { # UNIT: the result of one try in it
	mkdir -p "$CG/in/$1"
	(echo 0 > "$CG/in/$1/cgroup.procs" &&
		exec nsenter "--net=/run/netns/$HOST" "$O/tools/try25" tcp4 192.0.2.25 25) 2>&1 | awk '{ print $2 }'
}

sees() { # NAME UNIT WANT: within 30 s
	for _ in $(seq 300); do
		[ "$(try_in "$2")" = "$3" ] && break
		sleep 0.1
	done
	is "$1" "$(try_in "$2")" "$3"
}

follow() { # in the background
	start "$TMP/follower" nsenter "--net=/run/netns/$HOST" "$O/smtpfenced" --state "$STATE"
	FOLLOWER=${STARTED[-1]}
}

mkdir "$CG/in/e-1.service"
arm "rules:" "  - { if: { unit: \"a-*.service\" }, then: allow }"
follow
sees "a unit that a rule allows" a-1.service ok
ok "an exemption" fence allow --unit "e-*.service" --for 10s --reason "a test"
sees "for a unit that was there" e-1.service ok
sees "for one that comes later" e-2.service ok
sees "it expires" e-2.service EPERM
sees "for all" e-1.service EPERM
sees "the rule stands" a-2.service ok
generation=$(counter generation)
kill -TERM "$FOLLOWER" && wait "$FOLLOWER"
# What is in the kernel knows the exemption still: terms are not the same, so it is armed anew.
follow
sees "another follower, which has not seen it" a-3.service ok
is "has armed anew" "$(counter generation)" $((generation + 1))
sees "nothing is left of it" e-3.service EPERM
kill -TERM "$FOLLOWER"
finish
