/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "line.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "action.h"
#include "address.h"
#include "json.h"
#include "text.h"

#define SCHEMA 1
#define ECS_VERSION "9.4.0"
#define UNKNOWN_ID (~0U)
#define NS_PER_MS 1000000ULL

/* 64-bit ids are strings: readers with doubles would round them. 0 is unknown. */
static void put_id(struct json *j, const char *key, uint64_t id)
{
	char text[24];

	if (!id)
		return;
	snprintf(text, sizeof(text), "%" PRIu64, id);
	json_text(j, key, text);
}

/* {"id":"1000"} as ECS has users and groups. */
static void put_holder(struct json *j, const char *key, uint32_t id)
{
	char text[16];

	if (id == UNKNOWN_ID)
		return;
	snprintf(text, sizeof(text), "%" PRIu32, id);
	json_open(j, key, '{');
	json_text(j, "id", text);
	json_close(j, '}');
}

static void put_comm(struct json *j, const char *key, const char comm[FENCE_COMM])
{
	if (comm[0])
		json_bytes(j, key, comm, strnlen(comm, FENCE_COMM));
}

/*
 * The wall clock of a moment of the boot clock. From the attempt's own two times in whole
 * milliseconds, as printed, so that a line read back prints the same.
 */
static void put_start(struct json *j, const struct attempt *a, uint64_t start_ns)
{
	uint64_t wall = a->wall_ns - a->wall_ns % NS_PER_MS, now = a->k.record.time_ns;
	char when[32];

	if (!start_ns || start_ns > now || now - start_ns > wall)
		return;
	json_text(j, "start", text_utc(when, wall - (now - start_ns)));
}

static void put_event(struct json *j, const struct attempt *a)
{
	static const char *const actions[VERDICT_COUNT] = { "connection_allowed",
		"connection_audited", "connection_denied", "connection_redirected",
		"connection_answered" };
	bool denied = a->k.verdict == VERDICT_DENIED, known = a->outcome.outcome != 0;
	bool connected = a->outcome.outcome == OUTCOME_CONNECTED;

	json_open(j, "event", '{');
	json_text(j, "kind", "event");
	json_open(j, "category", '[');
	json_text(j, NULL, "network");
	json_close(j, ']');
	json_open(j, "type", '[');
	json_text(j, NULL, "connection");
	json_text(j, NULL, denied ? "denied" : "allowed");
	json_close(j, ']');
	json_text(j, "action", actions[a->k.verdict]);
	json_text(j, "dataset", "smtpfence.connection");
	put_id(j, "id", a->k.id);
	json_number(j, "sequence", a->k.record.sequence);
	json_text(j, "outcome",
		denied      ? "failure"
		: !known    ? "unknown"
		: connected ? "success"
			    : "failure");
	json_text(j, "reason", attempt_reason_name(a->k.reason));
	json_close(j, '}');
}

static void put_thread(struct json *j, const struct attempt *a)
{
	if (!a->k.tid && !a->k.comm[0])
		return;
	json_open(j, "thread", '{');
	if (a->k.tid)
		json_number(j, "id", a->k.tid);
	put_comm(j, "name", a->k.comm);
	json_close(j, '}');
}

static int put_process(struct json *j, const struct attempt *a)
{
	const struct subject *s = a->subject;
	int err = 0;

	if (!a->k.tgid && !a->k.comm[0] && !s)
		return 0;
	json_open(j, "process", '{');
	if (a->k.tgid)
		json_number(j, "pid", a->k.tgid);
	put_comm(j, "name", s && s->head.comm[0] ? s->head.comm : a->k.comm);
	put_thread(j, a);
	if (s)
		err = subject_json(s, j);
	put_start(j, a, a->k.start_ns);
	put_holder(j, "user", a->k.euid);
	put_holder(j, "real_user", a->k.uid);
	put_holder(j, "real_group", a->k.gid);
	if (s)
		put_holder(j, "group", s->head.egid);
	if (s && s->head.ancestors) {
		json_open(j, "parent", '{');
		json_number(j, "pid", s->head.ancestor[0].tgid);
		put_comm(j, "name", s->head.ancestor[0].comm);
		put_start(j, a, s->head.ancestor[0].start_ns);
		json_close(j, '}');
	}
	json_close(j, '}');
	return err;
}

