# SPDX-License-Identifier: BSD-2-Clause
# Builds kernel, C library, userland, boot image, SDK and tests: the only makefile, top to bottom.
# Written for Kestrel, in the manner of NOVA's single Makefile.

# ---- What may be set on the command line ------------------------------------------------------
KERNCONF ?= DEBUG
CROSS    ?= i686-linux-gnu-
CLANG    ?= clang-19
HOSTCXX  ?= g++
B        := build
Q        := $(if $(V),,@)
JOBS     := $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || echo 2))

.DEFAULT_GOAL := all
.DELETE_ON_ERROR .SECONDARY:
MAKEFLAGS += --no-builtin-rules

DEBUG    := $(filter DEBUG,$(KERNCONF))
$(if $(filter DEBUG RELEASE,$(KERNCONF)),,$(error KERNCONF is not DEBUG or RELEASE: "$(KERNCONF)"))

# ---- Tools ------------------------------------------------------------------------------------
CC      := $(CROSS)gcc
CXX     := $(CROSS)g++
AR      := $(CROSS)ar
NM      := $(CROSS)nm
STRIP   := $(CROSS)strip
LIBGCC   = $(shell $(CC) -march=i686 -print-libgcc-file-name)
GCCINC   = $(shell $(CC) -print-file-name=include)
CXXINC   = $(shell $(CXX) -x c++ -E -v /dev/null 2>&1 | sed -n 's|^ \(/.*/c++/.*\)|\1|p')

comma    := ,
say      = @printf '  %-7s %s\n' '$(1)' '$(2)'
# note(file, text): the file holds the text, and is as old as the last change of it.
note     = $(shell mkdir -p $(dir $(1)); \
    [ "$$(cat $(1) 2>/dev/null)" = '$(strip $(2))' ] || printf '%s\n' '$(strip $(2))' >$(1))

# ---- Flags, in groups, each with its reason ---------------------------------------------------
# Every warning that finds real mistakes, and none may stay.
WARN     := -Wall -Wextra -Wshadow -Wmissing-declarations -Werror
WARNC    := $(WARN) -Wconversion -Wstrict-prototypes
WARNCXX  := $(WARN) -Wconversion -Wold-style-cast -Wsuggest-override
# The oldest processor that has cmpxchg8b and cmov; code is linked at fixed addresses.
MACHINE  := -march=i686 -fno-pic -fno-stack-protector
# Header dependencies; -MP keeps a deleted header from stopping the build.
DEPS      = -MMD -MP
# Kernel: no FPU registers (they belong to user threads), a whole frame chain for backtraces, no
# unwinder; entries leave the stack aligned to words only, so what needs more aligns its own frame.
KMACHINE := $(MACHINE) -mgeneral-regs-only -fno-omit-frame-pointer \
    -fno-optimize-sibling-calls -fno-asynchronous-unwind-tables -mpreferred-stack-boundary=2
# Kernel: no host library, no run-time support of the language, no constructors before i386_init.
KLANG    := -ffreestanding
KLANGCXX := $(KLANG) -std=c++23 -fno-exceptions -fno-rtti -fno-threadsafe-statics \
    -fno-use-cxa-atexit
# include/c++ keeps libstdc++'s freestanding headers from asking for glibc.
KINC     := -Iinclude -I. -Iarch/i386/include -isystem include/c++
# RELEASE is optimised as a whole when it is linked: the short functions that rooms share (locks,
# critical sections, user memory) are compiled into their callers.
KOPT     := -O2 -g $(if $(DEBUG),,-flto=2 -fno-fat-lto-objects)
KCONF    := $(if $(DEBUG),-DINVARIANTS=1,-DINVARIANTS=0)
# DEBUG kernels panic at undefined behaviour and at stack frames that were overrun (KCHECKS).
KSAN     := $(if $(DEBUG),-fsanitize=undefined -fno-sanitize-recover=undefined)
KMACHINE += $(if $(DEBUG),-fstack-protector-strong -mstack-protector-guard=global)
KCXXFLAGS := $(KMACHINE) $(KLANGCXX) $(KOPT) $(KCONF) $(WARNCXX) $(KINC)
KCFLAGS   := $(KMACHINE) $(KLANG) -std=c11 $(KOPT) $(KCONF) $(WARNC) $(KINC)
KASFLAGS  := $(KMACHINE) -g $(KCONF) $(KINC)
# memcpy and its like must not be compiled into calls of themselves.
STRFLAGS  := -fno-tree-loop-distribute-patterns -fno-builtin -fno-lto
KLDFLAGS  := -nostdlib -static -no-pie -Wl,--defsym=kernel_kib_most=$(if $(DEBUG),1024,400) \
    -Wl,-T,linker.ld -Wl,--build-id=none -Wl,-z,noexecstack -Wl,--fatal-warnings \
    -Wl,--no-warn-rwx-segments -Wl,-z,max-page-size=4096

