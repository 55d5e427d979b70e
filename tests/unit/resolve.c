/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Terms against a tree of plain directories, whose inode numbers stand for ids. */
#include "cgroup.h" /* before its cgroup_id() is replaced */
#include "names.h"

static int inode(const char *dir, uint64_t *id);
static int ask(const char *host, struct address **out, size_t *n);
#define cgroup_id inode
#define names_look_up ask
#include "user/resolve.c"
#undef cgroup_id
#undef names_look_up

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "container.h"
#include "process.h"
#include "said.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const char *const TREE[] = { "", "/system.slice", "/system.slice/exim4.service",
	"/system.slice/exim4.service/child", "/system.slice/system-php.slice",
	"/system.slice/system-php.slice/php@1.service",
	"/system.slice/system-php.slice/php@2.service", "/system.slice/a\\x2db.service",
	"/system.slice/_cpu.service", "/user.slice", "/user.slice/user@7.service",
	"/user.slice/user@7.service/app.slice",
	"/user.slice/user@7.service/app.slice/exim4.service", "/machine.slice",
	"/machine.slice/one", "/machine.slice/one/two", "/docker-" ID ".scope" };

#define TREE_N (sizeof(TREE) / sizeof(*TREE))

static char top[] = "/tmp/resolve.XXXXXX";

static int inode(const char *dir, uint64_t *id)
{
	struct stat st;

	if (stat(dir, &st))
		return -errno;
	*id = st.st_ino;
	return 0;
}

static int tree_make(void **state)
{
	char path[256];

	(void)state;
	if (!mkdtemp(top))
		return -1;
	for (size_t i = 1; i < TREE_N; i++) {
		(void)snprintf(path, sizeof(path), "%s%s", top, TREE[i]);
		if (mkdir(path, 0700))
			return -1;
	}
	return 0;
}

static int tree_remove(void **state)
{
	(void)state;
	return cgroup_remove(top);
}

/* "relay" has two addresses, one of them in both families; others none. */
static int ask(const char *host, struct address **out, size_t *n)
{
	if (strcmp(host, "relay"))
		return strcmp(host, "slow") ? -ENOENT : -ETIMEDOUT;
	*out = calloc(2, sizeof(**out));
	*n = 2;
	return !*out || address_parse("192.0.2.7", &(*out)[0]) ||
	       address_parse("2001:db8::7", &(*out)[1]);
}

static uint64_t id_of(const char *path)
{
	char whole[256];
	uint64_t id = 0;

	(void)snprintf(whole, sizeof(whole), "%s%s", top, path);
	assert_int_equal(inode(whole, &id), 0);
	return id;
}

static const char *path_of(uint64_t id)
{
	for (size_t i = 0; i < TREE_N; i++)
		if (id_of(TREE[i]) == id)
			return *TREE[i] ? TREE[i] : "/";
	return "-";
}

/* A policy's rules as terms, which live until `p` goes. */
static struct policy *rules(const char *text, struct terms *t)
{
	struct policy *p = NULL;
	char all[1024];

	snprintf(all, sizeof(all), "version: 1\nprofile: generic-cloud\nrules:\n%s", text);
	say_to(NULL);
	if (setenv("SMTPFENCE_DATA", "data", 1) ||
		policy_from_text("p.yaml", all, strlen(all), &p) || terms_list(p, NULL, t))
		fail_msg("refused: %s", all);
	say_to(stderr);
	return p;
}

static const struct resolved_cgroup *entry(const struct resolved *r, const char *path)
{
	for (size_t i = 0; i < r->cgroup_n; i++)
		if (r->cgroup[i].id == id_of(path))
			return &r->cgroup[i];
	return NULL;
}

static uint64_t set(const struct resolved *r, uint32_t index)
{
	return r->sets.vector[index].word[0];
}

/* What the kernel finds: the nearest with an entry decides. */
static uint64_t kernel_finds(const struct resolved *r, const char *path)
{
	const struct resolved_cgroup *e = entry(r, path);
	char up[256];

	if (e)
		return set(r, e->own);
	snprintf(up, sizeof(up), "%s", path);
	while (*up) {
		*strrchr(up, '/') = 0;
		e = entry(r, up);
		if (e)
			return set(r, e->below);
	}
	return 0;
}

