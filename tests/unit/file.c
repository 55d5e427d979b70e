/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* file: whole files, limits, and what is no file. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "said.h"

static char dir[] = "/tmp/smtpfence-file-XXXXXX";

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) && !chdir(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	(void)state;
	unlink("data");
	unlink("link");
	unlink("fifo");
	return chdir("/") || rmdir(dir);
}

static void write_file(size_t n)
{
	FILE *f = fopen("data", "we");

	assert_non_null(f);
	for (size_t i = 0; i < n; i++)
		fputc("\0\n\xff"[i % 3], f);
	assert_int_equal(fclose(f), 0);
}

static void reads_all_bytes(void **state)
{
	static const size_t sizes[] = { 0, 1, 3, 16383, 16384, 16385, 100000 };
	char *text;
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		write_file(sizes[i]);
		text = NULL;
		assert_int_equal(file_read("data", 100000, &text, &n), 0);
		assert_int_equal(n, sizes[i]);
		assert_int_equal(text[n], 0);
		for (size_t k = 0; k < n; k++)
			assert_int_equal(text[k], "\0\n\xff"[k % 3]);
		free(text);
	}
}

static void refuse_path(const char *path, int err, const char *said)
{
	char *text = NULL;
	size_t n = 7;

	said_begin();
	assert_int_equal(file_read(path, 10, &text, &n), err);
	said_end(said);
	assert_null(text);
	assert_int_equal(n, 7);
}

static void refuses(void **state)
{
	(void)state;
	write_file(11);
	refuse_path("data", -EFBIG, "smtpfence: data: larger than 10 bytes\n");
	refuse_path("/dev/zero", -EINVAL, "smtpfence: /dev/zero: not a regular file\n");
	refuse_path(dir, -EISDIR, "smtpfence: /tmp/...");
	refuse_path("none", -ENOENT, "smtpfence: open none: No such file or directory\n");
	assert_int_equal(mkfifo("fifo", 0600), 0);
	refuse_path("fifo", -EINVAL, "smtpfence: fifo: not a regular file\n");
	assert_int_equal(symlink("fifo", "link"), 0);
	refuse_path("link", -EINVAL, "smtpfence: link: not a regular file\n");
}

/* A sparse file of 100 GB is refused for its size, not read to its limit. */
static void huge(void **state)
{
	int fd = open("data", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	(void)state;
	assert_int_equal(ftruncate(fd, 100000000000), 0);
	close(fd);
	refuse_path("data", -EFBIG, "smtpfence: data: larger than 10 bytes\n");
}

/* Appends until it is ended, for a file of 8 MB at most. */
static pid_t begin_writing(void)
{
	int fd = open("data", O_WRONLY | O_APPEND | O_CLOEXEC);
	pid_t child = fork();

	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (int i = 0; i < 7000000 && write(fd, "x", 1) == 1; i++)
			;
		_exit(0);
	}
	close(fd);
	return child;
}

static void changes_while_read(void **state)
{
	char *text = NULL;
	pid_t child;
	size_t n;
	int err = 0;

	(void)state;
	write_file(1000000);
	child = begin_writing();
	assert_true(child > 0);
	said_begin();
	for (int i = 0; !err && i < 1000; i++) {
		err = file_read("data", 10000000, &text, &n);
		free(text);
		text = NULL;
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	assert_int_equal(err, -EAGAIN);
	said_end("smtpfence: data: changed while it was read; try again\n");
}

static void reads_stdin(void **state)
{
	int old = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3), pipes[2];
	char *text = NULL;
	size_t n;

	(void)state;
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	assert_int_equal(write(pipes[1], "abc", 3), 3);
	close(pipes[1]);
	assert_int_equal(dup2(pipes[0], STDIN_FILENO), STDIN_FILENO);
	close(pipes[0]);
	assert_int_equal(file_read("-", 3, &text, &n), 0);
	assert_string_equal(text, "abc");
	free(text);
	text = NULL;
	assert_int_equal(dup2(open("/dev/zero", O_RDONLY | O_CLOEXEC), STDIN_FILENO), STDIN_FILENO);
	refuse_path("-", -EFBIG, "smtpfence: stdin: larger than 10 bytes\n");
	if (old >= 0)
		dup2(old, STDIN_FILENO);
}

static int put_text(FILE *to, const void *text)
{
	return fputs(text, to) < 0 ? -EIO : 0;
}

static int fail_late(FILE *to, const void *text)
{
	(void)fputs(text, to);
	return -EILSEQ;
}

static void holds_now(const char *wanted)
{
	char *text;
	size_t n;

	assert_int_equal(file_read("data", 100, &text, &n), 0);
	assert_string_equal(text, wanted);
	free(text);
}

/* All of it or what was there; nothing beside it; through no link. */
static void replaces(void **state)
{
	int at = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char fresh[32];
	struct stat st;

	(void)state;
	unlink("data");
	snprintf(fresh, sizeof(fresh), ".data.%d", (int)getpid());
	assert_int_equal(file_replace(at, "data", put_text, "one"), 0);
	assert_int_equal(stat("data", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	holds_now("one");
	assert_int_equal(file_replace(at, "data", fail_late, "half"), -EILSEQ);
	holds_now("one");
	assert_int_equal(access(fresh, F_OK), -1);
	assert_int_equal(symlink("/dev/full", fresh), 0);
	assert_int_equal(file_replace(at, "data", put_text, "two"), -ELOOP);
	holds_now("one");
	assert_int_equal(unlink(fresh), 0);
	unlink("data");
	assert_int_equal(symlink("elsewhere", "data"), 0);
	assert_int_equal(file_replace(at, "data", put_text, "two"), 0);
	assert_int_equal(access("elsewhere", F_OK), -1);
	holds_now("two");
	assert_int_equal(file_replace(-1, "data", put_text, "two"), -EBADF);
	close(at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_all_bytes),
		cmocka_unit_test(refuses),
		cmocka_unit_test(huge),
		cmocka_unit_test(changes_while_read),
		cmocka_unit_test(reads_stdin),
		cmocka_unit_test(replaces),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
