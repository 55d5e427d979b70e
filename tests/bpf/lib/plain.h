/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A compiled policy by hand: a few terms that match every attempt at port 25 until a test narrows them. */
#pragma once

#include <errno.h>
#include <string.h>

#include "compile.h"

#define PLAIN_TERMS 70

struct plain {
	struct compiled c;
	struct fence_term term[PLAIN_TERMS];
	struct fence_vector vector[VECTOR_FIRST];
	struct compiled_gid gid[1];
};

static inline void plain_clear(struct fence_vector *set, unsigned term)
{
	set->word[term / 64] &= ~(1ULL << term % 64);
}

/* Enforces, blocks port 25 at public addresses, records the other mail ports. Terms are rules that allow. */
static inline void plain_make(struct plain *p, unsigned terms)
{
	static const __u16 ports[] = { 25, 26, 465, 587, 2525 };
	struct fence_settings *s = &p->c.settings;

	memset(p, 0, sizeof(*p));
	for (int i = 0; i < 5; i++) {
		s->port[s->ports++] = ports[i];
		s->watched[ports[i] / 64] |= 1ULL << ports[i] % 64;
	}
	s->blocked = s->enforce = 1;
	s->scope4 = s->scope6 = 1U << CLASS_PUBLIC;
	s->words = PLAIN_TERMS / 64 + 1;
	s->default_action = ACTION_BLOCK;
	s->default_errno = EPERM;
	for (unsigned i = 0; i < terms; i++) {
		p->term[i].number = i;
		p->term[i].err = EACCES;
		for (int v = VECTOR_TO_ANY; v <= VECTOR_PORT; v++)
			if (v != VECTOR_TO_OTHER)
				p->vector[v].word[i / 64] |= 1ULL << i % 64;
	}
	p->c.term = p->term;
	p->c.term_n = terms;
	p->c.vector = p->vector;
	p->c.vector_n = VECTOR_FIRST;
}

/* The term is for the group only. */
static inline void plain_group(struct plain *p, unsigned term, __u32 gid)
{
	p->c.settings.has_gid = 1;
	p->gid[0] = (struct compiled_gid){ gid, 5 };
	p->c.gid = p->gid;
	p->c.gid_n = 1;
	plain_clear(&p->vector[VECTOR_GID_OTHER], term);
	p->vector[VECTOR_GID + 5].word[term / 64] |= 1ULL << term % 64;
	if (p->term[term].action < ACTION_ANSWER)
		plain_clear(&p->vector[VECTOR_GID_UNKNOWN], term);
	else
		p->vector[VECTOR_STRICT].word[term / 64] |= 1ULL << term % 64;
}
