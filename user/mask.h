/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Secrets in a command line become "***". */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Goes through one process's arguments in order: an option decides about the one after it. */
struct mask {
	uint8_t next; /* what the coming argument is */
	bool mailer; /* -s of this program is a subject */
};

/* `program`: argv[0]; NULL unknown. */
void mask_init(struct mask *m, const char *program);

/*
 * A masked copy of the next argument, owned; NULL: no memory. Masked are values of options and
 * variables named like secrets, passwords in URLs and after -u and -p, mail addresses, subjects,
 * credentials in headers. Masking what is masked changes nothing.
 */
char *mask_argument(struct mask *m, const char *s);
