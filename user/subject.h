/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who tried: the kernel's record of a process, taken apart. */
#pragma once

#include <stddef.h>

#include "bpf/fence.h"

struct json;

/* Strings are raw bytes as the kernel had them: hostile until text_inert(). Owned. */
struct subject {
	char *exe; /* absolute path in its mount namespace; NULL unknown; begins "..." when cut */
	char *argv; /* arguments, each with its zero; NULL unknown */
	size_t argv_bytes;
	char *cwd; /* from /proc while the process lived; NULL unknown */
	unsigned users; /* references: subject_hold(), subject_drop() */
	struct fence_subject
		head; /* ids, comm, ancestors; without text. Last: it ends in an array */
};

/*
 * Takes the record of a ring; *out has one reference. -EBADMSG when it contradicts itself.
 */
int subject_from_record(const struct fence_subject *record, size_t bytes, struct subject **out);
struct subject *subject_hold(struct subject *s); /* NULL passes */
void subject_drop(struct subject *s); /* NULL passes */

/* The argument after `arg`, the first for NULL; NULL at the end. */
const char *subject_argument(const struct subject *s, const char *arg);

/* What an interpreter was told to run: "send.py", "-m" of a module, "-c"; NULL: it is none. */
const char *subject_script(const struct subject *s);

/* "python3 send.py", "curl", "sendmail (exim4)", from argv, exe or comm; inert, cut to size. */
char *subject_name(char *to, size_t size, const struct subject *s);

/*
 * The members of ECS `process` that only this record knows: executable, working_directory, args and
 * command_line, masked. When an argument is no UTF-8, args_hex holds all of them, each with its zero.
 * 0 or -ENOMEM.
 */
int subject_json(const struct subject *s, struct json *j);
