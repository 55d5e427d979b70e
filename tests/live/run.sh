# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What the tests of `run` stand on beside lib.sh.
# shellcheck shell=bash

# Of no user's home: the record for `report` goes here.
export XDG_STATE_HOME=

room() { # after `world`
	XDG_STATE_HOME=$TMP/home
	# Where other users may read it, wherever the tree lies.
	cp -r "$SMTPFENCE_DATA" "$TMP/data" && chmod -R a+rX "$TMP/data" && chmod a+x "$TMP"
	SMTPFENCE_DATA=$TMP/data
	unset SUDO_UID SUDO_GID
}

run() { # ARGUMENTS...: stdout to $TMP/out, stderr to $TMP/err; its exit status
	inside "$O/smtpfence" run "$@" > "$TMP/out" 2> "$TMP/err"
}

background() { # FILE ARGUMENTS...: the last of STARTED is the front's own pid
	local to=$1
	shift
	: > "$to" # or `await` would find what the one before has said
	# shellcheck disable=SC2016 # that shell's words
	start "$to" sh -c 'echo 0 > "$0/cgroup.procs" && exec "$@"' "$CG/in" \
		nsenter "--net=/run/netns/$HOST" "$O/smtpfence" run "$@"
}

status() { # WANTED NAME ARGUMENTS...
	local wanted=$1 name=$2 got
	shift 2
	run "$@"
	got=$?
	[ $got = "$wanted" ] || cat "$TMP/err"
	is "$name" $got "$wanted"
}

said() { # PATTERN: on stderr; as a line breaks where it must, blanks match those breaks too
	tr -s '\n ' '  ' < "$TMP/err" | grep -q -- "$1" || { cat "$TMP/err" && return 1; }
}

cages() { # how many cgroups of runs there are
	find "$CG" -type d -name 'smtpfence-run-*' | wc -l
}

counted() { # NAME: a number of the report made with --json
	grep '^{' "$TMP/err" | python3 -c '
import json, sys
print(json.load(sys.stdin)["counted"][sys.argv[1]])' "$1"
}

law() { # of the run just made with --json: nothing is told without being counted
	is "law: attempts = submitted + summarised + lost" "$(counted attempts)" \
		$(($(counted submitted) + $(counted summarised) + $(counted lost)))
	is "law: submitted = read, none unread" "$(counted submitted) 0" "$(counted read) $(counted unread)"
	is "law: sum of the cgroups = attempts" "$(counted by_cgroup)" "$(counted attempts)"
}
