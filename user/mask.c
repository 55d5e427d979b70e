/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Secrets in a command line become "***". */
#include "mask.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MASK "***"

enum next {
	NEXT_PLAIN,
	NEXT_SECRET,
	NEXT_PAIR, /* user:password when it has a colon */
};

/* Found anywhere in the name of an option, a variable or a header. */
static const char *const secret_part[] = { "passw", "passphrase", "passcode", "secret", "token",
	"api-key", "apikey", "api_key", "credential" };

/* The whole name. */
static const char *const secret_name[] = { "pass", "pwd", "auth", "authorization",
	"proxy-authorization", "cookie", "subject" };

/* The whole name of an option with one dash: sendmail stand-ins such as swaks and sendemail. */
static const char *const secret_short[] = { "p", "ap", "xp", "pass", "pwd" };

/* Programs whose -s is a subject. */
static const char *const mailers[] = { "mail", "mailx", "bsd-mailx", "s-nail", "heirloom-mailx",
	"mutt", "neomutt" };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool is_one_of(const char *s, size_t n, const char *const *names, size_t names_n)
{
	for (size_t i = 0; i < names_n; i++)
		if (strlen(names[i]) == n && !strncasecmp(s, names[i], n))
			return true;
	return false;
}

static bool names_secret(const char *s, size_t n)
{
	if (is_one_of(s, n, secret_name, COUNT(secret_name)))
		return true;
	if (n > 5 && (!strncasecmp(s + n - 5, "-pass", 5) || !strncasecmp(s + n - 5, "_pass", 5)))
		return true;
	for (size_t i = 0; i < COUNT(secret_part); i++) {
		size_t part = strlen(secret_part[i]);

		for (size_t at = 0; at + part <= n; at++)
			if (!strncasecmp(s + at, secret_part[i], part))
				return true;
	}
	return false;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

void mask_init(struct mask *m, const char *program)
{
	const char *base = base_name(program ? program : "");

	m->next = NEXT_PLAIN;
	m->mailer = is_one_of(base, strlen(base), mailers, COUNT(mailers));
}

/* '*' is left out so that a masked address is not taken for one. */
static bool is_local_part(char c)
{
	return isalnum((unsigned char)c) || (c & 0x80) || (c && strchr("._%+-!#$&^~", c));
}

static bool is_domain(char c)
{
	return isalnum((unsigned char)c) || (c & 0x80) || (c && strchr(".-[]:", c));
}

/* End of the user part of a URL whose authority begins at s: its last '@', NULL when it has none. */
static const char *user_part(const char *s)
{
	const char *at = NULL;

	for (; *s && !strchr("/?# \t\"'", *s); s++)
		if (*s == '@')
			at = s;
	return at;
}

/* Copies s with the user part of URLs and with mail addresses masked. */
static void put_plain(FILE *out, const char *s)
{
	const char *kept = s; /* from here on nothing is written yet */

	while (*s) {
		const char *at = strncmp(s, "://", 3) ? NULL : user_part(s + 3);

		if (at) {
			fprintf(out, "%.*s" MASK, (int)(s + 3 - kept), kept);
			kept = s = at;
			s++;
			continue;
		}
		if (*s == '@' && s > kept && is_local_part(s[-1]) && is_domain(s[1])) {
			const char *local = s;

			while (local > kept && is_local_part(local[-1]))
				local--;
			fprintf(out, "%.*s" MASK, (int)(local - kept), kept);
			for (s++; is_domain(*s); s++)
				;
			kept = s;
			continue;
		}
		s++;
	}
	fputs(kept, out);
}

/* "-X" and what is glued to it; true when it is dealt with. */
static bool put_short(struct mask *m, FILE *out, const char *s)
{
	size_t name = strlen(s + 1);

	if (is_one_of(s + 1, name, secret_short, COUNT(secret_short)) ||
		(m->mailer && !strcmp(s, "-s"))) {
		m->next = NEXT_SECRET;
		fputs(s, out);
		return true;
	}
	if (!strcmp(s, "-u")) {
		m->next = NEXT_PAIR;
		fputs(s, out);
		return true;
	}
	if (s[1] == 'p' || (m->mailer && s[1] == 's') || (s[1] == 'u' && strchr(s, ':'))) {
		fprintf(out, "%.2s" MASK, s);
		return true;
	}
	return false;
}

/* "NAME=value" and "Name: value" for a secret name; true when it is dealt with. */
static bool put_named(FILE *out, const char *s)
{
	size_t dashes = strspn(s, "-");
	size_t name = strcspn(s + dashes, "=: \t");
	const char *mark = s + dashes + name;
	bool header = mark[0] == ':' && mark[1] == ' ';

	if (*mark == '=' && dashes && is_one_of(s + dashes, name, (const char *[]){ "user" }, 1) &&
		strchr(mark, ':')) {
		fprintf(out, "%.*s" MASK, (int)(mark + 1 - s), s);
		return true;
	}
	if ((*mark != '=' && !header) || !names_secret(s + dashes, name))
		return false;
	fprintf(out, "%.*s" MASK, (int)(mark + (header ? 2 : 1) - s), s);
	return true;
}

static void put_argument(struct mask *m, FILE *out, const char *s)
{
	uint8_t now = m->next;

	m->next = NEXT_PLAIN;
	if (now == NEXT_SECRET || (now == NEXT_PAIR && strchr(s, ':'))) {
		fputs(MASK, out);
		return;
	}
	if (put_named(out, s))
		return;
	if (s[0] == '-' && s[1] && s[1] != '-' && put_short(m, out, s))
		return;
	if (s[0] == '-' && s[1] == '-' && !strchr(s, '=')) {
		if (!strcmp(s, "--user"))
			m->next = NEXT_PAIR;
		else if (names_secret(s + 2, strlen(s + 2)))
			m->next = NEXT_SECRET;
	}
	put_plain(out, s);
}

char *mask_argument(struct mask *m, const char *s)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	if (!out)
		return NULL;
	put_argument(m, out, s);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
