/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which rule would decide an attempt, why none before it does, and what the application would see. */
#include "explain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "attempt.h"
#include "compile.h"
#include "exemption.h"
#include "json.h"
#include "order.h"
#include "phrase.h"
#include "policy.h"
#include "profile.h"
#include "slip.h"
#include "text.h"
#include "wrap.h"

#define SENTENCE 2048

static const struct policy_rule *rule_of(const struct explain *e, uint16_t number)
{
	return number < e->policy->rule_n ? &e->policy->rule[number] : NULL;
}

static const struct exemption *exemption_of(const struct explain *e, uint16_t number)
{
	unsigned id = attempt_exemption(number);

	return id && e->exempt ? exemptions_find(e->exempt, id) : NULL;
}

static const struct order *order_of(const struct explain *e, const struct answer *a)
{
	const struct policy_rule *r = rule_of(e, a->rule);
	const struct exemption *x = exemption_of(e, a->rule);

	return r ? &r->then : x ? &x->order : &e->policy->otherwise;
}

static const char *result(const struct answer *a)
{
	const struct attempt as = { .k = { .verdict = a->verdict, .action = a->action } };

	return attempt_result(&as);
}

/* ---- what decides ---- */

static void add_rule(char *to, size_t size, const struct explain *e, const struct policy_rule *r)
{
	const char *origin = policy_origin(e->policy, r);

	phrase_add(to, size, "rule \"");
	phrase_add_inert(to, size, r->name, strlen(r->name));
	phrase_add(to, size, "\" (");
	phrase_add_inert(to, size, origin, strlen(origin));
	phrase_add(to, size, ":%u)", r->line);
}

static void add_exemption(char *to, size_t size, const struct exemption *x, uint16_t number)
{
	phrase_add(to, size, "exemption e%u", attempt_exemption(number));
	if (!x)
		return;
	phrase_add(to, size, " of ");
	phrase_add_inert(to, size, x->by, strlen(x->by));
	phrase_add(to, size, ": ");
	phrase_add_inert(to, size, x->why, strlen(x->why));
}

static void add_cause(char *to, size_t size, const struct explain *e, const struct answer *a)
{
	if (rule_of(e, a->rule)) {
		add_rule(to, size, e, rule_of(e, a->rule));
		return;
	}
	if (attempt_exemption(a->rule)) {
		add_exemption(to, size, exemption_of(e, a->rule), a->rule);
		return;
	}
	switch (a->reason) {
	case REASON_DEFAULT:
		phrase_add(to, size, "no rule matches, and the policy's default holds");
		break;
	case REASON_OPEN:
		phrase_add(to, size, "no rule names port %u, and profile %s leaves it open",
			e->target.port, e->policy->profile->name);
		break;
	case REASON_SCOPE:
		phrase_add(to, size,
			"profile %s does not speak of %s addresses, and no rule names this one",
			e->policy->profile->name,
			address_class_name(address_class(&e->target.address)));
		break;
	case REASON_DEPTH:
		phrase_add(to, size, "its cgroup lies deeper than %d levels", FENCE_DEPTH);
		break;
	}
}

/* ---- what the application would see ---- */

static void add_sight(char *to, size_t size, const struct explain *e, const struct answer *a)
{
	const char *name = action_errno_name(a->err);
	unsigned after = e->policy->profile->after_s;

	switch (a->verdict) {
	case VERDICT_ALLOWED:
		phrase_add(to, size, "it connects as if there were no fence");
		if (a->action == ACTION_LIMIT)
			phrase_add(to, size,
				"; over the limit connect() fails until the window ends: %s",
				strerror(a->err));
		break;
	case VERDICT_AUDITED:
		phrase_add(to, size, "it connects; it is recorded that it would not have");
		break;
	case VERDICT_REDIRECTED:
	case VERDICT_ANSWERED:
		phrase_add(to, size, "it connects, but elsewhere%s",
			order_of(e, a)->transparent ? ", without noticing (transparent)" : "");
		break;
	default:
		if (a->action != ACTION_DROP) {
			phrase_add(to, size, "connect() fails at once: %s (%s)", strerror(a->err),
				name ? name : "?");
			break;
		}
		phrase_add(to, size, "silence, until it gives up: Connection timed out");
		if (after)
			phrase_add(to, size, ", after about %u s", after);
	}
}

