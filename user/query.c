/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A question that `explain` is asked, put to the fence that is up or to a policy file. */
#include "query.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "archive.h"
#include "cgroup.h"
#include "compile.h"
#include "exemption.h"
#include "explain.h"
#include "policy.h"
#include "profile.h"
#include "say.h"
#include "state.h"
#include "suspect.h"
#include "text.h"
#include "translate.h"

/* What is asked. */
struct subject_matter {
	struct policy *policy;
	struct exemptions exempt;
	struct compiled *compiled;
	char *fence; /* cgroup directory */
	char hash[65];
};

static void matter_clear(struct subject_matter *m)
{
	compile_free(m->compiled);
	policy_free(m->policy);
	exemptions_clear(&m->exempt);
	free(m->fence);
}

/* The fence that is up: its policy as it was armed, and its exemptions. */
static int matter_of_fence(const char *state, struct subject_matter *m)
{
	char path[PATH_MAX];
	struct state *asked = NULL;
	int err = state_load(state, &asked);

	if (err == -ENOENT)
		return refuse(err, "no fence is up: sudo smtpfence up, or name a policy file");
	if (err)
		return err;
	err = archive_get(state_archive(path, state), asked->policy_hash, &m->policy);
	err = err ?: exemptions_load(state_store(path, state), &m->exempt);
	if (!err) {
		m->fence = asked->cgroup;
		asked->cgroup = NULL;
	}
	state_free(asked);
	return err;
}

static int matter_of_files(char *const *file, struct subject_matter *m)
{
	int err = policy_open_all(file, &m->policy);

	return err ?: cgroup_mount(&m->fence);
}

static int find_target(const struct query *q, const struct policy *p, struct judge_target *to)
{
	const struct selectors *s = &q->about;

	if (s->to_n > 1 || s->to_classes || s->by[SELECTOR_NAME].n ||
		(s->to_n && s->to[0].bits != (s->to[0].family == AF_INET ? 32 : 128)))
		return refuse(-EINVAL, "--to: one address is expected, such as 203.0.113.9");
	if (s->port_n > 1)
		return refuse(-EINVAL, "--port: one is explained at a time");
	to->address = s->to_n ? s->to[0] : fate_public(p);
	to->port = s->port_n ? s->port[0] : p->profile->blocked_n ? p->profile->blocked[0] : 25;
	return 0;
}

static int answer(const struct query *q, const struct subject_matter *m, FILE *to, uint8_t *verdict)
{
	struct suspect_ask ask = {
		.policy = m->policy, .compiled = m->compiled, .who = &q->about, .fence = m->fence
	};
	struct explain e = { .policy = m->policy,
		.exempt = &m->exempt,
		.compiled = m->compiled,
		.hash = m->hash,
		.now_ns = text_wall_now() - text_boot_offset() };
	struct suspect s;
	int err = find_target(q, m->policy, &e.target);

	err = err ?: suspect_find(&ask, &s);
	if (err)
		return err;
	e.who = s.text;
	e.subject = fate_who(&s.is);
	err = q->json ? explain_json(&e, to, verdict) : explain_text(&e, to, verdict);
	return err ? fail(err, "write the answer") : 0;
}

int query_explain(struct query *q, FILE *to, uint8_t *verdict)
{
	struct subject_matter m = {};
	int err = selectors_settle(&q->about);

	if (!err)
		err = q->file[0] ? matter_of_files(q->file, &m) : matter_of_fence(q->state, &m);
	err = err ?: translate_policy(m.policy, &m.exempt, EPERM, &m.compiled, m.hash);
	err = err ?: answer(q, &m, to, verdict);
	matter_clear(&m);
	return err;
}
