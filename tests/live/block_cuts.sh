#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# `block` ends the connections that are open, and only those of whom it is about and where the fence is.
# vm: yes
. tests/live/lib.sh

# Open until the kernel ends it; that the far side closes is not minded.
holder='import socket, sys, time
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
print("connected", flush=True)
while not s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR): time.sleep(0.1)
print("over", flush=True)'

hold() { # NAME CGROUP ADDRESS PORT
	# shellcheck disable=SC2016 # the inner shell's
	start "$TMP/held.$1" bash -c 'echo 0 > "$0/cgroup.procs" && exec nsenter "--net=$1" timeout 60 python3 -c "${@:2}"' \
		"$2" "/run/netns/$HOST" "$holder" "$3" "$4"
	ok "$1: a connection is open" await "$TMP/held.$1" connected
}

over() { # NAME
	await "$TMP/held.$1" over
}

open() { # NAME
	! grep -q over "$TMP/held.$1"
}

blocked() { # ARGUMENTS...: how many connections ended
	fence block "$@" --for 5m --reason incident --json | grep -o '"connections_ended":[0-9]*' | cut -d: -f2
}

world
sinks 25 587
arm "default: allow"
hold in "$CG/in" 203.0.113.25 25
hold in6 "$CG/in" 2001:db8::25 25
hold submission "$CG/in" 203.0.113.25 587
hold private "$CG/in" 10.99.0.25 25
hold other "$CG/other" 203.0.113.25 25
hold away "$AWAY" 203.0.113.25 25
is "whom it is about" "$(blocked --cgroup "${CG#"$V2"}/in")" 2
ok "ended: IPv4 and IPv6" eval 'over in && over in6'
ok "what is not blocked stays: submission, a private address" eval 'open submission && open private'
ok "another's stays" open other
is "a target that is named" "$(blocked --to 10.99.0.25)" 1
is "a port that is named" "$(blocked --cgroup "${CG#"$V2"}/in" --port 587)" 1
is "everybody in the fence" "$(blocked --all)" 1
ok "ended: all of them" eval 'over private && over submission && over other'
ok "outside of the fence nothing is touched" open away
is "nobody begins anew" "$(outcome tcp4 203.0.113.25 25)" EPERM
laws "$(counter denied_at_connect)"
finish
