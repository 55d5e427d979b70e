/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What was asked comes back as it was saved or not at all, and is compared with what the kernel holds. */
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "said.h"

static char dir[32];

static int make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/state.XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int clear_dir(void **state)
{
	(void)state;
	return state_remove(dir) || rmdir(dir);
}

static char *in(char to[64], const char *name)
{
	snprintf(to, 64, "%s/%s", dir, name);
	return to;
}

static char *layers[] = { "/etc/smtpfence/shop.yaml", "/etc/smtpfence/\"b.yaml" };

static struct state sample(void)
{
	struct state s = {
		.cgroup = "/sys/fs/cgroup/a\"b\\c\n",
		.policy_path = "/etc/smtpfence/policy.yaml",
		.layer_path = layers,
		.layer_n = 2,
		.audit = true,
		.policy_hash = "4be107aa000000010123456789abcdef0123456789abcdef0123456789abcdef",
		.profile = "generic-cloud",
		.rules = 12,
		.enforce = true,
		.blocks = true,
		.whole = true,
		.generation = 0xfffffffe,
		.since_wall_ns = 1795446131123000000ULL,
	};

	for (int h = 0; h < HOOK_COUNT; h++) {
		s.hook[h] = (struct state_hook){ .asked = true, .link = 0xffffff00 + h };
		memset(s.hook[h].tag, 0xf0 + h, sizeof(s.hook[h].tag));
	}
	return s;
}

