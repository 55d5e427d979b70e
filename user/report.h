/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Incidents as people read them (SCREENS.md) and as JSON. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "counts.h"
#include "incident.h"
#include "profile.h"

struct report {
	const struct incidents *incidents;
	const struct profile *profile; /* NULL: not known, or only observed */
	const struct counts *counts; /* NULL: not known (from a file) */
	char *const *blind; /* lines of `blind to`, NULL none */
	size_t blind_n;
	bool audit; /* mode was audit or only observed */
	bool verbose; /* also the words of the machine: verdict, hook, reason, errno, ids */
};

/* Terminal text, 80 columns, nothing hostile unescaped. 0 or -errno of `to`. */
int report_text(const struct report *r, FILE *to);

/* One JSON object, one line. 0 or -errno of `to`. */
int report_json(const struct report *r, FILE *to);

/* The live line at an incident's first attempt: "python3 send.py tried 192.0.2.25 port 25: blocked". */
char *report_line(char *to, size_t size, const struct attempt *a);
