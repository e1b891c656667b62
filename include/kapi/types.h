/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Definitions for the kapi headers in both languages: fixed-width integers, the linkage brackets,
 * and opaque storage for kernel objects embedded in ours.
 *
 * kapi is the only access to the kernel besides host and intercept.  A kapi function
 * forwards to one kernel primitive and decides nothing.  C++ sees the configuration only
 * as KAPI_* constants.  C never sees a C++ type, C++ never sees a kernel struct.
 */
#ifndef SYSVIPC_KAPI_TYPES_H
#define SYSVIPC_KAPI_TYPES_H

#include <generated/kapi_layout.h>

#ifdef __cplusplus
#define KAPI_BEGIN extern "C" {
#define KAPI_END }
#define KAPI_ALIGNAS(n) alignas(n)
#define KAPI_NOEXCEPT noexcept
#else
#define KAPI_BEGIN
#define KAPI_END
#define KAPI_ALIGNAS(n) _Alignas(n)
#define KAPI_NOEXCEPT
#ifndef __KERNEL__
#include <stdbool.h>
#endif
#endif

/*
 * Storage for a kernel object that only C accesses.  Sizes are generated from the kernel's headers;
 * an object that is empty in this configuration still takes one byte, so that both languages agree
 * on sizeof.
 */
#define KAPI_OPAQUE(name, NAME)                                                                    \
	struct name {                                                                              \
		KAPI_ALIGNAS(KAPI_##NAME##_ALIGN)                                                  \
		unsigned char bytes[KAPI_##NAME##_SIZE ? KAPI_##NAME##_SIZE : 1];                  \
	}

/*
 * KAPI_OPAQUE() for an object whose address the kernel passes to a function of ours: kernels that check
 * function types at indirect calls (kCFI) distinguish types by the tags of structures, so @tag is the
 * kernel's own.  C sees the kernel's structure.
 */
#ifdef __cplusplus
#define KAPI_OPAQUE_AS(name, NAME, tag)                                                            \
	KAPI_OPAQUE(tag, NAME);                                                                    \
	typedef struct tag name
#else
#define KAPI_OPAQUE_AS(name, NAME, tag) typedef struct tag name
#endif

typedef unsigned long kapi_size;
typedef unsigned short kapi_u16;
typedef unsigned int kapi_u32;
typedef unsigned long long kapi_u64;
typedef long long kapi_s64;

#endif
