#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What is given to a container is its own: another that takes its name has nothing of it, unless that was asked.
# vm: yes
. tests/live/lib.sh

contain() { # ID NAME: a container, as Docker's files and cgroups show one
	mkdir -p "$TMP/root/var/lib/docker/containers/$1" "$CG/in/docker-$1.scope"
	printf '{"ID":"%s","Name":"/%s","Config":{"Image":"shop:1","Labels":{"tier":"shop"}}}\n' "$1" "$2" \
		> "$TMP/root/var/lib/docker/containers/$1/config.v2.json"
}

got() { # ID: what a connect from within it gets
	(echo 0 > "$CG/in/docker-$1.scope/cgroup.procs" &&
		exec nsenter "--net=/run/netns/$HOST" "$O/tools/try25" tcp4 203.0.113.25 25) 2>&1 | awk '{ print $2 }'
}

world
sinks 25
first=$(printf '%064x' 11259375) second=$(printf '%064x' 11259376)
export SMTPFENCE_ROOT=$TMP/root
contain "$first" shop
arm "default: block"
is "nothing is exempt" "$(got "$first")" EPERM
is "by name, one is here" "$(fence allow --container 'sh?p' --for 5m --reason move --json | grep -o '"workloads":[0-9]*')" '"workloads":1'
is "it is let through" "$(got "$first")" ok
ok "as list tells" eval 'fence list | grep -q "allow container sh?p"'
contain "$second" shop
rm -r "$TMP/root/var/lib/docker/containers/$first" && rmdir "$CG/in/docker-$first.scope"
ok "a change of policy" up "$TMP/policy.yaml"
is "the next one of that name is not" "$(got "$second")" EPERM
is "one that is not here" "$(fence allow --container other --for 5m --reason x 2>&1)" \
	"smtpfence: no container 'other' runs here now"
is "nor the one that was" "$(fence allow --container "$first" --for 5m --reason x 2>&1)" \
	"smtpfence: no container '$first' runs here now"
ok "by name for whoever bears it" fence allow --container shop --by-name --for 5m --reason move
is "it is let through" "$(got "$second")" ok
contain "$first" shop
ok "a change of policy" up "$TMP/policy.yaml"
is "and so is another one" "$(got "$first")" ok
ok "by label, both" eval 'fence block --label tier=shop --for 5m --reason x | grep -q "2 workloads now"'
is "are stopped" "$(got "$first")$(got "$second")" EPERMEPERM
ok "a block of a name may come before its bearer" fence block --container late --by-name --for 5m --reason x
ok "an allow may not" eval '! fence allow --container later --by-name --for 5m --reason x'
laws "$(counter denied_at_connect)"
finish
