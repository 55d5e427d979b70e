/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* rooms: text say json address list file csv yaml choice quote action value selection selectors order dmi shelf provider profile roster tenant mta preset rule layer canon doubt charter policy */
/* Any bytes as a policy, and as an order: refused or read, and what is read prints the same bytes twice. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy.h"
#include "say.h"

static char *print(const struct policy *p, size_t *n)
{
	char *text = NULL;
	FILE *to = open_memstream(&text, n);

	if (!to || policy_print(p, false, to) || fclose(to))
		abort();
	return text;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct policy *p = NULL;

	(void)argc;
	(void)argv;
	/* without the profiles every policy is refused, and nothing is tried */
	setenv("SMTPFENCE_DATA", "data", 1);
	if (policy_from_profile("generic-cloud", true, &p))
		abort();
	policy_free(p);
	say_to(NULL);
	return 0;
}

static char *print_order(const struct order *o, size_t *n)
{
	char *text = NULL;
	FILE *to = open_memstream(&text, n);

	if (!to)
		abort();
	order_print(to, o);
	if (fclose(to))
		abort();
	return text;
}

static void try_order(const uint8_t *data, size_t size)
{
	struct order o = { 0 }, again = { 0 };
	char *text = strndup((const char *)data, size), *once, *twice;
	size_t n, m;

	if (!text)
		abort();
	if (!order_from_text("fuzz", text, &o)) {
		once = print_order(&o, &n);
		if (order_from_text("again", once, &again))
			abort();
		twice = print_order(&again, &m);
		if (n != m || memcmp(once, twice, n))
			abort();
		free(once);
		free(twice);
	}
	free(text);
	order_clear(&o);
	order_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct policy *p = NULL, *q = NULL;
	char *once, *twice;
	size_t n, m;

	try_order(data, size);
	if (policy_from_text("fuzz", (const char *)data, size, &p))
		return 0;
	once = print(p, &n);
	if (policy_from_text("again", once, n, &q))
		abort();
	twice = print(q, &m);
	if (n != m || memcmp(once, twice, n))
		abort();
	free(once);
	free(twice);
	policy_free(p);
	policy_free(q);
	return 0;
}
