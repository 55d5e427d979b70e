/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Policy text to struct policy and back. */
#include "policy.h"

#include <errno.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/fence.h"
#include "canon.h"
#include "choice.h"
#include "doubt.h"
#include "list.h"
#include "profile.h"
#include "quote.h"
#include "say.h"
#include "yaml.h"

static const char *const keys[] = { "version", "mode", "profile", "established", "block", "rules",
	"default", NULL };
static const char *const keys_later[] = { "interfaces", "tenants", "relay", "exemptions", "names",
	"label", NULL };
static const struct choice key_choice = { "a key of a policy", keys, keys_later };

static const char *const modes[] = { "audit", "enforce",
	NULL }; /* indexed by struct policy's enforce */
static const struct choice mode_choice = { "a mode", modes, NULL };

static const char *const established_names[] = {
	[ESTABLISHED_KEEP] = "keep",
	[ESTABLISHED_COUNT] = "count",
	[ESTABLISHED_VALUES] = NULL,
};
static const char *const established_later[] = { "destroy", NULL };
static const struct choice established_choice = { "what can be done with open connections",
	established_names, established_later };

static const struct choice errno_choice = { "an error a block may answer", action_errno_names,
	NULL };

/* Watched whatever the policy says (DESIGN.md 2). */
static const uint16_t always[] = { 25, 26, 465, 587, 2525 };

/* A policy being read. */
struct reading {
	struct policy *p;
	bool version;
	struct yaml_node *rules;
};

static int no_memory(void)
{
	return fail(-ENOMEM, "read policy");
}

static int read_version(const struct yaml_node *n, struct reading *r)
{
	const char *s = yaml_scalar(n);

	if (!s || strcmp(s, "1"))
		return yaml_refuse(n, "this program reads version 1 of the policy format");
	r->version = true;
	return 0;
}

static int read_profile(const struct yaml_node *n, struct policy *p)
{
	const char *s = yaml_scalar(n);
	char **names = NULL;
	size_t count, index;
	int err = 0;

	if (!s || !*s)
		return yaml_refuse(
			n, "the name of a profile is expected here; smtpfence profiles lists them");
	/* an unknown name is refused here, where its place is known */
	if (strcmp(s, "here") && !strchr(s, '/')) {
		err = profile_list(&names, &count);
		if (err)
			return err;
		err = choice_of(n,
			&(struct choice){ "a profile", (const char *const *)names, NULL }, &index);
		list_free_text(names, count);
	}
	if (!err)
		err = profile_open(s, &p->profile);
	if (err)
		return err;
	p->profile_name = strdup(strchr(s, '/') ? s : p->profile->name);
	return p->profile_name ? 0 : no_memory();
}

static int read_key(const struct yaml_node *key, struct yaml_node *n, struct reading *r)
{
	struct policy *p = r->p;
	size_t k, i;
	int err = choice_of(key, &key_choice, &k);

	if (err)
		return err;
	switch (k) {
	case 0:
		return read_version(n, r);
	case 1:
		err = choice_of(n, &mode_choice, &i);
		p->enforce = !err && i;
		return err;
	case 2:
		return read_profile(n, p);
	case 3:
		err = choice_of(n, &established_choice, &i);
		p->established = err ? 0 : i;
		return err;
	case 4:
		err = choice_of(n, &errno_choice, &i);
		p->err = err ? 0 : action_errno_from_name(action_errno_names[i]);
		return err;
	case 5:
		r->rules = n;
		return 0;
	default:
		return rule_read_action(n, &p->default_action, &p->default_err);
	}
}

static int unique_name(const struct yaml_node *n, const struct policy *p)
{
	const struct policy_rule *r = p->rule + p->rule_n;

	for (size_t i = 0; i < p->rule_n; i++)
		if (!strcmp(p->rule[i].name, r->name))
			return yaml_refuse(n, "the rule in line %u is called '%s' too",
				p->rule[i].line, r->name);
	return 0;
}

static int read_rules(const struct yaml_node *n, struct policy *p)
{
	struct yaml_node *rule;
	int err;

	if (!yaml_is_list(n))
		return yaml_refuse(n, "'rules' is a list: '- name: ...'");
	for (size_t i = 0; (rule = yaml_at(n, i, NULL)); i++) {
		if (p->rule_n == FENCE_RULES)
			return yaml_refuse(rule, "more than %d rules", FENCE_RULES);
		if (list_grow(&p->rule, p->rule_n, 1, sizeof(*p->rule)))
			return no_memory();
		err = rule_read(rule, i, p->rule + p->rule_n);
		if (err)
			return err;
		err = unique_name(rule, p);
		p->rule_n++;
		if (err)
			return err;
	}
	return 0;
}

