#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What outlives the command stays fenced, is waited for by name, and can be ended.
# vm: yes
. tests/live/lib.sh
. tests/live/run.sh
world
room
T=$(realpath "$O/tools/try25")
background "$TMP/rest" --profile gcp \
	sh -c "(sleep 2; $T tcp4 192.0.2.25 25) & echo started; exit 3"
ok "we say for whom we wait" await "$TMP/rest" "waiting for sh ([0-9]*).*; Ctrl-C ends it"
wait "${STARTED[-1]}"
is "and end as the command did" $? 3
ok "the rest was fenced" grep -q "tcp4 ETIMEDOUT" "$TMP/rest"
ok "and is in the report" grep -q "1 attempt to send mail, 1 blocked" "$TMP/rest"

ends() { # SIGNAL NAME COMMAND: a rest that is ended by a signal to us
	background "$TMP/rest" sh -c "$3"
	await "$TMP/rest" "waiting for"
	local began=$SECONDS
	kill "-$1" "${STARTED[-1]}"
	wait "${STARTED[-1]}"
	is "$2" "$? $((SECONDS - began < 40))" "0 1"
	is "and leaves no cgroup" "$(cages)" 0
}
ends INT "SIGINT ends the rest" 'setsid sleep 60 & exit 0'
ends TERM "SIGTERM ends the rest" 'setsid sleep 60 & exit 0'
ends INT "and kills what will not" 'setsid sh -c "trap : TERM; while :; do sleep 1; done" & sleep 0.5'

# Killed: the fence stands while anyone is in it.
background "$TMP/rest" --profile gcp -o "$TMP/killed.jsonl" \
	sh -c "echo ready; sleep 2; $T tcp4 192.0.2.25 25"
await "$TMP/rest" ready
kill -KILL "${STARTED[-1]}"
wait "${STARTED[-1]}" 2> /dev/null
ok "of a run killed with SIGKILL the fence stands" await "$TMP/rest" "tcp4 ETIMEDOUT"
ok "which is said" await "$TMP/rest" "its fence stands until the last process in it ends"
ok "and the record is written" await "$TMP/killed.jsonl" '"action":"connection_denied"'
gone() {
	local i
	for ((i = 0; i < 50; i++)); do
		[ "$(cages)" = 0 ] && return
		sleep 0.1
	done
	return 1
}
ok "then its cgroup goes" gone

# A crash of the root side: never as if all were well. Its cgroup goes with the next run.
background "$TMP/rest" --profile gcp sh -c 'echo ready; sleep 2'
await "$TMP/rest" ready
kill -KILL "$(find "$CG" -name 'smtpfence-run-*' | grep -o '[0-9]*$')"
wait "${STARTED[-1]}"
is "without its root side a run has failed" $? 125
ok "and says so" grep -q "no fence any more around sh" "$TMP/rest"
is "it leaves a cgroup" "$(cages)" 1
status 0 "another run" true
is "sweeps it" "$(cages)" 0
finish
