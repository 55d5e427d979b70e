/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The name of the person who asked, for the record. */
#include "asker.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process.h"

#define NOBODY UINT32_MAX /* loginuid of what no login started, as of a service */

static uint32_t login(void)
{
	FILE *f = fopen("/proc/self/loginuid", "re");
	uint32_t uid = NOBODY;

	if (f && fscanf(f, "%u", &uid) != 1)
		uid = NOBODY;
	if (f)
		(void)fclose(f); /* only read */
	return uid;
}

char *asker_name(void)
{
	const char *sudo = geteuid() ? NULL : getenv("SUDO_USER");
	uint32_t uid = login();
	char name[256];

	if (sudo && *sudo && strlen(sudo) < sizeof(name))
		return strdup(sudo);
	return strdup(process_user(name, sizeof(name), uid == NOBODY ? getuid() : uid));
}
