#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Other tools' programs on the same cgroups stay as they were; one that lets nobody beside it is named.
. tests/live/lib.sh
CLANG=$(command -v "${CLANG:-clang-14}") || skip "needs clang to build a stranger"
world
printf '%s\n' '#include <linux/bpf.h>' '#define SEC(x) __attribute__((section(x), used))' \
	'SEC("cgroup/connect4") int stranger4(struct bpf_sock_addr *c) { return 1; }' \
	'SEC("cgroup_skb/egress") int stranger_out(struct __sk_buff *s) { return 1; }' \
	'char _license[] SEC("license") = "GPL";' > "$TMP/stranger.c"
"$CLANG" -O2 -target bpf -idirafter "/usr/include/$(uname -m)-linux-gnu" -c -o "$TMP/stranger.o" "$TMP/stranger.c" || exit 1
mkdir "$TMP/bpf" "$CG/in/child" "$AWAY/child"

stranger() { # CGROUP [FLAG]: a connect4 and an egress program, pinned nowhere
	# shellcheck disable=SC2016 # of the inner shell
	ok "a stranger on ${1#"$V2"} ${2-exclusive}" unshare -m sh -c 'mount -t bpf bpf "$1/bpf" &&
		bpftool prog loadall "$1/stranger.o" "$1/bpf/s" &&
		bpftool cgroup attach "$2" connect4 pinned "$1/bpf/s/stranger4" $3 &&
		bpftool cgroup attach "$2" egress pinned "$1/bpf/s/stranger_out" $3' sh "$TMP" "$1" "${2-}"
}

strangers() { # id, type, flags and name of each that is attached, in order
	local dir
	for dir in "$CG" "$CG/in" "$CG/in/child" "$CG/other"; do
		echo "${dir#"$V2"}"
		bpftool cgroup show "$dir" | grep stranger
	done
}

refused() { # NAME CGROUP PROGRAM-ID WHERE
	STATE=$TMP/second fence up -q --cgroup "$2" "$TMP/policy.yaml" > "$TMP/said" 2>&1
	is "$1: exit status" $? 1
	is "$1: who it is" "$(cat "$TMP/said")" \
		"smtpfence: attach fence_connect4 to $2: held exclusively by program 'stranger4' (id $3) on $4"
	is "$1: nothing of ours hangs there" "$(bpftool cgroup show "$2" | grep -c fence)" 0
	is "$1: nothing is mounted" "$(grep -c "$TMP/second" /proc/mounts)" 0
}

stranger "$CG" multi
stranger "$CG/in" override
before=$(strangers)
arm
is "up leaves them" "$(strangers)" "$before"
stranger "$CG" multi
stranger "$CG/other" multi
stranger "$CG/in/child"
is "with all of them it judges" "$(outcome tcp4 192.0.2.25 25)" EPERM
before=$(strangers)
is "they are all there" "$(grep -c 'stranger[4_]' <<< "$before")" 10
arm "default: block ECONNREFUSED"
is "a change leaves them" "$(strangers)" "$before"
stranger "$AWAY"
id=$(bpftool cgroup show "$AWAY" | awk '/stranger4/ { print $1 }')
refused "exclusive" "$AWAY" "$id" "$AWAY"
refused "exclusive above" "$AWAY/child" "$id" "$AWAY"
laws 1
ok "down" fence down
is "down leaves them" "$(strangers)" "$before"
finish
