/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* connect() sent elsewhere: where it arrives, what getpeername() shows, what later hooks make of it. */
#include "lib/stage.h"

#define RELAY4 1025 /* at 127.0.0.1 */
#define RELAY6 1026 /* at ::1 */

struct fixture {
	const char *name;
	const char *to; /* port 25; by a socket of this family */
	bool relay4, relay6, transparent;
	__u8 action, verdict;
	const char *peer; /* as getpeername() shows it; NULL: connect() fails with EACCES */
};

static const struct fixture fixtures[] = {
	{ "IPv4", "203.0.113.5", true, true, false, ACTION_REDIRECT, VERDICT_REDIRECTED,
		"127.0.0.1 1025" },
	{ "IPv4, transparent", "203.0.113.5", true, true, true, ACTION_REDIRECT, VERDICT_REDIRECTED,
		"203.0.113.5 25" },
	{ "IPv6", "2001:db8:5::5", true, true, false, ACTION_REDIRECT, VERDICT_REDIRECTED,
		"::1 1026" },
	{ "IPv6, transparent", "2001:db8:5::5", true, true, true, ACTION_REDIRECT,
		VERDICT_REDIRECTED, "2001:db8:5::5 25" },
	{ "IPv6 to a relay with IPv4 only", "2001:db8:5::5", true, false, false, ACTION_REDIRECT,
		VERDICT_REDIRECTED, "::ffff:127.0.0.1 1025" },
	{ "the same, transparent", "2001:db8:5::5", true, false, true, ACTION_REDIRECT,
		VERDICT_REDIRECTED, "2001:db8:5::5 25" },
	{ "v4-mapped", "::ffff:203.0.113.5", true, true, false, ACTION_REDIRECT, VERDICT_REDIRECTED,
		"::ffff:127.0.0.1 1025" },
	{ "v4-mapped, transparent", "::ffff:203.0.113.5", true, true, true, ACTION_REDIRECT,
		VERDICT_REDIRECTED, "::ffff:203.0.113.5 25" },
	{ "v4-mapped to a relay with IPv6 only", "::ffff:203.0.113.5", false, true, false,
		ACTION_REDIRECT, VERDICT_REDIRECTED, "::1 1026" },
	{ "answered", "203.0.113.5", true, true, true, ACTION_ANSWER, VERDICT_ANSWERED,
		"203.0.113.5 25" },
	{ "IPv4 to a relay with IPv6 only", "203.0.113.5", false, true, false, ACTION_REDIRECT,
		VERDICT_DENIED, NULL },
	{ "to be answered by nobody", "2001:db8:5::5", false, false, false, ACTION_ANSWER,
		VERDICT_DENIED, NULL },
};

static int serve(int family, __u16 port)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool good = family == AF_INET ? !bind(fd, (struct sockaddr *)&v4, sizeof(v4))
				      : !bind(fd, (struct sockaddr *)&v6, sizeof(v6));

	return good && !listen(fd, 64);
}

/* "203.0.113.5 25", once it is connected. */
static const char *peer(int fd, char to[80])
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	struct sockaddr_in6 a;
	socklen_t n = sizeof(a);
	char text[INET6_ADDRSTRLEN];
	bool v4;

	poll(&p, 1, 2000);
	if (getpeername(fd, (struct sockaddr *)&a, &n))
		return "none";
	v4 = a.sin6_family == AF_INET;
	inet_ntop(a.sin6_family,
		v4 ? (void *)&((struct sockaddr_in *)&a)->sin_addr : (void *)&a.sin6_addr, text,
		sizeof(text));
	snprintf(to, 80, "%s %u", text, ntohs(a.sin6_port));
	return to;
}

static void policy(struct plain *p, const struct fixture *f)
{
	plain_make(p, 1);
	p->c.settings.has_detour = 1;
	p->term[0].action = f->action;
	p->term[0].transparent = f->transparent;
	if (f->relay4) {
		p->term[0].relay.port4 = RELAY4;
		p->term[0].relay.addr4 = htonl(INADDR_LOOPBACK);
	}
	if (f->relay6) {
		p->term[0].relay.port6 = RELAY6;
		p->term[0].relay.addr6[3] = htonl(1);
	}
}

/* The record says where it wanted to go and where it went. */
static bool told(const struct stage *s, const struct fixture *f)
{
	const struct fence_attempt *a = &s->attempt;
	bool v4 = a->sent_family == AF_INET;

	if (s->attempts != 1 || a->verdict != f->verdict || a->dport != 25)
		return false;
	if (!f->peer)
		return !a->sent_port && a->reason == REASON_NO_RELAY && a->err == EACCES;
	return a->sent_port == (v4 ? RELAY4 : RELAY6) && !a->err && a->reason == REASON_RULE &&
	       a->sent[v4 ? 0 : 3] == htonl(v4 ? INADDR_LOOPBACK : 1) &&
	       s->outcome.attempt == a->id && s->outcome.outcome == OUTCOME_CONNECTED;
}

