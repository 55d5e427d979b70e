/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is judged in which order: exemptions, layers, rules, and what tenants make of them. */
#include "terms.h"

#include <errno.h>

#include "exemption.h"
#include "said.h"
#include "text.h"

#define NS_PER_S 1000000000ULL

static struct policy *policy_of(const char *rest)
{
	struct policy *p = NULL;
	char text[4096];

	snprintf(text, sizeof(text), "version: 1\nprofile: generic-cloud\n%s", rest);
	say_to(NULL); /* doubts are not the matter here */
	if (setenv("SMTPFENCE_DATA", "data", 1) || policy_from_text("t", text, strlen(text), &p))
		fail_msg("refused: %s", text);
	say_to(stderr);
	return p;
}

/* "number[>next] name: parts; " of each. */
static char *shown(const struct terms *t)
{
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	for (size_t i = 0; i < t->n; i++) {
		const struct term *term = &t->term[i];

		if (term->number & FENCE_EXEMPTION)
			fprintf(to, "e%u", term->number & ~FENCE_EXEMPTION);
		else
			fprintf(to, "%u", term->number);
		if (term->pass)
			fprintf(to, ">%u", term->next);
		for (int j = 0; term->part[j]; j++) {
			fputc(' ', to);
			selectors_print(to, term->part[j]);
		}
		fputs("; ", to);
	}
	fclose(to);
	return text;
}

static void assert_terms(const struct policy *p, const struct exemptions *e, const char *want)
{
	struct terms t;
	char *text;

	assert_int_equal(terms_list(p, e, &t), 0);
	text = shown(&t);
	assert_string_equal(text, want);
	free(text);
	terms_clear(&t);
}

static void rules_are_terms(void **state)
{
	struct policy *p =
		policy_of("rules:\n"
			  "  - { name: a, if: { to: 10.0.0.0/8, user: 7 }, then: allow }\n"
			  "  - { name: b, then: block, mode: audit }\n"
			  "  - { name: c, if: { unit: x.service }, then: answer }\n");
	struct terms t;

	(void)state;
	assert_terms(p, NULL, "0 { to: 10.0.0.0/8, user: 7 }; 1 {}; 2 { unit: x.service }; ");
	assert_int_equal(terms_list(p, NULL, &t), 0);
	assert_int_equal(t.rules_at, 0);
	assert_string_equal(t.term[0].name, "a");
	assert_string_equal(t.term[0].origin, "t");
	assert_int_equal(t.term[0].line, 4);
	assert_false(term_is_strict(&t.term[0]));
	assert_false(term_is_strict(&t.term[1])); /* only in audit */
	assert_true(t.term[1].audit && term_is_strict(&t.term[2]));
	assert_true(
		term_names(&t.term[0], SELECTOR_USER) && !term_names(&t.term[2], SELECTOR_USER));
	assert_true(term_by_cgroup(&t.term[2]) && !term_by_cgroup(&t.term[0]));
	assert_false(term_by_container(&t.term[2]));
	terms_clear(&t);
	policy_free(p);
}

#define TENANTS                                                                                    \
	"tenants:\n  shop: { if: [ { unit: a.service }, { user: 7, container: shop } ] }\n"        \
	"  web: { if: { cgroup: /w } }\n"

static void tenants_are_all_their_selectors(void **state)
{
	struct policy *p = policy_of(
		TENANTS "rules:\n  - { if: { tenant: shop, to: 10.0.0.0/8 }, then: allow }\n"
			"  - { if: { tenant: [shop, web] }, then: drop }\n");

	(void)state;
	assert_terms(p, NULL,
		"0 { to: 10.0.0.0/8, tenant: shop } { unit: a.service }; "
		"0 { to: 10.0.0.0/8, tenant: shop } { user: 7, container: shop }; "
		"1 { tenant: [shop, web] } { unit: a.service }; "
		"1 { tenant: [shop, web] } { user: 7, container: shop }; "
		"1 { tenant: [shop, web] } { cgroup: /w }; ");
	policy_free(p);
}

/* A layer's rules are for its tenant; what it allows goes on at the next layer. */
static void layers_come_first(void **state)
{
	struct policy *p = policy_of(
		TENANTS "layers:\n  - tenant: shop\n    rules:\n"
			"      - { if: { port: 25 }, then: allow }\n      - { then: block }\n"
			"  - tenant: web\n    rules:\n      - { then: allow }\n"
			"rules:\n  - { then: drop }\n");
	struct terms t;

	(void)state;
	assert_terms(p, NULL,
		"0>4 { port: 25 } { unit: a.service }; 0>4 { port: 25 } { user: 7, container: shop }; "
		"1 {} { unit: a.service }; 1 {} { user: 7, container: shop }; "
		"2>5 {} { cgroup: /w }; 3 {}; ");
	assert_int_equal(terms_list(p, NULL, &t), 0);
	assert_true(!term_is_strict(&t.term[0]) && term_is_strict(&t.term[2]));
	terms_clear(&t);
	policy_free(p);
}