# User programs see include/ and the compiler's own headers, and no trace of the host's system.
UNHOST   := -U__linux__ -Ulinux -U__linux -U__gnu_linux__ -D__Kestrel__
UINC      = -nostdinc -isystem $(GCCINC) -Iinclude
UINCXX    = -nostdinc++ -isystem include/c++ $(CXXINC:%=-isystem %) $(UINC)
UMACHINE := $(MACHINE) -fno-asynchronous-unwind-tables
UOPT     := -O2 -g
UCFLAGS   = $(UMACHINE) -std=c11 $(UNHOST) $(UOPT) $(WARNC) $(UINC)
UCXXFLAGS = $(UMACHINE) -std=c++20 -ffreestanding -fno-exceptions -fno-rtti \
    -fno-threadsafe-statics $(UNHOST) $(UOPT) $(WARNCXX) $(UINCXX)
UASFLAGS  = $(UMACHINE) $(UNHOST) -g $(UINC)
ULDFLAGS := -static -nostdlib -no-pie -Wl,-Ttext-segment=0x08048000 -Wl,--build-id=none \
    -Wl,-z,noexecstack -Wl,-z,max-page-size=4096

# Host tests: kernel code under sanitizers, which stop at the first report.
HOSTFLAGS := -std=c++23 -O1 -g -DINVARIANTS=1 $(WARN) -fsanitize=address,undefined \
    -fno-sanitize-recover=all -fno-omit-frame-pointer -I. -I$(B)/host/include

# What objects were built with: a change of compiler or configuration rebuilds what it touches.
TOOLCHAIN := $(B)/toolchain
$(call note,$(TOOLCHAIN),$(shell $(CXX) -dumpfullversion -dumpmachine 2>/dev/null) $(CROSS))
COMMON    := Makefile $(TOOLCHAIN)

# ---- Sources ----------------------------------------------------------------------------------
find      = $(sort $(wildcard $(1)))
KSRC     := $(call find,arch/i386/*.S arch/i386/*.cpp kern/*.cpp vm/*.cpp)
KSTRSRC  := $(call find,libc/string/*.c libc/string/*.S)
KTESTSRC := $(call find,tests/kernel/*.cpp)
BENCHKSRC := $(call find,tests/bench/kernel/*.S tests/bench/kernel/*.cpp)
KCHECKS  := kern/subr_ubsan.cpp kern/subr_stack_guard.cpp kern/kern_watchdog.cpp kern/sched_seed.cpp
KSRC     := $(if $(DEBUG),$(KSRC) $(KTESTSRC),$(filter-out $(KCHECKS),$(KSRC)))
# Not checked for undefined behaviour: who reports it, and tests, which do wrong on purpose.
KUNSANE  := kern/subr_ubsan.cpp $(filter-out tests/kernel/undefined_test.cpp,$(KTESTSRC))
LIBCSRC  := $(call find,libc/*.c libc/*.S libc/*/*.c libc/*/*.S)
CRTSRC   := $(filter %/crt1.S %/crt1.c,$(LIBCSRC))
LIBCSRC  := $(filter-out $(CRTSRC),$(LIBCSRC))
KHEADERS := $(call find,kern/*.hpp vm/*.hpp arch/i386/*.hpp arch/i386/include/machine/*.hpp \
    include/support/*.hpp)
UHEADERS := $(call find,include/*.h include/*/*.h)

K        := $(B)/$(KERNCONF)
U        := $(B)/user
KOBJ     := $(KSRC:%=$(K)/%.o)
KSTROBJ  := $(KSTRSRC:%=$(K)/%.o)
LIBCOBJ  := $(LIBCSRC:%=$(U)/%.o)
CRTOBJ   := $(CRTSRC:%=$(U)/%.o)

