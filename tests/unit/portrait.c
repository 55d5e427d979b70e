/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* portrait: every shipped profile within 80 columns, and one word for word. */
#include "portrait.h"

#include "list.h"
#include "profile.h"
#include "said.h"

static char *write_all(void (*write)(FILE *, const struct profile *), const struct profile *p)
{
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	write(to, p);
	fclose(to);
	return text;
}

static void narrow(char *text)
{
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (strlen(line) > 80 && strncmp(line, "  source    http", 16))
			fail_msg("wider than 80 columns: %s", line);
	free(text);
}

static void fits(void **state)
{
	char **names;
	size_t n;

	(void)state;
	setenv("SMTPFENCE_DATA", "data", 1);
	narrow(write_all(portrait_line, NULL));
	said_begin();
	assert_int_equal(profile_list(&names, &n), 0);
	for (size_t i = 0; i < n; i++) {
		struct profile *p = NULL;

		assert_int_equal(profile_open(names[i], &p), 0);
		narrow(write_all(portrait_line, p));
		narrow(write_all(portrait_page, p));
		profile_free(p);
	}
	said_end(NULL);
	list_free_text(names, n);
}

static void word_for_word(void **state)
{
	struct profile *p = NULL;
	char *text;

	(void)state;
	assert_int_equal(profile_open("hetzner-cloud", &p), 0);
	text = write_all(portrait_line, p);
	assert_string_equal(text,
		"hetzner-cloud    25, 465                Hetzner Cloud               2026-07 A\n");
	free(text);
	text = write_all(portrait_page, p);
	assert_non_null(strstr(text,
		"hetzner-cloud: Hetzner Cloud\n\n  blocks    ports 25, 465 to public "
		"addresses\n  looks     Connection timed out, after about 134 s\n  use       "
		"587\n"));
	assert_non_null(strstr(text, "  checked   2026-07-23, confidence A\n"));
	free(text);
	profile_free(p);
	p = NULL;
	assert_int_equal(profile_open("observe", &p), 0);
	text = write_all(portrait_page, p);
	assert_non_null(strstr(text, "  blocks    nothing\n  use       587, or 465\n"));
	assert_null(strstr(text, "looks"));
	free(text);
	profile_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fits),
		cmocka_unit_test(word_for_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
