/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Packets from a line of words, "ip6 hbh dst tcp=25:S": each header's protocol comes from the next. */
#pragma once

#include <stddef.h>

/*
 * Words: ip4 ip4o (40 bytes of options) ip4mf (more fragments) ip4off (a later fragment), ip6, each
 * with =ADDRESS; hbh dst dst3 (24 bytes) mob ah; rt4=FINAL (one segment left) rt4done=ANY (none left);
 * frag (first) atomic fragoff; udp=PORT icmp esp; tcp=PORT:FLAGS with FLAGS of S A F R P, optional
 * /BYTES to cut it. `to` starts with an Ethernet header. Returns the length, 0 for a word unknown.
 */
size_t forge(unsigned char *to, size_t size, const char *words);
