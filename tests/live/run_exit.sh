#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# `run` ends as its command does; its own failures have numbers of their own.
# vm: yes
. tests/live/lib.sh
. tests/live/run.sh
world
room
status 0 "success" true
status 77 "its exit status" sh -c 'exit 77'
status 137 "128 + its signal" sh -c 'kill -KILL $$'
ok "which is said" said 'sh was ended by signal 9 (Killed)'
status 143 "SIGTERM of its own" sh -c 'kill -TERM $$'
status 127 "not found" no-such-command-here
ok "which is said" said 'run no-such-command-here: No such file or directory'
is "without a report of nothing" "$(wc -l < "$TMP/err")" 1
status 126 "not executable" /etc/passwd
status 126 "a directory" /tmp
status 125 "no such profile" --profile digitalocaen touch "$TMP/ran"
ok "the nearest is named" said "digitalocean"
status 125 "no such policy" --policy /nonexistent touch "$TMP/ran"
status 125 "no such place for the record" -o /nonexistent/x touch "$TMP/ran"
status 2 "wrong option" --frobnicate touch "$TMP/ran"
status 2 "no command" --profile gcp
status 2 "profile and policy" --profile gcp --policy x touch "$TMP/ran"
status 2 "as whom" --profile gcp --as alice touch "$TMP/ran"
status 2 "as which provider" --as provider touch "$TMP/ran"
ok "nothing was started for any of these" test ! -e "$TMP/ran"
status 0 "options end at the first other word" echo --exit-code --frobnicate
is "and are the command's" "$(cat "$TMP/out")" "--exit-code --frobnicate"
status 0 "help" --help
ok "with examples" grep -q '^  smtpfence run --profile gcp' "$TMP/out"

refused='echo > /dev/tcp/192.0.2.25/25'
status 0 "attempts alone change nothing" --profile gcp bash -c "$refused; exit 0"
status 10 "--exit-code: attempts" --exit-code --profile gcp bash -c "$refused; exit 0"
status 0 "--exit-code: none" --exit-code --profile gcp true
status 5 "--exit-code: its failure says more" --exit-code --profile gcp bash -c "$refused; exit 5"

background "$TMP/term" sh -c 'trap "exit 9" TERM; echo ready; while :; do sleep 0.1; done'
await "$TMP/term" ready
kill -TERM "${STARTED[-1]}"
wait "${STARTED[-1]}"
is "SIGTERM is passed on" $? 9
is "no cgroup is left" "$(cages)" 0
finish
