/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Paths, units and containers of a tree that is only names; what is unknown fails closed. */
#include "container.h" /* before it is replaced */

static int found(struct containers *c, const char *path, const struct container **out, bool *known);
static bool is(const char *path);
#define container_find found
#define container_is is
#include "user/match.c"
#undef container_find
#undef container_is

#include "said.h"

#define SEED 20261125
#define ROUNDS 300
#define TERMS 24
#define DIRS 120

/* ---- containers: any directory "cN" that is in none; N tells what there is to know ---- */

static struct container container;
static bool container_known;

static bool is(const char *path)
{
	for (const char *s = path; (s = strchr(s, '/')); s++)
		if (s[1] == 'c' && s[2] >= '0' && s[2] <= '9' &&
			!s[3 + strspn(s + 3, "0123456789")])
			return true;
		else if (s[1] == 'c' && s[2] >= '0' && s[2] <= '9')
			return false; /* below one */
	return false;
}

static int found(struct containers *c, const char *path, const struct container **out, bool *known)
{
	(void)c;
	(void)path;
	*out = &container;
	*known = container_known;
	return 0;
}

/* ---- a world of terms, by hand ---- */

struct world {
	struct selectors s[TERMS];
	struct order order[TERMS];
	struct term term[TERMS];
	struct terms terms;
	struct match *m;
};

static void world_init(struct world *w, size_t n)
{
	*w = (struct world){ .terms = { .n = n } };
	w->terms.term = w->term;
	for (size_t i = 0; i < n; i++)
		w->term[i] =
			(struct term){ .part = { &w->s[i] }, .order = &w->order[i], .name = "t" };
}

static void add(struct selectors *s, enum selector which, char *text)
{
	struct selectors_list *l = &s->by[which];

	l->text = realloc(l->text, (l->n + 1) * sizeof(*l->text));
	assert_non_null(l->text);
	l->text[l->n++] = text;
}

static void add_label(struct selectors *s, char *key, char *value)
{
	struct selectors_label *l;

	s->label = realloc(s->label, (s->label_n + 1) * sizeof(*s->label));
	assert_non_null(s->label);
	l = &s->label[s->label_n++];
	*l = (struct selectors_label){ .key = key, .value = { malloc(sizeof(char *)), 1 } };
	assert_non_null(l->value.text);
	*l->value.text = value;
}

static void world_open(struct world *w)
{
	assert_int_equal(match_open(&w->terms, NULL, &w->m), 0);
}

static void world_end(struct world *w)
{
	match_close(w->m);
	for (size_t i = 0; i < TERMS; i++) {
		for (int k = 0; k < SELECTOR_COUNT; k++)
			free(w->s[i].by[k].text);
		for (size_t k = 0; k < w->s[i].label_n; k++)
			free(w->s[i].label[k].value.text);
		free(w->s[i].label);
	}
}

/* The level of a path, by way of all above it. */
static void level(const struct world *w, const char *path, struct match_level *out)
{
	struct match_level up;
	char part[256];

	assert_int_equal(match_child(w->m, NULL, "/", out), 0);
	for (const char *end = path; path[1] && *end;) {
		end += 1 + strcspn(end + 1, "/");
		snprintf(part, sizeof(part), "%.*s", (int)(end - path), path);
		up = *out;
		assert_int_equal(match_child(w->m, &up, part, out), 0);
	}
}

static void assert_level(const struct world *w, const char *path, uint64_t own, uint64_t below)
{
	struct match_level l;

	level(w, path, &l);
	if (l.own.word[0] != own || l.below.word[0] != below)
		fail_msg("%s: own %llx, below %llx, not %lx, %lx", path, l.own.word[0],
			l.below.word[0], own, below);
}

/* ---- cases ---- */