static void comes_back_as_it_was(void **state)
{
	struct state s = sample(), *back = NULL;
	char path[64];
	struct stat st;

	(void)state;
	s.hook[HOOK_RELEASE] = (struct state_hook){ 0 };
	said_begin();
	assert_int_equal(state_save(dir, &s), 0);
	assert_int_equal(state_save(dir, &s), 0);
	assert_int_equal(state_load(dir, &back), 0);
	said_end(NULL);
	assert_int_equal(stat(in(path, "asked.json"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);

	assert_string_equal(back->cgroup, s.cgroup);
	assert_string_equal(back->policy_path, s.policy_path);
	assert_int_equal(back->layer_n, 2);
	assert_string_equal(back->layer_path[0], layers[0]);
	assert_string_equal(back->layer_path[1], layers[1]);
	assert_true(back->audit);
	assert_string_equal(back->policy_hash, s.policy_hash);
	assert_string_equal(back->profile, s.profile);
	assert_int_equal(back->rules, 12);
	assert_true(back->enforce && back->blocks && back->whole);
	assert_int_equal(back->generation, s.generation);
	assert_int_equal(back->since_wall_ns, s.since_wall_ns);
	assert_memory_equal(back->hook, s.hook, sizeof(s.hook));
	state_free(back);
	state_free(NULL);
}

static void without_a_file_of_a_policy(void **state)
{
	struct state s = sample(), *back = NULL;

	(void)state;
	s.policy_path = NULL;
	s.layer_n = 0;
	s.audit = false;
	s.enforce = s.blocks = s.whole = false;
	assert_int_equal(state_save(dir, &s), 0);
	assert_int_equal(state_load(dir, &back), 0);
	assert_null(back->policy_path);
	assert_false(back->enforce || back->blocks || back->whole || back->audit);
	assert_int_equal(back->layer_n, 0);
	state_free(back);
	assert_int_equal(state_remove(dir), 0);
	said_begin();
	assert_int_equal(state_load(dir, &back), -ENOENT);
	said_end(NULL);
}

/* The first thing kept stays: what was in force before the first change that nobody confirmed. */
static void what_was_asked_before_is_kept(void **state)
{
	struct state s = sample(), *back = NULL;

	(void)state;
	said_begin();
	assert_int_equal(state_keep(dir), 0);
	assert_int_equal(state_kept(dir, &back), -ENOENT);
	assert_int_equal(state_save(dir, &s), 0);
	assert_int_equal(state_keep(dir), 0);
	s.rules = 13;
	assert_int_equal(state_save(dir, &s), 0);
	assert_int_equal(state_keep(dir), 0);
	assert_int_equal(state_kept(dir, &back), 0);
	assert_int_equal(back->rules, 12);
	state_free(back);
	back = NULL;
	assert_int_equal(state_forget(dir), 0);
	assert_int_equal(state_forget(dir), 0);
	assert_int_equal(state_kept(dir, &back), -ENOENT);
	assert_int_equal(state_keep(dir), 0);
	assert_int_equal(state_remove(dir), 0);
	assert_int_equal(state_kept(dir, &back), -ENOENT);
	said_end(NULL);
}

static void the_usual_place_keeps_over_a_reboot(void **state)
{
	char path[PATH_MAX];

	(void)state;
	assert_string_equal(state_store(path, STATE_DIR), "/var/lib/smtpfence");
	assert_string_equal(state_archive(path, STATE_DIR), "/var/lib/smtpfence/policy");
	assert_string_equal(state_store(path, "/tmp/x"), "/tmp/x");
	assert_string_equal(state_archive(path, "/tmp/x"), "/tmp/x/policy");
}

static void a_link_in_the_way_is_not_followed(void **state)
{
	struct state s = sample();
	char path[64], fresh[32];

	(void)state;
	snprintf(fresh, sizeof(fresh), ".asked.json.%d", (int)getpid());
	assert_int_equal(symlink("/tmp/state-elsewhere", in(path, fresh)), 0);
	said_begin();
	assert_int_equal(state_save(dir, &s), -ELOOP);
	said_end("smtpfence: write /tmp/state....");
	assert_int_equal(access("/tmp/state-elsewhere", F_OK), -1);
	(void)unlink(path);
}

static char *slurp(size_t *n)
{
	char path[64], *text = malloc(4096);
	FILE *f = fopen(in(path, "asked.json"), "r");

	assert_non_null(f);
	*n = fread(text, 1, 4095, f);
	text[*n] = '\0';
	fclose(f);
	return text;
}

static void refuses(const char *text, size_t n)
{
	struct state *back = NULL;
	char path[64];
	FILE *f = fopen(in(path, "asked.json"), "w");

	assert_int_equal(fwrite(text, 1, n, f), n);
	fclose(f);
	said_begin();
	assert_int_equal(state_load(dir, &back), -EINVAL);
	said_end("smtpfence: /tmp/state....");
	assert_null(back);
}

static void half_of_it_is_none(void **state)
{
	struct state s = sample();
	char *text;
	size_t n;

	(void)state;
	assert_int_equal(state_save(dir, &s), 0);
	text = slurp(&n);
	for (size_t cut = 0; cut + 1 < n; cut++) /* the last byte ends the line only */
		refuses(text, cut);
	free(text);
}

/* Each member but policy_path and the hooks of outcomes is needed: by another name it is missing. */
static void without_a_member_it_is_none(void **state)
{
	static const char *const names[] = { "\"cgroup\"", "\"policy_hash\"", "\"profile\"",
		"\"rules\"", "\"enforce\"", "\"blocks\"", "\"whole\"", "\"generation\"",
		"\"since_wall_ns\"", "\"hooks\"", "\"layers\"", "\"audit\"", "\"fence_connect4\"",
		"\"fence_connect6\"", "\"fence_egress\"", "\"link\"", "\"tag\"" };
	struct state s = sample();
	char *text, *at;
	size_t n;

	(void)state;
	assert_int_equal(state_save(dir, &s), 0);
	text = slurp(&n);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		at = strstr(text, names[i]);
		assert_non_null(at);
		at[1] ^= 0x20;
		refuses(text, n);
		at[1] ^= 0x20;
	}
	at = strstr(text, "4be107aa");
	*at = 'G';
	refuses(text, n);
	*at = '4';
	at = strstr(text, "f0f0f0f0");
	*at = 'x';
	refuses(text, n);
	free(text);
	refuses("[]", 2);
	refuses("{}", 2);
	refuses("{\"cgroup\":\"/\",\"cgroup\":\"/\"}", 27);
}

static void one_reader_and_who_it_is(void **state)
{
	char text[96], byte;
	int fd = -1, ready[2], other = 7;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (!pid) {
		if (state_lock_reader(dir, &fd) || write(ready[1], "", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	snprintf(text, sizeof(text),
		"smtpfence: process %d reads the record of this fence already\n", (int)pid);
	said_begin();
	assert_int_equal(state_lock_reader(dir, &other), -EBUSY);
	said_end(text);
	assert_int_equal(other, 7);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(state_lock_reader(dir, &fd), 0); /* a lock does not outlive its holder */
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
	close(ready[0]);
	close(ready[1]);
}

static struct guard_look matching(const struct state *s)
{
	struct guard_look look = { .state = { .armed = 1, .layout = FENCE_LAYOUT } };

	for (int h = 0; h < HOOK_COUNT; h++) {
		look.attached[h] = true;
		look.link[h] = (struct link_seen){
			.id = s->hook[h].link,
			.program = 1,
			.cgroup = 1,
			.generation = h < HOOK_CREATE ? s->generation : 0,
			.enforce = h < HOOK_CREATE && s->enforce,
			.policy = h < HOOK_CREATE ? 0x4be107aa00000001 : 0,
		};
		memcpy(look.link[h].tag, s->hook[h].tag, sizeof(s->hook[h].tag));
	}
	return look;
}

static void differs(const struct state *s, const struct guard_look *look, const char *wanted)
{
	char why[STATE_WHY] = "untouched";

	assert_int_equal(state_differs(s, look, why), wanted != NULL);
	assert_string_equal(why, wanted ? wanted : "untouched");
}

static void each_difference_is_named(void **state)
{
	struct state s = sample();
	struct guard_look same = matching(&s), look = same;

	(void)state;
	differs(&s, &look, NULL);
	look.state.armed = 0;
	differs(&s, &look, "the programs are attached and not armed: the first arming was cut off");
	look = same;
	look.attached[HOOK_RELEASE] = false;
	differs(&s, &look, "fence_release is no longer attached, and not removed by us");
	look.attached[HOOK_CONNECT6] = false;
	differs(&s, &look, "fence_connect6 is no longer attached, and not removed by us");
	look = same;
	look.link[HOOK_EGRESS].id++;
	differs(&s, &look, "fence_egress is attached by another link than the one we made");
	look = same;
	look.link[HOOK_SOCKOPS].tag[7]++;
	differs(&s, &look, "fence_sockops is not the program we put there");
	look = same;
	look.link[HOOK_CONNECT4].generation--;
	differs(&s, &look,
		"fence_connect4 has another policy than the one asked for: a change was interrupted");
	look = same;
	look.link[HOOK_CONNECT4].policy++;
	differs(&s, &look,
		"fence_connect4 has another policy than the one asked for: a change was interrupted");
	look = same;
	look.link[HOOK_CONNECT4].enforce = 0;
	differs(&s, &look, "fence_connect4 is not in the mode asked for");
	s.hook[HOOK_RELEASE].asked = false;
	look = same;
	look.attached[HOOK_RELEASE] = false;
	differs(&s, &look, NULL);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, make_dir, clear_dir)
	const struct CMUnitTest tests[] = {
		CASE(comes_back_as_it_was),
		CASE(without_a_file_of_a_policy),
		CASE(what_was_asked_before_is_kept),
		cmocka_unit_test(the_usual_place_keeps_over_a_reboot),
		CASE(a_link_in_the_way_is_not_followed),
		CASE(half_of_it_is_none),
		CASE(without_a_member_it_is_none),
		CASE(one_reader_and_who_it_is),
		cmocka_unit_test(each_difference_is_named),
	};

	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
