// SPDX-License-Identifier: GPL-2.0
/* A read-side section ends once. */
// expect: use of deleted function .*RcuGuard::RcuGuard\(const
#include "cases.hpp"

void copy()
{
    const RcuGuard guard;
#ifdef WRONG
    const RcuGuard second = guard;
#endif
}
