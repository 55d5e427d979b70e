/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Packets through fence_egress by BPF_PROG_TEST_RUN: what is dropped, what is counted, and why. */
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include "compile.h"
#include "counts.h"
#include "kernel.h"
#include "lib/forge.h"
#include "policy.h"

enum want {
	PASS, /* not counted */
	LET, /* counted as allowed */
	DROP, /* counted as denied */
};

struct fixture {
	const char *name;
	const char *words;
	enum want want;
	enum reason reason; /* when it is counted */
};

static const struct fixture fixtures[] = {
	{ "IPv4 SYN to 25", "ip4 tcp=25:S", DROP, REASON_DEFAULT },
	{ "IPv6 SYN to 25", "ip6 tcp=25:S", DROP, REASON_DEFAULT },
	{ "SYN with FIN and PSH", "ip4 tcp=25:SFP", DROP, REASON_DEFAULT },
	{ "SYN|ACK is an answer", "ip4 tcp=25:SA", PASS, 0 },
	{ "a bare ACK to 25", "ip4 tcp=25:A", PASS, 0 },
	{ "a RST to 25", "ip6 tcp=25:R", PASS, 0 },
	{ "SYN to 80", "ip4 tcp=80:S", PASS, 0 },
	{ "SYN to 587 is recorded", "ip4 tcp=587:S", LET, REASON_OPEN },
	{ "SYN to 465 is recorded", "ip6 tcp=465:S", LET, REASON_OPEN },
	{ "UDP to 25", "ip4 udp=25", PASS, 0 },
	{ "UDP to 25 over IPv6", "ip6 udp=25", PASS, 0 },
	{ "ICMP", "ip4 icmp", PASS, 0 },
	{ "to a private address", "ip4=10.1.2.3 tcp=25:S", PASS, 0 },
	{ "to 172.16/12", "ip4=172.31.255.255 tcp=25:S", PASS, 0 },
	{ "beyond 172.16/12", "ip4=172.32.0.1 tcp=25:S", DROP, REASON_DEFAULT },
	{ "to CGNAT", "ip4=100.64.0.1 tcp=25:S", PASS, 0 },
	{ "to link-local", "ip6=fe80::1 tcp=25:S", PASS, 0 },
	{ "to ULA", "ip6=fd00::1 tcp=25:S", PASS, 0 },
	{ "v4-mapped on the wire is judged as IPv4", "ip6=::ffff:10.0.0.1 tcp=25:S", PASS, 0 },
	{ "v4-mapped public", "ip6=::ffff:198.51.100.1 tcp=25:S", DROP, REASON_DEFAULT },
	{ "NAT64 to a private address", "ip6=64:ff9b::10.0.0.1 tcp=25:S", PASS, 0 },
	{ "NAT64 to a public address", "ip6=64:ff9b::198.51.100.1 tcp=25:S", DROP, REASON_DEFAULT },
	{ "IPv4 with 40 bytes of options", "ip4o tcp=25:S", DROP, REASON_DEFAULT },
	{ "options, another port", "ip4o tcp=26:S", LET, REASON_OPEN },
	{ "hop-by-hop", "ip6 hbh tcp=25:S", DROP, REASON_DEFAULT },
	{ "destination options, 24 bytes", "ip6 dst3 tcp=25:S", DROP, REASON_DEFAULT },
	{ "hop-by-hop and destination options", "ip6 hbh dst tcp=25:S", DROP, REASON_DEFAULT },
	{ "sixteen extension headers",
		"ip6 hbh dst dst dst dst dst dst dst dst dst dst dst dst dst dst dst tcp=25:S",
		DROP, REASON_DEFAULT },
	{ "more headers than are walked",
		"ip6 hbh dst dst dst dst dst dst dst dst dst dst dst dst dst dst dst dst dst dst dst "
		"dst dst dst dst dst dst dst tcp=80:S",
		DROP, REASON_HEADERS },
	{ "mobility header", "ip6 mob tcp=25:S", DROP, REASON_DEFAULT },
	{ "authentication header, IPv6", "ip6 ah tcp=25:S", DROP, REASON_DEFAULT },
	{ "authentication header, IPv4", "ip4 ah tcp=25:S", DROP, REASON_DEFAULT },
	{ "an extension header's number in IPv4", "ip4 dst tcp=25:S", PASS, 0 },
	{ "routing header to a public address by a private one",
		"ip6=fd00::1 rt4=2001:db8::25 tcp=25:S", DROP, REASON_DEFAULT },
	{ "routing header to a private address by a public one",
		"ip6=2001:db8::25 rt4=fd00::1 tcp=25:S", DROP, REASON_DEFAULT },
	{ "routing header to a private address by a private one",
		"ip6=fd00::2 rt4=fd00::1 tcp=25:S", PASS, 0 },
	{ "a packet within one with a routing header",
		"ip6=2001:db8::25 rt4=fd00::1 ip4=10.0.0.1 tcp=25:S", PASS, 0 },
	{ "routing header that is used up", "ip6=fd00::1 rt4done=2001:db8::25 tcp=25:S", PASS, 0 },
	{ "atomic fragment", "ip6 atomic tcp=25:S", DROP, REASON_DEFAULT },
	{ "first fragment with all of TCP", "ip6 frag tcp=25:S", DROP, REASON_DEFAULT },
	{ "first fragment without the flags", "ip4mf tcp=25:S/8", DROP, REASON_FRAGMENT },
	{ "first fragment without the flags, IPv6", "ip6 frag tcp=25:S/8", DROP, REASON_FRAGMENT },
	{ "first fragment without ports, IPv6", "ip6 frag", PASS, 0 },
	{ "first fragment that ends in TCP's ports", "ip4mf tcp=25:S/2", DROP, REASON_FRAGMENT },
	{ "first fragment without flags to 80", "ip4mf tcp=80:S/8", PASS, 0 },
	{ "first fragment without flags to 587", "ip4mf tcp=587:S/8", PASS, 0 },
	{ "a later fragment follows its first", "ip4off tcp=25:S", PASS, 0 },
	{ "a later fragment, IPv6", "ip6 fragoff tcp=25:S", PASS, 0 },
	{ "a whole packet cut in TCP is nobody's", "ip4o tcp=25:S/8", PASS, 0 },
	{ "IPv4 in IPv4", "ip4=10.0.0.1 ip4 tcp=25:S", DROP, REASON_DEFAULT },
	{ "IPv6 in IPv4", "ip4=10.0.0.1 ip6 tcp=25:S", DROP, REASON_DEFAULT },
	{ "IPv4 in IPv6", "ip6=fd00::1 ip4 tcp=25:S", DROP, REASON_DEFAULT },
	{ "IPv4 in IPv6, to a private address", "ip6 ip4=10.0.0.1 tcp=25:S", PASS, 0 },
	{ "ESP hides what it holds", "ip6 esp", PASS, 0 },
};

