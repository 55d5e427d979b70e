#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Shows each style test a tree it must accept, then one fault at a time that it must find.
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
spdx='SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause'
n=0
bad=0

verdict() { # NAME COMMAND...: ok when the command succeeds
	local name=$1
	shift
	n=$((n + 1))
	if "$@" >/dev/null; then
		echo "ok $n - $name"
	else
		bad=1
		echo "not ok $n - $name"
		sed 's/^/# /' "$work/out"
	fi
}

put() { # FILE, text on stdin
	mkdir -p "$(dirname "$work/good/$1")"
	cat >"$work/good/$1"
}

lines() { # N TEXT
	for ((i = 0; i < $1; i++)); do
		echo "$2"
	done
}

# What every test must accept, with what looks like a fault but is none.
make_good() {
	printf '# %s\nROOMS = low say \\\n\thigh kernel\n\nall:\n' "$spdx" | put Makefile
	cp "$here/../../.clang-format" "$work/good/"
	printf '/* %s */\nint low_one(int (*f)(void));\n\nstruct low {\n\tint (*one)(void);\n};\n' "$spdx" |
		put user/low.h
	put user/low.c <<-END
		/* $spdx */
		/* stderr, stdout and printf(): only named here; "high.h" as well */
		#include "low.h"

		#include <stdio.h>

		#include "bpf/fence.h"

		static int helper(int err)
		{
			return err;
		}

		int low_one(int (*f)(void))
		{
			static const char *const words[] = {
		$(lines 60 '		"stderr printf( typedef",')
			};

			fprintf(NULL, "%s stderr", words[0]);
			return f() ? helper(-1) : '"';
		}
	END
	printf '/* %s */\n' "$spdx" | put user/high.h
	printf '/* %s */\n#include "high.h"\n\n#include "low.h"\n#include "say.h"\n' "$spdx" | put user/high.c
	printf '/* %s */\n__attribute__((format(printf, 1, 2))) void say(const char *fmt, ...);\n%s\n' "$spdx" \
		'__attribute__((format(printf, 2, 3))) int fail(int err, const char *fmt, ...);' | put user/say.h
	printf '/* %s */\n#include <stdio.h>\n\nint fail(void)\n{\n\treturn fputs("x", stderr);\n}\n' "$spdx" |
		put user/say.c
	printf '/* %s */\n#include <bpf/libbpf.h>\n\n#include "fence.skel.h"\n' "$spdx" | put user/kernel.c
	printf '/* %s */\nint cmd_run(void);\nint cmd_up(void);\n' "$spdx" | put user/cmd/verbs.h
	printf '/* %s */\n#include "verbs.h"\n\n#include "high.h"\n\nint cmd_run(void)\n{\n\treturn puts("x");\n}\n' \
		"$spdx" | put user/cmd/run.c
	printf '/* %s */\n#include "cmd/verbs.h"\n\nint main(void)\n{\n\treturn cmd_run();\n}\n' "$spdx" |
		put user/main.c
	printf '/* %s */\n#include <linux/types.h>\n%s\n' "$spdx" "$(lines 130 '')x" | sed '$d' | put bpf/fence.h
	put bpf/fence.bpf.c <<-END
		/* $spdx */
		#include "vmlinux.h"
		#include <bpf/bpf_helpers.h>

		#include "fence.h"

		struct {
			__u32 x;
		} fence_policy SEC(".maps");

		SEC("cgroup/connect4")
		int fence_connect4(struct bpf_sock_addr *ctx)
		{
			return 1;
		}

		char LICENSE[] SEC("license") = "GPL";
	END
	printf '/* %s */\nstruct task_struct {\n\tint tgid; /* x */\n\tchar comm[16];\n};\n\nstruct task_struct___old {\n\tint nothing;\n};\n' \
		"$spdx" | put vmlinux-headers/vmlinux.h
	printf '#!/bin/sh\n# %s\necho ok\n' "$spdx" | put tests/live/one.sh
	printf '#!/bin/bash\n# %s\na=(x)\necho "${a[@]}"\n' "$spdx" | put tests/live/two.sh
	lines 70 '# lib' | sed "1s/.*/# $spdx/" | put tests/live/lib.sh
	printf '%s\n' 'version: 1' | put tests/fuzz/policy/one.yaml
	chmod +x "$work/good/tests/live/one.sh" "$work/good/tests/live/two.sh"
	clang-format-14 -i "$work"/good/user/*.[ch] "$work"/good/user/cmd/*.[ch] "$work"/good/bpf/*.[ch] 2>/dev/null
}

good() { # a fresh copy to spoil
	rm -rf "$work/tree"
	cp -r "$work/good" "$work/tree"
}

judge() { # TEST [ARGUMENT]: its output to $work/out, its exit status
	"$here/$1.sh" "$work/tree" ${2:+"$2"} >"$work/out" 2>&1
}

finds() { # TEST RULE FILE
	! judge "$1" && grep -F "# $3:" "$work/out" | grep -q "^not ok [0-9]* - $2"
}

# fault TEST RULE FILE: text on stdin, added to FILE, or taken for it when FILE is new
fault() {
	good
	[[ $3 != */* ]] || mkdir -p "$work/tree/${3%/*}"
	cat >>"$work/tree/$3"
	[[ $3 != tests/live/* ]] || chmod +x "$work/tree/$3"
	verdict "$1 finds: $2 (${4:-$3})" finds "$1" "$2" "$3"
}

make_good
for test in layers sizes names format spdx shell vmlinux; do
	good
	verdict "$test accepts a good tree" judge "$test"
done
rm -rf "$work/tree" && mkdir "$work/tree"
verdict "an empty tree is not accepted" eval '! judge spdx'

fault layers "a room includes only" user/low.c <<<'#include "high.h"'
fault layers "a room includes only" user/low.h <<<'# include "user/say.h"'
fault layers "every source in user/" user/stray.c <<<'int x;'
fault layers "no room knows a verb" user/high.c <<<'#include "cmd/verbs.h"'
fault layers "bpf/ includes nothing" bpf/fence.bpf.c <<<'#include "user/low.h"'
fault layers "bpf/ includes nothing" bpf/fence.bpf.c plain <<<'#include "low.h"'
fault layers "user/ includes of bpf/" user/high.c <<<'#include "bpf/fence.bpf.h"'
fault layers "user/ includes of bpf/" user/high.h <<<'#include "vmlinux.h"'
fault layers "libbpf and the skeleton" user/high.c <<<'#include <bpf/bpf.h>'
fault layers "libbpf and the skeleton" user/cmd/run.c <<<'#include "fence.skel.h"'
fault layers "stderr only" user/high.c <<<'int f(void) { return fputs("x", stderr); }'
fault layers "stderr only" user/cmd/run.c <<<'void f(void) { perror("x"); }'
fault layers "stderr only" user/low.c warnx <<<'void f(void) { warnx("x"); }'
fault layers "stderr only" user/low.c write <<<'void f(void) { write(2, "x", 1); }'
fault layers "stdout only" user/high.c <<<'void f(void) { printf("x"); }'
fault layers "stdout only" user/low.c puts <<<'void f(void) { /* x */ puts("x"); }'
fault layers "stdout only" user/say.c <<<'void f(void) { fputs("x", stdout); }'
fault layers "no verb includes" user/cmd/up.c <<<'int cmd_up(void) { return cmd_run(); }'
fault layers "no verb includes" user/cmd/up.c include <<<'#include "run.h"'
fault sizes "a source has" user/low.c < <(lines 400 '')
fault sizes "a header in bpf/" bpf/big.h < <(lines 121 '')
fault sizes "a verb has" user/cmd/run.c < <(lines 150 '')
fault sizes "the Makefile has" Makefile < <(lines 150 '')
fault sizes "a live test has" tests/live/big.sh < <(lines 61 '#')
for file in user/low.c bpf/fence.bpf.c tests/unit/low.c; do
	fault sizes "a function has" $file < <(printf '\nint low_long(void)\n{\n'; lines 48 '	x();'; echo '}')
done
good
{ printf '\nint low_long(void)\n{\n'; lines 47 '	x();'; echo '}'; } >>"$work/tree/user/low.c"
verdict "sizes accepts a function of 50 lines" judge sizes
fault names "public functions of NAME.c" user/low.c <<<'
int high_two(void)
{
}'
fault names "public functions of NAME.c" user/high.c <<<'
struct x *fail(int a,
	int b)
{
}'
fault names "public functions of NAME.c" user/cmd/run.c <<<'
int cmd_up(void)
{
}'
fault names "public functions of NAME.h" user/low.h <<<'int other(void);'
fault names "public functions of NAME.h" user/high.h <<<'__attribute__((format(printf, 1, 2))) int low_x(char *, ...);'
fault names "maps and programs" bpf/fence.bpf.c <<<'} events SEC(".maps");'
fault names "maps and programs" bpf/maps.h <<<'} fence_much_too_long SEC(".maps");'
fault names "maps and programs" bpf/fence.bpf.c program <<<'SEC("sockops")
int watch(struct bpf_sock_ops *ops)'
fault names "maps and programs" bpf/fence.bpf.c long <<<'SEC("sockops") int fence_sockops_and_more(void *ops)'
fault names "maps and programs" bpf/fence.bpf.c BPF_PROG <<<'SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(follow, struct cgroup *c)'
fault names "no typedef" user/low.c <<<'typedef int number;'
fault names "no type of ours" tests/unit/low.c <<<'struct low_t {'
command -v clang-format-14 >/dev/null &&
	fault format "C is formatted" tests/unit/low.c <<<'int  x;'
for file in user/new.c dist/new.sh data/new.yaml; do
	fault spdx "every source has" $file <<<'x: 1'
done
fault spdx "every source has" dist/tool <<<'#!/bin/sh'
fault shell "sh -n" dist/tool <<<$'#!/bin/sh\nif x'
fault shell "bash -n" dist/tool <<<$'#!/usr/bin/env bash\na=(x'
fault shell "bash -n" dist/part.sh <<<'fi'
command -v shellcheck >/dev/null &&
	fault shell "shellcheck has" dist/tool <<<$'#!/bin/sh\ncd /nowhere; rm $1/*; read x'
good
judge vmlinux
if grep -q SKIP "$work/out"; then
	n=$((n + 1))
	echo "ok $n - vmlinux finds what a kernel lacks # SKIP no bpftool or no BTF here"
else
	fault vmlinux "every kernel field" vmlinux-headers/vmlinux.h <<<$'struct task_struct {\n\tint no_such_field;\n};'
	fault vmlinux "every kernel field" vmlinux-headers/vmlinux.h struct <<<$'struct no_such_struct {\n\tint tgid;\n};'
	good
	echo >"$work/tree/vmlinux-headers/vmlinux.h"
	verdict "vmlinux finds: a header without a struct" finds vmlinux "every kernel field" vmlinux-headers/vmlinux.h
	good
	echo junk >"$work/btf"
	verdict "vmlinux finds: no BTF in the file" eval '! judge vmlinux "$work/btf"'
fi
echo "1..$n"
exit $bad
