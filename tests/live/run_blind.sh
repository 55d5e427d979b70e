#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What a run cannot see it recognises and says.
. tests/live/lib.sh
. tests/live/run.sh
command -v python3 > /dev/null || skip "needs python3"
world
room
status 0 "nothing special" true
ok "the usual three" said "blind to mail handed to a local mail server (.*), to docker or to systemd: those connect outside this command"
mkdir "$TMP/bin"
for name in docker systemctl sendmail at ssh; do
	ln -s "$(type -P true)" "$TMP/bin/$name"
	status 0 "$name" env A=1 nohup "$TMP/bin/$name" x
	ok "is recognised" said "what $name does for it: "
done
start "$TMP/mta" nsenter "--net=/run/netns/$HOST" "$O/tools/sink" 25
await "$TMP/mta" ready
status 0 "loopback:25" --profile strict bash -c 'echo > /dev/tcp/127.0.0.1/25'
ok "is recognised" said "this machine's own server on port 25"
cat > "$TMP/pass.py" << 'EOF'
import os, socket, sys
s = socket.socket(int(sys.argv[1]), socket.SOCK_STREAM)
s.set_inheritable(True)
os.execvp(sys.argv[2], sys.argv[2:])
EOF
inside python3 "$TMP/pass.py" 2 "$O/smtpfence" run true > /dev/null 2> "$TMP/err"
ok "a TCP socket passed in is recognised" said "a TCP socket that was passed in"
inside python3 "$TMP/pass.py" 1 "$O/smtpfence" run true > /dev/null 2> "$TMP/err"
ok "another socket is not" sh -c '! grep -q "passed in" "$1"' - "$TMP/err"
is "no cgroup is left" "$(cages)" 0
finish
