# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# `make help` lists the targets.
# Rooms of user/, low to high: a room may include only rooms before it (tests/style/layers.sh).
ROOMS = text say options json address list file csv walk latch yaml choice quote action value selection selectors order dmi shelf provider profile roster tenant mta preset rule layer canon doubt \
	charter policy entry exemption dump mounts cgroup process shape statefile dossier pods runtime runtimes container ways terms vectors patterns asks match anchor \
	names exes resolve classes prefixes settings orders compile mask script subject attempt line member recall scope fill holder kernel link pin counts dirwatch follow \
	crowd held events sweep guard state phrase slip relief probation standing board translate archive distinct incident ledger remedy advise judge netns diag sockets cut identity aim census senders \
	blind permit fate announce outlook wrap portrait account report asker grant raise bestow lift confirm herald lookout explain suspect query ladder pending living inside keeper exewatch refresh notify job signals asked vain daemon \
	invoker launch last wire plan cage tally session helper front

O ?= .output
ARCH ?= $(shell uname -m | sed 's/x86_64/x86/; s/aarch64/arm64/')
CC := $(CROSS_COMPILE)gcc
CLANG ?= clang-14
BPFTOOL ?= $(shell command -v bpftool || echo /usr/sbin/bpftool)
PKG_CONFIG ?= pkg-config
PREFIX ?= /usr/local
DATADIR = $(PREFIX)/share/smtpfence
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
WERROR ?= 1
SAN ?= 0

LIBS = libbpf yaml-0.1 jansson smartcols libcrypto
ifneq ($(LIBBPF_PREFIX),)
export PKG_CONFIG_PATH := $(LIBBPF_PREFIX)/lib/pkgconfig:$(PKG_CONFIG_PATH)
endif
CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=gnu11 -Wall -Wextra $(if $(filter 1,$(WERROR)),-Werror) -MMD -MP -D_GNU_SOURCE -I. -Iuser -I$O \
	-DVERSION='"$(VERSION)"' -DDATADIR='"$(DATADIR)"' $(shell $(PKG_CONFIG) --cflags $(LIBS)) $(CFLAGS)
LDLIBS = $(shell $(PKG_CONFIG) --libs $(LIBS))
SANFLAGS = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
ifeq ($(SAN),1)
CFLAGS += $(SANFLAGS)
LDFLAGS += $(SANFLAGS)
endif
BPFFLAGS = -O2 -g -target bpf -mcpu=v3 -D__TARGET_ARCH_$(ARCH) -Wall -Wextra -Werror \
	-Wno-gnu-variable-sized-type-not-at-end -I. -Ivmlinux-headers -idirafter /usr/include/$(shell $(CC) -dumpmachine)

