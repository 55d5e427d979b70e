/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "shape.h"

#include <string.h>

#define ID_DIGITS 64

/* One component of a path. */
struct part {
	const char *s;
	size_t n;
};

static bool is(struct part p, const char *text)
{
	return p.n == strlen(text) && !memcmp(p.s, text, p.n);
}

static bool cut_front(struct part *p, const char *text)
{
	size_t n = strlen(text);

	if (p->n <= n || memcmp(p->s, text, n))
		return false;
	p->s += n;
	p->n -= n;
	return true;
}

static bool cut_end(struct part *p, const char *text)
{
	size_t n = strlen(text);

	if (p->n <= n || memcmp(p->s + p->n - n, text, n))
		return false;
	p->n -= n;
	return true;
}

static bool is_id(struct part p)
{
	if (p.n != ID_DIGITS)
		return false;
	for (size_t i = 0; i < p.n; i++)
		if (!strchr("0123456789abcdef", p.s[i]))
			return false;
	return true;
}

/* "docker-ID.scope" of the systemd driver, "crio-ID" of the other. */
static bool read_prefixed(struct part p, struct shape *out)
{
	static const struct {
		const char *prefix, *runtime;
	} known[] = {
		{ "docker-", "docker" },
		{ "libpod-", "podman" },
		{ "libpod-payload-", "podman" }, /* --cgroups=split, as Quadlet's units have it */
		{ "cri-containerd-", "containerd" },
		{ "nerdctl-", "containerd" },
		{ "crio-", "cri-o" },
	};

	(void)cut_end(&p, ".scope"); /* or it has none */
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		struct part rest = p;

		if (!cut_front(&rest, known[i].prefix) || !is_id(rest))
			continue;
		*out = (struct shape){ .runtime = known[i].runtime, .id = rest.s, .id_n = rest.n };
		return true;
	}
	return false;
}

/* "system.slice:docker:ID": a path made for systemd's driver, given to the other. */
static bool read_colons(struct part p, struct shape *out)
{
	const char *colon = memchr(p.s, ':', p.n), *end;
	struct part runtime;

	if (!colon)
		return false;
	runtime = (struct part){ colon + 1, p.s + p.n - colon - 1 };
	end = memchr(runtime.s, ':', runtime.n);
	if (!end || !is_id((struct part){ end + 1, runtime.s + runtime.n - end - 1 }))
		return false;
	runtime.n = end - runtime.s;
	*out = (struct shape){ .id = end + 1, .id_n = ID_DIGITS };
	if (is(runtime, "docker"))
		out->runtime = "docker";
	else if (is(runtime, "cri-containerd") || is(runtime, "nerdctl"))
		out->runtime = "containerd";
	else if (is(runtime, "crio"))
		out->runtime = "cri-o";
	else if (is(runtime, "libpod"))
		out->runtime = "podman";
	return true;
}

/* The id alone: whose it is the directory above may tell. Podman's pods look the same. */
static bool read_bare(struct part p, struct part above, struct shape *out)
{
	if (!is_id(p) || is(above, "libpod_parent"))
		return false;
	*out = (struct shape){ .id = p.s, .id_n = p.n };
	if (is(above, "docker"))
		out->runtime = "docker";
	else if (is(above, "k8s.io") || is(above, "default"))
		out->runtime = "containerd";
	return true;
}

/* LXC and Incus: "lxc.payload.NAME"; earlier and Proxmox: "/lxc/NAME", "/lxc.payload/NAME". */
static bool read_lxc(struct part p, struct part above, size_t depth, struct shape *out)
{
	bool old = depth == 1 && (is(above, "lxc") || is(above, "lxc.payload"));

	if (!cut_front(&p, "lxc.payload.") && !old)
		return false;
	*out = (struct shape){ .runtime = "lxc", .id = p.s, .id_n = p.n };
	return true;
}

/* "user-1000.slice", "user@1000.service"; what is no number is nobody's. */
static void read_user(struct part p, uint32_t *uid)
{
	uint64_t n = 0;

	if (!(cut_front(&p, "user-") && cut_end(&p, ".slice")) &&
		!(cut_front(&p, "user@") && cut_end(&p, ".service")))
		return;
	for (size_t i = 0; i < p.n && n <= UINT32_MAX; i++) {
		if (p.s[i] < '0' || p.s[i] > '9')
			return;
		n = n * 10 + p.s[i] - '0';
	}
	if (n <= UINT32_MAX)
		*uid = n;
}

bool shape_read(const char *path, struct shape *out)
{
	struct part above = { "", 0 }, p;
	struct shape found = { 0 };
	uint32_t uid = 0;

	for (size_t depth = 0;; depth++, above = p) {
		path += strspn(path, "/");
		p = (struct part){ path, strcspn(path, "/") };
		path += p.n;
		if (!p.n)
			return false;
		if (read_prefixed(p, &found) || read_colons(p, &found) ||
			read_bare(p, above, &found) || read_lxc(p, above, depth, &found))
			break;
		read_user(p, &uid);
	}
	if (path[strspn(path, "/")])
		return false;
	found.uid = uid;
	*out = found;
	return true;
}
