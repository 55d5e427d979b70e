/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The first lines that people go by, the width, hostile names, and JSON for every standing. */
#include "board.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "exemption.h"
#include "standing.h"

/* 2026-11-20 09:12:33 UTC */
static struct state asked_for(bool enforce)
{
	return (struct state){
		.cgroup = "/sys/fs/cgroup",
		.policy_path = "/etc/smtpfence/policy.yaml",
		.policy_hash = "4be107aa000000010123456789abcdef0123456789abcdef0123456789abcdef",
		.profile = "generic-cloud",
		.rules = 12,
		.enforce = enforce,
		.blocks = true,
		.generation = 31,
		.since_wall_ns = 1795165953000000000ULL,
		.hook[HOOK_CONNECT4] = { .asked = true, .link = 7 },
	};
}

static struct standing up(struct state *asked)
{
	struct standing s = { .asked = asked, .armed = true };

	for (int h = 0; h < HOOK_COUNT; h++) {
		s.look.attached[h] = true;
		s.look.link[h].with_btf = s.look.link[h].with_strings = 1;
	}
	s.counts.slot[FENCE_SLOT(VERDICT_DENIED, HOOK_CONNECT4, REASON_DEFAULT)] = 38116;
	s.counts.slot[FENCE_SLOT(VERDICT_AUDITED, HOOK_CONNECT4, REASON_DEFAULT)] = 1214;
	s.counts.slot[FENCE_SLOT(VERDICT_ALLOWED, HOOK_CONNECT6, REASON_OPEN)] = 391880;
	s.counts.slot[SLOT_SUBMITTED] = 403327;
	s.counts.slot[SLOT_SUMMARISED] = 27883;
	return s;
}

static char *drawn(const struct standing *s, int (*board)(const struct standing *, FILE *))
{
	char *text = NULL;
	size_t n = 0;
	FILE *to = open_memstream(&text, &n);

	assert_non_null(to);
	assert_int_equal(board(s, to), 0);
	fclose(to);
	return text;
}

/* The screen without the name of the host, which it begins with; asserts its width, and valid JSON. */
static char *screen(const struct standing *s)
{
	char *text = drawn(s, board_text), *json = drawn(s, board_json), *at;
	json_t *root = json_loads(json, JSON_REJECT_DUPLICATES, NULL);

	assert_non_null(root);
	assert_ptr_equal(strchr(json, '\n'), json + strlen(json) - 1);
	json_decref(root);
	free(json);
	for (char *line = text; *line; line += strcspn(line, "\n") + 1)
		if (strcspn(line, "\n") > 80)
			fail_msg("wider than 80: %.*s", (int)strcspn(line, "\n"), line);
	at = strstr(text, "  ");
	assert_non_null(at);
	memmove(text, at + 2, strlen(at + 2) + 1);
	return text;
}

static void begins(const struct standing *s, const char *wanted)
{
	char *text = screen(s);

	if (strncmp(text, wanted, strlen(wanted)))
		fail_msg("got: %s", text);
	free(text);
}

static void holds(const struct standing *s, const char *wanted)
{
	char *text = screen(s);

	if (!strstr(text, wanted))
		fail_msg("no '%s' in: %s", wanted, text);
	free(text);
}

static void every_first_line(void **state)
{
	struct state enforce = asked_for(true), audit = asked_for(false), idle = asked_for(true);
	struct standing s = {};

	(void)state;
	begins(&s, "NOT ARMED: port 25 is open, and nothing is recorded\n"
		   "next        sudo smtpfence up            records only, blocks nothing\n");
	s = up(&enforce);
	s.look.link[HOOK_CONNECT4].blocked[0] = 25;
	s.look.link[HOOK_CONNECT4].blocked[1] = 465;
	begins(&s, "ENFORCING ports 25, 465\nsince ");
	s.look.link[HOOK_CONNECT4].blocked[1] = 0;
	begins(&s, "ENFORCING port 25\nsince       2026-11-20 09:12:33 UTC\n\npolicy ");
	holds(&s, "/etc/smtpfence/policy.yaml (4be107aa), 12 rules\n");
	holds(&s, "all                                   431,210 = 403,327 recorded\n");
	strcpy(s.cause,
		"fence_connect4 has another policy than the one asked for: a change was interrupted");
	begins(&s,
		"NOT ENFORCING (asked: enforce)\n"
		"cause       fence_connect4 has another policy than the one asked for: a change\n"
		"            was interrupted\n"
		"fix         sudo smtpfence up /etc/smtpfence/policy.yaml\n");
	s = up(&audit);
	begins(&s, "AUDIT: nothing is blocked. 1,214 attempts would have been\n"
		   "next        when they are known: mode: enforce, then sudo smtpfence up\n"
		   "            /etc/smtpfence/policy.yaml\n");
	strcpy(s.cause, "gone");
	begins(&s, "NOT RECORDING (asked: audit)\ncause       gone\n"
		   "fix         sudo smtpfence up /etc/smtpfence/policy.yaml --audit\n");
	idle.blocks = false;
	s = up(&idle);
	begins(&s, "RECORDING: this policy blocks nothing\n");
	s = up(NULL);
	strcpy(s.cause, "an `up` was cut off");
	begins(&s, "NOT ENFORCING (asked: unknown)\ncause       an `up` was cut off\n"
		   "fix         sudo smtpfence up, with the policy that was asked for\n");
	s.torn = true;
	holds(&s, "fix         sudo smtpfence down, then: sudo smtpfence up, with");
}

