#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A raw socket that outlives a policy is judged by what opened it, with the rules of the day.
. tests/live/lib.sh
command -v perl > /dev/null || skip "needs perl"
world
sinks 25
perl=$(readlink -f "$(command -v perl)")
cp "$O/tools/sink" "$TMP/relay"

# Opens a raw socket, then sends a SYN to port 25 for each line it reads, and says how that went.
cat > "$TMP/raw.pl" <<'P'
use Socket;
$| = 1;
socket(my $s, AF_INET, SOCK_RAW, 6) or die "socket: $!";
while (<STDIN>) {
	my $syn = pack("nnNNCCnnn", 40027, 25, 1, 0, 0x50, 2, 1024, 0, 0);
	print send($s, $syn, 0, sockaddr_in(0, inet_aton("192.0.2.25"))) ? "ok\n" : "$!\n";
}
P
said=
send_one() { # sets what it said: the socket stays the same
	echo >&"${RAW[1]}"
	read -r -t 10 said <&"${RAW[0]}"
}

arm "rules:" "  - { name: perl may, if: { exe: $perl }, then: allow }"
coproc RAW { inside "$perl" "$TMP/raw.pl"; }
send_one
is "a program that may" "$said" ok
arm "rules:" "  - { name: another may, if: { exe: $TMP/relay }, then: allow }"
send_one
is "a policy later it may no more" "$said" "Operation not permitted"
arm "rules:" "  - { name: another may, if: { exe: $TMP/relay }, then: allow }" \
	"  - { name: perl may, if: { exe: $perl }, then: allow }"
send_one
is "and again one later" "$said" ok
eval "exec ${RAW[1]}>&-"
wait "$RAW_PID"
laws 0
finish
