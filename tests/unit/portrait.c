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

static char *page(const char *name)
{
	struct profile *p = NULL;
	char *text;

	assert_int_equal(profile_open(name, &p), 0);
	text = write_all(portrait_page, p);
	profile_free(p);
	return text;
}

static void line_is(const char *name, const char *line)
{
	struct profile *p = NULL;
	char *text;

	assert_int_equal(profile_open(name, &p), 0);
	text = write_all(portrait_line, p);
	assert_string_equal(text, line);
	free(text);
	profile_free(p);
}

static void word_for_word(void **state)
{
	char *text;

	(void)state;
	line_is("hetzner-cloud",
		"hetzner-cloud    25, 465                Hetzner Cloud               2026-07 A\n");
	line_is("edbb",
		"edbb             nothing (slows 25)     EDBB                        2026-11 A\n");
	text = page("hetzner-cloud");
	assert_non_null(strstr(text,
		"hetzner-cloud: Hetzner Cloud\n\n  also      hetzner\n  blocks    ports 25, 465\n"
		"  to        not known; taken: public addresses\n"
		"  over      not known; taken: IPv4 and IPv6\n"
		"  looks     Connection timed out, after about 134 s\n"
		"  who       All cloud servers.\n  use       587\n"));
	assert_non_null(strstr(text, "  checked   2026-07-23, confidence A\n"));
	free(text);
	text = page("gcp");
	assert_non_null(strstr(text,
		"  to        public addresses, but not to your own networks: name those in a rule\n"
		"            that allows them\n"));
	assert_non_null(
		strstr(text, "  use       587, or 465, or the provider's relay\n  relay     "
			     "Google Workspace, smtp-relay.gmail.com port 587\n"));
	free(text);
	text = page("baidu");
	assert_non_null(strstr(text, "  looks     not known; taken: Connection timed out\n"));
	assert_non_null(strstr(text, "  lifted    not known\n"));
	free(text);
	text = page("gitpod");
	assert_non_null(strstr(text, "  use       not known\n"));
	free(text);
	text = page("edbb");
	assert_non_null(strstr(text, "  blocks    nothing (slows 25)\n"
				     "  slows     8 packets a second, 16 at once\n  who       "));
	assert_null(strstr(text, "looks"));
	free(text);
	text = page("observe");
	assert_non_null(strstr(
		text, "\n\n  blocks    nothing\n  who       Nobody.\n  use       587, or 465\n"));
	assert_null(strstr(text, "looks"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fits),
		cmocka_unit_test(word_for_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
