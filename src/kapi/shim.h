/* SPDX-License-Identifier: GPL-2.0 */
/*
 * KAPI_SHIM marks a shim: inlined at every call after link-time optimisation has joined the two
 * languages; scripts/check_inlining checks the disassembly.
 */
#ifndef SYSVIPC_KAPI_SHIM_H
#define SYSVIPC_KAPI_SHIM_H

#ifdef SYSVIPC_LTO
#define KAPI_SHIM __attribute__((__always_inline__))
#else
#define KAPI_SHIM
#endif

#endif
