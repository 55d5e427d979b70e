/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "lib/bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "attempt.h"
#include "bpf/question.h"
#include "policy.h"
#include "say.h"
#include "text.h"
#include "vectors.h"
#include "yaml.h"

void bench_must(int err, const char *what)
{
	if (!err)
		return;
	say("%s: %s", what, strerror(-err));
	exit(1);
}

static const char *text_at(json_t *array, size_t i)
{
	return json_string_value(json_array_get(array, i));
}

static const char *text_of(json_t *line, const char *key)
{
	return json_string_value(json_object_get(line, key));
}

static json_int_t number_of(json_t *line, const char *key)
{
	return json_integer_value(json_object_get(line, key));
}

size_t bench_known(const struct bench *b, const char *path)
{
	json_t *tree = json_object_get(b->line, "cgroups");

	for (size_t i = 0; i < json_array_size(tree); i++)
		if (!strcmp(text_at(tree, i), path))
			return i + 1;
	return 0;
}

size_t bench_ids(const struct bench_side *side, const struct bench *b, const char *path,
	uint64_t id[BENCH_LEVELS])
{
	char above[512];
	size_t n = 0;

	id[n++] = side->id(b, "/");
	for (const char *s = path; *s && s[1] && n < BENCH_LEVELS; n++) {
		s = strchrnul(s + 1, '/');
		(void)snprintf(above, sizeof(above), "%.*s", (int)(s - path), path);
		id[n] = side->id(b, above);
	}
	return n;
}

/* ---- reading a policy ---- */

static void read_exemption(struct bench *b, json_t *given)
{
	char *when = json_dumps(json_object_get(given, "if"), 0);
	struct exemption *e = &b->exemptions.e[b->exemptions.n++];
	struct yaml *y = NULL;

	e->id = number_of(given, "id");
	/* in force; when it ends is set in its term */
	e->until_ns = text_wall_now() + 3600000000000ULL;
	if (json_object_size(json_object_get(given, "if"))) {
		bench_must(yaml_from_text("exemption", when, strlen(when), &y), "an exemption");
		bench_must(selectors_read(yaml_root(y), &e->who), "its selectors");
	}
	bench_must(order_from_text("exemption", text_of(given, "then"), &e->order), "its order");
	yaml_close(y);
	free(when);
}

static void read_terms(struct bench *b)
{
	json_t *given = json_object_get(b->line, "exemptions");

	b->exemptions.e = calloc(json_array_size(given) + 1, sizeof(*b->exemptions.e));
	bench_must(b->exemptions.e ? 0 : -ENOMEM, "exemptions");
	for (size_t i = 0; i < json_array_size(given); i++)
		read_exemption(b, json_array_get(given, i));
	bench_must(terms_list(b->policy, &b->exemptions, &b->terms), "terms");
	for (size_t t = 0; t < b->terms.rules_at; t++)
		for (size_t i = 0; i < json_array_size(given); i++) {
			json_t *one = json_array_get(given, i);

			if ((b->terms.term[t].number & ~FENCE_EXEMPTION) == number_of(one, "id"))
				b->terms.term[t].until_ns = number_of(one, "until_ns");
		}
}

/* The paths stand for numbers; those that all parts of the term name count. */
static bool all_name(const struct term *t, const char *path)
{
	if (!term_names(t, SELECTOR_EXE))
		return false;
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
	json_t *exes = json_object_get(b->line, "exes");
	struct resolved *r = b->found;

	r->exe = calloc(b->terms.n * json_object_size(exes) + 1, sizeof(*r->exe));
	bench_must(r->exe ? 0 : -ENOMEM, "executables");
	for (size_t t = 0; t < b->terms.n; t++)
		for (void *i = json_object_iter(exes); i; i = json_object_iter_next(exes, i))
			if (all_name(&b->terms.term[t], json_object_iter_key(i)))
				r->exe[r->exe_n++] = (struct resolved_exe){ t,
					exe_from(json_object_iter_value(i)) };
}

/* As resolve does for the cgroups of this machine. */
static void find_cgroup(const struct bench_side *side, struct bench *b, size_t i)
{
	static const struct match_level above;
	const char *path = text_at(json_object_get(b->line, "cgroups"), i);
	size_t up = strrchr(path, '/') - path;
	struct resolved *r = b->found;
	struct resolved_cgroup *c = &r->cgroup[r->cgroup_n];
	const struct match_level *parent = NULL;
	const struct fence_vector *other = &above.below;
	struct match_level *l = &b->level[i];
	char parent_path[512];

	if (i) {
		(void)snprintf(parent_path, sizeof(parent_path), "%.*s", up ? (int)up : 1, path);
		parent = &b->level[bench_known(b, parent_path) - 1];
		other = &parent->below;
	}
	bench_must(match_child(b->match, parent, path, l), path);
	if (vectors_equal(&l->own, other) && vectors_equal(&l->below, other))
		return;
	c->id = side->id(b, path);
	bench_must(vectors_put(&r->sets, &l->own, &c->own), "sets");
	bench_must(vectors_put(&r->sets, &l->below, &c->below), "sets");
	r->cgroup_n++;
}

