#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A file that is no policy, however large, deep or slow: one clear line in bounded time and memory, nothing changed.
. tests/live/lib.sh
world
arm
before=$(fence status --json | grep -o '"policy":[^,]*')

refused() { # NAME WANTED FILE [LAYER]: by check; 512 MB of address space, 30 s for what takes less than one
	local name=$1 wanted=$2 said status
	shift 2
	said=$(ulimit -v 524288 && timeout 30 "$O/smtpfence" check "$@" 2>&1 > "$TMP/printed")
	status=$?
	is "$name: refused" $status 1
	is "$name: printed nothing" "$(wc -c < "$TMP/printed")" 0
	is "$name: one line of readable length" "$(wc -l <<< "$said") $((${#said} < 1200))" "1 1"
	ok "$name: which says why" grep -q -- "$wanted" <<< "$said"
}

B=$TMP/bad.yaml
repeat() { # TEXT TIMES
	yes -- "$1" 2> /dev/null | head -n "$2" | tr -d '\n'
}

truncate -s 100M "$B"
refused "100 MB of nothing" "larger than 10000000 bytes" "$B"
yes -- "- then: drop" | head -c 100000000 > "$B"
refused "100 MB of rules" "larger than 10000000 bytes" "$B"
refused "a stream without end" "larger than 10000000 bytes" - < <(yes -- "- then: drop" 2> /dev/null)
{ echo "version: 1" && echo "rules:" && yes -- "- a" | head -n 2400000; } > "$B"
refused "millions of rules" "a rule has keys\|more than 500000 values" "$B"
printf '%s\n' 'a: &a [x, x]' 'b: &b [*a, *a]' 'c: &c [*b, *b]' 'd: &d [*c, *c]' > "$B"
refused "a billion laughs" "anchors and aliases are not accepted" "$B"
repeat "[" 5000000 > "$B"
refused "deep nesting" "nested deeper than 16 levels" "$B"
{ echo "version: 1" && printf 'mode: ' && repeat aaaaaaaaa 1000000; } > "$B"
refused "a word of 9 MB" "is not a mode" "$B"
head -c 1000000 /dev/urandom > "$B"
refused "noise" "^smtpfence: $B:" "$B"
printf 'version: 1\nmode: "\\x1b]0;x\\a\\u202e"\n' > "$B"
refused "what a terminal would obey" "'.x1b\]0;x.x07.xe2.x80.xae' is not a mode" "$B"
rm "$B" && mkfifo "$B"
refused "a FIFO" "not a regular file" "$B"
is "up refuses a FIFO as well" "$(timeout 30 "$O/smtpfence" up --state "$STATE" --cgroup "$CG" "$B" 2>&1)" \
	"smtpfence: $B: not a regular file"
printf 'version: 1\ntenants: %s\n' "$B" > "$TMP/tenants.yaml"
refused "a FIFO of tenants" "not a regular file" "$TMP/tenants.yaml"
refused "a FIFO as a layer" "not a regular file" "$TMP/policy.yaml" "$B"
refused "a directory" "a directory, not a file" "$TMP"
refused "/dev/zero" "not a regular file" /dev/zero
cp "$TMP/policy.yaml" "$TMP/moving.yaml"
start /dev/null bash -c 'for ((i = 0; i < 2000000; i++)); do echo "#"; done >> "$1"' - "$TMP/moving.yaml"
for ((i = 0; i < 3000; i++)); do
	said=$("$O/smtpfence" check "$TMP/moving.yaml" 2>&1 > /dev/null) || break
done
is "a file that changes: refused" "${said##*: }" "changed while it was read; try again"
is "the fence has the policy it had" "$(fence status --json | grep -o '"policy":[^,]*')" "$before"
finish
