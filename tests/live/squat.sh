#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Who comes first on the way to --state DIR gains nothing: up refuses, says whose it is, touches nothing.
. tests/live/lib.sh
world
chmod 755 "$TMP"
PLACE=$TMP/place

nobody() { # COMMAND...
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}

seen() { # all below the place and where a link leads, with owner and mode
	find "$PLACE" "$TMP/elsewhere" -printf '%p %U %m %y\n'
	grep -F "$TMP" /proc/mounts
}

refused() { # NAME COMPONENT WHY [STATUS [VERB]]: up --state PLACE/a/state
	local before
	before=$(seen)
	STATE=$PLACE/a/state up -q > "$TMP/said" 2>&1
	is "$1: exit status" $? "${4:-3}"
	is "$1: why" "$(cat "$TMP/said")" "smtpfence: ${5-}$2$3"
	is "$1: nothing is written or mounted" "$(seen)" "$before"
	rm -rf --one-file-system "$PLACE" "$TMP/elsewhere"
	mkdir -m 1777 "$PLACE" # as /tmp is
	mkdir -m 777 "$TMP/elsewhere"
}

mkdir -m 1777 "$PLACE"
mkdir -m 777 "$TMP/elsewhere"
his=" belongs to user 65534, not to root: not used"
link=" is a symbolic link of user 65534: not followed"
nobody mkdir -p -m 755 "$PLACE/a"
refused "a directory of his" "$PLACE/a" "$his"
nobody mkdir -p -m 700 "$PLACE/a/state/bpf"
refused "all of it his" "$PLACE/a" "$his"
nobody ln -s "$TMP/elsewhere" "$PLACE/a"
refused "a link of his" "$PLACE/a" "$link"
nobody ln -s / "$PLACE/a"
refused "a link to a directory of root's" "$PLACE/a" "$link"
nobody mkfifo "$PLACE/a"
refused "a pipe" "$PLACE/a" ": Not a directory" 1 "open "
nobody touch "$PLACE/a"
refused "a file" "$PLACE/a" ": Not a directory" 1 "open "
mkdir -m 777 "$PLACE/a" && chmod 777 "$PLACE/a"
refused "root's, open to all" "$PLACE/a" " may be written by others (mode 0777): not used"
mkdir "$PLACE/a" && chmod 1777 "$PLACE/a" && nobody mkdir "$PLACE/a/state"
refused "the last one his" "$PLACE/a/state" "$his"
mkdir "$PLACE/a" && chmod 1777 "$PLACE/a" && nobody ln -s "$TMP/elsewhere" "$PLACE/a/state"
refused "the last one a link of his" "$PLACE/a/state" "$link"
mkdir -p "$PLACE/a/state" && chmod 1777 "$PLACE/a/state" && nobody ln -s "$TMP/elsewhere" "$PLACE/a/state/bpf"
refused "the last one sticky, his link in it" "$PLACE/a/state" " may be written by others (mode 1777): not used"
finish
