#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What is not port 25 to a public address goes its way: recorded where the port is watched, else not seen.
# vm: yes
. tests/live/lib.sh
world
sinks 24 25 26 80 465 587 2525
start "$TMP/local" nsenter "--net=/run/netns/$HOST" "$O/tools/sink" 25
arm
witness_start
for port in 26 465 587 2525; do
	is "port $port passes" "$(outcome tcp4 192.0.2.25 $port)" ok
	is "port $port passes, IPv6" "$(outcome tcp6 2001:db8::25 $port)" ok
done
is "they are recorded as allowed" "$(counter allowed)" 8
is "port 80 passes" "$(outcome tcp4 192.0.2.25 80)" ok
is "port 24 passes" "$(outcome mapped 192.0.2.25 24)" ok
is "UDP 25 passes" "$(outcome udp 192.0.2.25 25)" ok
is "a closed port says so" "$(outcome tcp4 192.0.2.25 1)" ECONNREFUSED
is "private 25 passes" "$(outcome tcp4 10.99.0.25 25)" ok
await "$TMP/local" ready
for address in 127.0.0.1 0.0.0.0 192.0.2.1 10.99.0.1; do
	is "$address port 25 passes" "$(outcome tcp4 $address 25)" ok
	is "::ffff:$address port 25 passes" "$(outcome mapped $address 25)" ok
done
is "::1 port 25 passes" "$(outcome tcp6 ::1 25)" ok
is "2001:db8::1 port 25 passes" "$(outcome tcp6 2001:db8::1 25)" ok
is "none of them is an attempt" "$(counter attempts)" 8
is "out of the fence's cgroup nothing is touched" "$(away "$O/tools/try25" tcp4 192.0.2.25 25 | cut -d' ' -f2)" ok
is "replies from port 25 pass" "$(internet "$O/tools/try25" tcp4 192.0.2.1 25 | cut -d' ' -f2)" ok
is "port 25 is blocked all the while" "$(outcome tcp4 192.0.2.25 25)" EPERM
witness_stop
is "465 arrived" "$(syns 465)" 2
is "587 arrived" "$(syns 587)" 2
laws 1
finish
