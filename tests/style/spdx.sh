#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Every source, script and data file names its licence in its first three lines.
# usage: spdx.sh [DIR]
. "$(dirname "$0")/tap"
cd "${1:-.}" || exit 1

# A fuzzer's corpus is input, not source. Text, JSON and pictures cannot carry the line.
findings=$(files . | grep -vE '^tests/fuzz/[^/]+/' | while read -r file; do
	case $file in
	*.c | *.h | *.sh | *.awk | *.py | *.js | *.php | *.pl | *.yaml | *.yml | *.mk | Makefile | */Makefile) ;;
	*) head -c 2 "$file" | grep -q '^#!' || continue ;;
	esac
	head -n 3 "$file" | grep -q 'SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause' ||
		echo "$file:1 no SPDX line"
done)
tap "every source has its SPDX line" "$findings"
end
