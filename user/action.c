/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names of actions, and of the errors that an application may be shown. */
#include "action.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "bpf/fence.h"

const char *const action_names[] = {
	[ACTION_ALLOW] = "allow",
	[ACTION_LIMIT] = "limit",
	[ACTION_REDIRECT] = "redirect",
	[ACTION_ANSWER] = "answer",
	[ACTION_BLOCK] = "block",
	[ACTION_DROP] = "drop",
	[ACTION_COUNT] = NULL,
};

const char *const action_errno_names[] = {
	"EPERM",
	"EACCES",
	"ECONNREFUSED",
	"EHOSTUNREACH",
	"ETIMEDOUT",
	NULL,
};

static const int errno_value[] = { EPERM, EACCES, ECONNREFUSED, EHOSTUNREACH, ETIMEDOUT };

#define ERRNOS (sizeof(errno_value) / sizeof(errno_value[0]))

_Static_assert(sizeof(action_names) / sizeof(action_names[0]) == ACTION_COUNT + 1, "a name each");
_Static_assert(
	sizeof(action_errno_names) / sizeof(action_errno_names[0]) == ERRNOS + 1, "a value each");

static int find(const char *const *names, const char *name)
{
	for (int i = 0; names[i]; i++)
		if (!strcmp(names[i], name))
			return i;
	return -EINVAL;
}

const char *action_name(uint8_t action)
{
	return action < ACTION_COUNT ? action_names[action] : NULL;
}

int action_from_name(const char *name)
{
	return find(action_names, name);
}

const char *action_errno_name(int err)
{
	for (size_t i = 0; i < ERRNOS; i++)
		if (errno_value[i] == err)
			return action_errno_names[i];
	return NULL;
}

int action_errno_from_name(const char *name)
{
	int i = find(action_errno_names, name);

	return i < 0 ? i : errno_value[i];
}
