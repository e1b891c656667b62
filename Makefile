# SPDX-License-Identifier: GPL-2.0
#
# Targets for users and developers.  The kernel's build system reads the Kbuild
# file instead.

# The running kernel's headers, or else the newest that Debian has installed.
KDIR ?= $(firstword $(wildcard /lib/modules/$(shell uname -r)/build) \
	$(shell ls -dv /usr/src/linux-headers-*[0-9]-amd64 2>/dev/null | tail -n 1))
RELEASE = $(shell cat $(KDIR)/include/config/kernel.release 2>/dev/null)
MODULE_DIR = $(INSTALL_MOD_PATH)/lib/modules/$(RELEASE)/updates
MAN_DIR = $(INSTALL_MOD_PATH)/usr/local/share/man/man4

BIN_DIR = $(INSTALL_MOD_PATH)/usr/local/bin
MAN1_DIR = $(INSTALL_MOD_PATH)/usr/local/share/man/man1

# The architecture of the demonstration: its kernel, and Debian's programs for it.
ARCH ?= x86_64
ifeq ($(ARCH),arm64)
DEMO_KERNEL = plain-arm64
DEMO_CXX = aarch64-linux-gnu-g++-12
FAKEROOT_LIBRARY = $(shell scripts/arm64-root)/usr/lib/aarch64-linux-gnu/libfakeroot/libfakeroot-sysv.so
else
DEMO_KERNEL = plain
DEMO_CXX = $(CXX)
FAKEROOT_LIBRARY = /usr/lib/x86_64-linux-gnu/libfakeroot/libfakeroot-sysv.so
endif

# Link-time optimisation across C and C++; LTO=0 turns it off.
LTO ?= 1
# 1: build for untested kernels too (src/kapi/tried.h).
SYSVIPC_UNTRIED ?= 0
export LTO SYSVIPC_UNTRIED

.PHONY: all install uninstall tools install-tools deb android clean run shell test test-more host-test explore fuzz coverage mutants mutants-guest test-reference test-postgres matrix bench latency lint check format help FORCE

all: ## build sysvipc.ko for KDIR (default: the running kernel's headers, else Debian's newest)
	@test -d "$(KDIR)" || { echo "No kernel headers: set KDIR=, or run scripts/install-packages build headers" >&2; false; }
	scripts/build-module $(KDIR) $(CURDIR)/build/$(RELEASE)
	cp build/$(RELEASE)/sysvipc.ko .

install: ## install the module for KDIR's kernel and sysvipc(4) (INSTALL_MOD_PATH=: another root)
	scripts/build-module $(KDIR) $(CURDIR)/build/$(RELEASE)
	install -D -m 644 build/$(RELEASE)/sysvipc.ko $(MODULE_DIR)/sysvipc.ko
	install -D -m 644 man/sysvipc.4 $(MAN_DIR)/sysvipc.4
	depmod $(if $(INSTALL_MOD_PATH),-b $(INSTALL_MOD_PATH)) $(RELEASE)

uninstall: ## remove what install and install-tools installed
	rm -f $(MODULE_DIR)/sysvipc.ko $(MAN_DIR)/sysvipc.4 $(BIN_DIR)/sysvipcctl $(MAN1_DIR)/sysvipcctl.1
	depmod $(if $(INSTALL_MOD_PATH),-b $(INSTALL_MOD_PATH)) $(RELEASE)

