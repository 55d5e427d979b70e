/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The contract between the kernel programs and user space: what is configured, counted and told. */
#pragma once

#include <linux/types.h>

/*
 * Layout of the maps that outlive a policy (fence_state, fence_totals, fence_cgtotals, fence_mark,
 * fence_detour, fence_limits, fence_cursor) and of the records in the ring. A program set with another
 * number must not share them: `down`, then `up`.
 */
#define FENCE_LAYOUT 2

#define FENCE_PORTS 16 /* watched ports at most */
#define FENCE_RULES 1024 /* rules of one policy at most */
#define FENCE_EXEMPTIONS 1000 /* exemptions and emergency blocks in force at most */
#define FENCE_TERMS 2048 /* bits of a vector: what exemptions and rules come to */
#define FENCE_WORDS (FENCE_TERMS / 64)
#define FENCE_GIDS 64 /* different groups that a policy may name */
#define FENCE_GROUPS 32 /* groups of a process; one with more is not identified by them */
#define FENCE_LIMIT_TARGETS 64 /* different targets that a limit can tell apart */
#define FENCE_DEPTH 32 /* cgroup levels below the root that are judged; deeper ones are unknown */
#define FENCE_COMM 16 /* TASK_COMM_LEN */
#define FENCE_ANCESTORS 8

/* Part of the layout of fence_totals: append only. */
enum verdict {
	VERDICT_ALLOWED,
	VERDICT_AUDITED, /* would have been denied, redirected or answered */
	VERDICT_DENIED,
	VERDICT_REDIRECTED, /* let through to where the rule says */
	VERDICT_ANSWERED, /* let through to our own SMTP responder, which says why */
	VERDICT_COUNT,
};

/*
 * In order of strictness: the stricter of two answers is the larger. From ACTION_ANSWER on nothing
 * leaves: such a rule holds also for what is not identified yet, the others only for what is.
 */
enum action {
	ACTION_ALLOW,
	ACTION_LIMIT, /* allowed up to a number in a window, then blocked until it ends */
	ACTION_REDIRECT, /* connect() goes to a relay or catcher instead */
	ACTION_ANSWER, /* connect() goes to our SMTP responder; blocked where there is none */
	ACTION_BLOCK, /* connect() fails at once with the chosen errno */
	ACTION_DROP, /* the SYN vanishes, as it does at most providers */
	ACTION_COUNT,
};

/* Why a verdict is what it is. Part of the layout of fence_totals: append only. */
enum reason {
	REASON_RULE, /* a rule of the policy matched */
	REASON_DEFAULT, /* no rule matched; the policy's `default:` */
	REASON_OPEN, /* watched, but the profile leaves this port open and no rule names it */
	REASON_SCOPE, /* the target's class is not one the profile blocks and no rule names it */
	REASON_MISS, /* a look-up failed: the compiled-in default */
	REASON_NO_MARK, /* the socket's storage was refused, so no later hook could know it */
	REASON_REWRITTEN, /* judged at connect for another port or address than the packet has */
	REASON_FRAGMENT, /* a first fragment too short to show its ports and flags */
	REASON_HEADERS, /* more headers in front of TCP than are walked */
	REASON_DEPTH, /* a blocked port, from a cgroup deeper than FENCE_DEPTH */
	REASON_EXEMPTION, /* an exemption or emergency block */
	REASON_LIMIT, /* over the limit of a rule, or no room left to count */
	REASON_NO_RELAY, /* to be redirected or answered: nowhere to in its family, or no connect() */
	REASON_COUNT,
};

/* Which hook judged. Part of the layout of fence_totals: append only. */
enum hook {
	HOOK_CONNECT4,
	HOOK_CONNECT6,
	HOOK_EGRESS,
	HOOK_CREATE, /* judges nothing: gives raw sockets their identity */
	HOOK_SOCKOPS, /* judges nothing: outcomes */
	HOOK_RELEASE, /* judges nothing: outcomes */
	HOOK_PEER4, /* judges nothing: getpeername() after a transparent redirect */
	HOOK_PEER6,
	HOOK_COUNT,
};

