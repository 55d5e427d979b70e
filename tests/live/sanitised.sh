#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Every verb under ASan and UBSan, and the reading ones under valgrind, against a real fence.
# timeout: 240
. tests/live/lib.sh
command -v valgrind > /dev/null || skip "valgrind is not installed"
[ -x "$O/san/smtpfence" ] || skip "no sanitised build in $O/san"

clean() { # ARGUMENTS...: under ASan and UBSan; any other end than 0 is a finding, as is any word of theirs
	local status said
	said=$(ASAN_OPTIONS=exitcode=99 UBSAN_OPTIONS=exitcode=99:print_stacktrace=1 \
		nsenter "--net=/run/netns/$HOST" "$O/san/smtpfence" "$@" 2>&1)
	status=$?
	echo "$said"
	[ $status = 0 ] && ! grep -qE 'AddressSanitizer|LeakSanitizer|runtime error' <<< "$said"
}

memory() { # ARGUMENTS...: under valgrind
	nsenter "--net=/run/netns/$HOST" valgrind -q --error-exitcode=99 --suppressions=tests/live/valgrind.supp \
		--leak-check=full --errors-for-leak-kinds=definite "$O/smtpfence" "$@" > "$TMP/valgrind" 2>&1
	local status=$?
	cat "$TMP/valgrind"
	[ $status = 0 ]
}

world
sinks 25 587
printf '%s\n' "version: 1" "mode: enforce" "profile: generic-cloud" "rules:" \
	"  - if: { user: root, to: 203.0.113.0/24 }" "    then: allow" > "$TMP/policy.yaml"
ok "check" clean check "$TMP/policy.yaml"
ok "profiles" clean profiles
ok "profiles show" clean profiles show digitalocean
ok "up" clean up --cgroup "$CG" --state "$STATE" "$TMP/policy.yaml"
is "blocked" "$(outcome tcp4 198.51.100.25 25)" EPERM
is "allowed by the rule" "$(outcome tcp4 203.0.113.25 25)" ok
is "a port that is open" "$(outcome tcp4 198.51.100.25 587)" ok
ok "up again" clean up --cgroup "$CG" --state "$STATE" "$TMP/policy.yaml"
ok "status" clean status --state "$STATE"
ok "status --json" clean status --json --state "$STATE"
ok "watch" clean watch --once --state "$STATE"
try tcp4 198.51.100.25 25 > /dev/null
ok "watch --json" clean watch --once --json --state "$STATE"
ok "run" clean run --profile hetzner-cloud -o "$TMP/run.jsonl" "$O/tools/try25" tcp4 198.51.100.25 25
ok "report" clean report "$TMP/run.jsonl"
ok "report --json" clean report --json "$TMP/run.jsonl"
ok "status under valgrind" memory status --json --state "$STATE"
try tcp4 198.51.100.25 25 > /dev/null
ok "watch under valgrind" memory watch --once --state "$STATE"
ok "report under valgrind" memory report "$TMP/run.jsonl"
ok "check under valgrind" memory check "$TMP/policy.yaml"
laws "$(counter denied_at_connect)"
ok "down" clean down --state "$STATE"
finish
