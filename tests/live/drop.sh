#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# `drop` is silence: nothing leaves, no SYN, no SYN|ACK to a peer that colludes, also without a mark.
# vm: yes
. tests/live/lib.sh
world
sinks 25
arm "rules:" "  - { name: one may, if: { to: [203.0.113.25] }, then: allow }" "default: drop"
# An address that nobody has: the far kernel stays silent, and its helper speaks for it.
ip -n "$HOST" neighbor add 192.0.2.99 dev eth0 lladdr "$(ip -n "$NET" -br link show eth0 | awk '{ print $3 }')"
witness_start
for way in tcp4 nonblock uring mptcp tfo_sendto; do
	is "$way is silent" "$(outcome $way 192.0.2.25 25)" SILENT
done
is "tcp6 is silent" "$(outcome tcp6 2001:db8::25 25)" SILENT

TRY25_SOURCE=192.0.2.99 start "$TMP/peer" internet "$O/tools/try25" simultaneous_peer 192.0.2.1 25
is "simultaneous open is silent" "$(outcome simultaneous_open 192.0.2.99 25)" SILENT
await "$TMP/peer" won
is "and its peer won no SYN|ACK" "$(grep won "$TMP/peer")" "won 0"

# Without room for a mark the egress hook could not know the socket: refused at connect.
is "no mark, no connection" "$(outcome md5_fill 192.0.2.25 25)" EPERM
is "not even where a rule allows" "$(outcome md5_fill 203.0.113.25 25)" EPERM
is "which else lets it through" "$(outcome tcp4 203.0.113.25 25)" ok
witness_stop
is "one SYN, the allowed one, reached the far side" "$(syns 25)" 1
is "the counters say so" "$(counter allowed)" 1
laws "$(counter denied_at_connect)"
finish
