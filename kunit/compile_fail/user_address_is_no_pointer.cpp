// SPDX-License-Identifier: GPL-2.0
/* User memory is reached through copies only. */
// expect: no match for 'operator\*' .*UserAddress
#include "cases.hpp"

i64 peek(UserAddress from)
{
#ifdef WRONG
    return *from;
#else
    return static_cast<i64>(from.value());
#endif
}
