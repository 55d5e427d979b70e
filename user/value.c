/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether a text may stand as a value of a selector. */
#include "value.h"

#include <ctype.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stddef.h>
#include <string.h>

#include "text.h"

#define PATH_BYTES 4096 /* the kernel's PATH_MAX */
#define UNIT_BYTES 255 /* systemd's UNIT_NAME_MAX */
#define NAME_BYTES 255
#define TEXT_BYTES 1000 /* images and labels; nothing that exists is longer */
#define HOST_BYTES 253 /* RFC 1035 */
#define KEY_BYTES 320 /* Kubernetes: a host's name, a slash and 63 characters */

#define GLOB "*?[" /* what begins a pattern of fnmatch() */

/* The one spelling that the kernel gives: absolute, without "." and "..", no slash too many. */
static bool normal_path(const char *s)
{
	size_t n = strlen(s);

	return s[0] == '/' && n < PATH_BYTES && (n == 1 || s[n - 1] != '/') && !strstr(s, "//") &&
	       !strstr(s, "/./") && !strstr(s, "/../") && (n < 2 || strcmp(s + n - 2, "/.")) &&
	       (n < 3 || strcmp(s + n - 3, "/.."));
}

static bool good_account(const char *s)
{
	return *s && strlen(s) <= NAME_BYTES;
}

static bool good_program(const char *s)
{
	return normal_path(s) && s[1];
}

static bool good_cgroup(const char *s)
{
	return normal_path(s) && strncmp(s, "/sys/fs/cgroup/", 15) != 0;
}

static bool good_unit(const char *s)
{
	static const char *const kinds[] = { "service", "scope", "slice", "socket", "mount",
		"swap" };
	const char *dot = strrchr(s, '.');
	bool good = strpbrk(s, GLOB) != NULL;

	for (size_t i = 0; dot && dot > s && !good && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		good = !strcmp(dot + 1, kinds[i]);
	return good && !strchr(s, '/') && strlen(s) <= UNIT_BYTES;
}

static bool good_name(const char *s)
{
	return *s && !strchr(s, '/') && strlen(s) <= NAME_BYTES;
}

static bool good_literal(const char *s)
{
	return good_name(s) && !strpbrk(s, GLOB);
}

static bool good_image(const char *s)
{
	return *s && strlen(s) <= TEXT_BYTES;
}

static bool good_runtime(const char *s)
{
	static const char *const runtimes[] = { "docker", "podman", "containerd", "cri-o", "lxc" };

	for (size_t i = 0; i < sizeof(runtimes) / sizeof(runtimes[0]); i++)
		if (!strcmp(s, runtimes[i]))
			return true;
	return false;
}

/* A last part of digits alone would be an address that is not well written. */
static bool good_host(const char *s)
{
	const char *part = s;

	if (strlen(s) > HOST_BYTES)
		return false;
	for (size_t n;; part += n + 1) {
		n = strcspn(part, ".");
		if (!n || n > 63 || part[0] == '-' || part[n - 1] == '-')
			return false;
		for (size_t i = 0; i < n; i++)
			if (!isascii(part[i]) || !(isalnum(part[i]) || strchr("-_", part[i])))
				return false;
		if (!part[n])
			return part[strspn(part, "0123456789")] != 0;
	}
}

static bool good_label_key(const char *s)
{
	for (const char *c = s; *c; c++)
		if (*c <= ' ' || *c > '~')
			return false;
	return *s && strlen(s) <= KEY_BYTES;
}

static bool good_label(const char *s)
{
	return strlen(s) <= TEXT_BYTES;
}

static const struct {
	bool (*good)(const char *s);
	const char *fault;
} kinds[] = {
	[VALUE_ACCOUNT] = { good_account, "is too long for a name" },
	[VALUE_PROGRAM] = { good_program,
		"is not the absolute path of a program, such as /usr/bin/curl" },
	[VALUE_CGROUP] = { good_cgroup,
		"is not a path below the root of the cgroup tree, such as /system.slice/exim4.service or /machine.slice/*" },
	[VALUE_UNIT] = { good_unit,
		"is not the name of a unit, such as exim4.service or php*.service" },
	[VALUE_NAME] = { good_name,
		"is not a name or a pattern of names: at most 255 bytes, no slash" },
	[VALUE_LITERAL] = { good_literal,
		"is not a name: at most 255 bytes, no slash, no pattern" },
	[VALUE_IMAGE] = { good_image, "is too long for an image" },
	[VALUE_RUNTIME] = { good_runtime,
		"is not a container runtime (docker, podman, containerd, cri-o, lxc)" },
	[VALUE_HOST] = { good_host, "is not the name of a host, such as relay.example.net" },
	[VALUE_LABEL_KEY] = { good_label_key,
		"is not the key of a label: 1 to 320 printable ASCII characters without blanks" },
	[VALUE_LABEL] = { good_label, "is too long for a label" },
};

_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == VALUE_KINDS, "a fault for each kind");

const char *value_fault(enum value_kind kind, const char *s)
{
	return kinds[kind].good(s) ? NULL : kinds[kind].fault;
}

bool value_is_id(const char *s)
{
	size_t n = strlen(s);

	return n >= 12 && n <= 64 && strspn(s, "0123456789abcdef") == n;
}

/* The last number is the kernel's "nobody at all". */
static bool number(const char *s, uint32_t *id)
{
	uint64_t n;

	if (text_number(s, UINT32_MAX - 1, &n))
		return false;
	*id = n;
	return true;
}

int value_uid(const char *s, uint32_t *uid)
{
	const struct passwd *entry;

	if (number(s, uid))
		return 0;
	entry = getpwnam(s);
	if (!entry)
		return -ENOENT;
	*uid = entry->pw_uid;
	return 0;
}

int value_gid(const char *s, uint32_t *gid)
{
	const struct group *entry;

	if (number(s, gid))
		return 0;
	entry = getgrnam(s);
	if (!entry)
		return -ENOENT;
	*gid = entry->gr_gid;
	return 0;
}
