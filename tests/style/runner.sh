#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The runner counts what happened: cases, failures, skips, plans that were not kept, hangs, nothing at all.
set -u
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
mkdir -p "$tmp/tests/live" "$tmp/tests/style" && cp tests/run "$tmp/tests/run" || exit 1
n=0 bad=0

live() { # NAME: body on stdin
	{ echo '#!/bin/sh' && cat; } > "$tmp/tests/live/$1.sh"
}

gives() { # NAME CLOSING-LINE STATUS WHAT...
	local name=$1 line=$2 status=$3 said got
	shift 3
	n=$((n + 1))
	said=$(env -u VM O="$tmp/out" "${VARS[@]}" "$tmp/tests/run" "$@" 2>&1)
	got=$?
	if [ "$(tail -n 1 <<< "$said")" = "$line" ] && [ $got = "$status" ]; then
		echo "ok $n - $name"
	else
		bad=1
		echo "not ok $n - $name (wanted '$line', $status; got $got)"
		sed 's/^/# /' <<< "$said"
	fi
}

VARS=(A=b)
live exit0 <<< 'exit 0'
live exit1 <<< 'exit 1'
live skipped <<< 'echo needs the moon; exit 77'
live tap <<< 'echo "ok 1 - a"; echo "not ok 2 - b"; echo "ok 3 - c # SKIP no c"; echo 1..3; exit 1'
live short <<< 'echo 1..3; echo "ok 1 - a"'
live liar <<< 'echo "ok 1 - a"; echo 1..1; exit 1'
live hangs <<< $'# timeout: 1\nsleep 5'
live lib <<< 'exit 1'
echo 'exit 1' > "$tmp/tests/live/sourced.sh" # no first line of its own: what tests source
gives "a script that passes" "1 passed, 0 failed, 0 skipped" 0 live/exit0
gives "a script that fails" "0 passed, 1 failed, 0 skipped" 1 live/exit1
gives "only a skip is no success" "0 passed, 0 failed, 1 skipped" 1 live/skipped
gives "cases are counted one by one" "1 passed, 1 failed, 1 skipped" 1 live/tap
gives "a plan that was not kept" "1 passed, 1 failed, 0 skipped" 1 live/short
gives "cases passed, the script did not" "1 passed, 1 failed, 0 skipped" 1 live/liar
gives "a script that hangs" "0 passed, 1 failed, 0 skipped" 1 live/hangs
gives "a name that nobody has" "0 passed, 0 failed, 0 skipped" 1 live/nobody
gives "a kind, without its library" "4 passed, 5 failed, 2 skipped" 1 live
VARS=(VM=6.1)
gives "in a VM only what is meant for it" "0 passed, 0 failed, 0 skipped" 1 live
echo "1..$n"
exit $bad
