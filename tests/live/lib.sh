#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What every live test stands on: a host and an internet in namespaces of their own, cgroups, a fence
# that guards only those, a witness on the far side, asserts in TAP, and a search for what was left.
#
# A test: sources this, calls `world`, asserts with `ok` and `is`, ends with `laws` and `finish`.
# Needs bash, coreutils, iproute2, util-linux, bpftool and our tools; runs natively and in tests/vm.
# shellcheck shell=bash disable=SC2034
set -u

O=${O:-.output}
export SMTPFENCE_DATA=${SMTPFENCE_DATA:-$PWD/data}
TEST=$(basename "$0" .sh)
HOST=smtpfence-$TEST-host # where the fence and the programs are: 192.0.2.1, 10.99.0.1, 2001:db8::1
NET=smtpfence-$TEST-net # 192.0.2.25, 198.51.100.25, 203.0.113.25, 10.99.0.25, 2001:db8::25
V2=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
CG=$V2/smtpfence-$TEST # guarded; in it: in, other
AWAY=$V2/smtpfence-$TEST-away # not guarded
TMP=
STATE=
CASES=0
BAD=0
BEFORE=/tmp/.smtpfence-$TEST.$$ # what was there already
FINISHED=
WITNESS=
WATCH=
LOCK=
declare -a STARTED=()

skip() { # REASON: the whole test
	FINISHED=skip
	echo "$*"
	exit 77
}

ok() { # NAME COMMAND...: passes when the command does
	local name=$1 said
	shift
	CASES=$((CASES + 1))
	if said=$("$@" 2>&1); then
		echo "ok $CASES - $name"
	else
		BAD=$((BAD + 1))
		echo "not ok $CASES - $name"
		printf '%s\n' "failed: $*" "$said" | sed 's/^/# /'
	fi
}

is() { # NAME GOT WANTED
	local name=$1 got=$2 wanted=$3
	CASES=$((CASES + 1))
	if [ "$got" = "$wanted" ]; then
		echo "ok $CASES - $name"
	else
		BAD=$((BAD + 1))
		echo "not ok $CASES - $name"
		printf '%s\n' "got:    $got" "wanted: $wanted" | sed 's/^/# /'
	fi
}

# --- the world -------------------------------------------------------------------------------------

world() {
	[ "$(id -u)" = 0 ] || skip "needs root"
	[ -n "$V2" ] || skip "no cgroup v2 is mounted"
	# Namespaces and cgroups are named after the test: one run of it at a time.
	exec {LOCK}> "/tmp/.smtpfence-$TEST.lock"
	flock -w 100 "$LOCK" || skip "another run of this test does not end"
	clear_world
	inventory > "$BEFORE"
	TMP=$(mktemp -d "/tmp/smtpfence-$TEST.XXXXXX")
	STATE=$TMP/state
	mkdir -p "$CG/in" "$CG/other" "$AWAY"
	ip netns add "$HOST" && ip netns add "$NET" || exit 1
	ip link add eth0 netns "$HOST" type veth peer name eth0 netns "$NET"
	local ns
	for ns in "$HOST" "$NET"; do
		ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
		ip -n "$ns" link set lo up
		ip -n "$ns" link set eth0 up
	done
	ip -n "$HOST" address add 192.0.2.1/24 dev eth0
	ip -n "$HOST" address add 10.99.0.1/24 dev eth0
	ip -n "$HOST" address add 2001:db8::1/64 dev eth0 nodad
	ip -n "$HOST" route add 198.51.100.0/24 via 192.0.2.25
	ip -n "$HOST" route add 203.0.113.0/24 via 192.0.2.25
	for ns in 192.0.2.25/24 10.99.0.25/24; do
		ip -n "$NET" address add "$ns" dev eth0
	done
	ip -n "$NET" address add 198.51.100.25/32 dev lo
	ip -n "$NET" address add 203.0.113.25/32 dev lo
	ip -n "$NET" address add 2001:db8::25/64 dev eth0 nodad
}

