#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Nobody but root opens, lists, unpins or renames what holds an armed fence, or reads what was asked.
. tests/live/lib.sh
world
arm "default: block EPERM"
chmod 755 "$TMP" "$STATE" # so that only the modes of what lies below are in his way
pin=$STATE/bpf/fence/fence_egress

denied() { # COMMAND...: as nobody
	! setpriv --reuid 65534 --regid 65534 --clear-groups "$@" > "$TMP/said" 2>&1 &&
		grep -qiE 'permission denied|not permitted|superuser' "$TMP/said"
}

for try in "ls $STATE/bpf" "stat $pin" "cat $pin" "rm -f $pin" "mv $pin $STATE/bpf/x" "mv $STATE/bpf $STATE/x" \
	"mkdir $STATE/bpf/new" "ln -s / $STATE/x" "cat $STATE/asked.json" "rm -f $STATE/asked.json" \
	"touch $STATE/reader.lock" "umount $STATE/bpf" "ls $STATE/policy"; do
	# shellcheck disable=SC2086 # words
	ok "not for nobody: ${try//$STATE/}" denied $try
done
is "root can" "$(bpftool link show pinned "$pin" | grep -c 'cgroup  prog')" 1
is "the system's bpffs has none of it" "$(find /sys/fs/bpf -name 'fence*' 2> /dev/null)" ""
ok "the fence stands" fence status
is "and judges" "$(outcome tcp4 192.0.2.25 25)" EPERM
laws 1
finish
