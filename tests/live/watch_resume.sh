#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# watch has one reader, and after kill -9 the next one goes on where it stopped: no hole, no repetition.
# vm: yes
. tests/live/lib.sh
world
arm
tries=0

attempts() { # N
	is "$1 attempts are refused" "$(try tcp4 192.0.2.25 25 "$1")" "EPERM $1"
	tries=$((tries + $1))
}

seen() { # ids of all events so far
	grep -ho '"id":"[0-9]*","sequence"' "$TMP"/events* | sort
}

wait_for() { # N: events written so far
	local i
	for ((i = 0; i < 200; i++)); do
		[ "$(seen | wc -l)" -ge "$1" ] && return
		sleep 0.1
	done
}

watch_start "$TMP/events1"
attempts 40
wait_for $tries
fence watch --json > "$TMP/second" 2>&1
is "a second reader is refused" $? 1
ok "and told who holds it" grep -qE "\b$WATCH\b" "$TMP/second"
kill -9 "$WATCH"
wait "$WATCH" 2> /dev/null
attempts 30
watch_start "$TMP/events"
attempts 20
watch_stop 50
is "none is missing" "$(seen | wc -l)" $tries
is "none is told twice" "$(seen | uniq -d | wc -l)" 0
is "the last one still says who" "$(events_of tcp4)" 50
laws $tries
finish
