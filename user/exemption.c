/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Exemptions, emergency blocks and pauses: what they are, and the file that keeps them. */
#include "exemption.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "file.h"
#include "json.h"
#include "list.h"
#include "say.h"
#include "text.h"
#include "walk.h"

#define FILE_NAME "exemptions.json"
#define VERSION_NUMBER 1 /* of the file's form */
#define BYTES_MAX (64 << 20)
#define KEPT_NS (30 * 86400ULL * 1000000000)

enum exemption_end exemption_state(const struct exemption *e, uint64_t now_ns)
{
	if (e->revoked_ns)
		return EXEMPTION_REVOKED;
	return e->until_ns > now_ns ? EXEMPTION_IN_FORCE : EXEMPTION_EXPIRED;
}

void exemption_clear(struct exemption *e)
{
	entry_clear(e);
}

void exemptions_clear(struct exemptions *all)
{
	for (size_t i = 0; i < all->n; i++)
		exemption_clear(all->e + i);
	free(all->e);
	*all = (struct exemptions){};
}

/* Where that id is, or would be. */
static size_t place(const struct exemptions *all, unsigned id)
{
	size_t i = 0;

	while (i < all->n && all->e[i].id < id)
		i++;
	return i;
}

struct exemption *exemptions_find(const struct exemptions *all, unsigned id)
{
	size_t i = place(all, id);

	return i < all->n && all->e[i].id == id ? all->e + i : NULL;
}

/* 0: there is none left. */
static unsigned free_id(const struct exemptions *all)
{
	unsigned id = all->next;

	for (size_t tries = 0; tries <= all->n; tries++, id++) {
		if (!id || id > EXEMPTION_MAX_ID)
			id = 1;
		if (!exemptions_find(all, id))
			return id;
	}
	return 0;
}

static size_t in_force(const struct exemptions *all)
{
	uint64_t now = text_wall_now();
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++)
		n += exemption_state(all->e + i, now) == EXEMPTION_IN_FORCE;
	return n;
}

/*
 * What a name means is settled now: a user who is removed leaves no entry that cannot be read, and one
 * who gets the name later no right. A list of more than one may change its order.
 */
static int by_number(struct selectors_list *names, uint32_t *id)
{
	struct selectors_list numbers = {};
	char text[16];
	int err = 0;

	for (size_t i = 0; !err && i < names->n; i++) {
		snprintf(text, sizeof(text), "%u", id[i]);
		err = list_add_text(&numbers.text, &numbers.n, text);
	}
	if (err) {
		list_free_text(numbers.text, numbers.n);
		return err;
	}
	list_unique_text(numbers.text, &numbers.n);
	for (size_t i = 0; i < numbers.n; i++)
		id[i] = strtoul(numbers.text[i], NULL, 10);
	list_free_text(names->text, names->n);
	*names = numbers;
	return 0;
}

int exemptions_add(struct exemptions *all, struct exemption *e, unsigned *id)
{
	unsigned fresh = free_id(all);
	size_t at;
	int err;

	if (in_force(all) >= FENCE_EXEMPTIONS)
		return refuse(-E2BIG,
			"%d exemptions are in force, which is the most; revoke one first",
			FENCE_EXEMPTIONS);
	if (!fresh)
		return refuse(-E2BIG, "%d exemptions in 30 days are the most", EXEMPTION_MAX_ID);
	err = by_number(&e->who.by[SELECTOR_USER], e->who.uid);
	if (!err)
		err = by_number(&e->who.by[SELECTOR_GROUP], e->who.gid);
	if (!err)
		err = list_grow(&all->e, all->n, 1, sizeof(*all->e));
	if (err)
		return err;
	at = place(all, fresh);
	memmove(all->e + at + 1, all->e + at, (all->n++ - at) * sizeof(*all->e));
	all->e[at] = *e;
	all->e[at].id = fresh;
	*e = (struct exemption){};
	all->next = fresh + 1;
	*id = fresh;
	return 0;
}