clear_world() {
	local dir
	for dir in "$CG/in" "$CG/other" "$CG" "$AWAY"; do
		[ -d "$dir" ] || continue
		[ -e "$dir/cgroup.kill" ] && echo 1 > "$dir/cgroup.kill"
		for _ in 1 2 3 4 5 6 7 8 9 10; do
			find "$dir" -depth -type d -exec rmdir {} \; 2> /dev/null
			[ -d "$dir" ] || break
			sleep 0.1
		done
	done
	for dir in "$HOST" "$NET"; do
		[ -e "/run/netns/$dir" ] && ip netns delete "$dir"
	done
	return 0
}

inside() { # COMMAND...: in the guarded cgroup, on the host
	(echo 0 > "$CG/in/cgroup.procs" && exec nsenter "--net=/run/netns/$HOST" "$@")
}

other() { # COMMAND...: in another guarded cgroup
	(echo 0 > "$CG/other/cgroup.procs" && exec nsenter "--net=/run/netns/$HOST" "$@")
}

away() { # COMMAND...: on the host, in a cgroup that is not guarded
	(echo 0 > "$AWAY/cgroup.procs" && exec nsenter "--net=/run/netns/$HOST" "$@")
}

internet() { # COMMAND...: on the far side
	nsenter "--net=/run/netns/$NET" "$@"
}

start() { # FILE COMMAND...: in the background, output to FILE; ended at the latest when the test ends
	local to=$1
	shift
	"$@" > "$to" 2>&1 <&0 &
	STARTED+=($!)
}

await() { # FILE PATTERN: until the file shows it, 20 s at most
	local i
	for ((i = 0; i < 200; i++)); do
		grep -q -- "$2" "$1" 2> /dev/null && return 0
		sleep 0.1
	done
	return 1
}

sinks() { # PORT...: listeners on the far side
	start "$TMP/sinks" nsenter "--net=/run/netns/$NET" "$O/tools/sink" "$@"
	await "$TMP/sinks" ready || exit 1
}

# --- the fence -------------------------------------------------------------------------------------

fence() { # VERB ARGUMENTS...
	local verb=$1
	shift
	nsenter "--net=/run/netns/$HOST" "$O/smtpfence" "$verb" --state "$STATE" "$@"
}

up() { # ARGUMENTS...
	fence up --cgroup "$CG" "$@"
}

# Arms or changes the fence: generic-cloud, enforced, with more lines of policy from the arguments.
arm() { # [LINE...]
	printf '%s\n' "version: 1" "mode: enforce" "profile: generic-cloud" "$@" > "$TMP/policy.yaml"
	ok "up: ${*:-generic-cloud}" up "$TMP/policy.yaml"
	[ $BAD = 0 ] || exit 1 # nothing below would mean anything
}

OTHERS=$(pgrep -cx smtpfence-wait) # of fences that are none of ours
waiting() { # HOW-MANY processes wait for a confirmation, at the latest after 60 s
	local i
	for ((i = 0; i < 600; i++)); do
		[ "$(pgrep -cx smtpfence-wait)" = $((OTHERS + $1)) ] && return 0
		sleep 0.1
	done
	return 1
}

# The one reader of the ring, from here on: an event a line in $TMP/events.
watch_start() { # [FILE]
	start "${1:-$TMP/events}" nsenter "--net=/run/netns/$HOST" "$O/smtpfence" watch --state "$STATE" --json
	WATCH=${STARTED[-1]} # nsenter became it
}

watch_stop() { # LINES: when so many events were written, or after 20 s
	local i
	for ((i = 0; i < 200; i++)); do
		[ "$(wc -l < "$TMP/events")" -ge "$1" ] && break
		sleep 0.1
	done
	kill -TERM "$WATCH"
	wait "$WATCH"
	is "watch ends when told to" $? 0
}

# Events of one way: `try25` has it as its first argument.
events_of() { # WAY
	grep -c "\"args\":\[\"[^\"]*try25\",\"$1\"" "$TMP/events"
}

