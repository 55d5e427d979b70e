/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "board.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "attempt.h"
#include "json.h"
#include "relief.h"
#include "slip.h"
#include "standing.h"
#include "text.h"

#define COLUMNS 80
#define NS_PER_S 1000000000ULL
#define TEXT_AT 12 /* column of the text behind a label */

static void when(char to[32], uint64_t wall_ns)
{
	char full[32];

	text_utc(full, wall_ns);
	snprintf(to, 32, "%.10s %.8s UTC", full, full + 11);
}

/* Continues a line at `column` with inert text, broken at blanks; longer words stay whole: paths. */
static void fold(FILE *to, size_t column, const char *text)
{
	size_t n;
	bool fresh = true;

	for (; *text; text += n + (text[n] == ' '), fresh = false) {
		n = strcspn(text, " ");
		if (!fresh && column + 1 + n > COLUMNS) {
			fprintf(to, "\n%*s", TEXT_AT, "");
			column = TEXT_AT;
		} else if (!fresh) {
			fputc(' ', to);
			column++;
		}
		fwrite(text, 1, n, to);
		column += n;
	}
	fputc('\n', to);
}

__attribute__((format(printf, 3, 4))) static void row(
	FILE *to, const char *label, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	fprintf(to, "%-*s", TEXT_AT, label);
	fold(to, TEXT_AT, text);
}

/*
 * What to give `up` for the same policy again: as it is typed in a shell, or the word for it where its
 * name would need quotes.
 */
static const char *policy_argument(char to[320], const struct state *a)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-";
	const char *name = a->policy_path ? a->policy_path : a->profile;

	if (name[strspn(name, plain)] || name[0] == '-' || strlen(name) > 255)
		name = a->policy_path ? "POLICY" : "PROFILE";
	snprintf(to, 320, "%s%s", a->policy_path ? "" : "--profile ", name);
	return to;
}

static void next_step(const struct standing *s, FILE *to)
{
	const char *first = s->torn ? "sudo smtpfence down, then: " : "";
	char policy[320];

	if (!s->asked && !s->armed && !*s->cause)
		row(to, "next", "sudo smtpfence up            records only, blocks nothing");
	else if (!s->asked)
		row(to, "fix", "%ssudo smtpfence up, with the policy that was asked for", first);
	else if (*s->cause)
		row(to, "fix", "%ssudo smtpfence up %s%s", first, policy_argument(policy, s->asked),
			s->asked->enforce ? "" : " --audit");
	else if (relief_pause(&s->exempt, s->now_ns))
		row(to, "next", "to end the pause: sudo smtpfence resume");
	else if (!s->asked->enforce)
		row(to, "next", "when they are known: %ssudo smtpfence up %s",
			s->asked->policy_path ? "mode: enforce, then " : "",
			policy_argument(policy, s->asked));
}

/* " port 25", " ports 25, 465": what the default blocks; rules may block more. */
static const char *ports(char to[128], const struct standing *s)
{
	const __u16 *port = s->look.link[HOOK_CONNECT4].blocked;
	int n = 0;

	to[0] = '\0';
	for (int i = 0; i < FENCE_PORTS && port[i]; i++)
		n += snprintf(to + n, 128 - n, "%s%u",
			i         ? ", "
			: port[1] ? " ports "
				  : " port ",
			port[i]);
	return to;
}

static void first_line(const struct standing *s, FILE *to)
{
	char host[40], raw[65] = "", text[256], n[28], list[128];
	const struct state *a = s->asked;
	const struct exemption *pause = relief_pause(&s->exempt, s->now_ns);
	uint64_t audited = counts_verdict(&s->counts, VERDICT_AUDITED);

	(void)gethostname(raw, sizeof(raw) - 1); /* an empty name says as much */
	text_inert(host, sizeof(host), raw, strlen(raw));
	if (!a && !s->armed && !*s->cause)
		snprintf(text, sizeof(text), "NOT ARMED: port 25 is open, and nothing is recorded");
	else if (*s->cause)
		snprintf(text, sizeof(text), "NOT %s (asked: %s)",
			a && !a->enforce ? "RECORDING" : "ENFORCING",
			!a           ? "unknown"
			: a->enforce ? "enforce"
				     : "audit");
	else if (pause)
		snprintf(text, sizeof(text), "PAUSED: nothing is blocked for %s more (asked: %s)",
			slip_span(list, (pause->until_ns - s->now_ns) / NS_PER_S),
			a->enforce ? "enforce" : "audit");
	else if (!a->enforce)
		snprintf(text, sizeof(text),
			"AUDIT: nothing is blocked. %s attempt%s would have been%s",
			text_count(n, audited), audited == 1 ? "" : "s",
			s->look.link[HOOK_CONNECT4].detours ? ", or diverted" : "");
	else if (!a->blocks)
		snprintf(text, sizeof(text), "RECORDING: this policy blocks nothing");
	else
		snprintf(text, sizeof(text), "ENFORCING%s", ports(list, s));
	fprintf(to, "%s  ", host);
	fold(to, strlen(host) + 2, text);
}

