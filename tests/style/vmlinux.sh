#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Every field in vmlinux-headers/vmlinux.h exists in a kernel's BTF.
# usage: vmlinux.sh [DIR] [BTF]   BTF: a kernel's, as in /sys/kernel/btf/vmlinux (default: this one's)
# shellcheck disable=SC2154 # style comes from tap
. "$(dirname "$0")/tap"
if [ -d "${1:-.}" ]; then
	cd "${1:-.}" || exit 1
	[ $# -eq 0 ] || shift
fi
btf=${1:-/sys/kernel/btf/vmlinux}
name="every kernel field we read exists in $btf"
bpftool=$(command -v bpftool || echo /usr/sbin/bpftool)
if [ ! -x "$bpftool" ] || [ ! -r "$btf" ]; then
	skip "$name" "no bpftool or no such BTF"
	end
fi
wanted=$(code vmlinux-headers/vmlinux.h | awk -f "$style/fields.awk")
if [ -z "$wanted" ]; then
	tap "$name" "vmlinux-headers/vmlinux.h:1 no struct was found in it"
	end
fi
tap "$name" "$({
	echo "$wanted"
	"$bpftool" btf dump file "$btf" || echo "! bpftool cannot read $btf"
} | awk -f "$style/btf.awk")"
end
