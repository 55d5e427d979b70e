/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* yaml and choice: what is read, and where what is refused stands. */
#include "yaml.h"

#include <errno.h>

#include "choice.h"
#include "said.h"

static struct yaml *load(const char *text)
{
	struct yaml *y = NULL;

	assert_int_equal(yaml_from_text("t", text, strlen(text), &y), 0);
	return y;
}

static void reads(void **state)
{
	struct yaml *y =
		load("# x\na: [1, '', \"\\x41\\n\"]\nb: {c: yes}\nd:\n'e f': |\n  two\n  lines\n");
	struct yaml_node *root = yaml_root(y), *key, *n;

	(void)state;
	assert_true(yaml_is_map(root));
	assert_false(yaml_is_list(root));
	assert_null(yaml_scalar(root));
	assert_int_equal(yaml_length(root), 4);
	n = yaml_at(root, 0, &key);
	assert_string_equal(yaml_scalar(key), "a");
	assert_int_equal(yaml_line(key), 2);
	assert_true(yaml_is_list(n));
	assert_int_equal(yaml_length(n), 3);
	assert_string_equal(yaml_scalar(yaml_at(n, 0, NULL)), "1");
	assert_string_equal(yaml_scalar(yaml_at(n, 1, NULL)), "");
	assert_string_equal(yaml_scalar(yaml_at(n, 2, NULL)), "A\n");
	assert_null(yaml_at(n, 3, NULL));
	n = yaml_at(yaml_at(root, 1, NULL), 0, &key);
	assert_string_equal(yaml_scalar(key), "c");
	assert_string_equal(yaml_scalar(n), "yes");
	assert_null(yaml_at(n, 0, NULL));
	assert_string_equal(yaml_scalar(yaml_at(root, 2, NULL)), "");
	n = yaml_at(root, 3, &key);
	assert_string_equal(yaml_scalar(key), "e f");
	assert_string_equal(yaml_scalar(n), "two\nlines\n");
	assert_null(yaml_at(root, 4, NULL));
	yaml_close(y);
	yaml_close(NULL);
}

static void refuses(void **state)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ "", "t: holds nothing\n" },
		{ "# only this\n", "t: holds nothing\n" },
		{ "a: 1\nb: *x\n", "t:2:4: anchors and aliases are not accepted\n" },
		{ "a: &x 1\n", "t:1:4: anchors and aliases are not accepted\n" },
		{ "a: &x [1]\n", "t:1:4: anchors and aliases are not accepted\n" },
		{ "a: !!int 1\n", "t:1:4: tags (!...) are not accepted\n" },
		{ "a: ! 1\n", "t:1:4: tags (!...) are not accepted\n" },
		{ "a: !x {}\n", "t:1:4: tags (!...) are not accepted\n" },
		{ "%TAG ! tag:x,2000:\n---\na\n", "t:1:1: %TAG is not accepted\n" },
		{ "a: 1\n---\nb: 1\n", "t:2:1: only one document is accepted\n" },
		{ "a: 1\n b: 2\n", "t:2:3: mapping values are not allowed in this context\n" },
		{ "a: 1\nb: 2\na: 3\n", "t:3:1: 'a' is here twice; it is already in line 1\n" },
		{ "x: {b: 1, a: 2, \"b\": 3}",
			"t:1:17: 'b' is here twice; it is already in line 1\n" },
		{ "? [a]\n: 1\n", "t:1:3: a key must be plain text\n" },
		{ "a: \"x\\0y\"\n", "t:1:4: a NUL character is not accepted\n" },
		{ "a: b\nc: \xff\n", "t:2:4: invalid leading UTF-8 octet\n" },
		{ "a: \x1b[31m\n", "t:1:4: control characters are not allowed\n" },
		{ "a: [1\n",
			"t:2:1: did not find expected ',' or ']' while parsing a flow sequence\n" },
		{ "[[[[[[[[[[[[[[[[[", "t:1:17: nested deeper than 16 levels\n" },
	};
	char said[200];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct yaml *y = NULL;

		snprintf(said, sizeof(said), "smtpfence: %s", cases[i].said);
		said_begin();
		assert_int_equal(
			yaml_from_text("t", cases[i].text, strlen(cases[i].text), &y), -EINVAL);
		said_end(said);
		assert_null(y);
	}
}

static void limits(void **state)
{
	size_t n = 10000001;
	char *text = malloc(n + 1);
	struct yaml *y = NULL;

	(void)state;
	assert_non_null(text);
	memset(text, ' ', n);
	said_begin();
	assert_int_equal(yaml_from_text("t", text, n, &y), -EFBIG);
	said_end("smtpfence: t: larger than 10000000 bytes\n");
	text[0] = '[';
	for (size_t i = 0; i < 500000; i++)
		memcpy(text + 1 + 2 * i, "a,", 2);
	text[1000001] = ']';
	said_begin();
	assert_int_equal(yaml_from_text("t", text, 1000002, &y), -EINVAL);
	said_end("smtpfence: t:1:1000000: more than 500000 values\n");
	free(text);
}