static void matches_paths(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 4);
	add(&w.s[0], SELECTOR_CGROUP, "/a.slice/b");
	add(&w.s[1], SELECTOR_CGROUP, "/a.slice/*");
	add(&w.s[2], SELECTOR_CGROUP, "/a.slice/*/c");
	w.order[2].action = ACTION_BLOCK;
	add(&w.s[3], SELECTOR_CGROUP, "/");
	world_open(&w);
	assert_level(&w, "/", 8, 8 | 4);
	assert_level(&w, "/b.slice", 8, 8);
	assert_level(
		&w, "/a.slice", 8, 8 | 4); /* allows do not hold below before they are known to */
	assert_level(&w, "/a.slice/b", 8 | 1 | 2, 8 | 1 | 2 | 4);
	assert_level(&w, "/a.slice/b/d", 8 | 1 | 2, 8 | 1 | 2);
	assert_level(&w, "/a.slice/b/c", 15, 15);
	/* a path is told exactly, also within a service */
	assert_level(&w, "/a.slice/x.service", 8 | 2, 8 | 2 | 4);
	assert_level(&w, "/a.slice/x.service/d", 8 | 2, 8 | 2);
	assert_level(&w, "/a.slice/x.service/c", 8 | 2 | 4, 8 | 2 | 4);
	world_end(&w);
}

static void matches_units(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 5);
	for (int i = 0; i < 4; i++)
		add(&w.s[i], SELECTOR_UNIT, i & 2 ? "php@*.service" : "exim4.service");
	add(&w.s[4], SELECTOR_UNIT, "*");
	w.order[1].action = w.order[3].action = ACTION_DROP;
	w.term[3].audit = true; /* then it fails open as an allow does: it only watches */
	world_open(&w);
	assert_level(&w, "/", 0, 2);
	assert_level(&w, "/system.slice", 16, 16 | 2);
	assert_level(&w, "/system.slice/exim4.service", 16 | 3, 16 | 3);
	assert_level(&w, "/system.slice/exim4.service/child", 16 | 3, 16 | 3);
	assert_level(&w, "/system.slice/php@1.service", 16 | 12, 16 | 12);
	assert_level(&w, "/system.slice/_cpu.service", 16, 16);
	/* its owner makes directories there: no allow, but what is strict holds */
	assert_level(&w, "/user@7.service", 16, 16);
	assert_level(&w, "/user@7.service/exim4.service", 16 | 2, 16 | 2);
	assert_level(&w, "/c1/exim4.service", 16 | 2, 16 | 2);
	world_end(&w);
	world_init(&w, 1);
	add(&w.s[0], SELECTOR_UNIT, "cpu.service");
	world_open(&w);
	assert_level(
		&w, "/_cpu.service", 1, 1); /* as systemd writes what the kernel has a file of */
	world_end(&w);
}

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct container_label labels[] = { { "tier", "shop" }, { "zone", "eu" } };

static void matches_containers(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 8);
	add(&w.s[0], SELECTOR_CONTAINER, "shop-*");
	add(&w.s[1], SELECTOR_CONTAINER, "0123456789ab");
	add(&w.s[2], SELECTOR_IMAGE, "*/nginx:*");
	add(&w.s[3], SELECTOR_RUNTIME, "docker");
	add_label(&w.s[4], "tier", "sh*");
	add_label(&w.s[4], "zone", "eu");
	add_label(&w.s[5], "tier", "mail");
	add(&w.s[6], SELECTOR_POD, "shop-1");
	add(&w.s[6], SELECTOR_NAMESPACE, "prod");
	add(&w.s[7], SELECTOR_CONTAINER, "shop-1");
	add(&w.s[7], SELECTOR_IMAGE, "*/exim:*");
	world_open(&w);
	container_known = true;
	container = (struct container){ .id = ID,
		.name = "shop-1",
		.image = "docker.io/nginx:1",
		.runtime = "docker",
		.label = labels,
		.label_n = 2,
		.labelled = true };
	assert_level(&w, "/c1", 0x1f, 0x1f);
	assert_level(&w, "/c1/child", 0x1f, 0x1f); /* all of it is in the container */
	assert_level(&w, "/d1", 0, 0);
	container.name = "0123456789ab"; /* a name that looks like an id is none */
	container.id = "f" ID;
	container.label_n = 1;
	assert_level(&w, "/c1", 0xc, 0xc);
	container = (struct container){ .id = "shop-1", .runtime = "lxc", .labelled = true };
	assert_level(&w, "/c1", 1, 1);
	container.pod = "shop-1";
	assert_level(&w, "/c1", 1, 1);
	container.namespace = "prod";
	assert_level(&w, "/c1", 1 | 0x40, 1 | 0x40);
	world_end(&w);
}

