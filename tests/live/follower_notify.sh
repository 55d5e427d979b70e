#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What the follower tells the service manager: ready, reloading, ready again, stopping.
# vm: yes
. tests/live/lib.sh
world
cat > "$TMP/manager.py" <<'E2'
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("listening", flush=True)
while True:
    for line in s.recv(4096).decode().splitlines():
        if not line.startswith("STATUS="):
            print(line.split("_USEC")[0], flush=True)
E2
start "$TMP/manager" python3 "$TMP/manager.py" "$TMP/socket"
await "$TMP/manager" listening || exit 1

told() { # NAME LINES: all that it was told so far, within 5 s
	for _ in $(seq 50); do
		[ "$(tail -n +2 "$TMP/manager" | tr '\n' ' ')" = "$2 " ] && break
		sleep 0.1
	done
	is "$1" "$(tail -n +2 "$TMP/manager" | tr '\n' ' ')" "$2 "
}

arm "rules:" "  - { if: { unit: \"a-*.service\" }, then: allow }"
start "$TMP/follower" nsenter "--net=/run/netns/$HOST" env NOTIFY_SOCKET="$TMP/socket" \
	"$O/smtpfenced" --state "$STATE"
FOLLOWER=${STARTED[-1]}
told "it follows" "READY=1"
generation=$(counter generation)
kill -HUP "$FOLLOWER"
told "it has read the file again" "READY=1 RELOADING=1 MONOTONIC READY=1"
is "which armed anew" "$(counter generation)" $((generation + 1))
echo nonsense > "$TMP/policy.yaml"
kill -HUP "$FOLLOWER"
told "a bad file ends a reload, too" "READY=1 RELOADING=1 MONOTONIC READY=1 RELOADING=1 MONOTONIC READY=1"
kill -TERM "$FOLLOWER"
wait "$FOLLOWER"
is "it ends when told to" $? 0
told "and says so" "READY=1 RELOADING=1 MONOTONIC READY=1 RELOADING=1 MONOTONIC READY=1 STOPPING=1"
finish
