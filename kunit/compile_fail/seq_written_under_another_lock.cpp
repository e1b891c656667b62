// SPDX-License-Identifier: GPL-2.0
/* The view of a lock of another class does not suffice. */
// expect: cannot convert .*OtherLock>::Locked. to .*MsgQueueLock>::Locked&
#include "cases.hpp"

void write(Counter& counter, OtherCounter& other, Changes& changes)
{
#ifdef WRONG
    auto view = other.lock();
    static_cast<void>(counter);
#else
    auto view = counter.lock();
    static_cast<void>(other);
#endif
    const auto writing = changes.write(view);
}
