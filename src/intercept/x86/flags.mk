# SPDX-License-Identifier: GPL-2.0
#
# x86: what the compiler needs to know besides the kernel's own flags.

arch-flags :=

# What to check of the joined object.
arch-check :=