enum target_class {
	CLASS_PUBLIC, /* everything else, documentation ranges included */
	CLASS_PRIVATE, /* RFC 1918 */
	CLASS_LOOPBACK, /* also 0.0.0.0 and ::, which connect() takes for loopback */
	CLASS_LINK_LOCAL, /* RFC 3927, RFC 4291 2.5.6 */
	CLASS_CGNAT, /* RFC 6598 */
	CLASS_ULA, /* RFC 4193 */
	CLASS_MULTICAST,
	CLASS_OWN, /* an address of the host's own network namespace */
	CLASS_COUNT,
};

/* What became of an attempt that was let through. */
enum outcome {
	OUTCOME_UNKNOWN,
	OUTCOME_CONNECTED,
	OUTCOME_REFUSED,
	OUTCOME_UNREACHABLE,
	OUTCOME_NO_ANSWER, /* SYNs went out, nothing came back, and the kernel or the program gave up */
	OUTCOME_COUNT,
};

/*
 * Slots of fence_totals, u64 each, per CPU, only ever rising. The strides leave room, so that a
 * slot never changes its meaning within a FENCE_LAYOUT.
 */
#define FENCE_SLOT(verdict, hook, reason) ((verdict) << 9 | (hook) << 5 | (reason))
#define FENCE_ATTEMPT_SLOTS 4096 /* 8 verdicts, 16 hooks, 32 reasons */

enum slot {
	SLOT_SUBMITTED = FENCE_ATTEMPT_SLOTS, /* attempts written to the ring */
	SLOT_SUMMARISED, /* attempts counted without a record, by design, while the ring was filling */
	SLOT_LOST, /* attempts whose record the ring refused */
	SLOT_QUIET, /* connections out of scope on a host fence: no attempt, no record, no cgroup count */
	SLOT_SUBJECTS, /* subject records written */
	SLOT_SUBJECTS_LOST,
	SLOT_OUTCOMES, /* outcome records written */
	SLOT_OUTCOMES_LOST,
	SLOT_OVERFLOW, /* attempts counted in the overflow bucket of fence_cgtotals */
	SLOT_END,
	FENCE_SLOTS = FENCE_ATTEMPT_SLOTS + 64,
};

/* Keys of fence_cgtotals that are no cgroup. Real ids are inode numbers of kernfs, never these. */
#define FENCE_CGROUP_OVERFLOW (~0ULL) /* the map was full */
#define FENCE_CGROUP_NONE (~1ULL) /* no socket, no process: nobody to count for */

/* Value of fence_cgtotals. All but the window only ever rise. */
struct fence_cgroup_totals {
	__u64 by_verdict[8]; /* indexed by enum verdict */
	__u64 submitted;
	__u64 summarised;
	__u64 lost;
	__u64 window_ns; /* start of the current share window, boot clock; not a counter */
	__u64 window_records; /* records this cgroup wrote in the window; not a counter */
	__u64 spare[3];
};

/* Value of fence_state, one element. Written by user space, read by the hooks. */
struct fence_state {
	__u32 armed; /* 0: every hook passes and counts nothing */
	__u32 layout; /* FENCE_LAYOUT of who made the maps */
	__u64 since_ns; /* boot clock, when first armed */
	__u64 reader; /* rises with each new consumer of the ring: subjects are then told again */
	__u64 spare[5];
};

/*
 * Value of fence_cursor, one element. Written by the one consumer of the ring; unused by the hooks.
 * The store to `taken` commits a record: whoever comes after a crash neither skips nor repeats one.
 */
struct fence_cursor {
	__u64 taken; /* records of any kind consumed */
	struct {
		__u64 id; /* FENCE_RECORD_ID of the last one */
		__u64 attempts; /* attempt records consumed so far */
	} last[2]; /* [taken & 1] holds */
	__u64 spare[3];
};

/*
 * A set of terms: term N is bit N % 64 of word N / 64. A term is one way to match an exemption or a
 * rule: most have one, those with presets or tenants several. Exemptions come first, then the rules in
 * their order; the first term that matches decides.
 */
struct fence_vector {
	__u64 word[FENCE_WORDS];
};

/*
 * Fixed indexes into fence_vectors; classes that values map to start at VECTOR_FIRST.
 * `identifying` means: has a selector of that dimension. `strict`: ACTION_ANSWER or stricter, and not
 * only in audit.
 */
