#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What later hooks could not know of a socket without room for a mark is blocked: that it was sent elsewhere,
# or that it had its token of a limit.
# vm: yes
. tests/live/lib.sh
world
sinks 465 587
start "$TMP/relay" nsenter "--net=/run/netns/$HOST" "$O/tools/sink" 1025
await "$TMP/relay" ready
arm "rules:" \
	"  - { if: { port: 587 }, then: 'redirect 127.0.0.1:1025' }" \
	"  - { if: { port: 465 }, then: 'limit 2 connections/h' }"
is "sent elsewhere, without a mark" "$(outcome md5_fill 192.0.2.25 587)" EPERM
is "sent elsewhere, with one" "$(outcome tcp4 192.0.2.25 587)" ok
is "limited, without a mark" "$(outcome md5_fill 192.0.2.25 465)" EPERM
is "that took no token" "$(outcome tcp4 192.0.2.25 465) $(outcome tcp4 192.0.2.25 465)" "ok ok"
is "after those, the limit" "$(outcome tcp4 192.0.2.25 465)" EPERM
is "three are denied" "$(counter denied)" 3
laws 3
finish