/* "path own/below" per entry in the order of the walk below; and that each directory gets its due. */
static void assert_found(const char *policy, const char *want)
{
	struct match_level level[8];
	struct resolved *r = NULL;
	struct match *m;
	struct terms t;
	struct policy *p = rules(policy, &t);
	char text[2048] = "";

	say_to(NULL);
	assert_int_equal(resolve_terms(&t, top, NULL, &r), 0);
	say_to(stderr);
	assert_int_equal(match_open(&t, NULL, &m), 0);
	for (size_t i = 0; i < TREE_N; i++) {
		const struct resolved_cgroup *e = entry(r, TREE[i]);
		size_t depth = 0;

		for (const char *s = TREE[i]; *s; s++)
			depth += *s == '/';
		assert_int_equal(match_child(m, depth ? &level[depth - 1] : NULL,
					 *TREE[i] ? TREE[i] : "/", &level[depth]),
			0);
		assert_true(kernel_finds(r, TREE[i]) == level[depth].own.word[0]);
		if (e)
			sprintf(text + strlen(text), "%s %lx/%lx\n", path_of(e->id), set(r, e->own),
				set(r, e->below));
	}
	match_close(m);
	resolve_free(r);
	terms_clear(&t);
	policy_free(p);
	assert_string_equal(text, want);
}

static void keeps_what_differs(void **state)
{
	(void)state;
	assert_found("  - { if: { cgroup: /machine.slice/one }, then: allow }\n",
		"/machine.slice/one 1/1\n");
	assert_found("  - { if: { cgroup: / }, then: drop }\n", "/ 1/1\n");
	/* an allow waits to be known, a block does not; what it cannot reach needs no entry */
	assert_found("  - { if: { cgroup: '/machine.slice/*/two' }, then: allow }\n"
		     "  - { if: { cgroup: '/machine.slice/*/two' }, then: block }\n",
		"/ 0/2\n/system.slice 0/0\n/user.slice 0/0\n/machine.slice 0/2\n/machine.slice/one 0/2\n/machine.slice/one/two 3/3\n/docker-" ID
		".scope 0/0\n");
	assert_found("  - { if: { unit: exim4.service }, then: allow }\n",
		"/system.slice/exim4.service 1/1\n");
	assert_found("  - { if: { unit: 'php@*.service' }, then: block }\n",
		"/ 0/1\n/system.slice 0/1\n/system.slice/exim4.service 0/0\n"
		"/system.slice/system-php.slice 0/1\n/system.slice/a\\x2db.service 0/0\n"
		"/system.slice/_cpu.service 0/0\n/user.slice 0/1\n"
		"/user.slice/user@7.service 0/0\n/machine.slice 0/1\n/machine.slice/one 0/1\n"
		"/machine.slice/one/two 0/1\n/docker-" ID ".scope 0/0\n");
	assert_found("  - { then: drop }\n", "");
}

static void warns_of_what_is_not_there(void **state)
{
	struct terms t;
	struct policy *p = rules("  - { name: later, if: { cgroup: [/nowhere, /machine.slice], "
				 "unit: [exim4.service, 'post*.service'] }, then: allow }\n",
		&t);
	struct resolved *r = NULL;

	(void)state;
	said_begin();
	assert_int_equal(resolve_terms(&t, top, NULL, &r), 0);
	said_end(
		"smtpfence: p.yaml:4: warning: no cgroup /nowhere is here now; 'later' waits for it\n"
		"smtpfence: p.yaml:4: warning: no unit post*.service is here now; 'later' waits for it\n");
	resolve_free(r);
	terms_clear(&t);
	policy_free(p);
}

