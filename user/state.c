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

#include "file.h"
#include "json.h"
#include "list.h"
#include "say.h"

#define FILE_NAME "asked.json"
#define KEPT_NAME "back.json"
#define LOCK_NAME "reader.lock"
#define STORE_DIR "/var/lib/smtpfence"

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

static int write_state(FILE *to, const void *arg)
{
	const struct state *s = arg;
	struct json j;

	json_init(&j, to);
	json_open(&j, NULL, '{');
	json_text(&j, "cgroup", s->cgroup);
	json_text(&j, "policy_path", s->policy_path);
	json_open(&j, "layers", '[');
	for (size_t i = 0; i < s->layer_n; i++)
		json_text(&j, NULL, s->layer_path[i]);
	json_close(&j, ']');
	json_bool(&j, "audit", s->audit);
	json_text(&j, "policy_hash", s->policy_hash);
	json_text(&j, "profile", s->profile);
	json_number(&j, "rules", s->rules);
	json_bool(&j, "enforce", s->enforce);
	json_bool(&j, "whole", s->whole);
	json_bool(&j, "blocks", s->blocks);
	json_number(&j, "generation", s->generation);
	json_number(&j, "since_wall_ns", s->since_wall_ns);
	write_hooks(&j, s);
	json_close(&j, '}');
	return 0;
}

static int save(const char *dir, const char *name, const struct state *s)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int err = fd < 0 ? -errno : file_replace(fd, name, write_state, s);

	if (fd >= 0)
		close(fd);
	return err ? fail(err, "write %s/%s", dir, name) : 0;
}

int state_save(const char *dir, const struct state *s)
{
	return save(dir, FILE_NAME, s);
}

static bool is_hex(const char *s, size_t n)
{
	return strlen(s) == n && strspn(s, "0123456789abcdef") == n;
}

static int read_hook(json_t *o, struct state_hook *out)
{
	json_int_t link;
	const char *tag;

	if (!o)
		return 0;
	if (json_unpack(o, "{s:I, s:s}", "link", &link, "tag", &tag) || link < 1 ||
		link > UINT32_MAX || !is_hex(tag, 16))
		return -EINVAL;
	for (int i = 0; i < 8; i++)
		(void)sscanf(tag + 2 * i, "%2hhx", &out->tag[i]); /* they are digits */
	out->link = link;
	out->asked = true;
	return 0;
}

/* Every hook that judges was asked for, or nothing was: half an answer would pass as a whole one. */
static int read_hooks(json_t *hooks, struct state *s)
{
	int err = 0;

	for (int h = 0; !err && h < HOOK_COUNT; h++)
		err = read_hook(json_object_get(hooks, kernel_program_name(h)), &s->hook[h]);
	for (int h = HOOK_CONNECT4; !err && h <= HOOK_EGRESS; h++)
		err = s->hook[h].asked ? 0 : -EINVAL;
	return err;
}

static int read_layers(json_t *list, struct state *s)
{
	json_t *path;
	size_t i;

	if (!json_is_array(list))
		return -EINVAL;
	json_array_foreach(list, i, path)
	{
		if (!json_is_string(path))
			return -EINVAL;
		if (list_add_text(&s->layer_path, &s->layer_n, json_string_value(path)))
			return -ENOMEM;
	}
	return 0;
}

/* Strings but those of layers stay the document's. */
static int read_state(json_t *root, const char *path, struct state *s)
{
	json_int_t rules, generation, since;
	const char *hash;
	json_error_t where;
	int err;
	int enforce, blocks, whole, audit;
	json_t *hooks, *layers;

	if (json_unpack_ex(root, &where, 0,
		    "{s:s, s?s, s:o, s:b, s:s, s:s, s:I, s:b, s:b, s:b, s:I, s:I, s:o}", "cgroup",
		    &s->cgroup, "policy_path", &s->policy_path, "layers", &layers, "audit", &audit,
		    "policy_hash", &hash, "profile", &s->profile, "rules", &rules, "enforce",
		    &enforce, "blocks", &blocks, "whole", &whole, "generation", &generation,
		    "since_wall_ns", &since, "hooks", &hooks))
		return refuse(-EINVAL, "%s: %s", path, where.text);
	if (!is_hex(hash, 64) || read_hooks(hooks, s))
		return refuse(-EINVAL, "%s: names no policy or not all hooks", path);
	err = read_layers(layers, s);
	if (err)
		return err == -EINVAL ? refuse(err, "%s: layers: a list of paths is expected", path)
				      : fail(err, "read %s", path);
	strcpy(s->policy_hash, hash);
	s->audit = audit;
	s->rules = rules;
	s->enforce = enforce;
	s->blocks = blocks;
	s->whole = whole;
	s->generation = generation;
	s->since_wall_ns = since;
	return 0;
}

