// SPDX-License-Identifier: GPL-2.0
/*
 * invariant(): something this module promises itself.  It is always checked; a broken one is
 * reported once with a stack trace and gives false, so that the caller can fail the call.
 * It never judges what a user passed in.
 */
#pragma once

#include <kapi/module.h>

#define invariant(condition)                                                                       \
    (__builtin_expect(static_cast<bool>(condition), true)                                          \
         ? true                                                                                    \
         : (kapi_warn_invariant(#condition, __FILE__, __LINE__), false))
