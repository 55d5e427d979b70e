/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What `up` tells before it arms: the mail servers here and their fate, and the open connections. */
#include "announce.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "compile.h"
#include "fate.h"
#include "policy.h"
#include "process.h"
#include "profile.h"
#include "quote.h"
#include "senders.h"
#include "sockets.h"
#include "text.h"

#define SHOWN 1024 /* bytes of a name, made inert */
#define LISTED 20 /* connections */

static const char *base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void put(FILE *to, const char *s)
{
	char shown[SHOWN];

	fputs(text_inert(shown, sizeof(shown), s, strlen(s)), to);
}

static void put_user(FILE *to, uint32_t uid)
{
	char name[64];

	put(to, process_user(name, sizeof(name), uid));
}

static bool alike(const struct answer *a, const struct answer *b)
{
	return a->verdict == b->verdict && a->reason == b->reason && a->rule == b->rule;
}

/* The rule that an answer comes from; NULL: none, or an exemption. */
static const struct policy_rule *rule_of(const struct announce *a, const struct answer *answer)
{
	return answer->rule < a->policy->rule_n ? &a->policy->rule[answer->rule] : NULL;
}

static void put_answer(const struct announce *a, const struct answer *answer, FILE *to)
{
	static const char *const word[VERDICT_COUNT] = {
		[VERDICT_ALLOWED] = "allowed",
		[VERDICT_AUDITED] = "would be blocked",
		[VERDICT_DENIED] = "blocked",
		[VERDICT_REDIRECTED] = "redirected",
		[VERDICT_ANSWERED] = "answered",
	};
	const struct policy_rule *r = rule_of(a, answer);

	fputs(word[answer->verdict], to);
	if (answer->action == ACTION_LIMIT)
		fputs(" up to a limit", to);
	if (r) {
		fputs(" by rule \"", to);
		put(to, r->name);
		fputc('"', to);
	} else if (answer->reason == REASON_EXEMPTION) {
		fprintf(to, " by exemption e%u", answer->rule & ~FENCE_EXEMPTION);
	} else if (answer->reason == REASON_DEFAULT) {
		fputs(answer->verdict == VERDICT_ALLOWED ? " by default" : ", no rule allows it",
			to);
	} else if (answer->reason == REASON_DEPTH) {
		fputs(", its cgroup is too deep to be judged", to);
	}
	if (answer->reason == REASON_NO_RELAY)
		fputs(", as it has nowhere to go", to);
}

/*
 * A line for ports that fare alike: "ports 25, 465 blocked, no rule allows it". Is the first blocked,
 * which is 25 wherever the policy speaks of that?
 */
static bool put_fates(const struct announce *a, const struct fate_subject *s, FILE *to)
{
	struct fate_port f[FENCE_PORTS];
	size_t n = fate_ports(a->compiled, a->policy, s, f), same;

	for (size_t i = 0; i < n; i += same) {
		for (same = 1; i + same < n && alike(&f[i].answer, &f[i + same].answer);)
			same++;
		fprintf(to, "    port%s ", same > 1 ? "s" : "");
		for (size_t k = 0; k < same; k++)
			fprintf(to, "%s%u", k ? ", " : "", f[i + k].port);
		fputc(' ', to);
		put_answer(a, &f[i].answer, to);
		fputc('\n', to);
	}
	if (!n)
		fputs("    this policy blocks no port\n", to);
	return n &&
	       (f[0].answer.verdict == VERDICT_DENIED || f[0].answer.verdict == VERDICT_AUDITED);
}

/* Where a rule speaks of targets its fate may be another there: a relay that is allowed, say. */
static void put_elsewhere(const struct announce *a, const struct fate_subject *who, FILE *to)
{
	struct judge_target target = { .address = fate_public(a->policy) }, there;
	const struct profile *p = a->policy->profile;
	char prefix[ADDRESS_TEXT];
	struct answer answer;

	for (size_t i = 0; i < a->policy->rule_n; i++) {
		const struct selectors *r = &a->policy->rule[i].when;

		if (!r->to_n || (!r->port_n && !p->blocked_n))
			continue;
		there.address = r->to[0];
		there.address.bits = r->to[0].family == AF_INET ? 32 : 128;
		there.port = target.port = r->port_n ? r->port[0] : p->blocked[0];
		answer = fate_answer(a->compiled, who, &there);
		if (answer.rule != i ||
			answer.verdict == fate_answer(a->compiled, who, &target).verdict)
			continue;
		fprintf(to, "    to %s%s port %u ", address_print(prefix, &r->to[0]),
			r->to_n > 1 ? " and more," : "", there.port);
		put_answer(a, &answer, to);
		fputc('\n', to);
	}
}

static bool plain(const char *s)
{
	char shown[SHOWN];

	return !strcmp(text_inert(shown, sizeof(shown), s, strlen(s)), s);
}

/*
 * A rule that would let a sender send. Its program and user where the program is one of this machine's
 * own; a container's only by its cgroup. None when that would be everybody, or no name to write.
 */
