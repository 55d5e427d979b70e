#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Whatever programs, arguments and cgroups are called: JSON stays one valid line, a terminal stays inert.
. tests/live/lib.sh
command -v python3 > /dev/null || skip "needs python3"
world
arm
names=($'line\nbreak' $'esc\e[2J\e]0;title\a' $'bad\xff\xfe\xc3utf8' '"},{"x":"' "quo'te\\ back" $'c1\xc2\x9b31m'
	$'bidi\xe2\x80\xae' $'tab\tcr\r' '$(reboot)' $'cut-inside-a-code-point-\xf0\x9f\x92')
n=0
for name in "${names[@]}"; do
	n=$((n + 1))
	mkdir -p "$CG/in/${name//[$'\n\\']/_}" 2> /dev/null
	dir="$CG/in/${name//[$'\n\\']/_}"
	cp "$O/tools/try25" "$TMP/$name"
	(
		echo 0 > "$dir/cgroup.procs"
		exec nsenter "--net=/run/netns/$HOST" "$TMP/$name" tcp4 192.0.2.25 25 1 "$name"
	) > "$TMP/tally"
	is "attempt of number $n is refused" "$(cat "$TMP/tally")" "EPERM 1"
done
watch_start
watch_stop $n
is "every event is one line" "$(wc -l < "$TMP/events")" $n
is "of valid JSON that names the program" "$(python3 -c '
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
print(sum(line["process"]["executable"].startswith("/") for line in lines))' "$TMP/events")" $n

# The same to a terminal: only line ends and the colours of our own.
inert() { # FILE
	! sed 's/\x1b\[[0-9;]*m//g; s/\r$//' "$1" | LC_ALL=C grep -nP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]'
}
for name in "${names[@]}"; do
	inside "$TMP/$name" tcp4 192.0.2.25 25 1 "$name" > /dev/null
done
start "$TMP/screen" script -qec "exec nsenter --net=/run/netns/$HOST $O/smtpfence watch --state $STATE" /dev/null
ok "watch shows them" await "$TMP/screen" "reboot"
kill "${STARTED[-1]}"
ok "and the terminal stays inert" inert "$TMP/screen"
fence status > "$TMP/status"
ok "status too" inert "$TMP/status"
laws $((2 * n))
finish
