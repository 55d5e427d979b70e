#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What connect() answers and what is told are as the reference says (tests/property/): random policies, and programs
# of random users, groups, files and cgroups.
# timeout: 200
. tests/live/lib.sh
world
sinks 25 26 80 465 587 2525 1025
REAL=tests/property/real.py
POLICIES=30
SEED=${SEED:-$((RANDOM << 15 | RANDOM))} # of another run, to have it again
mkdir -p "$TMP/bin" "$TMP/plan" "$CG/in/a/b" "$CG/in/web-1"
for name in a b c d; do cp "$O/tools/try25" "$TMP/bin/$name"; done
chmod 0755 "$TMP" "$TMP/bin"
find "$CG" -depth -mindepth 1 -type d > "$TMP/known"
ok "seed $SEED: a plan" "$REAL" plan "$TMP/plan" "$SEED" $POLICIES "${CG#"$V2"}" "$TMP/bin"

attempt() { # CGROUP USER EFFECTIVE-USER GROUP EFFECTIVE-GROUP OTHER-GROUPS PROGRAM WAY ADDRESS PORT NOTE
	local groups=(--groups "$6")
	[ "$6" != - ] || groups=(--clear-groups)
	mkdir -p "$V2$1" && echo 0 > "$V2$1/cgroup.procs" &&
		exec nsenter "--net=/run/netns/$HOST" setpriv --ruid "$2" --euid "$3" --rgid "$4" --egid "$5" "${groups[@]}" \
			"$7" "$8" "$9" "${10}" 1 "${11}"
}

# All of one policy at the same time; cgroups that were made on the way are unknown, and go again.
attempts() { # FILE
	local words pids=()
	while read -ra words; do
		attempt "${words[@]}" > "$TMP/plan/${words[10]#n}.got" 2>&1 < /dev/null &
		pids+=($!)
	done < "$1"
	wait "${pids[@]}"
	find "$CG" -depth -mindepth 1 -type d | grep -vxFf "$TMP/known" | xargs -r rmdir
}

for ((n = 0; n < POLICIES; n++)); do
	up -q "$TMP/plan/$n.yaml" > "$TMP/said" 2>&1 || ok "up: policy $n" cat "$TMP/said" "$TMP/missing"
	[ $n != 0 ] || watch_start
	attempts "$TMP/plan/$n.tries"
done
ok "$(cat "$TMP"/plan/*.tries | wc -l) times connect()" "$REAL" outcomes "$TMP/plan"
watch_stop "$("$REAL" count "$TMP/plan" events)"
ok "verdict, action, reason and rule of each" "$REAL" events "$TMP/plan" "$TMP/events"
laws "$("$REAL" count "$TMP/plan" denied)"
finish
