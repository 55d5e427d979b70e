#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What explain says of the fence that is up is what a connect then gets, exemptions and redirects included.
# vm: yes
. tests/live/lib.sh
world
sinks 25 587
denied=0
mkdir "$CG/in/shop.service"
arm "rules:" \
	"  - { name: a user, if: { user: 1234 }, then: block EACCES }" \
	"  - { name: a unit, if: { unit: shop.service, to: 192.0.2.0/24 }, then: allow }" \
	"  - { name: a port, if: { port: 587, to: 203.0.113.0/24 }, then: block ECONNREFUSED }" \
	"  - { name: watched, if: { to: 198.51.100.25 }, then: block, mode: audit }"

explained() { # SELECTOR...: VERDICT RULE [ERRNO]
	fence explain --json "$@" > "$TMP/explained"
	sed -E 's/,"(who|ip|before)":.*//; s/"exemption":\{"id":("e[0-9]+").*/"rule":\1/; /"rule"/s/"reason":"[a-z_]*",//
		s/"(action|origin|line)":[^,]*,?//g; s/"[a-z]*"://g; s/[{"]//g; s/,+/ /g; s/ $//' "$TMP/explained"
}

agree() { # NAME WANTED ADDRESS PORT COMMAND... -- SELECTOR...: what is said, and what the kernel does
	local name=$1 wanted=$2 address=$3 port=$4 run=() got
	shift 4
	while [ "$1" != -- ]; do run+=("$1"); shift; done
	shift
	is "$name: explained" "$(explained --to "$address" --port "$port" "$@")" "$wanted"
	got=$("${run[@]}" "$O/tools/try25" tcp4 "$address" "$port" 2>&1 | awk '{ print $2 }')
	[ "$got" = ok ] || denied=$((denied + 1))
	case $wanted in denied*) is "$name: so it is" "$got" "${wanted##* }" ;; *) is "$name: so it is" "$got" ok ;; esac
}

shop() {
	(echo 0 > "$CG/in/shop.service/cgroup.procs" && exec nsenter "--net=/run/netns/$HOST" "$@")
}
as=(inside setpriv --reuid 1234 --clear-groups)
agree "a user" "denied a user EACCES" 192.0.2.25 25 "${as[@]}" -- --user 1234
agree "a unit" "allowed a unit" 192.0.2.25 25 shop -- --unit shop.service
agree "nobody in particular" "denied default EPERM" 192.0.2.25 25 inside --
agree "another port" "denied a port ECONNREFUSED" 203.0.113.25 587 inside --
agree "an open port" "allowed open" 192.0.2.25 587 inside --
agree "in audit" "audited watched" 198.51.100.25 25 inside --
agree "out of scope" "allowed scope" 10.99.0.25 25 inside --
ok "an exemption" fence allow --user 1234 --for 1h --reason "a test"
agree "an exemption" "allowed e1" 192.0.2.25 25 "${as[@]}" -- --user 1234
is "its status is the answer" "$(fence explain > "$TMP/text"; echo $?)" 10
ok "people read why" grep -q "not this user" "$TMP/text"
ok "in 80 columns" eval '! grep -nE "^.{81}" "$TMP/text"'
is "who is not here" "$(fence explain --unit none.service 2>&1; echo $?)" "smtpfence: no unit 'none.service' is here now"$'\n'1
laws $denied
finish
