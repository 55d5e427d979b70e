#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# `block` answers with the errno of the policy, or with one of its own, at once, to each kind of connect.
# vm: yes
. tests/live/lib.sh
world
for errno in EPERM EACCES ECONNREFUSED EHOSTUNREACH ETIMEDOUT; do
	arm "block: $errno"
	is "the policy's $errno" "$(outcome tcp4 192.0.2.25 25)" $errno
	arm "block: EPERM" "default: block $errno"
	for way in tcp4 nonblock tfo_sendto uring mptcp; do
		is "$errno of the default: $way" "$(outcome $way 192.0.2.25 25)" $errno
	done
	is "$errno of the default: tcp6" "$(outcome tcp6 2001:db8::25 25)" $errno
	is "$errno of the default: mapped" "$(outcome mapped 192.0.2.25 25)" $errno
done
laws "$(counter denied_at_connect)"
finish
