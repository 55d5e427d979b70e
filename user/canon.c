/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The canonical text of a policy's parts: lines of their own. Errors stay in the file. */
#include "canon.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "bpf/fence.h"
#include "profile.h"
#include "quote.h"

#define WIDTH 96

static void blanks(FILE *to, unsigned n)
{
	fprintf(to, "%*s", (int)n, "");
}

/* Bytes up to and with the next ", " between values, or to the end. */
static size_t piece(const char *s)
{
	bool quoted = false;
	size_t n = 0;

	for (; s[n]; n++) {
		if (quoted && s[n] == '\\')
			n++;
		else if (s[n] == '"')
			quoted = !quoted;
		else if (!quoted && s[n] == ',' && s[n + 1] == ' ')
			return n + 2;
	}
	return n;
}

/* Selectors on as many lines as they need, broken behind commas only. */
static void fold(FILE *to, const char *s, size_t column, unsigned indent)
{
	bool first = true;
	size_t n, shown;

	for (; *s; s += n, first = false) {
		n = piece(s);
		shown = s[n] ? n - 1 : n; /* without the blank behind the comma */
		if (!first && column + 1 + shown > WIDTH) {
			fputc('\n', to);
			blanks(to, indent);
			column = indent;
		} else if (!first) {
			fputc(' ', to);
			column++;
		}
		fwrite(s, 1, shown, to);
		column += shown;
	}
}

static void print_if(FILE *to, const char *selectors, unsigned indent)
{
	fputs("if: ", to);
	fold(to, selectors, indent + 4, indent + 2);
	fputc('\n', to);
}

/* What selectors and orders print, as text. 0 or -ENOMEM. */
static int print_parts(const struct policy_rule *r, char **when, char **then)
{
	char *text[2] = { NULL, NULL };
	FILE *to;
	size_t n;

	for (int i = 0; i < 2; i++) {
		to = open_memstream(text + i, &n);
		if (!to)
			break;
		if (i)
			order_print(to, &r->then);
		else
			selectors_print(to, &r->when);
		if (fclose(to))
			break;
		if (i) {
			*when = text[0];
			*then = text[1];
			return 0;
		}
	}
	free(text[0]);
	free(text[1]);
	return -ENOMEM;
}

int canon_rule(FILE *to, const struct policy_rule *r, unsigned indent)
{
	char *when, *then;
	const char *lead = "- ";
	int err = print_parts(r, &when, &then);

	if (err)
		return err;
	if (r->named) {
		blanks(to, indent);
		fputs("- name: ", to);
		quote_yaml(to, r->name);
		fputc('\n', to);
		lead = "  ";
	}
	if (!selectors_empty(&r->when)) {
		blanks(to, indent);
		fputs(lead, to);
		print_if(to, when, indent + 2);
		canon_ids(to, &r->when, indent + 2);
		lead = "  ";
	}
	blanks(to, indent);
	fprintf(to, "%sthen: ", lead);
	quote_yaml(to, then);
	fputc('\n', to);
	if (r->audit) {
		blanks(to, indent + 2);
		fputs("mode: audit\n", to);
	}
	free(when);
	free(then);
	return 0;
}

static void print_ids(FILE *to, const struct selectors *s, enum selector key, unsigned indent)
{
	const uint32_t *id = key == SELECTOR_USER ? s->uid : s->gid;
	const struct selectors_list *l = s->by + key;
	bool names = false;

	for (size_t i = 0; i < l->n; i++)
		names |= l->text[i][strspn(l->text[i], "0123456789")] != 0;
	if (!names)
		return;
	blanks(to, indent);
	fputs(key == SELECTOR_USER ? "# uid" : "# gid", to);
	for (size_t i = 0; i < l->n; i++)
		fprintf(to, "%s %u", i ? "," : "", id[i]);
	fputc('\n', to);
}

void canon_ids(FILE *to, const struct selectors *s, unsigned indent)
{
	print_ids(to, s, SELECTOR_USER, indent);
	print_ids(to, s, SELECTOR_GROUP, indent);
}

void canon_profile(FILE *to, const struct profile *p)
{
	fputs("# blocked:", to);
	for (unsigned i = 0; i < p->blocked_n; i++)
		fprintf(to, "%s port %u", i ? "," : "", p->blocked[i]);
	fputs(p->blocked_n ? "; scope:" : " nothing; scope:", to);
	for (int i = 0, n = 0; i < CLASS_COUNT; i++)
		if (p->scope >> i & 1)
			fprintf(to, "%s %s", n++ ? "," : "", address_class_name(i));
	if (p->family != FAMILY_BOTH)
		fprintf(to, "; %s only", p->family == FAMILY_V4 ? "IPv4" : "IPv6");
	if (p->outside)
		fputs("; not to networks of one's own", to);
	if (p->err)
		fprintf(to, "; as %s", action_errno_name(p->err));
	fputc('\n', to);
}
