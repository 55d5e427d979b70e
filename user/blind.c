/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a fence on one cgroup cannot see: mail that others carry for the command. */
#include "blind.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "incident.h"
#include "senders.h"
#include "text.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define LINES 8
#define PREFIXES 8 /* env nohup nice ...: nobody stacks more */

/* Programs whose work is done outside their own cgroup. */
static const struct {
	const char *name;
	const char *what;
} elsewhere[] = {
	{ "docker", "its daemon starts containers outside this command" },
	{ "docker-compose", "docker's daemon starts containers outside this command" },
	{ "nerdctl", "containerd starts containers outside this command" },
	{ "podman", "it may put containers into cgroups outside this command" },
	{ "kubectl", "what it asks for runs in the cluster" },
	{ "systemctl", "systemd starts services outside this command" },
	{ "systemd-run", "systemd starts what follows outside this command" },
	{ "machinectl", "systemd starts what it asks for outside this command" },
	{ "service", "services may start outside this command" },
	{ "at", "what it is given runs later, outside this command" },
	{ "batch", "what it is given runs later, outside this command" },
	{ "crontab", "what it is given runs later, outside this command" },
	{ "ssh", "what it starts runs on the other machine" },
	{ "mosh", "what it starts runs on the other machine" },
	{ "sendmail", "it hands the mail to a mail server of this machine" },
	{ "mail", "it hands the mail to a mail server of this machine" },
	{ "mailx", "it hands the mail to a mail server of this machine" },
	{ "mutt", "it may hand the mail to a mail server of this machine" },
	{ "postqueue", "the mail server of this machine delivers, outside this command" },
};

/* Programs that run the rest of their arguments. */
static const struct {
	const char *name;
	const char *valued; /* one-letter options that take the next word */
	unsigned operands; /* words before the command */
} prefixes[] = {
	{ "env", "uCS", 0 },
	{ "nohup", "", 0 },
	{ "time", "fo", 0 },
	{ "nice", "n", 0 },
	{ "ionice", "cn", 0 },
	{ "setsid", "", 0 },
	{ "stdbuf", "ioe", 0 },
	{ "timeout", "ks", 1 },
	{ "sudo", "ugpCDhrtTU", 0 },
	{ "doas", "uC", 0 },
};

static const char *base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Where the command begins that prefix i, at argv[0], runs. */
static char *const *behind(size_t i, char *const *argv)
{
	unsigned operands = prefixes[i].operands;

	for (argv++; *argv; argv++) {
		const char *s = *argv;

		if (!strcmp(s, "--"))
			continue;
		if (*s == '-') {
			if (s[1] && !s[2] && strchr(prefixes[i].valued, s[1]) && argv[1])
				argv++;
		} else if (strchr(s, '=')) {
			continue; /* env A=B, sudo A=B */
		} else if (!operands--) {
			break;
		}
	}
	return argv;
}

const char *blind_program(char *const *argv)
{
	for (unsigned n = 0; n < PREFIXES && *argv; n++) {
		const char *name = base(*argv);
		size_t i = 0;

		while (i < COUNT(prefixes) && strcmp(name, prefixes[i].name))
			i++;
		if (i == COUNT(prefixes))
			return name;
		argv = behind(i, argv);
	}
	return NULL;
}

static int option(int fd, int name)
{
	int value = -1;
	socklen_t n = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, name, &value, &n) ? -1 : value;
}

static bool connects(int fd)
{
	int domain = option(fd, SO_DOMAIN);
	int protocol = option(fd, SO_PROTOCOL);

	return (domain == AF_INET || domain == AF_INET6) &&
	       (protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP) && !option(fd, SO_ACCEPTCONN);
}

bool blind_socket_passed(void)
{
	DIR *d = opendir("/proc/self/fd");
	const struct dirent *e;
	bool found = false;
	uint64_t fd;

	while (d && !found && (e = readdir(d))) {
		if (text_number(e->d_name, INT32_MAX, &fd))
			continue;
		found = !(fcntl((int)fd, F_GETFD) & FD_CLOEXEC) && connects((int)fd);
	}
	if (d)
		(void)closedir(d);
	return found;
}

bool blind_container(void)
{
	/* docker, podman; systemd in or around a container, which speaks for the others */
	static const char *const marks[] = { "/.dockerenv", "/run/.containerenv",
		"/run/systemd/container" };
	char environment[4096];
	FILE *f = fopen("/proc/1/environ", "re");
	size_t n = f ? fread(environment, 1, sizeof(environment), f) : 0;
	bool found = memmem(environment, n, "\0container=", 11) ||
		     (n > 10 && !memcmp(environment, "container=", 10));

	if (f)
		(void)fclose(f);
	for (size_t i = 0; !found && i < COUNT(marks); i++)
		found = !access(marks[i], F_OK);
	return found;
}

/* "none runs here", "Postfix runs here" */
static void running(char *to, size_t size)
{
	struct sender *s = NULL;
	size_t n = 0, used = 0;
	const char *last = NULL;

	(void)snprintf(to, size, "none runs here");
	if (senders_find(&s, &n)) {
		(void)snprintf(to, size, "whether one runs here is not known");
		return;
	}
	for (size_t i = 0; i < n && used < size; i++) {
		if (!s[i].pid || !s[i].queues || (last && !strcmp(last, s[i].name)))
			continue;
		used += (size_t)snprintf(
			to + used, size - used, "%s%s", last ? " and " : "", s[i].name);
		last = s[i].name;
	}
	if (last && used < size)
		(void)snprintf(
			to + used, size - used, "%s here", strstr(to, " and ") ? " run" : " runs");
	senders_free(s, n);
}

/* The port of the loopback mail server that the command spoke to; 0: to none. */
static uint16_t loopback(const struct incidents *seen)
{
	for (size_t i = 0; i < incident_count(seen); i++) {
		const struct fence_attempt *k = &incident_at(seen, i)->first.k;

		if (k->verdict == VERDICT_ALLOWED &&
			(k->target == CLASS_LOOPBACK || k->target == CLASS_OWN))
			return k->dport;
	}
	return 0;
}

struct text {
	char *line[LINES];
	size_t n;
	bool failed;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&t->line[t->n], fmt, args) < 0)
		t->failed = true;
	else
		t->n++;
	va_end(args);
}

static void add_program(struct text *t, const char *program)
{
	for (size_t i = 0; program && i < COUNT(elsewhere); i++)
		if (!strcmp(program, elsewhere[i].name))
			add(t, "what %s does for it: %s", program, elsewhere[i].what);
}

int blind_lines(
	const struct blind_before *b, const struct incidents *seen, char ***lines, size_t *n)
{
	struct text t = { 0 };
	uint16_t port = loopback(seen);
	char servers[160];
	char **all;

	running(servers, sizeof(servers));
	add_program(&t, blind_program(b->argv));
	if (port)
		add(&t, "mail it gave to this machine's own server on port %u (%s), which connects outside this command",
			port, servers);
	if (b->socket_passed)
		add(&t, "a TCP socket that was passed in from outside: its connections belong to where it was made");
	add(&t, "mail handed to a local mail server (%s), to docker or to systemd: those connect outside this command",
		servers);
	all = t.failed ? NULL : calloc(t.n, sizeof(*all));
	if (!all) {
		while (t.n)
			free(t.line[--t.n]);
		return -ENOMEM;
	}
	memcpy(all, t.line, t.n * sizeof(*all));
	*lines = all;
	*n = t.n;
	return 0;
}
