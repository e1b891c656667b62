// SPDX-License-Identifier: GPL-2.0
/* Only trivially copyable types can be read from user memory. */
// expect: no matching function for call to .*read_user
#include "cases.hpp"

#ifdef WRONG
using Wanted = Box<Message>;
#else
using Wanted = i64;
#endif

Result<void> read(UserAddress from)
{
    const auto value = TRY(read_user<Wanted>(from));
    static_cast<void>(value);
    return {};
}
