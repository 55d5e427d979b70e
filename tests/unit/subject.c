/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Records of a process: what they say, and those that contradict themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include "subject.h"

#define TEXT_AT offsetof(struct fence_subject, text)
#define S(s) (s), (sizeof(s) - 1) /* a string with zeros in it */

union room {
	struct fence_subject head;
	char byte[TEXT_AT + 8192];
};

static union room record_of(const char *path, size_t path_n, const char *argv, size_t argv_n)
{
	union room r = { .head = {
				 .record = { .kind = RECORD_SUBJECT, .version = FENCE_LAYOUT },
				 .tgid = 4711,
				 .path_bytes = path_n,
				 .argv_at = path_n,
				 .argv_bytes = argv_n,
				 .comm = "comm",
			 } };

	memcpy(r.byte + TEXT_AT, path, path_n);
	memcpy(r.byte + TEXT_AT + path_n, argv, argv_n);
	r.head.record.size = TEXT_AT + path_n + argv_n;
	return r;
}

static struct subject *take(const union room *r)
{
	struct subject *s = NULL;

	assert_int_equal(subject_from_record(&r->head, r->head.record.size, &s), 0);
	return s;
}

static const struct {
	const char *path;
	size_t path_n;
	const char *argv;
	size_t argv_n;
	const char *exe, *name, *script;
} cases[] = {
	{ S("curl\0bin\0usr\0"), S("curl\0-v\0"), "/usr/bin/curl", "curl", NULL },
	{ S("python3.11\0bin\0usr\0"), S("/usr/bin/python3\0-u\0send.py\0x\0"),
		"/usr/bin/python3.11", "python3 send.py", "send.py" },
	{ S("python3.11\0bin\0"), S("python3\0-m\0smtplib\0"), "/bin/python3.11",
		"python3 -m smtplib", "-m" },
	{ S("python3.11\0bin\0"), S("python3\0-c\0secret\0"), "/bin/python3.11", "python3 -c",
		"-c" },
	{ S("python3.11\0bin\0"), S("python3\0-W\0ignore\0-um\0smtpd\0"), "/bin/python3.11",
		"python3 -um smtpd", "-um" },
	{ S("php8.2\0bin\0"), S("php\0-d\0a=b\0-f\0send.php\0"), "/bin/php8.2", "php send.php",
		"send.php" },
	{ S("bash\0bin\0"), S("bash\0-lc\0curl -u a:b x\0"), "/bin/bash", "bash -lc", "-lc" },
	{ S("bash\0bin\0"), S("bash\0-o\0pipefail\0--\0./x\0"), "/bin/bash", "bash ./x", "./x" },
	{ S("perl\0bin\0"), S("perl\0-lane\0secret\0"), "/bin/perl", "perl -lane", "-lane" },
	{ S("java\0bin\0"), S("java\0-cp\0a.jar\0Main\0"), "/bin/java", "java Main", "Main" },
	{ S("node\0bin\0"), S("node\0--require\0x\0-\0"), "/bin/node", "node -", "-" },
	{ S("node\0bin\0"), S("node\0-r\0"), "/bin/node", "node", NULL },
	{ S("java\0bin\0"), S("java\0-Xmx1g\0-jar\0a.jar\0"), "/bin/java", "java a.jar", "a.jar" },
	{ S("exim4\0sbin\0usr\0"), S("sendmail\0-t\0"), "/usr/sbin/exim4", "sendmail (exim4)",
		NULL },
	{ S("evil\0tmp\0"), S("sshd: alice [priv]\0\0\0\0\0"), "/tmp/evil",
		"sshd: alice [priv] (evil)", NULL },
	{ S("php-fpm8.2\0sbin\0"), S("php-fpm: pool www\0\0"), "/sbin/php-fpm8.2",
		"php-fpm: pool www", NULL },
	{ S("bash\0bin\0"), S("-bash\0"), "/bin/bash", "bash", NULL },
	{ S("dash\0bin\0"), S("sh\0./run.sh\0"), "/bin/dash", "sh ./run.sh", "./run.sh" },
	{ S("nologin\0"), S(""), "/nologin", "nologin", NULL },
	{ S(""), S("x"), NULL, "x", NULL },
	{ S(""), S(""), NULL, "comm", NULL },
	{ S(""), S("\0\0\0"), NULL, "comm", NULL },
	{ S("a\nb\0"), S("a\nb\0"), "/a\nb", "a\\x0ab", NULL },
	{ S("x\0"), S("\x1b]0;t\x07\0"), "/x", "\\x1b]0;t\\x07 (x)", NULL },
};

