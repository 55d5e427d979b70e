#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Thousands of processes that live a millisecond: each attempt is told, with its own pid, argv and parent.
# vm: yes
. tests/live/lib.sh
world
sinks 25
arm
count=$([ -n "${VM-}" ] && echo 200 || echo 10000)
watch_start
(
	echo 0 > "$CG/in/cgroup.procs"
	echo "$BASHPID" > "$TMP/parent"
	export TRY25_PIDS=$TMP/pids
	exec nsenter "--net=/run/netns/$HOST" "$O/tools/try25" many 192.0.2.25 25 "$count"
) > "$TMP/tally"
is "each is refused" "$(cat "$TMP/tally")" "EPERM $count"
watch_stop "$count"

# An event as the process itself would tell it: PID TAG PARENT.
sed -nE 's/.*"process":\{"pid":([0-9]+),.*"(many-[0-9]+)"\].*"parent":\{"pid":([0-9]+).*/\1 \2 \3/p' \
	"$TMP/events" | sort > "$TMP/told"
sed "s/\$/ $(cat "$TMP/parent")/" "$TMP/pids" | sort > "$TMP/wanted"
is "there are as many events" "$(wc -l < "$TMP/events")" "$count"
is "the first that is told wrong" "$(diff "$TMP/told" "$TMP/wanted" | head -n 3)" ""
laws "$count"
is "no subject was lost" "$(counter subjects_lost)" 0
finish