static void find_cgroups(const struct bench_side *side, struct bench *b)
{
	size_t n = json_array_size(json_object_get(b->line, "cgroups"));
	struct resolved *r = b->found;

	r->cgroup = calloc(BENCH_TREE, sizeof(*r->cgroup));
	bench_must(r->cgroup && n <= BENCH_TREE ? vectors_init(&r->sets) : -ENOMEM, "tree");
	bench_must(match_open(&b->terms, NULL, &b->match), "match");
	for (size_t i = 0; i < n; i++)
		find_cgroup(side, b, i);
}

static void bench_close(const struct bench_side *side, struct bench *b)
{
	if (b->compiled && side->close)
		side->close();
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
	for (size_t i = 0; i < json_array_size(families); i++)
		if (json_integer_value(json_array_get(families, i)) == family)
			return true;
	return false;
}

static void bench_open(const struct bench_side *side, struct bench *b, json_t *line)
{
	json_t *responder = json_object_get(line, "responder");
	const char *text = text_of(line, "yaml");
	const struct compile_options o = {
		.fallback_errno = action_errno_from_name(text_of(line, "errno")),
		.answer.port4 = has_family(responder, 4) ? 2500 : 0,
		.answer.port6 = has_family(responder, 6) ? 2500 : 0,
	};

	bench_close(side, b);
	b->line = json_incref(line);
	bench_must(policy_from_text("policy", text, strlen(text), &b->policy), text);
	read_terms(b);
	b->found = calloc(1, sizeof(*b->found));
	bench_must(b->found ? 0 : -ENOMEM, "resolve");
	find_exes(b);
	find_cgroups(side, b);
	bench_must(compile_policy(b->policy, &b->terms, b->found, &o, &b->compiled), "compile");
	if (side->open)
		side->open(b);
}

/* ---- asking it ---- */

static uint32_t id_of(json_t *line, const char *key)
{
	return json_is_null(json_object_get(line, key)) ? ~0U : (uint32_t)number_of(line, key);
}

static void read_attempt(json_t *line, struct bench_attempt *a)
{
	json_t *groups = json_object_get(line, "groups"), *exe = json_object_get(line, "exe");
	json_t *relays = json_object_get(line, "relays");

	memset(a, 0, sizeof(*a));
	a->number = number_of(line, "attempt");
	a->who.uid = id_of(line, "uid");
	a->who.euid = id_of(line, "euid");
	a->who.gid = a->gid;
	for (size_t i = 0; i < json_array_size(groups) && i < BENCH_GIDS; i++)
		a->gid[a->who.gid_n++] = json_integer_value(json_array_get(groups, i));
	a->who.gids_known = !json_is_true(json_object_get(line, "more_groups"));
	if (!json_is_null(exe))
		a->who.exe = exe_from(exe);
	a->address = text_of(line, "address");
	bench_must(address_parse(a->address, &a->to.address), "an address");
	a->to.port = number_of(line, "port");
	a->caller = text_of(line, "caller");
	a->socket = text_of(line, "socket");
	a->relays =
		(has_family(relays, 4) ? RELAY_IP4 : 0) | (has_family(relays, 6) ? RELAY_IP6 : 0);
	a->now_ns = number_of(line, "now_ns");
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

static void ask(const struct bench_side *side, const struct bench *b, json_t *line)
{
	struct bench_attempt a;
	struct answer got;

	read_attempt(line, &a);
	side->ask(b, &a, &got);
	printf("{\"attempt\": %u, \"verdict\": \"%s\", \"action\": \"%s\", \"reason\": \"%s\", \"rule\": ",
		a.number, attempt_verdict_name(got.verdict), action_name(got.action),
		attempt_reason_name(got.reason));
	put_rule(got.rule);
	if (got.verdict == VERDICT_DENIED && got.action == ACTION_BLOCK)
		printf(", \"errno\": \"%s\"}\n", action_errno_name(got.err));
	else
		puts(", \"errno\": null}");
}

int bench_run(const struct bench_side *side)
{
	static struct bench b;
	char *text = NULL;
	size_t room = 0;
	ssize_t n;

	while ((n = getline(&text, &room, stdin)) > 0) {
		json_t *line = json_loadb(text, n, 0, NULL);

		bench_must(line ? 0 : -EINVAL, "a line of JSON");
		if (json_object_get(line, "yaml"))
			bench_open(side, &b, line);
		else if (json_object_get(line, "attempt"))
			ask(side, &b, line);
		json_decref(line);
	}
	free(text);
	bench_close(side, &b);
	return 0;
}
