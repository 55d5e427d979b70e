#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Where the kernel forbids to copy its memory the fence stands all the same, knows less, and says so.
[[ $(cat /sys/kernel/security/lockdown 2> /dev/null) = *"[confidentiality]"* ]] || {
	echo "this kernel is not in lockdown=confidentiality: tests/vm puts its kernels there"
	exit 77
}
. tests/live/lib.sh
world
sinks 25 587
arm "rules:" "  - { if: { exe: $(realpath "$O/tools/sink"), user: root }, then: allow }"
witness_start
watch_start
is "blocked" "$(outcome tcp4 192.0.2.25 25)" EPERM
is "IPv6, blocked" "$(outcome tcp6 2001:db8::25 25)" EPERM
is "raw, blocked" "$(outcome raw_hdrincl 192.0.2.25 25)" EPERM
is "587 passes" "$(outcome tcp4 192.0.2.25 587)" ok
witness_stop
watch_stop 4
is "no SYN to 25 reached the far side" "$(syns 25)" 0
is "each is recorded with its process" "$(grep -c '"process":{"pid":[0-9]*,"name":"try25"' "$TMP/events")" 4
is "of which path and arguments are not known" "$(grep -c '"executable"' "$TMP/events")" 0
ok "status says what is missing" grep -q "no paths, no arguments" <(fence status)
ok "in JSON too" grep -q '"btf":true,"strings":false' <(fence status --json)
laws 2
finish
