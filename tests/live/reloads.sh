#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A thousand reloads of a thousand rules in a storm: each attempt gets the old verdict or the new one, no
# SYN leaves, no count is lost, nothing piles up in the kernel.
# timeout: 900
. tests/live/lib.sh
reloads=1000
world
sinks 25
for errno in EPERM EACCES; do
	{
		printf '%s\n' "version: 1" "mode: enforce" "profile: generic-cloud" "block: $errno" "rules:"
		for ((i = 0; i < 999; i++)); do
			echo "  - { if: { to: 198.51.$((i / 250)).$((i % 250)), port: [25, 587] }, then: drop }"
		done
		echo "  - { if: { to: 192.0.2.25 }, then: block }"
	} > "$TMP/$errno.yaml"
done

held() { # what the kernel holds of ours
	echo "$(bpftool prog show | grep -c 'name fence_') programs, $(bpftool map show | grep -c 'name fence_') maps"
}

cp "$TMP/EPERM.yaml" "$TMP/policy.yaml"
ok "up" up -q "$TMP/policy.yaml"
witness_start
before=$(held)
# Nice: the storm leaves no CPU idle, but the reloads do not wait for it.
start "$TMP/tally" bash -c "echo 0 > '$CG/in/cgroup.procs' &&
	exec nice -n 19 nsenter --net=/run/netns/$HOST $O/tools/try25 storm 192.0.2.25 25 880"
STORM=${STARTED[-1]}
done=0 began=$(date +%s)
while [ $done -lt $reloads ]; do
	for errno in EACCES EPERM; do
		up -q "$TMP/$errno.yaml" || break 2
		done=$((done + 1))
	done
done 2> "$TMP/said"
is "reloads" "$done $(cat "$TMP/said")" "$reloads "
echo "# $reloads reloads in $(($(date +%s) - began)) s"
ok "while the storm went on" kill "$STORM"
wait "$STORM"
is "the last policy is in force" "$(outcome tcp4 192.0.2.25 25)" EPERM
is "nothing but the two policies' answers" "$(cut -d' ' -f1 "$TMP/tally" | sort | xargs)" "EACCES EPERM"
total=$(($(tallied EACCES < "$TMP/tally") + $(tallied EPERM < "$TMP/tally") + 1))
settled() { # programs and maps that were replaced go after an RCU grace period
	for ((i = 0; i < 50; i++)); do
		[ "$(held)" = "$before" ] && return
		sleep 0.1
	done
	held
	return 1
}
ok "the kernel holds what it held: $before" settled
is "the generation tells each" "$(counter generation)" $((reloads + 1))
witness_stop
is "no SYN reached the far side" "$(syns 25)" 0
echo "# $total attempts"
laws $total
finish
