#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What became of an attempt that was let through is told of each, also where one socket tries often.
# vm: yes
. tests/live/lib.sh
world
sinks 587
ip -n "$NET" address add 203.0.113.99/32 dev lo
ip -n "$NET" rule add from 203.0.113.99 blackhole
arm "rules:" "  - { name: all may, if: { to: [0.0.0.0/0, '::/0'], port: [25] }, then: allow }"
watch_start

became() { # RESULT WAY ADDRESS PORT
	try "$2" "$3" "$4" > /dev/null
	wanted+=("$2 $3 $4 $1")
}

wanted=()
became connected tcp4 192.0.2.25 587
became connected nonblock 2001:db8::25 587
became connected mptcp 192.0.2.25 587
became refused tcp4 192.0.2.25 25
became refused tcp6 2001:db8::25 25
became no_answer tcp4 203.0.113.99 587
became no_answer nonblock 203.0.113.99 587
became unknown tcp4 100.200.1.1 587 # no route: no SYN
became unknown reuse 100.200.1.1 25 # two attempts of one socket
wanted+=("${wanted[-1]}")
watch_stop ${#wanted[@]}

told='s/.*"args":\["[^"]*","([^"]*)",.*"destination":\{"ip":"([^"]*)","port":([0-9]*)[,}].*'
told+='"outcome":\{"result":"([^"]*)".*/\1 \2 \3 \4/p'
is "each has its outcome" "$(sed -nE "$told" "$TMP/events" | sort)" "$(printf '%s\n' "${wanted[@]}" | sort)"
laws 0
finish
