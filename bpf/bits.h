/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The bits of a word of a set. Pure. */
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

/*
 * Word number i of the set of all bits from `from` on. Without branches, too: of each the verifier would keep
 * what it says about `from`.
 */
static inline __u64 bits_from(__u32 i, __u32 from)
{
	__u64 ahead = (__u64)i - (from >> 6), other;

	__asm__ volatile("" : "+r"(ahead));
	other = -((ahead | -ahead) >> 63); /* all of it, unless i is the word that `from` is in */
	return (other | ~0ULL << (from & 63)) & ~(__u64)((__s64)ahead >> 63);
}
