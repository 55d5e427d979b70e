#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A limit is of a workload: cgroups that it makes below its own get no window of theirs.
# vm: yes
. tests/live/lib.sh
world
sinks 25 587
T=$O/tools/try25
# As systemd delegates: a service that was there before the fence, one that comes later, and a plain directory.
mkdir -p "$CG/in/mail.service" "$CG/in/plain"

spread() { # DIR PORT: one try from each of ten cgroups below; tally
	local i
	for i in 0 1 2 3 4 5 6 7 8 9; do
		mkdir -p "$CG/$1/made-$i.service/deeper"
		(echo 0 > "$CG/$1/made-$i.service/deeper/cgroup.procs" &&
			exec nsenter "--net=/run/netns/$HOST" "$T" tcp4 192.0.2.25 "$2") 2>&1
	done | awk '{ n[$2]++ } END { printf "ok %d EPERM %d", n["ok"], n["EPERM"] }'
}

from() { # DIR PORT
	mkdir -p "$CG/$1"
	(echo 0 > "$CG/$1/cgroup.procs" && exec nsenter "--net=/run/netns/$HOST" "$T" tcp4 192.0.2.25 "$2") 2>&1 |
		awk '{ print $2 }'
}

has_window() { # CGROUP ID
	bpftool -j map dump pinned "$STATE/bpf/fence/fence_limits" | grep -q "\"cgroup\": *$1\\b"
}

arm "rules:" "  - { name: slowly, if: { to: 192.0.2.25, port: [25, 587] }, then: limit 3 connections/h }"
is "ten cgroups below a service have its window" "$(spread in/mail.service 25)" "ok 3 EPERM 7"
is "so has the service itself" "$(from in/mail.service 587)" EPERM
is "a plain directory beside it has its own" "$(from in/plain 25)" ok
ok "a change of policy" up "$TMP/policy.yaml"
is "does not open the window" "$(from in/mail.service/made-4.service 25)" EPERM
is "nor a cgroup that is made then" "$(from in/mail.service/another 25)" EPERM
start "$TMP/follower" nsenter "--net=/run/netns/$HOST" "$O/smtpfenced" --state "$STATE"
for i in $(seq 20); do # until it follows
	mkdir "$CG/in/early-$i.service" && sleep 0.3
	[ "$(spread "in/early-$i.service" 25)" = "ok 3 EPERM 7" ] && break
done
mkdir "$CG/in/late.service" && sleep 0.5
is "ten cgroups below one that came later" "$(spread in/late.service 25)" "ok 3 EPERM 7"
id=$(stat -c %i "$CG/in/late.service")
ok "it has a window" has_window "$id"
find "$CG/in/late.service" -depth -type d -exec rmdir {} +
sleep 0.5
is "which goes with it" "$(has_window "$id" && echo there)" ""
laws "$(counter denied_at_connect)"
finish