static void other_verdicts_have_a_line_when_there_are_some(void **state)
{
	struct state a = asked_for(true), audit = asked_for(false);
	struct standing s = up(&a);
	char *text = screen(&s);

	(void)state;
	assert_null(strstr(text, "redirected"));
	assert_null(strstr(text, "answered"));
	assert_null(strstr(text, "diverted"));
	free(text);
	s.counts.slot[FENCE_SLOT(VERDICT_REDIRECTED, HOOK_CONNECT4, REASON_RULE)] = 17;
	s.counts.slot[FENCE_SLOT(VERDICT_ANSWERED, HOOK_CONNECT6, REASON_EXEMPTION)] = 4;
	holds(&s, "\nredirected                                 17\n"
		  "answered                                    4\nallowed ");
	holds(&s, "\nall                                   431,231 = ");
	s.asked = &audit;
	s.look.link[HOOK_CONNECT4].detours = 1;
	begins(&s, "AUDIT: nothing is blocked. 1,214 attempts would have been, or diverted\n");
	holds(&s, "\nwould be blocked or diverted            1,214\n");
}

/* `up` alone would put generic-cloud in audit in the place of what was asked for. */
static void the_fix_is_the_same_policy(void **state)
{
	struct state a = asked_for(true);
	struct standing s = up(&a);

	(void)state;
	a.policy_path = NULL;
	strcpy(s.cause, "gone");
	holds(&s, "\nfix         sudo smtpfence up --profile generic-cloud\n");
	a.enforce = false;
	holds(&s, "\nfix         sudo smtpfence up --profile generic-cloud --audit\n");
	*s.cause = '\0';
	holds(&s, "\nnext        when they are known: sudo smtpfence up --profile generic-cloud\n");
}

static void never_enforced_where_it_is_not(void **state)
{
	struct state a = asked_for(true);
	struct standing s = up(&a);
	char *text, *json;

	(void)state;
	holds(&s, "programs, IPv4 and IPv6              /sys/fs/cgroup               enforced\n");
	s.look.attached[HOOK_CONNECT6] = false;
	strcpy(s.cause, "fence_connect6 is no longer attached, and not removed by us");
	holds(&s, "programs, IPv4 and IPv6              /sys/fs/cgroup               OPEN\n");
	json = drawn(&s, board_json);
	assert_non_null(strstr(json, "\"enforcing\":false,\"as_asked\":false"));
	free(json);
	s = up(&a);
	s.armed = false;
	strcpy(s.cause, "not armed");
	text = screen(&s);
	assert_null(strstr(text, "enforced"));
	assert_null(strstr(text, "ATTEMPTS"));
	free(text);
	s = up(&a);
	a.blocks = false;
	text = screen(&s);
	assert_null(strstr(text, "enforced"));
	free(text);
}

/* It never claims to enforce when it does not. */
static void a_pause_is_no_enforcement(void **state)
{
	struct exemption pause = {
		.id = 3, .pause = true, .by = "alice", .why = "move", .selector = "the whole host"
	};
	struct state a = asked_for(true);
	struct standing s = up(&a);
	char *text;

	(void)state;
	holds(&s, "\nexemptions, blocks, pauses: none\n");
	s.now_ns = a.since_wall_ns;
	pause.until_ns = s.now_ns + 600000000000ULL;
	s.exempt = (struct exemptions){ .e = &pause, .n = 1 };
	begins(&s, "PAUSED: nothing is blocked for 10 min more (asked: enforce)\n"
		   "next        to end the pause: sudo smtpfence resume\n");
	holds(&s, "\ne3     10 min      alice      pause: move\n");
	text = screen(&s);
	assert_null(strstr(text, "enforced"));
	free(text);
	text = drawn(&s, board_json);
	assert_non_null(strstr(text, "\"enforcing\":false,\"as_asked\":true"));
	assert_non_null(strstr(text, "\"exemptions\":[{\"id\":\"e3\",\"state\":\"in force\""));
	free(text);
	s.now_ns = pause.until_ns;
	begins(&s, "ENFORCING\n");
}