static void put_endpoint(struct json *j, const char *key, const struct address *a, uint16_t port)
{
	char text[ADDRESS_TEXT];

	json_open(j, key, '{');
	json_text(j, "ip", address_print(text, a));
	json_number(j, "port", port);
	json_close(j, '}');
}

static void put_network(struct json *j, const struct attempt *a)
{
	struct address target = address_from_words(a->k.family, a->k.daddr);

	put_endpoint(j, "destination", &target, a->k.dport);
	json_open(j, "network", '{');
	json_text(j, "transport", "tcp");
	json_text(j, "type", target.family == AF_INET6 ? "ipv6" : "ipv4");
	json_text(j, "direction", "egress");
	json_close(j, '}');
}

static void put_rule(struct json *j, const struct attempt *a, const struct line_context *c)
{
	bool ruled = a->k.rule < FENCE_EXEMPTION; /* else an exemption, or nothing */
	char text[24];

	if (!ruled && !a->k.policy)
		return;
	json_open(j, "rule", '{');
	if (ruled) {
		snprintf(text, sizeof(text), "%u", a->k.rule);
		json_text(j, "id", text);
		json_text(j, "name", c->rule_name ? c->rule_name(c->arg, a->k.rule) : NULL);
	}
	if (a->k.policy) {
		snprintf(text, sizeof(text), "%016" PRIx64, (uint64_t)a->k.policy);
		json_text(j, "ruleset", text);
	}
	json_close(j, '}');
}

