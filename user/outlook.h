/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What `up` tells before it arms, as JSON. */
#pragma once

struct announce;
struct json;

/*
 * Members of an open object: `senders`, each with its fate per port when it runs; `connections` to watched
 * ports that are open now, with the verdict they would meet if they began anew; `namespaces_skipped`.
 */
void outlook_json(const struct announce *a, struct json *j);
