// SPDX-License-Identifier: GPL-2.0
/* A Result is asked whether it is ok(); it is not itself true or false. */
// expect: could not convert .*Result<int>.* to .bool.
#include "cases.hpp"

int test(Result<int> result)
{
#ifdef WRONG
    if (result)
#else
    if (result.ok())
#endif
        return result.take();
    return 0;
}
