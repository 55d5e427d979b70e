/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "json.h"
#include "say.h"

#define FILE_NAME "asked.json"
#define LOCK_NAME "reader.lock"

static void hex_tag(char to[17], const uint8_t tag[8])
{
	for (int i = 0; i < 8; i++)
		sprintf(to + 2 * i, "%02x", tag[i]);
}

static void write_hooks(struct json *j, const struct state *s)
{
	char tag[17];

	json_open(j, "hooks", '{');
	for (int h = 0; h < HOOK_COUNT; h++) {
		if (!s->hook[h].asked)
			continue;
		hex_tag(tag, s->hook[h].tag);
		json_open(j, kernel_program_name(h), '{');
		json_number(j, "link", s->hook[h].link);
		json_text(j, "tag", tag);
		json_close(j, '}');
	}
	json_close(j, '}');
}

static void write_state(FILE *to, const struct state *s)
{
	struct json j;

	json_init(&j, to);
	json_open(&j, NULL, '{');
	json_text(&j, "cgroup", s->cgroup);
	json_text(&j, "policy_path", s->policy_path);
	json_text(&j, "policy_hash", s->policy_hash);
	json_text(&j, "profile", s->profile);
	json_number(&j, "rules", s->rules);
	json_bool(&j, "enforce", s->enforce);
	json_bool(&j, "blocks", s->blocks);
	json_number(&j, "generation", s->generation);
	json_number(&j, "since_wall_ns", s->since_wall_ns);
	write_hooks(&j, s);
	json_close(&j, '}');
}

int state_save(const char *dir, const struct state *s)
{
	char path[PATH_MAX], fresh[PATH_MAX];
	int fd, err = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%.4000s/" FILE_NAME, dir);
	snprintf(fresh, sizeof(fresh), "%.4000s/." FILE_NAME, dir);
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (!f) {
		err = fail(-errno, "write %s", fresh);
		if (fd >= 0)
			close(fd);
		return err;
	}
	write_state(f, s);
	if (fflush(f) || ferror(f) || fsync(fd))
		err = fail(-errno, "write %s", fresh);
	if (fclose(f) && !err)
		err = fail(-errno, "write %s", fresh);
	if (!err && rename(fresh, path))
		err = fail(-errno, "rename %s to %s", fresh, path);
	if (err)
		(void)unlink(fresh);
	return err;
}

static char *copy_string(json_t *root, const char *key)
{
	const char *s = json_string_value(json_object_get(root, key));

	return s ? strdup(s) : NULL;
}

static void read_hook(json_t *o, struct state_hook *out)
{
	const char *tag = json_string_value(json_object_get(o, "tag"));

	if (!tag || strlen(tag) != 16)
		return;
	for (int i = 0; i < 8; i++)
		sscanf(tag + 2 * i, "%2hhx", &out->tag[i]);
	out->link = json_integer_value(json_object_get(o, "link"));
	out->asked = true;
}

static struct state *read_state(json_t *root)
{
	const char *hash = json_string_value(json_object_get(root, "policy_hash"));
	json_t *hooks = json_object_get(root, "hooks");
	struct state *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->cgroup = copy_string(root, "cgroup");
	s->policy_path = copy_string(root, "policy_path");
	s->profile = copy_string(root, "profile");
	s->rules = json_integer_value(json_object_get(root, "rules"));
	s->enforce = json_is_true(json_object_get(root, "enforce"));
	s->blocks = json_is_true(json_object_get(root, "blocks"));
	s->generation = json_integer_value(json_object_get(root, "generation"));
	s->since_wall_ns = json_integer_value(json_object_get(root, "since_wall_ns"));
	if (hash && strlen(hash) < sizeof(s->policy_hash))
		strcpy(s->policy_hash, hash);
	for (int h = 0; h < HOOK_COUNT; h++)
		read_hook(json_object_get(hooks, kernel_program_name(h)), &s->hook[h]);
	return s;
}

int state_load(const char *dir, struct state **out)
{
	char path[PATH_MAX];
	json_error_t where;
	struct state *s;
	json_t *root;

	snprintf(path, sizeof(path), "%.4000s/" FILE_NAME, dir);
	if (access(path, F_OK) && errno == ENOENT)
		return -ENOENT;
	root = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
	if (!root)
		return refuse(-EINVAL, "%s:%d:%d: %s", path, where.line, where.column, where.text);
	s = read_state(root);
	json_decref(root);
	if (!s || !s->cgroup) {
		state_free(s);
		return refuse(-EINVAL, "%s: does not say which cgroup the fence is on", path);
	}
	*out = s;
	return 0;
}

int state_remove(const char *dir)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%.4000s/" FILE_NAME, dir);
	if (unlink(path) && errno != ENOENT)
		return fail(-errno, "remove %s", path);
	snprintf(path, sizeof(path), "%.4000s/" LOCK_NAME, dir);
	if (unlink(path) && errno != ENOENT)
		return fail(-errno, "remove %s", path);
	return 0;
}

void state_free(struct state *s)
{
	if (!s)
		return;
	free(s->cgroup);
	free(s->policy_path);
	free(s->profile);
	free(s);
}

int state_lock_reader(const char *dir, int *fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char path[PATH_MAX];
	int file, err;

	snprintf(path, sizeof(path), "%.4000s/" LOCK_NAME, dir);
	file = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file < 0)
		return fail(-errno, "open %s", path);
	if (!fcntl(file, F_SETLK, &lock)) {
		*fd = file;
		return 0;
	}
	err = -errno;
	if (err == -EAGAIN || err == -EACCES) {
		if (fcntl(file, F_GETLK, &lock) || lock.l_type == F_UNLCK)
			lock.l_pid = 0;
		err = refuse(-EBUSY, "process %d reads the record of this fence already",
			(int)lock.l_pid);
	} else {
		err = fail(err, "lock %s", path);
	}
	close(file);
	return err;
}

/* What is wrong with one hook, NULL when nothing is. A hook without settings of its own has policy 0. */
static const char *hook_fault(const struct state *s, const struct guard_look *look, enum hook h)
{
	const struct link_seen *l = &look->link[h];

	if (!look->attached[h])
		return "is no longer attached, and not removed by us";
	if (l->id != s->hook[h].link)
		return "is attached by another link than the one we made";
	if (memcmp(l->tag, s->hook[h].tag, sizeof(l->tag)))
		return "is not the program we put there";
	if (l->generation && l->generation != s->generation)
		return "has another policy than the one asked for: a change was interrupted";
	if (l->generation && l->enforce != s->enforce)
		return "is not in the mode asked for";
	return NULL;
}

char *state_differs(const struct state *asked, const struct guard_look *look)
{
	const char *fault;
	char *text = NULL;

	if (!look->state.armed)
		return strdup(
			"the programs are attached and not armed: the first arming was cut off");
	for (int h = 0; h < HOOK_COUNT && !text; h++) {
		fault = asked->hook[h].asked ? hook_fault(asked, look, h) : NULL;
		if (fault && asprintf(&text, "%s %s", kernel_program_name(h), fault) < 0)
			return NULL;
	}
	return text;
}
