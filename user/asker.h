/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The name of the person who asked, for the record. */
#pragma once

/*
 * Who called sudo; else who logged in (loginuid, which no process changes); else who we are. Free it; NULL for lack of
 * memory.
 */
char *asker_name(void);
