#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# `run` works on pure v2 and in a container's namespaces, within itself, and says what is missing where it may not.
# vm: yes
. tests/live/lib.sh
. tests/live/run.sh
world
room
S=$(realpath "$O/smtpfence") T=$(realpath "$O/tools/try25")
unshared() { # OPTION COMMAND: in namespaces of its own, at the host
	inside unshare "$1" sh -c "$2" > "$TMP/out" 2> "$TMP/err"
}
inside "$S" run --profile gcp "$T" tcp4 192.0.2.25 25 > "$TMP/out" 2> "$TMP/err"
is "as it is here ($(stat -f -c %T /sys/fs/cgroup))" "$(awk '{ print $2 }' "$TMP/out")" ETIMEDOUT

pure='umount -R /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup &&'
unshared -m "$pure $S run --profile gcp $T tcp4 192.0.2.25 25"
is "pure v2" "$(awk '{ print $2 }' "$TMP/out")" ETIMEDOUT
hybrid='umount -R /sys/fs/cgroup; mount -t tmpfs none /sys/fs/cgroup && mkdir /sys/fs/cgroup/unified &&
	mount -t cgroup2 none /sys/fs/cgroup/unified &&'
unshared -m "$hybrid $S run --profile gcp $T tcp4 192.0.2.25 25"
is "hybrid" "$(awk '{ print $2 }' "$TMP/out")" ETIMEDOUT
unshared -mCpf "mount -t proc none /proc; $pure $S run --profile gcp $T tcp4 192.0.2.25 25"
is "a container with a view of its own" "$(awk '{ print $2 }' "$TMP/out")" ETIMEDOUT
unshared -m "umount -R /sys/fs/cgroup; $S run touch $TMP/ran"
is "no v2 tree" $? 3
ok "says how to have one" said "hint: missing: a cgroup v2 tree"
unshared -m "umount -R /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup && mount -o remount,bind,ro /sys/fs/cgroup; $S run touch $TMP/ran"
is "one that is read-only" $? 3
ok "says so" said "Read-only file system hint: missing: a cgroup v2 tree to write to"
inside setpriv --bounding-set -bpf,-sys_admin "$S" run touch "$TMP/ran" > "$TMP/out" 2> "$TMP/err"
is "without CAP_BPF" $? 3
ok "names it" said "Operation not permitted hint: missing: .*BPF"
inside setpriv --bounding-set -net_admin,-sys_admin "$S" run touch "$TMP/ran" > "$TMP/out" 2> "$TMP/err"
is "without CAP_NET_ADMIN" $? 3
ok "names it" said "Operation not permitted hint: missing: .*NET_ADMIN"
ok "nothing was started for any of these" test ! -e "$TMP/ran"
inside setpriv --bounding-set -perfmon,-sys_admin "$S" run --profile gcp "$T" tcp4 192.0.2.25 25 > "$TMP/out" 2> "$TMP/err"
if [ "$(printf '%s\n' 6.16 "$(uname -r)" | sort -V | head -n 1)" = 6.16 ]; then
	is "without CAP_PERFMON it fences" "$(awk '{ print $2 }' "$TMP/out")" ETIMEDOUT
	ok "and says what it cannot know" said "CAP_PERFMON is missing: of who tried only"
else # verifiers that follow speculative paths into helpers that may not be called
	ok "without CAP_PERFMON it says so" said "wants CAP_PERFMON .* hint: missing: .*PERFMON"
fi

# Within itself: the outer sees what the inner lets through, and the stricter wins.
sinks 25
status 0 "nested" --profile gcp "$S" run "$T" tcp4 192.0.2.25 25
is "the outer blocks" "$(awk '{ print $2 }' "$TMP/out")" ETIMEDOUT
status 0 "and the other way round" "$S" run --profile gcp "$T" tcp4 192.0.2.25 25
is "the inner blocks" "$(awk '{ print $2 }' "$TMP/out")" ETIMEDOUT
is "no cgroup is left" "$(cages)" 0
finish
