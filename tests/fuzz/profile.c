/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* rooms: text say address list file yaml choice action provider */
/* Any bytes as a profile: refused or read, and what is read keeps what it promises its readers. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "provider.h"
#include "say.h"
#include "text.h"
#include "yaml.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	say_to(NULL);
	return 0;
}

/* Reports show it as it is. */
static void shown(const char *s)
{
	char *inert;

	if (!s)
		return;
	inert = malloc(4 * strlen(s) + 4);
	if (!inert || strcmp(s, text_inert(inert, 4 * strlen(s) + 4, s, strlen(s))))
		abort();
	free(inert);
}

static void promised(const struct profile *p)
{
	if (!p->provider || p->confidence < 'A' || p->confidence > 'D')
		abort();
	if (p->blocked_n > PROFILE_PORTS || p->slowed_n > PROFILE_PORTS ||
		p->hint_n > PROFILE_HINTS)
		abort();
	if (p->blocked_n && (p->slowed_n || !p->scope || p->err <= 0 || !p->effect))
		abort();
	if (!provider_effect_name(p->effect) || !provider_family_name(p->family))
		abort();
	for (unsigned i = 1; i < p->blocked_n; i++)
		if (p->blocked[i - 1] >= p->blocked[i])
			abort();
	shown(p->provider);
	shown(p->who);
	shown(p->relay);
	shown(p->hint_note);
	shown(p->exemption);
	shown(p->source);
	shown(p->as_of);
	for (size_t i = 0; i < p->alias_n; i++)
		shown(p->alias[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct profile p = { 0 };
	struct yaml *y = NULL;

	if (!yaml_from_text("fuzz", (const char *)data, size, &y) && !provider_read(y, &p))
		promised(&p);
	provider_clear(&p);
	yaml_close(y);
	return 0;
}
