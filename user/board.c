/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "board.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "attempt.h"
#include "json.h"
#include "standing.h"
#include "text.h"

static void host_name(char to[65])
{
	char raw[65] = "";

	(void)gethostname(raw, sizeof(raw) - 1); /* an empty name says as much */
	text_inert(to, 65, raw, strlen(raw));
}

static void when(char to[32], uint64_t wall_ns)
{
	char full[32];

	text_utc(full, wall_ns);
	snprintf(to, 32, "%.10s %.8s UTC", full, full + 11);
}

static void first_line(const struct standing *s, FILE *to)
{
	char host[65], since[32], n[28];

	host_name(host);
	if (s->asked)
		when(since, s->asked->since_wall_ns);
	if (!s->asked && !s->armed) {
		fprintf(to, "%s  NOT ARMED: port 25 is open, and nothing is recorded\n", host);
		fprintf(to,
			"next        sudo smtpfence up            records only, blocks nothing\n");
	} else if (s->cause) {
		fprintf(to, "%s  NOT %s (asked: %s)\n", host,
			s->asked && !s->asked->enforce ? "RECORDING" : "ENFORCING",
			!s->asked           ? "unknown"
			: s->asked->enforce ? "enforce"
					    : "audit");
		fprintf(to, "cause       %s\n", s->cause);
		fprintf(to, "fix         sudo smtpfence up\n");
	} else if (!s->asked->enforce) {
		fprintf(to,
			"%s  AUDIT: nothing is blocked. %s attempt%s would have been, since %s\n",
			host, text_count(n, counts_verdict(&s->counts, VERDICT_AUDITED)),
			counts_verdict(&s->counts, VERDICT_AUDITED) == 1 ? "" : "s", since);
		fprintf(to,
			"next        when they are known: mode: enforce, and smtpfence up again\n");
	} else if (!s->asked->blocks) {
		fprintf(to, "%s  RECORDING: this policy blocks nothing; since %s\n", host, since);
	} else {
		fprintf(to, "%s  ENFORCING, since %s\n", host, since);
	}
}

static void policy_lines(const struct standing *s, FILE *to)
{
	const struct state *a = s->asked;
	char path[256] = "built in", profile[64];

	if (a->policy_path)
		text_inert(path, sizeof(path), a->policy_path, strlen(a->policy_path));
	text_inert(profile, sizeof(profile), a->profile ? a->profile : "",
		a->profile ? strlen(a->profile) : 0);
	fprintf(to, "\npolicy      %s (%.8s), %u rule%s\n", path, a->policy_hash, a->rules,
		a->rules == 1 ? "" : "s");
	fprintf(to, "            generation %u, %s\n", a->generation,
		s->cause ? "the kernel may hold another" : "the kernel holds the same");
	fprintf(to, "profile     %s\n", profile);
}

static void identity_line(const struct standing *s, FILE *to)
{
	const struct link_seen *l = &s->look.link[HOOK_CONNECT4];

	if (!s->look.attached[HOOK_CONNECT4])
		return;
	fprintf(to, "identity    %s\n",
		l->with_strings ? "full: program, arguments, ancestors"
		: l->with_btf   ? "no paths, no arguments: this kernel forbids copying its memory"
				: "process id and user only: the kernel's types may not be read");
}

static const char *way_state(const struct standing *s, enum hook a, enum hook b)
{
	if (!s->look.attached[a] || !s->look.attached[b])
		return "OPEN";
	if (!s->armed)
		return "not armed";
	return s->asked->enforce && s->asked->blocks ? "enforced" : "recorded";
}

static void way(FILE *to, const char *what, const char *where, const char *state)
{
	fprintf(to, "%-36s %-28s %s\n", what, where, state);
}

