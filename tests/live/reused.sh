#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A socket whose attempt was dropped is free again when it goes elsewhere: to loopback, or to a port that is
# open. What was held back does not follow it.
. tests/live/lib.sh
command -v python3 > /dev/null || skip "needs python3"
world
sinks 587
start "$TMP/local" nsenter "--net=/run/netns/$HOST" "$O/tools/sink" 25
await "$TMP/local" ready
cat > "$TMP/reuse.py" << 'END'
import ctypes, socket, sys
libc = ctypes.CDLL(None)
s = socket.socket()
s.settimeout(0.5)
for address, port in zip(sys.argv[1::2], map(int, sys.argv[2::2])):
    try:
        s.connect((address, port))
        print("connected")
    except TimeoutError:
        print("silence")
    libc.connect(s.fileno(), bytes(16), 16)  # AF_UNSPEC: disconnects
END
reuse() { # [ADDRESS PORT]...: what each connect() of one socket came to
	inside python3 "$TMP/reuse.py" "$@" | xargs
}
arm "default: drop"
is "loopback after what was dropped" "$(reuse 198.51.100.25 25 127.0.0.1 25)" "silence connected"
is "an own address" "$(reuse 198.51.100.25 25 192.0.2.1 25)" "silence connected"
is "a port that is open" "$(reuse 198.51.100.25 25 192.0.2.25 587)" "silence connected"
is "and back" "$(reuse 127.0.0.1 25 198.51.100.25 25)" "connected silence"
is "each that was dropped is an attempt" "$(counter denied)" 4
laws "$(counter denied_at_connect)"
finish
