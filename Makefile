# SPDX-License-Identifier: GPL-2.0
#
# What people type.  The kernel's build system does not read this file when it
# builds the module: it prefers the Kbuild file beside it.

# The running kernel's headers, or else the newest that Debian has installed.
KDIR ?= $(firstword $(wildcard /lib/modules/$(shell uname -r)/build) \
	$(shell ls -dv /usr/src/linux-headers-*[0-9]-amd64 2>/dev/null | tail -n 1))
RELEASE = $(shell cat $(KDIR)/include/config/kernel.release 2>/dev/null)
MODULE_DIR = $(INSTALL_MOD_PATH)/lib/modules/$(RELEASE)/updates
MAN_DIR = $(INSTALL_MOD_PATH)/usr/local/share/man/man4

# Debian's, for the demonstration.
FAKEROOT_LIBRARY = /usr/lib/x86_64-linux-gnu/libfakeroot/libfakeroot-sysv.so

# Cross-language optimisation; LTO=0 turns it off.
LTO ?= 1
# 1: also for kernels that nobody has tried it with (src/kapi/tried.h).
SYSVIPC_UNTRIED ?= 0
export LTO SYSVIPC_UNTRIED

.PHONY: all install uninstall deb clean run shell test test-more test-reference test-postgres matrix bench latency mutate check format help FORCE

all: ## build sysvipc.ko for KDIR (default: this machine's kernel headers)
	@test -d "$(KDIR)" || { echo "No kernel headers: set KDIR=, or run scripts/install-packages build headers" >&2; false; }
	scripts/build-module $(KDIR) $(CURDIR)/build/$(RELEASE)
	cp build/$(RELEASE)/sysvipc.ko .

install: ## install the module for KDIR's kernel, and sysvipc(4) (INSTALL_MOD_PATH= for elsewhere)
	scripts/build-module $(KDIR) $(CURDIR)/build/$(RELEASE)
	install -D -m 644 build/$(RELEASE)/sysvipc.ko $(MODULE_DIR)/sysvipc.ko
	install -D -m 644 man/sysvipc.4 $(MAN_DIR)/sysvipc.4
	depmod $(if $(INSTALL_MOD_PATH),-b $(INSTALL_MOD_PATH)) $(RELEASE)

uninstall: ## undo make install
	rm -f $(MODULE_DIR)/sysvipc.ko $(MAN_DIR)/sysvipc.4
	depmod $(if $(INSTALL_MOD_PATH),-b $(INSTALL_MOD_PATH)) $(RELEASE)

deb: ## a Debian package of the sources in build/, for DKMS to build the module from
	scripts/build-deb build

run: build/plain/sysvipc.ko ## see it work, in a virtual machine without System V IPC
	@scripts/install-packages demo
	qemu/run --module $< --add qemu/guest/demo.sh --tool fakeroot-sysv --tool faked-sysv \
		--tool setpriv --tool tar --tool chown --tool getopt --tool cat --tool sed \
		--add $(FAKEROOT_LIBRARY):usr/lib/libfakeroot-sysv.so -- sh /demo.sh

shell: build/plain/sysvipc.ko ## a prompt in such a machine, with the module loaded
	qemu/run --interactive --module $< -- insmod /modules/sysvipc.ko

test: ## the tests on the kernel the module is for; logs in build/logs/ (some: make test ONLY="kunit:plain check")
	scripts/test $(ONLY)

test-more: ## the tests on other kernels, under load, beside other tools
	scripts/test --more

test-reference: ## the guest tests on Debian's kernel, without the module
	scripts/test reference:stock

matrix: ## what works on which kernel, as a table (some rows: make matrix ROWS="stock-6.12")
	scripts/matrix $(ROWS)

test-postgres: ## PostgreSQL in the guest, its shared memory from the module
	scripts/test postgres:plain

bench: ## instructions per call, the module against the kernel's built-in code
	scripts/bench

latency: ## how long one task makes others wait, the module against the kernel's built-in code
	scripts/latency

mutate: ## whether the tests see a fault, for each of the faults listed in tests/mutants
	scripts/mutate

check: ## the static checks
	scripts/test check

format: ## put the sources into their layout
	find src include kunit tests -name '*.[ch]' -o -name '*.[ch]pp' | xargs clang-format -i

clean: ## remove what was built (test kernels stay in the user's cache)
	rm -rf build sysvipc.ko

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

# The module for one of the test kernels, without its tests.
build/%/sysvipc.ko: FORCE
	kernel=$$(scripts/kernel $*) && scripts/build-module $$kernel/build $(CURDIR)/build/$* KUNIT=0