static void ways(const struct standing *s, FILE *to)
{
	char where[29], dir[256];

	text_inert(dir, sizeof(dir), s->asked->cgroup, strlen(s->asked->cgroup));
	snprintf(where, sizeof(where), "%.28s", dir);
	fputc('\n', to);
	way(to, "WAYS TO PORT 25", "GUARDED AT", "STATE");
	way(to, "programs, IPv4 and IPv6", where, way_state(s, HOOK_CONNECT4, HOOK_CONNECT6));
	way(to, "raw sockets, NAT, local tunnels", where, way_state(s, HOOK_EGRESS, HOOK_CREATE));
	way(to, "packet sockets, forwarded traffic", "not in this version", "open");
	way(to, "guests (VMs)", "not in this version", "open");
	way(to, "opened before the fence", "not cut", "open");
	way(to, "root on this host", "cannot be guarded", "open");
}

static void attempts(const struct standing *s, FILE *to)
{
	static const struct {
		const char *name;
		uint8_t verdict;
	} rows[] = {
		{ "blocked", VERDICT_DENIED },
		{ "would be blocked (audit)", VERDICT_AUDITED },
		{ "allowed", VERDICT_ALLOWED },
	};
	const struct counts *c = &s->counts;
	char n[28], m[28];

	fprintf(to, "\n%-28s %16s\n", "ATTEMPTS", "SINCE UP");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		fprintf(to, "%-28s %16s\n", rows[i].name,
			text_count(n, counts_verdict(c, rows[i].verdict)));
	fprintf(to, "%-28s %16s = %s recorded\n", "all", text_count(n, counts_attempts(c)),
		text_count(m, c->slot[SLOT_SUBMITTED]));
	fprintf(to, "%-45s + %s summarised", "", text_count(n, c->slot[SLOT_SUMMARISED]));
	fprintf(to, " + %s lost\n", text_count(m, c->slot[SLOT_LOST]));
	fprintf(to, "%-28s %16s\n", "not yet read by `watch`", text_count(n, c->unread));
}

int board_text(const struct standing *s, FILE *to)
{
	first_line(s, to);
	if (s->asked) {
		policy_lines(s, to);
		identity_line(s, to);
		ways(s, to);
	}
	if (s->armed)
		attempts(s, to);
	return ferror(to) ? -EIO : 0;
}

static void json_hooks(const struct standing *s, struct json *j)
{
	json_open(j, "hooks", '{');
	for (int h = 0; h < HOOK_COUNT; h++) {
		json_open(j, kernel_program_name(h), '{');
		json_bool(j, "asked", s->asked && s->asked->hook[h].asked);
		json_bool(j, "attached", s->look.attached[h]);
		if (s->look.attached[h]) {
			json_number(j, "link", s->look.link[h].id);
			json_number(j, "program", s->look.link[h].program);
			json_number(j, "generation", s->look.link[h].generation);
		}
		json_close(j, '}');
	}
	json_close(j, '}');
}

static void json_asked(const struct state *a, struct json *j)
{
	char since[32];

	json_text(j, "mode", a->enforce ? "enforce" : "audit");
	json_text(j, "since", text_utc(since, a->since_wall_ns));
	json_text(j, "policy_path", a->policy_path);
	json_text(j, "policy", a->policy_hash);
	json_text(j, "profile", a->profile);
	json_number(j, "rules", a->rules);
	json_number(j, "generation", a->generation);
	json_text(j, "cgroup", a->cgroup);
}

int board_json(const struct standing *s, FILE *to)
{
	const struct link_seen *l = &s->look.link[HOOK_CONNECT4];
	struct json j;

	json_init(&j, to);
	json_open(&j, NULL, '{');
	json_bool(&j, "armed", s->armed);
	json_bool(&j, "enforcing", standing_as_asked(s) && s->asked->enforce && s->asked->blocks);
	json_bool(&j, "as_asked", standing_as_asked(s));
	json_text(&j, "cause", s->cause);
	if (s->asked)
		json_asked(s->asked, &j);
	json_open(&j, "identity", '{');
	json_bool(&j, "btf", s->look.attached[HOOK_CONNECT4] && l->with_btf);
	json_bool(&j, "strings", s->look.attached[HOOK_CONNECT4] && l->with_strings);
	json_close(&j, '}');
	json_hooks(s, &j);
	json_open(&j, "counts", '{');
	counts_json(&s->counts, &j);
	json_close(&j, '}');
	json_close(&j, '}');
	return ferror(to) ? -EIO : 0;
}
