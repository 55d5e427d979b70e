/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "outlook.h"

#include <stdio.h>

#include "announce.h"
#include "attempt.h"
#include "compile.h"
#include "fate.h"
#include "json.h"
#include "policy.h"
#include "senders.h"
#include "sockets.h"

static void put_id(struct json *j, const char *key, uint32_t id)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", id);
	json_text(j, key, text);
}

static void put_answer(const struct announce *a, const struct answer *answer, struct json *j)
{
	char name[16];

	json_text(j, "verdict", attempt_verdict_name(answer->verdict));
	json_text(j, "reason", attempt_reason_name(answer->reason));
	if (answer->rule < a->policy->rule_n)
		json_text(j, "rule", a->policy->rule[answer->rule].name);
	if (answer->reason == REASON_EXEMPTION) {
		snprintf(name, sizeof(name), "e%u", answer->rule & ~FENCE_EXEMPTION);
		json_text(j, "exemption", name);
	}
}

static void put_ports(const struct announce *a, const struct fate_subject *who, struct json *j)
{
	struct fate_port f[FENCE_PORTS];
	size_t n = fate_ports(a->compiled, a->policy, who, f);

	json_open(j, "ports", '[');
	for (size_t i = 0; i < n; i++) {
		json_open(j, NULL, '{');
		json_number(j, "port", f[i].port);
		put_answer(a, &f[i].answer, j);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_sender(const struct announce *a, const struct sender *s, struct json *j)
{
	struct fate_subject who;

	json_open(j, NULL, '{');
	json_text(j, "name", s->name);
	json_text(j, "executable", s->exe);
	json_bool(j, "running", s->pid);
	if (s->pid) {
		json_number(j, "pid", s->pid);
		json_text(j, "cgroup", s->cgroup);
		json_text(j, "sends_as", s->client);
		put_id(j, "user_id", s->client_uid);
		fate_sender(a->cgroup_mount, s, &who);
		put_ports(a, &who, j);
	}
	json_close(j, '}');
}

static void put_connection(const struct announce *a, const struct socket_seen *s, struct json *j)
{
	struct judge_target target = { s->remote, s->port };
	char address[ADDRESS_TEXT];
	struct fate_subject who;
	struct answer answer;

	fate_socket(a->cgroup_mount, s, &who);
	answer = fate_answer(a->compiled, &who, &target);
	json_open(j, NULL, '{');
	json_text(j, "ip", address_print(address, &s->remote));
	json_number(j, "port", s->port);
	if (s->pid) {
		json_number(j, "pid", s->pid);
		json_text(j, "name", s->comm);
	}
	put_id(j, "user_id", s->uid);
	put_answer(a, &answer, j);
	json_close(j, '}');
}

void outlook_json(const struct announce *a, struct json *j)
{
	json_open(j, "senders", '[');
	for (size_t i = 0; i < a->sender_n; i++)
		put_sender(a, &a->sender[i], j);
	json_close(j, ']');
	json_open(j, "connections", '[');
	for (size_t i = 0; i < a->socket_n; i++)
		if (!a->socket[i].listening)
			put_connection(a, &a->socket[i], j);
	json_close(j, ']');
	json_number(j, "namespaces_skipped", a->skipped);
}
