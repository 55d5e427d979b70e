#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A tenant's own rules hold for its workloads only, and can only tighten what the operator says.
# vm: yes
. tests/live/lib.sh
world
sinks 25 587
denied=0
cat > "$TMP/operator.yaml" << END
version: 1
mode: enforce
profile: generic-cloud
tenants:
  shop: { contact: ops@shop.example, if: { cgroup: ${CG#"$V2"}/in } }
rules:
  - { name: relay, if: { to: 198.51.100.0/24 }, then: allow }
  - { name: shut, if: { to: 203.0.113.25 }, then: block EACCES }
END
cat > "$TMP/shop.yaml" << END
version: 1
tenant: shop
rules:
  - { name: not there, if: { to: 198.51.100.25, port: 25 }, then: block ECONNREFUSED }
  - { name: all the rest, if: { to: public }, then: allow }
END

gets() { # NAME WANTED CGROUP ADDRESS [PORT]
	local got
	got=$("$3" "$O/tools/try25" tcp4 "$4" "${5:-25}" 2>&1 | awk '{ print $2 }')
	[ "$got" = ok ] || denied=$((denied + 1))
	is "$1" "$got" "$2"
}

is "a layer that loosens is refused" "$(sed 's/then: block.*/then: block, mode: audit }/' "$TMP/shop.yaml" \
	> "$TMP/loose.yaml"; up "$TMP/operator.yaml" "$TMP/loose.yaml" > "$TMP/said" 2>&1; echo $?)" 1
ok "with its place" grep -q "loose.yaml:4:" "$TMP/said"
is "and so is a tenant that nobody knows" "$(sed 's/shop$/shoe/' "$TMP/shop.yaml" > "$TMP/shoe.yaml"
	up "$TMP/operator.yaml" "$TMP/shoe.yaml" > "$TMP/said" 2>&1; echo $?)" 1
ok "neither armed anything" [ ! -e "$STATE/bpf/fence" ]
ok "up with a layer" up -q "$TMP/operator.yaml" "$TMP/shop.yaml"
gets "the tenant's block holds over the operator's allow" ECONNREFUSED inside 198.51.100.25
gets "for the tenant alone" ok other 198.51.100.25
gets "its allow opens nothing" EACCES inside 203.0.113.25
gets "nor the default" EPERM inside 192.0.2.25
gets "a port it does not name is as before" ok inside 198.51.100.25 587
"$O/smtpfence" check "$TMP/operator.yaml" "$TMP/shop.yaml" > "$TMP/checked" 2> /dev/null
ok "check shows where a rule is from" grep -q "# .*shop.yaml:4" "$TMP/checked"
ok "what check prints is the same policy" up -q "$TMP/checked"
is "by its hash" "$(fence status --json | grep -o '"policy":"[0-9a-f]*"')" \
	"$(up -q "$TMP/operator.yaml" "$TMP/shop.yaml"; fence status --json | grep -o '"policy":"[0-9a-f]*"')"
echo "default: block" >> "$TMP/shop.yaml"
ok "up with the layer's default" up -q "$TMP/operator.yaml" "$TMP/shop.yaml"
gets "after its own allow, the operator's" EACCES inside 203.0.113.25
laws $denied
finish
