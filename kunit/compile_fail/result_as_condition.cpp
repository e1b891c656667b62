// SPDX-License-Identifier: GPL-2.0
/* A Result has ok(); it does not convert to bool. */
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
