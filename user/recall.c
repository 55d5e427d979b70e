/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An attempt back from the JSON line that attempt_json() wrote. */
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
#include "text.h"

#define SCHEMA 1
#define UNKNOWN_ID (~0U)
#define NS_PER_MS 1000000ULL
#define SECONDS_MAX ((time_t)(UINT64_MAX / (1000 * NS_PER_MS))) /* in the year 2554 */
#define ERRNOS 134 /* one past the last of Linux, EHWPOISON */

static const char *text_at(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

/* A 64-bit id written as a string; 0 when it is not there. */
static uint64_t id_at(const json_t *o, const char *key)
{
	const char *s = text_at(o, key);
	uint64_t id = 0;

	if (s && text_number(s, UINT64_MAX, &id))
		return 0;
	return id;
}

static uint32_t number_at(const json_t *o, const char *key, uint32_t unknown)
{
	const json_t *v = json_object_get(o, key);
	json_int_t n = json_integer_value(v);

	return json_is_integer(v) && n >= 0 && n <= UINT32_MAX ? (uint32_t)n : unknown;
}

/* 0 when it is not there, negative, or so large that nanoseconds overflow. */
static uint64_t count_at(const json_t *o, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(o, key));

	return n < 0 || (uint64_t)n > UINT64_MAX / NS_PER_MS ? 0 : (uint64_t)n;
}

/* {"user":{"id":"1000"}} */
static uint32_t holder_at(const json_t *o, const char *key)
{
	const char *s = text_at(json_object_get(o, key), "id");
	uint64_t id;

	return s && !text_number(s, UINT32_MAX, &id) ? (uint32_t)id : UNKNOWN_ID;
}

static bool true_at(const json_t *o, const char *key)
{
	return json_is_true(json_object_get(o, key));
}

