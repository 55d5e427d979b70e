/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An attempt back from the JSON line that line_json() wrote. */
#include "recall.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "action.h"
#include "address.h"
#include "member.h"
#include "text.h"

#define SCHEMA 1
#define UNKNOWN_ID (~0U)
#define NS_PER_MS 1000000ULL
#define SECONDS_MAX ((time_t)(UINT64_MAX / (1000 * NS_PER_MS))) /* in the year 2554 */
#define EXEMPTIONS (FENCE_NO_RULE & ~FENCE_EXEMPTION) /* ids are below */
#define ERRNOS 134 /* one past the last of Linux, EHWPOISON */

/* The value a name stands for; `otherwise` when it is none of them. */
static uint8_t value_of(const char *(*name)(uint8_t), const char *s, uint8_t otherwise)
{
	const char *each;

	for (uint8_t i = 0; s && i < UINT8_MAX && (each = name(i)); i++)
		if (!strcmp(each, s))
			return i;
	return otherwise;
}

static int errno_of(const char *s)
{
	for (int i = 1; s && i < ERRNOS; i++) {
		const char *name = strerrorname_np(i);

		if (name && !strcmp(name, s))
			return i;
	}
	return 0;
}

/* "2026-11-23T15:02:11.123Z" */
static int time_of(const char *s, uint64_t *wall_ns)
{
	struct tm tm = { 0 };
	const char *rest = s ? strptime(s, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
	time_t at;
	int ms;

	/* three digits, not a number: "009" is one and text_number() takes none with such zeros */
	if (!rest || strlen(rest) != 5 || rest[0] != '.' || rest[4] != 'Z' ||
		strspn(rest + 1, "0123456789") != 3)
		return -EINVAL;
	ms = (rest[1] - '0') * 100 + (rest[2] - '0') * 10 + rest[3] - '0';
	at = timegm(&tm);
	if (at < 0 || at >= SECONDS_MAX)
		return -EINVAL;
	*wall_ns = ((uint64_t)at * 1000 + ms) * NS_PER_MS;
	return 0;
}

/* {"ip":"192.0.2.25","port":25} */
static bool address_of(const json_t *o, struct address *a)
{
	const char *ip = member_text(o, "ip");

	return ip && !address_parse(ip, a) && a->bits == (a->family == AF_INET6 ? 128 : 32);
}

static uint16_t port_of(const json_t *o)
{
	uint32_t port = member_number(o, "port", 0);

	return port <= UINT16_MAX ? (uint16_t)port : 0;
}

static const char *read_target(const json_t *root, struct fence_attempt *k)
{
	const json_t *destination = json_object_get(root, "destination");
	struct address a;

	if (!address_of(destination, &a))
		return "destination.ip is no address";
	k->dport = port_of(destination);
	if (!k->dport)
		return "destination.port is no port";
	k->family = a.family;
	memcpy(k->daddr, a.byte, sizeof(k->daddr));
	return NULL;
}

static const char *read_sent(const json_t *ours, struct fence_attempt *k)
{
	const json_t *redirect = json_object_get(ours, "redirect");
	struct address a;

	if (!redirect)
		return NULL;
	k->sent_port = port_of(redirect);
	if (!k->sent_port || !address_of(redirect, &a))
		return "smtpfence.redirect is no place";
	k->sent_family = a.family;
	memcpy(k->sent, a.byte, sizeof(k->sent));
	return NULL;
}

/* {"id":"3"} of a rule, {"id":"e7"} of an exemption. */
static uint16_t rule_of(const json_t *rule, const json_t *exemption)
{
	const char *id = member_text(exemption, "id");
	uint64_t n;

	if (id && *id == 'e' && !text_number(id + 1, EXEMPTIONS - 1, &n) && n)
		return (uint16_t)(FENCE_EXEMPTION | n);
	id = member_text(rule, "id");
	return id && !text_number(id, FENCE_RULES - 1, &n) ? (uint16_t)n : FENCE_NO_RULE;
}

static const char *read_verdict(const json_t *ours, struct fence_attempt *k)
{
	int action = action_from_name(member_text(ours, "action") ?: "");
	int class = address_class_from_name(member_text(ours, "target_class") ?: "");

	k->verdict = value_of(attempt_verdict_name, member_text(ours, "verdict"), VERDICT_COUNT);
	k->hook = value_of(attempt_hook_name, member_text(ours, "hook"), HOOK_COUNT);
	k->reason = value_of(attempt_reason_name, member_text(ours, "reason"), REASON_COUNT);
	if (k->verdict == VERDICT_COUNT)
		return "smtpfence.verdict is unknown";
	if (k->hook == HOOK_COUNT)
		return "smtpfence.hook is unknown";
	if (k->reason == REASON_COUNT)
		return "smtpfence.reason is unknown";
	if (action < 0)
		return "smtpfence.action is unknown";
	if (class < 0)
		return "smtpfence.target_class is unknown";
	k->action = (uint8_t)action;
	k->target = (uint8_t) class;
	k->err = (uint8_t)errno_of(member_text(ours, "errno"));
	k->enforce = !strcmp(member_text(ours, "mode") ?: "", "enforce");
	return NULL;
}

static void read_numbers(const json_t *root, const json_t *ours, struct fence_attempt *k)
{
	const json_t *event = json_object_get(root, "event"), *rule = json_object_get(root, "rule");
	const char *hash = member_text(rule, "ruleset");

	k->record.kind = RECORD_ATTEMPT;
	k->record.version = FENCE_LAYOUT;
	k->record.size = sizeof(*k);
	k->record.cpu = (uint16_t)member_number(ours, "cpu", 0);
	k->record.sequence = member_count(event, "sequence");
	k->record.time_ns = member_id(ours, "time_ns");
	k->id = member_id(event, "id");
	k->rule = rule_of(rule, json_object_get(ours, "exemption"));
	k->policy = hash ? strtoull(hash, NULL, 16) : 0;
	k->cgroup = member_id(json_object_get(ours, "cgroup"), "id") ?: FENCE_CGROUP_NONE;
	k->netns = member_id(ours, "netns");
	k->start_ns = member_id(ours, "start_ns");
	k->exec_id = member_number(ours, "exec_id", 0);
	k->generation = member_number(ours, "generation", 0);
	k->loginuid = member_number(ours, "loginuid", UNKNOWN_ID);
	k->ifindex = member_number(ours, "ifindex", 0);
	k->raw = member_true(ours, "raw");
	k->mapped = member_true(ours, "mapped");
}

static void read_process(const json_t *process, struct fence_attempt *k)
{
	const json_t *thread = json_object_get(process, "thread");

	k->tgid = member_number(process, "pid", 0);
	k->tid = member_number(thread, "id", 0);
	k->uid = member_holder(process, "real_user");
	k->euid = member_holder(process, "user");
	k->gid = member_holder(process, "real_group");
	member_comm(thread, "name", k->comm);
}

static void read_outcome(const json_t *ours, const struct fence_attempt *k, struct fence_outcome *o)
{
	const json_t *from = json_object_get(ours, "outcome");

	if (!from)
		return;
	o->attempt = k->id;
	o->outcome = value_of(attempt_outcome_name, member_text(from, "result"), OUTCOME_UNKNOWN);
	o->elapsed_ns = member_count(from, "elapsed_ms") * NS_PER_MS;
	o->syns = member_number(from, "syns", 0);
	o->err = (uint8_t)errno_of(member_text(from, "errno"));
}

static void read_ancestors(const json_t *ours, struct fence_subject *s)
{
	const json_t *from = json_object_get(ours, "ancestors");

	for (size_t i = 0; i < json_array_size(from) && i < FENCE_ANCESTORS; i++) {
		const json_t *up = json_array_get(from, i);

		s->ancestor[i].tgid = member_number(up, "pid", 0);
		s->ancestor[i].start_ns = member_id(up, "start_ns");
		s->ancestor[i].uid = member_holder(up, "user");
		member_comm(up, "name", s->ancestor[i].comm);
		s->ancestors = (uint8_t)(i + 1);
	}
}

/* args_hex has them all; else the array has. NULL when there are none. */
static char *arguments_of(const json_t *process, size_t *n)
{
	const char *hex = member_text(process, "args_hex");
	const json_t *args = json_object_get(process, "args");
	char *text = NULL;
	FILE *out;

	if (hex)
		return member_bytes(hex, n);
	out = json_array_size(args) ? open_memstream(&text, n) : NULL;
	if (!out)
		return NULL;
	for (size_t i = 0; i < json_array_size(args); i++) {
		const char *arg = json_string_value(json_array_get(args, i)) ?: "";

		fwrite(arg, strlen(arg) + 1, 1, out);
	}
	(void)fclose(out); /* a short write leaves text NULL or shorter: unknown, as *n says */
	return text;
}

static int read_subject(const json_t *process, const json_t *ours, struct attempt *a)
{
	struct subject *s;

	if (!member_true(ours, "subject"))
		return 0;
	s = a->subject = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->users = 1;
	s->exe = member_raw(process, "executable");
	s->cwd = member_raw(process, "working_directory");
	s->argv = arguments_of(process, &s->argv_bytes);
	s->head.start_ns = a->k.start_ns;
	s->head.cgroup = member_id(ours, "process_cgroup") ?: a->k.cgroup;
	s->head.exe_dev = member_id(ours, "exe_dev");
	s->head.exe_ino = member_id(ours, "exe_ino");
	s->head.exec_id = a->k.exec_id;
	s->head.tgid = a->k.tgid;
	s->head.netns = (uint32_t)member_id(ours, "netns_inode");
	s->head.uid = a->k.uid;
	s->head.euid = a->k.euid;
	s->head.gid = a->k.gid;
	s->head.egid = member_holder(process, "group");
	s->head.loginuid = a->k.loginuid;
	s->head.sessionid = member_number(ours, "sessionid", UNKNOWN_ID);
	s->head.exe_deleted = member_true(ours, "exe_deleted");
	s->head.argv_cut = member_true(ours, "args_cut");
	member_comm(process, "name", s->head.comm);
	read_ancestors(ours, &s->head);
	return 0;
}

/* What is wrong with the line, NULL nothing. */
static const char *read_attempt(const json_t *root, struct attempt *a)
{
	const json_t *ours = json_object_get(root, "smtpfence");
	const char *why = NULL;

	if (!json_is_object(ours) || member_number(ours, "schema", 0) != SCHEMA)
		return "no event of smtpfence with schema 1";
	if (time_of(member_text(root, "@timestamp"), &a->wall_ns))
		return "@timestamp is no time";
	why = read_target(root, &a->k);
	if (!why)
		why = read_verdict(ours, &a->k);
	if (!why)
		why = read_sent(ours, &a->k);
	if (why)
		return why;
	read_numbers(root, ours, &a->k);
	if (!a->k.id)
		return "event.id is no id";
	read_process(json_object_get(root, "process"), &a->k);
	read_outcome(ours, &a->k, &a->outcome);
	a->cgroup = member_raw(json_object_get(ours, "cgroup"), "path");
	return NULL;
}

int recall_line(const char *line, size_t n, struct recalled *out, const char **why)
{
	json_t *root = json_loadb(line, n, JSON_REJECT_DUPLICATES, NULL), *ours;
	struct recalled r = { 0 };
	int err = 0;

	*why = root ? read_attempt(root, &r.attempt) : "no JSON";
	if (*why) {
		err = -EINVAL;
		goto out;
	}
	ours = json_object_get(root, "smtpfence");
	err = read_subject(json_object_get(root, "process"), ours, &r.attempt);
	r.profile = member_raw(ours, "profile");
	r.rule = member_raw(json_object_get(root, "rule"), "name");
	if (!err) {
		*out = r;
		r = (struct recalled){ 0 };
	}
out:
	recall_clear(&r);
	json_decref(root);
	return err;
}

void recall_clear(struct recalled *r)
{
	attempt_clear(&r->attempt);
	free(r->profile);
	free(r->rule);
	memset(r, 0, sizeof(*r));
}
