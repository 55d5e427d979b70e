#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Containers that connect in the moment they are made: what a rule blocks never gets out, what it allows
# does as soon as it is known.
# vm: yes
# timeout: 600
. tests/live/lib.sh
world
sinks 25
export SMTPFENCE_ROOT=$TMP/root # in whose place "/" is, where state files of containers are read
mkdir -p "$SMTPFENCE_ROOT/var/lib/docker/containers" "$CG/docker"
TIMES=${VM:+1500} TIMES=${TIMES:-10000}

birth() { # COUNT|until NAME...
	away "$O/tools/birth" "$CG/docker" "$SMTPFENCE_ROOT" 192.0.2.25 25 "$@"
}

born() { # NAME RESULT: how many
	awk -v n="$1" -v r="$2" '$1 == n && $2 == r { c = $3 } END { print c + 0 }' "$TMP/tally"
}

race() { # ALLOWED: that many at least of those called good got out, and nobody else
	witness_start
	birth "$TIMES" bad good - > "$TMP/tally"
	ok "then it connects" birth until good
	witness_stop
	is "of the others nobody connected" "$(born bad ok) $(born - ok)" "0 0"
	is "all had one answer or the other" "$(awk '{ n += $3 } $2 == "other" { n = "other" } END { print n }' "$TMP/tally")" \
		"$TIMES"
	is "what reached the far side is what was let through" "$(syns 25)" $(($(born good ok) + 1))
	ok "most were known at once" [ "$(born good ok)" -ge "$1" ]
	denied=$((denied + $(born bad EPERM) + $(born good EPERM) + $(born - EPERM)))
}

denied=0
arm "rules:" "  - { if: { container: \"bad-*\" }, then: block }" "default: allow"
start "$TMP/follower" nsenter "--net=/run/netns/$HOST" "$O/smtpfenced" --state "$STATE"
FOLLOWER=${STARTED[-1]}
ok "a container that is known is let out, with default: allow" birth until good
race $((TIMES / 9))
# Where all is blocked by default, nobody needs to be known to be blocked.
arm "rules:" "  - { if: { container: \"good-*\" }, then: allow }" "default: block"
ok "a container that is known is let out, with default: block" birth until good
race $((TIMES / 9))
# What `until` was refused before it was known, only the fence has counted.
ok "no more were refused than that" [ "$(counter denied_at_connect)" -ge "$denied" ]
laws "$(counter denied_at_connect)"
ok "8 MB are enough for it" awk '/^VmRSS:/ { exit $2 > 8192 }' "/proc/$FOLLOWER/status"
kill -TERM "$FOLLOWER"
wait "$FOLLOWER"
is "it ends when told to" $? 0
is "and had nothing to say" "$(cat "$TMP/follower")" ""
finish
