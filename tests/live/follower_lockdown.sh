#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Where the kernel does not tell of cgroups the follower watches their directories.
[[ $(cat /sys/kernel/security/lockdown 2> /dev/null) = *"[confidentiality]"* ]] || {
	echo "this kernel is not in lockdown=confidentiality: tests/vm puts its kernels there"
	exit 77
}
. tests/live/lib.sh
world
sinks 25

try_in() { # UNIT: the result of one try in it
	mkdir -p "$CG/in/$1"
	(echo 0 > "$CG/in/$1/cgroup.procs" &&
		exec nsenter "--net=/run/netns/$HOST" "$O/tools/try25" tcp4 192.0.2.25 25) 2>&1 | awk '{ print $2 }'
}

sees() { # NAME UNIT WANT: within 5 s
	for _ in $(seq 50); do
		[ "$(try_in "$2")" = "$3" ] && break
		sleep 0.1
	done
	is "$1" "$(try_in "$2")" "$3"
}

arm "rules:" "  - { if: { unit: \"late-*.service\" }, then: allow }"
start "$TMP/follower" nsenter "--net=/run/netns/$HOST" "$O/smtpfenced" --state "$STATE" -v
ok "it says so" await "$TMP/follower" "watching their directories"
sees "a unit that comes later" late-1.service ok
sees "what it starts in cgroups of its own" late-1.service/a/b ok
sees "another unit" other.service EPERM
rmdir "$CG/in/late-1.service/a/b" "$CG/in/late-1.service/a" "$CG/in/late-1.service"
sees "another one of that name" late-1.service ok
laws "$(counter denied_at_connect)"
finish