# ---- Entry points -----------------------------------------------------------------------------
.PHONY: all kernel libc userland initrd iso sdk headers run test test-matrix stress bench life \
    bench-parts performance mutants debug gdb lint locks layers format-check clean help setup \
    host-tests
all: kernel userland initrd sdk     ## everything a run needs (default)
kernel: $(B)/kernel                 ## build/kernel
libc: $(B)/lib/libc.a $(B)/lib/crt1.o
initrd: $(B)/initrd.tar             ## build/initrd.tar: all user programs
iso: $(B)/kestrel.iso               ## build/kestrel.iso: boots through GRUB

help:                               ## this list
	@echo 'Variables: KERNCONF=DEBUG|RELEASE CROSS=prefix- V=1, test: T=pattern, run: ARGS=...'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 20

setup:                              ## install missing Debian packages
	$(Q)scripts/setup

run:                                ## boot to a shell on this terminal (Ctrl-A x quits)
	$(Q)scripts/setup
	$(Q)$(MAKE) --no-print-directory $(JOBS) all
	$(Q)scripts/kestrel run $(ARGS)

test:                               ## build and run every test; T=pattern selects
test-matrix:                        ## every test on 1 to 8 CPUs, eager_upcall and quantum 0 and 1
test test-matrix:
	$(Q)scripts/setup
	$(Q)$(MAKE) --no-print-directory $(JOBS) all host-tests iso bench-parts
	$(Q)scripts/kestrel test $(if $(filter test-matrix,$@),--matrix) $(T)

stress: all                         ## storms, for long; TIME=seconds ROUNDS= SEED= CPUS=
	$(Q)scripts/kestrel stress $(TIME:%=--time %) $(ROUNDS:%=--rounds %) \
	    $(SEED:%=--seed %) $(CPUS:%=--cpus %)

bench:                              ## measure; ARGS=... as for `kestrel bench`
	$(Q)scripts/setup
	$(Q)$(MAKE) --no-print-directory $(JOBS) bench-parts
	$(Q)scripts/kestrel bench $(ARGS)

bench-parts: all                    ## what `kestrel bench` needs: a RELEASE kernel and programs
	$(Q)$(MAKE) --no-print-directory KERNCONF=RELEASE $(B)/RELEASE/kernel \
	    $(B)/RELEASE/kernel.bench $(BENCHES:%=$(B)/root/%)

performance: bench-parts            ## measure, and put the figures into docs/performance.md
	$(Q)scripts/kestrel bench --document docs/performance.md

life: all                           ## follow an upcall: table, picture of docs/life-of-an-upcall.md
	$(Q)scripts/kestrel run --icount --trace $(B)/life.json /bin/ksetest -q -k 1 -n 4 -r 1
	$(Q)scripts/kestrel trace story --document docs/life-of-an-upcall.md $(B)/life.json
	$(Q)python3 tests/tool/lib/picture.py $(B)/life.json docs/images/life.png

mutants: all                        ## take each mend of docs/errata.md out, see its test fail
	$(Q)scripts/kestrel mutants $(T)

debug: all                          ## boot stopped and attach gdb
	$(Q)scripts/kestrel debug $(ARGS)
gdb:                                ## attach gdb to a machine that `kestrel debug --wait` holds
	$(Q)scripts/kestrel debug --attach $(ARGS)
lint: locks layers format-check     ## lock contracts (clang), include directions, format
layers:                             ## include directions
	$(Q)scripts/layers.py
format-check:                       ## whitespace, line and file lengths, heads
	$(Q)scripts/format-check
clean:                              ## remove build/
	$(Q)rm -rf $(B)

# ---- Kernel -----------------------------------------------------------------------------------
# Linked twice: the first link fixes every address, the second holds the table of them. The table
# is the last section, so both agree; check-kernel says so or stops the build.
$(KUNSANE:%=$(K)/%.o): KSAN :=
$(K)/%.cpp.o: %.cpp $(COMMON)
	$(call say,CXX,$<)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(KCXXFLAGS) $(KSAN) $(DEPS) -c $< -o $@

$(KSTROBJ): KCFLAGS += $(STRFLAGS)
$(K)/%.c.o: %.c $(COMMON)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KCFLAGS) $(KSAN) $(DEPS) -c $< -o $@

