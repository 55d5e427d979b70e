/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "guard.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "say.h"

#define LIVE "fence" /* directory of the pins in force */
#define STAGING "new" /* where they are made */
#define NAME_BYTES 64

static char *under(char to[NAME_BYTES], const char *dir, const char *name)
{
	snprintf(to, NAME_BYTES, "%s/%s", dir, name);
	return to;
}

void guard_close_maps(int maps[MAP_COUNT])
{
	for (int m = 0; m < MAP_COUNT; m++) {
		if (maps[m] >= 0)
			close(maps[m]);
		maps[m] = -1;
	}
}

int guard_maps(const struct pin *p, int maps[MAP_COUNT])
{
	char name[NAME_BYTES];
	int got[MAP_COUNT], err = 0;

	for (int m = 0; m < MAP_COUNT; m++)
		got[m] = -1;
	for (int m = 0; !err && m < MAP_COUNT; m++) {
		got[m] = pin_get(p, under(name, LIVE, kernel_map_name(m)));
		err = got[m] < 0 ? got[m] : 0;
	}
	if (err) {
		guard_close_maps(got);
		return err;
	}
	memcpy(maps, got, sizeof(got));
	return 0;
}

int guard_link(const struct pin *p, enum hook h)
{
	char name[NAME_BYTES];

	return pin_get(p, under(name, LIVE, kernel_program_name(h)));
}

/* Attaches one hook and pins its link below `dir`. */
static int make_link(const struct pin *p, const struct kernel *k, enum hook h, const char *dir,
	const char *cgroup)
{
	char name[NAME_BYTES];
	int link, err;

	err = kernel_attach(k, h, cgroup, &link);
	if (err)
		return err;
	err = pin_put(p, under(name, dir, kernel_program_name(h)), link);
	close(link);
	return err;
}

/* Everything inert in the staging directory, then in its place by one rename. */
static int first_arming(const struct pin *p, const struct kernel *k, const char *cgroup)
{
	char name[NAME_BYTES];
	int err;

	err = pin_clear(p, STAGING);
	if (!err)
		err = pin_subdir(p, STAGING);
	for (int m = 0; !err && m < MAP_COUNT; m++)
		err = pin_put(p, under(name, STAGING, kernel_map_name(m)), kernel_map_fd(k, m));
	for (int h = 0; !err && h < HOOK_COUNT; h++)
		if (kernel_uses(k, h))
			err = make_link(p, k, h, STAGING, cgroup);
	if (!err)
		err = pin_rename(p, STAGING, LIVE);
	if (err)
		(void)pin_clear(p, STAGING); /* the first failure has been said */
	return err;
}

/* Our program in the place of the one there, or a link where there is none any more. */
static int change_hook(const struct pin *p, const struct kernel *k, enum hook h, const char *cgroup)
{
	char name[NAME_BYTES];
	int link, err;

	under(name, LIVE, kernel_program_name(h));
	if (!kernel_uses(k, h))
		return pin_remove(p, name);
	link = pin_get(p, name);
	if (link < 0 && link != -ENOENT)
		return link;
	if (link >= 0) {
		err = kernel_replace(k, h, link);
		close(link);
		if (err != -ENOLINK)
			return err;
		err = pin_remove(p, name);
		if (err)
			return err;
	}
	return make_link(p, k, h, LIVE, cgroup);
}

/*
 * What getpeername() shows is of no use without a redirect, and a transparent redirect is none without it:
 * these hooks come before the others and go after them.
 */
static int change(const struct pin *p, const struct kernel *k, const char *cgroup)
{
	int err = 0;

	for (int h = HOOK_PEER4; !err && h <= HOOK_PEER6; h++)
		if (kernel_uses(k, h))
			err = change_hook(p, k, h, cgroup);
	for (int h = 0; !err && h < HOOK_PEER4; h++)
		err = change_hook(p, k, h, cgroup);
	for (int h = HOOK_PEER4; !err && h <= HOOK_PEER6; h++)
		if (!kernel_uses(k, h))
			err = change_hook(p, k, h, cgroup);
	return err;
}

