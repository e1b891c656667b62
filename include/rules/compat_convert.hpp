// SPDX-License-Identifier: GPL-2.0
/*
 * From the structures of rules/abi.hpp to those of 32-bit programs.  What does not fit loses its upper
 * bits, but for ids, which are the caller's business, and where said.  Kernel source: ipc/compat.c and
 * the compat parts of ipc/msg.c, ipc/sem.c, ipc/shm.c.
 */
#pragma once

#include <rules/abi.hpp>
#include <rules/compat_abi.hpp>

namespace sysvipc::compat {

/* User-visible ids, each cut to 16 bits or replaced by the overflow id. */
struct LowIds {
    u16 uid;
    u16 gid;
    u16 cuid;
    u16 cgid;
};

template <class To, class From>
[[nodiscard]] constexpr To cut(From value) noexcept
{
    return static_cast<To>(value);
}

[[nodiscard]] constexpr SplitTime split(i64 time) noexcept
{
    const auto bits = static_cast<u64>(time);
    return { cut<u32>(bits), cut<u32>(bits >> 32) };
}

[[nodiscard]] constexpr IpcPerm current_version(const abi::IpcPerm& perm) noexcept
{
    IpcPerm shown;
    shown.key = perm.key;
    shown.uid = perm.uid;
    shown.gid = perm.gid;
    shown.cuid = perm.cuid;
    shown.cgid = perm.cgid;
    shown.mode = cut<u16>(perm.mode);
    shown.sequence = perm.sequence;
    return shown;
}

[[nodiscard]] constexpr OldIpcPerm old_version(const abi::IpcPerm& perm, const LowIds& ids) noexcept
{
    return { perm.key, ids.uid, ids.gid, ids.cuid, ids.cgid, cut<u16>(perm.mode), perm.sequence };
}

[[nodiscard]] constexpr MsgQueueStat current_version(const abi::MsgQueueStat& stat) noexcept
{
    MsgQueueStat shown;
    shown.perm = current_version(stat.perm);
    shown.send_time = split(stat.send_time);
    shown.receive_time = split(stat.receive_time);
    shown.change_time = split(stat.change_time);
    shown.bytes = cut<u32>(stat.bytes);
    shown.messages = cut<u32>(stat.messages);
    shown.most_bytes = cut<u32>(stat.most_bytes);
    shown.last_sender = stat.last_sender;
    shown.last_receiver = stat.last_receiver;
    return shown;
}

[[nodiscard]] constexpr OldMsgQueueStat old_version(const abi::MsgQueueStat& stat,
                                                    const LowIds& ids) noexcept
{
    OldMsgQueueStat shown;
    shown.perm = old_version(stat.perm, ids);
    shown.send_time = cut<i32>(stat.send_time);
    shown.receive_time = cut<i32>(stat.receive_time);
    shown.change_time = cut<i32>(stat.change_time);
    shown.bytes = cut<u16>(stat.bytes);
    shown.messages = cut<u16>(stat.messages);
    shown.most_bytes = cut<u16>(stat.most_bytes);
    shown.last_sender = cut<u16>(stat.last_sender);
    shown.last_receiver = cut<u16>(stat.last_receiver);
    return shown;
}

[[nodiscard]] constexpr SemSetStat current_version(const abi::SemSetStat& stat) noexcept
{
    SemSetStat shown;
    shown.perm = current_version(stat.perm);
    shown.operation_time = split(stat.operation_time);
    shown.change_time = split(stat.change_time);
    shown.semaphores = cut<u32>(stat.semaphores);
    return shown;
}

[[nodiscard]] constexpr OldSemSetStat old_version(const abi::SemSetStat& stat,
                                                  const LowIds& ids) noexcept
{
    OldSemSetStat shown;
    shown.perm = old_version(stat.perm, ids);
    shown.operation_time = cut<i32>(stat.operation_time);
    shown.change_time = cut<i32>(stat.change_time);
    shown.semaphores = cut<u16>(stat.semaphores);
    return shown;
}

[[nodiscard]] constexpr ShmSegmentStat current_version(const abi::ShmSegmentStat& stat) noexcept
{
    ShmSegmentStat shown;
    shown.perm = current_version(stat.perm);
    shown.size = cut<u32>(stat.size);
    shown.attach_time = split(stat.attach_time);
    shown.detach_time = split(stat.detach_time);
    shown.change_time = split(stat.change_time);
    shown.creator = stat.creator;
    shown.last_operator = stat.last_operator;
    shown.attaches = cut<u32>(stat.attaches);
    return shown;
}

[[nodiscard]] constexpr OldShmSegmentStat old_version(const abi::ShmSegmentStat& stat,
                                                      const LowIds& ids) noexcept
{
    OldShmSegmentStat shown;
    shown.perm = old_version(stat.perm, ids);
    shown.size = cut<i32>(stat.size);
    shown.attach_time = cut<i32>(stat.attach_time);
    shown.detach_time = cut<i32>(stat.detach_time);
    shown.change_time = cut<i32>(stat.change_time);
    shown.creator = cut<u16>(stat.creator);
    shown.last_operator = cut<u16>(stat.last_operator);
    shown.attaches = cut<u16>(stat.attaches);
    return shown;
}

/* The most bytes that it may believe a segment can have: what its int holds. */
[[nodiscard]] constexpr u64 most_bytes_shown(u64 most) noexcept
{
    return min<u64>(most, INT32_MAX);
}

[[nodiscard]] constexpr ShmLimitInfo current_version(const abi::ShmLimitInfo& info) noexcept
{
    ShmLimitInfo shown;
    shown.most_bytes = cut<u32>(most_bytes_shown(info.most_bytes));
    shown.least_bytes = cut<u32>(info.least_bytes);
    shown.most_segments = cut<u32>(info.most_segments);
    shown.most_attached = cut<u32>(info.most_attached);
    shown.most_pages = cut<u32>(info.most_pages);
    return shown;
}

[[nodiscard]] constexpr OldShmLimitInfo old_version(const abi::ShmLimitInfo& info) noexcept
{
    return { cut<i32>(most_bytes_shown(info.most_bytes)), cut<i32>(info.least_bytes),
             cut<i32>(info.most_segments), cut<i32>(info.most_attached),
             cut<i32>(info.most_pages) };
}

/* The same in both versions. */
[[nodiscard]] constexpr ShmUsageInfo current_version(const abi::ShmUsageInfo& info) noexcept
{
    return { info.segments,
             cut<u32>(info.pages),
             cut<u32>(info.resident_pages),
             cut<u32>(info.swapped_pages),
             cut<u32>(info.swap_attempts),
             cut<u32>(info.swap_successes) };
}

/* What IPC_SET asks for; nothing else of the structure counts. */
template <class Perm>
[[nodiscard]] constexpr abi::IpcPerm request_of(const Perm& perm) noexcept
{
    abi::IpcPerm request;
    request.uid = perm.uid;
    request.gid = perm.gid;
    request.mode = perm.mode;
    return request;
}

[[nodiscard]] constexpr abi::Timespec time_of(const Timespec& time) noexcept
{
    return { time.seconds, time.nanoseconds };
}
/* A time of 64 bits from a 32-bit program, which leaves the upper half of the nanoseconds undefined. */
[[nodiscard]] constexpr abi::Timespec time_of(const abi::Timespec& time) noexcept
{
    return { time.seconds, cut<u32>(time.nanoseconds) };
}

static_assert(split(0x1'0000'0002).low == 2 && split(0x1'0000'0002).high == 1);
static_assert(split(-1).high == UINT32_MAX);
static_assert(time_of(Timespec { -1, -2 }).nanoseconds == -2);
static_assert(time_of(abi::Timespec { -1, -2 }).seconds == -1
              && time_of(abi::Timespec { -1, -2 }).nanoseconds == 0xffff'fffe);
static_assert(
    [] {
        abi::MsgQueueStat stat;
        stat.perm.mode = 0640;
        stat.send_time = 0x1'0000'0002;
        stat.most_bytes = 0x1'0003'0004;
        stat.last_sender = 0x5'0006;
        const MsgQueueStat current = current_version(stat);
        const OldMsgQueueStat old = old_version(stat, { 1, 2, 3, 4 });
        return current.perm.mode == 0640 && current.send_time.high == 1
            && current.most_bytes == 0x3'0004 && current.last_sender == 0x5'0006
            && old.perm.mode == 0640 && old.perm.cgid == 4 && old.send_time == 2
            && old.most_bytes == 4 && old.last_sender == 6;
    }(),
    "what does not fit loses its upper bits");
static_assert(
    [] {
        abi::ShmLimitInfo info;
        info.most_bytes = UINT64_MAX;
        info.most_pages = UINT64_MAX;
        return current_version(info).most_bytes == INT32_MAX
            && old_version(info).most_bytes == INT32_MAX
            && current_version(info).most_pages == UINT32_MAX && old_version(info).most_pages == -1;
    }(),
    "but for the most bytes of a segment, which an int can hold");
static_assert(has_structure(abi::MsgCommand::Set) && !has_structure(abi::MsgCommand::Remove));
static_assert(has_structure(abi::SemCommand::UsageInfo) && !has_structure(abi::SemCommand::GetAll));
static_assert(has_structure(abi::ShmCommand::StatByIndexAny)
              && !has_structure(abi::ShmCommand::Lock));
static_assert(request_of(OldIpcPerm { 1, 0xffff, 2, 3, 4, 0640, 5 }).uid == 0xffff,
              "of 16 bits, the highest id is an id like the others");

} // namespace sysvipc::compat