static unsigned tests, failures;

static void result(bool good, const char *name, const char *detail)
{
	tests++;
	failures += !good;
	printf("%sok %u - %s%s%s\n", good ? "" : "not ", tests, name, *detail ? " # " : "", detail);
}

static int run(int program, const struct fixture *f, unsigned ifindex)
{
	unsigned char packet[2048];
	struct __sk_buff ctx = { .ifindex = ifindex };
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = packet, .ctx_in = &ctx,
		.ctx_size_in = sizeof(ctx), .repeat = 1);

	o.data_size_in = forge(packet, sizeof(packet), f->words);
	if (!o.data_size_in)
		return -EINVAL;
	return bpf_prog_test_run_opts(program, &o) ? -errno : (int)o.retval;
}

static uint64_t counted(const struct counts *c, enum want w, enum reason r)
{
	return w == PASS ? 0
			 : c->slot[FENCE_SLOT(
				   w == DROP ? VERDICT_DENIED : VERDICT_ALLOWED, HOOK_EGRESS, r)];
}

static void judge(
	const struct kernel *k, const int *maps, const struct fixture *f, unsigned ifindex)
{
	struct counts before, after;
	char detail[160] = "";
	uint64_t attempts, right;
	int got;

	if (counts_read(maps, &before))
		exit(1);
	got = run(kernel_program_fd(k, HOOK_EGRESS), f, ifindex);
	if (counts_read(maps, &after))
		exit(1);
	attempts = counts_attempts(&after) - counts_attempts(&before);
	right = counted(&after, f->want, f->reason) - counted(&before, f->want, f->reason);
	if (got != (f->want != DROP) || attempts != (f->want != PASS) || right != attempts)
		snprintf(detail, sizeof(detail), "returned %d, %lu attempts, %lu as wanted", got,
			(unsigned long)attempts, (unsigned long)right);
	result(!*detail, f->name, detail);
}

/* fence_egress passes what leaves by the loopback device: the packets need another one. */
static unsigned device(void)
{
	if (unshare(CLONE_NEWNET) ||
		system("ip link add smtpfence0 type veth peer name smtpfence1"))
		return 0;
	return if_nametoindex("smtpfence0");
}

static int prepare(struct kernel **k, int maps[MAP_COUNT])
{
	struct kernel_options o = { .outcomes = true };
	struct resolved none = {};
	struct compiled *c = NULL;
	struct policy *p = NULL;
	int err;

	err = policy_from_profile("generic-cloud", true, &p);
	if (!err)
		err = compile_policy(p, &none, EPERM, &c);
	if (!err)
		err = kernel_load(c, &o, k);
	for (int m = 0; !err && m < MAP_COUNT; m++)
		maps[m] = kernel_map_fd(*k, m);
	if (!err)
		err = kernel_arm(maps[MAP_STATE]);
	compile_free(c);
	policy_free(p);
	return err;
}

int main(void)
{
	const struct fixture loopback = { "out by loopback", "ip4 tcp=25:S", PASS, 0 };
	unsigned ifindex = device();
	struct kernel *k = NULL;
	struct counts c;
	int maps[MAP_COUNT];

	if (!ifindex || prepare(&k, maps)) {
		printf("not ok 1 - a program set and a device to test with\n1..1\n");
		return 1;
	}
	for (size_t i = 0; i < sizeof(fixtures) / sizeof(*fixtures); i++)
		judge(k, maps, &fixtures[i], ifindex);
	judge(k, maps, &loopback, 1);
	result(!counts_read(maps, &c) && !counts_check(&c), "the counters obey their laws", "");
	printf("1..%u\n", tests);
	kernel_close(k);
	return failures ? 1 : 0;
}