/* Of one whose files do not tell (yet): what is strict holds if it could, the rest only if it does. */
static void unknown_containers_fail_closed(void **state)
{
	struct world w;
	struct match_level l;

	(void)state;
	world_init(&w, 11);
	for (int i = 0; i < 10; i++)
		w.order[i].action = i & 1 ? ACTION_BLOCK : ACTION_ALLOW;
	for (int i = 0; i < 2; i++) {
		add(&w.s[i], SELECTOR_CONTAINER, "shop");
		add(&w.s[2 + i], SELECTOR_CONTAINER, "0123456789ab");
		add(&w.s[4 + i], SELECTOR_CONTAINER, "ffffffffffff");
		add(&w.s[6 + i], SELECTOR_RUNTIME, "docker");
		add_label(&w.s[8 + i], "tier", "shop");
	}
	add(&w.s[10], SELECTOR_IMAGE, "exim");
	w.order[10].action = ACTION_BLOCK;
	world_open(&w);
	container = (struct container){ .id = ID, .runtime = "docker" };
	container_known = false;
	assert_level(
		&w, "/c1", 1 << 1 | 3 << 2 | 3 << 6 | 3 << 9, 1 << 1 | 3 << 2 | 3 << 6 | 3 << 9);
	level(&w, "/c1/child", &l);
	assert_false(l.known);
	container.runtime = NULL;
	assert_level(
		&w, "/c1", 1 << 1 | 3 << 2 | 1 << 7 | 3 << 9, 1 << 1 | 3 << 2 | 1 << 7 | 3 << 9);
	/* known to have no image, but its labels are in a database */
	container = (struct container){ .id = ID, .name = "web", .runtime = "podman" };
	container_known = true;
	assert_level(&w, "/c1", 3 << 2 | 1 << 9, 3 << 2 | 1 << 9);
	level(&w, "/c1", &l);
	assert_true(l.known);
	container.labelled = true;
	assert_level(&w, "/c1", 3 << 2, 3 << 2);
	/* where one may come at any time: also in a service of the system, not in a user's */
	assert_level(&w, "/", 0, 0x6aa);
	assert_level(&w, "/system.slice/shop.service", 0, 0x6aa);
	assert_level(&w, "/user.slice", 0, 0x6aa);
	assert_level(&w, "/user.slice/user-7.slice/user@7.service", 0, 0);
	assert_level(&w, "/user.slice/user-7.slice/session-1.scope", 0, 0);
	world_end(&w);
}

/* A user's own container may have any name: it earns what names the user too. */
static void a_users_own_earns_nothing(void **state)
{
	struct match_value v;
	struct world w;

	(void)state;
	world_init(&w, 3);
	for (int i = 0; i < 3; i++)
		add(&w.s[i], SELECTOR_CONTAINER, "shop");
	add(&w.s[1], SELECTOR_USER, "alice");
	w.order[2].action = ACTION_BLOCK;
	world_open(&w);
	container = (struct container){ .id = ID, .name = "shop", .rootless = true };
	container_known = true;
	assert_level(&w, "/user@7.service/c1", 2 | 4, 2 | 4);
	assert_true(match_value(w.m, 0, &v) && !v.seen && v.distrusted);
	assert_true(match_value(w.m, 1, &v) && v.seen && v.term == &w.term[1]);
	assert_string_equal(v.kind, "container");
	assert_string_equal(v.text, "shop");
	assert_false(match_value(w.m, 3, &v));
	world_end(&w);
}

static void selectors_are_and_lists_or(void **state)
{
	struct selectors tenant = { 0 };
	struct match_value v;
	struct world w;

	(void)state;
	world_init(&w, 3);
	add(&w.s[0], SELECTOR_CGROUP, "/a.slice");
	add(&w.s[0], SELECTOR_UNIT, "x.service");
	add(&w.s[0], SELECTOR_UNIT, "y.service");
	add(&w.s[1], SELECTOR_CGROUP, "/a.slice/*/in");
	add(&w.s[2], SELECTOR_USER, "alice"); /* nothing of a cgroup */
	add(&tenant, SELECTOR_UNIT, "x.service");
	w.term[1].part[1] = &tenant;
	w.order[1].action = ACTION_BLOCK;
	world_open(&w);
	assert_level(&w, "/x.service", 0, 0);
	assert_level(&w, "/a.slice/y.service", 1, 1); /* any text of the list */
	assert_level(&w, "/a.slice/y.service/in", 1, 1); /* not the tenant's unit */
	assert_level(&w, "/a.slice/x.service", 1, 1 | 2);
	assert_level(&w, "/a.slice/x.service/in", 1 | 2, 1 | 2);
	assert_level(&w, "/a.slice", 0, 2);
	assert_level(&w, "/b.slice", 0, 0); /* no path below it is */
	assert_true(match_needed(w.m));
	assert_true(match_value(w.m, 3, &v));
	assert_string_equal(v.kind, "cgroup");
	world_end(&w);
	free(tenant.by[SELECTOR_UNIT].text);
	world_init(&w, 1);
	world_open(&w);
	assert_false(match_needed(w.m));
	world_end(&w);
}