static void finds_executables(void **state)
{
	struct terms t;
	struct policy *p = rules(
		"  - { then: drop }\n  - { if: { exe: [/bin/sh, /proc/self/exe] }, then: drop }\n",
		&t);
	struct resolved *r = NULL;
	struct fence_exe self;

	(void)state;
	assert_int_equal(
		resolve_terms(&t, NULL, NULL, &r), 0); /* no cgroup named, none looked for */
	assert_int_equal(r->exe_n, 2);
	assert_int_equal(r->cgroup_n, 0);
	assert_int_equal(r->exe[1].term, 1);
	assert_int_equal(process_exe_key("/proc/self/exe", &self), 0);
	assert_memory_equal(&r->exe[1].key, &self, sizeof(self));
	resolve_free(r);
	resolve_free(NULL);
	r = NULL;
	terms_clear(&t);
	policy_free(p);
	p = rules("  - { if: { exe: /nonexistent/exim }, then: drop }\n", &t);
	said_begin();
	assert_int_equal(resolve_terms(&t, NULL, NULL, &r), -ENOENT);
	said_end("smtpfence: p.yaml:4: exe /nonexistent/exim: No such file or directory\n");
	assert_null(r);
	terms_clear(&t);
	policy_free(p);
}

static void copy(const char *from, const char *to)
{
	FILE *in = fopen(from, "r"), *out = fopen(to, "w");
	int c;

	assert_true(in && out);
	while ((c = getc(in)) != EOF)
		assert_int_equal(putc(c, out), c);
	assert_true(!fclose(in) && !fclose(out) && !chmod(to, 0755));
}

/* As a runtime does: a mount of its own, and that for a root. */
static bool move_in(const char *root)
{
	if (unshare(CLONE_NEWNS) && unshare(CLONE_NEWUSER | CLONE_NEWNS))
		return false;
	return !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	       !mount(root, root, NULL, MS_BIND, NULL) && !chroot(root);
}

/* A process with `root` for a root; 0: that may not be had here. */
static pid_t within(const char *root)
{
	int ready[2];
	char c = 'n';
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (!pid) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* also when an assertion fails */
		c = move_in(root) ? 'y' : 'n';
		if (write(ready[1], &c, 1) == 1 && c == 'y')
			pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return c == 'y' ? pid : 0;
}

static void put_process(const char *procs, pid_t pid)
{
	FILE *f = fopen(procs, "w");

	assert_non_null(f);
	fprintf(f, "%d\n", pid);
	assert_int_equal(fclose(f), 0);
}

/* A container whose files tell nothing has its id at least; until its root is another, nothing is its own. */
static void finds_executables_within(void **state)
{
	char root[] = "/tmp/resolve-root.XXXXXX", shell_path[64];
	struct terms t;
	struct policy *p = rules(
		"  - { name: x, if: { container: 0123456789ab, exe: [/bin/sh, /nonexistent] }, then: allow }\n"
		"  - { name: y, if: { container: ffffffffffff, exe: /bin/sh }, then: allow }\n",
		&t);
	struct resolved *r = NULL;
	struct containers *c;
	struct fence_exe shell;
	char procs[256];
	pid_t pid;

	(void)state;
	assert_non_null(mkdtemp(root));
	snprintf(shell_path, sizeof(shell_path), "%s/bin", root);
	assert_int_equal(mkdir(shell_path, 0755), 0);
	strcat(shell_path, "/sh");
	copy("/bin/sh", shell_path);
	snprintf(procs, sizeof(procs), "%s/docker-" ID ".scope/cgroup.procs", top);
	put_process(procs, getpid());
	assert_int_equal(containers_open(top, &c), 0);
	say_to(NULL);
	assert_int_equal(resolve_terms(&t, top, c, &r), 0);
	say_to(stderr);
	assert_int_equal(r->exe_n, 0);
	resolve_free(r);
	pid = within(root);
	if (!pid)
		skip();
	put_process(procs, pid);
	said_begin();
	assert_int_equal(resolve_terms(&t, top, c, &r), 0);
	said_end(
		"smtpfence: p.yaml:5: warning: no container ffffffffffff is here now; 'y' waits for it\n"
		"smtpfence: p.yaml:5: warning: no container that 'y' means has its executable now; it waits for one\n");
	assert_int_equal(unlink(procs), 0);
	assert_int_equal(r->exe_n, 1);
	assert_int_equal(r->exe[0].term, 0);
	assert_int_equal(process_exe_key(shell_path, &shell), 0);
	assert_memory_equal(&r->exe[0].key, &shell, sizeof(shell));
	assert_true(!kill(pid, SIGKILL) && waitpid(pid, NULL, 0) == pid && !unlink(shell_path));
	*strrchr(shell_path, '/') = 0;
	assert_int_equal(rmdir(shell_path) | rmdir(root), 0);
	containers_close(c);
	resolve_free(r);
	terms_clear(&t);
	policy_free(p);
}

