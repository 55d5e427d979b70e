# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Reads "? file:line TYPE FIELD" questions, then `bpftool btf dump`; prints what the kernel lacks.
# Several types may share a name: a field of any of them will do. Members of anonymous members are
# members.
function has(id, name, deep,   i) {
	if (deep > 16 || !(id in members))
		return 0
	if ((id, name) in member)
		return 1
	for (i = 1; i <= inner[id]; i++)
		if (has(anonymous[id, i], name, deep + 1))
			return 1
	return 0
}
$1 == "?" { question[++questions] = $2 " " $3 " " $4; next }
$1 == "!" { print "vmlinux-headers/vmlinux.h:1 " substr($0, 3); broken = 1; next }
/^\[/ {
	id = $1; gsub(/[][]/, "", id)
	name = $3; gsub(/'/, "", name)
	open = $2 == "STRUCT" || $2 == "UNION"
	if (open) {
		members[id] = 1
		ids[name] = ids[name] " " id
	} else if ($2 == "TYPEDEF") {
		to = $4; sub(/type_id=/, "", to)
		ids[name] = ids[name] " " to
	}
	next
}
open {
	name = $1; gsub(/'/, "", name)
	to = $2; sub(/type_id=/, "", to)
	if (name == "(anon)")
		anonymous[id, ++inner[id]] = to
	else
		member[id, name] = 1
}
END {
	for (q = 1; q <= questions && !broken; q++) {
		split(question[q], part, " ")
		found = 0
		n = split(ids[part[2]], id_of, " ")
		for (i = 1; i <= n; i++)
			found = found || has(id_of[i], part[3], 0)
		if (!found)
			print part[1] " " part[2] (n ? "." part[3] " is not in this kernel" : " is not in this kernel")
	}
}
