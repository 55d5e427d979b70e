/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names asked for again; answers of a child that are judged. */
#include "user/refresh.c" /* for judge_all() with answers of ours */

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static char *names[] = { "a.example", "b.example" };
static struct selectors first = { .by[SELECTOR_NAME] = { names, 1 } };
static struct selectors both = { .by[SELECTOR_NAME] = { names, 2 } };
static struct term list[] = { { .part = { &both } }, { .part = { &first } } };
static const struct terms terms = { .term = list, .n = 2 };

static struct address address(const char *s)
{
	struct address a;

	assert_int_equal(address_parse(s, &a), 0);
	return a;
}

/* In force: 192.0.2.1 for term 0 and 1, 192.0.2.2 for term 0. */
static bool knows(const struct address *a, size_t term, void *arg)
{
	struct address one = address("192.0.2.1"), two = address("192.0.2.2");

	(void)arg;
	return address_equal(a, &one) || (!term && address_equal(a, &two));
}

static void answer(struct refresh *r, const char *one, const char *other)
{
	const char *of[] = { one, other };

	free(r->answer);
	r->answer = malloc(1024);
	assert_non_null(r->answer);
	r->bytes = 0;
	for (int i = 0; i < 2; i++) {
		uint32_t n = of[i] ? *of[i] != 0 : FAILED;
		struct address a;

		memcpy(r->answer + r->bytes, &n, sizeof(n));
		r->bytes += sizeof(n);
		if (n != 1)
			continue;
		a = address(of[i]);
		memcpy(r->answer + r->bytes, &a, sizeof(a));
		r->bytes += sizeof(a);
	}
}

static bool judged(struct refresh *r, uint64_t now_ms)
{
	const struct refresh_force f = { .knows = knows, .now_ms = now_ms };
	bool stale = false;

	assert_int_equal(judge_all(r, &f, &stale), 0);
	return stale;
}

static void what_is_stale(void **state)
{
	struct refresh *r;

	(void)state;
	assert_int_equal(refresh_open(&terms, &r), 0);
	assert_true(refresh_needed(r));
	assert_int_equal(r->n, 3);
	answer(r, "192.0.2.1", "192.0.2.2");
	assert_false(judged(r, 1000));
	answer(r, "192.0.2.2", "192.0.2.2"); /* term 1 does not know it */
	assert_true(judged(r, 2000));
	answer(r, "192.0.2.1", "198.51.100.1");
	assert_true(judged(r, 3000));
	answer(r, NULL, NULL); /* not to be asked for */
	assert_false(judged(r, 4000));
	refresh_close(r);
}

static void one_that_went(void **state)
{
	struct refresh *r;

	(void)state;
	assert_int_equal(refresh_open(&terms, &r), 0);
	answer(r, "192.0.2.1", "192.0.2.2");
	assert_false(judged(r, 1000));
	answer(r, "192.0.2.1", "192.0.2.1");
	assert_false(judged(r, REFRESH_GONE_MS));
	assert_true(judged(r, 1000 + REFRESH_GONE_MS)); /* 192.0.2.2 is none any more */
	assert_false(judged(r, 2000 + REFRESH_GONE_MS)); /* told once */
	answer(r, NULL, NULL); /* no answer is no answer */
	assert_false(judged(r, 9 * REFRESH_GONE_MS));
	refresh_close(r);
}

static void broken_answers(void **state)
{
	const struct refresh_force f = { .knows = knows };
	struct refresh *r;
	uint32_t many = NAMES_MOST + 1;
	bool stale = false;

	(void)state;
	assert_int_equal(refresh_open(&terms, &r), 0);
	answer(r, "192.0.2.1", "192.0.2.2");
	for (size_t n = r->bytes; n--;) {
		r->bytes = n;
		assert_int_equal(judge_all(r, &f, &stale), -EBADMSG);
	}
	r->bytes = 1024;
	memcpy(r->answer, &many, sizeof(many));
	assert_int_equal(judge_all(r, &f, &stale), -EBADMSG);
	refresh_close(r);
}

/* The child itself; this name needs no network. */
static void a_child_asks(void **state)
{
	char *here[] = { "localhost" };
	struct selectors who = { .by[SELECTOR_NAME] = { here, 1 } };
	struct term term = { .part = { &who } };
	const struct terms one = { .term = &term, .n = 1 };
	const struct refresh_force f = { .knows = knows };
	struct pollfd p = { .events = POLLIN };
	struct refresh *r;
	bool stale = false;
	int err;

	(void)state;
	assert_int_equal(refresh_open(&one, &r), 0);
	assert_int_equal(refresh_take(r, &f, &stale), -EAGAIN);
	assert_int_equal(refresh_start(r), 0);
	assert_int_equal(refresh_start(r), 0); /* it does already */
	do {
		p.fd = refresh_fd(r);
		assert_int_equal(poll(&p, 1, 20000), 1);
		err = refresh_take(r, &f, &stale);
	} while (err == -EAGAIN);
	assert_int_equal(err, 0);
	assert_true(stale); /* 127.0.0.1 is not in force */
	assert_int_equal(refresh_fd(r), -1);
	assert_int_equal(refresh_start(r), 0);
	refresh_close(r); /* while it asks */
	refresh_close(NULL);
}

static void no_names(void **state)
{
	const struct terms none = { 0 };
	struct refresh *r;

	(void)state;
	assert_int_equal(refresh_open(&none, &r), 0);
	assert_false(refresh_needed(r));
	refresh_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_stale),
		cmocka_unit_test(one_that_went),
		cmocka_unit_test(broken_answers),
		cmocka_unit_test(a_child_asks),
		cmocka_unit_test(no_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
