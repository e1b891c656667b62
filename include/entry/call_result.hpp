// SPDX-License-Identifier: GPL-2.0
/* to_syscall(): the return value of a system call: a non-negative number, or minus the errno. */
#pragma once

#include <base/result.hpp>
#include <rules/ipc_id.hpp>

namespace sysvipc {

[[nodiscard]] inline long to_syscall(Result<IpcId> result) noexcept
{
    return result.ok() ? result.take().value() : to_syscall(result.error());
}

[[nodiscard]] inline long to_syscall(Result<i32> result) noexcept
{
    return result.ok() ? result.take() : to_syscall(result.error());
}

[[nodiscard]] inline long to_syscall(Result<usize> result) noexcept
{
    return result.ok() ? static_cast<long>(result.take()) : to_syscall(result.error());
}

[[nodiscard]] inline long to_syscall(Result<void> result) noexcept
{
    return to_syscall(result.error()); /* 0 if there is no error */
}

} // namespace sysvipc