static void put_ancestors(struct json *j, const struct attempt *a)
{
	const struct fence_subject *s = &a->subject->head;

	if (!s->ancestors)
		return;
	json_open(j, "ancestors", '[');
	for (unsigned i = 0; i < s->ancestors; i++) {
		const struct fence_ancestor *up = &s->ancestor[i];

		json_open(j, NULL, '{');
		json_number(j, "pid", up->tgid);
		put_comm(j, "name", up->comm);
		put_start(j, a, up->start_ns);
		put_id(j, "start_ns", up->start_ns);
		put_holder(j, "user", up->uid);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_outcome(struct json *j, const struct fence_outcome *o)
{
	if (!o->attempt)
		return;
	json_open(j, "outcome", '{');
	json_text(j, "result", attempt_outcome_name(o->outcome));
	json_number(j, "elapsed_ms", o->elapsed_ns / NS_PER_MS);
	if (o->syns)
		json_number(j, "syns", o->syns);
	if (o->err)
		json_text(j, "errno", strerrorname_np(o->err));
	json_close(j, '}');
}

/* What only the subject's record says, and what tells two programs of one process apart. */
static void put_subject(struct json *j, const struct attempt *a)
{
	const struct fence_subject *s = &a->subject->head;

	put_ancestors(j, a);
	put_id(j, "exe_dev", s->exe_dev);
	put_id(j, "exe_ino", s->exe_ino);
	if (s->exe_deleted)
		json_bool(j, "exe_deleted", true);
	if (s->argv_cut)
		json_bool(j, "args_cut", true);
	put_id(j, "process_cgroup", s->cgroup == a->k.cgroup ? 0 : s->cgroup);
	put_id(j, "netns_inode", s->netns);
	if (s->sessionid != UNKNOWN_ID)
		json_number(j, "sessionid", s->sessionid);
}

static void put_verdict(struct json *j, const struct attempt *a, const struct line_context *c)
{
	json_number(j, "schema", SCHEMA);
	json_text(j, "verdict", attempt_verdict_name(a->k.verdict));
	json_text(j, "action", action_name(a->k.action));
	json_text(j, "mode", a->k.enforce ? "enforce" : "audit");
	json_text(j, "hook", attempt_hook_name(a->k.hook));
	json_text(j, "reason", attempt_reason_name(a->k.reason));
	if (a->k.err)
		json_text(j, "errno", strerrorname_np(a->k.err));
	json_text(j, "profile", c->profile);
	json_text(j, "target_class", address_class_name(a->k.target));
}

static void put_cgroup(struct json *j, const struct attempt *a)
{
	bool known = a->k.cgroup != FENCE_CGROUP_NONE;

	if (!known && !a->cgroup)
		return;
	json_open(j, "cgroup", '{');
	put_id(j, "id", known ? a->k.cgroup : 0);
	json_text(j, "path", a->cgroup);
	json_close(j, '}');
}

/* What decided when it was no rule, and where it was sent instead. */
static void put_diverted(struct json *j, const struct attempt *a)
{
	struct address sent = address_from_words(a->k.sent_family, a->k.sent);
	unsigned exemption = attempt_exemption(a->k.rule);
	char text[16];

	if (exemption) {
		snprintf(text, sizeof(text), "e%u", exemption);
		json_open(j, "exemption", '{');
		json_text(j, "id", text);
		json_close(j, '}');
	}
	if (a->k.sent_port)
		put_endpoint(j, "redirect", &sent, a->k.sent_port);
}

static void put_ours(struct json *j, const struct attempt *a, const struct line_context *c)
{
	json_open(j, "smtpfence", '{');
	put_verdict(j, a, c);
	put_diverted(j, a);
	put_cgroup(j, a);
	put_id(j, "netns", a->k.netns);
	if (a->k.loginuid != UNKNOWN_ID)
		json_number(j, "loginuid", a->k.loginuid);
	if (a->k.raw)
		json_bool(j, "raw", true);
	if (a->k.mapped)
		json_bool(j, "mapped", true);
	if (a->k.ifindex)
		json_number(j, "ifindex", a->k.ifindex);
	json_number(j, "generation", a->k.generation);
	json_number(j, "cpu", a->k.record.cpu);
	put_id(j, "time_ns", a->k.record.time_ns);
	put_id(j, "start_ns", a->k.start_ns);
	json_number(j, "exec_id", a->k.exec_id);
	json_bool(j, "subject", a->subject);
	if (a->subject)
		put_subject(j, a);
	put_outcome(j, &a->outcome);
	json_close(j, '}');
}

static bool is_known(const struct fence_attempt *k)
{
	return k->verdict < VERDICT_COUNT && k->hook < HOOK_COUNT && k->reason < REASON_COUNT &&
	       k->action < ACTION_COUNT && k->target < CLASS_COUNT;
}

int line_json(const struct attempt *a, const struct line_context *c, FILE *to)
{
	char when[32], host[HOST_NAME_MAX + 1] = "";
	struct json j;
	int err;

	if (!is_known(&a->k) || a->outcome.outcome >= OUTCOME_COUNT)
		return -EINVAL;
	json_init(&j, to);
	json_open(&j, NULL, '{');
	json_text(&j, "@timestamp", text_utc(when, a->wall_ns));
	json_open(&j, "ecs", '{');
	json_text(&j, "version", ECS_VERSION);
	json_close(&j, '}');
	put_event(&j, a);
	if (!gethostname(host, HOST_NAME_MAX) && host[0]) {
		json_open(&j, "host", '{');
		json_text(&j, "name", host);
		json_close(&j, '}');
	}
	err = put_process(&j, a);
	put_network(&j, a);
	put_rule(&j, a, c);
	json_open(&j, "observer", '{');
	json_text(&j, "type", "firewall");
	json_text(&j, "product", "smtpfence");
	json_text(&j, "version", VERSION);
	json_close(&j, '}');
	put_ours(&j, a, c);
	json_close(&j, '}');
	return err ? err : ferror(to) ? -EIO : 0;
}
