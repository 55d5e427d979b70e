#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# How long a file or function may be before it holds two ideas.
# usage: sizes.sh [DIR]
. "$(dirname "$0")/tap"
cd "${1:-.}" || exit 1

# longer LINES FILES: findings
longer() {
	most=$1
	shift
	for file; do
		n=$(wc -l <"$file")
		[ "$n" -le "$most" ] || echo "$file:$n $n lines, at most $most"
	done
}

# shellcheck disable=SC2046 # no name of ours holds a blank
{
	tap "a source has at most 400 lines" "$(longer 400 $(files '^(user|bpf)/.*\.c$'))"
	tap "a header in bpf/ has at most 120" "$(longer 120 $(files '^bpf/.*\.h$' | grep -v '^bpf/\(fence\|maps\)\.h$'))"
	tap "a verb has at most 150" "$(longer 150 $(files '^user/cmd/.*\.c$'))"
	tap "the Makefile has at most 150" "$(longer 150 $(files '^Makefile$'))"
	tap "a live test has at most 60" "$(longer 60 $(files '^tests/live/' | while read -r file; do
		[ ! -x "$file" ] || echo "$file"
	done))"
}

# From the line before `{` to `}`, both at the left edge. Tables of constants inside are data and
# do not count.
# shellcheck disable=SC2046
tap "a function has at most 50 lines" "$(code $(files '^(user|bpf|tests)/.*\.[ch]$') | awk -F: '
{ text = $0; sub(/^[^:]*:[^:]*:/, "", text) }
$2 == 1 { inside = 0 }
!inside && text ~ /^[A-Za-z_].*\(/ { name = text; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
text ~ /^\{/ { inside = 1; from = $2 - 1; data = 0; table = 0 }
inside && text ~ /^\tstatic const .*\{$/ { table = 1 }
table { data++ }
table && text ~ /^\t\}.*;/ { table = 0 }
text ~ /^\}/ {
	n = $2 - from + 1 - data
	if (inside && n > 50) print $1 ":" from " " name " has " n " lines"
	inside = 0
}')"
end
