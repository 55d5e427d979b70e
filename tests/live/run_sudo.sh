#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Started by a user who may use sudo, only the fence is root's: no more than the user has is given away.
. tests/live/lib.sh
. tests/live/run.sh
RULE=/etc/sudoers.d/smtpfence-run_sudo
command -v sudo > /dev/null && command -v python3 > /dev/null || skip "needs sudo and python3"
world
room
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
chmod 711 "$TMP" && mkdir -m 777 "$TMP/open" "$TMP/home" && cp "$O/smtpfence" "$O/tools/try25" "$TMP"
grep -q '^[@#]includedir /etc/sudoers.d' /etc/sudoers || skip "sudo reads no /etc/sudoers.d"
trap 'rm -f "$RULE"; cleanup' EXIT
echo "nobody ALL=(root) NOPASSWD: $TMP/smtpfence run *" > "$RULE" && chmod 440 "$RULE"
as_nobody() { # COMMAND...
	inside setpriv --reuid nobody --regid "$(id -g nobody)" --init-groups "$@" > "$TMP/out" 2> "$TMP/err"
}
run() { # ARGUMENTS...
	as_nobody "$TMP/smtpfence" run "$@"
}
status 7 "a command of his" --profile gcp -o "$TMP/open/record" sh -c "id -u; $TMP/try25 tcp4 192.0.2.25 25; exit 7"
is "runs as he is, fenced" "$(awk '{ print $1, $2 }' "$TMP/out" | xargs)" "$(id -u nobody) tcp4 ETIMEDOUT"
ok "and is reported" said "1 attempt to send mail, 1 blocked"
is "the records are his" "$(stat -c '%U %a' "$TMP/open/record" "$TMP/home/smtpfence/last.jsonl" | xargs)" "nobody 644 nobody 600"
status 127 "not found" no-such-command-here
status 10 "--exit-code" --exit-code --json --profile gcp sh -c "$TMP/try25 tcp4 192.0.2.25 25"
law
(umask 077 && echo "secret: 4711" > "$TMP/shadow")
status 125 "a policy that he may not read" --policy "$TMP/shadow" true
status 125 "or a profile" --profile "$TMP/shadow" true
ok "tells him nothing of it" sh -c '! grep -E "secret|4711" "$1"' - "$TMP/err"
status 125 "a record where he may not write" -o "$TMP/record" true

# The root side spoken to by another program of his.
as_nobody sudo -n "$TMP/smtpfence" run --helper 00000 true
is "nobody listens" $? 1
is "without sudo there is no helper" "$("$TMP/smtpfence" run --helper 00000 true 2>&1)" \
	"smtpfence: --helper is for smtpfence itself, through sudo"
cat > "$TMP/open/lie.py" << 'EOF'
import array, os, socket, struct, subprocess, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.bind("")
s.listen(1)
name = s.getsockname()[1:].decode()
p = subprocess.Popen(["sudo", "-n", sys.argv[1], "run", "--helper", name, "true"])
c, _ = s.accept()
c.sendmsg([struct.pack("IiII", 1, int(sys.argv[2]), 0, 1) + os.environ["SMTPFENCE_DATA"].encode() + b"\0"],
	[(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [2]))])
print(*struct.unpack("IiII", c.recv(5000)[:16])[:2], p.wait())
EOF
before=$(cut -d : -f 3 "/proc/$$/cgroup" | sort)
is "another's process is not moved" "$(as_nobody python3 "$TMP/open/lie.py" "$TMP/smtpfence" $$; cat "$TMP/out")" "3 3 1"
ok "which is said" said "process $$ is no child of who asked"
is "and it is where it was" "$(cut -d : -f 3 "/proc/$$/cgroup" | sort)" "$before"

rm "$RULE"
status 3 "sudo refuses" true
ok "with what to type" said "hint: as root: smtpfence run"
is "no cgroup is left" "$(cages)" 0
finish
