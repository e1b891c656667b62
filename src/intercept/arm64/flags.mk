# SPDX-License-Identifier: GPL-2.0
#
# arm64: what the compiler needs to know besides the kernel's own flags.
#
# Atomic instructions stand in the code: the functions that GCC would call instead are in a library that
# the kernel lacks.  The kernel's own patch in newer instructions where the CPU has them; what Atomic
# (base/atomic.hpp) does besides loads and stores is too rare for that.  C++ has no such code elsewhere:
# reference counts, locks and per-CPU counters are the kernel's.

arch-flags := -mno-outline-atomics

# ftrace may keep a pointer before each function, and stops the kernel as it loads a module where that is not
# aligned.  GCC does not align functions that it takes for cold (COLD in base/types.hpp): none may be left.
arch-check = $(if $(CONFIG_DYNAMIC_FTRACE_WITH_CALL_OPS), ; $(READELF) --section-headers --relocs --wide $@ | awk ' \
	/^ *\[/ { gsub(/[][]/, " "); alignment[$$2] = $$NF } \
	/^Relocation section/ { is_patched = /__patchable_function_entries/ } \
	is_patched && /R_AARCH64/ && ($$NF !~ /[08]$$/ || alignment[$$5] % 8) { \
		print "a function is not aligned: " $$5 "+0x" $$NF; bad = 1 } \
	END { exit bad }')
