/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a rule orders: its `then:`. */
#include "order.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "action.h"
#include "address.h"
#include "choice.h"
#include "say.h"
#include "text.h"
#include "yaml.h"

#define REPLY_BYTES 500 /* RFC 5321 4.5.3.1.5: 512 with the line's end */
#define WORDS 8
#define WORD_BYTES 64

static const struct choice action_choice = { "an action", action_names, NULL };
static const struct choice errno_choice = { "an error a block may answer", action_errno_names,
	NULL };

static const char limit_form[] =
	"a limit is 'limit 30 connections/h', 'limit 30 connections/10m to 10 addresses' or 'limit to 10 addresses/d'";
static const char redirect_form[] =
	"a redirect is 'redirect 127.0.0.1:1025', with '[::1]:1025' for IPv6 instead or behind it, and 'transparent' at its end if the program shall not see it";
static const char reply_form[] =
	"an answer is an SMTP reply of at most 500 printable ASCII characters that refuses, such as 'answer 550 5.7.1 Use port 587'";

/* An order being read. */
struct reading {
	struct order o;
	char word[WORDS][WORD_BYTES]; /* of what stands behind the action */
	size_t n;
	char why[CHOICE_TEXT];
};

static int wrong(struct reading *r, const char *why)
{
	snprintf(r->why, sizeof(r->why), "%s", why);
	return -EINVAL;
}

/* Words with exactly one blank between them. False: there are too many, or too long or empty ones. */
static bool split(struct reading *r, const char *s)
{
	for (r->n = 0; *s; r->n++) {
		size_t length = strcspn(s, " ");

		if (r->n == WORDS || !length || length >= WORD_BYTES)
			return false;
		memcpy(r->word[r->n], s, length);
		r->word[r->n][length] = 0;
		s += length;
		if (*s && !*++s)
			return false;
	}
	return true;
}

static int read_block(struct reading *r, const char *rest)
{
	int err = action_errno_from_name(rest);

	if (err < 0)
		choice_complaint(r->why, &errno_choice, rest);
	else
		r->o.err = err;
	return err < 0 ? err : 0;
}

/* "h", "10m": cuts it off the word that ends with it. */
static bool read_window(char *word, uint64_t *seconds)
{
	char *slash = strchr(word, '/'), one[3] = "1";

	if (!slash)
		return false;
	*slash++ = 0;
	if (strlen(slash) == 1)
		slash = strcat(one, slash);
	return !text_duration(slash, seconds);
}

static bool is_either(const char *word, const char *one, const char *many)
{
	return !strcmp(word, one) || !strcmp(word, many);
}

static int read_limit(struct reading *r, const char *rest)
{
	uint64_t most = 0, most_to = 0;
	size_t at = 0, window = 1;

	if (!split(r, rest) || r->n < 2)
		return wrong(r, limit_form);
	if (strcmp(r->word[0], "to")) {
		at = 2;
	} else {
		window = 2;
	}
	if (window >= r->n || !read_window(r->word[window], &r->o.window_s))
		return wrong(r, limit_form);
	if (at && !is_either(r->word[1], "connection", "connections"))
		return wrong(r, limit_form);
	if (r->n > at && (r->n != at + 3 || strcmp(r->word[at], "to") ||
				 !is_either(r->word[at + 2], "address", "addresses")))
		return wrong(r, limit_form);
	if (at && (text_number(r->word[0], UINT32_MAX, &most) || !most))
		return wrong(r, "a limit is of 1 to 4294967295 connections");
	if (r->n > at && (text_number(r->word[at + 1], FENCE_LIMIT_TARGETS, &most_to) || !most_to))
		return wrong(r, "a limit is to 1 to 64 addresses");
	r->o.most = most;
	r->o.most_to = most_to;
	return 0;
}
_Static_assert(FENCE_LIMIT_TARGETS == 64, "as the complaint says");

/* "192.0.2.1:25", "[2001:db8::1]:25": takes it apart in place. NULL: it is neither. */
static const char *split_place(char *word, uint16_t *port)
{
	char *end = word[0] == '[' ? strstr(word, "]:") : strchr(word, ':');
	uint64_t n;

	if (!end)
		return NULL;
	if (text_number(end + 1 + (word[0] == '['), 65535, &n) || !n)
		return NULL;
	*end = 0;
	*port = n;
	return word + (word[0] == '[');
}

/* A single address that a connection can go to, written as its family is. */
static bool read_place(char *word, struct fence_relay *to)
{
	bool six = word[0] == '[';
	struct address a;
	uint16_t port = 0;
	const char *text = split_place(word, &port);

	if (!text || address_parse(text, &a) || strchr(text, '/'))
		return false;
	if ((a.family == AF_INET6) != six || address_class(&a) == CLASS_MULTICAST)
		return false;
	if (six && !to->port6) {
		to->port6 = port;
		memcpy(to->addr6, a.byte, sizeof(to->addr6));
		return memcmp(a.byte, &in6addr_any, sizeof(in6addr_any)) != 0;
	}
	if (six || to->port4 || to->port6)
		return false;
	to->port4 = port;
	memcpy(&to->addr4, a.byte, sizeof(to->addr4));
	return to->addr4 != INADDR_ANY;
}

