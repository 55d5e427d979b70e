#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Every script parses, and shellcheck finds nothing where it is installed.
# usage: shell.sh [DIR]
. "$(dirname "$0")/tap"
cd "${1:-.}" || exit 1

# scripts SHELL: files whose first line names that shell; "sourced": named .sh, without such a line
scripts() {
	files . | while read -r file; do
		first=$(head -c 64 "$file" | head -n 1 | tr -d '\0')
		case $first in
		'#!'*bash*) shell="bash" ;;
		'#!'*/sh | '#!'*/sh' '* | '#!'*/dash*) shell="sh" ;;
		'#!'*) continue ;;
		*)
			case $file in
			*.sh) shell="sourced" ;;
			*) continue ;;
			esac
			;;
		esac
		[ "$shell" != "$1" ] || echo "$file"
	done
}

# accepts SHELL SCRIPTS: findings
accepts() {
	scripts "$2" | while read -r file; do
		"$1" -n "$file" 2>&1 | sed -n "1s|^|$file:1 |p"
	done
}

# checked OPTIONS... FILES: findings
checked() {
	shellcheck -S warning -f gcc "$@" | sed 's/^\([^:]*:[0-9]*\):[0-9]*: /\1 /'
}

tap "sh -n accepts every sh script" "$(accepts sh sh)"
tap "bash -n accepts every bash script" "$(accepts bash bash; accepts bash sourced)"

if command -v shellcheck >/dev/null; then
	# shellcheck disable=SC2046 # no name of ours holds a blank
	tap "shellcheck has no warning" "$({
		set -- $(scripts sh) $(scripts bash)
		[ $# -eq 0 ] || checked "$@"
		# what a sourced file shares with its reader is not seen from here
		set -- $(scripts sourced)
		[ $# -eq 0 ] || checked -s bash -e SC2034,SC2154 "$@"
	})"
else
	skip "shellcheck has no warning" "shellcheck is not installed"
fi
end
