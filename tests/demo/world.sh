# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The demo's world, sourced by `demo`: a host and an internet of its own, which no packet can leave.
#
# It stands in the demo's own mount namespace, below $tmp: what is mounted there (the two network
# namespaces, /etc/hosts, everything written) is gone with the last process, however it ends.

HOST4=192.0.2.10 HOST6=2001:db8::10
MX4=192.0.2.25 MX6=2001:db8::25 SUBMISSION=192.0.2.87
server_pid=

inside() { nsenter --net="$tmp/$1" -- "${@:2}"; } # host|internet COMMAND...

world_namespaces()
{
	touch "$tmp/host" "$tmp/internet" &&
		unshare --net="$tmp/host" true && unshare --net="$tmp/internet" true &&
		inside host ip link add eth0 type veth peer name eth0 netns "$tmp/internet" || return
	# No route leads out of these two networks.
	inside host ip -batch - <<-END && inside internet ip -batch - <<-END
		link set lo up
		link set eth0 up
		addr add $HOST4/24 dev eth0
		addr add $HOST6/64 dev eth0 nodad
	END
		link set lo up
		link set eth0 up
		addr add $MX4/24 dev eth0
		addr add $SUBMISSION/24 dev eth0
		addr add $MX6/64 dev eth0 nodad
	END
}

world_names()
{
	cat > "$tmp/hosts" <<-END
		127.0.0.1	localhost
		::1	localhost
		$HOST4	shop.example.net shop
		$MX4	mx.example.com
		$MX6	mx6.example.com
		$SUBMISSION	relay.example.org
	END
	# Names come from that file alone; no resolver is asked.
	sed '/^hosts:/d; $a hosts: files' /etc/nsswitch.conf > "$tmp/nsswitch.conf"
	echo "nameserver 127.0.0.1" > "$tmp/resolv.conf"
	mount --bind "$tmp/hosts" /etc/hosts && mount --bind "$tmp/nsswitch.conf" /etc/nsswitch.conf &&
		mount --bind "$tmp/resolv.conf" /etc/resolv.conf && hostname shop.example.net
}

world_certificates()
{
	local key=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 2)

	openssl req -x509 "${key[@]}" -keyout "$tmp/ca.key" -out "$tmp/ca.pem" -subj "/CN=demo CA" \
		-addext "keyUsage=critical,keyCertSign" &&
		openssl req -x509 "${key[@]}" -keyout "$tmp/key.pem" -out "$tmp/cert.pem" \
			-CA "$tmp/ca.pem" -CAkey "$tmp/ca.key" -subj "/CN=relay.example.org" \
			-addext "subjectAltName=DNS:relay.example.org" -addext "basicConstraints=CA:false"
}

world_servers()
{
	local i
	mkdir "$tmp/spool" && : > "$tmp/witness" || return
	# Not by inside(): $! must be the server itself, which dies with the demo in any case.
	nsenter --net="$tmp/internet" -- setpriv --pdeathsig KILL \
		python3 "$here/mailserver.py" "$tmp" $MX4 $MX6 $SUBMISSION > "$tmp/server.log" 2>&1 &
	server_pid=$!
	for ((i = 0; i < 100; i++)); do
		[[ ! -e $tmp/ready ]] || return 0
		kill -0 "$server_pid" 2> /dev/null || break
		sleep 0.1
	done
	cat "$tmp/server.log" >&2
	return 1
}

world_open()
{
	local part
	tmp=$(mktemp -d /tmp/smtpfence-demo.XXXXXX) && mount -t tmpfs -o mode=0755 smtpfence-demo "$tmp" ||
		return
	for part in namespaces names certificates servers; do
		"world_$part" > "$tmp/log" 2>&1 || { cat "$tmp/log" >&2; return 1; }
	done
}

world_close()
{
	[[ $tmp ]] || return
	# `abort` asks master's lock, so it ends the demo's own Postfix or nothing.
	[[ ! -e $tmp/mta/etc ]] || postfix -c "$tmp/mta/etc" abort > /dev/null 2>&1
	[[ ! $server_pid ]] || { kill "$server_pid" && wait "$server_pid"; } 2> /dev/null
	umount -l /etc/hosts /etc/nsswitch.conf /etc/resolv.conf "$tmp/host" "$tmp/internet" "$tmp" \
		2> /dev/null
	rmdir "$tmp"
}

# How many SYNs to PORT have come over the wire. A SYN to port 9, sent now, must arrive before we
# count: what was sent earlier is then in the witness's book, too.
world_syns() # PORT
{
	local before i
	before=$(grep -c "port 9 " "$tmp/witness")
	inside host bash -c ": < /dev/tcp/$MX4/9" 2> /dev/null
	for ((i = 0; i < 100; i++)); do
		(($(grep -c "port 9 " "$tmp/witness") == before)) || break
		sleep 0.05
	done
	((i < 100)) || return 1
	grep -c "port $1 " "$tmp/witness"
	return 0
}
