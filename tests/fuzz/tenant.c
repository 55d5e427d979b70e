/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* rooms: text say address list file csv yaml choice quote value selection selectors roster tenant */
/* Any bytes as a CSV file of tenants: refused, or read; and what is read prints what reads back to the same. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "say.h"
#include "tenant.h"
#include "yaml.h"

static char *print(const struct tenant *t, size_t n, size_t *bytes)
{
	char *text = NULL;
	FILE *to = open_memstream(&text, bytes);

	if (!to)
		abort();
	tenants_print(to, t, n);
	if (fclose(to))
		abort();
	return text;
}

/* The map behind "tenants:", or the path of a file. */
static int read_again(const char *text, size_t bytes, struct tenant **t, size_t *n)
{
	struct yaml_node *value;
	struct yaml *y = NULL;
	int err;

	if (yaml_from_text("again", text, bytes, &y))
		abort();
	value = yaml_at(yaml_root(y), 0, NULL);
	err = tenants_read(value, NULL, t, n);
	yaml_close(y);
	return err;
}

static int read_bytes(const uint8_t *data, size_t size, struct tenant **t, size_t *n)
{
	int fd = memfd_create("tenants", MFD_CLOEXEC), err;
	char text[64];

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(text, sizeof(text), "tenants: /proc/self/fd/%d", fd);
	err = read_again(text, strlen(text), t, n);
	close(fd);
	return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tenant *t = NULL, *again = NULL;
	size_t n = 0, m = 0, bytes, more;
	char *once, *twice;

	say_to(NULL);
	if (read_bytes(data, size, &t, &n))
		return 0;
	if (n) {
		once = print(t, n, &bytes);
		if (read_again(once, bytes, &again, &m) || m != n)
			abort();
		twice = print(again, m, &more);
		if (bytes != more || memcmp(once, twice, bytes))
			abort();
		free(once);
		free(twice);
	}
	tenants_free(t, n);
	tenants_free(again, m);
	return 0;
}
