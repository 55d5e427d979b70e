/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every way in which what was asked and what is there can disagree has its cause. */
#include "user/standing.c"

#include <unistd.h>

#include "said.h"

static struct state *asked(void)
{
	struct state *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->hook[HOOK_CONNECT4] = (struct state_hook){ .asked = true, .link = 7 };
	return s;
}

static struct guard_look held(uint32_t armed)
{
	struct guard_look look = { .state = { .armed = armed } };

	look.attached[HOOK_CONNECT4] = true;
	look.link[HOOK_CONNECT4].id = 7;
	return look;
}

static void each_has_its_cause(void **state)
{
	static const char
		gone[] = "what `up` pinned is gone, and not removed by us",
		torn[] = "some of what `up` pinned is gone, and not removed by us",
		cut[] = "an `up` was cut off after it armed: what it was asked is not known",
		inert[] = "the programs are attached and not armed: the first arming was cut off";
	const struct {
		bool asked, armed;
		enum found found;
		const char *cause;
	} t[] = {
		{ false, false, FOUND_NOTHING, "" },
		{ false, false, FOUND_TORN, torn },
		{ false, true, FOUND_WHOLE, cut },
		{ false, false, FOUND_WHOLE, cut },
		{ true, false, FOUND_NOTHING, gone },
		{ true, false, FOUND_TORN, torn },
		{ true, false, FOUND_WHOLE, inert },
		{ true, true, FOUND_WHOLE, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		struct standing s = {
			.asked = t[i].asked ? asked() : NULL,
			.armed = t[i].armed,
			.look = held(t[i].armed),
			.cause = "stale",
		};

		find_cause(&s, t[i].found);
		assert_string_equal(s.cause, t[i].cause);
		assert_int_equal(s.torn, t[i].found == FOUND_TORN);
		assert_int_equal(standing_as_asked(&s), i == 7);
		standing_clear(&s);
		assert_null(s.asked);
	}
}

static void a_link_that_is_gone_is_a_cause(void **state)
{
	struct standing s = { .asked = asked(), .armed = true, .look = held(1) };

	(void)state;
	s.look.attached[HOOK_CONNECT4] = false;
	find_cause(&s, FOUND_WHOLE);
	assert_string_equal(s.cause, "fence_connect4 is no longer attached, and not removed by us");
	assert_false(standing_as_asked(&s));
	standing_clear(&s);
}

static void no_fence_is_no_failure(void **state)
{
	char dir[] = "/tmp/standing.XXXXXX", path[64];
	struct standing s;
	FILE *f;
	int err;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/asked.json", dir);
	say_to(NULL); /* only root may look where process 1 is */
	err = standing_look(dir, &s);
	say_to(stderr);
	if (!err) {
		assert_false(s.armed || s.asked || *s.cause);
		f = fopen(path, "w");
		assert_non_null(f);
		fputs("{", f);
		fclose(f);
		s.armed = true;
		said_begin();
		assert_int_equal(standing_look(dir, &s), -EINVAL);
		said_end("smtpfence: /tmp/standing....");
		assert_true(s.armed); /* untouched */
		assert_int_equal(unlink(path), 0);
	}
	assert_int_equal(rmdir(dir), 0);
	if (err)
		skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_has_its_cause),
		cmocka_unit_test(a_link_that_is_gone_is_a_cause),
		cmocka_unit_test(no_fence_is_no_failure),
	};

	return cmocka_run_group_tests_name("standing", tests, NULL, NULL);
}