enum vector {
	VECTOR_STRICT, /* strict terms */
	VECTOR_TO_ANY, /* terms without `to:`; they speak of targets in the profile's scope only */
	VECTOR_TO_OTHER, /* terms that name an address that no prefix covers: empty */
	VECTOR_UID_OTHER, /* terms that do not identify by uid */
	VECTOR_UID_UNKNOWN, /* the same, and strict identifying terms: what fails closed */
	VECTOR_EXE_OTHER,
	VECTOR_EXE_UNKNOWN,
	VECTOR_CGROUP_OTHER,
	VECTOR_CGROUP_UNKNOWN,
	VECTOR_GID_OTHER, /* terms that do not identify by gid */
	VECTOR_GID_UNKNOWN,
	VECTOR_PORT = 16, /* + port slot: terms that speak of that port */
	VECTOR_GID =
		VECTOR_PORT + FENCE_PORTS, /* + value of fence_gids: terms that name that group */
	VECTOR_FIRST = VECTOR_GID + FENCE_GIDS,
};

/* Where a redirected or answered connection goes. Port 0: nowhere in that family. */
struct fence_relay {
	__u32 addr4; /* network order */
	__u16 port4; /* host order */
	__u16 port6;
	__u32 addr6[4];
};

#define FENCE_EXEMPTION 0x8000 /* in fence_term.number and fence_attempt.rule: the rest is its id */

/* Value of fence_terms, by bit. */
struct fence_term {
	__u64 until_ns; /* boot clock; from then on it is passed over; 0 never */
	__u64 limit; /* names the state in fence_limits, over a change of policy too; 0: no limit */
	__u64 window_ns; /* of the limit */
	__u32 most; /* connections in a window; 0: any number */
	__u16 most_to; /* different targets in a window, up to FENCE_LIMIT_TARGETS; 0: any number */
	__u16 number; /* of the rule; or FENCE_EXEMPTION and the exemption's id */
	__u16 next; /* with `pass`: the bit to go on at */
	__u8 pass; /* 1: a tenant's allow, which leaves it to the layers below */
	__u8 action; /* enum action */
	__u8 audit; /* 1: decided and recorded, not enforced, whatever the mode */
	__u8 err; /* positive errno when it is denied at connect() */
	__u8 transparent; /* 1: getpeername() goes on showing the address asked for */
	__u8 pad[1];
	struct fence_relay relay; /* ACTION_REDIRECT and ACTION_ANSWER */
};

/* Key and value of fence_limits. */
struct fence_limit_key {
	__u64 limit;
	__u64 cgroup; /* the workload that has the cgroup that decided; else that itself */
};

/* Fixed windows, from the first connection on. `lock` (struct bpf_spin_lock) holds all of it together. */
struct fence_limit {
	__u32 lock;
	__u32 used; /* connections let through in this window */
	__u64 start_ns; /* boot clock */
	__u32 targets; /* entries of target in use */
	__u32 pad;
	__u32 target[FENCE_LIMIT_TARGETS][4]; /* network order, IPv4 as v4-mapped */
};

/* Value of fence_detour, a socket's storage: where it wanted to go, and where it went. */
struct fence_detour {
	__u32 asked[4]; /* as the application gave it, network order; IPv4 in [0] */
	__u32 sent[4]; /* as target_settle() makes it */
	__u16 asked_port; /* host order */
	__u16 sent_port;
	__u8 sent_family;
	__u8 transparent;
	__u8 version; /* FENCE_LAYOUT */
	__u8 pad;
};

/* Key of fence_to4 and fence_to6 (LPM tries); value: struct fence_to. */
struct fence_prefix4 {
	__u32 bits;
	__u8 addr[4]; /* network order */
};

struct fence_prefix6 {
	__u32 bits;
	__u8 addr[16]; /* network order */
};

/* The terms that an address is compatible with, as vector indexes. */
struct fence_to {
	__u32 named; /* terms whose `to:` it is in, and not in their `not: to:` */
	__u32 any; /* terms without `to:` but for those whose `not: to:` it is in */
};

/* Key of fence_exes; value: __u32 vector index. The kernel's own s_dev and i_ino, not stat()'s. */
struct fence_exe {
	__u64 dev; /* kernel encoding: major << 20 | minor */
	__u64 ino;
};

/* Value of fence_cgroups, keyed by 64-bit cgroup id. */
struct fence_cgroup_class {
	__u32 own; /* vector index for the cgroup itself */
	__u32 below; /* vector index for descendants that have no entry of their own */
	__u32 whole; /* 1: with all below it one workload, which limits count together */
};

/*
 * The policy's constants, in the program's .rodata: known to the verifier, so that what is switched
 * off costs nothing. Host order unless it says otherwise.
 */
