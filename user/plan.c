/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Options of a run to the policy they mean. */
#include "plan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy.h"
#include "profile.h"
#include "say.h"
#include "text.h"

#include "bpf/fence.h"

/* 0, -EFBIG, -errno. */
static int copy(int from, int to)
{
	char part[16384];
	size_t all = 0;
	ssize_t n;

	while ((n = read(from, part, sizeof(part))) > 0) {
		all += (size_t)n;
		if (all > PLAN_TEXT)
			return -EFBIG;
		if (write(to, part, (size_t)n) != n)
			return -EIO;
	}
	return n < 0 ? -errno : 0;
}

int plan_text(const struct plan *p, int *fd)
{
	int from = -1, to = -1, err = 0;

	if (!p->policy) {
		*fd = -1;
		return 0;
	}
	if (!strcmp(p->policy, "-"))
		return refuse(-EINVAL, "--policy -: standard input is the command's; name a file");
	from = open(p->policy, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	to = memfd_create("smtpfence-policy", MFD_CLOEXEC);
	if (from < 0 || to < 0)
		err = -errno;
	else
		err = copy(from, to);
	if (err) {
		fail(err, "read policy %s", p->policy);
	} else {
		*fd = to;
		to = -1;
	}
	if (from >= 0)
		(void)close(from);
	if (to >= 0)
		(void)close(to);
	return err;
}

/*
 * The descriptor may come from another user: only what it lets us read is read, once, and copied,
 * since it may change under our hands.
 */
static int read_text(int fd, char **text, size_t *size)
{
	struct stat st;
	ssize_t n = 1;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size > PLAN_TEXT)
		return -EFBIG;
	*text = malloc((size_t)st.st_size + 1);
	if (!*text)
		return -ENOMEM;
	for (*size = 0; n > 0 && *size < (size_t)st.st_size; *size += (size_t)n) {
		n = pread(fd, *text + *size, (size_t)st.st_size - *size, (off_t)*size);
		if (n < 0)
			return -errno;
	}
	return 0;
}

static int from_text(const char *name, int fd, struct policy **out)
{
	char *text = NULL;
	size_t size = 0;
	int err = read_text(fd, &text, &size);

	if (err)
		fail(err, "read policy %s", name);
	else
		err = policy_from_text(name, text, size, out);
	free(text);
	return err;
}

int plan_policy(const struct plan *p, int fd, struct policy **out)
{
	struct policy *policy = NULL;
	int err;

	if (p->policy)
		err = from_text(p->policy, fd, &policy);
	else
		err = policy_from_profile(p->profile ? p->profile : "observe", p->profile, &policy);
	if (err)
		return err;
	if (p->as_provider && policy->otherwise.action == ACTION_BLOCK && policy->profile &&
		policy->profile->effect == EFFECT_DROP)
		policy->otherwise.action = ACTION_DROP;
	*out = policy;
	return 0;
}

int plan_errno(const struct policy *p)
{
	return p->profile && p->profile->err > 0 ? p->profile->err : ETIMEDOUT;
}

static const char *base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static bool interprets(const char *name)
{
	static const char *const known[] = { "python", "perl", "ruby", "php", "node", "bash", "sh",
		"dash", "java", "Rscript", "lua" };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t n = strlen(known[i]);

		/* "python3.11": a version may follow */
		if (!strncmp(name, known[i], n) &&
			strspn(name + n, "0123456789.") == strlen(name + n))
			return true;
	}
	return false;
}

char *plan_name(char *to, size_t size, const struct plan *p)
{
	const char *name = base(p->command[0]);
	const char *script = p->command[1];

	if (script && *script && *script != '-' && interprets(name))
		name = base(script);
	return text_inert(to, size, name, strlen(name));
}