/* ---- why nothing before it ---- */

static const char *const misfits[] = { "port", "target", "user", "group", "program", "place" };
static const char *const misfit_texts[] = { "not this port", "not this target", "not this user",
	"none of these groups", "not this program", "not this cgroup, unit or container" };

/* Of several ways to match one rule, the one that is nearest to it. */
static unsigned misfit_of(const struct explain *e, uint16_t number)
{
	unsigned best = ~0U, now;

	for (size_t t = 0; t < e->compiled->term_n; t++) {
		if (e->compiled->term[t].number != number)
			continue;
		now = judge_misfit(e->compiled, &e->subject, &e->target, t);
		if (__builtin_popcount(now) < __builtin_popcount(best))
			best = now;
	}
	return best == ~0U ? 0 : best;
}

static void add_misfit(char *to, size_t size, unsigned misfit, bool passes)
{
	bool some = false;

	for (size_t i = 0; i < sizeof(misfits) / sizeof(*misfits); i++) {
		if (!(misfit >> i & 1))
			continue;
		phrase_add(to, size, "%s%s", some ? ", " : "", misfit_texts[i]);
		some = true;
	}
	if (!some)
		phrase_add(to, size, "%s",
			passes ? "matches, and leaves it to the rules below" : "over");
}

/* Its terms stand in order, so those of one rule are neighbours. Visits each rule before `end` once. */
static void each_before(const struct explain *e, const struct answer *a,
	void (*visit)(const struct explain *e, const struct fence_term *t, void *arg), void *arg)
{
	const struct compiled *c = e->compiled;
	size_t end = a->term == FENCE_NO_RULE ? c->term_n : a->term;

	for (size_t t = 0; t < end; t++)
		if ((!t || c->term[t].number != c->term[t - 1].number) &&
			c->term[t].number != a->rule)
			visit(e, &c->term[t], arg);
}

static void show_before(const struct explain *e, const struct fence_term *t, void *arg)
{
	const struct policy_rule *r = rule_of(e, t->number);
	char text[SENTENCE] = "";
	FILE *to = arg;

	if (r)
		add_rule(text, sizeof(text), e, r);
	else
		add_exemption(text, sizeof(text), exemption_of(e, t->number), t->number);
	phrase_add(text, sizeof(text), ": ");
	add_misfit(text, sizeof(text), misfit_of(e, t->number), t->pass);
	wrap_labelled(to, "", text);
}

static void count_before(const struct explain *e, const struct fence_term *t, void *arg)
{
	(void)e;
	(void)t;
	(*(size_t *)arg)++;
}

/* ---- for people ---- */

static void show_policy(const struct explain *e, FILE *to)
{
	const char *path = e->policy->path ? e->policy->path : "built in";
	char text[SENTENCE] = "";

	phrase_add_inert(text, sizeof(text), path, strlen(path));
	phrase_add(text, sizeof(text), " (%.8s), %s, profile ", e->hash,
		e->policy->enforce ? "enforce" : "audit");
	phrase_add_inert(
		text, sizeof(text), e->policy->profile_name, strlen(e->policy->profile_name));
	wrap_labelled(to, "policy", text);
}

static void show_target(const struct explain *e, FILE *to)
{
	char text[SENTENCE] = "", address[ADDRESS_TEXT];

	phrase_add(text, sizeof(text), "%s port %u, a %s address",
		address_print(address, &e->target.address), e->target.port,
		address_class_name(address_class(&e->target.address)));
	wrap_labelled(to, "to", text);
}