static void put_remedy(const struct sender *s, const struct fate_subject *who, FILE *to)
{
	char user[64];
	bool by_exe = who->exe.ino;

	process_user(user, sizeof(user), s->client_uid);
	if (by_exe ? !plain(s->client) || !plain(user) : !plain(s->cgroup) || !s->cgroup[1])
		return;
	fprintf(to, "    a rule that would let it send:\n      - name: %s may\n        if: { ",
		s->name);
	fputs(by_exe ? "exe: " : "cgroup: ", to);
	quote_yaml(to, by_exe ? s->client : s->cgroup);
	if (by_exe) {
		fputs(", user: ", to);
		quote_yaml(to, user);
	}
	fputs(" }\n        then: allow\n", to);
}

static void put_sender(const struct announce *a, const struct sender *s, FILE *to)
{
	struct fate_subject who;
	bool blocked;

	fprintf(to, "  %s (", s->name);
	if (!s->pid) {
		put(to, s->exe);
		fprintf(to, ", not running): judged %s\n",
			s->queues ? "when it runs" : "as its caller");
		return;
	}
	put(to, base(s->exe));
	fprintf(to, ", pid %d, user ", s->pid);
	put_user(to, s->uid);
	fputs(", ", to);
	put(to, s->cgroup);
	fputs(")\n", to);
	if (strcmp(s->exe, s->client) || s->uid != s->client_uid) {
		fputs("    sends as ", to);
		put(to, base(s->client));
		fputs(", user ", to);
		put_user(to, s->client_uid);
		fputc('\n', to);
	}
	fate_sender(a->cgroup_mount, s, &who);
	blocked = put_fates(a, &who, to);
	put_elsewhere(a, &who, to);
	if (blocked)
		put_remedy(s, &who, to);
}

/* A program that we do not know, but that takes mail: a mail server all the same. */
static void put_listener(const struct announce *a, const struct socket_seen *s, FILE *to)
{
	struct fate_subject who;

	fputs("  ", to);
	put(to, s->comm);
	fprintf(to, " (pid %d, user ", s->pid);
	put_user(to, s->uid);
	fprintf(to, ") listens on port %u: if it sends mail too,\n", s->port);
	fate_socket(a->cgroup_mount, s, &who);
	(void)put_fates(a, &who, to);
	put_elsewhere(a, &who, to);
}

static bool known(const struct announce *a, const struct socket_seen *s)
{
	char *exe = NULL;
	bool is = !s->pid || process_exe(s->pid, &exe) || senders_name(exe);

	free(exe);
	/* One that listens on several ports or addresses is told once: they are sorted by pid. */
	for (const struct socket_seen *b = a->socket; b < s && !is; b++)
		is = b->listening && b->pid == s->pid;
	return is;
}

static void put_senders(const struct announce *a, FILE *to)
{
	size_t n = a->sender_n;

	fputs("Mail servers on this machine:\n", to);
	for (size_t i = 0; i < a->sender_n; i++)
		put_sender(a, &a->sender[i], to);
	for (size_t i = 0; i < a->socket_n; i++)
		if (a->socket[i].listening && !known(a, &a->socket[i])) {
			put_listener(a, &a->socket[i], to);
			n++;
		}
	if (!n)
		fputs("  none that is known, running or installed\n", to);
}

static void put_connection(const struct socket_seen *s, FILE *to)
{
	char address[ADDRESS_TEXT];

	fprintf(to, "  %s port %u: ", address_print(address, &s->remote), s->port);
	if (s->pid) {
		put(to, s->comm);
		fprintf(to, " (pid %d), user ", s->pid);
	} else {
		fputs("process unknown, user ", to);
	}
	put_user(to, s->uid);
	fputc('\n', to);
}

static void put_connections(const struct announce *a, FILE *to)
{
	bool list = a->policy->established == ESTABLISHED_COUNT;
	size_t open = 0, n = 0;

	for (size_t i = 0; i < a->socket_n; i++) {
		const struct socket_seen *s = &a->socket[i];
		struct judge_target target = { s->remote, s->port };
		struct fate_subject who;

		if (s->listening)
			continue;
		open++;
		fate_socket(a->cgroup_mount, s, &who);
		if (fate_answer(a->compiled, &who, &target).verdict == VERDICT_ALLOWED)
			continue;
		if (!n++)
			fputs("Open connections that this policy would not let begin:\n", to);
		if (list && n <= LISTED)
			put_connection(s, to);
	}
	if (list && n > LISTED)
		fprintf(to, "  and %zu more\n", n - LISTED);
	if (n)
		fprintf(to, "  %zu in all; they stay: `established: %s` cuts none\n", n,
			list ? "count" : "keep");
	else if (open)
		fprintf(to, "Open connections to watched ports: %zu, all allowed\n", open);
	else
		fputs("Open connections to watched ports: none\n", to);
	if (a->skipped)
		fprintf(to,
			"  not known: what is open in %zu network namespace%s that may not be entered\n",
			a->skipped, a->skipped > 1 ? "s" : "");
}

int announce_text(const struct announce *a, FILE *to)
{
	put_senders(a, to);
	put_connections(a, to);
	return fflush(to) ? -errno : ferror(to) ? -EIO : 0;
}
