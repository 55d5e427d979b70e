#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Who may know whom: rooms look left, bpf/ knows nothing of user/, output has its places.
# usage: layers.sh [DIR]
# shellcheck disable=SC2046 # no name of ours holds a blank
. "$(dirname "$0")/tap"
cd "${1:-.}" || exit 1

# said ROOM-PATTERN WORD-PATTERN WHAT: findings of a word outside the files that may have it
said() {
	code $(files '^user/.*\.[ch]$') | awk -F: -v places="$1" -v word="$2" -v what="$3" '
	$1 ~ places { next }
	{ text = $0; sub(/^[^:]*:[^:]*:/, "", text) }
	text ~ word { print $1 ":" $2 " " what }'
}

# includes PATTERN: "file line name" of each #include in those files; name with its < or "
includes() {
	code $(files "$1") | sed -n 's/^\([^:]*\):\([0-9]*\):[ \t]*#[ \t]*include[ \t]*\([<"][^>"]*\).*/\1 \2 \3/p'
}

tap "a room includes only rooms before it" "$(includes '^user/[a-z0-9_]*\.[ch]$' | awk -v rooms="$(rooms)" '
BEGIN { n = split(rooms, r, " "); for (i = 1; i <= n; i++) at[r[i]] = i }
{
	me = $1; sub(/.*\//, "", me); sub(/\.[ch]$/, "", me)
	x = $3
	if (x !~ /^"/ || x ~ /^"bpf\//) next
	sub(/^"/, "", x); sub(/^.*\//, "", x); sub(/\.h$/, "", x)
	if (x == me || !(x in at) || !(me in at)) next
	if (at[x] > at[me]) print $1 ":" $2 " " me " may not know " x
}')"

tap "every source in user/ is a room or a program" "$(files '^user/[^/]*\.c$' | awk -v rooms=" $(rooms) " '
{ me = $0; sub(/.*\//, "", me); sub(/\.c$/, "", me) }
me != "main" && me != "smtpfenced" && !index(rooms, " " me " ") { print $0 ":1 not in ROOMS" }')"

tap "no room knows a verb" "$(includes '^user/[a-z0-9_]*\.[ch]$' |
	awk '$1 !~ /^user\/(main|smtpfenced)\.c$/ && $3 ~ /^"(.*\/)?cmd\// { print $1 ":" $2 " includes " $3 "\"" }')"

tap "bpf/ includes nothing of user/" "$(includes '^bpf/.*\.[ch]$' | awk -v own="$(files '^(bpf|vmlinux-headers)/.*\.h$' | tr '\n' ' ')" '
BEGIN { n = split(own, o, " "); for (i = 1; i <= n; i++) { sub(/.*\//, "", o[i]); have[o[i]] = 1 } }
{ x = substr($3, 2); base = x; sub(/.*\//, "", base) }
x ~ /(^|\/)user\// || ($3 ~ /^"/ && !(base in have)) { print $1 ":" $2 " includes " x }')"

tap "user/ includes of bpf/ only fence.h" "$(includes '^user/.*\.[ch]$' | awk -v own="$(files '^bpf/.*\.h$' | tr '\n' ' ')" -v user="$(files '^user/.*\.h$' | tr '\n' ' ')" '
BEGIN {
	n = split(own, o, " "); for (i = 1; i <= n; i++) { sub(/.*\//, "", o[i]); bpf[o[i]] = 1 }
	n = split(user, o, " "); for (i = 1; i <= n; i++) { sub(/.*\//, "", o[i]); delete bpf[o[i]] }
}
$3 !~ /^"/ { next }
{ x = substr($3, 2); base = x; sub(/.*\//, "", base) }
x == "bpf/fence.h" || ($1 ~ /judge\.h$/ && x == "bpf/decide.h") || ($1 ~ /judge\.c$/ && x == "bpf/first.h") || ($1 ~ /follow\.c$/ && x == "bpf/follow.h") { next }
x ~ /(^|\/)bpf\// || base in bpf || base == "vmlinux.h" { print $1 ":" $2 " includes " x }')"

tap "libbpf and the skeleton only in the rooms at the kernel's edge" "$(includes '^user/.*\.[ch]$' |
	awk '$1 !~ /^user\/(kernel|pin|link|fill|counts|events|guard|holder|follow|living|sweep)\.[ch]$/ && $3 ~ /^(<bpf\/|.*(fence|follow)\.skel\.h)/ {
		print $1 ":" $2 " includes " substr($3, 2) }')"

tap "stderr only in say" "$(said '^user/say\\.c$' '(^|[^A-Za-z0-9_])(stderr([^A-Za-z0-9_]|$)|(perror|v?warnx?|v?errx?) *\\(|(dprintf|write) *\\( *(2|STDERR_FILENO) *,)' 'speaks to stderr')"

tap "stdout only in verbs and main" "$(said '^user/(cmd/.*|main\\.c|smtpfenced\\.c)$' '(^|[^A-Za-z0-9_])(stdout([^A-Za-z0-9_]|$)|(v?printf|puts|putchar) *\\(|(dprintf|write) *\\( *(1|STDOUT_FILENO) *,)' 'speaks to stdout')"

tap "no verb includes or calls another" "$({
	includes '^user/cmd/.*\.[ch]$' | awk -v rooms=" $(rooms) " -v verbs="$(files '^user/cmd/.*\.[ch]$' | tr '\n' ' ')" '
	BEGIN { n = split(verbs, v, " "); for (i = 1; i <= n; i++) { sub(/.*\//, "", v[i]); sub(/\.[ch]$/, "", v[i]); have[v[i]] = 1 } }
	$3 !~ /^"/ { next }
	{ x = substr($3, 2); sub(/.*\//, "", x); sub(/\.[ch]$/, "", x)
	  me = $1; sub(/.*\//, "", me); sub(/\.[ch]$/, "", me) }
	$3 !~ /"cmd\// && index(rooms, " " x " ") { next } # a room that a verb has its name from
	x in have && x != "verbs" && x != me { print $1 ":" $2 " includes " x }'
	code $(files '^user/cmd/.*\.c$') | awk -F: '
	{ me = $1; sub(/.*\//, "", me); sub(/\.c$/, "", me); text = $0; sub(/^[^:]*:[^:]*:/, "", text) }
	{
		while (match(text, /(^|[^a-z_])cmd_[a-z]+/)) {
			name = substr(text, RSTART, RLENGTH); sub(/.*cmd_/, "", name)
			text = substr(text, RSTART + RLENGTH)
			if (name != me) print $1 ":" $2 " knows cmd_" name
		}
	}'
})"
end