static void one(struct stage *s, const struct fixture *f)
{
	int fd = stage_socket(strchr(f->to, ':') ? AF_INET6 : AF_INET), err;
	char shown[80] = "", detail[128] = "";
	static struct plain p;

	policy(&p, f);
	if (!stage_begin(s, &p)) {
		result(false, f->name, "no program set");
		return;
	}
	err = stage_connect(fd, f->to, 25);
	if (f->peer ? strcmp(peer(fd, shown), f->peer) != 0 : err != EACCES)
		snprintf(detail, sizeof(detail), "errno %d, peer %s", err, shown);
	result(!*detail, f->name, detail);
	ring_buffer__poll(s->ring, 0);
	snprintf(detail, sizeof(detail), "%u attempts, verdict %d, reason %d, sent to port %d",
		s->attempts, s->attempt.verdict, s->attempt.reason, s->attempt.sent_port);
	result(told(s, f), "and told so", told(s, f) ? "" : detail);
	close(fd);
	stage_end(s);
}

/* A socket that is connected to another place next shows that. */
static void reuse(struct stage *s)
{
	static const struct sockaddr nowhere = { .sa_family = AF_UNSPEC };
	static struct plain p;
	char shown[80];
	int fd = stage_socket(AF_INET);

	policy(&p, &fixtures[1]);
	if (!stage_begin(s, &p))
		return result(false, "reuse", "no program set");
	stage_connect(fd, "203.0.113.5", 25);
	result(!strcmp(peer(fd, shown), "203.0.113.5 25"), "once", shown);
	connect(fd, &nowhere, sizeof(nowhere));
	stage_connect(fd, "127.0.0.1", 1027);
	result(!strcmp(peer(fd, shown), "127.0.0.1 1027"), "then a port nobody watches", shown);
	connect(fd, &nowhere, sizeof(nowhere));
	stage_connect(fd, "203.0.113.6", 25);
	result(!strcmp(peer(fd, shown), "203.0.113.6 25"), "elsewhere again", shown);
	connect(fd, &nowhere, sizeof(nowhere));
	stage_connect(fd, "127.0.0.1", 25);
	result(!strcmp(peer(fd, shown), "127.0.0.1 25"), "then what is not judged", shown);
	close(fd);
	stage_end(s);
}

/* As if the packets of a socket went to another place than its detour leads to, or another policy held. */
static bool mislead(struct stage *s, int fd)
{
	int terms = kernel_policy_map(s->link[HOOK_CONNECT4], "fence_terms");
	struct fence_term other = { .action = ACTION_DROP };
	struct fence_detour d;
	__u32 zero = 0;
	bool done = !bpf_map_lookup_elem(s->maps[MAP_DETOUR], &fd, &d);

	d.sent[0] = 0;
	done = done && !bpf_map_update_elem(s->maps[MAP_DETOUR], &fd, &d, BPF_EXIST) &&
	       !bpf_map_update_elem(terms, &zero, &other, BPF_ANY);
	close(terms);
	return done;
}

/* A relay at a watched port is not judged again, unless the packet goes to yet another place. */
static void relay_is_watched(struct stage *s)
{
	int fd = stage_socket(AF_INET);
	static struct plain p;

	policy(&p, &fixtures[0]);
	p.vector[VECTOR_PORT + 3].word[0] = 1;
	p.term[0].relay.port4 = 587;
	inet_pton(AF_INET, "192.0.2.9", &p.term[0].relay.addr4);
	if (!stage_begin(s, &p))
		return result(false, "a relay at a watched port", "no program set");
	result(stage_connect(fd, "203.0.113.5", 25) == EINPROGRESS, "a relay at a watched port",
		"");
	usleep(1300000); /* its SYN is sent after 1 s again, then after 3 s */
	ring_buffer__poll(s->ring, 0);
	result(s->attempts == 1 && s->attempt.hook == HOOK_CONNECT4, "is one attempt", "");
	result(mislead(s, fd), "its packets go elsewhere", strerror(errno));
	usleep(2200000);
	ring_buffer__poll(s->ring, 0);
	result(s->attempts == 2 && s->attempt.hook == HOOK_EGRESS &&
			s->attempt.reason == REASON_REWRITTEN &&
			s->attempt.verdict == VERDICT_DENIED,
		"and are judged", "");
	close(fd);
	stage_end(s);
}

int main(void)
{
	struct stage s;

	if (!stage_open(&s) || !serve(AF_INET, RELAY4) || !serve(AF_INET6, RELAY6) ||
		!serve(AF_INET, 1027) || !serve(AF_INET, 25)) {
		result(false, "a stage", strerror(errno));
	} else {
		for (size_t i = 0; i < sizeof(fixtures) / sizeof(*fixtures); i++)
			one(&s, &fixtures[i]);
		reuse(&s);
		relay_is_watched(&s);
	}
	stage_close(&s);
	printf("1..%u\n", tests);
	return failures ? 1 : 0;
}
