#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A source route, which any user may put in front of a SYN, hides its target from neither block nor drop.
# vm: yes
. tests/live/lib.sh
world
sinks 25
ip -n "$HOST" route add fd00::/16 via 2001:db8::25
witness_start
denied=0

routed() { # RESULT WAY HOP TARGET
	export TRY25_HOP=$3
	is "$2 by $3 to $4" "$(outcome "$2" "$4" 25)" "$1"
}

arm
routed EPERM source_route 10.99.0.25 192.0.2.25
routed SILENT source_route 192.0.2.25 10.99.0.25
routed SILENT source_route 192.0.2.25 127.0.0.1
routed EPERM segment_route fd00::25 2001:db8::25
routed SILENT segment_route 2001:db8::25 fd00::25
denied=$(counter denied_at_connect)
is "refused at connect: those to a public address" "$denied" 2
is "stopped as packets: those by a public address" "$(counter denied)" 5

arm "default: drop"
routed SILENT source_route 198.51.100.25 192.0.2.25
routed SILENT source_route 10.99.0.25 192.0.2.25
routed SILENT segment_route 2001:db8::25 2001:db8::26
routed SILENT segment_route fd00::25 2001:db8::25
is "dropped: all of them, each once" "$(counter denied)" 9
witness_stop
is "no SYN reached the far side" "$(syns 25)" 0
laws "$(counter denied_at_connect)"
finish
