// SPDX-License-Identifier: GPL-2.0
/* A function that needs the lock takes a view, not the lockable object. */
// expect: invalid initialization of reference of type .*Locked&
#include "cases.hpp"

int needs_lock(Counter::Locked& view)
{
    return *view;
}

int call(Counter& counter)
{
#ifdef WRONG
    return needs_lock(counter);
#else
    auto view = counter.lock();
    return needs_lock(view);
#endif
}
