/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What user space decides: the lines of generate.py through policy, terms, match, compile and judge. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "action.h"
#include "address.h"
#include "attempt.h"
#include "bpf/fence.h"
#include "compile.h"
#include "exemption.h"
#include "judge.h"
#include "match.h"
#include "policy.h"
#include "resolve.h"
#include "say.h"
#include "terms.h"
#include "text.h"
#include "vectors.h"
#include "yaml.h"

#define TREE 256 /* cgroups that are known; an id is 1 + its index */
#define LEVELS 64

/* One policy, ready to be asked. */
struct bench {
	json_t *line;
	struct policy *policy;
	struct exemptions exemptions;
	struct terms terms;
	struct resolved *found;
	struct match *match;
	struct match_level level[TREE];
	struct compiled *compiled;
};

static void must(int err, const char *what)
{
	if (!err)
		return;
	say("judge: %s: %s", what, strerror(-err));
	exit(1);
}

static const char *text_at(json_t *array, size_t i)
{
	return json_string_value(json_array_get(array, i));
}

/* 1 + index of a known cgroup; 0: not known. */
static uint64_t known(const struct bench *b, const char *path, size_t n)
{
	json_t *tree = json_object_get(b->line, "cgroups");

	for (size_t i = 0; i < json_array_size(tree); i++)
		if (strlen(text_at(tree, i)) == n && !strncmp(text_at(tree, i), path, n))
			return i + 1;
	return 0;
}

/* ---- reading a policy ---- */

static void read_exemption(struct bench *b, json_t *given)
{
	char *when = json_dumps(json_object_get(given, "if"), 0);
	struct exemption *e = &b->exemptions.e[b->exemptions.n++];
	struct yaml *y = NULL;

	e->id = json_integer_value(json_object_get(given, "id"));
	e->until_ns =
		text_wall_now() + 3600000000000ULL; /* in force; when it ends is set in its term */
	if (json_object_size(json_object_get(given, "if"))) {
		must(yaml_from_text("exemption", when, strlen(when), &y), "an exemption");
		must(selectors_read(yaml_root(y), &e->who), "its selectors");
	}
	must(order_from_text(
		     "exemption", json_string_value(json_object_get(given, "then")), &e->order),
		"its order");
	yaml_close(y);
	free(when);
}

static void read_terms(struct bench *b)
{
	json_t *given = json_object_get(b->line, "exemptions"), *one;
	size_t i;

	b->exemptions.e = calloc(json_array_size(given) + 1, sizeof(*b->exemptions.e));
	must(b->exemptions.e ? 0 : -ENOMEM, "exemptions");
	json_array_foreach(given, i, one) read_exemption(b, one);
	must(terms_list(b->policy, &b->exemptions, &b->terms), "terms");
	for (size_t t = 0; t < b->terms.rules_at; t++)
		json_array_foreach(given, i,
			one) if ((b->terms.term[t].number & ~FENCE_EXEMPTION) ==
				 json_integer_value(json_object_get(one, "id"))) b->terms.term[t]
			.until_ns = json_integer_value(json_object_get(one, "until_ns"));
}

/* The paths stand for numbers; those that all parts of the term name count. */
static bool all_name(const struct term *t, const char *path)
{
	for (int i = 0; i < TERM_PARTS && t->part[i]; i++) {
		const struct selectors_list *l = &t->part[i]->by[SELECTOR_EXE];
		bool found = !l->n;

		for (size_t k = 0; k < l->n; k++)
			found |= !strcmp(l->text[k], path);
		if (!found)
			return false;
	}
	return true;
}

static struct fence_exe exe_from(json_t *pair)
{
	return (struct fence_exe){ .dev = json_integer_value(json_array_get(pair, 0)),
		.ino = json_integer_value(json_array_get(pair, 1)) };
}

static void find_exes(struct bench *b)
{
	json_t *exes = json_object_get(b->line, "exes"), *key;
	struct resolved *r = b->found;
	const char *path;

	r->exe = calloc(b->terms.n * json_object_size(exes) + 1, sizeof(*r->exe));
	must(r->exe ? 0 : -ENOMEM, "executables");
	for (size_t i = 0; i < b->terms.n; i++)
		json_object_foreach(
			exes, path, key) if (term_names(&b->terms.term[i], SELECTOR_EXE) &&
					     all_name(&b->terms.term[i], path)) r->exe[r->exe_n++] =
			(struct resolved_exe){ i, exe_from(key) };
}

/* As resolve does for the cgroups of this machine. */
static void find_cgroups(struct bench *b)
{
	static const struct match_level above;
	json_t *tree = json_object_get(b->line, "cgroups");
	struct resolved *r = b->found;

	r->cgroup = calloc(TREE, sizeof(*r->cgroup));
	must(r->cgroup && json_array_size(tree) <= TREE ? vectors_init(&r->sets) : -ENOMEM, "tree");
	must(match_open(&b->terms, NULL, &b->match), "match");
	for (size_t i = 0; i < json_array_size(tree); i++) {
		const char *path = text_at(tree, i), *slash = strrchr(path, '/');
		uint64_t up = known(b, path, slash == path ? 1 : (size_t)(slash - path));
		const struct match_level *parent = i ? &b->level[up - 1] : NULL;
		const struct fence_vector *other = parent ? &parent->below : &above.below;
		struct resolved_cgroup *c = &r->cgroup[r->cgroup_n];
		struct match_level *l = &b->level[i];

		must(match_child(b->match, parent, path, l), path);
		if (vectors_equal(&l->own, other) && vectors_equal(&l->below, other))
			continue;
		c->id = i + 1;
		must(vectors_put(&r->sets, &l->own, &c->own), "sets");
		must(vectors_put(&r->sets, &l->below, &c->below), "sets");
		r->cgroup_n++;
	}
}

