// SPDX-License-Identifier: GPL-2.0
/* Only ABI-safe types can be written to user memory. */
// expect: no matching function for call to .*write_user
#include "cases.hpp"

struct Padded {
    u32 first;
#ifndef WRONG
    u32 padding;
#endif
    u64 second;
};

Result<void> leak(UserAddress to, const Padded& padded)
{
    return write_user(to, padded);
}
