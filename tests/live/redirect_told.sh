#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Redirects are told as such, with where to; what hides them hangs there only while a rule asks for it.
# vm: yes
. tests/live/lib.sh
world
sinks 1025

hook() { # NAME: is it attached?
	fence status --json | grep -o "\"$1\":{\"asked\":[a-z]*,\"attached\":[a-z]*" | grep -o '[a-z]*$'
}

told() { # PATTERN
	grep -q -- "$1" "$TMP/events"
}

shows() { # PATTERN: in the screen of status
	fence status | grep -qE -- "$1"
}

arm "rules:" "  - { name: catcher, if: { to: 192.0.2.25 }, then: redirect 10.99.0.25:1025 }"
is "nothing to hide: no hook on getpeername()" "$(hook fence_peer4) $(hook fence_peer6)" "false false"
watch_start
is "to a port where nobody listens" "$(outcome tcp4 192.0.2.25 25)" ok
is "IPv6 has nowhere to go" "$(outcome tcp6 2001:db8::25 25)" EPERM
ok "another policy" up "$TMP/policy.yaml"
arm "rules:" "  - { if: { to: 192.0.2.25 }, then: redirect 10.99.0.25:1025 transparent }"
is "hidden: the hooks are there" "$(hook fence_peer4) $(hook fence_peer6)" "true true"
is "and it goes the same way" "$(outcome tcp4 192.0.2.25 25)" ok
watch_stop 3
is "two are told as redirected" "$(grep -c '"action":"connection_redirected"' "$TMP/events")" 2
ok "with where to" told '"redirect":{"ip":"10.99.0.25","port":1025}'
ok "beside where it was to go" told '"destination":{"ip":"192.0.2.25","port":25}'
ok "and by which rule" told '"rule":{"id":"0","name":"catcher"'
is "it connected there" "$(grep -c '"verdict":"redirected".*"result":"connected"' "$TMP/events")" 2
is "counted" "$(counter redirected) $(counter answered) $(counter denied)" "2 0 1"
ok "shown" shows '^redirected +2$'
ok "what did not happen is not" bash -c "! grep -q '^answered' <<< '$(fence status)'"
arm "rules:" "  - { if: { to: 192.0.2.25 }, then: block }"
is "nothing to hide any more: they are gone" "$(hook fence_peer4) $(hook fence_peer6)" "false false"
ok "and nothing is missing" bash -c "grep -q '\"as_asked\":true' <<< '$(fence status --json)'"
is "what was redirected is blocked now" "$(outcome tcp4 192.0.2.25 25)" EPERM
laws 2
finish
