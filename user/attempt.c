/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One attempt as user space knows it: the kernel's record, its subject, its outcome. */
#include "attempt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "address.h"
#include "text.h"

static const char *const verdict_names[] = { "allowed", "audited", "denied", "redirected",
	"answered" };
static const char *const result_names[] = { "allowed", "would be blocked", "blocked", "redirected",
	"answered" };
static const char *const hook_names[] = { "connect4", "connect6", "egress", "create", "sockops",
	"release", "peer4", "peer6" };
static const char *const reason_names[] = { "rule", "default", "open", "scope", "miss", "no_mark",
	"rewritten", "fragment", "headers", "depth", "exemption", "limit", "no_relay" };
static const char *const outcome_names[] = { "unknown", "connected", "refused", "unreachable",
	"no_answer" };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
_Static_assert(COUNT(verdict_names) == VERDICT_COUNT, "a name for each");
_Static_assert(COUNT(result_names) == VERDICT_COUNT, "a name for each");
_Static_assert(COUNT(hook_names) == HOOK_COUNT, "a name for each");
_Static_assert(COUNT(reason_names) == REASON_COUNT, "a name for each");
_Static_assert(COUNT(outcome_names) == OUTCOME_COUNT, "a name for each");

const char *attempt_verdict_name(uint8_t verdict)
{
	return verdict < VERDICT_COUNT ? verdict_names[verdict] : NULL;
}

const char *attempt_hook_name(uint8_t hook)
{
	return hook < HOOK_COUNT ? hook_names[hook] : NULL;
}

const char *attempt_reason_name(uint8_t reason)
{
	return reason < REASON_COUNT ? reason_names[reason] : NULL;
}

const char *attempt_outcome_name(uint8_t outcome)
{
	return outcome < OUTCOME_COUNT ? outcome_names[outcome] : NULL;
}

const char *attempt_result(const struct attempt *a)
{
	bool diverts = a->k.verdict == VERDICT_AUDITED && a->k.reason != REASON_NO_RELAY;

	if (diverts && a->k.action == ACTION_REDIRECT)
		return "would be redirected";
	if (diverts && a->k.action == ACTION_ANSWER)
		return "would be answered";
	return a->k.verdict < VERDICT_COUNT ? result_names[a->k.verdict] : "unknown";
}

unsigned attempt_exemption(uint16_t rule)
{
	return rule != FENCE_NO_RULE && rule & FENCE_EXEMPTION ? rule & ~FENCE_EXEMPTION : 0;
}

void attempt_clear(struct attempt *a)
{
	subject_drop(a->subject);
	free(a->cgroup);
	memset(a, 0, sizeof(*a));
}

char *attempt_who(char *to, size_t size, const struct attempt *a)
{
	const char *name = a->k.comm[0] ? a->k.comm : "an unknown program";

	if (a->subject)
		return subject_name(to, size, a->subject);
	return text_inert(to, size, name, strnlen(name, FENCE_COMM + 3));
}

static char *print_place(char to[80], const struct address *a, uint16_t port)
{
	char text[ADDRESS_TEXT];

	address_print(text, a);
	snprintf(to, 80, a->family == AF_INET6 ? "[%s] port %u" : "%s port %u", text, port);
	return to;
}

char *attempt_to(char to[80], const struct attempt *a)
{
	struct address target = address_from_words(a->k.family, a->k.daddr);

	return print_place(to, &target, a->k.dport);
}

char *attempt_sent(char to[80], const struct attempt *a)
{
	struct address sent = address_from_words(a->k.sent_family, a->k.sent);

	return a->k.sent_port ? print_place(to, &sent, a->k.sent_port) : NULL;
}