$(K)/%.S.o: %.S $(COMMON)
	$(call say,AS,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KASFLAGS) $(DEPS) -c $< -o $@

$(call note,$(K)/objects,$(KOBJ) $(KSTROBJ))
# An archive: the kernel takes the string functions that it calls and no others.
$(K)/libkstring.a: $(KSTROBJ) $(K)/objects
	$(Q)rm -f $@ && $(AR) rcs $@ $(KSTROBJ)

# kernel_image(name, further objects, further flags): links build/CONF/NAME.
define kernel_image
$(K)/$(1).pass1: $(KOBJ) $(2) $(K)/libkstring.a $(K)/ksyms0.o linker.ld
	$$(call say,LD,$$@)
	$(Q)$(CXX) $(KCXXFLAGS) $(KLDFLAGS) $(3) -o $$@ $(KOBJ) $(2) $(K)/ksyms0.o \
	    $(K)/libkstring.a $$(LIBGCC)

$(K)/$(1): $(K)/$(1).pass1 $(K)/$(1).ksyms.o scripts/check-kernel
	$$(call say,LD,$$@)
	$(Q)$(CXX) $(KCXXFLAGS) $(KLDFLAGS) $(3) -o $$@ $(KOBJ) $(2) \
	    $(K)/$(1).ksyms.o $(K)/libkstring.a $$(LIBGCC)
	$(Q)NM=$(NM) scripts/check-kernel $$< $$@

$(K)/$(1).ksyms.S: $(K)/$(1).pass1 scripts/ksyms
	$(Q)$(NM) -C --defined-only $$< | scripts/ksyms >$$@
endef

$(K)/ksyms0.S: scripts/ksyms
	@mkdir -p $(@D)
	$(Q)scripts/ksyms </dev/null >$@
$(K)/%.o: $(K)/%.S $(COMMON)
	$(Q)$(CC) $(KASFLAGS) -c $< -o $@

$(eval $(call kernel_image,kernel))

# The configuration last asked for is the one that runs. Compared each time, since either may be
# newer than the copy; a copy that is the same keeps its age.
$(B)/kernel: $(K)/kernel FORCE
	$(Q)cmp -s $< $@ || cp $< $@
.PHONY: FORCE
FORCE:
# A kernel that can take the figures that user mode cannot: RELEASE, and tests/bench/kernel.
ifeq ($(KERNCONF),RELEASE)
$(eval $(call kernel_image,kernel.bench,$(BENCHKSRC:%=$(K)/%.o),-Wl$(comma)-e$(comma)bench_start))
endif

# ---- Headers, each alone ----------------------------------------------------------------------
headers: $(KHEADERS:%=$(B)/headers/%.ok) $(UHEADERS:%=$(B)/headers/%.ok)  ## each compiles alone

alone = -fsyntax-only -include $< -MMD -MP -MT $@ -MF $(@:.ok=.d)
$(B)/headers/%.hpp.ok: %.hpp $(COMMON)
	$(call say,HEADER,$<)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(KCXXFLAGS) $(alone) -x c++ /dev/null && touch $@