static void bench_close(struct bench *b)
{
	compile_free(b->compiled);
	match_close(b->match);
	resolve_free(b->found);
	terms_clear(&b->terms);
	exemptions_clear(&b->exemptions);
	policy_free(b->policy);
	json_decref(b->line);
	memset(b, 0, sizeof(*b));
}

static bool has_family(json_t *families, int family)
{
	size_t i;
	json_t *one;

	json_array_foreach(families, i, one) if (json_integer_value(one) == family) return true;
	return false;
}

static void bench_open(struct bench *b, json_t *line)
{
	json_t *responder = json_object_get(line, "responder");
	const char *text = json_string_value(json_object_get(line, "yaml"));
	struct compile_options o = { .fallback_errno = action_errno_from_name(
					     json_string_value(json_object_get(line, "errno"))) };

	bench_close(b);
	b->line = json_incref(line);
	o.answer.port4 = has_family(responder, 4) ? 2500 : 0;
	o.answer.port6 = has_family(responder, 6) ? 2500 : 0;
	must(policy_from_text("policy", text, strlen(text), &b->policy), text);
	read_terms(b);
	b->found = calloc(1, sizeof(*b->found));
	must(b->found ? 0 : -ENOMEM, "resolve");
	find_exes(b);
	find_cgroups(b);
	must(compile_policy(b->policy, &b->terms, b->found, &o, &b->compiled), "compile");
}

/* ---- asking it ---- */

/* Ids from the root down; what is not known has one that no policy names. */
static size_t ids_of(const struct bench *b, const char *path, uint64_t id[LEVELS])
{
	size_t n = 0;

	id[n++] = known(b, "/", 1);
	for (const char *s = path; s[1] && n < LEVELS; n++) {
		const char *end = strchrnul(s + 1, '/');

		id[n] = known(b, path, end - path) ?: TREE + n;
		s = end;
		if (!*s) {
			n++;
			break;
		}
	}
	return n;
}

static uint32_t id_of(json_t *line, const char *key)
{
	json_t *n = json_object_get(line, key);

	return json_is_null(n) ? ~0U : (uint32_t)json_integer_value(n);
}

static void one_place(const struct bench *b, json_t *line, const char *path, struct answer *a)
{
	json_t *groups = json_object_get(line, "groups"), *exe = json_object_get(line, "exe");
	uint32_t gid[64];
	uint64_t id[LEVELS];
	struct judge_target to = { .port = json_integer_value(json_object_get(line, "port")) };
	struct judge_who who = { .uid = id_of(line, "uid"),
		.euid = id_of(line, "euid"),
		.gid = gid,
		.gid_n = json_array_size(groups),
		.gids_known = !json_is_true(json_object_get(line, "more_groups")),
		.cgroup = id };

	for (size_t i = 0; i < who.gid_n && i < 64; i++)
		gid[i] = json_integer_value(json_array_get(groups, i));
	if (!json_is_null(exe))
		who.exe = exe_from(exe);
	if (strcmp(path, "?"))
		who.cgroup_n = ids_of(b, path, id);
	must(address_parse(json_string_value(json_object_get(line, "address")), &to.address),
		"an address");
	*a = judge(b->compiled, &who, &to, json_integer_value(json_object_get(line, "now_ns")));
}

static void put_rule(uint16_t rule)
{
	if (rule == FENCE_NO_RULE)
		fputs("null", stdout);
	else if (rule & FENCE_EXEMPTION)
		printf("\"e%u\"", rule & ~FENCE_EXEMPTION);
	else
		printf("%u", rule);
}

static void ask(const struct bench *b, json_t *line)
{
	static const char *const places[] = { "caller", "socket" };
	struct answer best = { 0 }, a;
	bool any = false;

	for (int i = 0; i < 2; i++) {
		const char *path = json_string_value(json_object_get(line, places[i]));

		if (!path)
			continue;
		one_place(b, line, path, &a);
		if (!any || stricter(&a, &best))
			best = a;
		any = true;
	}
	printf("{\"attempt\": %lld, \"verdict\": \"%s\", \"action\": \"%s\", \"reason\": \"%s\", \"rule\": ",
		json_integer_value(json_object_get(line, "attempt")),
		attempt_verdict_name(best.verdict), action_name(best.action),
		attempt_reason_name(best.reason));
	put_rule(best.rule);
	if (best.verdict == VERDICT_DENIED && best.action == ACTION_BLOCK)
		printf(", \"errno\": \"%s\"}\n", action_errno_name(best.err));
	else
		puts(", \"errno\": null}");
}

int main(void)
{
	static struct bench b;
	char *text = NULL;
	size_t room = 0;
	ssize_t n;

	while ((n = getline(&text, &room, stdin)) > 0) {
		json_t *line = json_loadb(text, n, 0, NULL);

		must(line ? 0 : -EINVAL, "a line of JSON");
		if (json_object_get(line, "yaml"))
			bench_open(&b, line);
		else if (json_object_get(line, "attempt"))
			ask(&b, line);
		json_decref(line);
	}
	free(text);
	bench_close(&b);
	return 0;
}
