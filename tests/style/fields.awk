# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# From stripped C ("file:line:text"), kernel style: "? file:line TYPE FIELD" for each field of each
# struct, union or typedef of one. Flavours (x___old) stand for other kernels and are left out, and
# so are the insides of a member that is a struct with a name of its own.
{ at = $0; sub(/:[^:]*$/, "", at); n = split($0, part, ":"); at = part[1] ":" part[2]
	text = $0; sub(/^[^:]*:[^:]*:/, "", text); gsub(/^[ \t]+|[ \t]+$/, "", text) }
text ~ /^#/ || text == "" { next }
depth == 0 && text ~ /^(typedef )?(struct|union)( [A-Za-z0-9_]+)? *\{/ {
	type = text; sub(/^(typedef )?(struct|union) */, "", type); sub(/ *\{.*/, "", type)
	fields = 0; depth = 1
	next
}
depth && text ~ /^(struct|union) *\{/ { depth++; start[depth] = fields; next }
depth > 1 && text ~ /^\}/ {
	name = text; gsub(/[};\[\] \t]/, "", name)
	if (name != "") { fields = start[depth]; field[++fields] = name; where[fields] = at }
	depth--
	next
}
depth == 1 && text ~ /^\}/ {
	if (type == "") { type = text; gsub(/[}; \t]/, "", type) }
	for (i = 1; i <= fields && type !~ /___/; i++) print "? " where[i], type, field[i]
	depth = 0
	next
}
depth && text ~ /;$/ {
	sub(/;$/, "", text); sub(/[ \t]*:[ \t]*[0-9]+$/, "", text); gsub(/\[[^]]*\]/, "", text)
	n = split(text, part, ",")
	for (i = 1; i <= n; i++) {
		name = part[i]; gsub(/[ \t]+$/, "", name); sub(/.*[ \t*]/, "", name)
		field[++fields] = name; where[fields] = at
	}
}
