# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# C without comments, and without what strings hold unless `strings` is 1: "file:line:text".
FNR == 1 { comment = 0 }
{
	line = $0
	out = ""
	keep = strings || line ~ /^[ \t]*#[ \t]*include/
	while (line != "") {
		if (comment) {
			at = index(line, "*/")
			if (!at)
				break
			line = substr(line, at + 2)
			comment = 0
			continue
		}
		c = substr(line, 1, 1)
		two = substr(line, 1, 2)
		if (two == "//")
			break
		if (two == "/*") {
			comment = 1
			line = substr(line, 3)
			continue
		}
		if ((c == "\"" || c == "'") && match(line, c == "\"" ? "^\"([^\"\\\\]|\\\\.)*\"" : "^'([^'\\\\]|\\\\.)*'")) {
			out = out (keep ? substr(line, 1, RLENGTH) : c c)
			line = substr(line, RLENGTH + 1)
			continue
		}
		out = out c
		line = substr(line, 2)
	}
	print FILENAME ":" FNR ":" out
}