struct fence_settings {
	__u64 watched[65536 / 64]; /* bit per TCP port */
	__u64 policy; /* first 8 bytes of the policy's SHA-256, as they are printed in hex */
	__u64 host_netns; /* netns cookie in which CLASS_OWN holds; 0: nowhere */
	__u64 terms; /* names the list of terms: who fills maps later must have the same */
	__u32 generation; /* rises by one with every program set of this fence */
	/* Bit per enum target_class that `default:` and rules without `to:` speak of, by family. */
	__u32 scope4;
	__u32 scope6;
	__u32 words; /* vector words in use, 1 to FENCE_WORDS */
	__u32 rules_at; /* first term of the rules; those before it are of exemptions */
	__u16 port[FENCE_PORTS]; /* the watched ports by slot */
	__u16 blocked; /* bit per port slot: what the profile blocks */
	__u8 ports; /* slots in use */
	__u8 enforce; /* 0: audit */
	__u8 default_action; /* enum action, for blocked ports in scope when no rule matches */
	__u8 default_errno; /* positive errno */
	__u8 with_btf; /* may read kernel structures: socket's cgroup, exe, ancestors */
	__u8 with_strings; /* may copy from memory: exe path, argv, names of ancestors */
	__u8 tell_all; /* 1 under `run`: what is out of scope is told as an attempt too */
	__u8 has_uid; /* some rule identifies by uid */
	__u8 has_exe;
	__u8 has_cgroup;
	__u8 has_to;
	__u8 has_gid;
	__u8 has_limit;
	__u8 has_detour; /* some term redirects or answers */
	__u8 pad[4];
};

/* Value of fence_mark, a socket's storage: the verdict that later hooks obey. At most 128 bytes. */
struct fence_mark {
	__u64 attempt; /* id of the attempt this mark belongs to; 0: who made a raw socket, no verdict */
	__u64 start_ns; /* subject: start of the thread group leader, boot clock; 0 unknown */
	__u64 cgroup; /* cgroup that decided */
	__u64 began_ns; /* boot clock at the verdict */
	__u64 policy;
	struct fence_exe exe; /* of the subject, 0 unknown; a class is a number of one policy */
	__u32 tgid; /* subject; 0 unknown */
	__u32 uid; /* ~0 unknown */
	__u32 euid;
	__u32 exec_id;
	__u32 daddr[4]; /* judged target, network order; IPv4 in [0] */
	__u16 dport; /* host order */
	__u16 rule;
	__u8 version; /* FENCE_LAYOUT */
	__u8 family; /* AF_INET (also for v4-mapped), AF_INET6 */
	__u8 verdict;
	__u8 action;
	__u8 reason;
	__u8 told; /* the outcome has been told */
	__u8 watching; /* sockops follows this socket */
	__u8 pad;
	__u32 gid;
	__u32 loginuid;
	__u8 spare[4];
	char comm[FENCE_COMM];
};

/* Key of fence_seen; value: fence_state.reader it was told to. */
struct fence_seen_key {
	__u64 start_ns;
	__u32 tgid;
	__u32 exec_id;
};

/* What a ring record is. */
enum record {
	RECORD_ATTEMPT = 1,
	RECORD_SUBJECT,
	RECORD_OUTCOME,
};

/* First in every record. Times are CLOCK_BOOTTIME in ns. */
struct fence_record {
	__u8 kind; /* enum record */
	__u8 version; /* FENCE_LAYOUT */
	__u16 cpu; /* whose sequence this is */
	__u32 size; /* bytes of the whole record */
	__u64 sequence; /* per CPU, from 1; a gap is what was lost, summarised or not told at all */
	__u64 time_ns;
};

/* Unique while the kernel runs; of an attempt's record it is the attempt's id. Never 0. */
#define FENCE_RECORD_ID(cpu, sequence) ((__u64)(cpu) << 48 | (sequence))

#define FENCE_NO_RULE 0xffff

