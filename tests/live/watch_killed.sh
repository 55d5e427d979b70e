#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# kill -9 of watch in the middle of a storm, again and again: nothing leaves, no count is lost, every record
# is told, and at most the one that each was killed over is told again.
# vm: yes
. tests/live/lib.sh
last() {
	fence watch --json --once > "$TMP/events$kills"
}

world
sinks 25
arm
witness_start
kills=4
start "$TMP/tally" inside "$O/tools/try25" storm 192.0.2.25 25 $((kills + 1))
storm=${STARTED[-1]}
for ((i = 0; i < kills; i++)); do
	watch_start "$TMP/events$i"
	sleep 1
	kill -9 "$WATCH"
	wait "$WATCH" 2> /dev/null
done
wait "$storm"
is "nothing but EPERM" "$(cut -d' ' -f1 "$TMP/tally")" EPERM
ok "what waits is read" last
witness_stop
is "no SYN reached the far side" "$(syns 25)" 0
# A line that kill -9 cut off is no event: its record was not committed.
awk 1 "$TMP"/events[0-9] | grep -o '"id":"[0-9]*","sequence".*}$' | grep -o '^"id":"[0-9]*"' | sort > "$TMP/ids"
is "every record is told" "$(sort -u "$TMP/ids" | wc -l)" "$(counter submitted)"
ok "at most one again for each kill" [ "$(uniq -d "$TMP/ids" | wc -l)" -le $kills ]
is "all of it was read, each once" "$(counter read)" "$(counter submitted)"
laws "$(tallied EPERM < "$TMP/tally")"
finish