$(B)/headers/%.h.ok: %.h $(COMMON)
	$(call say,HEADER,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(UCFLAGS) $(alone) -x c /dev/null
	$(Q)$(CXX) $(filter-out -Wold-style-cast,$(UCXXFLAGS)) $(alone) -x c++ /dev/null && touch $@

# ---- Lock contracts ---------------------------------------------------------------------------
# clang reads again what g++ has compiled, whose object stands for the headers as well.
KCHECKED := $(filter %.cpp,$(KSRC) $(KTESTSRC) $(BENCHKSRC))
locks: $(patsubst %,$(B)/lint/%.ok,$(sort $(KCHECKED)))  ## lock contracts, by clang
$(B)/lint/%.ok: $(K)/%.o scripts/lint
	$(call say,LINT,$*)
	@mkdir -p $(@D)
	$(Q)CROSS=$(CROSS) CLANG=$(CLANG) scripts/lint $* && touch $@

# ---- C library --------------------------------------------------------------------------------
$(U)/%.c.o: %.c $(COMMON)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(UCFLAGS) $(if $(filter libc/string/%,$<),$(STRFLAGS)) $(DEPS) -c $< -o $@
$(U)/%.cpp.o: %.cpp $(COMMON)
	$(call say,CXX,$<)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(UCXXFLAGS) $(DEPS) -c $< -o $@
$(U)/%.S.o: %.S $(COMMON)
	$(call say,AS,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(UASFLAGS) $(DEPS) -c $< -o $@

$(call note,$(U)/libc.objects,$(LIBCOBJ))
$(B)/lib/libc.a: $(LIBCOBJ) $(U)/libc.objects
	$(call say,AR,$@)
	@mkdir -p $(@D)
	$(Q)rm -f $@ && $(AR) rcs $@ $(LIBCOBJ)
$(B)/lib/crt1.o: $(CRTOBJ)
	@mkdir -p $(@D)
	$(Q)cp $< $@

# ---- User programs ----------------------------------------------------------------------------
# program(guest path, sources): build/prog/PATH with symbols, build/root/PATH without.
PROGRAMS :=
define program
PROGRAMS += $(1)
$(B)/prog/$(1): $(2:%=$(U)/%.o) $(3) $(B)/lib/crt1.o $(B)/lib/libc.a $(COMMON)
	$$(call say,LINK,$(1))
	@mkdir -p $$(@D)
	$(Q)$(CC) $(ULDFLAGS) $$(ULDFLAGS_$(1)) -o $$@ $(B)/lib/crt1.o $(2:%=$(U)/%.o) $(3) \
	    $(B)/lib/libc.a $$(LIBGCC)
endef
sources = $(call find,$(1)/*.c $(1)/*.S $(1)/*.cpp)

# userland/bin holds one-file programs; a directory beside it is one program of its own.
$(foreach f,$(call find,userland/bin/*.c),$(eval $(call program,bin/$(basename $(notdir $f)),$f)))
$(foreach p,sbin/init bin/sh bin/ksetest,\
    $(if $(call sources,userland/$(notdir $p)),\
        $(eval $(call program,$p,$(call sources,userland/$(notdir $p))))))

# tests/user: a file is a program, so is a directory; lib/ holds what they share, as an archive.
UTESTLIBSRC := $(call sources,tests/user/lib)
UTESTLIB    := $(if $(UTESTLIBSRC),$(B)/lib/libtest.a)
UTESTFILES  := $(call find,tests/user/*.c tests/user/*.S)
UTESTDIRS   := $(filter-out tests/user/lib,$(patsubst %/,%,$(call find,tests/user/*/))) tests/stress
UTESTDIRS   := $(foreach d,$(UTESTDIRS),$(if $(call sources,$d),$d))
$(foreach f,$(UTESTFILES),\
    $(eval $(call program,tests/$(basename $(notdir $f)),$f,$(UTESTLIB))))
$(foreach d,$(UTESTDIRS),\
    $(eval $(call program,tests/$(notdir $d),$(call sources,$d),$(UTESTLIB))))
