// SPDX-License-Identifier: GPL-2.0
/* An independent model of permission bits, written from sysvipc(7) and chmod(2) only. */
#pragma once

#include <rules/permission_bits.hpp>

namespace sysvipc {

/* A right is a place in "rwxrwxrwx"; asked for anywhere, the caller's own three places must have it. */
[[nodiscard]] constexpr bool naive_grants(u32 mode, Relation relation, u32 wanted) noexcept
{
    u32 triple_of_caller = 0;
    if (relation == Relation::Owner)
        triple_of_caller = 2;
    else if (relation == Relation::Group)
        triple_of_caller = 1;
    for (u32 right = 0; right < 3; ++right) {
        bool is_asked = false;
        for (u32 triple = 0; triple < 3; ++triple)
            is_asked = is_asked || (wanted / (1u << (3 * triple + right))) % 2 == 1;
        const bool has_it = (mode / (1u << (3 * triple_of_caller + right))) % 2 == 1;
        if (is_asked && !has_it)
            return false;
    }
    return true;
}

} // namespace sysvipc
