/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "vain.h"

/* FNV-1a; 0 is nothing. */
void vain_miss(struct vain *v, const void *bytes, size_t n)
{
	const unsigned char *b = bytes;

	v->seen = v->seen ?: 0xcbf29ce484222325;
	for (size_t i = 0; i < n; i++)
		v->seen = (v->seen ^ b[i]) * 0x100000001b3;
}

bool vain_news(struct vain *v)
{
	bool fresh = v->seen && v->seen != v->tried;

	v->tried = v->seen;
	v->seen = 0;
	return fresh;
}