/* With a limit: where one workload ends and the next begins. */
static void tells_workloads_apart(void **state)
{
	static const struct {
		const char *path;
		bool whole;
	} dirs[] = {
		{ "/", false },
		{ "/system.slice", false },
		{ "/system.slice/x.service", true },
		{ "/system.slice/x.service/y.service", false }, /* its own making */
		{ "/system.slice/x.service/c1", false },
		{ "/user.slice", false },
		{ "/user.slice/user-7.slice", true }, /* sessions come and go as the user likes */
		{ "/user.slice/user-7.slice/session-1.scope", false },
		{ "/user.slice/user-7.slice/user@7.service", false },
		{ "/user.slice/user-7.slice/user@7.service/app.slice/x.service", false },
		{ "/machine.slice/x.scope", true },
		{ "/plain/directory", false },
		{ "/kubepods.slice/pod.slice/c1", true },
		{ "/c1", true },
		{ "/c1/system.slice/x.service", false },
	};
	struct match_level l;
	struct world w;

	(void)state;
	container = (struct container){ .id = "web" };
	world_init(&w, 1);
	w.order[0].action = ACTION_LIMIT;
	world_open(&w);
	assert_true(match_needed(w.m));
	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++) {
		level(&w, dirs[i].path, &l);
		if (l.whole != dirs[i].whole)
			fail_msg("%s", dirs[i].path);
	}
	world_end(&w);
	world_init(&w, 1); /* nobody asks without a limit */
	world_open(&w);
	level(&w, "/system.slice/x.service", &l);
	assert_false(l.whole);
	world_end(&w);
}

/* ---- property ---- */

static uint64_t dice_state = SEED;

static uint32_t dice(uint32_t n)
{
	uint64_t z = dice_state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (uint32_t)((z ^ z >> 31) >> 32) % n;
}

static char *const DIR_NAMES[] = { "a.slice", "b.slice", "x.service", "y.service", "s.scope", "c1",
	"c2", "in", "user-7.slice", "user@7.service" };
static char *const UNITS[] = { "x.service", "*.service", "a.slice", "s.scope", "[xy].*" };
static char *const PATHS[] = { "/", "/a.slice", "/a.slice/*", "/*/x.service", "/*/*/in",
	"/a.slice/b.slice/*", "/?.slice", "/x.service/in", "/b.slice/c1/*" };
static char *const NAMES[] = { "shop", "shop*", "web", "0123456789ab" };

static void random_term(struct world *w, size_t i)
{
	struct selectors *s = &w->s[i];

	w->order[i].action = dice(ACTION_COUNT);
	w->term[i].audit = !dice(5);
	w->term[i].pass = !dice(5);
	for (uint32_t n = dice(3); n; n--)
		add(s, SELECTOR_CGROUP, PATHS[dice(9)]);
	for (uint32_t n = dice(3); n; n--)
		add(s, SELECTOR_UNIT, UNITS[dice(5)]);
	for (uint32_t n = dice(5) / 2; n; n--)
		add(s, SELECTOR_CONTAINER, NAMES[dice(4)]);
	if (!dice(5))
		add_label(s, "tier", "sh*");
	if (!dice(5))
		add(s, SELECTOR_USER, "alice");
}