/* LXC's files tell no labels: a rule by label would never match, and nobody would know. */
static void refuses_labels_that_nothing_tells(void **state)
{
	static const char *const dirs[] = { "/var", "/var/lib", "/var/lib/lxc",
		"/var/lib/lxc/web" };
	char root[] = "/tmp/resolve-root.XXXXXX", path[256], cgroup[256];
	struct terms t;
	struct policy *p =
		rules("  - { name: x, if: { label: { tier: shop } }, then: block }\n", &t);
	struct resolved *r = NULL;
	struct containers *c;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(root));
	for (int i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s%s", root, dirs[i]);
		assert_int_equal(mkdir(path, 0755), 0);
	}
	strcat(path, "/config");
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fclose(f), 0);
	snprintf(cgroup, sizeof(cgroup), "%s/lxc.payload.web", top);
	assert_int_equal(containers_open(root, &c), 0);
	said_begin();
	assert_int_equal(resolve_terms(&t, top, c, &r), 0); /* none runs that could be asked */
	said_end(
		"smtpfence: p.yaml:4: warning: no container of label tier shop is here now; 'x' waits for it\n");
	resolve_free(r);
	r = NULL;
	assert_int_equal(mkdir(cgroup, 0700), 0);
	said_begin();
	assert_int_equal(resolve_terms(&t, top, c, &r), -EOPNOTSUPP);
	said_end("smtpfence: p.yaml:4: label tier: no file on this machine tells...");
	assert_null(r);
	assert_int_equal(rmdir(cgroup) | unlink(path), 0);
	for (int i = 4; i--;) {
		snprintf(path, sizeof(path), "%s%s", root, dirs[i]);
		assert_int_equal(rmdir(path), 0);
	}
	assert_int_equal(rmdir(root), 0);
	containers_close(c);
	terms_clear(&t);
	policy_free(p);
}

/* With nothing that could tell of containers, each kind of rule about them; an exemption stays. */
static void refuses_containers_that_nothing_tells_of(void **state)
{
	static const char *const kinds[] = { "container: shop", "image: nginx", "pod: web",
		"namespace: prod", "label: { tier: shop }", "runtime: docker" };
	char root[] = "/tmp/resolve-root.XXXXXX", text[128], slice[256];
	struct resolved *r = NULL;
	struct containers *c;
	struct policy *p;
	struct terms t;

	(void)state;
	assert_non_null(mkdtemp(root));
	snprintf(slice, sizeof(slice), "%s/machine.slice", top);
	assert_int_equal(containers_open(root, &c), 0);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		snprintf(
			text, sizeof(text), "  - { name: x, if: { %s }, then: block }\n", kinds[i]);
		p = rules(text, &t);
		said_begin();
		assert_int_equal(resolve_terms(&t, slice, c, &r), -EOPNOTSUPP);
		said_end(
			"smtpfence: p.yaml:4: 'x' is about containers, and no container runtime's files are on this machine: /var/lib/docker, ...");
		assert_null(r);
		t.term[0].origin = NULL;
		say_to(NULL);
		assert_int_equal(resolve_terms(&t, slice, c, &r), 0);
		/* One is there, whose runtime keeps its files where nobody looks. */
		t.term[0].origin = "p.yaml";
		resolve_free(r);
		assert_int_equal(resolve_terms(&t, top, c, &r), 0);
		say_to(stderr);
		resolve_free(r);
		r = NULL;
		terms_clear(&t);
		policy_free(p);
	}
	containers_close(c);
	assert_int_equal(rmdir(root), 0);
}