/* What is refused is refused in one line of bounded length, whatever its size. */
static void hostile(void **state)
{
	static const struct {
		const char *head, *again, *said;
	} cases[] = {
		{ "", "[", "smtpfence: t:1:17: nested deeper than 16 levels\n" },
		{ "", "{a: ", "smtpfence: t:1:65: nested deeper than 16 levels\n" },
		{ "", "- ", "smtpfence: t:1:33: nested deeper than 16 levels\n" },
		{ "", "? ", "smtpfence: t:1:33: nested deeper than 16 levels\n" },
		{ "a: &x [lol, lol]\n", "b: [*x, *x]\n",
			"smtpfence: t:1:4: anchors and aliases are not accepted\n" },
		{ "", "*", "smtpfence: t:1:..." },
		{ "", "%", "smtpfence: t:1:..." },
		{ "", "\"", "smtpfence: t:1:..." },
		{ "", "---\n", "smtpfence: t:2:1: only one document is accepted\n" },
	};
	size_t size = 1000000;
	char *text = malloc(size + 100);
	struct yaml *y = NULL;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t n = strlen(cases[i].head), step = strlen(cases[i].again);

		memcpy(text, cases[i].head, n);
		for (; n < size; n += step)
			memcpy(text + n, cases[i].again, step);
		said_begin();
		assert_int_equal(yaml_from_text("t", text, n, &y), -EINVAL);
		fflush(said_to);
		assert_true(said_bytes < 1200);
		said_end(cases[i].said);
		assert_null(y);
	}
	free(text);
}

static void long_complaint(void **state)
{
	char *text = malloc(2000001), want[1100];
	struct yaml *y = NULL;
	size_t index, n;

	(void)state;
	memset(text, 'a', 2000000);
	text[2000000] = 0;
	assert_int_equal(yaml_from_text("t", text, 2000000, &y), 0);
	for (size_t length = 895; length < 915; length++) {
		said_begin();
		yaml_refuse(yaml_root(y), "%.*s", (int)length, text);
		n = sprintf(want, "smtpfence: t:1:1: %.*s", length > 903 ? 600 : (int)length, text);
		if (length > 903)
			n += sprintf(want + n, "...%.300s", text);
		sprintf(want + n, "\n");
		said_end(want);
	}
	said_begin();
	assert_int_equal(
		choice_of(yaml_root(y),
			&(struct choice){ "a word", (const char *const[]){ "b", NULL }, NULL },
			&index),
		-EINVAL);
	fflush(said_to);
	assert_true(said_bytes < 400);
	said_end("smtpfence: t:1:1: 'aaaaaaaaaa...");
	yaml_close(y);
	free(text);
}

static void choices(void **state)
{
	static const char *const now[] = { "allow", "block", NULL }, *const later[] = { "limit",
		NULL };
	static const struct choice c = { "an action", now, later };
	static const char *const said[] = {
		"smtpfence: t:1:9: 'limit' is not supported by this version (accepted: allow, block)\n",
		"smtpfence: t:1:16: 'blok' is not an action (allow, block); did you mean 'block'?\n",
		"smtpfence: t:1:22: '\\x1b[0m' is not an action (allow, block)\n",
		"smtpfence: t:1:31: one word is expected here (allow, block)\n",
	};
	struct yaml *y = load("[block, limit, blok, \"\\e[0m\", [], block x]");
	size_t index = 7;

	(void)state;
	assert_int_equal(choice_of(yaml_at(yaml_root(y), 0, NULL), &c, &index), 0);
	assert_int_equal(index, 1);
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		said_begin();
		assert_int_equal(
			choice_of(yaml_at(yaml_root(y), i + 1, NULL), &c, &index), -EINVAL);
		said_end(said[i]);
		assert_int_equal(index, 1);
	}
	said_begin();
	assert_int_equal(choice_refuse(yaml_at(yaml_root(y), 5, NULL), &c, "x"), -EINVAL);
	said_end("smtpfence: t:1:35: 'x' is not an action (allow, block)\n");
	yaml_close(y);
}

static void warns(void **state)
{
	struct yaml *y = load("a:\n  - b\n");

	(void)state;
	said_begin();
	yaml_warn(yaml_at(yaml_at(yaml_root(y), 0, NULL), 0, NULL), "%s", "\x1b[2J");
	said_end("smtpfence: t:2:5: warning: \\x1b[2J\n");
	yaml_close(y);
}

/* Refused or read, nothing is lost or touched that is not there: the sanitizers judge. */
static void cut_anywhere(void **state)
{
	static const char text[] =
		"a: [1, {b: 'c', \"d\\u20ac\": |\n  x\n}]\ne:\n- - f\n  - &g h\n- *g\n";
	struct yaml *y;

	(void)state;
	said_begin();
	for (size_t n = 0; n < sizeof(text); n++) {
		y = NULL;
		if (!yaml_from_text("t", text, n, &y))
			assert_non_null(yaml_root(y));
		yaml_close(y);
	}
	said_end("smtpfence: t: holds nothing\n...");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(refuses),
		cmocka_unit_test(limits),
		cmocka_unit_test(hostile),
		cmocka_unit_test(long_complaint),
		cmocka_unit_test(choices),
		cmocka_unit_test(warns),
		cmocka_unit_test(cut_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
