/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The way through io_uring, by its system calls alone: IORING_OP_CONNECT with a linked time-out. */
#include <errno.h>
#include <linux/io_uring.h>
#include <linux/time_types.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ways.h"

#define CONNECT_TAG 25

struct ring {
	int fd;
	void *map; /* both rings: IORING_FEAT_SINGLE_MMAP, since 5.4 */
	size_t bytes;
	struct io_uring_sqe *sqe;
	struct io_uring_params p;
};

static int ring_open(struct ring *r)
{
	*r = (struct ring){ 0 };
	r->fd = syscall(SYS_io_uring_setup, 4, &r->p);
	if (r->fd < 0)
		return -errno;
	r->bytes = r->p.cq_off.cqes + r->p.cq_entries * sizeof(struct io_uring_cqe);
	if (r->bytes < r->p.sq_off.array + r->p.sq_entries * sizeof(uint32_t))
		r->bytes = r->p.sq_off.array + r->p.sq_entries * sizeof(uint32_t);
	r->map =
		mmap(NULL, r->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, IORING_OFF_SQ_RING);
	r->sqe = mmap(NULL, r->p.sq_entries * sizeof(*r->sqe), PROT_READ | PROT_WRITE, MAP_SHARED,
		r->fd, IORING_OFF_SQES);
	return r->map == MAP_FAILED || (void *)r->sqe == MAP_FAILED ? -errno : 0;
}

static void ring_close(struct ring *r)
{
	munmap(r->map, r->bytes);
	munmap(r->sqe, r->p.sq_entries * sizeof(*r->sqe));
	close(r->fd);
}

static uint32_t *ring_word(struct ring *r, uint32_t offset)
{
	return (uint32_t *)((char *)r->map + offset);
}

/* Submits the two entries and waits for both ends; the connect's result. */
static int ring_run(struct ring *r)
{
	uint32_t *array = ring_word(r, r->p.sq_off.array), tail, head;
	struct io_uring_cqe *cqes = (void *)ring_word(r, r->p.cq_off.cqes);
	int result = -ECANCELED;

	array[0] = 0;
	array[1] = 1;
	__atomic_store_n(ring_word(r, r->p.sq_off.tail), 2, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, r->fd, 2, 2, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
		return -errno;
	head = *ring_word(r, r->p.cq_off.head);
	tail = __atomic_load_n(ring_word(r, r->p.cq_off.tail), __ATOMIC_ACQUIRE);
	for (; head != tail; head++) {
		const struct io_uring_cqe *cqe = &cqes[head & *ring_word(r, r->p.cq_off.ring_mask)];

		if (cqe->user_data == CONNECT_TAG)
			result = cqe->res;
	}
	return result;
}

int try_uring(const struct aim *a)
{
	struct __kernel_timespec patience = { .tv_nsec = PATIENCE_MS * 1000000L };
	int fd, result;
	struct ring r;

	if (ring_open(&r) < 0)
		return TRY_SKIP;
	fd = try_socket(a, IPPROTO_TCP);
	r.sqe[0] = (struct io_uring_sqe){ .opcode = IORING_OP_CONNECT,
		.flags = IOSQE_IO_LINK,
		.fd = fd,
		.addr = (uintptr_t)&a->to.sa,
		.off = a->bytes,
		.user_data = CONNECT_TAG };
	r.sqe[1] = (struct io_uring_sqe){
		.opcode = IORING_OP_LINK_TIMEOUT, .fd = -1, .addr = (uintptr_t)&patience, .len = 1
	};
	result = fd < 0 ? fd : ring_run(&r);
	ring_close(&r);
	if (fd >= 0)
		close(fd);
	return result == -ECANCELED || result == -EINTR ? TRY_SILENT : -result;
}