static void random_container(void)
{
	container = (struct container){ .id = dice(2) ? ID : "f" ID,
		.name = dice(3) ? dice(2) ? "shop" : "web" : NULL,
		.label = labels,
		.label_n = dice(3),
		.labelled = dice(2),
		.rootless = !dice(4) };
	container_known = dice(2);
	if (!container_known) {
		container.name = NULL;
		container.label_n = 0;
		container.labelled = false;
	}
}

struct dir {
	char *path;
	size_t up;
	struct match_level level;
	bool sure_outside; /* it lies in no service, scope or container */
};

/* What holds above is known of what lies below, as long as nobody else may make directories there. */
static void check_dir(const struct world *w, const struct dir *all, const struct dir *d)
{
	const struct fence_vector *strict = &w->m->asks.strict;
	const struct dir *up = &all[d->up];

	for (int i = 0; i < FENCE_WORDS; i++) {
		uint64_t own = d->level.own.word[i], s = strict->word[i];

		if (up->level.own.word[i] & ~own)
			fail_msg("%s: what holds above does not hold", d->path);
		if (up->level.below.word[i] & ~s & ~own)
			fail_msg("%s: something lax holds unknown, and not known", d->path);
		if (d->level.own.word[i] & ~d->level.below.word[i])
			fail_msg("%s: what holds here does not hold below", d->path);
		for (const struct dir *a = up; d->sure_outside; a = &all[a->up]) {
			if (own & s & ~a->level.below.word[i])
				fail_msg("%s: something strict would not hold unknown, from %s",
					d->path, a->path);
			if (a == all)
				break;
		}
	}
}

static void unknown_is_never_laxer(void **state)
{
	struct dir *dir = calloc(DIRS, sizeof(*dir));
	unsigned strict = 0, lax = 0;
	struct world w;

	(void)state;
	assert_non_null(dir);
	print_message("seed %u\n", SEED);
	for (int round = 0; round < ROUNDS; round++) {
		world_init(&w, TERMS);
		for (size_t i = 0; i < TERMS; i++)
			random_term(&w, i);
		world_open(&w);
		dir[0].path = strdup("/");
		assert_int_equal(match_child(w.m, NULL, "/", &dir[0].level), 0);
		for (size_t i = 1; i < DIRS; i++) {
			struct dir *d = &dir[i], *up;

			d->up = dice(i);
			up = &dir[d->up];
			assert_true(asprintf(&d->path, "%s/%s", d->up ? up->path : "",
					    DIR_NAMES[dice(10)]) > 0);
			random_container();
			d->sure_outside = !up->level.inside;
			assert_int_equal(match_child(w.m, &up->level, d->path, &d->level), 0);
			check_dir(&w, dir, d);
			for (int k = 0; k < FENCE_WORDS; k++) {
				uint64_t s = w.m->asks.strict.word[k];

				strict += __builtin_popcountll(d->level.own.word[k] & s);
				lax += __builtin_popcountll(d->level.own.word[k] & ~s);
			}
		}
		for (size_t i = 0; i < DIRS; i++)
			free(dir[i].path);
		world_end(&w);
	}
	assert_true(strict > 10000 && lax > 10000);
	free(dir);
}

static void refuses_what_asks_too_much(void **state)
{
	char keys[ASKS_SLOTS + 1][16];
	struct match *m = NULL;
	struct world w;

	(void)state;
	world_init(&w, 1);
	for (int i = 0; i <= ASKS_SLOTS; i++) {
		snprintf(keys[i], sizeof(keys[i]), "k%d", i);
		add_label(&w.s[0], keys[i], "v");
	}
	said_begin();
	assert_int_equal(match_open(&w.terms, NULL, &m), -E2BIG);
	said_end("smtpfence: exemption t: 't' asks more than 16 things of a cgroup\n");
	assert_null(m);
	w.s[0].label_n--;
	world_open(&w);
	w.s[0].label_n++;
	world_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_paths),
		cmocka_unit_test(matches_units),
		cmocka_unit_test(matches_containers),
		cmocka_unit_test(unknown_containers_fail_closed),
		cmocka_unit_test(a_users_own_earns_nothing),
		cmocka_unit_test(tells_workloads_apart),
		cmocka_unit_test(selectors_are_and_lists_or),
		cmocka_unit_test(unknown_is_never_laxer),
		cmocka_unit_test(refuses_what_asks_too_much),
	};

	return cmocka_run_group_tests_name("match", tests, NULL, NULL);
}
