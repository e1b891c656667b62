// SPDX-License-Identifier: GPL-2.0
/* Unpredictable random numbers. */
#pragma once

#include <base/types.hpp>
#include <kapi/random.h>

namespace sysvipc {

[[nodiscard]] inline u64 random_secret() noexcept
{
    return kapi_random_u64();
}

} // namespace sysvipc
