/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who tried: the kernel's record of a process, taken apart. */
#include "subject.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "mask.h"
#include "script.h"
#include "text.h"

#define CUT "..."
#define TEXT_AT offsetof(struct fence_subject, text)

static bool is_sound(const struct fence_subject *r, size_t bytes)
{
	size_t room;

	if (bytes < TEXT_AT || r->record.kind != RECORD_SUBJECT ||
		r->record.version != FENCE_LAYOUT || r->record.size > bytes ||
		r->record.size < TEXT_AT)
		return false;
	room = r->record.size - TEXT_AT;
	return r->path_bytes <= room && r->argv_at <= room && r->argv_bytes <= room - r->argv_at &&
	       r->ancestors <= FENCE_ANCESTORS;
}

/* "name\0dir\0" to "/dir/name". The component nearest to the root may have lost its zero. */
static char *path_from(const struct fence_subject *r)
{
	size_t left = r->path_bytes, at = left + sizeof(CUT "/");
	char *path = malloc(at), *whole;

	if (!path)
		return NULL;
	path[--at] = '\0';
	for (const char *s = r->text; left;) {
		size_t n = strnlen(s, left), step = n < left ? n + 1 : n;

		if (n) {
			at -= n;
			memcpy(path + at, s, n);
			path[--at] = '/';
		}
		s += step;
		left -= step;
	}
	if (r->path_cut) {
		at -= strlen(CUT);
		memcpy(path + at, CUT, strlen(CUT));
	}
	whole = strdup(path + at);
	free(path);
	return whole;
}

/*
 * Ends with a zero even when cut. A program that writes over its arguments leaves a tail of zeros:
 * of several empty arguments at the end one is kept.
 */
static char *argv_from(const struct fence_subject *r, size_t *bytes)
{
	const char *from = r->text + r->argv_at;
	size_t n = r->argv_bytes;
	char *argv;

	while (n > 2 && !from[n - 1] && !from[n - 2] && !from[n - 3])
		n--;
	argv = malloc(n + 1);
	if (!argv)
		return NULL;
	memcpy(argv, from, n);
	if (argv[n - 1])
		argv[n++] = '\0';
	*bytes = n;
	return argv;
}

int subject_from_record(const struct fence_subject *record, size_t bytes, struct subject **out)
{
	struct subject *s;

	if (!is_sound(record, bytes))
		return -EBADMSG;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->users = 1;
	memcpy(&s->head, record, TEXT_AT);
	s->head.comm[FENCE_COMM - 1] = '\0';
	for (unsigned i = 0; i < FENCE_ANCESTORS; i++)
		s->head.ancestor[i].comm[FENCE_COMM - 1] = '\0';
	if (record->path_bytes)
		s->exe = path_from(record);
	if (record->argv_bytes)
		s->argv = argv_from(record, &s->argv_bytes);
	if ((record->path_bytes && !s->exe) || (record->argv_bytes && !s->argv)) {
		subject_drop(s);
		return -ENOMEM;
	}
	*out = s;
	return 0;
}

struct subject *subject_hold(struct subject *s)
{
	if (s)
		s->users++;
	return s;
}

void subject_drop(struct subject *s)
{
	if (!s || --s->users)
		return;
	free(s->exe);
	free(s->argv);
	free(s->cwd);
	free(s);
}

const char *subject_argument(const struct subject *s, const char *arg)
{
	const char *next = arg ? arg + strlen(arg) + 1 : s->argv;

	return next && next < s->argv + s->argv_bytes ? next : NULL;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

const char *subject_script(const struct subject *s)
{
	return s->argv ? script_of(s->exe, s->argv, s->argv_bytes) : NULL;
}

/* "/usr/bin/curl" is called curl; "php-fpm: pool www" keeps what it wrote over its arguments. */
static const char *name_given(const char *arg)
{
	const char *name = arg;

	for (const char *c = arg; *c && *c != ' ' && *c != ':'; c++)
		if (*c == '/' && c[1] && c[1] != ' ')
			name = c + 1;
	return name + (*name == '-');
}

/* Says that the name it goes by is not the name of its file: a link, another name, a lie. */
static bool is_alias(const char *name, const char *exe)
{
	const char *base = base_name(exe);
	size_t n = strcspn(name, " :");

	return strncmp(name, base, n) && !script_runs(exe);
}

static size_t add(char *to, size_t size, size_t at, const char *s)
{
	if (at + 1 >= size)
		return at;
	text_inert(to + at, size - at, s, strlen(s));
	return at + strlen(to + at);
}

char *subject_name(char *to, size_t size, const struct subject *s)
{
	const char *arg = subject_argument(s, NULL), *script = subject_script(s);
	const char *name = arg ? name_given(arg) : NULL;
	size_t at;

	if (size)
		to[0] = '\0';
	if (!name || !*name)
		name = s->exe ? base_name(s->exe) : s->head.comm;
	at = add(to, size, 0, *name ? name : "a program without a name");
	if (s->exe && is_alias(name, s->exe)) {
		at = add(to, size, at, " (");
		at = add(to, size, at, base_name(s->exe));
		at = add(to, size, at, ")");
	}
	if (script) {
		at = add(to, size, at, " ");
		at = add(to, size, at, script);
	}
	if (script && *script == '-' && script[strlen(script) - 1] == 'm' &&
		(script = subject_argument(s, script))) { /* a module */
		at = add(to, size, at, " ");
		add(to, size, at, script);
	}
	return to;
}

/* All arguments, masked, each with its zero. */
static char *masked(const struct subject *s, size_t *n)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, n);
	bool whole = true;
	struct mask m;

	if (!out)
		return NULL;
	mask_init(&m, subject_argument(s, NULL));
	for (const char *arg = NULL; whole && (arg = subject_argument(s, arg));) {
		char *clean = mask_argument(&m, arg);

		whole = clean && fwrite(clean, strlen(clean) + 1, 1, out) == 1;
		free(clean);
	}
	if (fclose(out) || !whole) {
		free(text);
		return NULL;
	}
	return text;
}

static bool is_utf8(const char *s, size_t n)
{
	while (n) {
		size_t took = text_utf8(s, n);

		if (!took)
			return false;
		s += took;
		n -= took;
	}
	return true;
}

static void put_hex(struct json *j, const char *key, const char *s, size_t n)
{
	char *hex = malloc(2 * n + 1);

	for (size_t i = 0; hex && i < n; i++)
		sprintf(hex + 2 * i, "%02x", (unsigned char)s[i]);
	json_text(j, key, hex);
	free(hex);
}

int subject_json(const struct subject *s, struct json *j)
{
	char *args = NULL;
	size_t n = 0;

	json_text(j, "executable", s->exe);
	json_text(j, "working_directory", s->cwd);
	if (!s->argv)
		return 0;
	args = masked(s, &n);
	if (!args)
		return -ENOMEM;
	json_open(j, "args", '[');
	for (size_t at = 0; at < n; at += strlen(args + at) + 1)
		json_text(j, NULL, args + at);
	json_close(j, ']');
	if (!is_utf8(args, n))
		put_hex(j, "args_hex", args, n);
	for (size_t i = 0; i + 1 < n; i++)
		if (!args[i])
			args[i] = ' ';
	json_text(j, "command_line", args);
	free(args);
	return 0;
}
