/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a run was asked to do: its options, and the policy they mean. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct policy;

/* How a run itself ends when it is not with the command's own status (DESIGN.md 5). */
enum plan_status {
	PLAN_UNABLE = 3, /* not permitted or not supported here */
	PLAN_FINDINGS = 10, /* --exit-code: the command succeeded, and there were attempts */
	PLAN_FAILED = 125,
	PLAN_NOT_EXECUTABLE = 126,
	PLAN_NOT_FOUND = 127,
};

/* Not owned: they point into the arguments. */
struct plan {
	const char *profile; /* NULL: none named */
	const char *policy; /* file; NULL: none named */
	const char *output; /* -o FILE; NULL none */
	bool as_provider;
	bool exit_code;
	bool quiet;
	bool json;
	unsigned verbose; /* times -v */
	char *const *command; /* with its NULL */
};

#define PLAN_TEXT (10 << 20) /* bytes of a policy file at most */

/*
 * Copies the policy file, also a pipe, into an unnamed file, so that both sides of a run read the same
 * text. *fd -1 when the plan names none. 0 or -errno, said.
 */
int plan_text(const struct plan *p, int *fd);

/*
 * The policy: of the text in `fd`, else of the profile (enforced), else observe (audit). With
 * as_provider, what the profile blocks by silence is silent. 0 or -errno, said.
 */
int plan_policy(const struct plan *p, int fd, struct policy **out);

/* Positive errno that a block of this policy answers where neither it nor a rule says. */
int plan_errno(const struct policy *p);

/* What a person calls the command: "send.py" for `python3 send.py`. Inert. Returns `to`. */
char *plan_name(char *to, size_t size, const struct plan *p);