static void show_order(const struct explain *e, const struct answer *a, FILE *to)
{
	char *text = NULL;
	size_t n = 0;
	FILE *memory;

	if (a->reason != REASON_RULE && a->reason != REASON_EXEMPTION &&
		a->reason != REASON_DEFAULT && a->reason != REASON_NO_RELAY)
		return;
	memory = open_memstream(&text, &n);
	if (!memory)
		return;
	order_print(memory, order_of(e, a));
	if (!fclose(memory) && text)
		wrap_labelled(to, "says", text);
	free(text);
}

int explain_text(const struct explain *e, FILE *to, uint8_t *verdict)
{
	struct answer a = judge(e->compiled, &e->subject, &e->target, e->now_ns);
	char text[SENTENCE] = "";
	size_t before = 0;

	fprintf(to, "%s\n\n", result(&a));
	add_cause(text, sizeof(text), e, &a);
	wrap_labelled(to, "why", text);
	wrap_labelled(to, "who", *e->who ? e->who : "anybody that no rule names");
	show_target(e, to);
	text[0] = '\0';
	add_sight(text, sizeof(text), e, &a);
	show_order(e, &a, to);
	wrap_labelled(to, "program", text);
	show_policy(e, to);
	each_before(e, &a, count_before, &before);
	if (before)
		fputs("\nBefore it, in this order:\n", to);
	each_before(e, &a, show_before, to);
	*verdict = a.verdict;
	return ferror(to) ? -EIO : 0;
}

/* ---- as JSON ---- */

static void put_before(const struct explain *e, const struct fence_term *t, void *arg)
{
	const struct policy_rule *r = rule_of(e, t->number);
	unsigned misfit = misfit_of(e, t->number);
	struct json *j = arg;
	char id[16];

	json_open(j, NULL, '{');
	if (r)
		json_text(j, "rule", r->name);
	snprintf(id, sizeof(id), "e%u", attempt_exemption(t->number));
	json_text(j, "exemption", r ? NULL : id);
	json_open(j, "misfits", '[');
	for (size_t i = 0; i < sizeof(misfits) / sizeof(*misfits); i++)
		if (misfit >> i & 1)
			json_text(j, NULL, misfits[i]);
	json_close(j, ']');
	json_bool(j, "passes", !misfit && t->pass);
	json_close(j, '}');
}

int explain_json(const struct explain *e, FILE *to, uint8_t *verdict)
{
	struct answer a = judge(e->compiled, &e->subject, &e->target, e->now_ns);
	const struct policy_rule *r = rule_of(e, a.rule);
	const struct exemption *x = exemption_of(e, a.rule);
	bool fails = a.verdict == VERDICT_DENIED && a.action != ACTION_DROP;
	char address[ADDRESS_TEXT];
	struct json j;

	json_init(&j, to);
	json_open(&j, NULL, '{');
	json_text(&j, "verdict", attempt_verdict_name(a.verdict));
	json_text(&j, "action", action_name(a.action));
	json_text(&j, "reason", attempt_reason_name(a.reason));
	if (r) {
		json_text(&j, "rule", r->name);
		json_text(&j, "origin", policy_origin(e->policy, r));
		json_number(&j, "line", r->line);
	}
	if (x)
		slip_json(&j, "exemption", x, text_wall_now());
	json_text(&j, "error", fails ? action_errno_name(a.err) : NULL);
	json_text(&j, "who", *e->who ? e->who : NULL);
	json_text(&j, "ip", address_print(address, &e->target.address));
	json_number(&j, "port", e->target.port);
	json_text(&j, "class", address_class_name(address_class(&e->target.address)));
	json_text(&j, "policy", e->hash);
	json_open(&j, "before", '[');
	each_before(e, &a, put_before, &j);
	json_close(&j, ']');
	json_close(&j, '}');
	*verdict = a.verdict;
	return ferror(to) ? -EIO : 0;
}
