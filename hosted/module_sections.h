/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Included first by all code under test: its variables lie together, so that loading the module again finds
 * them as the first time (hosted/process.cpp).
 */
#ifdef __clang__
#pragma clang section bss = "sysvipc_bss" data = "sysvipc_data"
#endif
