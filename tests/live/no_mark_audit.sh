#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# In audit, a socket without room for a mark is noted as what enforcing would block, and let through.
# vm: yes
. tests/live/lib.sh
world
sinks 25
printf '%s\n' "version: 1" "mode: audit" "profile: generic-cloud" "rules:" \
	"  - { name: one may, if: { to: [203.0.113.25] }, then: allow }" > "$TMP/policy.yaml"
ok "up in audit" up "$TMP/policy.yaml"
is "where a rule allows" "$(outcome md5_fill 203.0.113.25 25)" ok
is "where none does" "$(outcome md5_fill 192.0.2.25 25)" ok
is "with a mark" "$(outcome tcp4 203.0.113.25 25)" ok
is "both would be blocked" "$(counter audited)" 2
is "the third would not" "$(counter allowed)" 1
laws 0
finish
