/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the firmware says this machine is. */
#pragma once

#include <stdbool.h>

/* Without a line end; "" unknown. Hostile as any text that a hypervisor may choose. */
struct dmi {
	char vendor[128]; /* sys_vendor */
	char product[128]; /* product_name */
	char asset[128]; /* chassis_asset_tag */
	char bios[128]; /* bios_version */
};

/* Reads /sys/class/dmi/id, or the directory that $SMTPFENCE_DMI names. What is not there is "". */
void dmi_read(struct dmi *out);

/* True when a field is as the glob says, whole. */
bool dmi_matches(const struct dmi *d, const char *glob);
