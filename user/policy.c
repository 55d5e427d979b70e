/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Policy text to struct policy and back. */
#include "policy.h"

#include <errno.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/fence.h"
#include "canon.h"
#include "list.h"
#include "profile.h"
#include "quote.h"
#include "say.h"
#include "text.h"
#include "yaml.h"

static int no_memory(void)
{
	return fail(-ENOMEM, "read policy");
}

static struct policy *new_policy(const char *path)
{
	struct policy *p = calloc(1, sizeof(*p));

	if (p && path && !(p->path = strdup(path))) {
		free(p);
		return NULL;
	}
	if (p) {
		p->enforce = true;
		p->established = ESTABLISHED_COUNT;
		p->otherwise.action = ACTION_BLOCK;
	}
	return p;
}

static int from_yaml(struct yaml *y, const char *name, struct policy **out)
{
	struct policy *p = new_policy(name);
	int err = p ? charter_read(yaml_root(y), p) : no_memory();

	if (err)
		policy_free(p);
	else
		*out = p;
	yaml_close(y);
	return err;
}

int policy_open(const char *path, struct policy **out)
{
	struct yaml *y = NULL;
	int err = yaml_open(path, &y);

	return err ? err : from_yaml(y, strcmp(path, "-") ? path : "stdin", out);
}

int policy_from_text(const char *name, const char *text, size_t n, struct policy **out)
{
	struct yaml *y = NULL;
	int err = yaml_from_text(name, text, n, &y);

	return err ? err : from_yaml(y, name, out);
}

int policy_from_profile(const char *profile, bool enforce, struct policy **out)
{
	struct policy *p = new_policy(NULL);
	int err = p ? profile_open(profile, &p->profile) : no_memory();

	if (err)
		goto out;
	p->enforce = enforce;
	err = charter_name_profile(p, profile);
	if (err)
		goto out;
	*out = p;
	p = NULL;
out:
	policy_free(p);
	return err;
}

/* In front of the operator's rules, behind the other layers. */
static int insert_layer(struct policy *p, struct policy_layer *l, struct layer_place *from)
{
	size_t n = p->rule_n + from->rule_n, at = 0;
	struct policy_rule *rule = NULL;

	if (list_grow(&rule, 0, n, sizeof(*rule)) ||
		list_grow(&p->layer, p->layer_n, 1, sizeof(*p->layer))) {
		free(rule);
		return no_memory();
	}
	while (at < p->rule_n && p->rule[at].layer)
		at++;
	for (size_t i = 0; i < n; i++) {
		bool new = i >= at &&i < at + from->rule_n;

		rule[i] = new ? from->rule[i - at] : p->rule[i < at ? i : i - from->rule_n];
	}
	free(p->rule);
	p->rule = rule;
	p->rule_n = n;
	p->layer[p->layer_n++] = *l;
	*l = (struct policy_layer){ NULL, NULL };
	from->rule_n = 0;
	return 0;
}

int policy_add_layer(struct policy *p, const char *path)
{
	struct layer_place from = { p->tenant, p->tenant_n, NULL, 0, p->layer_n + 1 };
	struct policy_layer l = { NULL, NULL };
	struct yaml *y = NULL;
	int err = yaml_open(path, &y);

	if (!err && p->layer_n == POLICY_LAYERS)
		err = yaml_refuse(yaml_root(y), "more than %d layers", POLICY_LAYERS);
	if (!err)
		err = layer_read(yaml_root(y), true, &from, &l.tenant);
	if (!err && p->rule_n + from.rule_n > FENCE_RULES)
		err = yaml_refuse(yaml_root(y), "with these it is more than %d rules", FENCE_RULES);
	if (!err)
		err = charter_check(p, from.rule, from.rule_n);
	if (!err && !(l.path = strdup(path)))
		err = no_memory();
	if (!err)
		err = insert_layer(p, &l, &from);
	yaml_close(y);
	for (size_t i = 0; i < from.rule_n; i++)
		rule_clear(from.rule + i);
	free(from.rule);
	layer_clear(&l);
	return err;
}

