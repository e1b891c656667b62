// SPDX-License-Identifier: GPL-2.0
/* A lock is released once: its view is neither copied nor moved. */
// expect: use of deleted function .*Locked::Locked\(
#include "cases.hpp"

int copy(Counter& counter)
{
    auto view = counter.lock();
#ifdef WRONG
    auto second = view;
    return *second;
#else
    return *view;
#endif
}
