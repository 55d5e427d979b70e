/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* announce: what is read before arming, for a sender and connections that are this test itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include "announce.h"
#include "compile.h"
#include "policy.h"
#include "process.h"
#include "profile.h"
#include "senders.h"
#include "sockets.h"

#include <cmocka.h>

#define ME 4242 /* a uid without a name */

/* One rule, by user; the vectors by hand. */
static struct fence_vector vectors[VECTOR_FIRST + 2] = {
	[VECTOR_TO_ANY] = { { 1 } },
	[VECTOR_EXE_OTHER] = { { 3 } },
	[VECTOR_EXE_UNKNOWN] = { { 3 } },
	[VECTOR_CGROUP_OTHER] = { { 3 } },
	[VECTOR_CGROUP_UNKNOWN] = { { 3 } },
	[VECTOR_UID_OTHER] = { { 2 } },
	[VECTOR_UID_UNKNOWN] = { { 2 } },
	[VECTOR_PORT] = { { 3 } },
	[VECTOR_FIRST] = { { 3 } }, /* uid 4243 */
	[VECTOR_FIRST + 1] = { { 2 } }, /* 10.0.0.0/8 */
};

struct scene {
	struct profile profile;
	struct address relay;
	struct policy_rule rule[2];
	struct fence_term term[2];
	struct compiled_uid uid;
	struct compiled_prefix4 to;
	struct policy policy;
	struct compiled compiled;
	struct sender sender;
	struct socket_seen socket[30];
	struct announce a;
	char *exe, *text;
	size_t bytes;
};

static void compiled_make(struct scene *s)
{
	s->uid = (struct compiled_uid){ ME + 1, VECTOR_FIRST };
	s->to = (struct compiled_prefix4){ { 8, { 10 } }, { VECTOR_FIRST + 1, VECTOR_TO_ANY } };
	s->term[1].number = 1;
	s->compiled = (struct compiled){ .settings = { .scope4 = 3,
						 .scope6 = 3,
						 .words = 1,
						 .port = { 25, 465, 587 },
						 .ports = 3,
						 .blocked = 3,
						 .enforce = 1,
						 .default_action = ACTION_BLOCK,
						 .has_uid = 1,
						 .has_to = 1 },
		.term = s->term,
		.term_n = 2,
		.vector = vectors,
		.vector_n = VECTOR_FIRST + 2,
		.uid = &s->uid,
		.uid_n = 1,
		.to4 = &s->to,
		.to4_n = 1 };
}

static int setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	*state = s;
	if (!s || process_exe(getpid(), &s->exe))
		return -1;
	compiled_make(s);
	s->profile = (struct profile){ .blocked = { 25, 465 }, .blocked_n = 2 };
	address_parse("10.0.0.0/8", &s->relay);
	s->rule[0] = (struct policy_rule){ .name = "news\x1b[2J may" };
	s->rule[1] =
		(struct policy_rule){ .name = "relay", .when = { .to = &s->relay, .to_n = 1 } };
	s->policy = (struct policy){ .profile = &s->profile,
		.established = ESTABLISHED_COUNT,
		.rule = s->rule,
		.rule_n = 2 };
	s->sender = (struct sender){ .name = "Postfix",
		.exe = s->exe,
		.client = s->exe,
		.pid = getpid(),
		.uid = ME,
		.client_uid = ME,
		.cgroup = "/a\nb.service",
		.queues = true };
	s->a = (struct announce){ .policy = &s->policy,
		.compiled = &s->compiled,
		.cgroup_mount = "/nonexistent",
		.sender = &s->sender,
		.sender_n = 1,
		.socket = s->socket };
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;

	free(s->text);
	free(s->exe);
	free(s);
	return 0;
}

static void tell(struct scene *s)
{
	FILE *to;

	free(s->text);
	to = open_memstream(&s->text, &s->bytes);
	assert_int_equal(announce_text(&s->a, to), 0);
	assert_int_equal(fclose(to), 0);
	for (size_t i = 0; i < s->bytes; i++) /* nothing that a terminal would obey */
		assert_true(s->text[i] == '\n' || (unsigned char)s->text[i] >= ' ');
}

static void has(const struct scene *s, const char *what)
{
	if (!strstr(s->text, what))
		fail_msg("\"%s\" is not in:\n%s", what, s->text);
}

static void has_not(const struct scene *s, const char *what)
{
	if (strstr(s->text, what))
		fail_msg("\"%s\" is in:\n%s", what, s->text);
}

static void a_blocked_sender(void **state)
{
	struct scene *s = *state;
	char line[128];

	tell(s);
	snprintf(line, sizeof(line), ", pid %d, user 4242, /a\\x0ab.service)\n", getpid());
	has(s, "  Postfix (");
	has(s, line);
	has(s, "ports 25, 465 blocked, no rule allows it\n");
	has(s, "    to 10.0.0.0/8 port 25 allowed by rule \"relay\"\n");
	has(s, "      - name: Postfix may\n        if: { exe: /");
	has(s, ", user: 4242 }\n        then: allow\n");
	has_not(s, "sends as");
	s->compiled.settings.enforce = 0;
	tell(s);
	has(s, "ports 25, 465 would be blocked, no rule allows it\n");
}

