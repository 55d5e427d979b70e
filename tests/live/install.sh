#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# `make install DESTDIR=` puts there what runs, what it reads and what explains it, and nothing else.
. tests/live/lib.sh
command -v make > /dev/null || skip "needs make"
TMP=$(mktemp -d "/tmp/smtpfence-$TEST.XXXXXX")
inventory > "/tmp/.smtpfence-$TEST.before"
ROOT=$TMP/root
SHARE=$ROOT/usr/local/share

ok "make install" make -s O="$O" install "DESTDIR=$ROOT"
for program in smtpfence smtpfenced; do
	ok "$program runs" "$ROOT/usr/local/bin/$program" --version
done
ok "the service starts what was installed" grep -q '^ExecStart=/usr/local/bin/smtpfenced$' \
	"$ROOT/usr/local/lib/systemd/system/smtpfenced.service"
is "with the profiles beside it" \
	"$(SMTPFENCE_DATA=$SHARE/smtpfence "$ROOT/usr/local/bin/smtpfence" profiles --json | tr ',' '\n' | grep -c '"name"')" \
	"$(find data/profiles -name '*.yaml' | wc -l)"
ok "a profile is read" env "SMTPFENCE_DATA=$SHARE/smtpfence" "$ROOT/usr/local/bin/smtpfence" check --profile gcp
ok "the schema of events" cmp data/event.schema.json "$SHARE/smtpfence/event.schema.json"
for page in man8/smtpfence.8 man8/smtpfenced.8 man5/smtpfence-policy.5; do
	ok "$page" grep -q '^.TH' "$SHARE/man/$page"
done
is "nothing else" "$(find "$ROOT" -type f | grep -cvE '/(bin/smtpfenced?|lib/systemd/system/smtpfenced.service|share/(man/man[58]|smtpfence(/profiles)?)/[^/]+)$')" 0
finish
