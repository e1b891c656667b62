// SPDX-License-Identifier: GPL-2.0
/* A lock that is released at once protects nothing. */
// expect: ignoring return.* value .*Locked
#include "cases.hpp"

void forget(Counter& counter)
{
#ifdef WRONG
    counter.lock();
#else
    auto view = counter.lock();
    *view = 1;
#endif
}
