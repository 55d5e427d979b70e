/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The lowest bit of a word. Pure. */
#pragma once

#include <linux/types.h>

/*
 * Index of the lowest bit, w not 0: the number of bits below it. By hand, because clang 14 has no ctz
 * for BPF and clang 19 makes a table of it; the barrier keeps both from seeing what this is. Without
 * branches, because a verifier without CAP_PERFMON follows each of them twice.
 */
static inline __u32 lowest_bit(__u64 w)
{
	__u64 x = (w & -w) - 1;

	__asm__ volatile("" : "+r"(x));
	x -= x >> 1 & 0x5555555555555555ULL;
	x = (x & 0x3333333333333333ULL) + (x >> 2 & 0x3333333333333333ULL);
	x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
	return x * 0x0101010101010101ULL >> 56;
}