/* Were such a rule to get here, it would overrule the operator's. */
static void layers_can_only_tighten(void **state)
{
	struct policy *p = policy_of(TENANTS "layers:\n  - tenant: web\n    rules:\n"
					     "      - { name: mine, then: block }\n");
	struct terms t;

	(void)state;
	p->rule[0].audit = true;
	said_begin();
	assert_int_equal(terms_list(p, NULL, &t), -EOPNOTSUPP);
	said_end("smtpfence: t:9: 'mine' is a tenant's: it can allow...");
	p->rule[0].audit = false;
	p->rule[0].then.action = ACTION_LIMIT;
	said_begin();
	assert_int_equal(terms_list(p, NULL, &t), -EOPNOTSUPP);
	said_end("smtpfence: t:9: 'mine' is a tenant's: it can allow...");
	policy_free(p);
}

static struct exemption exemption_of(unsigned id, uint64_t left_s, uint8_t action)
{
	return (struct exemption){ .id = id,
		.order.action = action,
		.since_ns = 1,
		.until_ns = text_wall_now() + left_s * NS_PER_S };
}

static void exemptions_come_first_newest_first(void **state)
{
	struct policy *p = policy_of("rules:\n  - { then: drop }\n");
	struct exemption some[] = { exemption_of(1, 60, ACTION_ALLOW),
		exemption_of(2, 60, ACTION_BLOCK), exemption_of(3, 60, ACTION_ALLOW),
		exemption_of(9, 90, ACTION_ALLOW), exemption_of(10, 60, ACTION_ALLOW) };
	struct exemptions all = { some, 5, 11 };
	uint64_t boot = text_wall_now() - text_boot_offset();
	struct terms t;

	(void)state;
	some[2].revoked_ns = 5;
	some[4].until_ns = text_wall_now() - 1;
	assert_terms(p, &all, "e9 {}; e2 {}; e1 {}; 0 {}; ");
	all.next = 3; /* ids begin anew after the last: 1 and 2 are newer than 9 */
	assert_terms(p, &all, "e2 {}; e1 {}; e9 {}; 0 {}; ");
	assert_int_equal(terms_list(p, &all, &t), 0);
	assert_int_equal(t.rules_at, 3);
	assert_string_equal(t.term[0].name, "e2");
	assert_true(term_is_strict(&t.term[0]) && !term_is_strict(&t.term[1]));
	assert_true(t.term[2].until_ns > boot + 89 * NS_PER_S &&
		    t.term[2].until_ns < boot + 91 * NS_PER_S);
	assert_int_equal(t.term[3].until_ns, 0);
	terms_clear(&t);
	policy_free(p);
}

static uint64_t name_of(const struct policy *p, const struct exemptions *e)
{
	struct terms t;
	uint64_t name;

	assert_int_equal(terms_list(p, e, &t), 0);
	name = t.name;
	terms_clear(&t);
	return name;
}

static void a_list_has_a_name(void **state)
{
	struct policy *p = policy_of("rules:\n  - { name: a, if: { user: 7 }, then: drop }\n");
	struct policy *q = policy_of("rules:\n  - { name: a, if: { user: 8 }, then: drop }\n");
	struct exemption some[] = { exemption_of(1, 60, ACTION_ALLOW) };
	struct exemptions all = { some, 1, 2 };
	uint64_t name;

	(void)state;
	name = name_of(p, &all);
	assert_true(name_of(p, NULL) == name_of(p, NULL));
	assert_true(name_of(p, NULL) != name_of(q, NULL));
	assert_true(name != name_of(p, NULL));
	assert_true(name == name_of(p, &all)); /* later, too */
	some[0].until_ns++;
	assert_true(name != name_of(p, &all));
	policy_free(p);
	policy_free(q);
}

