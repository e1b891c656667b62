// SPDX-License-Identifier: GPL-2.0
/* Writers of a sequence-counted value hold the lock of its owner, and show the view. */
// expect: no matching function for call to .*write
#include "cases.hpp"

void write(Counter& counter, Pair& pair)
{
#ifdef WRONG
    pair.write({ 1, 2 });
    static_cast<void>(counter);
#else
    auto view = counter.lock();
    pair.write(view, { 1, 2 });
#endif
}
