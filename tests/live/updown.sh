#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# up again changes what is there, mends what was taken away, and down removes it; status sees each.
# vm: yes
. tests/live/lib.sh
world
chmod 755 "$TMP"
install -m 0755 "$O/smtpfence" "$TMP/smtpfence" # where nobody can run it

nobody() { # VERB: its exit status
	setpriv --reuid 65534 --regid 65534 --clear-groups "$TMP/smtpfence" "$1" --state "$STATE" > /dev/null 2>&1
	echo $?
}
status() { # EXIT FIRST-LINE NAME
	fence status > "$TMP/status" 2>&1
	is "$3: exit status" $? "$1"
	is "$3: first line" "$(head -n 1 "$TMP/status" | sed 's/^[^ ]* *//')" "$2"
}

links() { # the ids of ours, in the order of the hooks
	fence status --json | grep -o '"link":[0-9]*'
}

armed() { # files and mounts of the fence
	find "$STATE" -path "$STATE/policy" -prune -o -print
	grep -F "$STATE" /proc/mounts
}

is "down after nothing" "$(fence down 2>&1; echo $?)" "there is no fence: nothing to do"$'\n'0
status 10 "NOT ARMED: port 25 is open, and nothing is recorded" "nothing is up"
arm
status 0 "ENFORCING port 25" "up"
before=$(links)
is "every hook has a link" "$(wc -l <<< "$before")" 6
is "it judges" "$(try tcp4 192.0.2.25 25 3)" "EPERM 3"
arm
is "up twice: the same links" "$(links)" "$before"
is "up twice: the next generation" "$(counter generation)" 2
arm "default: block ECONNREFUSED"
is "another policy: the same links" "$(links)" "$before"
is "it decides" "$(try tcp4 192.0.2.25 25 2)" "ECONNREFUSED 2"
is "another policy: what was counted stays" "$(counter denied)" 5
for hook in connect4 egress release; do
	bpftool link detach pinned "$STATE/bpf/fence/fence_$hook"
	status 10 "NOT ENFORCING (asked: enforce)" "$hook detached by hand"
	ok "$hook: the cause is named" grep -q "^cause  *fence_$hook is no longer attached" "$TMP/status"
	arm
	status 0 "ENFORCING port 25" "$hook mended by up"
done
is "the others have their links still" "$(grep -cxFf <(links) <<< "$before")" 3
is "it judges again" "$(try tcp4 192.0.2.25 25 1)" "EPERM 1"
is "nobody may look" "$(nobody status)" 3
is "nor take it down" "$(nobody down)" 3
laws 6
ok "up in audit" up --audit -q "$TMP/policy.yaml"
status 0 "AUDIT: nothing is blocked. 0 attempts would have been" "audit"
is "down" "$(fence down 2>&1)" "the fence is down: port 25 is open, and nothing is recorded"
is "of it stays" "$(armed)" "$STATE"
status 10 "NOT ARMED: port 25 is open, and nothing is recorded" "down"
finish
