/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the firmware says this machine is. */
#include "dmi.h"

#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void read_field(const char *name, char to[128])
{
	const char *dir = secure_getenv("SMTPFENCE_DMI");
	char path[PATH_MAX];
	FILE *f;

	to[0] = 0;
	snprintf(path, sizeof(path), "%s/%s", dir ? dir : "/sys/class/dmi/id", name);
	f = fopen(path, "re");
	if (!f)
		return;
	if (!fgets(to, 128, f))
		to[0] = 0;
	fclose(f);
	/* some firmware pads with blanks */
	for (size_t n = strlen(to); n && strchr(" \n", to[n - 1]); n--)
		to[n - 1] = 0;
}

void dmi_read(struct dmi *out)
{
	read_field("sys_vendor", out->vendor);
	read_field("product_name", out->product);
	read_field("chassis_asset_tag", out->asset);
	read_field("bios_version", out->bios);
}

bool dmi_matches(const struct dmi *d, const char *glob)
{
	const char *field[] = { d->vendor, d->product, d->asset, d->bios };

	for (size_t i = 0; i < sizeof(field) / sizeof(field[0]); i++)
		if (field[i][0] && !fnmatch(glob, field[i], 0))
			return true;
	return false;
}
