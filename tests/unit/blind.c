/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a run cannot see is recognised, and nothing else is. */
#include "blind.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "attempts.h"
#include "incident.h"

static void programs(void **state)
{
	static const struct {
		char *argv[9];
		const char *program;
	} cases[] = {
		{ { "docker", "run" }, "docker" },
		{ { "/usr/bin/docker" }, "docker" },
		{ { "env", "A=1", "-i", "-u", "X", "/bin/docker" }, "docker" },
		{ { "nohup", "nice", "-n", "5", "docker" }, "docker" },
		{ { "timeout", "-k", "5", "10", "docker" }, "docker" },
		{ { "sudo", "-u", "alice", "--", "systemctl" }, "systemctl" },
		{ { "time", "-f", "%e", "ssh", "host" }, "ssh" },
		{ { "python3", "docker" }, "python3" },
		{ { "env" }, NULL },
		{ { "sudo", "-u" }, NULL },
		{ { "timeout", "5" }, NULL },
		{ { "docker/" }, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *program = blind_program(cases[i].argv);

		if (cases[i].program)
			assert_string_equal(program, cases[i].program);
		else
			assert_null(program);
	}
}

static struct incidents *seen(uint8_t target, const char *address)
{
	struct attempt a = sample_attempt();
	struct incidents *s = NULL;
	const struct incident *i;
	bool fresh;

	assert_int_equal(incident_init(&s), 0);
	if (address) {
		a.k.verdict = VERDICT_ALLOWED;
		a.k.target = target;
		a.k.dport = 2525;
		assert_int_equal(inet_pton(AF_INET, address, a.k.daddr), 1);
		assert_int_equal(incident_add(s, &a, NULL, NULL, &i, &fresh), 0);
	}
	attempt_clear(&a);
	return s;
}

/* Line `at` of what is said about it; NULL when there are fewer. Free it. */
static char *line(char *program, bool passed, struct incidents *s, size_t at)
{
	char *argv[] = { program, NULL };
	const struct blind_before b = { argv, passed };
	char **lines = NULL, *found = NULL;
	size_t n = 0;

	assert_int_equal(blind_lines(&b, s, &lines, &n), 0);
	assert_true(n > 0);
	for (size_t i = 0; i < n; i++) {
		if (i == at)
			found = lines[i];
		else
			free(lines[i]);
	}
	free(lines);
	incident_free(s);
	return found;
}

static void says(char *got, const char *part)
{
	assert_non_null(got);
	if (!strstr(got, part))
		assert_string_equal(got, part);
	free(got);
}

static void lines(void **state)
{
	(void)state;
	says(line("true", false, seen(0, NULL), 0), "mail handed to a local mail server (");
	assert_null(line("true", false, seen(0, NULL), 1));
	says(line("docker", false, seen(0, NULL), 0), "what docker does for it: its daemon");
	says(line("docker", false, seen(0, NULL), 1), "mail handed to a local mail server (");
	says(line("sendmail", false, seen(0, NULL), 0), "a mail server of this machine");
	says(line("x", true, seen(0, NULL), 0), "a TCP socket that was passed in");
	says(line("x", false, seen(CLASS_LOOPBACK, "127.0.0.1"), 0), "own server on port 2525 (");
	says(line("x", false, seen(CLASS_PUBLIC, "192.0.2.1"), 0), "mail handed to a local mail");
	says(line("ssh", true, seen(CLASS_OWN, "192.0.2.1"), 2), "passed in");
}

static bool passed(int domain, int type, bool listening)
{
	int fd = socket(domain, type, 0);
	bool found;

	assert_true(fd >= 0);
	if (listening)
		assert_int_equal(listen(fd, 1), 0);
	found = blind_socket_passed();
	assert_int_equal(close(fd), 0);
	return found;
}

static void sockets(void **state)
{
	(void)state;
	assert_false(blind_socket_passed());
	assert_true(passed(AF_INET, SOCK_STREAM, false));
	assert_true(passed(AF_INET6, SOCK_STREAM, false));
	assert_false(passed(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, false));
	assert_false(passed(AF_INET, SOCK_STREAM, true)); /* it cannot connect */
	assert_false(passed(AF_INET, SOCK_DGRAM, false));
	assert_false(passed(AF_UNIX, SOCK_STREAM, false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs),
		cmocka_unit_test(lines),
		cmocka_unit_test(sockets),
	};

	return cmocka_run_group_tests_name("blind", tests, NULL, NULL);
}