static void takes_records_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		union room r =
			record_of(cases[i].path, cases[i].path_n, cases[i].argv, cases[i].argv_n);
		struct subject *s = take(&r);
		char name[80];

		if (cases[i].exe)
			assert_string_equal(s->exe, cases[i].exe);
		else
			assert_null(s->exe);
		assert_string_equal(subject_name(name, sizeof(name), s), cases[i].name);
		if (cases[i].script)
			assert_string_equal(subject_script(s), cases[i].script);
		else
			assert_null(subject_script(s));
		subject_drop(s);
	}
}

static void a_cut_path_begins_with_dots(void **state)
{
	union room r = record_of(S("leaf\0dir\0cu"), S("x\0"));
	struct subject *s;

	(void)state;
	r.head.path_cut = 1;
	s = take(&r);
	assert_string_equal(s->exe, ".../cu/dir/leaf");
	subject_drop(s);
}

static void arguments_come_one_by_one(void **state)
{
	union room r = record_of(S(""), S("a\0\0b\0\0\0\0\0"));
	struct subject *s = take(&r);
	const char *arg = subject_argument(s, NULL);

	(void)state;
	assert_string_equal(arg, "a");
	assert_string_equal(arg = subject_argument(s, arg), "");
	assert_string_equal(arg = subject_argument(s, arg), "b");
	assert_string_equal(arg = subject_argument(s, arg), "");
	assert_null(subject_argument(s, arg));
	subject_drop(s);
}

static void a_name_is_cut_to_size(void **state)
{
	union room r = record_of(S("python3\0"), S("python3\0a-very-long-name-of-a-script.py\0"));
	struct subject *s = take(&r);
	char name[20];

	(void)state;
	subject_name(name, sizeof(name), s);
	assert_true(strlen(name) < sizeof(name));
	assert_string_equal(name + strlen(name) - 3, "...");
	for (size_t size = 1; size < sizeof(name); size++)
		assert_true(strlen(subject_name(name, size, s)) < size);
	subject_drop(s);
}

static void refuse(union room *r, size_t bytes)
{
	struct subject *s = (void *)1;

	assert_int_equal(subject_from_record(&r->head, bytes, &s), -EBADMSG);
	assert_ptr_equal(s, (void *)1);
}

static void contradictions_are_refused(void **state)
{
	const union room good = record_of(S("curl\0"), S("curl\0"));
	size_t n = good.head.record.size;
	union room r;

	(void)state;
	refuse((r = good, &r), n - 1);
	refuse((r = good, &r), TEXT_AT - 1);
	refuse((r = good, r.head.record.kind = RECORD_ATTEMPT, &r), n);
	refuse((r = good, r.head.record.version = FENCE_LAYOUT + 1, &r), n);
	refuse((r = good, r.head.record.size = TEXT_AT - 1, &r), n);
	refuse((r = good, r.head.path_bytes = 11, &r), n);
	refuse((r = good, r.head.argv_at = 11, &r), n);
	refuse((r = good, r.head.argv_bytes = 6, &r), n);
	refuse((r = good, r.head.argv_at = 0xffff, r.head.argv_bytes = 0xffff, &r), n);
	refuse((r = good, r.head.ancestors = FENCE_ANCESTORS + 1, &r), n);
}

static void the_last_reference_frees(void **state)
{
	union room r = record_of(S("curl\0"), S("curl\0"));
	struct subject *s = take(&r);

	(void)state;
	assert_ptr_equal(subject_hold(s), s);
	subject_drop(s);
	assert_string_equal(s->exe, "/curl");
	subject_drop(s);
	assert_null(subject_hold(NULL));
	subject_drop(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_records_apart),
		cmocka_unit_test(a_cut_path_begins_with_dots),
		cmocka_unit_test(arguments_come_one_by_one),
		cmocka_unit_test(a_name_is_cut_to_size),
		cmocka_unit_test(contradictions_are_refused),
		cmocka_unit_test(the_last_reference_frees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