/* One attempt, always told in full or counted as summarised or lost. */
struct fence_attempt {
	struct fence_record record;
	__u64 id; /* unique while this kernel runs; outcomes refer to it */
	__u64 start_ns; /* with tgid the subject's key; 0 unknown */
	__u64 cgroup; /* id of the cgroup that decided; FENCE_CGROUP_NONE unknown */
	__u64 policy;
	__u64 netns; /* netns cookie; 0 unknown */
	__u32 exec_id; /* rises with each exec of the process */
	__u32 tgid; /* 0 unknown */
	__u32 tid;
	__u32 uid; /* ~0 unknown, as all ids here; in the initial user namespace */
	__u32 euid;
	__u32 gid;
	__u32 loginuid;
	__u32 generation;
	__u32 ifindex; /* of the device it was about to leave by; 0 at connect */
	__u32 daddr[4]; /* network order; IPv4 in [0] */
	__u32 sent[4]; /* where a redirected or answered one went; network order, IPv4 in [0] */
	__u16 sent_port; /* host order; 0: not redirected */
	__u16 dport; /* host order */
	__u16 rule; /* index, FENCE_EXEMPTION with an id, or FENCE_NO_RULE */
	__u8 sent_family; /* AF_INET, AF_INET6, 0 */
	__u8 family; /* AF_INET, AF_INET6 */
	__u8 mapped; /* 1: an IPv4 target given as v4-mapped IPv6 */
	__u8 hook;
	__u8 verdict;
	__u8 action;
	__u8 reason;
	__u8 err; /* positive errno the application got; 0 none */
	__u8 target; /* enum target_class */
	__u8 enforce; /* the mode in force */
	__u8 raw; /* 1: a raw socket or an unmarked packet, not a connect() */
	__u8 pad[3];
	char comm[FENCE_COMM]; /* of the thread; "" unknown */
};

struct fence_ancestor {
	__u64 start_ns;
	__u32 tgid;
	__u32 uid;
	char comm[FENCE_COMM];
};

/*
 * Who tried: once per (tgid, start_ns, exec_id). Comes before the attempt it explains, on the same
 * CPU. `text` holds the exe's path as components from the leaf up, each with its zero, in
 * path_bytes; from argv_at on the arguments as they lie in memory, each with its zero, argv_bytes.
 */
struct fence_subject {
	struct fence_record record;
	__u64 start_ns;
	__u64 cgroup; /* of the process */
	__u64 exe_dev; /* 0 unknown */
	__u64 exe_ino;
	__u32 exec_id;
	__u32 tgid;
	__u32 netns; /* inode number of the network namespace; 0 unknown */
	__u32 uid;
	__u32 euid;
	__u32 gid;
	__u32 egid;
	__u32 loginuid;
	__u32 sessionid;
	__u16 path_bytes;
	__u16 argv_bytes;
	__u16 argv_at; /* offset of the arguments in text */
	__u8 path_cut; /* 1: the path had more components or bytes than fit; its head is missing */
	__u8 argv_cut; /* 1: the arguments were longer */
	__u8 exe_deleted; /* 1: the file has no name any more */
	__u8 ancestors; /* entries in use, parent first */
	__u8 pad[6];
	char comm[FENCE_COMM]; /* of the thread group leader */
	struct fence_ancestor ancestor[FENCE_ANCESTORS];
	char text[];
};

/* What became of an attempt that was let through. */
struct fence_outcome {
	struct fence_record record;
	__u64 attempt; /* id */
	__u64 elapsed_ns; /* since the verdict */
	__u32 syns; /* sent; 0 unknown */
	__u8 outcome; /* enum outcome */
	__u8 err; /* positive errno the kernel noted; 0 none or unknown */
	__u8 pad[2];
};

_Static_assert(sizeof(struct fence_cgroup_totals) == 128, "state layout");
_Static_assert(sizeof(struct fence_state) == 64, "state layout");
_Static_assert(sizeof(struct fence_cursor) == 64, "state layout");
_Static_assert(sizeof(struct fence_mark) == 128, "state layout; at most 128 bytes");
_Static_assert(sizeof(struct fence_attempt) <= 256, "an attempt is small");
_Static_assert(sizeof(struct fence_outcome) == 48, "record layout");
_Static_assert(sizeof(struct fence_detour) == 40, "state layout; at most 128 bytes");
_Static_assert(sizeof(struct fence_limit) == 24 + 16 * FENCE_LIMIT_TARGETS, "state layout");
_Static_assert(sizeof(struct fence_term) == 64, "policy layout");
_Static_assert(sizeof(struct fence_cgroup_class) == 12, "policy layout");
_Static_assert(sizeof(struct fence_settings) % 8 == 0, "no padding that has no name");
_Static_assert(SLOT_END <= FENCE_SLOTS, "totals");