/* Marks a port as watched; false when there is no room. */
static bool watch(uint16_t port, uint16_t watched[FENCE_PORTS], size_t *n)
{
	for (size_t i = 0; i < *n; i++)
		if (watched[i] == port)
			return true;
	if (*n == FENCE_PORTS)
		return false;
	watched[(*n)++] = port;
	return true;
}

static int count_ports(
	const struct yaml_node *root, const struct yaml_node *rules, const struct policy *p)
{
	uint16_t watched[FENCE_PORTS];
	size_t n = 0;
	bool fits = true;

	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		fits &= watch(always[i], watched, &n);
	for (size_t i = 0; i < p->profile->blocked_n; i++)
		fits &= watch(p->profile->blocked[i], watched, &n);
	if (!fits)
		return yaml_refuse(root,
			"the profile blocks too many ports: at most %d are watched", FENCE_PORTS);
	for (size_t i = 0; i < p->rule_n; i++)
		for (size_t k = 0; k < p->rule[i].port_n; k++)
			if (!watch(p->rule[i].port[k], watched, &n))
				return yaml_refuse(yaml_at(rules, i, NULL),
					"port %u is one too many: at most %d are watched, 25, 26, 465, 587, 2525 and the profile's among them",
					p->rule[i].port[k], FENCE_PORTS);
	return 0;
}

static int read_root(struct yaml_node *root, struct policy *p)
{
	struct reading r = { .p = p };
	struct yaml_node *key, *value;
	int err = 0;

	if (!yaml_is_map(root))
		return yaml_refuse(root, "a policy has keys: version, mode, profile, rules, ...");
	for (size_t i = 0; !err && (value = yaml_at(root, i, &key)); i++)
		err = read_key(key, value, &r);
	if (!err && !r.version)
		err = yaml_refuse(root, "'version: 1' is missing");
	if (!err && !p->profile) {
		err = profile_open("generic-cloud", &p->profile);
		p->profile_name = err ? NULL : strdup(p->profile->name);
		if (!err && !p->profile_name)
			err = no_memory();
	}
	if (!err && r.rules)
		err = read_rules(r.rules, p);
	if (!err)
		err = count_ports(root, r.rules, p);
	for (size_t i = 0; !err && i < p->rule_n; i++)
		doubt_rule(yaml_at(r.rules, i, NULL), p->rule, i, p->profile);
	return err;
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
		p->default_action = ACTION_BLOCK;
	}
	return p;
}

static int from_yaml(struct yaml *y, const char *name, struct policy **out)
{
	struct policy *p = new_policy(name);
	int err = p ? read_root(yaml_root(y), p) : no_memory();

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
	p->profile_name = strdup(strchr(profile, '/') ? profile : p->profile->name);
	if (!p->profile_name) {
		err = no_memory();
		goto out;
	}
	*out = p;
	p = NULL;
out:
	policy_free(p);
	return err;
}

void policy_free(struct policy *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->rule_n; i++)
		rule_clear(p->rule + i);
	free(p->rule);
	free(p->profile_name);
	profile_free(p->profile);
	free(p->path);
	free(p);
}

/* What the profile means belongs to what the policy says, and so into its hash. */
static void print_profile(FILE *to, const struct profile *p)
{
	fputs("# blocked:", to);
	for (unsigned i = 0; i < p->blocked_n; i++)
		fprintf(to, "%s port %u", i ? "," : "", p->blocked[i]);
	fputs(p->blocked_n ? "; scope:" : " nothing; scope:", to);
	for (int i = 0, n = 0; i < CLASS_COUNT; i++)
		if (p->scope >> i & 1)
			fprintf(to, "%s %s", n++ ? "," : "", address_class_name(i));
	if (p->err)
		fprintf(to, "; as %s", action_errno_name(p->err));
	fputc('\n', to);
}

int policy_print(const struct policy *p, FILE *to)
{
	fprintf(to, "version: 1\nmode: %s\nprofile: ", modes[p->enforce]);
	quote_yaml(to, p->profile_name);
	fputc('\n', to);
	print_profile(to, p->profile);
	fprintf(to, "established: %s\n", established_names[p->established]);
	if (p->err)
		fprintf(to, "block: %s\n", action_errno_name(p->err));
	if (p->rule_n)
		fputs("rules:\n", to);
	for (size_t i = 0; i < p->rule_n; i++)
		canon_rule(to, p->rule + i);
	fputs("default: ", to);
	canon_action(to, p->default_action, p->default_err);
	fputc('\n', to);
	return fflush(to) || ferror(to) ? -EIO : 0;
}

int policy_hash(const struct policy *p, char hex[65])
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	char *text = NULL;
	size_t n = 0;
	FILE *to = open_memstream(&text, &n);
	int err = to ? policy_print(p, to) : -ENOMEM;

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
	return established < ESTABLISHED_VALUES ? established_names[established] : NULL;
}
