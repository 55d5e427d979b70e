#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What `up` tells before it arms: connections that are open, in whatever namespace, and whose they are.
# vm: yes
. tests/live/lib.sh

hold() { # ADDRESS: a connection to its port 25, open until the test ends; the holder's pid in HELD
	# shellcheck disable=SC2016 # the inner shell's
	start "$TMP/held.$1" nsenter "--net=/run/netns/$HOST" bash -c \
		'exec 3<> "/dev/tcp/$0/25" && echo connected && exec sleep 60' "$1"
	HELD=${STARTED[-1]}
	ok "a connection to $1 is open" await "$TMP/held.$1" connected
}

told() { # PATTERN: the line is there, once
	[ "$(grep -c "$1" "$TMP/told")" = 1 ] || {
		cat "$TMP/told"
		return 1
	}
}

world
sinks 25
sink=${STARTED[-1]}
hold 203.0.113.25
public=$HELD
hold 10.99.0.25
private=$HELD
printf '%s\n' "version: 1" "mode: audit" "profile: generic-cloud" "established: count" > "$TMP/policy.yaml"
before=$(readlink /proc/$$/ns/net)
up "$TMP/policy.yaml" > "$TMP/told" 2>&1
is "up" $? 0
ok "the connection to a public address is told, and whose it is" \
	told "^  203.0.113.25 port 25: sleep (pid $public), user root$"
is "one to a private address, which is not judged, is not" "$(grep -c "(pid $private)" "$TMP/told")" 0
ok "a listener in another namespace is told, its accepted connections are not" \
	told "sink (pid ${sink}[,)]"
ok "as a listener" told "sink (pid $sink, user root) listens on port 25"
is "we are where we were" "$(readlink /proc/$$/ns/net)" "$before"
ok "the connection stays" kill -0 "$public"
laws 0
finish
