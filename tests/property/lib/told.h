/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One attempt as the kernel's side of the test is told of it, and its answer: in the program's .bss. */
#pragma once

#include "bpf/decide.h"

#define TOLD_LEVELS 64

struct told {
	__u64 now_ns; /* boot clock */
	__u64 caller[TOLD_LEVELS]; /* ids of the caller's cgroups from the root down */
	__u64 socket; /* id of the socket's; 0: not to be read */
	struct fence_exe exe;
	__u32 levels; /* of the caller's; 0 unknown */
	__u32 uid, euid;
	__u32 gid; /* the real one; if it runs, its others are those of the running task */
	__u32 addr[4]; /* network order; IPv4 in [0] */
	__u16 port;
	__u8 v6; /* the address is IPv6, v4-mapped too */
	__u8 relays; /* RELAY_* */
	__u8 running; /* 0: a kernel thread, or whom the mark of a packet names */
	struct answer answer;
};
