/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The canonical text of a rule. */
#include "canon.h"

#include <stdbool.h>
#include <string.h>

#include "action.h"
#include "address.h"
#include "bpf/fence.h"
#include "quote.h"
#include "rule.h"

#define ON_ONE_LINE 6 /* values of a selector; more stand below each other */

/* One selector being printed: how many values it has, and how many are out. */
struct values {
	FILE *to;
	size_t n, done;
};

static struct values begin(FILE *to, const char *selector, size_t n)
{
	if (n)
		fprintf(to, "      %s:%s", selector, n == 1 || n > ON_ONE_LINE ? "" : " [");
	return (struct values){ to, n, 0 };
}

static void value(struct values *v, const char *s)
{
	if (v->n > ON_ONE_LINE)
		fputs("\n        - ", v->to);
	else if (v->n == 1)
		fputc(' ', v->to);
	else if (v->done)
		fputs(", ", v->to);
	quote_yaml(v->to, s);
	v->done++;
}

static void end(const struct values *v)
{
	if (v->n)
		fputs(v->n == 1 || v->n > ON_ONE_LINE ? "" : "]", v->to);
}

static void print_to(FILE *to, const struct policy_rule *r)
{
	struct values v = begin(to, "to", r->to_n + __builtin_popcount(r->to_classes));
	char text[ADDRESS_TEXT];

	for (int i = 0; i < CLASS_COUNT; i++)
		if (r->to_classes >> i & 1)
			value(&v, address_class_name(i));
	for (size_t i = 0; i < r->to_n; i++)
		value(&v, address_print(text, r->to + i));
	end(&v);
	if (v.n)
		fputc('\n', to);
}

static void print_ports(FILE *to, const struct policy_rule *r)
{
	struct values v = begin(to, "port", r->port_n);
	char text[8];

	for (size_t i = 0; i < r->port_n; i++) {
		snprintf(text, sizeof(text), "%u", r->port[i]);
		value(&v, text);
	}
	end(&v);
	if (v.n)
		fputc('\n', to);
}

static void print_texts(FILE *to, const char *selector, char *const *s, size_t n)
{
	struct values v = begin(to, selector, n);

	for (size_t i = 0; i < n; i++)
		value(&v, s[i]);
	end(&v);
	if (n)
		fputc('\n', to);
}

/* What the names mean here belongs to what the policy says, and so into its hash. */
static void print_uids(FILE *to, const struct policy_rule *r)
{
	bool names = false;

	for (size_t i = 0; i < r->user_n; i++)
		names |= r->user[i][strspn(r->user[i], "0123456789")] != 0;
	if (!names)
		return;
	fputs("      # uid", to);
	for (size_t i = 0; i < r->user_n; i++)
		fprintf(to, "%s %u", i ? "," : "", r->uid[i]);
	fputc('\n', to);
}

void canon_action(FILE *to, uint8_t action, int err)
{
	fputs(action_name(action), to);
	if (err)
		fprintf(to, " %s", action_errno_name(err));
}

void canon_rule(FILE *to, const struct policy_rule *r)
{
	const char *lead = "  - ";

	if (r->named) {
		fputs("  - name: ", to);
		quote_yaml(to, r->name);
		fputc('\n', to);
		lead = "    ";
	}
	if (r->to_n || r->to_classes || r->port_n || rule_identifies(r)) {
		fprintf(to, "%sif:\n", lead);
		lead = "    ";
		print_to(to, r);
		print_ports(to, r);
		print_texts(to, "user", r->user, r->user_n);
		print_uids(to, r);
		print_texts(to, "exe", r->exe, r->exe_n);
		print_texts(to, "cgroup", r->cgroup, r->cgroup_n);
		print_texts(to, "unit", r->unit, r->unit_n);
	}
	fprintf(to, "%sthen: ", lead);
	canon_action(to, r->action, r->err);
	fputs(r->audit ? "\n    mode: audit\n" : "\n", to);
}
