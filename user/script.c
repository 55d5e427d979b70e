/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What an interpreter was told to run. */
#include "script.h"

#include <string.h>

/*
 * Programs whose first argument says what they are. A version may follow the name ("python3.11"). Of
 * options as last letter of a cluster: `values` take the next argument, `code` is what they run.
 */
static const struct interpreter {
	const char *name, *values, *code;
} interpreters[] = {
	{ "python", "WX", "cm" },
	{ "php", "dcz", "rBRE" },
	{ "perl", "I", "eE" },
	{ "ruby", "ICrE", "e" },
	{ "node", "rC", "ep" },
	{ "nodejs", "rC", "ep" },
	{ "deno", "c", "" },
	{ "bun", "r", "e" },
	{ "java", "", "" },
	{ "lua", "l", "e" },
	{ "tclsh", "", "" },
	{ "busybox", "", "" },
	{ "bash", "oO", "cs" },
	{ "dash", "o", "cs" },
	{ "sh", "o", "cs" },
	{ "zsh", "o", "cs" },
	{ "ksh", "o", "cs" },
};

/* Longer options of any of them that take the next argument. */
static const char *const long_values[] = { "-cp", "-classpath", "--class-path", "--require",
	"--import", "--loader", "--rcfile", "--init-file", "--config" };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* NULL: it is none. */
static const struct interpreter *interpreter_of(const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;

	base += *base == '-'; /* a login shell */
	for (size_t i = 0; i < COUNT(interpreters); i++) {
		size_t n = strlen(interpreters[i].name);

		if (!strncmp(base, interpreters[i].name, n) &&
			!base[n + strspn(base + n, "0123456789.-")])
			return &interpreters[i];
	}
	return NULL;
}

bool script_runs(const char *exe)
{
	return interpreter_of(exe);
}

/* The option's last letter is one of these: "-um" for m. */
static bool ends_in(const char *letters, const char *option)
{
	return option[1] != '-' && strchr(letters, option[strlen(option) - 1]);
}

static bool takes_value(const struct interpreter *i, const char *option)
{
	for (size_t n = 0; n < COUNT(long_values); n++)
		if (!strcmp(option, long_values[n]))
			return true;
	return ends_in(i->values, option);
}

const char *script_of(const char *exe, const char *argv, size_t bytes)
{
	const struct interpreter *i = bytes ? interpreter_of(exe ? exe : argv) : NULL;
	const char *end = argv + bytes;
	bool skip = true; /* the interpreter's own name */

	for (const char *arg = argv; i && arg < end; arg += strlen(arg) + 1) {
		bool option = arg[0] == '-' && arg[1];

		if (skip || !*arg || !strcmp(arg, "--")) {
			skip = false;
			continue;
		}
		if (!option || ends_in(i->code, arg))
			return arg;
		skip = takes_value(i, arg);
	}
	return NULL;
}
