// SPDX-License-Identifier: GPL-2.0
/*
 * CompatBuffer: the address and version of a structure in a 32-bit program's memory.  write_user() and
 * read_user() accept it instead of a UserAddress, with the same structures (rules/abi.hpp), and convert
 * them to and from the program's layout (rules/compat_abi.hpp).
 *
 * Context: process; a page fault may sleep.
 * Errors: EFAULT everywhere.
 */
#pragma once

#include <rules/abi.hpp>
#include <rules/compat_abi.hpp>
#include <user/user_memory.hpp>

namespace sysvipc {

struct CompatBuffer {
    enum class Version : u8 { Old, Current };

    UserAddress address;
    Version version;
};

[[nodiscard]] Result<void> write_user(CompatBuffer to, const abi::MsgQueueStat& stat) noexcept;
[[nodiscard]] Result<void> write_user(CompatBuffer to, const abi::SemSetStat& stat) noexcept;
[[nodiscard]] Result<void> write_user(CompatBuffer to, const abi::ShmSegmentStat& stat) noexcept;
[[nodiscard]] Result<void> write_user(CompatBuffer to, const abi::MsgInfo& info) noexcept;
[[nodiscard]] Result<void> write_user(CompatBuffer to, const abi::SemInfo& info) noexcept;
[[nodiscard]] Result<void> write_user(CompatBuffer to, const abi::ShmLimitInfo& info) noexcept;
[[nodiscard]] Result<void> write_user(CompatBuffer to, const abi::ShmUsageInfo& info) noexcept;

/* Read only those fields of a *Stat that IPC_SET uses. */
[[nodiscard]] Result<abi::IpcPerm> read_requested_perm(CompatBuffer from) noexcept;
[[nodiscard]] Result<u64> read_requested_qbytes(CompatBuffer from) noexcept;

/* A *Stat with those fields set; all others are 0. */
template <class Stat>
[[nodiscard]] Result<Stat> read_user(CompatBuffer from) noexcept
{
    Stat request;
    request.perm = TRY(read_requested_perm(from));
    if constexpr (requires { request.qbytes; })
        request.qbytes = TRY(read_requested_qbytes(from));
    return request;
}

} // namespace sysvipc