static int digit(char c)
{
	const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Hex to n bytes and a zero behind them; NULL when it is no hex. */
static char *from_hex(const char *hex, size_t *n)
{
	char *bytes;

	*n = strlen(hex) / 2;
	if (strlen(hex) % 2 || strspn(hex, "0123456789abcdef") != strlen(hex))
		return NULL;
	bytes = malloc(*n + 1);
	if (!bytes)
		return NULL;
	for (size_t i = 0; i < *n; i++)
		bytes[i] = (char)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
	bytes[*n] = '\0';
	return bytes;
}

/* The raw bytes of a string: from KEY_hex when it had to be replaced. Owned; NULL when not there. */
static char *raw_at(const json_t *o, const char *key)
{
	const char *s = text_at(o, key), *hex;
	char name[32];
	size_t n;

	snprintf(name, sizeof(name), "%s_hex", key);
	hex = text_at(o, name);
	if (hex)
		return from_hex(hex, &n);
	return s ? strdup(s) : NULL;
}

static void comm_at(const json_t *o, const char *key, char comm[FENCE_COMM])
{
	char *s = raw_at(o, key);

	if (s)
		snprintf(comm, FENCE_COMM, "%s", s);
	free(s);
}

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

static const char *read_target(const json_t *root, struct fence_attempt *k)
{
	const json_t *destination = json_object_get(root, "destination");
	const char *ip = text_at(destination, "ip");
	uint32_t port = number_at(destination, "port", 0);
	struct address a;

	if (!ip || address_parse(ip, &a) || a.bits != (a.family == AF_INET6 ? 128 : 32))
		return "destination.ip is no address";
	if (!port || port > UINT16_MAX)
		return "destination.port is no port";
	k->family = a.family;
	memcpy(k->daddr, a.byte, sizeof(k->daddr));
	k->dport = (uint16_t)port;
	return NULL;
}

static const char *read_verdict(const json_t *ours, struct fence_attempt *k)
{
	int action = action_from_name(text_at(ours, "action") ?: "");
	int class = address_class_from_name(text_at(ours, "target_class") ?: "");

	k->verdict = value_of(attempt_verdict_name, text_at(ours, "verdict"), VERDICT_COUNT);
	k->hook = value_of(attempt_hook_name, text_at(ours, "hook"), HOOK_COUNT);
	k->reason = value_of(attempt_reason_name, text_at(ours, "reason"), REASON_COUNT);
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
	k->err = (uint8_t)errno_of(text_at(ours, "errno"));
	k->enforce = !strcmp(text_at(ours, "mode") ?: "", "enforce");
	return NULL;
}

static void read_numbers(const json_t *root, const json_t *ours, struct fence_attempt *k)
{
	const json_t *event = json_object_get(root, "event"), *rule = json_object_get(root, "rule");
	const char *hash = text_at(rule, "ruleset");
	uint64_t n;

	k->record.kind = RECORD_ATTEMPT;
	k->record.version = FENCE_LAYOUT;
	k->record.size = sizeof(*k);
	k->record.cpu = (uint16_t)number_at(ours, "cpu", 0);
	k->record.sequence = count_at(event, "sequence");
	k->record.time_ns = id_at(ours, "time_ns");
	k->id = id_at(event, "id");
	k->rule = FENCE_NO_RULE;
	if (text_at(rule, "id") && !text_number(text_at(rule, "id"), FENCE_RULES - 1, &n))
		k->rule = (uint16_t)n;
	k->policy = hash ? strtoull(hash, NULL, 16) : 0;
	k->cgroup = id_at(json_object_get(ours, "cgroup"), "id") ?: FENCE_CGROUP_NONE;
	k->netns = id_at(ours, "netns");
	k->start_ns = id_at(ours, "start_ns");
	k->exec_id = number_at(ours, "exec_id", 0);
	k->generation = number_at(ours, "generation", 0);
	k->loginuid = number_at(ours, "loginuid", UNKNOWN_ID);
	k->ifindex = number_at(ours, "ifindex", 0);
	k->raw = true_at(ours, "raw");
	k->mapped = true_at(ours, "mapped");
}

static void read_process(const json_t *process, struct fence_attempt *k)
{
	const json_t *thread = json_object_get(process, "thread");

	k->tgid = number_at(process, "pid", 0);
	k->tid = number_at(thread, "id", 0);
	k->uid = holder_at(process, "real_user");
	k->euid = holder_at(process, "user");
	k->gid = holder_at(process, "real_group");
	comm_at(thread, "name", k->comm);
}

static void read_outcome(const json_t *ours, const struct fence_attempt *k, struct fence_outcome *o)
{
	const json_t *from = json_object_get(ours, "outcome");

	if (!from)
		return;
	o->attempt = k->id;
	o->outcome = value_of(attempt_outcome_name, text_at(from, "result"), OUTCOME_UNKNOWN);
	o->elapsed_ns = count_at(from, "elapsed_ms") * NS_PER_MS;
	o->syns = number_at(from, "syns", 0);
	o->err = (uint8_t)errno_of(text_at(from, "errno"));
}

static void read_ancestors(const json_t *ours, struct fence_subject *s)
{
	const json_t *from = json_object_get(ours, "ancestors");

	for (size_t i = 0; i < json_array_size(from) && i < FENCE_ANCESTORS; i++) {
		const json_t *up = json_array_get(from, i);

		s->ancestor[i].tgid = number_at(up, "pid", 0);
		s->ancestor[i].start_ns = id_at(up, "start_ns");
		s->ancestor[i].uid = holder_at(up, "user");
		comm_at(up, "name", s->ancestor[i].comm);
		s->ancestors = (uint8_t)(i + 1);
	}
}

/* args_hex has them all; else the array has. NULL when there are none. */
static char *arguments_of(const json_t *process, size_t *n)
{
	const char *hex = text_at(process, "args_hex");
	const json_t *args = json_object_get(process, "args");
	char *text = NULL;
	FILE *out;

	if (hex)
		return from_hex(hex, n);
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

	if (!true_at(ours, "subject"))
		return 0;
	s = a->subject = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->users = 1;
	s->exe = raw_at(process, "executable");
	s->cwd = raw_at(process, "working_directory");
	s->argv = arguments_of(process, &s->argv_bytes);
	s->head.start_ns = a->k.start_ns;
	s->head.cgroup = id_at(ours, "process_cgroup") ?: a->k.cgroup;
	s->head.exe_dev = id_at(ours, "exe_dev");
	s->head.exe_ino = id_at(ours, "exe_ino");
	s->head.exec_id = a->k.exec_id;
	s->head.tgid = a->k.tgid;
	s->head.netns = (uint32_t)id_at(ours, "netns_inode");
	s->head.uid = a->k.uid;
	s->head.euid = a->k.euid;
	s->head.gid = a->k.gid;
	s->head.egid = holder_at(process, "group");
	s->head.loginuid = a->k.loginuid;
	s->head.sessionid = number_at(ours, "sessionid", UNKNOWN_ID);
	s->head.exe_deleted = true_at(ours, "exe_deleted");
	s->head.argv_cut = true_at(ours, "args_cut");
	comm_at(process, "name", s->head.comm);
	read_ancestors(ours, &s->head);
	return 0;
}

/* What is wrong with the line, NULL nothing. */
static const char *read_attempt(const json_t *root, struct attempt *a)
{
	const json_t *ours = json_object_get(root, "smtpfence");
	const char *why = NULL;

	if (!json_is_object(ours) || number_at(ours, "schema", 0) != SCHEMA)
		return "no event of smtpfence with schema 1";
	if (time_of(text_at(root, "@timestamp"), &a->wall_ns))
		return "@timestamp is no time";
	why = read_target(root, &a->k);
	if (!why)
		why = read_verdict(ours, &a->k);
	if (why)
		return why;
	read_numbers(root, ours, &a->k);
	if (!a->k.id)
		return "event.id is no id";
	read_process(json_object_get(root, "process"), &a->k);
	read_outcome(ours, &a->k, &a->outcome);
	a->cgroup = raw_at(json_object_get(ours, "cgroup"), "path");
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
	r.profile = raw_at(ours, "profile");
	r.rule = raw_at(json_object_get(root, "rule"), "name");
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