static int read_redirect(struct reading *r, const char *rest)
{
	size_t n;

	if (!split(r, rest) || !r->n)
		return wrong(r, redirect_form);
	r->o.transparent = !strcmp(r->word[r->n - 1], "transparent");
	n = r->n - r->o.transparent;
	if (!n)
		return wrong(r, redirect_form);
	for (size_t i = 0; i < n; i++)
		if (!read_place(r->word[i], &r->o.relay))
			return wrong(r, redirect_form);
	return 0;
}

static int read_answer(struct reading *r, const char *rest)
{
	size_t n = strlen(rest);

	if (n > REPLY_BYTES || n < 5 || !strchr("45", rest[0]) || !strchr("012345", rest[1]) ||
		rest[2] < '0' || rest[2] > '9' || rest[3] != ' ' || rest[4] == ' ')
		return wrong(r, reply_form);
	for (size_t i = 0; i < n; i++)
		if (rest[i] < ' ' || rest[i] > '~')
			return wrong(r, reply_form);
	r->o.reply = strdup(rest);
	return r->o.reply ? 0 : -ENOMEM;
}

static int read_rest(struct reading *r, const char *rest)
{
	switch (r->o.action) {
	case ACTION_BLOCK:
		return rest ? read_block(r, rest) : 0;
	case ACTION_LIMIT:
		return read_limit(r, rest ? rest : "");
	case ACTION_REDIRECT:
		return read_redirect(r, rest ? rest : "");
	case ACTION_ANSWER:
		return rest ? read_answer(r, rest) : 0;
	default:
		if (!rest)
			return 0;
		snprintf(r->why, sizeof(r->why), "'%s' takes nothing behind it",
			action_name(r->o.action));
		return -EINVAL;
	}
}

/* 0; -EINVAL and `why` says it; -ENOMEM. */
static int parse(const char *s, struct reading *r)
{
	size_t length = strcspn(s, " ");
	char *word = strndup(s, length);
	int found;

	if (!word)
		return -ENOMEM;
	found = action_from_name(word);
	if (found < 0)
		choice_complaint(r->why, &action_choice, word);
	free(word);
	if (found < 0)
		return found;
	r->o.action = found;
	return read_rest(r, s[length] ? s + length + 1 : NULL);
}

int order_read(const struct yaml_node *n, struct order *out)
{
	struct reading r = { 0 };
	const char *s = yaml_scalar(n);
	int err = s ? parse(s, &r) : -EINVAL;

	if (!s)
		return yaml_refuse(n,
			"an action is expected here (allow, limit, redirect, answer, block, drop)");
	if (err == -ENOMEM)
		return fail(err, "read policy");
	if (err)
		return yaml_refuse(n, "%s", r.why);
	*out = r.o;
	return 0;
}

int order_from_text(const char *where, const char *text, struct order *out)
{
	struct reading r = { 0 };
	int err = parse(text, &r);

	if (err == -ENOMEM)
		return fail(err, "%s", where);
	if (err)
		return refuse(err, "%s: %s", where, r.why);
	*out = r.o;
	return 0;
}

static void print_limit(FILE *to, const struct order *o)
{
	char text[24], *window = text_span(text, o->window_s);

	if (window[0] == '1' && !window[2])
		window++;
	if (o->most)
		fprintf(to, " %u connection%s/%s", o->most, o->most == 1 ? "" : "s", window);
	if (o->most_to)
		fprintf(to, " to %u address%s", o->most_to, o->most_to == 1 ? "" : "es");
	if (!o->most)
		fprintf(to, "/%s", window);
}

static void print_redirect(FILE *to, const struct order *o)
{
	char text[INET6_ADDRSTRLEN];

	if (o->relay.port4)
		fprintf(to, " %s:%u", inet_ntop(AF_INET, &o->relay.addr4, text, sizeof(text)),
			o->relay.port4);
	if (o->relay.port6)
		fprintf(to, " [%s]:%u", inet_ntop(AF_INET6, o->relay.addr6, text, sizeof(text)),
			o->relay.port6);
	if (o->transparent)
		fputs(" transparent", to);
}

void order_print(FILE *to, const struct order *o)
{
	fputs(action_name(o->action), to);
	if (o->err)
		fprintf(to, " %s", action_errno_name(o->err));
	if (o->action == ACTION_LIMIT)
		print_limit(to, o);
	if (o->action == ACTION_REDIRECT)
		print_redirect(to, o);
	if (o->reply)
		fprintf(to, " %s", o->reply);
}

void order_clear(struct order *o)
{
	free(o->reply);
	o->reply = NULL;
}

bool order_is_strict(const struct order *o)
{
	return o->action >= ACTION_ANSWER;
}