tools: build/sysvipcctl ## build sysvipcctl, which lists objects and their users
build/sysvipcctl: $(wildcard tools/sysvipcctl/*)
	mkdir -p build
	$(CXX) -std=gnu++20 -O2 -Wall -Wextra -Wshadow -Wconversion -Werror -o $@ $(filter %.cpp,$^)

install-tools: build/sysvipcctl ## install sysvipcctl with its manual page
	install -D -m 755 build/sysvipcctl $(BIN_DIR)/sysvipcctl
	install -D -m 644 man/sysvipcctl.1 $(MAN1_DIR)/sysvipcctl.1

deb: ## build the Debian packages sysvipc-dkms and sysvipc-tools in build/
	scripts/build-deb build

android: ## build a zip for Android's root managers in build/ (KDIR=: the device's kernel; docs/android.md)
	scripts/build-android $(KDIR) build

# For any machine: without libraries.
build/demo-$(ARCH)/sysvipcctl: $(wildcard tools/sysvipcctl/*)
build/demo-$(ARCH)/occupy: tests/events/occupy.cpp
build/demo-$(ARCH)/%:
	mkdir -p $(@D)
	$(DEMO_CXX) -std=gnu++20 -O1 -static -Wl,--no-warnings -o $@ $(filter %.cpp,$^)

run: build/$(DEMO_KERNEL)/sysvipc.ko build/demo-$(ARCH)/sysvipcctl build/demo-$(ARCH)/occupy ## run a demonstration in a virtual machine without System V IPC (ARCH=x86_64|arm64)
	@scripts/install-packages demo
	qemu/run --kernel $(DEMO_KERNEL) --module $< --add qemu/guest/demo.sh \
		--add build/demo-$(ARCH)/sysvipcctl:usr/bin/sysvipcctl --add build/demo-$(ARCH)/occupy --tool fakeroot-sysv --tool faked-sysv \
		--tool setpriv --tool tar --tool chown --tool getopt --tool cat --tool sed \
		--add $(FAKEROOT_LIBRARY):usr/lib/libfakeroot-sysv.so -- sh /demo.sh

shell: build/$(DEMO_KERNEL)/sysvipc.ko ## open a shell in such a machine, with the module loaded
	qemu/run --kernel $(DEMO_KERNEL) --interactive --module $< -- insmod /modules/sysvipc.ko

test: ## run the main tests; logs in build/logs/ (a selection: make test ONLY="kunit:plain check")
	scripts/test $(ONLY)

test-more: ## run the tests on other kernels, under load and with other tools
	scripts/test --more

test-reference: ## run the guest tests on Debian's kernel, without the module
	scripts/test reference:stock

HOST_VARIANTS := plain asan tsan
HOST_PROGRAMS := kunit calls
host-test: ## run the KUnit suites and tests of the calls in user space, also with ASAN, UBSAN and TSAN
	@scripts/install-packages hosted
	$(MAKE) --silent -C hosted VARIANT="$(HOST_VARIANTS)" $(HOST_PROGRAMS)
	@for variant in $(HOST_VARIANTS); do for program in $(HOST_PROGRAMS); do \
		log=build/hosted/$$program-$$variant.log; \
		build/hosted/$$variant/bin/$$program >$$log 2>&1; status=$$?; \
		echo "$$program, $$variant: $$(tail -n 1 $$log)"; \
		[ $$status -eq 0 ] || { grep -E 'not ok|EXPECTATION|DEFECT|SUMMARY' $$log; exit 1; }; \
	done; done

PREEMPTIONS ?= 2
MODEL ?= sequential
explore: ## run the scenarios in all interleavings (PREEMPTIONS=, MODEL=sequential|tso|weak, PCT=seeds, SCENARIOS=)
	@scripts/install-packages hosted
	$(MAKE) --silent -C hosted --jobs $(shell nproc) VARIANT=explorer explorer
	build/hosted/explorer/bin/explorer --preemptions=$(PREEMPTIONS) --model=$(MODEL) $(PCT:%=--pct=%) $(SCENARIOS)

MINUTES ?= 5
fuzz: ## try new sequences of calls against a model of the manual pages (MINUTES=)
	@scripts/install-packages hosted
	$(MAKE) --silent -C hosted --jobs $(shell nproc) VARIANT=fuzz fuzz
	mkdir -p build/hosted/corpus
	build/hosted/fuzz/bin/fuzz -max_total_time=$$(($(MINUTES) * 60)) -max_len=300 -artifact_prefix=build/hosted/ \
		build/hosted/corpus hosted/fuzz/seeds

coverage: ## measure which lines the tests of user space run; report in build/coverage/
	@scripts/install-packages hosted
	scripts/coverage

MOST ?= 240
mutants: ## plant faults in the concurrency and rules code; do the tests of user space find them? (MOST=0: all)
	@scripts/install-packages hosted
	scripts/mutate-hosted --most=$(MOST) --jobs=$$(nproc)

matrix: ## print test results by kernel as a table (a selection: make matrix ROWS="stock-6.12")
	scripts/matrix $(ROWS)

test-postgres: ## run PostgreSQL in the guest with shared memory from the module
	scripts/test postgres:plain

bench: ## measure calls, shared cache lines, scale and memory, module against built-in code (CHECK=--check: scripts/bench)
	scripts/bench $(CHECK)
	scripts/bench --kernel stock-6.12 $(CHECK)
	scripts/measure sharing
	scripts/measure scale
	scripts/measure footprint

latency: ## measure how long one task delays others, module against built-in code
	scripts/latency

mutants-guest: ## plant the faults of tests/guest_mutants; do the tests that each names find them?
	@scripts/install-packages hosted
	scripts/mutate-guest

LINT := format shell help layers layers_sees architectures architectures_sees log_lines c_functions_used constructors constructors_sees touched untried
lint: ## run the static checks that need no kernel, in seconds
	@for check in $(LINT); do scripts/check_$$check || exit; done

check: ## run all static checks
	scripts/test check

format: ## run clang-format on all sources
	find src include kunit tests hosted tools -name '*.[ch]' -o -name '*.[ch]pp' | xargs clang-format -i

clean: ## remove build results (test kernels stay in ~/.cache/sysvipc)
	rm -rf build sysvipc.ko

help: ## print this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

# The module for one of the test kernels, without its tests.
build/%/sysvipc.ko: FORCE
	kernel=$$(scripts/kernel $*) && scripts/build-module $$kernel/build $(CURDIR)/build/$* KUNIT=0
