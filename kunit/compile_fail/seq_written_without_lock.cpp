// SPDX-License-Identifier: GPL-2.0
/* Writers of what a sequence counts hold the lock of its owner, and show the view. */
// expect: no matching function for call to .*write
#include "cases.hpp"

void write(Counter& counter, Changes& changes)
{
#ifdef WRONG
    changes.write([] {});
    static_cast<void>(counter);
#else
    auto view = counter.lock();
    changes.write(view, [] {});
#endif
}
