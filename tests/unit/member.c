/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Members that are there, that are not, and that are of another kind than they should be. */
#include "member.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_t *object(void)
{
	json_t *o =
		json_loads("{\"text\":\"a\",\"id\":\"18446744073709551615\",\"n\":7,\"yes\":true,"
			   "\"user\":{\"id\":\"1000\"},\"name\":\"a?\",\"name_hex\":\"61ff\","
			   "\"comm\":\"0123456789abcdefgh\",\"minus\":-1,\"bad\":\"-7\","
			   "\"much\":9223372036854775807,\"hex_hex\":\"6\",\"list\":[]}",
			0, NULL);

	assert_non_null(o);
	return o;
}

static void what_is_there(void **state)
{
	json_t *o = object();
	char comm[FENCE_COMM] = "x", *raw;

	(void)state;
	assert_string_equal(member_text(o, "text"), "a");
	assert_true(member_true(o, "yes"));
	assert_true(member_id(o, "id") == UINT64_MAX);
	assert_int_equal(member_number(o, "n", 9), 7);
	assert_int_equal(member_count(o, "n"), 7);
	assert_int_equal(member_holder(o, "user"), 1000);
	raw = member_raw(o, "name");
	assert_string_equal(raw, "a\xff");
	free(raw);
	member_comm(o, "comm", comm);
	assert_string_equal(comm, "0123456789abcde");
	json_decref(o);
}

static void what_is_not(void **state)
{
	json_t *o = object();
	char comm[FENCE_COMM] = "x";

	(void)state;
	assert_null(member_text(o, "n"));
	assert_null(member_text(NULL, "text"));
	assert_null(member_text(json_object_get(o, "list"), "text"));
	assert_false(member_true(o, "text"));
	assert_int_equal(member_id(o, "bad"), 0);
	assert_int_equal(member_id(o, "n"), 0);
	assert_int_equal(member_number(o, "minus", 9), 9);
	assert_int_equal(member_number(o, "much", 9), 9);
	assert_int_equal(member_number(o, "text", 9), 9);
	assert_int_equal(member_count(o, "minus"), 0);
	assert_int_equal(member_count(o, "much"), 0);
	assert_int_equal(member_holder(o, "text"), ~0U);
	assert_null(member_raw(o, "hex"));
	assert_null(member_raw(o, "nothing"));
	member_comm(o, "nothing", comm);
	assert_string_equal(comm, "x");
	json_decref(o);
}

static void hex_is_whole_or_nothing(void **state)
{
	size_t n = 0;
	char *bytes = member_bytes("00ff10", &n);

	(void)state;
	assert_int_equal(n, 3);
	assert_memory_equal(bytes, "\0\xff\x10", 4);
	free(bytes);
	assert_null(member_bytes("0", &n));
	assert_null(member_bytes("0G", &n));
	bytes = member_bytes("", &n);
	assert_non_null(bytes);
	assert_int_equal(n, 0);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_there),
		cmocka_unit_test(what_is_not),
		cmocka_unit_test(hex_is_whole_or_nothing),
	};

	return cmocka_run_group_tests_name("member", tests, NULL, NULL);
}
