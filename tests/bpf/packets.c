/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Packets through fence_egress by BPF_PROG_TEST_RUN: what is dropped, what is counted, and why. */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include "counts.h"
#include "kernel.h"
#include "lib/forge.h"
#include "lib/plain.h"

enum want {
	PASS, /* not counted */
	LET, /* counted as allowed */
	SENT, /* counted as redirected */
	DROP, /* counted as denied */
};

static const enum verdict verdicts[] = {
	[LET] = VERDICT_ALLOWED,
	[SENT] = VERDICT_REDIRECTED,
	[DROP] = VERDICT_DENIED,
};

struct fixture {
	const char *name;
	const char *words;
	enum want want;
	enum reason reason; /* when it is counted */
	bool local; /* leaves by the loopback device */
};

static const struct fixture fixtures[] = {
	{ "IPv4 SYN to 25", "ip4 tcp=25:S", DROP, REASON_DEFAULT, 0 },
	{ "IPv6 SYN to 25", "ip6 tcp=25:S", DROP, REASON_DEFAULT, 0 },
	{ "SYN with FIN and PSH", "ip4 tcp=25:SFP", DROP, REASON_DEFAULT, 0 },
	{ "SYN|ACK is an answer", "ip4 tcp=25:SA", PASS, 0, 0 },
	{ "a bare ACK to 25", "ip4 tcp=25:A", PASS, 0, 0 },
	{ "a RST to 25", "ip6 tcp=25:R", PASS, 0, 0 },
	{ "SYN to 80", "ip4 tcp=80:S", PASS, 0, 0 },
	{ "SYN to 587 is recorded", "ip4 tcp=587:S", LET, REASON_OPEN, 0 },
	{ "SYN to 465 is recorded", "ip6 tcp=465:S", LET, REASON_OPEN, 0 },
	{ "UDP to 25", "ip4 udp=25", PASS, 0, 0 },
	{ "UDP to 25 over IPv6", "ip6 udp=25", PASS, 0, 0 },
	{ "ICMP", "ip4 icmp", PASS, 0, 0 },
	{ "to a private address", "ip4=10.1.2.3 tcp=25:S", PASS, 0, 0 },
	{ "to 172.16/12", "ip4=172.31.255.255 tcp=25:S", PASS, 0, 0 },
	{ "beyond 172.16/12", "ip4=172.32.0.1 tcp=25:S", DROP, REASON_DEFAULT, 0 },
	{ "to CGNAT", "ip4=100.64.0.1 tcp=25:S", PASS, 0, 0 },
	{ "to link-local", "ip6=fe80::1 tcp=25:S", PASS, 0, 0 },
	{ "to ULA", "ip6=fd00::1 tcp=25:S", PASS, 0, 0 },
	{ "v4-mapped on the wire is judged as IPv4", "ip6=::ffff:10.0.0.1 tcp=25:S", PASS, 0, 0 },
	{ "v4-mapped public", "ip6=::ffff:198.51.100.1 tcp=25:S", DROP, REASON_DEFAULT, 0 },
	{ "NAT64 to a private address", "ip6=64:ff9b::10.0.0.1 tcp=25:S", PASS, 0, 0 },
	{ "NAT64 to a public address", "ip6=64:ff9b::198.51.100.1 tcp=25:S", DROP, REASON_DEFAULT,
		0 },
	{ "IPv4 with 40 bytes of options", "ip4o tcp=25:S", DROP, REASON_DEFAULT, 0 },
	{ "options, another port", "ip4o tcp=26:S", LET, REASON_OPEN, 0 },
	{ "hop-by-hop", "ip6 hbh tcp=25:S", DROP, REASON_DEFAULT, 0 },
	{ "destination options, 24 bytes", "ip6 dst3 tcp=25:S", DROP, REASON_DEFAULT, 0 },
	{ "hop-by-hop and destination options", "ip6 hbh dst tcp=25:S", DROP, REASON_DEFAULT, 0 },
	{ "sixteen extension headers",
		"ip6 hbh dst dst dst dst dst dst dst dst dst dst dst dst dst dst dst tcp=25:S",
		DROP, REASON_DEFAULT, 0 },
	{ "more headers than are walked",
		"ip6 hbh dst dst dst dst dst dst dst dst dst dst dst dst dst dst dst dst dst dst dst "
		"dst dst dst dst dst dst dst tcp=80:S",
		DROP, REASON_HEADERS, 0 },
	{ "mobility header", "ip6 mob tcp=25:S", DROP, REASON_DEFAULT, 0 },
	{ "authentication header, IPv6", "ip6 ah tcp=25:S", DROP, REASON_DEFAULT, 0 },
	{ "authentication header, IPv4", "ip4 ah tcp=25:S", DROP, REASON_DEFAULT, 0 },
	{ "an extension header's number in IPv4", "ip4 dst tcp=25:S", PASS, 0, 0 },
	{ "routing header to a public address by a private one",
		"ip6=fd00::1 rt4=2001:db8::25 tcp=25:S", DROP, REASON_DEFAULT, 0 },
	{ "routing header to a private address by a public one",
		"ip6=2001:db8::25 rt4=fd00::1 tcp=25:S", DROP, REASON_DEFAULT, 0 },
	{ "routing header to a private address by a private one",
		"ip6=fd00::2 rt4=fd00::1 tcp=25:S", PASS, 0, 0 },
	{ "a packet within one with a routing header",
		"ip6=2001:db8::25 rt4=fd00::1 ip4=10.0.0.1 tcp=25:S", PASS, 0, 0 },
	{ "routing header that is used up", "ip6=fd00::1 rt4done=2001:db8::25 tcp=25:S", PASS, 0,
		0 },
	{ "atomic fragment", "ip6 atomic tcp=25:S", DROP, REASON_DEFAULT, 0 },
	{ "first fragment with all of TCP", "ip6 frag tcp=25:S", DROP, REASON_DEFAULT, 0 },
	{ "first fragment without the flags", "ip4mf tcp=25:S/8", DROP, REASON_FRAGMENT, 0 },
	{ "first fragment without the flags, IPv6", "ip6 frag tcp=25:S/8", DROP, REASON_FRAGMENT,
		0 },
	{ "first fragment without ports, IPv6", "ip6 frag", PASS, 0, 0 },
	{ "first fragment that ends in TCP's ports", "ip4mf tcp=25:S/2", DROP, REASON_FRAGMENT, 0 },
	{ "first fragment without flags to 80", "ip4mf tcp=80:S/8", PASS, 0, 0 },
	{ "first fragment without flags to 587", "ip4mf tcp=587:S/8", PASS, 0, 0 },
	{ "a later fragment follows its first", "ip4off tcp=25:S", PASS, 0, 0 },
	{ "a later fragment, IPv6", "ip6 fragoff tcp=25:S", PASS, 0, 0 },
	{ "a whole packet cut in TCP is nobody's", "ip4o tcp=25:S/8", PASS, 0, 0 },
	{ "IPv4 in IPv4", "ip4=10.0.0.1 ip4 tcp=25:S", DROP, REASON_DEFAULT, 0 },
	{ "IPv6 in IPv4", "ip4=10.0.0.1 ip6 tcp=25:S", DROP, REASON_DEFAULT, 0 },
	{ "IPv4 in IPv6", "ip6=fd00::1 ip4 tcp=25:S", DROP, REASON_DEFAULT, 0 },
	{ "IPv4 in IPv6, to a private address", "ip6 ip4=10.0.0.1 tcp=25:S", PASS, 0, 0 },
	{ "ESP hides what it holds", "ip6 esp", PASS, 0, 0 },
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
	return w == PASS ? 0 : c->slot[FENCE_SLOT(verdicts[w], HOOK_EGRESS, r)];
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

/* Under a policy of its own. 0, or 1 when the kernel does not take it. */
static int begin(const struct plain *p, struct kernel **k, int maps[MAP_COUNT])
{
	struct kernel_options o = { .outcomes = true };

	if (kernel_load(&p->c, &o, k))
		return 1;
	for (int m = 0; m < MAP_COUNT; m++)
		maps[m] = kernel_map_fd(*k, m);
	return kernel_arm(maps[MAP_STATE]) != 0;
}

static void series(const struct plain *p, const struct fixture *f, size_t n, unsigned ifindex)
{
	struct kernel *k = NULL;
	struct counts c;
	int maps[MAP_COUNT];

	if (begin(p, &k, maps)) {
		result(false, f->name, "no program set");
		return;
	}
	for (size_t i = 0; i < n; i++)
		judge(k, maps, &f[i], f[i].local ? 1 : ifindex);
	result(!counts_read(maps, &c) && !counts_check(&c), "the counters obey their laws", "");
	kernel_close(k);
}

#define SERIES(p, f, ifindex) series(p, f, sizeof(f) / sizeof(*(f)), ifindex)

/* ---- terms that a packet alone can meet ---- */

static void limits(unsigned ifindex)
{
	static const struct fixture connections[] = {
		{ "the first of two in a window", "ip4 tcp=25:S", LET, REASON_RULE, 0 },
		{ "the second", "ip6 tcp=25:S", LET, REASON_RULE, 0 },
		{ "the third is over the limit", "ip4 tcp=25:S", DROP, REASON_LIMIT, 0 },
		{ "and the fourth", "ip6=2001:db8::77 tcp=25:S", DROP, REASON_LIMIT, 0 },
		{ "what is no attempt needs no token", "ip4 tcp=25:A", PASS, 0, 0 },
	};
	static const struct fixture targets[] = {
		{ "a first target", "ip4=198.51.100.1 tcp=25:S", LET, REASON_RULE, 0 },
		{ "a second", "ip6=2001:db8::1 tcp=25:S", LET, REASON_RULE, 0 },
		{ "the first again", "ip4=198.51.100.1 tcp=25:S", LET, REASON_RULE, 0 },
		{ "the first as v4-mapped", "ip6=::ffff:198.51.100.1 tcp=25:S", LET, REASON_RULE,
			0 },
		{ "a third is over the limit", "ip4=198.51.100.2 tcp=25:S", DROP, REASON_LIMIT, 0 },
		{ "a known one is not", "ip6=2001:db8::1 tcp=25:S", LET, REASON_RULE, 0 },
	};
	static struct plain p;

	plain_make(&p, 1);
	p.c.settings.has_limit = 1;
	p.term[0].action = ACTION_LIMIT;
	p.term[0].limit = 7;
	p.term[0].window_ns = 3600000000000ULL;
	p.term[0].most = 2;
	SERIES(&p, connections, ifindex);
	p.term[0].most = 0;
	p.term[0].most_to = 2;
	SERIES(&p, targets, ifindex);
}

/* As many targets as there can be, then one more; and a window that is over. */
static void limit_is_full(unsigned ifindex)
{
	static struct plain p;
	struct kernel *k = NULL;
	int maps[MAP_COUNT], let = 0, over = 0, again = 0;
	char words[64];
	struct fixture f = { "", words, LET, REASON_RULE, 0 };

	plain_make(&p, 1);
	p.c.settings.has_limit = 1;
	p.term[0].action = ACTION_LIMIT;
	p.term[0].window_ns = 2000000000;
	p.term[0].most_to = FENCE_LIMIT_TARGETS;
	if (!begin(&p, &k, maps)) {
		for (int i = 1; i <= FENCE_LIMIT_TARGETS; i++) {
			snprintf(words, sizeof(words), "ip4=198.51.100.%d tcp=25:S", i);
			let += run(kernel_program_fd(k, HOOK_EGRESS), &f, ifindex) == 1;
		}
		snprintf(words, sizeof(words), "ip4=203.0.113.1 tcp=25:S");
		over = run(kernel_program_fd(k, HOOK_EGRESS), &f, ifindex);
		usleep(2100000);
		again = run(kernel_program_fd(k, HOOK_EGRESS), &f, ifindex);
	}
	kernel_close(k);
	result(let == FENCE_LIMIT_TARGETS, "64 targets can be told apart", "");
	result(over == 0, "a 65th is blocked", "");
	result(again == 1, "the next window begins anew", "");
}

static void limit_has_no_room(unsigned ifindex)
{
	static struct fence_limit value;
	static struct plain p;
	struct fence_limit_key key = { .limit = 1 };
	struct fixture f = { "no room to count in", "ip4 tcp=25:S", DROP, REASON_LIMIT, 0 };
	struct kernel *k = NULL;
	int maps[MAP_COUNT];

	plain_make(&p, 1);
	p.c.settings.has_limit = 1;
	p.term[0].action = ACTION_LIMIT;
	p.term[0].window_ns = 3600000000000ULL;
	p.term[0].most = 1000;
	if (begin(&p, &k, maps)) {
		result(false, f.name, "no program set");
		return;
	}
	while (!bpf_map_update_elem(maps[MAP_LIMITS], &key, &value, BPF_ANY))
		key.cgroup++;
	judge(k, maps, &f, ifindex);
	kernel_close(k);
}

static void groups(unsigned ifindex)
{
	static const struct fixture strict[] = {
		{ "a block by group holds for what is unknown", "ip4 tcp=25:S", DROP, REASON_RULE,
			0 },
	};
	static const struct fixture others[] = {
		{ "an allow by group does not", "ip4 tcp=25:S", DROP, REASON_DEFAULT, 0 },
	};
	static struct plain p;

	plain_make(&p, 1);
	p.term[0].action = ACTION_DROP;
	plain_group(&p, 0, 12345);
	SERIES(&p, strict, ifindex);
	plain_make(&p, 1);
	plain_group(&p, 0, 12345);
	SERIES(&p, others, ifindex);
}

/* A profile that speaks of one family only. */
static void families(unsigned ifindex)
{
	static const struct fixture four[] = {
		{ "IPv4, where only that is shut", "ip4 tcp=25:S", DROP, REASON_DEFAULT, 0 },
		{ "IPv6, where only IPv4 is shut", "ip6 tcp=25:S", PASS, 0, 0 },
		{ "v4-mapped is IPv4", "ip6=::ffff:198.51.100.1 tcp=25:S", DROP, REASON_DEFAULT,
			0 },
		{ "NAT64 is IPv6", "ip6=64:ff9b::198.51.100.1 tcp=25:S", PASS, 0, 0 },
		{ "IPv6 in IPv4 is IPv6", "ip4=10.0.0.1 ip6 tcp=25:S", PASS, 0, 0 },
		{ "a fragment without flags, IPv4", "ip4mf tcp=25:S/8", DROP, REASON_FRAGMENT, 0 },
		{ "a fragment without flags, IPv6", "ip6 frag tcp=25:S/8", PASS, 0, 0 },
	};
	static const struct fixture six[] = {
		{ "IPv4, where only IPv6 is shut", "ip4 tcp=25:S", PASS, 0, 0 },
		{ "IPv6, where only that is shut", "ip6 tcp=25:S", DROP, REASON_DEFAULT, 0 },
		{ "by a public hop", "ip6=2001:db8::25 rt4=fd00::1 tcp=25:S", DROP, REASON_DEFAULT,
			0 },
	};
	static struct plain p;

	plain_make(&p, 0);
	p.c.settings.scope6 = 0;
	SERIES(&p, four, ifindex);
	plain_make(&p, 0);
	p.c.settings.scope4 = 0;
	SERIES(&p, six, ifindex);
}

static void exemptions(unsigned ifindex)
{
	static const struct fixture now[] = {
		{ "an exemption", "ip4 tcp=25:S", LET, REASON_EXEMPTION, 0 },
	};
	static const struct fixture over[] = {
		{ "after those that are over, the rules", "ip4 tcp=25:S", DROP, REASON_RULE, 0 },
	};
	static const struct fixture passed[] = {
		{ "a tenant's allow goes on below", "ip4 tcp=25:S", DROP, REASON_RULE, 0 },
	};
	static struct plain p;

	plain_make(&p, PLAIN_TERMS);
	p.c.settings.rules_at = PLAIN_TERMS - 1;
	p.term[PLAIN_TERMS - 1].action = ACTION_BLOCK;
	for (int i = 0; i < PLAIN_TERMS - 1; i++) {
		p.term[i].number = FENCE_EXEMPTION | (i + 1);
		p.term[i].until_ns = i == 60 ? ~0ULL : 1;
	}
	SERIES(&p, now, ifindex);
	p.term[60].until_ns = 1;
	SERIES(&p, over, ifindex);
	plain_make(&p, PLAIN_TERMS);
	p.term[0].pass = 1;
	p.term[0].next = PLAIN_TERMS - 1;
	p.term[PLAIN_TERMS - 1].action = ACTION_BLOCK;
	SERIES(&p, passed, ifindex);
}

static void detours(unsigned ifindex)
{
	static const struct fixture late[] = {
		{ "too late to be redirected", "ip4=203.0.113.7 tcp=25:S", DROP, REASON_NO_RELAY,
			0 },
		{ "at the relay, another port", "ip4=198.51.100.9 tcp=25:S", DROP, REASON_NO_RELAY,
			0 },
		{ "on its way to the relay", "ip4=198.51.100.9 tcp=587:S", SENT, REASON_RULE, 0 },
		{ "the same over IPv6", "ip6=2001:db8::9 tcp=587:S", SENT, REASON_RULE, 0 },
	};
	static struct plain p;

	plain_make(&p, 1);
	p.c.settings.has_detour = 1;
	p.vector[VECTOR_PORT + 3].word[0] = 1;
	p.term[0].action = ACTION_REDIRECT;
	p.term[0].relay.port4 = p.term[0].relay.port6 = 587;
	inet_pton(AF_INET, "198.51.100.9", &p.term[0].relay.addr4);
	inet_pton(AF_INET6, "2001:db8::9", p.term[0].relay.addr6);
	SERIES(&p, late, ifindex);
}

int main(void)
{
	static const struct fixture loopback[] = {
		{ "out by loopback", "ip4 tcp=25:S", PASS, 0, 1 },
	};
	unsigned ifindex = device();
	static struct plain p;

	if (!ifindex) {
		printf("not ok 1 - a device to test with\n1..1\n");
		return 1;
	}
	plain_make(&p, 0);
	SERIES(&p, fixtures, ifindex);
	SERIES(&p, loopback, ifindex);
	limits(ifindex);
	limit_is_full(ifindex);
	limit_has_no_room(ifindex);
	groups(ifindex);
	families(ifindex);
	exemptions(ifindex);
	detours(ifindex);
	printf("1..%u\n", tests);
	return failures ? 1 : 0;
}