static int write_all(FILE *to, const void *arg)
{
	const struct exemptions *all = arg;
	struct json j;
	int err = 0;

	json_init(&j, to);
	json_open(&j, NULL, '{');
	json_number(&j, "version", VERSION_NUMBER);
	json_number(&j, "next", all->next);
	json_open(&j, "exemptions", '[');
	for (size_t i = 0; !err && i < all->n; i++)
		err = entry_write(&j, all->e + i);
	json_close(&j, ']');
	json_close(&j, '}');
	return err;
}

int exemptions_save(const char *path, const struct exemptions *all)
{
	int dir = walk_open(path, true), err;

	if (dir < 0)
		return dir;
	err = file_replace(dir, FILE_NAME, write_all, all);
	if (err)
		(void)fail(err, "write %s/" FILE_NAME, path);
	close(dir);
	return err;
}

/* What ended long ago is forgotten. */
static bool is_old(const struct exemption *e, uint64_t now)
{
	uint64_t end = e->revoked_ns ? e->revoked_ns : e->until_ns;

	return exemption_state(e, now) != EXEMPTION_IN_FORCE && end + KEPT_NS < now;
}

static int read_all(json_t *root, const char *path, struct exemptions *all)
{
	json_int_t version, next;
	uint64_t now = text_wall_now();
	json_error_t at;
	json_t *list, *o;
	size_t i;
	int err = 0;

	if (json_unpack_ex(root, &at, 0, "{s:I, s:I, s:o}", "version", &version, "next", &next,
		    "exemptions", &list))
		return refuse(-EINVAL, "%s: %s", path, at.text);
	if (version != VERSION_NUMBER || next < 0 || next > EXEMPTION_MAX_ID + 1 ||
		!json_is_array(list))
		return refuse(-EINVAL, "%s: written by another version, or not by us", path);
	all->next = next;
	json_array_foreach(list, i, o)
	{
		struct exemption e = {};

		err = entry_read(o, path, &e);
		if (!err && all->n && all->e[all->n - 1].id >= e.id)
			err = refuse(-EINVAL, "%s: e%u is out of order", path, e.id);
		if (!err && list_grow(&all->e, all->n, 1, sizeof(*all->e)))
			err = fail(-ENOMEM, "read %s", path);
		if (err || is_old(&e, now))
			exemption_clear(&e);
		else
			all->e[all->n++] = e;
		if (err)
			return err;
	}
	return 0;
}

/* It holds permissions: what somebody else could write is not taken. */
static int check(int fd, const char *path)
{
	struct stat st;

	if (fstat(fd, &st))
		return fail(-errno, "look at %s", path);
	if (!S_ISREG(st.st_mode))
		return refuse(-EINVAL, "%s: not a regular file", path);
	if (st.st_uid && st.st_uid != geteuid())
		return refuse(
			-EPERM, "%s belongs to user %u, not to root: not used", path, st.st_uid);
	if (st.st_mode & 022)
		return refuse(-EPERM, "%s may be written by others (mode %04o): not used", path,
			st.st_mode & 07777);
	if (st.st_size > BYTES_MAX)
		return refuse(-EFBIG, "%s: larger than %d bytes", path, BYTES_MAX);
	return 0;
}

static int read_file(int fd, const char *path, struct exemptions *out)
{
	struct exemptions all = {};
	json_error_t at;
	json_t *root;
	int err = check(fd, path);

	if (err)
		return err;
	root = json_loadfd(fd, JSON_REJECT_DUPLICATES, &at);
	if (!root)
		return refuse(-EINVAL, "%s:%d:%d: %s", path, at.line, at.column, at.text);
	err = read_all(root, path, &all);
	json_decref(root);
	if (err)
		exemptions_clear(&all);
	else
		*out = all;
	return err;
}

int exemptions_load(const char *dir, struct exemptions *out)
{
	int at = walk_open(dir, false), fd, err;
	char path[4096];

	if (at == -ENOENT)
		return 0;
	if (at < 0)
		return at;
	snprintf(path, sizeof(path), "%.4000s/" FILE_NAME, dir);
	/* O_NONBLOCK: a FIFO would keep open() waiting */
	fd = openat(at, FILE_NAME, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	close(at);
	if (fd < 0)
		return errno == ENOENT ? 0 : fail(-errno, "open %s", path);
	err = read_file(fd, path, out);
	close(fd);
	return err;
}
