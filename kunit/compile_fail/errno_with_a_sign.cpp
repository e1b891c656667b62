// SPDX-License-Identifier: GPL-2.0
/* An error number is not an integer, so it cannot be returned with the wrong sign. */
// expect: could not convert .* to .*Result<
#include "cases.hpp"

Result<void> fail()
{
#ifdef WRONG
    return -KAPI_EINVAL;
#else
    return Errno::EINVAL;
#endif
}
