// SPDX-License-Identifier: GPL-2.0
/*
 * invariant(): a condition that the module itself guarantees, always checked.  A violation logs a stack
 * trace, once, and returns false, so that the caller can fail the call.
 * Never use it to validate user input.
 */
#pragma once

#include <kapi/module.h>

#define invariant(condition)                                                                       \
    (__builtin_expect(static_cast<bool>(condition), true)                                          \
         ? true                                                                                    \
         : (kapi_warn_invariant(#condition, __FILE__, __LINE__), false))
