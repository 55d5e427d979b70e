#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# On a terminal Ctrl-C reaches the command and not us, Ctrl-Z stops both, and job control is the shell's.
. tests/live/lib.sh
. tests/live/run.sh
command -v python3 > /dev/null || skip "needs python3"
world
room
cat > "$TMP/type.py" << 'EOF'
# COMMAND on a terminal of its own; stdin: lines "WAIT-FOR<tab>KEYS". Prints what it showed, then its status.
import os, pty, select, sys, time
steps = [line.rstrip("\n").split("\t") for line in sys.stdin]
pid, fd = pty.fork()
if pid == 0:
	os.execvp(sys.argv[1], sys.argv[1:])
shown, end = b"", time.time() + 20
while time.time() < end:
	if steps and steps[0][0].encode() in shown:
		time.sleep(0.3)
		os.write(fd, steps.pop(0)[1].encode().decode("unicode_escape").encode())
	if select.select([fd], [], [], 0.1)[0]:
		try:
			shown += os.read(fd, 4096)
		except OSError:
			break
print(shown.decode(errors="replace").replace("\r", ""))
os.close(fd)  # hangs up on what has not ended
print("status", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
EOF
terminal() { # COMMAND... < STEPS
	inside python3 "$TMP/type.py" "$@" > "$TMP/err" 2>&1
	tail -n 1 "$TMP/err"
}
S=$(realpath "$O/smtpfence")
is "Ctrl-C is the command's" "$(terminal "$S" run sh -c 'trap "echo caught; exit 9" INT; echo ready; while :; do sleep 0.1; done' \
	<<< $'ready\t\\x03')" "status 9"
ok "which may catch it" said caught
is "or die" "$(terminal "$S" run sh -c 'echo ready; exec sleep 60' <<< $'ready\t\\x03')" "status 130"
ok "with a report" said "was ended by signal 2"
is "Ctrl-C ends what is left" "$(terminal "$S" run sh -c 'trap "" INT; sleep 60 & exit 4' <<< $'Ctrl-C ends it\t\\x03')" "status 4"
is "a shell has its job control" "$(terminal "$S" run bash --norc --noprofile -i \
	<<< $'# \tsleep 60\\n\nsleep 60\t\\x03\n^C\techo al""ive; exit 5\\n')" "status 5"
ok "and outlives its job's Ctrl-C" said alive
is "Ctrl-Z stops, fg goes on" "$(terminal bash --norc --noprofile -i \
	<<< $'# \t'"$S"$' run sh -c "echo re""ady; sleep 2"\\n\nready\t\\x1a\nStopped\tfg; exit $?\\n')" "status 0"
is "the terminal is as it was" "$(terminal "$S" run sh -c 'stty -a | grep -o "isig icanon"; read -r x; [ "$x" = hello ]' \
	<<< $'isig icanon\thello\\n')" "status 0"
is "no cgroup is left" "$(cages)" 0
finish
