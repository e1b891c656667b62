// SPDX-License-Identifier: GPL-2.0
/* Structures of 32-bit programs in user memory (contracts: include/ids/compat_buffer.hpp). */
#include <ids/compat_buffer.hpp>

#include <os/credentials.hpp>
#include <rules/compat_convert.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

template <class Stat>
Result<void> write_stat(CompatBuffer to, const Stat& stat) noexcept
{
    if (to.version == CompatBuffer::Version::Current)
        return write_user(to.address, compat::current_version(stat));
    const compat::LowIds ids { low_uid(stat.perm.uid), low_gid(stat.perm.gid),
                               low_uid(stat.perm.cuid), low_gid(stat.perm.cgid) };
    return write_user(to.address, compat::old_version(stat, ids));
}

} // namespace

Result<void> write_user(CompatBuffer to, const abi::MsgQueueStat& stat) noexcept
{
    return write_stat(to, stat);
}

Result<void> write_user(CompatBuffer to, const abi::SemSetStat& stat) noexcept
{
    return write_stat(to, stat);
}

Result<void> write_user(CompatBuffer to, const abi::ShmSegmentStat& stat) noexcept
{
    return write_stat(to, stat);
}

/* Consists of ints only, so all programs have the same layout. */
Result<void> write_user(CompatBuffer to, const abi::MsgInfo& info) noexcept
{
    return write_user(to.address, info);
}

Result<void> write_user(CompatBuffer to, const abi::SemInfo& info) noexcept
{
    return write_user(to.address, info);
}

Result<void> write_user(CompatBuffer to, const abi::ShmLimitInfo& info) noexcept
{
    if (to.version == CompatBuffer::Version::Current)
        return write_user(to.address, compat::current_version(info));
    return write_user(to.address, compat::old_version(info));
}

/* There is only one version. */
Result<void> write_user(CompatBuffer to, const abi::ShmUsageInfo& info) noexcept
{
    return write_user(to.address, compat::current_version(info));
}

Result<abi::IpcPerm> read_requested_perm(CompatBuffer from) noexcept
{
    if (from.version == CompatBuffer::Version::Current) {
        const auto perm = TRY(read_user<compat::IpcPerm>(from.address));
        return compat::request_of(perm);
    }
    const auto perm = TRY(read_user<compat::OldIpcPerm>(from.address));
    return compat::request_of(perm);
}

Result<u64> read_requested_qbytes(CompatBuffer from) noexcept
{
    if (from.version == CompatBuffer::Version::Current) {
        const usize place = offsetof(compat::MsgQueueStat, qbytes);
        const auto qbytes = TRY(read_user<u32>(from.address.offset(place)));
        return u64 { qbytes };
    }
    const usize place = offsetof(compat::OldMsgQueueStat, qbytes);
    const auto qbytes = TRY(read_user<u16>(from.address.offset(place)));
    return u64 { qbytes };
}

} // namespace sysvipc
