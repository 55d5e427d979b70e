#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Under sudo the command is the invoking user's: ids, groups, directory, environment, files.
. tests/live/lib.sh
. tests/live/run.sh
world
room
getent passwd nobody > /dev/null || skip "needs the user nobody"
NOBODY=$(id -u nobody) GROUP=$(id -g nobody)
export SUDO_UID=$NOBODY SUDO_GID=$GROUP
mkdir "$TMP/his" && chown nobody "$TMP/his" && chmod 711 "$TMP"
status 0 "ids and groups" sh -c 'id -u; id -ru; id -g; id -G'
is "are his" "$(xargs < "$TMP/out")" "$NOBODY $NOBODY $GROUP $(id -G nobody)"
is "no capability is left" "$(run grep CapEff /proc/self/status && cut -f 2 "$TMP/out")" 0000000000000000
is "the directory is kept" "$(cd "$TMP/his" && O=$(realpath "$OLDPWD/$O" 2> /dev/null || realpath "$O") && run pwd && cat "$TMP/out")" "$TMP/his"
is "the environment too" "$(X='a  b' run printenv X && cat "$TMP/out")" "a  b"
is "and standard input" "$(echo hello | run cat && cat "$TMP/out")" hello
is "no descriptor of ours is passed" "$(run ls /proc/self/fd && wc -l < "$TMP/out")" "$(inside ls /proc/self/fd | wc -l)"
is "no signal is blocked or ignored that was not" "$(run grep -E 'Sig(Blk|Ign)' /proc/self/status && cat "$TMP/out")" \
	"$(inside grep -E 'Sig(Blk|Ign)' /proc/self/status)"
is "the process group is the caller's" "$(inside sh -c "ps -o pgid= -p \$\$; $O/smtpfence run sh -c 'ps -o pgid= -p \$\$'" 2> /dev/null | sort -u | wc -l)" 1

status 0 "the record" -o "$TMP/his/record" --profile gcp bash -c 'echo > /dev/tcp/192.0.2.25/25; :'
is "is his" "$(stat -c %U "$TMP/his/record")" nobody
status 125 "not where he may not write" -o "$TMP/record" true
echo secret > "$TMP/victim" && chmod 600 "$TMP/victim"
ln -s "$TMP/victim" "$TMP/his/link"
status 125 "not through his link to what is root's" -o "$TMP/his/link" true
is "which stays as it was" "$(cat "$TMP/victim")" secret

SUDO_UID=0 SUDO_GID=0 status 0 "root's sudo" id -u
is "is root" "$(cat "$TMP/out")" 0
SUDO_UID=-1 status 125 "no number" true
SUDO_UID=4294967295 status 125 "no user" true
is "no cgroup is left" "$(cages)" 0
finish
