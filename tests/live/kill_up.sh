#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# `up` is killed at each of its bpf() calls: first arming leaves nothing half-armed, a change leaves every
# hook old or new and enforcing; the next `up` finishes what was begun.
# timeout: 600
. tests/live/lib.sh
command -v strace > /dev/null || skip "needs strace"
world
sinks 25
printf '%s\n' "version: 1" "mode: enforce" "profile: generic-cloud" "block: EPERM" > "$TMP/old.yaml"
sed 's/EPERM/EACCES/' "$TMP/old.yaml" > "$TMP/new.yaml"
printf '%s\n' "192.0.2.25 tcp4" "2001:db8::25 tcp6" "192.0.2.25 raw_hdrincl" > "$TMP/ways"
denied=0

killed_at() { # CALL POLICY: 0 when it was killed, 1 when it came to its end before
	{ nsenter "--net=/run/netns/$HOST" strace -f -qq -o "$TMP/trace" -e trace=bpf \
		-e "inject=bpf:signal=KILL:when=$1" "$O/smtpfence" up --cgroup "$CG" --state "$STATE" "$2" \
		> "$TMP/up" 2>&1; } 2> /dev/null # where bash says "Killed"
	[ $? -ge 128 ]
}

answers() { # each way once, in a line; counts the refusals of connect()
	local address way said line=
	while read -r address way; do
		said=$(outcome "$way" "$address" 25)
		line+="$said "
		[ "$way" != raw_hdrincl ] && [ "$said" != ok ] && denied=$((denied + 1))
	done < "$TMP/ways"
	echo "$line" > "$TMP/answers"
}

witness_start && bad="" k=0
while k=$((k + 1)) && killed_at $k "$TMP/old.yaml"; do
	answers # armed is one store: all of it judges or nothing does
	grep -qxE '(ok ok ok |EPERM EPERM EPERM )' "$TMP/answers" || bad+="call $k: $(cat "$TMP/answers"); "
	[ $((k % 8)) = 0 ] || continue
	up "$TMP/old.yaml" > /dev/null 2>&1 || bad+="call $k: up does not recover; "
	fence down > /dev/null 2>&1 || bad+="call $k: down fails; "
	denied=0
done
is "first arming, killed at each of $((k - 1)) calls: all or nothing" "$bad" ""
ok "it was killed often" [ $k -gt 20 ]
witness_stop

ok "up" up "$TMP/old.yaml"
witness_start && before=$(counter denied_at_connect) denied=0 bad="" k=0
while k=$((k + 1)) && killed_at $k "$TMP/new.yaml"; do
	answers
	grep -qxE '((EPERM|EACCES) ){2}EPERM ' "$TMP/answers" || bad+="call $k: $(cat "$TMP/answers"); "
	up "$TMP/old.yaml" > "$TMP/up" 2>&1 || bad+="call $k: up does not recover; "
	[ "$(outcome tcp4 192.0.2.25 25)" = EPERM ] || bad+="call $k: not the old policy again; "
	denied=$((denied + 1))
done
is "a change, killed at each of $((k - 1)) calls: old or new" "$bad" ""
ok "it was killed often" [ $k -gt 20 ]
is "then it comes to its end" "$(outcome tcp4 192.0.2.25 25)" EACCES
witness_stop
is "no SYN reached the far side" "$(syns 25)" 0
laws $((before + denied + 1))
finish
