#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# `up` as people type it, on the root of the cgroup tree and in the usual directories: sockets and
# processes that move between cgroups, and cgroups made later, are all inside. Only where nothing else lives.
# vm: yes
[ -n "${VM-}" ] || {
	echo "arms the root cgroup: done in the VMs of tests/vm, not on a machine in use"
	exit 77
}
. tests/live/lib.sh
world
sinks 25 587
STATE=/run/smtpfence
fence() { # VERB ARGUMENTS...
	local verb=$1
	shift
	nsenter "--net=/run/netns/$HOST" "$O/smtpfence" "$verb" "$@"
}

is "before: not armed" "$(fence status > /dev/null; echo $?)" 10
ok "up, without a policy" fence up
is "audit: it connects" "$(away "$O/tools/try25" tcp4 192.0.2.25 25 | cut -d' ' -f2)" ok
is "and would have been blocked" "$(counter audited)" 1
ok "status: as asked" fence status
ok "up, enforcing" fence up --profile generic-cloud
witness_start
mkdir "$AWAY/later"
made_later() {
	(echo 0 > "$AWAY/later/cgroup.procs" && exec nsenter "--net=/run/netns/$HOST" "$@")
}
is "a cgroup made later" "$(made_later "$O/tools/try25" tcp4 192.0.2.25 25 | cut -d' ' -f2)" EPERM
export TRY25_CGROUP=$CG/in
for way in cg_before_move scm_fresh_from_out cg_escape scm_lent_to_out; do
	is "$way" "$(away "$O/tools/try25" $way 192.0.2.25 25 | cut -d' ' -f2)" EPERM
done
is "587 passes" "$(away "$O/tools/try25" tcp4 192.0.2.25 587 | cut -d' ' -f2)" ok
witness_stop
is "no SYN to 25 reached the far side" "$(syns 25)" 0
ok "status: enforced at the root" grep -q "all cgroups" <(fence status)
laws 5
ok "what is kept names the policy" grep -rq generic-cloud /var/lib/smtpfence/policy
ok "down" fence down
is "after: not armed" "$(fence status > /dev/null; echo $?)" 10
rmdir "$AWAY/later"
finish