/* A copy that owns its strings; those of layers are taken over. */
static int copy_state(struct state *from, struct state **out)
{
	struct state *s = calloc(1, sizeof(*s));

	if (s) {
		*s = *from;
		from->layer_path = NULL;
		from->layer_n = 0;
		s->cgroup = strdup(from->cgroup);
		s->profile = strdup(from->profile);
		s->policy_path = from->policy_path ? strdup(from->policy_path) : NULL;
	}
	if (!s || !s->cgroup || !s->profile || (from->policy_path && !s->policy_path)) {
		state_free(s);
		return fail(-ENOMEM, "read what was asked");
	}
	*out = s;
	return 0;
}

static int load(const char *dir, const char *name, struct state **out)
{
	char path[PATH_MAX];
	json_error_t where;
	struct state s = {};
	json_t *root;
	int err;

	snprintf(path, sizeof(path), "%.4000s/%.16s", dir, name);
	if (access(path, F_OK) && errno == ENOENT)
		return -ENOENT;
	root = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
	if (!root)
		return refuse(-EINVAL, "%s:%d:%d: %s", path, where.line, where.column, where.text);
	err = read_state(root, path, &s);
	if (!err)
		err = copy_state(&s, out);
	list_free_text(s.layer_path, s.layer_n);
	json_decref(root);
	return err;
}

int state_load(const char *dir, struct state **out)
{
	return load(dir, FILE_NAME, out);
}

int state_keep(const char *dir)
{
	struct state *s = NULL;
	int err = load(dir, KEPT_NAME, &s);

	if (err == -ENOENT)
		err = state_load(dir, &s);
	if (!err)
		err = save(dir, KEPT_NAME, s);
	state_free(s);
	return err == -ENOENT ? 0 : err;
}

int state_kept(const char *dir, struct state **out)
{
	return load(dir, KEPT_NAME, out);
}

static int remove_file(const char *dir, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%.4000s/%.16s", dir, name);
	return unlink(path) && errno != ENOENT ? fail(-errno, "remove %s", path) : 0;
}

int state_forget(const char *dir)
{
	return remove_file(dir, KEPT_NAME);
}

int state_remove(const char *dir)
{
	int err = remove_file(dir, FILE_NAME);

	err = err ?: remove_file(dir, LOCK_NAME);
	return err ?: state_forget(dir);
}

char *state_store(char to[PATH_MAX], const char *dir)
{
	snprintf(to, PATH_MAX, "%.4000s", strcmp(dir, STATE_DIR) ? dir : STORE_DIR);
	return to;
}

char *state_archive(char to[PATH_MAX], const char *dir)
{
	snprintf(to, PATH_MAX, "%.4000s/policy", strcmp(dir, STATE_DIR) ? dir : STORE_DIR);
	return to;
}

void state_free(struct state *s)
{
	if (!s)
		return;
	free(s->cgroup);
	free(s->policy_path);
	free(s->profile);
	list_free_text(s->layer_path, s->layer_n);
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
		if (fcntl(file, F_GETLK, &lock) || lock.l_type == F_UNLCK || lock.l_pid <= 0)
			err = refuse(
				-EBUSY, "another process reads the record of this fence already");
		else
			err = refuse(-EBUSY, "process %d reads the record of this fence already",
				(int)lock.l_pid);
	} else {
		err = fail(err, "lock %s", path);
	}
	close(file);
	return err;
}

/* What is wrong with one hook, NULL when nothing is. A hook without settings of its own has generation 0. */
static const char *hook_fault(const struct state *s, const struct guard_look *look, enum hook h)
{
	const struct link_seen *l = &look->link[h];
	char policy[17];

	if (!look->attached[h])
		return "is no longer attached, and not removed by us";
	if (l->id != s->hook[h].link)
		return "is attached by another link than the one we made";
	if (memcmp(l->tag, s->hook[h].tag, sizeof(l->tag)))
		return "is not the program we put there";
	if (!l->generation)
		return NULL;
	snprintf(policy, sizeof(policy), "%016llx", (unsigned long long)l->policy);
	if (l->generation != s->generation || strncmp(policy, s->policy_hash, 16))
		return "has another policy than the one asked for: a change was interrupted";
	if (l->enforce != s->enforce)
		return "is not in the mode asked for";
	return NULL;
}

bool state_differs(const struct state *asked, const struct guard_look *look, char why[STATE_WHY])
{
	const char *fault;

	if (!look->state.armed) {
		snprintf(why, STATE_WHY,
			"the programs are attached and not armed: the first arming was cut off");
		return true;
	}
	for (int h = 0; h < HOOK_COUNT; h++) {
		fault = asked->hook[h].asked ? hook_fault(asked, look, h) : NULL;
		if (fault) {
			snprintf(why, STATE_WHY, "%s %s", kernel_program_name(h), fault);
			return true;
		}
	}
	return false;
}