/* Until it is confirmed, a change is not what holds. */
static void trial_line(const struct standing *s, FILE *to)
{
	char left[32];

	if (s->on_trial && s->waited_for)
		row(to, "on trial", "goes back in %s, unless: sudo smtpfence confirm",
			slip_span(left, s->trial_left_s));
	else if (s->on_trial)
		row(to, "on trial",
			"nobody waits any more to take it back: sudo smtpfence confirm, or up with another policy");
}

static void follower_line(const struct standing *s, FILE *to)
{
	if (!s->look.link[HOOK_CONNECT4].follows)
		return;
	if (s->follower)
		row(to, "follower", "running (smtpfenced, pid %d)", s->follower);
	else
		row(to, "follower",
			"not running: what starts or is upgraded from now on is not known, and is blocked where a rule could mean it. sudo systemctl start smtpfenced");
}

static void head(const struct standing *s, FILE *to)
{
	char since[32];

	first_line(s, to);
	if (*s->cause)
		row(to, "cause", "%s", s->cause);
	next_step(s, to);
	if (!s->asked)
		return;
	trial_line(s, to);
	when(since, s->asked->since_wall_ns);
	row(to, *s->cause ? "asked" : "since", "%s%s", *s->cause ? "since " : "", since);
}

static void policy_lines(const struct standing *s, FILE *to)
{
	const struct state *a = s->asked;
	char path[256] = "built in", profile[64];

	if (a->policy_path)
		text_inert(path, sizeof(path), a->policy_path, strlen(a->policy_path));
	text_inert(profile, sizeof(profile), a->profile, strlen(a->profile));
	fputc('\n', to);
	row(to, "policy", "%s (%.8s), %u rule%s", path, a->policy_hash, a->rules,
		a->rules == 1 ? "" : "s");
	for (size_t i = 0; i < a->layer_n; i++) {
		text_inert(path, sizeof(path), a->layer_path[i], strlen(a->layer_path[i]));
		row(to, i ? "" : "layers", "%s", path);
	}
	row(to, "", "generation %u, %s", a->generation,
		*s->cause ? "the kernel may hold another" : "the kernel holds the same");
	row(to, "profile", "%s", profile);
}

static void identity_line(const struct standing *s, FILE *to)
{
	const struct link_seen *l = &s->look.link[HOOK_CONNECT4];

	if (!s->look.attached[HOOK_CONNECT4])
		return;
	row(to, "identity", "%s",
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
	if (relief_pause(&s->exempt, s->now_ns))
		return "paused";
	return s->asked->enforce && s->asked->blocks ? "enforced" : "recorded";
}

static void way(FILE *to, const char *what, const char *where, const char *state)
{
	fprintf(to, "%-36s %-28s %s\n", what, where, state);
}

static void ways(const struct standing *s, FILE *to)
{
	char where[29] = "all cgroups";

	if (!s->asked->whole)
		text_inert(where, sizeof(where), s->asked->cgroup, strlen(s->asked->cgroup));
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
	const bool detours = s->look.link[HOOK_CONNECT4].detours;
	const struct {
		const char *name;
		uint8_t verdict;
		bool always;
	} rows[] = {
		{ "blocked", VERDICT_DENIED, true },
		{ detours ? "would be blocked or diverted" : "would be blocked (audit)",
			VERDICT_AUDITED, true },
		{ "redirected", VERDICT_REDIRECTED, false },
		{ "answered", VERDICT_ANSWERED, false },
		{ "allowed", VERDICT_ALLOWED, true },
	};
	const struct counts *c = &s->counts;
	char n[28], m[28];

	fprintf(to, "\n%-28s %16s\n", "ATTEMPTS", "SINCE UP");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].always || counts_verdict(c, rows[i].verdict))
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
	head(s, to);
	if (s->asked) {
		policy_lines(s, to);
		identity_line(s, to);
		follower_line(s, to);
		ways(s, to);
	}
	if (s->armed)
		attempts(s, to);
	if (s->asked)
		relief_text(&s->exempt, s->now_ns, to);
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
	json_bool(&j, "enforcing", standing_enforces(s));
	json_bool(&j, "as_asked", standing_as_asked(s));
	json_text(&j, "cause", *s->cause ? s->cause : NULL);
	if (s->asked)
		json_asked(s->asked, &j);
	if (s->on_trial) {
		json_open(&j, "trial", '{');
		json_number(&j, "left_s", s->trial_left_s);
		json_bool(&j, "waited_for", s->waited_for);
		json_close(&j, '}');
	}
	json_bool(&j, "follower_wanted", l->follows);
	json_bool(&j, "follower", s->follower);
	json_open(&j, "identity", '{');
	json_bool(&j, "btf", s->look.attached[HOOK_CONNECT4] && l->with_btf);
	json_bool(&j, "strings", s->look.attached[HOOK_CONNECT4] && l->with_strings);
	json_close(&j, '}');
	json_hooks(s, &j);
	json_open(&j, "counts", '{');
	counts_json(&s->counts, &j);
	json_close(&j, '}');
	json_open(&j, "exemptions", '[');
	relief_json(&s->exempt, s->now_ns, &j);
	json_close(&j, ']');
	json_close(&j, '}');
	return ferror(to) ? -EIO : 0;
}
