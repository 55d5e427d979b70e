#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The policy changes in a storm, by `up` and ten thousand times by its last step: no SYN, no count lost.
# vm: yes
. tests/live/lib.sh
changes=10000 policies="second first second first second"
[ -n "${VM-}" ] && changes=100 policies="second first second" # emulated CPUs are slow
world
sinks 25
arm "block: EPERM"
cp "$TMP/policy.yaml" "$TMP/first.yaml"
sed 's/EPERM/EACCES/' "$TMP/first.yaml" > "$TMP/second.yaml"
witness_start
mapfile -t links < <(find "$STATE/bpf" -path '*fence/*' -name 'fence_[cer]*' |
	grep -E '/fence_(connect[46]|egress|create)$')
is "four hooks are pinned" ${#links[@]} 4

mkfifo "$TMP/go"
exec {GO}<> "$TMP/go"
start "$TMP/swap" "$O/tools/swap" $((changes / 2)) "${links[@]}" <&"$GO"
await "$TMP/swap" first || exit 1
start "$TMP/tally" bash -c "echo 0 > '$CG/in/cgroup.procs' &&
	exec nsenter --net=/run/netns/$HOST $O/tools/try25 storm 192.0.2.25 25 100"
STORM=${STARTED[-1]}

n=0
for policy in $policies; do
	up "$TMP/$policy.yaml" > "$TMP/up" 2>&1 || break
	n=$((n + 1))
done
is "by up, again and again" $n "$(wc -w <<< "$policies")"
echo >&"$GO"
await_swaps() {
	for ((i = 0; i < 900; i++)); do
		grep -q '^updates' "$TMP/swap" && return
		sleep 0.1
	done
	cat "$TMP/swap"
	return 1
}
ok "$changes times by BPF_LINK_UPDATE" await_swaps
ok "while the storm went on" kill "$STORM"
wait "$STORM"
is "the last policy is in force" "$(outcome tcp4 192.0.2.25 25)" EACCES
is "nothing but the two policies' answers" "$(cut -d' ' -f1 "$TMP/tally" | sort | xargs)" "EACCES EPERM"
total=$(($(tallied EACCES < "$TMP/tally") + $(tallied EPERM < "$TMP/tally") + 1))
witness_stop
is "no SYN reached the far side" "$(syns 25)" 0
echo "# $total attempts, $(tail -n 1 "$TMP/swap")"
laws $total
finish
