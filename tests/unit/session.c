/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The root side believes no HELLO that cannot be true, and says why on the front's stderr only. */
#include "session.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "say.h" /* before cmocka makes a macro of fail */

#include <cmocka.h>

#include "invoker.h"
#include "plan.h"
#include "wire.h"

static char *const command[] = { "true", NULL };
static const struct invoker us = { .change = false };

struct answer {
	int err; /* of session_run() */
	struct wire_message m;
	char said[1024];
};

/* What becomes of that HELLO; its stderr is a file when it asks for one by 0. */
static void meet(const struct plan *p, struct wire_message *hello, struct answer *a)
{
	struct session_front front = { .pid = getpid(), .uid = getuid() };
	int said = memfd_create("unit", MFD_CLOEXEC);
	int pair[2];

	*a = (struct answer){ 0 };
	assert_int_equal(wire_pair(pair), 0);
	if (!hello->fd[WIRE_STDERR])
		hello->fd[WIRE_STDERR] = said;
	assert_int_equal(wire_send(pair[0], hello), 0);
	front.wire = pair[1];
	a->err = session_run(&front, p, &us);
	close(pair[1]);
	if (wire_receive(pair[0], &a->m))
		a->m.kind = 0;
	close(pair[0]);
	assert_true(pread(said, a->said, sizeof(a->said) - 1, 0) >= 0);
	close(said);
}

static struct wire_message hello(int pid)
{
	struct wire_message m = { .kind = WIRE_HELLO, .value = pid };

	memset(m.fd, -1, sizeof(m.fd));
	m.fd[WIRE_STDERR] = 0;
	snprintf(m.text, sizeof(m.text), "data");
	return m;
}

static void refuses_what_is_no_hello(void **state)
{
	const struct plan p = { .command = command };
	struct wire_message m = hello(getpid());
	struct answer a;

	(void)state;
	m.fd[WIRE_STDERR] = -1;
	meet(&p, &m, &a);
	assert_int_equal(a.err, -EBADMSG);
	assert_int_equal(a.m.kind, 0);
	m = hello(0);
	meet(&p, &m, &a);
	assert_int_equal(a.err, -EBADMSG);
	m = hello(-1);
	meet(&p, &m, &a);
	assert_int_equal(a.err, -EBADMSG);
	m = hello(getpid());
	m.kind = WIRE_ENDED;
	meet(&p, &m, &a);
	assert_int_equal(a.err, -EBADMSG);
}

static void policy_must_be_readable(void **state)
{
	const struct plan p = { .command = command, .policy = "x.yaml" };
	struct wire_message m = hello(getpid());
	struct answer a;

	(void)state;
	meet(&p, &m, &a); /* none sent */
	assert_true(a.err < 0);
	assert_int_equal(a.m.kind, WIRE_FAILED);
	assert_int_equal(a.m.value, PLAN_FAILED);
	assert_non_null(strstr(a.said, "the policy or its profile cannot be read"));
	m = hello(getpid());
	m.fd[WIRE_POLICY] = memfd_create("unit", MFD_CLOEXEC);
	assert_int_equal(write(m.fd[WIRE_POLICY], "no: policy\n", 11), 11);
	meet(&p, &m, &a);
	close(m.fd[WIRE_POLICY]);
	assert_int_equal(a.m.kind, WIRE_FAILED);
	assert_null(strstr(a.said, "x.yaml")); /* the front has complained already */
}

static void process_must_be_there(void **state)
{
	const struct plan p = { .command = command };
	pid_t pid = fork();
	struct wire_message m;
	struct answer a;

	(void)state;
	if (!pid)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	m = hello(pid);
	meet(&p, &m, &a);
	assert_int_equal(a.err, -ESRCH);
	assert_int_equal(a.m.kind, WIRE_FAILED);
	assert_int_equal(a.m.value, PLAN_FAILED);
	assert_non_null(strstr(a.said, "find process "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_is_no_hello),
		cmocka_unit_test(policy_must_be_readable),
		cmocka_unit_test(process_must_be_there),
	};

	say_to(NULL);
	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