int policy_open_all(char *const *file, struct policy **out)
{
	struct policy *p = NULL;
	int err = policy_open(file[0], &p);

	for (size_t i = 1; !err && file[i]; i++)
		err = policy_add_layer(p, file[i]);
	if (err)
		policy_free(p);
	else
		*out = p;
	return err;
}

void policy_free(struct policy *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->rule_n; i++)
		rule_clear(p->rule + i);
	free(p->rule);
	for (size_t i = 0; i < p->layer_n; i++)
		layer_clear(p->layer + i);
	free(p->layer);
	tenants_free(p->tenant, p->tenant_n);
	free(p->profile_name);
	profile_free(p->profile);
	free(p->path);
	free(p);
}

const char *policy_origin(const struct policy *p, const struct policy_rule *r)
{
	const char *path = r->layer ? p->layer[r->layer - 1].path : NULL;

	path = path ? path : p->path;
	return path ? path : "policy";
}

/* Rules from number *at on that are of that layer. */
static int print_rules(const struct policy *p, size_t *at, unsigned layer, FILE *to, bool origins)
{
	unsigned indent = layer ? 6 : 2;
	int err = 0;

	for (; !err && *at < p->rule_n && p->rule[*at].layer == layer; ++*at) {
		err = canon_rule(to, p->rule + *at, indent);
		if (!origins)
			continue;
		fprintf(to, "%*s# ", (int)indent + 2, "");
		quote_yaml(to, policy_origin(p, p->rule + *at));
		fprintf(to, ":%u\n", p->rule[*at].line);
	}
	return err;
}

static void print_tenants(FILE *to, const struct policy *p)
{
	if (!p->tenant_n)
		return;
	tenants_print(to, p->tenant, p->tenant_n);
	for (size_t i = 0; i < p->tenant_n; i++)
		for (size_t k = 0; k < p->tenant[i].any_n; k++)
			canon_ids(to, p->tenant[i].any + k, 2);
}

static void print_head(FILE *to, const struct policy *p)
{
	char longest[24];

	fprintf(to, "version: 1\nmode: %s\nprofile: ", charter_modes[p->enforce]);
	quote_yaml(to, p->profile_name);
	fputc('\n', to);
	canon_profile(to, p->profile);
	fprintf(to, "established: %s\n", charter_established[p->established]);
	if (p->err)
		fprintf(to, "block: %s\n", action_errno_name(p->err));
	if (p->longest_s)
		fprintf(to, "exemptions: { longest: %s }\n", text_span(longest, p->longest_s));
	print_tenants(to, p);
}

int policy_print(const struct policy *p, bool origins, FILE *to)
{
	size_t at = 0;
	int err = 0;

	print_head(to, p);
	if (p->layer_n)
		fputs("layers:\n", to);
	for (size_t i = 0; !err && i < p->layer_n; i++) {
		fputs("  - tenant: ", to);
		quote_yaml(to, p->layer[i].tenant);
		fputs("\n    rules:\n", to);
		err = print_rules(p, &at, i + 1, to, origins);
	}
	if (at < p->rule_n)
		fputs("rules:\n", to);
	if (!err)
		err = print_rules(p, &at, 0, to, origins);
	fputs("default: ", to);
	order_print(to, &p->otherwise);
	fputc('\n', to);
	if (!err && (fflush(to) || ferror(to)))
		err = -EIO;
	return err;
}

int policy_hash(const struct policy *p, char hex[65])
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	char *text = NULL;
	size_t n = 0;
	FILE *to = open_memstream(&text, &n);
	int err = to ? policy_print(p, false, to) : -ENOMEM;

	if (to && fclose(to))
		err = -ENOMEM;
	if (!err) {
		SHA256((unsigned char *)text, n, digest);
		for (size_t i = 0; i < sizeof(digest); i++)
			sprintf(hex + 2 * i, "%02x", digest[i]);
	}
	free(text);
	return err;
}

const char *policy_established_name(uint8_t established)
{
	return established < ESTABLISHED_VALUES ? charter_established[established] : NULL;
}
