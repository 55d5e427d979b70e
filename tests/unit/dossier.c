/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Facts of a container, put together. */
#include "dossier.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void label(struct container *c, const char *json)
{
	json_t *o = json_loads(json, 0, NULL);

	assert_non_null(o);
	assert_int_equal(dossier_label(c, o), 0);
	json_decref(o);
}

static void first_stands(void **state)
{
	struct container c = { 0 };

	(void)state;
	assert_int_equal(dossier_keep(&c.name, NULL), 0);
	assert_int_equal(dossier_keep(&c.name, ""), 0);
	assert_null(c.name);
	assert_int_equal(dossier_keep(&c.name, "a"), 0);
	assert_int_equal(dossier_keep(&c.name, "b"), 0);
	assert_string_equal(c.name, "a");
	dossier_clear(&c);
	assert_null(c.name);
}

static void labels_are_sorted(void **state)
{
	struct container c = { 0 };

	(void)state;
	label(&c, "{\"z\":\"1\",\"a\":\"\",\"n\":5,\"\":\"no\"}");
	label(&c, "{\"z\":\"2\",\"io.kubernetes.pod.name\":\"web-0\","
		  "\"io.kubernetes.pod.namespace\":\"shop\"}");
	assert_int_equal(dossier_settle(&c), 0);
	assert_int_equal(c.label_n, 4);
	assert_string_equal(c.label[0].key, "a");
	assert_string_equal(c.label[0].value, "");
	assert_string_equal(c.label[3].key, "z");
	assert_string_equal(c.label[3].value, "1");
	assert_string_equal(c.pod, "web-0");
	assert_string_equal(c.namespace, "shop");
	dossier_clear(&c);
}

static void labels_are_bounded(void **state)
{
	struct container c = { 0 };
	json_t *o = json_object();
	char key[16];

	(void)state;
	for (int i = 0; i < 2000; i++) {
		snprintf(key, sizeof(key), "%d", i);
		assert_int_equal(json_object_set_new(o, key, json_string("x")), 0);
	}
	assert_int_equal(dossier_label(&c, o), 0);
	assert_int_equal(c.label_n, 1024);
	assert_int_equal(dossier_settle(&c), 0);
	assert_int_equal(dossier_label(&c, NULL), 0); /* no object, no labels */
	json_decref(o);
	dossier_clear(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_stands),
		cmocka_unit_test(labels_are_sorted),
		cmocka_unit_test(labels_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