counter() { # NAME [STATUS]: one number of `status --json`, -1 when it is not there
	local text=${2-}
	[ -n "$text" ] || text=$(fence status --json)
	text=$(grep -o "\"$1\": *[0-9]*" <<< "$text" | head -n 1)
	text=${text##*[: ]}
	echo "${text:--1}"
}

try() { # WAY ADDRESS PORT [COUNT]: from inside
	inside "$O/tools/try25" "$@" 2>&1
}

outcome() { # WAY ADDRESS PORT: only the result of one try from inside
	try "$@" | awk '{ print $2 }'
}

tallied() { # RESULT < TALLY: how many of them
	awk -v r="$1" '$1 == r { n = $2 } END { print n + 0 }'
}

# --- the witness -----------------------------------------------------------------------------------

witness_start() { # [PORT...]
	start "$TMP/witness" nsenter "--net=/run/netns/$NET" "$O/tools/witness" eth0 "$@"
	WITNESS=${STARTED[-1]}
	await "$TMP/witness" ready || exit 1
}

witness_stop() {
	sleep 0.3 # packets on their way
	kill "$WITNESS"
	wait "$WITNESS"
	is "the witness lost nothing" $? 0
}

syns() { # PORT: SYNs and fragments that hide their flags, that arrived there
	awk -v p="$1" '$1 == p && NF == 4 { print $2 + $3 }' "$TMP/witness"
}

# --- the end ---------------------------------------------------------------------------------------

# The laws of the counters, at rest. DENIED: how often the workload's connect() was refused.
laws() { # DENIED
	local s attempts
	s=$(fence status --json)
	attempts=$(($(counter denied "$s") + $(counter audited "$s") + $(counter allowed "$s") + \
		$(counter redirected "$s") + $(counter answered "$s")))
	is "law: denied at connect = the workload's tally" "$(counter denied_at_connect "$s")" "$1"
	is "law: attempts = submitted + summarised + lost" "$attempts" \
		$(($(counter submitted "$s") + $(counter summarised "$s") + $(counter lost "$s")))
	is "law: submitted = read + unread" "$(counter submitted "$s")" \
		$(($(counter read "$s") + $(counter unread "$s")))
	is "law: sum of the cgroups = attempts" "$(counter by_cgroup "$s")" "$attempts"
}

# Everything of ours that the kernel, the file systems and the network hold.
inventory() {
	bpftool prog show | awk '$3 == "name" && $4 ~ /^fence/ { print "prog", $1, $4 }'
	bpftool map show | awk '$3 == "name" && $4 ~ /^fence/ { print "map", $1, $4 }'
	bpftool link show | awk '/^[0-9]+:/ { print "link", $1, $2 }'
	ip netns list | grep -F "smtpfence-$TEST-"
	find "$V2" -type d -name "smtpfence-$TEST*"
	find /tmp -maxdepth 1 -name "smtpfence-$TEST.*"
	grep -F "smtpfence-$TEST" /proc/mounts
	return 0
}

leftovers() {
	local i left
	for ((i = 0; i < 30; i++)); do # programs and maps go after an RCU grace period
		left=$(inventory | grep -vxFf "$BEFORE")
		[ -z "$left" ] && return 0
		sleep 0.1
	done
	echo "$left"
	return 1
}

finish() {
	FINISHED=yes
	exit 0
}

cleanup() {
	local status=$? pid
	trap - EXIT
	[ "$FINISHED" = skip ] && exit 77
	for pid in "${STARTED[@]}"; do
		kill "$pid" 2> /dev/null
		wait "$pid" 2> /dev/null
	done
	if [ -n "$TMP" ]; then
		[ -d "$STATE" ] && ok "down" fence down
		clear_world
		rm -rf --one-file-system "$TMP"
		ok "nothing is left behind" leftovers
		rm -f "$BEFORE"
	fi
	if [ "$FINISHED" != yes ]; then
		CASES=$((CASES + 1))
		echo "not ok $CASES - runs to its end (status $status)"
		BAD=$((BAD + 1))
	fi
	echo "1..$CASES"
	exit $((BAD > 0))
}
trap cleanup EXIT
trap 'exit 130' INT TERM
