/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* csv: what RFC 4180 allows is read as it means, the rest is refused with its place. */
#include "csv.h"

#include <errno.h>
#include <unistd.h>

#include "said.h"

static const char *const columns[] = { "name", "who", NULL };
static char path[] = "/tmp/csv.XXXXXX";

static int begin(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	if (fd >= 0)
		close(fd);
	return fd < 0;
}

static int end(void **state)
{
	(void)state;
	return unlink(path);
}

static void put(const char *text, size_t n)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

/* "line:column name|who\n" of each row. */
static int tell(const struct csv_field *f, void *arg)
{
	fprintf(arg, "%u:%u %s|%u:%u %s\n", f[0].line, f[0].column, f[0].text, f[1].line,
		f[1].column, f[1].text);
	return 0;
}

static void reads(const char *text, const char *wanted)
{
	char *got = NULL;
	size_t n;
	FILE *to = open_memstream(&got, &n);
	struct csv_ask ask = { columns, tell, to };

	put(text, strlen(text));
	assert_int_equal(csv_read(path, &ask), 0);
	fclose(to);
	assert_string_equal(got, wanted);
	free(got);
}

static void what_the_standard_allows(void **state)
{
	(void)state;
	reads("name,who\n", "");
	reads("name,who\na,b", "2:1 a|2:3 b\n");
	reads("name,who\r\na,b\r\n", "2:1 a|2:3 b\n");
	reads("who,name\na,b\n", "2:3 b|2:1 a\n");
	reads("\xef\xbb\xbfname,who\na,b\n", "2:1 a|2:3 b\n");
	reads("\"name\",\"who\"\n\"a\",b\n", "2:2 a|2:5 b\n");
	reads("name,who\n\"a,1\",\"say \"\"x\"\"\"\n", "2:2 a,1|2:8 say \"x\"\n");
	reads("name,who\n\"a\nb\",c\nd,e\n", "2:2 a\nb|3:4 c\n4:1 d|4:3 e\n");
	reads("name,who\n\n\r\n,\n", "4:1 |4:2 \n");
	reads("name,who\n\"\",\"\"\n", "2:2 |2:5 \n");
	reads("name,who\n\xc3\xa4\xc3\xb6,x\n", "2:1 \xc3\xa4\xc3\xb6|2:4 x\n");
	reads("name,who\n a , b \n", "2:1  a |2:5  b \n");
}

static void refuses(const char *text, size_t n, const char *said)
{
	struct csv_ask ask = { columns, tell, fopen("/dev/null", "we") };
	char wanted[256];

	put(text, n);
	snprintf(wanted, sizeof(wanted), "smtpfence: %s:%s\n", path, said);
	said_begin();
	assert_int_equal(csv_read(path, &ask), -EINVAL);
	said_end(wanted);
	fclose(ask.arg);
}

#define REFUSES(text, said) refuses(text, sizeof(text) - 1, said)

static void the_rest_is_refused(void **state)
{
	(void)state;
	REFUSES("", "1:1: '' is not a column");
	REFUSES("name\na\n", "1:1: the first row names no column 'who'");
	REFUSES("name,who,nick\n", "1:10: 'nick' is not a column");
	REFUSES("name,who,name\n", "1:10: column 'name' is here twice");
	REFUSES("name,who\na\n", "2:1: 1 field, where the first row has 2");
	REFUSES("name,who\nx,y\na,b,c\n", "3:1: 3 fields, where the first row has 2");
	REFUSES("name,who\na,\"b\n\nc", "2:3: this quote is never closed");
	REFUSES("name,who\n\"a\"b,c\n",
		"2:4: after a quoted field comes a comma or the end of the line");
	REFUSES("name,who\na,b\"c\n",
		"2:4: a field with quotes in it must be quoted as a whole, its own quotes doubled");
	REFUSES("name,who\na\rb,c\n", "2:2: a carriage return without a line feed");
	REFUSES("name,who\n\"a\"\r,c\n",
		"2:4: after a quoted field comes a comma or the end of the line");
	REFUSES("name,who\na,\xc3\x28\n", "2:3: not UTF-8");
	REFUSES("name,who\na,b\0c\n", "2:4: a NUL character is not accepted");
	REFUSES("name,,,,,,,,,,,,,,,,\n", "1:1: more than 16 fields");
	REFUSES("name,who\n1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7\n", "2:1: more than 16 fields");
}

static int stop(const struct csv_field *f, void *arg)
{
	(void)arg;
	return csv_refuse(f + 1, 2, "no '%s'", f[1].text);
}

static void a_row_may_stop(void **state)
{
	struct csv_ask ask = { columns, stop, NULL };
	char wanted[64];

	(void)state;
	put("name,who\na,b\nc,d\n", 17);
	snprintf(wanted, sizeof(wanted), "smtpfence: %s:2:5: no 'b'\n", path);
	said_begin();
	assert_int_equal(csv_read(path, &ask), -EINVAL);
	said_end(wanted);
	said_begin();
	assert_int_equal(csv_read("/nonexistent/x.csv", &ask), -ENOENT);
	said_end("smtpfence: open /nonexistent/x.csv: No such file or directory\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_standard_allows),
		cmocka_unit_test(the_rest_is_refused),
		cmocka_unit_test(a_row_may_stop),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