VERBS = $(patsubst user/%.c,%,$(wildcard user/cmd/*.c))
OBJ = $(ROOMS:%=$O/%.o)
SANOBJ = $(ROOMS:%=$O/san/%.o)
UNITS = $(patsubst tests/unit/%.c,$O/unit/%,$(wildcard tests/unit/*.c))
TOOLS = $(patsubst tests/tools/%.c,$O/tools/%,$(wildcard tests/tools/*.c))
PACKETS = $(patsubst tests/bpf/%.c,$O/bpf/%,$(wildcard tests/bpf/*.c))
PROPERTY = $O/property/judge $O/property/kernel
MANS = $(patsubst dist/man/%.scd,$O/man/%,$(wildcard dist/man/*.scd))
FUZZERS = $(patsubst tests/fuzz/%.c,$O/fuzz/%,$(wildcard tests/fuzz/*.c))

Q = $(if $(V),,@)
msg = $(if $(V),,@printf '  %-8s %s\n' $1 $(2:$O/%=%))

all: $O/smtpfence $O/smtpfenced $(MANS) ## build (default)

$O/smtpfence: $O/main.o $(VERBS:%=$O/%.o) $O/rooms.a
$O/smtpfenced: $O/smtpfenced.o $O/rooms.a
$O/san/smtpfence: $O/san/main.o $(VERBS:%=$O/san/%.o) $O/san/rooms.a
$O/smtpfence $O/smtpfenced $O/san/smtpfence:
	$(call msg,LINK,$@)
	$Q$(CC) $(CFLAGS) $(if $(findstring /san/,$@),$(SANFLAGS)) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$O/rooms.a: $(OBJ)
$O/san/rooms.a: $(SANOBJ)
$O/rooms.a $O/san/rooms.a:
	$Qrm -f $@; ar rcs $@ $^

$O/kernel.o $O/san/kernel.o: $O/fence.skel.h
$O/follow.o $O/san/follow.o: $O/follow.skel.h

# What the version and the place of the data files are compiled into is built anew when they change.
$O/names: FORCE
	@mkdir -p $O; echo '$(VERSION) $(DATADIR)' | cmp -s - $@ || echo '$(VERSION) $(DATADIR)' > $@
$(foreach o,main smtpfenced line shelf,$O/$o.o $O/san/$o.o): $O/names
FORCE:

$O/%.o: user/%.c
	$(call msg,CC,$@)
	$Qmkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -c -o $@ $<

$O/san/%.o: user/%.c
	$(call msg,CC-SAN,$@)
	$Qmkdir -p $(@D) && $(CC) $(ALL_CFLAGS) $(SANFLAGS) -O1 -c -o $@ $<

vpath %.bpf.c bpf tests
$O/%.bpf.o: %.bpf.c $(wildcard bpf/* tests/property/lib/*.h) vmlinux-headers/vmlinux.h
	$(call msg,BPF,$@)
	$Qmkdir -p $(@D) && $(CLANG) $(BPFFLAGS) -c -o $@.tmp $< && $(BPFTOOL) gen object $@ $@.tmp && rm $@.tmp

$O/%.skel.h: $O/%.bpf.o
	$(call msg,SKEL,$@)
	$Q$(BPFTOOL) gen skeleton $< name $(notdir $(*:follow=follow_bpf)) > $@

$O/man/%: dist/man/%.scd
	$(call msg,MAN,$@)
	$Qmkdir -p $(@D) && scdoc < $< > $@

$O/unit/%: tests/unit/%.c $O/san/rooms.a
	$(call msg,UNIT,$@)
	$Qmkdir -p $(@D) && $(CC) $(ALL_CFLAGS) $(SANFLAGS) -O1 -o $@ $< $O/san/rooms.a $(LDLIBS) -lcmocka

$(PACKETS): tests/bpf/lib/forge.c
$(PROPERTY): tests/property/lib/bench.c $O/property/fence.skel.h
$(PACKETS) $(PROPERTY): $O/%: tests/%.c $O/rooms.a
	$(call msg,TEST,$@)
	$Qmkdir -p $(@D) && $(CC) -I$(@D) $(ALL_CFLAGS) -I$(<D) -o $@ $(filter %.c,$^) $O/rooms.a $(LDLIBS)
$O/tools/%: tests/tools/%.c
	$(call msg,TOOL,$@)
	$Qmkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -o $@ $(filter %.c,$^) -lpthread
$O/tools/try25: $(wildcard tests/tools/ways/*)

$O/fuzz/%: tests/fuzz/%.c $(ROOMS:%=user/%.c)
	$(call msg,FUZZ,$@)
	$Qmkdir -p $(@D) && $(CLANG) -std=gnu11 -D_GNU_SOURCE -DVERSION='""' -DDATADIR='""' -I. -Iuser -I$O -g -O1 \
		-fsanitize=fuzzer,address,undefined -o $@ $< $$(sed -n 's/^\/\* rooms: \(.*\) \*\//\1/p' $< | \
		sed 's/[a-z]*/user\/&.c/g; s/user\/\.c//g') $(LDLIBS)

tests: all $O/san/smtpfence $(UNITS) $(PACKETS) $(PROPERTY) $(TOOLS) ## build the tests
packets: $(PACKETS)

deps: ## install what is missing (root)
	$Qdist/deps build test vm
check: deps-quiet tests ## style and unit tests; no root, seconds
	$Qtests/run style unit
test: deps ## everything (root); N passed, N failed, N skipped
	$Q$(MAKE) --no-print-directory -j$$(nproc) tests && tests/run all
demo: ## the main job on real senders, in namespaces of its own (root)
	$Qdist/deps build demo && $(MAKE) --no-print-directory all && tests/demo/demo
vm: tests ## the kernel matrix under qemu (root)
	$Qtests/run vm
fuzz: $(FUZZERS) ## every fuzzer, FUZZ_SECONDS each (60)
	$Qtests/run fuzz
bench: all $(TOOLS) ## what the fence costs, as ratios; figures to $$O/bench.json (root)
	$QO=$O tests/bench/bench
deps-quiet: ; $Qdist/deps --check build

install: all ## DESTDIR= PREFIX=
	install -D -m 0755 -t $(DESTDIR)$(PREFIX)/bin $O/smtpfence $O/smtpfenced
	sed 's,/usr/local/bin,$(PREFIX)/bin,' dist/systemd/smtpfenced.service | install -D -m 0644 /dev/stdin $(DESTDIR)$(PREFIX)/lib/systemd/system/smtpfenced.service
	install -D -m 0644 -t $(DESTDIR)$(DATADIR)/profiles data/profiles/*.yaml
	install -D -m 0644 data/event.schema.json $(DESTDIR)$(DATADIR)/event.schema.json
	for page in $(MANS); do install -D -m 0644 -t $(DESTDIR)$(PREFIX)/share/man/man$${page##*.} $$page || exit; done
clean: ## remove what was built
	rm -rf $O
help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1	\2/p' Makefile | expand -t 12

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: FORCE all tests packets deps deps-quiet check test demo vm fuzz bench install clean help
-include $(wildcard $O/*.d $O/*/*.d $O/*/*/*.d)
