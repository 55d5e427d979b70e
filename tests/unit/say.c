/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Messages: prefixes, levels, the system's words, hostile arguments. */
#include "say.h"

#include <errno.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#undef fail /* ours, not cmocka's */

static char *text;
static size_t text_n;
static FILE *memory;

static int capture(void **state)
{
	(void)state;
	memory = open_memstream(&text, &text_n);
	say_to(memory);
	say_level(0);
	return memory ? 0 : -1;
}

static int release(void **state)
{
	(void)state;
	say_to(NULL);
	say_level(0);
	fclose(memory);
	free(text);
	return 0;
}

static void said(const char *expected)
{
	fflush(memory);
	assert_string_equal(text, expected);
}

static void prefixes(void **state)
{
	(void)state;
	say("%s is %d", "x", 3);
	hint("try %s", "y");
	said("smtpfence: x is 3\nhint: try y\n");
}

static void levels(void **state)
{
	(void)state;
	note("unheard");
	assert_int_equal(say_level_now(), 0);
	say_level(1);
	note("heard");
	say_level(2);
	assert_int_equal(say_level_now(), 2);
	note("heard too");
	said("smtpfence: heard\nsmtpfence: heard too\n");
}

static void failures_name_the_error(void **state)
{
	(void)state;
	assert_int_equal(fail(-EPERM, "attach %s to %s", "p", "/c"), -EPERM);
	assert_int_equal(fail(-524, "load"), -524);
	assert_int_equal(refuse(-EINVAL, "'%s' is not an action", "blok"), -EINVAL);
	said("smtpfence: attach p to /c: Operation not permitted\n"
	     "smtpfence: load: Operation not supported\n"
	     "smtpfence: 'blok' is not an action\n");
}

static void hostile_arguments_are_inert(void **state)
{
	(void)state;
	say("%s", "a\nsmtpfence: all is well\033[2J\r\xff");
	hint("%s", "\xe2\x80\xae"
		   "fdp");
	fail(-ENOENT, "open %s", "x\ny");
	refuse(-1, "%s",
		"\xc2\x9b"
		"31m");
	said("smtpfence: a\\x0asmtpfence: all is well\\x1b[2J\\x0d\\xff\n"
	     "hint: \\xe2\\x80\\xaefdp\n"
	     "smtpfence: open x\\x0ay: No such file or directory\n"
	     "smtpfence: \\xc2\\x9b31m\n");
}

static void long_texts_are_whole(void **state)
{
	char *longest = malloc(100001);

	(void)state;
	memset(longest, '\033', 100000);
	longest[100000] = 0;
	say("%s|", longest);
	fflush(memory);
	assert_int_equal(text_n, strlen("smtpfence: |\n") + 400000);
	assert_string_equal(text + text_n - 6, "\\x1b|\n");
	free(longest);
}

static void nobody_listens(void **state)
{
	(void)state;
	assert_ptr_equal(say_file(), memory);
	say_to(NULL);
	assert_null(say_file());
	say("x");
	hint("x");
	assert_int_equal(fail(-EIO, "x"), -EIO);
	assert_int_equal(refuse(-EIO, "x"), -EIO);
	said("");
}

/* Runs first, before any say_to(): stderr is where messages go. */
static void default_is_stderr(void **state)
{
	int pipe_fd[2], old = dup(STDERR_FILENO);
	char buffer[64] = "";

	(void)state;
	assert_ptr_equal(say_file(), stderr);
	assert_int_equal(pipe(pipe_fd), 0);
	dup2(pipe_fd[1], STDERR_FILENO);
	say("one line");
	dup2(old, STDERR_FILENO);
	close(pipe_fd[1]);
	assert_int_equal(read(pipe_fd[0], buffer, sizeof(buffer) - 1), 20);
	assert_string_equal(buffer, "smtpfence: one line\n");
	close(pipe_fd[0]);
	close(old);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(default_is_stderr),
		cmocka_unit_test_setup_teardown(prefixes, capture, release),
		cmocka_unit_test_setup_teardown(levels, capture, release),
		cmocka_unit_test_setup_teardown(failures_name_the_error, capture, release),
		cmocka_unit_test_setup_teardown(hostile_arguments_are_inert, capture, release),
		cmocka_unit_test_setup_teardown(long_texts_are_whole, capture, release),
		cmocka_unit_test_setup_teardown(nobody_listens, capture, release),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