static void refuses_what_it_cannot_say(void **state)
{
	struct policy *p =
		policy_of("rules:\n  - { name: a, if: { interface: tap0 }, then: drop }\n");
	struct policy *q = policy_of(TENANTS "rules:\n  - { then: drop }\n");
	char *nobody[] = { "nobody" }, *two[] = { "1", "2" };
	uint32_t one_gid[] = { 1 }, two_gid[] = { 1, 2 };
	struct exemption e = exemption_of(4, 60, ACTION_ALLOW);
	struct exemptions all = { &e, 1, 5 };
	struct selectors group = { .by[SELECTOR_GROUP] = { two, 1 }, .gid = two_gid + 1 };
	struct tenant grouped = { .name = "grouped", .any = &group, .any_n = 1 };
	struct terms t = { .n = 77 };

	(void)state;
	said_begin();
	assert_int_equal(terms_list(p, NULL, &t), -EOPNOTSUPP);
	said_end(
		"smtpfence: t:4: 'interface' selects forwarded traffic, which this version does not see; 'a' would never match\n");
	e.who.by[SELECTOR_TENANT] = (struct selectors_list){ nobody, 1 };
	said_begin();
	assert_int_equal(terms_list(q, &all, &t), -ENOENT);
	said_end("smtpfence: exemption e4: the policy has no tenant nobody\n"
		 "hint: to go on without it: smtpfence revoke e4\n");
	nobody[0] = "grouped";
	p->tenant = &grouped;
	p->tenant_n = 1;
	p->rule_n = 0;
	e.who.by[SELECTOR_GROUP] = (struct selectors_list){ two, 1 };
	e.who.gid = one_gid;
	said_begin();
	assert_int_equal(terms_list(p, &all, &t), -EOPNOTSUPP);
	said_end("smtpfence: exemption e4: 'e4' and its tenant select by different groups...");
	e.who.by[SELECTOR_GROUP].n = 2; /* one list within the other */
	e.who.gid = two_gid;
	assert_int_equal(t.n, 77);
	assert_int_equal(terms_list(p, &all, &t), 0);
	terms_clear(&t);
	p->tenant_n = 0;
	p->tenant = NULL;
	p->rule_n = 1;
	policy_free(p);
	policy_free(q);
}

static void refuses_too_many(void **state)
{
	struct policy_rule *rule = calloc(FENCE_RULES + 1, sizeof(*rule));
	struct selectors *any = calloc(3, sizeof(*any));
	struct tenant tenant = { .name = "t", .any = any, .any_n = 2 };
	struct policy p = { .rule = rule, .rule_n = FENCE_RULES, .tenant = &tenant, .tenant_n = 1 };
	char *names[] = { "t" }, *gids[FENCE_GIDS + 1];
	uint32_t gid[FENCE_GIDS + 1];
	struct terms t;

	(void)state;
	for (size_t i = 0; i <= FENCE_RULES; i++) {
		rule[i].name = "r";
		rule[i].when.by[SELECTOR_TENANT] = (struct selectors_list){ names, 1 };
	}
	assert_int_equal(terms_list(&p, NULL, &t), 0);
	assert_int_equal(t.n, FENCE_TERMS);
	terms_clear(&t);
	tenant.any_n = 3;
	said_begin();
	assert_int_equal(terms_list(&p, NULL, &t), -E2BIG);
	said_end(
		"smtpfence: policy:0: the rules and exemptions come to more than 2048 ways to match...");
	p.rule_n++;
	said_begin();
	assert_int_equal(terms_list(&p, NULL, &t), -E2BIG);
	said_end("smtpfence: policy: 1025 rules; at most 1024 are possible\n");
	p.rule_n = 1;
	for (uint32_t i = 0; i <= FENCE_GIDS; i++) {
		gid[i] = i;
		gids[i] = "g";
	}
	rule[0].when.gid = gid;
	rule[0].when.by[SELECTOR_GROUP] = (struct selectors_list){ gids, FENCE_GIDS };
	assert_int_equal(terms_list(&p, NULL, &t), 0);
	terms_clear(&t);
	rule[0].when.by[SELECTOR_GROUP].n++;
	said_begin();
	assert_int_equal(terms_list(&p, NULL, &t), -E2BIG);
	said_end("smtpfence: the rules name 65 groups; at most 64 are possible\n");
	free(rule);
	free(any);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_terms),
		cmocka_unit_test(tenants_are_all_their_selectors),
		cmocka_unit_test(layers_come_first),
		cmocka_unit_test(layers_can_only_tighten),
		cmocka_unit_test(exemptions_come_first_newest_first),
		cmocka_unit_test(a_list_has_a_name),
		cmocka_unit_test(refuses_what_it_cannot_say),
		cmocka_unit_test(refuses_too_many),
	};

	return cmocka_run_group_tests_name("terms", tests, NULL, NULL);
}
