// SPDX-License-Identifier: GPL-2.0
/* A guarded value is accessible through a view only. */
// expect: ::value_' is private within this context
#include "cases.hpp"

int touch(Counter& counter)
{
#ifdef WRONG
    return counter.value_;
#else
    return *counter.lock().operator->();
#endif
}
