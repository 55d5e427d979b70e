#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# When the table of cgroups is full, attempts of new ones go to the overflow bucket, each counted once.
. tests/live/lib.sh
command -v perl > /dev/null && [ "$(uname -m)" = x86_64 ] || skip "needs perl, and system calls of x86"
world
sinks 25
arm
mkdir -p "$CG/in/a/b/c"

# Zero counters for cgroups that do not exist: with the two pseudo-keys and a real one the map is full.
cat > "$TMP/fill.pl" <<'P'
my ($pin, $n) = ($ARGV[0] . "\0", 131069);
my $get = pack("P L L L", $pin, 0, 0, 0);
my $map = syscall(321, 7, $get, length $get); # BPF_OBJ_GET
my ($keys, $values) = (pack("Q*", map { (1 << 48) + $_ } 1 .. $n), "\0" x (128 * $n));
my $update = pack("x16 P P L L x16", $keys, $values, $n, $map);
syscall(321, 26, $update, length $update) == 0 or die "BPF_MAP_UPDATE_BATCH: $!"; # of 56 bytes
P
deep() {
	(echo 0 > "$CG/in/a/b/c/cgroup.procs" && exec nsenter "--net=/run/netns/$HOST" "$@")
}

inside "$O/tools/try25" tcp4 192.0.2.25 25 5
is "room for all" "$(counter overflow)" 0
ok "the table is filled" perl "$TMP/fill.pl" "$(find "$STATE" -name fence_cgtotals)"
is "a new cgroup is blocked as well" "$(deep "$O/tools/try25" tcp4 192.0.2.25 25 5)" "EPERM 5"
is "and counted in the overflow bucket" "$(counter overflow)" 5
inside "$O/tools/try25" tcp4 192.0.2.25 25 5
is "a known one is not" "$(counter overflow)" 5
laws 15
finish
