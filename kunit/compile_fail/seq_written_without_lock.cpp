// SPDX-License-Identifier: GPL-2.0
/* A writer of a sequence must pass the view of its owner's lock. */
// expect: no matching function for call to .*write
#include "cases.hpp"

void write(Counter& counter, Changes& changes)
{
#ifdef WRONG
    const auto writing = changes.write();
    static_cast<void>(counter);
#else
    auto view = counter.lock();
    const auto writing = changes.write(view);
#endif
}
