#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What the follower keeps right while a policy lives: units, cgroups within them, containers that files
# tell of late, executables that are replaced.
# vm: yes
. tests/live/lib.sh
world
sinks 25
export SMTPFENCE_ROOT=$TMP/root
STORE=$SMTPFENCE_ROOT/var/lib/docker/containers
ID=$(printf '%064x' 1)
OTHER=$(printf '%064x' 2)
T=$O/tools/try25
mkdir -p "$STORE/$ID" "$STORE/$OTHER" "$CG/docker"
chmod 0755 "$TMP" && install -D -m 0755 "$T" "$TMP/bin/mailer"

try_in() { # DIR PROGRAM: the result of one try in that cgroup
	mkdir -p "$CG/$1"
	(echo 0 > "$CG/$1/cgroup.procs" && exec nsenter "--net=/run/netns/$HOST" "$2" tcp4 192.0.2.25 25) 2>&1 |
		awk '{ print $2 }'
}

sees() { # NAME DIR PROGRAM WANT: within 5 s
	local got i
	for ((i = 0; i < 50; i++)); do
		got=$(try_in "$2" "$3")
		[ "$got" = "$4" ] && break
		sleep 0.1
	done
	is "$1" "$got" "$4"
}

arm "rules:" "  - { if: { unit: \"late-*.service\" }, then: allow }" \
	"  - { if: { container: shop }, then: allow }" "  - { if: { image: \"mail:*\" }, then: block ECONNREFUSED }" \
	"  - { if: { exe: $TMP/bin/mailer, user: root }, then: allow }"
start "$TMP/follower" nsenter "--net=/run/netns/$HOST" "$O/smtpfenced" --state "$STATE"
FOLLOWER=${STARTED[-1]}
sees "a unit that comes later" in/late-1.service "$T" ok
sees "what it starts in cgroups of its own" in/late-1.service/a/b "$T" ok
sees "another unit" in/other.service "$T" EPERM
sees "a name of a unit within a unit, which anybody may give" in/other.service/late-2.service "$T" EPERM
mkdir -p "$CG/docker/$ID/inner"
# Not known, so it could be the one that is to be refused.
sees "a container that no file tells of" "docker/$ID" "$T" ECONNREFUSED
echo '{"Name":"/shop","Config":{"Image":"web:1"}}' > "$STORE/$ID/config.v2.json"
sees "a file tells of it" "docker/$ID" "$T" ok
sees "so what was made in it before is known" "docker/$ID/inner" "$T" ok
echo '{"Name":"/x","Config":{"Image":"mail:1"}}' > "$STORE/$OTHER/config.v2.json"
sees "one that is known at once" "docker/$OTHER" "$T" ECONNREFUSED
generation=$(counter generation)
sees "an executable" other "$TMP/bin/mailer" ok
install -m 0755 "$T" "$TMP/bin/new" && mv "$TMP/bin/new" "$TMP/bin/mailer"
sees "its file is replaced" other "$TMP/bin/mailer" ok
is "all that without arming anew" "$(counter generation)" "$generation"
laws "$(counter denied_at_connect)"
kill -TERM "$FOLLOWER"
finish