/* With a limit each workload has an entry, and that of what lies in it is not its own. */
static void finds_workloads(void **state)
{
	static const char *const whole[] = { "/system.slice/exim4.service",
		"/system.slice/system-php.slice/php@1.service",
		"/system.slice/system-php.slice/php@2.service", "/system.slice/a\\x2db.service",
		"/system.slice/_cpu.service", "/user.slice/user@7.service",
		"/docker-" ID ".scope" };
	struct terms t;
	struct policy *p = rules("  - { then: limit 3 connections/h }\n", &t);
	struct resolved *r = NULL;

	(void)state;
	assert_int_equal(resolve_terms(&t, top, NULL, &r), 0);
	assert_int_equal(r->cgroup_n, 7);
	for (size_t i = 0; i < 7; i++) {
		const struct resolved_cgroup *e = entry(r, whole[i]);

		assert_non_null(e);
		assert_true(e->whole);
	}
	resolve_free(r);
	terms_clear(&t);
	policy_free(p);
	p = rules(
		"  - { if: { cgroup: /system.slice/exim4.service/child }, then: allow }\n  - { then: limit 3 connections/h }\n",
		&t);
	say_to(NULL);
	assert_int_equal(resolve_terms(&t, top, NULL, &r), 0);
	say_to(stderr);
	assert_true(entry(r, "/system.slice/exim4.service")->whole);
	assert_false(entry(r, "/system.slice/exim4.service/child")->whole);
	resolve_free(r);
	terms_clear(&t);
	policy_free(p);
}

static void finds_addresses_of_names(void **state)
{
	struct terms t;
	struct policy *p = rules("  - { if: { to: { name: relay } }, then: allow }\n"
				 "  - { if: { to: { name: relay } }, then: drop }\n",
		&t);
	struct resolved *r = NULL;

	(void)state;
	assert_int_equal(resolve_terms(&t, NULL, NULL, &r), 0);
	assert_int_equal(r->to_n, 4);
	assert_int_equal(r->to[1].term, 0);
	assert_int_equal(r->to[3].term, 1);
	assert_int_equal(r->to[3].address.family, 10);
	resolve_free(r);
	r = NULL;
	terms_clear(&t);
	policy_free(p);
	p = rules("  - { if: { to: { name: nobody } }, then: allow }\n", &t);
	said_begin();
	assert_int_equal(resolve_terms(&t, NULL, NULL, &r), -ENOENT);
	said_end("smtpfence: p.yaml:4: the name nobody has no address\n");
	terms_clear(&t);
	policy_free(p);
	p = rules("  - { if: { to: { name: slow } }, then: allow }\n", &t);
	said_begin();
	assert_int_equal(resolve_terms(&t, NULL, NULL, &r), -ETIMEDOUT);
	said_end("smtpfence: p.yaml:4: no name server told the address of slow within 5 s\n");
	assert_null(r);
	terms_clear(&t);
	policy_free(p);
}

static void refuses_a_tree_that_is_not_there(void **state)
{
	struct terms t;
	struct policy *p = rules("  - { if: { cgroup: /a }, then: drop }\n", &t);
	struct resolved *r = NULL;

	(void)state;
	said_begin();
	assert_int_equal(resolve_terms(&t, "/nonexistent", NULL, &r), -ENOENT);
	said_end(
		"smtpfence: find the policy's cgroups below /nonexistent: No such file or directory\n");
	assert_null(r);
	terms_clear(&t);
	policy_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_differs),
		cmocka_unit_test(warns_of_what_is_not_there),
		cmocka_unit_test(finds_executables),
		cmocka_unit_test(finds_executables_within),
		cmocka_unit_test(refuses_labels_that_nothing_tells),
		cmocka_unit_test(refuses_containers_that_nothing_tells_of),
		cmocka_unit_test(finds_workloads),
		cmocka_unit_test(finds_addresses_of_names),
		cmocka_unit_test(refuses_a_tree_that_is_not_there),
	};

	return cmocka_run_group_tests_name("resolve", tests, tree_make, tree_remove);
}
