/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Why we are not let: from our capabilities and where we run. */
#include "permit.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "blind.h"
#include "say.h"

#define BIT(capability) (1ULL << (capability))

static const struct {
	unsigned bit;
	const char *name;
} needed[] = {
	{ CAP_BPF, "BPF" }, { CAP_NET_ADMIN, "NET_ADMIN" },
	{ CAP_PERFMON, "PERFMON" }, /* from 6.16 on a fence stands without, and knows less */
};

char *permit_missing(char *to, size_t size, uint64_t effective, const struct permit_style *style)
{
	size_t used = 0;

	*to = 0;
	if (effective & BIT(CAP_SYS_ADMIN))
		return to; /* stands for all of them in bpf(2) */
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]) && used < size; i++)
		if (!(effective & BIT(needed[i].bit)))
			used += (size_t)snprintf(to + used, size - used, "%s%s%s",
				used ? style->between : "", style->prefix, needed[i].name);
	return to;
}

/* All, when /proc does not say. */
static uint64_t effective(void)
{
	unsigned long long bits = ~0ULL;
	char line[256];
	FILE *f = fopen("/proc/self/status", "re");

	while (f && fgets(line, sizeof(line), f) && sscanf(line, "CapEff: %llx", &bits) != 1)
		;
	if (f)
		(void)fclose(f);
	return bits;
}

static void hint_container(int err, uint64_t have)
{
	char add[64];

	if (err == -EROFS) {
		hint("missing: a cgroup v2 tree to write to; start the container with --privileged, or with a writable /sys/fs/cgroup");
		return;
	}
	permit_missing(add, sizeof(add), have, &(struct permit_style){ "--cap-add ", " " });
	if (*add)
		hint("missing: start the container with %s --cap-add PERFMON and a writable /sys/fs/cgroup, or with --privileged",
			add);
	else
		hint("the capabilities are there, so a seccomp filter or lockdown refuses; start the container with --privileged");
}

static void hint_host(int err, uint64_t have, const char *verb)
{
	char names[64];

	permit_missing(names, sizeof(names), have, &(struct permit_style){ "CAP_", ", " });
	if (geteuid())
		hint("missing: root. Type: sudo smtpfence %s", verb);
	else if (*names)
		hint("missing: %s. With all of root's rights: sudo smtpfence %s", names, verb);
	else if (err == -EROFS)
		hint("missing: a cgroup v2 tree to write to; type: mount -o remount,rw /sys/fs/cgroup");
	else
		hint("the capabilities are there, so a seccomp filter, lockdown or another security module refuses");
}

bool permit_refused(int err, const char *verb)
{
	switch (err) {
	case -ENODEV:
		hint("missing: a cgroup v2 tree. Type: mount -t cgroup2 none /sys/fs/cgroup");
		return true;
	case -EOPNOTSUPP:
	case -ENOSYS:
		return true;
	case -EPERM:
	case -EACCES:
	case -EROFS:
		if (blind_container())
			hint_container(err, effective());
		else
			hint_host(err, effective(), verb);
		return true;
	default:
		return false;
	}
}
