#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Names tell the owner: NAME.c owns NAME_, kernel objects are fence_ and fit the kernel's field.
# usage: names.sh [DIR]
. "$(dirname "$0")/tap"
cd "${1:-.}" || exit 1

# One thing or many: container.c owns containers_, terms.c owns term_.
OWNS='function owns(room, name) {
	sub(/s$/, "", room)
	return name ~ ("^" room "s?(_|$)")
}'

# shellcheck disable=SC2046 # no name of ours holds a blank
{
	# Kernel style: a definition is a line at the left edge, followed by `{` at the left edge.
	tap "public functions of NAME.c begin with NAME_" "$(code $(files '^user/.*\.c$') | awk -F: "$OWNS"'
	{ text = $0; sub(/^[^:]*:[^:]*:/, "", text) }
	$2 == 1 {
		me = $1; sub(/.*\//, "", me); sub(/\.c$/, "", me)
		owner = $1 ~ /^user\/cmd\// ? "cmd_" me : me
		name = ""
	}
	text ~ /^[a-z].*\(/ {
		name = text; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name)
		hidden = text ~ /^static /
		line = $2
	}
	text ~ /^\{/ && name != "" && !hidden {
		if (!owns(owner, name) && !(me == "smtpfenced" && name == "main") &&
		    !(me == "say" && name ~ /^(note|hint|fail|refuse)$/))
			print $1 ":" line " " name
		name = ""
	}
	text ~ /^[}#]|;$/ { name = "" }')"

	tap "public functions of NAME.h begin with NAME_" "$(code $(files '^user/[^/]*\.h$') | awk -F: "$OWNS"'
	{ text = $0; sub(/^[^:]*:[^:]*:/, "", text) }
	$2 == 1 { me = $1; sub(/.*\//, "", me); sub(/\.h$/, "", me); attribute = 0 }
	text ~ /^__attribute__/ {
		sub(/^__attribute__\(\(.*\)\)\) */, "", text) || sub(/^__attribute__\(\(.*\)\) */, "", text)
	}
	text ~ /^(struct|enum|union|typedef) [a-z0-9_]* *[{;]|^_Static|^#|^[ \t]/ { next }
	text ~ /^[a-z].*\(/ {
		name = text; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name)
		if (!owns(me, name) && !(me == "say" && name ~ /^(note|hint|fail|refuse)$/))
			print $1 ":" $2 " " name
	}')"

	tap "maps and programs are fence_, at most 15 bytes" "$(code -s $(files '^bpf/.*\.[ch]$') | awk -F: '
	{ text = $0; sub(/^[^:]*:[^:]*:/, "", text); sub(/[ \t]+$/, "", text); name = "" }
	$2 == 1 { program = 0 }
	text ~ /SEC\("\.maps"\)/ { name = text; sub(/ *SEC.*/, "", name); sub(/.*[ \t}]/, "", name) }
	text ~ /SEC\("license"\)/ { program = 0; next }
	text ~ /^SEC\("/ && text !~ /maps/ { program = 1; sub(/^SEC\("[^"]*"\) */, "", text) }
	program && text ~ /^[a-z].*\(/ {
		name = text
		if (name ~ /BPF_PROG/) { sub(/.*BPF_PROG[0-9]*\(/, "", name); sub(/[,)].*/, "", name) }
		else { sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
		program = 0
	}
	name != "" && (name !~ /^fence_/ || length(name) > 15) { print $1 ":" $2 " " name }')"

	tap "no typedef" "$(code $(files '^(user|bpf|tests)/.*\.[ch]$') | awk -F: '
	{ text = $0; sub(/^[^:]*:[^:]*:/, "", text) }
	text ~ /(^|[^A-Za-z0-9_])typedef[ \t]/ { print $1 ":" $2 " typedef" }')"

	tap "no type of ours ends with _t" "$(code $(files '^(user|bpf|tests)/.*\.[ch]$') | awk -F: '
	{ text = $0; sub(/^[^:]*:[^:]*:/, "", text) }
	text ~ /(struct|enum|union) [a-z0-9_]*_t *\{|#define [a-z0-9_]*_t[ \t]/ { print $1 ":" $2 " " text }')"
}
end
