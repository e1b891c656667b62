// SPDX-License-Identifier: GPL-2.0
/* User and group ids are different types. */
// expect: cannot convert .*UidTag>' to .*GidTag>'
#include "cases.hpp"

bool ask(Uid uid, Gid gid)
{
#ifdef WRONG
    static_cast<void>(gid);
    return Caller::is_in_group(uid);
#else
    static_cast<void>(uid);
    return Caller::is_in_group(gid);
#endif
}