static void what_waits_and_who_follows(void **state)
{
	struct state a = asked_for(true);
	struct standing s = up(&a);
	char *text;

	(void)state;
	s.on_trial = s.waited_for = true;
	s.trial_left_s = 1680;
	begins(&s, "ENFORCING\non trial    goes back in 28 min, unless: sudo smtpfence confirm\n");
	s.waited_for = false;
	begins(&s,
		"ENFORCING\non trial    nobody waits any more to take it back: sudo smtpfence confirm, or up\n"
		"            with another policy\n");
	text = drawn(&s, board_json);
	assert_non_null(strstr(text, "\"trial\":{\"left_s\":1680,\"waited_for\":false}"));
	assert_non_null(strstr(text, "\"follower_wanted\":false,\"follower\":false"));
	assert_null(strstr(text, "not running"));
	free(text);
	s.look.link[HOOK_CONNECT4].follows = 1;
	holds(&s,
		"\nfollower    not running: what starts or is upgraded from now on is not known,\n");
	s.follower = 812;
	holds(&s, "\nfollower    running (smtpfenced, pid 812)\n");
}

static void layers_are_named(void **state)
{
	char *layers[] = { "/etc/smtpfence/a.yaml", "/etc/\x1b[2J.yaml" };
	struct state a = asked_for(true);
	struct standing s = up(&a);

	(void)state;
	a.layer_path = layers;
	a.layer_n = 2;
	holds(&s, "\nlayers      /etc/smtpfence/a.yaml\n            /etc/\\x1b[2J.yaml\n");
}

static void a_hostile_name_is_inert(void **state)
{
	char path[] = "/a b/\x1b[2J\n\xff\"\xe2\x80\xae$(x).yaml", name[] = "\x1b]0;x\x07\n";
	struct state a = asked_for(true);
	struct standing s = up(&a);
	char *text;

	(void)state;
	a.policy_path = a.cgroup = path;
	a.profile = name;
	strcpy(s.cause, "gone");
	text = screen(&s);
	for (const char *c = text; *c; c++)
		assert_true((*c >= ' ' && *c < 0x7f) || *c == '\n');
	assert_non_null(strstr(text, "\nfix         sudo smtpfence up POLICY\n"));
	free(text);
	a.policy_path = "-rf";
	holds(&s, "\nfix         sudo smtpfence up POLICY\n");
	a.policy_path = NULL;
	holds(&s, "\nfix         sudo smtpfence up --profile PROFILE\n");
}

static void a_long_cgroup_is_cut(void **state)
{
	struct state a = asked_for(true);
	struct standing s = up(&a);

	(void)state;
	a.cgroup = "/sys/fs/cgroup/unified/system.slice/a-service-with-a-name.service";
	holds(&s, "/sys/fs/cgroup/unified/sy... enforced\n");
}

static void json_says_it_all(void **state)
{
	struct state a = asked_for(true);
	struct standing s = up(&a);
	char *text = drawn(&s, board_json);
	json_t *root = json_loads(text, 0, NULL), *hooks = json_object_get(root, "hooks");

	(void)state;
	assert_true(json_is_true(json_object_get(root, "armed")));
	assert_true(json_is_true(json_object_get(root, "enforcing")));
	assert_true(json_is_true(json_object_get(root, "as_asked")));
	assert_null(json_object_get(root, "cause"));
	assert_string_equal(json_string_value(json_object_get(root, "mode")), "enforce");
	assert_string_equal(json_string_value(json_object_get(root, "policy")), a.policy_hash);
	assert_int_equal(json_object_size(hooks), HOOK_COUNT);
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(root, "counts"), "denied")),
		38116);
	json_decref(root);
	free(text);
}

static void a_full_disk_is_told(void **state)
{
	struct standing s = {};
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	setbuf(full, NULL);
	assert_int_equal(board_text(&s, full), -EIO);
	assert_int_equal(board_json(&s, full), -EIO);
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_first_line),
		cmocka_unit_test(other_verdicts_have_a_line_when_there_are_some),
		cmocka_unit_test(the_fix_is_the_same_policy),
		cmocka_unit_test(never_enforced_where_it_is_not),
		cmocka_unit_test(a_pause_is_no_enforcement),
		cmocka_unit_test(what_waits_and_who_follows),
		cmocka_unit_test(layers_are_named),
		cmocka_unit_test(a_hostile_name_is_inert),
		cmocka_unit_test(a_long_cgroup_is_cut),
		cmocka_unit_test(json_says_it_all),
		cmocka_unit_test(a_full_disk_is_told),
	};

	return cmocka_run_group_tests_name("board", tests, NULL, NULL);
}
