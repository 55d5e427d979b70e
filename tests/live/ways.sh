#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# No way to port 25 gets a SYN out, and each is reported with the process that tried.
# vm: yes
. tests/live/lib.sh
world
sinks 25
arm "rules:" "  - { name: the other may, if: { cgroup: ${CG#"$V2"}/other }, then: allow }"
witness_start
watch_start
connects=0 all=0

blocked() { # WAY ADDRESS [ATTEMPTS] [HOW]: tried by HOW (from inside), EPERM
	is "$1 $2" "$(${4:-inside} "$O/tools/try25" "$1" "$2" 25 2>&1 | cut -d' ' -f1-2)" "$1 EPERM"
	all=$((all + ${3:-1}))
	case $1 in
	raw* | frag*) ;;
	*) connects=$((connects + ${3:-1})) ;;
	esac
}

as_nobody() {
	inside setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}

for way in tcp4 mapped nonblock unspec_reconnect dup tfo_sendto tfo_sendmsg tfo_connect mptcp uring \
	thread forkexec ip_options_sock md5_fill simultaneous_open raw_tcp raw_hdrincl raw_ipopt frag_tiny4; do
	blocked $way 192.0.2.25
done
for way in tcp6 nonblock tfo_sendto mptcp uring tcp6_dstopts_sock raw_tcp6 raw6_ext; do
	blocked $way 2001:db8::25
done
blocked reuse 192.0.2.25 2
blocked md5_fill 198.51.100.25 1 as_nobody
export TRY25_CGROUP=$AWAY
blocked cg_escape 192.0.2.25
blocked scm_lent_to_out 192.0.2.25
export TRY25_CGROUP=$CG/other
blocked scm_fresh_from_out 192.0.2.25
export TRY25_CGROUP=$CG/in
blocked cg_before_move 192.0.2.25 1 other

witness_stop
is "no SYN reached the far side" "$(syns 25)" 0
watch_stop "$all"
is "every attempt is an event" "$(wc -l < "$TMP/events")" "$all"
for way in tcp4 mapped unspec_reconnect dup tfo_sendmsg thread ip_options_sock simultaneous_open cg_escape \
	cg_before_move scm_lent_to_out scm_fresh_from_out raw_tcp raw_hdrincl raw_ipopt frag_tiny4 raw_tcp6 raw6_ext; do
	is "$way is reported with its process" "$(events_of $way)" 1
done
is "forkexec is reported with the child" "$(events_of once)" 1
laws "$connects"
finish
