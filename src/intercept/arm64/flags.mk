# SPDX-License-Identifier: GPL-2.0
#
# arm64: what the compiler needs to know besides the kernel's own flags.
#
# Atomic instructions stand in the code: the functions that GCC would call instead are in a library that
# the kernel lacks.  The kernel's own patch in newer instructions where the CPU has them; what Atomic
# (base/atomic.hpp) does besides loads and stores is too rare for that.  C++ has no such code elsewhere:
# reference counts, locks and per-CPU counters are the kernel's.

arch-flags := -mno-outline-atomics