static void an_allowed_client(void **state)
{
	struct scene *s = *state;

	s->sender.client_uid = ME + 1;
	tell(s);
	has(s, ", user 4243\n    port 25 allowed by rule \"news\\x1b[2J may\"\n    port 465 blocked,");
	has_not(s, "would let it send"); /* on 25 it may */
	vectors[VECTOR_PORT + 1] = vectors[VECTOR_PORT];
	tell(s);
	vectors[VECTOR_PORT + 1] = (struct fence_vector){ 0 };
	has(s, ", user 4243\n    ports 25, 465 allowed by rule");
	has_not(s, "would let it send");
	has_not(s, "10.0.0.0/8"); /* no other answer there */
}

/* What else can decide, and what else can follow. */
static void exemptions_limits_and_detours_are_named(void **state)
{
	struct scene *s = *state;

	s->sender.client_uid = ME + 1;
	s->term[0].number = FENCE_EXEMPTION | 7;
	tell(s);
	has(s, "port 25 allowed by exemption e7\n");
	s->term[0] = (struct fence_term){ .action = ACTION_LIMIT };
	tell(s);
	has(s, "port 25 allowed up to a limit by rule \"news");
	s->term[0] = (struct fence_term){ .action = ACTION_REDIRECT, .relay.port4 = 1025 };
	tell(s);
	has(s, "port 25 redirected by rule \"news");
	has_not(s, "would let it send");
	s->term[0].relay.port4 = 0;
	tell(s);
	has(s, "port 25 blocked by rule \"news\\x1b[2J may\", as it has nowhere to go\n");
	has(s, "would let it send");
	s->term[0] = (struct fence_term){ .action = ACTION_ANSWER, .relay.port4 = 2525 };
	tell(s);
	has(s, "port 25 answered by rule \"news");
}

/* Its program has no path here: only its cgroup could name it, and only when that can be written. */
static void a_container_is_named_by_its_cgroup(void **state)
{
	struct scene *s = *state;

	s->sender.client = "/nonexistent/smtp";
	tell(s);
	has(s, "sends as smtp, user 4242\n    ports");
	has_not(s, "would let it send");
	s->sender.cgroup = "/docker/0123: x";
	tell(s);
	has(s, "if: { cgroup: \"/docker/0123: x\" }\n");
	s->sender.cgroup = "/";
	tell(s);
	has_not(s, "would let it send");
}

static void installed_or_none(void **state)
{
	struct scene *s = *state;

	s->sender.pid = 0;
	s->sender.exe = "/usr/sbin/master";
	tell(s);
	has(s, "  Postfix (/usr/sbin/master, not running): judged when it runs\n");
	s->sender.queues = false;
	tell(s);
	has(s, "not running): judged as its caller\n");
	s->a.sender_n = 0;
	tell(s);
	has(s, "  none that is known, running or installed\n");
	has(s, "Open connections to watched ports: none\n");
	s->a.skipped = 2;
	tell(s);
	has(s, "what is open in 2 network namespaces that");
}

static void no_port_is_blocked(void **state)
{
	struct scene *s = *state;

	s->profile.blocked_n = 0;
	s->compiled.settings.blocked = 0;
	memset(&vectors[VECTOR_PORT], 0, sizeof(vectors[0]));
	tell(s);
	vectors[VECTOR_PORT] = (struct fence_vector){ { 3 } };
	has(s, "this policy blocks no port\n");
	has_not(s, "would let it send");
}

static void connect_to(struct socket_seen *s, const char *to, uint32_t uid)
{
	*s = (struct socket_seen){ .port = 25, .uid = uid, .pid = getpid(), .comm = "send\tit" };
	address_parse(to, &s->remote);
}

static void connections_are_listed_or_counted(void **state)
{
	struct scene *s = *state;

	connect_to(&s->socket[0], "10.1.1.1", ME);
	s->a.socket_n = 1;
	tell(s);
	has(s, "Open connections to watched ports: 1, all allowed\n");
	for (size_t i = 1; i < 30; i++)
		connect_to(&s->socket[i], i == 29 ? "198.51.100.29" : "2001:db8::25", ME);
	s->a.socket_n = 2;
	tell(s);
	has(s, "would not let begin:\n  2001:db8::25 port 25: send\\x09it (pid ");
	has(s, "  1 in all; they stay: `established: count` cuts none\n");
	has_not(s, "10.1.1.1");
	s->a.socket_n = 30;
	tell(s);
	has(s, "  and 9 more\n  29 in all");
	has_not(s, "198.51.100.29");
	s->policy.established = ESTABLISHED_KEEP;
	tell(s);
	has_not(s, "2001:db8::25");
	has(s, "  29 in all; they stay: `established: keep` cuts none\n");
}

static void an_unknown_listener_is_told_once(void **state)
{
	struct scene *s = *state;
	const char *first;

	for (size_t i = 0; i < 2; i++) {
		connect_to(&s->socket[i], "192.0.2.1", ME);
		s->socket[i].listening = true;
	}
	s->a.socket_n = 2;
	s->a.sender_n = 0;
	tell(s);
	has(s, "user 4242) listens on port 25: if it sends mail too,\n    ports 25, 465 blocked");
	first = strstr(s->text, "listens on");
	assert_null(strstr(first + 1, "listens on"));
	has(s, "Open connections to watched ports: none\n");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_blocked_sender),
		TEST(an_allowed_client),
		TEST(exemptions_limits_and_detours_are_named),
		TEST(a_container_is_named_by_its_cgroup),
		TEST(installed_or_none),
		TEST(no_port_is_blocked),
		TEST(connections_are_listed_or_counted),
		TEST(an_unknown_listener_is_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