/* A fence is on one cgroup, in one layout, from `up` to `down`. */
static int check_same(const struct guard_look *now, const char *cgroup)
{
	uint64_t id;
	int err = cgroup_id(cgroup, &id);

	if (err)
		return fail(err, "look at %s", cgroup);
	if (now->state.armed && now->state.layout != FENCE_LAYOUT)
		return refuse(-EUCLEAN,
			"the fence in the kernel was made by another version (layout %u, ours is %u): smtpfence down, then up",
			now->state.layout, FENCE_LAYOUT);
	for (int h = 0; h < HOOK_COUNT; h++)
		if (now->attached[h] && now->link[h].cgroup != id)
			return refuse(-EBUSY,
				"this fence stands on another cgroup than %s: smtpfence down, then up",
				cgroup);
	return 0;
}

static uint32_t generation_of(const struct guard_look *look)
{
	uint32_t n = 0;

	for (int h = 0; h < HOOK_COUNT; h++)
		if (look->link[h].generation > n) /* also of one that was detached by hand */
			n = look->link[h].generation;
	return n;
}

static int arm_over(const struct pin *p, const struct compiled *c, const char *cgroup_dir,
	struct kernel_options *o)
{
	struct kernel *k = NULL;
	int err;

	err = kernel_load(c, o, &k);
	if (!err)
		err = o->maps ? change(p, k, cgroup_dir) : first_arming(p, k, cgroup_dir);
	if (!err)
		err = kernel_arm(kernel_map_fd(k, MAP_STATE));
	kernel_close(k);
	return err;
}

/* Pins without some map: nobody can change such a fence without losing what was counted. */
static int refuse_torn(void)
{
	return refuse(-EUCLEAN,
		"some of what was pinned is gone, and not removed by us: smtpfence down, then up");
}

/* Without the state map: what a `down` that was cut off left, which has taken the links first. */
static int clear_torn(const struct pin *p)
{
	char name[NAME_BYTES];

	for (int h = 0; h < HOOK_COUNT; h++)
		if (pin_has(p, under(name, LIVE, kernel_program_name(h))))
			return refuse_torn();
	return pin_clear(p, LIVE);
}

int guard_arm(const struct pin *p, const struct compiled *c, const char *cgroup_dir,
	struct kernel_options *o)
{
	struct guard_look now;
	int maps[MAP_COUNT], err;

	for (int m = 0; m < MAP_COUNT; m++)
		maps[m] = -1;
	o->maps = NULL;
	o->generation = 1;
	err = guard_look(p, &now);
	if (!err) {
		o->generation = generation_of(&now) + 1;
		err = check_same(&now, cgroup_dir);
		if (!err)
			err = guard_maps(p, maps);
		if (err == -ENOENT)
			err = refuse_torn();
		o->maps = maps;
	} else if (err == -ENOENT) {
		err = clear_torn(p);
	}
	if (!err)
		err = arm_over(p, c, cgroup_dir, o);
	guard_close_maps(maps);
	o->maps = NULL;
	return err;
}

int guard_disarm(const struct pin *p)
{
	char name[NAME_BYTES];
	int err = 0;

	/* Links before maps, so that no hook ever runs without what it counts in. */
	for (int h = 0; !err && h < HOOK_COUNT; h++)
		err = pin_remove(p, under(name, LIVE, kernel_program_name(h)));
	if (!err)
		err = pin_clear(p, LIVE);
	return err ?: pin_clear(p, STAGING);
}

static int look_link(const struct pin *p, enum hook h, struct guard_look *out)
{
	int fd = guard_link(p, h), err;

	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return fd;
	err = link_look(fd, &out->link[h]);
	out->attached[h] = !err && out->link[h].cgroup;
	close(fd);
	return err;
}

int guard_look(const struct pin *p, struct guard_look *out)
{
	struct guard_look look = {};
	char name[NAME_BYTES];
	int err, fd;

	fd = pin_get(p, under(name, LIVE, kernel_map_name(MAP_STATE)));
	if (fd < 0)
		return fd;
	err = kernel_state(fd, &look.state);
	close(fd);
	for (int h = 0; !err && h < HOOK_COUNT; h++)
		err = look_link(p, h, &look);
	if (!err)
		*out = look;
	return err;
}
