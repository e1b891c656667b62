// SPDX-License-Identifier: GPL-2.0
/* A lock stays where it was created. */
// expect: use of deleted function .*Guarded<
#include "cases.hpp"

void copy(Counter& counter)
{
#ifdef WRONG
    Counter second = counter;
#else
    Counter& second = counter;
#endif
    *second.lock().operator->() = 1;
}
