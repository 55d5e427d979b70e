#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Real containers: Podman's own state files tell their names and images, and whose executable is whose.
. tests/live/lib.sh
for program in podman runc busybox; do command -v $program > /dev/null || skip "needs $program"; done
world
sinks 25
export SMTPFENCE_ROOT=$TMP/root
mkdir -p "$SMTPFENCE_ROOT/var/lib/containers" "$TMP/image/bin"
cp -L "$(command -v busybox)" "$TMP/image/bin/busybox"
ln -s busybox "$TMP/image/bin/sleep" && cp "$TMP/image/bin/busybox" "$TMP/image/bin/nc"
tar -C "$TMP/image" -cf "$TMP/image.tar" .

# In a mount namespace of its own, for it wants the v2 tree in /sys/fs/cgroup.
cat > "$TMP/podman" <<'EOF'
mount -t cgroup2 none /sys/fs/cgroup && mount -t tmpfs none /var/lib || exit 1 # it keeps a cache there
exec podman --root "$SMTPFENCE_ROOT/var/lib/containers/storage" --runroot "$TMP/run" --tmpdir "$TMP/libpod" \
	--cgroup-manager cgroupfs --runtime runc --storage-driver vfs --events-backend none --log-level error "$@"
EOF
pod() { # ARGUMENTS...
	away env TMP="$TMP" unshare -m --propagation private sh "$TMP/podman" "$@" < /dev/null
}

run() { # NAME IMAGE: a container that does nothing by itself
	pod run -d --name "$1" --network host --pids-limit 0 --ulimit nofile=512:512 --ulimit nproc=512:512 \
		--cgroup-parent "${CG#"$V2"}/in" "$2" /bin/sleep 300
}

from() { # NAME PROGRAM...: does its one try get through?
	pod exec "$1" "${@:2}" 192.0.2.25 25 > "$TMP/said" 2>&1 && echo through && return
	grep -q "not permitted" "$TMP/said" && echo blocked || cat "$TMP/said"
}

sees() { # NAME WANT CONTAINER PROGRAM...: within 5 s
	local got
	for _ in $(seq 10); do
		got=$(from "${@:3}")
		[ "$got" = "$2" ] && break
		sleep 0.5
	done
	is "$1" "$got" "$2"
}

for image in shop mail; do pod import "$TMP/image.tar" "example.org/$image:1" > /dev/null 2>&1; done
run probe example.org/shop:1 > "$TMP/said" 2>&1 || skip "podman cannot run here: $(tail -n 1 "$TMP/said")"
arm "rules:" "  - { if: { container: shop }, then: allow }" \
	"  - { if: { image: \"example.org/mail:*\", runtime: podman, exe: /bin/nc }, then: allow }"
start "$TMP/follower" nsenter "--net=/run/netns/$HOST" "$O/smtpfenced" --state "$STATE"
for name in shop mail; do ok "a container: $name" run $name example.org/$name:1; done
sees "by its name" through shop /bin/busybox nc -w 3
sees "another one" blocked probe /bin/busybox nc -w 3
sees "by its image and an executable in it" through mail /bin/nc -w 3
sees "another executable of it" blocked mail /bin/busybox nc -w 3
pod rm -f -t 0 shop > /dev/null 2>&1
ok "the name, given again" run shop example.org/mail:1
sees "is that of another container" through shop /bin/busybox nc -w 3
ok "and they end" pod rm -f -t 0 shop mail probe
rmdir /run/runc 2> /dev/null # runc makes it, and others may use it
finish
