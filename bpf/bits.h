/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The lowest bit of a word. Pure. */
#pragma once

#include <linux/types.h>

/* clang 14 has no ctz for BPF, clang 19 makes a table of it: by hand. w is not 0. */
static inline __u32 lowest_bit(__u64 w)
{
	__u32 n = 0;

	if (!(w & 0xffffffff)) {
		n += 32;
		w >>= 32;
	}
	if (!(w & 0xffff)) {
		n += 16;
		w >>= 16;
	}
	if (!(w & 0xff)) {
		n += 8;
		w >>= 8;
	}
	if (!(w & 0xf)) {
		n += 4;
		w >>= 4;
	}
	if (!(w & 0x3)) {
		n += 2;
		w >>= 2;
	}
	return n + !(w & 1);
}
