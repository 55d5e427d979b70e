#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A storm of blocked connects on all CPUs, with a reader of the ring and without: every count is exact.
# vm: yes
. tests/live/lib.sh
world
sinks 25
arm
witness_start
seconds=$([ -n "${VM-}" ] && echo 1 || echo 5) # each; emulated CPUs are slow
n=0

storm() { # NAME
	try storm 192.0.2.25 25 "$seconds" > "$TMP/tally"
	is "$1: nothing but EPERM" "$(cut -d' ' -f1 "$TMP/tally")" EPERM
	n=$((n + $(tallied EPERM < "$TMP/tally")))
	is "$1: each is denied and counted" "$(counter denied_at_connect)" "$n"
}

storm "nobody reads"
watch_start
storm "somebody reads"
watch_stop "$(counter submitted)"
is "what was submitted was read" "$(counter read)" "$(wc -l < "$TMP/events")"
is "nothing waits" "$(counter unread)" 0
witness_stop
is "no SYN reached the far side" "$(syns 25)" 0
echo "# $n attempts in $((2 * seconds)) s, $(wc -l < "$TMP/events") told one by one"
laws "$n"
finish
