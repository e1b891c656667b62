// SPDX-License-Identifier: GPL-2.0
/* No reference to a guarded value outlives the view it came from. */
// expect: use of deleted function .*Locked::operator\*\(\) &&
#include "cases.hpp"

int keep(Counter& counter)
{
#ifdef WRONG
    int& kept = *counter.lock();
    return kept;
#else
    auto view = counter.lock();
    int& kept = *view;
    return kept;
#endif
}
