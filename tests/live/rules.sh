#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Each selector, where the kernel decides; the first rule that matches does.
# vm: yes
. tests/live/lib.sh
world
sinks 25 465 587
mkdir "$CG/in/smtpfence-mail.service" && as_unit=$CG/in/smtpfence-mail.service
cp "$O/tools/try25" "$TMP/mailer" && chmod 0755 "$TMP" "$TMP/mailer"

unit() { # COMMAND...: in the unit's cgroup
	(echo 0 > "$as_unit/cgroup.procs" && exec nsenter "--net=/run/netns/$HOST" "$@")
}

as() { # UID COMMAND...
	inside setpriv --reuid "$1" --clear-groups "${@:2}"
}

got() { # COMMAND...: only the result of its one try
	"$@" tcp4 "$TO" "${PORT:-25}" 2>&1 | awk '{ print $2 }'
}

TO=192.0.2.25
arm "rules:" \
	"  - { if: { user: 1234, to: 203.0.113.0/24 }, then: block EACCES }" \
	"  - { if: { user: 1234 }, then: allow }" \
	"  - { if: { exe: $TMP/mailer, user: root }, then: allow }" \
	"  - { if: { cgroup: ${CG#"$V2"}/other }, then: allow }" \
	"  - { if: { unit: smtpfence-mail.service }, then: block ECONNREFUSED }" \
	"  - { if: { to: 198.51.100.0/24 }, then: allow }" \
	"  - { if: { to: 10.99.0.25 }, then: block EHOSTUNREACH }" \
	"  - { if: { port: 587 }, then: block EPERM, mode: audit }" \
	"  - { if: { port: 465 }, then: drop }"
is "user: allowed" "$(got as 1234 "$TMP/mailer")" ok
TO=203.0.113.25
is "the first rule that matches decides" "$(got as 1234 "$TMP/mailer")" EACCES
TO=192.0.2.25
is "exe: allowed, the real and the effective user fit" "$(got inside "$TMP/mailer")" ok
is "exe: its user does not fit" "$(got as 1235 "$TMP/mailer")" EPERM
is "cgroup: allowed" "$(got other "$O/tools/try25")" ok
is "unit: blocked its own way" "$(got unit "$O/tools/try25")" ECONNREFUSED
TO=198.51.100.25
is "to: allowed" "$(got inside "$O/tools/try25")" ok
TO=10.99.0.25
is "to: a private address that a rule names" "$(got inside "$O/tools/try25")" EHOSTUNREACH
TO=192.0.2.25
is "what no rule names takes the default" "$(got inside "$O/tools/try25")" EPERM
PORT=587
is "mode: audit of one rule blocks nothing" "$(got inside "$O/tools/try25")" ok
is "and is counted so" "$(counter audited)" 1
PORT=465
is "port: dropped where the profile would not" "$(got inside "$O/tools/try25")" SILENT
laws "$(counter denied_at_connect)"
finish
