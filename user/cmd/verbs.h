/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The verbs: each parses its own options and returns the exit status. */
#pragma once

#include <errno.h>

/* Exit statuses (DESIGN.md 5). */
enum status {
	STATUS_OK = 0,
	STATUS_FAILED = 1, /* already said why */
	STATUS_USAGE = 2,
	STATUS_UNABLE = 3, /* not permitted or not supported here */
	STATUS_FINDINGS = 10, /* the answer is "no" */
};

/* Of 0 or the -errno that a room has said. */
static inline enum status status_of(int err)
{
	switch (err) {
	case 0:
		return STATUS_OK;
	case -EPERM:
	case -EACCES:
	case -ENOTSUP:
	case -ENODEV:
		return STATUS_UNABLE;
	}
	return STATUS_FAILED;
}

/* argv[0] is the verb's name. */
int cmd_run(int argc, char **argv);
int cmd_up(int argc, char **argv);
int cmd_down(int argc, char **argv);
int cmd_confirm(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_watch(int argc, char **argv);
int cmd_allow(int argc, char **argv);
int cmd_block(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_revoke(int argc, char **argv);
int cmd_pause(int argc, char **argv);
int cmd_resume(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_profiles(int argc, char **argv);
