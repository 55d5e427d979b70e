#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# `run` fences its command and all it starts, and nothing else; without a profile it only observes.
# vm: yes
. tests/live/lib.sh
. tests/live/run.sh
command -v python3 > /dev/null || skip "needs python3"
world
room
sinks 25 587
export TRY25_CGROUP=$AWAY
T=$(realpath "$O/tools/try25")
one() { # ARGUMENTS... -- WAY ADDRESS PORT: the result the command saw
	run "$@" && awk '{ print $2 }' "$TMP/out"
}
is "observed: connected" "$(one "$T" tcp4 192.0.2.25 25)" ok
ok "and told" said "1 attempt"
is "observed: refused by the far side" "$(one "$T" tcp4 192.0.2.25 26)" ECONNREFUSED

witness_start
is "blocked at once, as the profile says" "$(one --profile gcp "$T" tcp4 192.0.2.25 25)" ETIMEDOUT
is "blocked, IPv6" "$(one --profile gcp "$T" tcp6 2001:db8::25 25)" ETIMEDOUT
is "blocked, v4-mapped" "$(one --profile gcp "$T" mapped 192.0.2.25 25)" ETIMEDOUT
is "as the provider: silent" "$(one --profile gcp --as provider "$T" tcp4 192.0.2.25 25)" SILENT
is "moved out of the cgroup" "$(one --profile gcp "$T" cg_escape 192.0.2.25 25)" ETIMEDOUT
is "lent to a process outside" "$(one --profile gcp "$T" scm_lent_to_out 192.0.2.25 25)" ETIMEDOUT
witness_stop
is "not one SYN came" "$(syns 25)" 0

is "587 is open there" "$(one --json --profile gcp "$T" tcp4 192.0.2.25 587)" ok
is "and recorded" "$(counted allowed)" 1
law
is "private addresses are untouched" "$(one --profile gcp "$T" tcp4 10.99.0.25 25)" ok
printf '%s\n' 'version: 1' 'mode: enforce' 'profile: gcp' 'rules:' \
	'  - { name: mine, if: { to: [192.0.2.25] }, then: allow }' 'default: block' > "$TMP/policy.yaml"
is "a policy's rule allows" "$(one --policy "$TMP/policy.yaml" "$T" tcp4 192.0.2.25 25)" ok
is "and its default blocks" "$(one --policy "$TMP/policy.yaml" "$T" tcp4 198.51.100.25 25)" ETIMEDOUT
is "a pipe is a policy too" "$(one --policy <(cat "$TMP/policy.yaml") "$T" tcp4 192.0.2.25 25)" ok

# Two at once: each its own fence; and beside them nothing is fenced.
mkfifo "$TMP/go"
background "$TMP/first" --profile gcp sh -c "echo in; read x < $TMP/go; $T tcp4 192.0.2.25 25"
await "$TMP/first" in
is "a second beside it" "$(one "$T" tcp4 192.0.2.25 25)" ok
is "and without" "$(outcome tcp4 192.0.2.25 25)" ok
is "the first has its cgroup" "$(cages)" 1
echo > "$TMP/go"
ok "and its own fence" await "$TMP/first" "tcp4 ETIMEDOUT"
wait "${STARTED[-1]}"
is "no cgroup is left" "$(cages)" 0
finish
