#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Programs in odd places are reported with their path: the longest name, none, no place, a mount.
. tests/live/lib.sh
command -v perl > /dev/null && [ "$(uname -m)" = x86_64 ] || skip "needs perl, and system calls of x86"
world
arm
watch_start

longest=$(printf 'a%.0s' {1..255})
named() { # NAME PATH: one event has that executable
	is "$1" "$(grep -cF "\"executable\":\"$2\"" "$TMP/events")" 1
}

mkdir "$TMP/exe"
cp "$O/tools/try25" "$TMP/exe/$longest"
cp "$O/tools/try25" "$TMP/exe/gone"
touch "$TMP/exe/bound"
once=(tcp4 192.0.2.25 25)

inside "$TMP/exe/$longest" "${once[@]}"
inside perl -e 'open(my $f, "<", $ARGV[0]) or die; unlink $ARGV[0]; $^F = 99; open(my $g, "<&", $f) or die;
	exec {"/proc/self/fd/" . fileno($g)} @ARGV' "$TMP/exe/gone" "${once[@]}"
inside perl -e 'my $name = "no place"; my $fd = syscall(319, $name, 0); open(my $to, ">&=", $fd) or die;
	open(my $from, "<", shift) or die; local $/; print {$to} <$from>; $to->flush; $^F = 99;
	open(my $x, "<", "/proc/self/fd/$fd") or die; close $to; exec {"/proc/self/fd/" . fileno($x)} "x", @ARGV' \
	"$O/tools/try25" "${once[@]}"
inside unshare -m sh -c 'mount --bind "$1" "$2" && shift && exec "$@"' sh \
	"$O/tools/try25" "$TMP/exe/bound" "${once[@]}"
watch_stop 4

named "a name of 255 bytes" "$TMP/exe/$longest"
named "a file without a name" "$TMP/exe/gone"
named "a memfd" "/memfd:no place"
named "a file that is a mount point" "$TMP/exe/bound"
laws 4
finish
