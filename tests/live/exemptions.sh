#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# allow, block, pause: above all rules, the newest first, until their time is over or somebody ends them.
# vm: yes
. tests/live/lib.sh

got() { # what a connect to port 25 from `in` gets
	outcome tcp4 203.0.113.25 25
}

from_other() {
	other "$O/tools/try25" tcp4 203.0.113.25 25 2>&1 | awk '{ print $2 }'
}

given() { # VERB ARGUMENTS...: the id of what it came to
	fence "$@" --json | grep -o '"id":"e[0-9]*"' | cut -d'"' -f4
}

world
sinks 25
arm "exemptions: { longest: 1h }"
is "nothing is exempt" "$(got)" EPERM
is "allow" "$(given allow --cgroup "${CG#"$V2"}/in" --for 10m --reason "warm-up" --ticket 8812)" e1
is "it is let through" "$(got)" ok
is "another is not" "$(from_other)" EPERM
ok "list tells of it" eval 'fence list | tr -s "\n " " " | grep -q "e1 9 min [a-z]* allow cgroup .*: warm-up (ticket 8812)"'
is "block the whole of it" "$(given block --all --for 10m --reason incident)" e2
is "the newest decides" "$(got)" EPERM
ok "revoke" fence revoke e2
is "what was before is in force again" "$(got)" ok
ok "a change of policy keeps it" up "$TMP/policy.yaml"
is "so it does" "$(got)" ok
ok "down, and up again as after a reboot" eval 'fence down && up "$TMP/policy.yaml"'
is "what is left is left" "$(got)$(from_other)" okEPERM
ok "revoke the other" fence revoke 1
is "the policy is in force" "$(got)" EPERM
is "twice is an error" "$(fence revoke e1 2>&1 > /dev/null)" \
	"smtpfence: e1 had ended already; smtpfence list --all shows when"
is "pause" "$(given pause --for 10m --reason "is it us?")" e3
is "everybody is let through" "$(got)$(from_other)" okok
ok "a second pause is refused" eval '! fence pause --for 1m --reason again'
ok "resume" fence resume
is "nobody is" "$(got)$(from_other)" EPERMEPERM
is "a limit" "$(given allow --cgroup "${CG#"$V2"}/in" --limit "2 connections/h" --for 10m --reason few)" e4
is "is let through twice" "$(got)$(got)$(got)" okokEPERM
ok "revoke that" fence revoke e4
short=$([ -n "${VM-}" ] && echo 20 || echo 2) # emulated CPUs take seconds to arm
is "a short one" "$(given allow --all --for ${short}s --reason short)" e5
is "holds" "$(got)" ok
sleep $short.2
is "and ends in the kernel, with nobody's help" "$(got)" EPERM
is "no longer than the policy says" "$(fence allow --all --for 2h --reason long 2>&1)" \
	"smtpfence: --for: 2 h is longer than 1 h, the longest that the policy allows"
is "not for who is not here" "$(fence allow --unit no-such.service --for 1m --reason x 2>&1)" \
	"smtpfence: no unit 'no-such.service' is here now"
is "all of it is kept" "$(fence list --all | grep -c '^e[1-5] ')" 5
is "nothing is in force" "$(fence list)" "no exemption, block or pause is in force"
laws "$(counter denied_at_connect)"
finish
