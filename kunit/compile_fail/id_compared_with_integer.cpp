// SPDX-License-Identifier: GPL-2.0
/* An id and an index are different numbers. */
// expect: no match for .operator==
#include "cases.hpp"

bool compare(IpcId id, i32 index)
{
#ifdef WRONG
    return id == index;
#else
    return kStandardIds.index_of(id) == index;
#endif
}
