#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# In another network namespace own addresses are no exemption: what drop denies there does not connect.
# vm: yes
. tests/live/lib.sh
world
arm "default: drop"
aside() { # ADDRESS: tried from a namespace where it is on lo and somebody listens
	(echo 0 > "$CG/in/cgroup.procs" && exec unshare -n bash -c "ip link set lo up
		ip address add 203.0.113.7/32 dev lo; $O/tools/sink 25 > $TMP/aside & sink=\$!
		for ((i = 0; i < 100; i++)); do grep -q ready $TMP/aside && break; sleep 0.1; done
		$O/tools/try25 tcp4 $1 25; kill \$sink") | awk '{ print $2 }'
}
is "loopback stays open" "$(aside 127.0.0.1)" ok
is "an own address is silent" "$(aside 203.0.113.7)" SILENT
is "as it is counted" "$(counter denied)" 1
laws 1
finish
