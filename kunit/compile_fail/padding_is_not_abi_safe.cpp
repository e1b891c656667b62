// SPDX-License-Identifier: GPL-2.0
/* Unnamed padding would carry kernel bytes to user space. */
// expect: static assertion failed: hidden padding
#include "cases.hpp"

struct Padded {
    u32 first;
#ifndef WRONG
    u32 padding;
#endif
    u64 second;
};
static_assert(AbiSafe<Padded>, "hidden padding");