$(B)/lib/libtest.a: $(UTESTLIBSRC:%=$(U)/%.o)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# tests/bench: like tests/user, not in the boot image; the user thread scheduler is ksetest's.
SYSTEM := $(PROGRAMS)
BENCHLIB := $(B)/lib/libbench.a
$(foreach f,$(call find,tests/bench/*.c tests/bench/*.S),\
    $(eval $(call program,bench/$(basename $(notdir $f)),$f,$(BENCHLIB))))
BENCHUTS := $(addprefix userland/ksetest/,uts.c uts_life.c enter_uts.S story.c)
$(foreach p,upcalls scaling,\
    $(eval $(call program,bench/$p,tests/bench/$p/main.c $(BENCHUTS),$(BENCHLIB)))\
    $(eval $(U)/tests/bench/$p/main.c.o: UINC += -Iuserland/ksetest))
ULDFLAGS_bench/first := -Wl,-e,first_start
$(B)/lib/libbench.a: $(U)/tests/bench/lib/bench.c.o
	$(Q)rm -f $@ && $(AR) rcs $@ $^
BENCHES := $(filter-out $(SYSTEM),$(PROGRAMS))
PROGRAMS := $(SYSTEM)

$(B)/root/%: $(B)/prog/%
	@mkdir -p $(@D)
	$(Q)$(STRIP) -s -o $@ $<
userland: $(PROGRAMS:%=$(B)/root/%)  ## all user programs

# ---- Boot image -------------------------------------------------------------------------------
ETC      := $(call find,userland/etc/*)
MEMBERS  := $(foreach p,$(PROGRAMS),$p=$(B)/root/$p) $(foreach f,$(ETC),etc/$(notdir $f)=$f) \
    tests/bad=$(B)/bad
# Malformed programs for tests/user/exec.c.
$(B)/bad: scripts/mkbadelf
	$(Q)rm -rf $@ && scripts/mkbadelf $@
$(call note,$(B)/initrd.members,$(MEMBERS))
$(B)/initrd.tar: $(PROGRAMS:%=$(B)/root/%) $(ETC) $(B)/bad $(B)/initrd.members scripts/mkinitrd
	$(call say,INITRD,$@)
	$(Q)scripts/mkinitrd $@ $(MEMBERS)

$(B)/kestrel.iso: $(B)/kernel $(B)/initrd.tar scripts/mkiso
	$(call say,ISO,$@)
	$(Q)scripts/mkiso $@ $(B)/kernel $(B)/initrd.tar

# ---- SDK --------------------------------------------------------------------------------------
SDKWRAP  := scripts/sdk/kestrel-cc include/c++/bit $(call find,include/c++/bits/*)
sdk: $(B)/sdk/stamp                 ## build/sdk: headers, libraries, kestrel-cc, kestrel-c++
$(B)/sdk/stamp: $(UHEADERS) $(B)/lib/libc.a $(B)/lib/crt1.o $(SDKWRAP) $(COMMON)
	$(call say,SDK,$(@D))
	$(Q)rm -rf $(@D) && mkdir -p $(@D)/include $(@D)/lib $(@D)/bin
	$(Q)(cd include && tar -cf - --exclude=support .) | tar -xf - -C $(@D)/include
	$(Q)cp $(B)/lib/libc.a $(B)/lib/crt1.o $(@D)/lib/
	$(Q)sed 's|@CROSS@|$(CROSS)|; s|@CXXINC@|$(CXXINC)|' scripts/sdk/kestrel-cc \
	    >$(@D)/bin/kestrel-cc && chmod +x $(@D)/bin/kestrel-cc
	$(Q)ln -s kestrel-cc $(@D)/bin/kestrel-c++
	$(Q)touch $@

# ---- Host tests -------------------------------------------------------------------------------
# tests/host/X.cpp becomes build/host/X; HOST_X names kernel sources, lib/ is shared by all.
HOSTLIB   := $(call find,tests/host/lib/*.cpp)
HOSTTESTS := $(patsubst tests/host/%.cpp,%,$(call find,tests/host/*.cpp))
HOST_format   := kern/subr_format.cpp
HOST_cmdline  := kern/cmdline.cpp
HOST_runq     := kern/kern_runq.cpp
HOST_elf      := kern/elf_parse.cpp
HOST_ustar    := kern/ustar.cpp
HOST_gdb_packet := kern/gdb_packet.cpp
HOST_ddb      := kern/ddb_line.cpp kern/ddb_expr.cpp
HOST_uma_slab := vm/uma_slab.cpp
host-tests: $(HOSTTESTS:%=$(B)/host/%)  ## build the GoogleTest programs
# Of include/ only support/ is of use on the host: the rest would hide the host's own headers.
$(B)/host/include: Makefile
	@mkdir -p $@ && ln -sfn $(CURDIR)/include/support $@/support
	@touch $@
$(B)/host/%.cpp.o: %.cpp $(COMMON) | $(B)/host/include
	$(call say,HOSTCXX,$<)
	@mkdir -p $(@D)
	$(Q)$(HOSTCXX) $(HOSTFLAGS) $(DEPS) -c $< -o $@
define host_test
$(B)/host/$(1): $(patsubst %,$(B)/host/%.o,tests/host/$(1).cpp $(HOST_$(1)) $(HOSTLIB))
	$$(call say,HOSTLD,$$@)
	$(Q)$(HOSTCXX) $(HOSTFLAGS) -o $$@ $$^ -lgtest_main -lgtest -lpthread
endef
$(foreach t,$(HOSTTESTS),$(eval $(call host_test,$t)))
# ---- What the compiler found out about headers ------------------------------------------------
-include $(KOBJ:.o=.d) $(KSTROBJ:.o=.d) $(LIBCOBJ:.o=.d) $(CRTOBJ:.o=.d)
-include $(shell find $(B)/user $(B)/headers $(B)/host -name '*.d' 2>/dev/null)
