#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Every C file is as clang-format 14 writes it.
# usage: format.sh [DIR]
. "$(dirname "$0")/tap"
cd "${1:-.}" || exit 1

name="C is formatted (clang-format-14 -i FILE)"
if ! command -v clang-format-14 >/dev/null; then
	skip "$name" "clang-format-14 is not installed"
	end
fi
# shellcheck disable=SC2046 # no name of ours holds a blank
set -- $(files '^(user|bpf|tests)/.*\.[ch]$')
[ $# -eq 0 ] || findings=$(clang-format-14 --style=file --dry-run -Werror "$@" 2>&1 |
	sed -n 's/^\([^ :]*\):\([0-9]*\):[0-9]*: error: .*/\1:\2 not formatted/p')
# shellcheck disable=SC2154 # unset is what an empty tree leaves
tap "$name" "$findings"
end
