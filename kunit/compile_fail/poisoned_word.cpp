// SPDX-License-Identifier: GPL-2.0
/* Some identifiers must not be used in this code. */
// expect: attempt to use poisoned
#include "cases.hpp"

#include <base/poison.hpp>

void fail()
{
#ifdef WRONG
    throw 1;
#endif
}
