// SPDX-License-Identifier: GPL-2.0
/*
 * Converts the structures of rules/abi.hpp to those of 32-bit programs.  Values that do not fit lose their
 * upper bits, except ids, which the caller handles, and where stated.  Kernel source: ipc/compat.c and the
 * compat parts of ipc/msg.c, ipc/sem.c, ipc/shm.c.
 */
#pragma once

#include <rules/abi.hpp>
#include <rules/compat_abi.hpp>

namespace sysvipc::compat {

/* User-visible ids, each truncated to 16 bits or replaced by the overflow id. */
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
    shown.seq = perm.seq;
    return shown;
}

[[nodiscard]] constexpr OldIpcPerm old_version(const abi::IpcPerm& perm, const LowIds& ids) noexcept
{
    return { perm.key, ids.uid, ids.gid, ids.cuid, ids.cgid, cut<u16>(perm.mode), perm.seq };
}

[[nodiscard]] constexpr MsgQueueStat current_version(const abi::MsgQueueStat& stat) noexcept
{
    MsgQueueStat shown;
    shown.perm = current_version(stat.perm);
    shown.stime = split(stat.stime);
    shown.rtime = split(stat.rtime);
    shown.ctime = split(stat.ctime);
    shown.cbytes = cut<u32>(stat.cbytes);
    shown.qnum = cut<u32>(stat.qnum);
    shown.qbytes = cut<u32>(stat.qbytes);
    shown.lspid = stat.lspid;
    shown.lrpid = stat.lrpid;
    return shown;
}

[[nodiscard]] constexpr OldMsgQueueStat old_version(const abi::MsgQueueStat& stat,
                                                    const LowIds& ids) noexcept
{
    OldMsgQueueStat shown;
    shown.perm = old_version(stat.perm, ids);
    shown.stime = cut<i32>(stat.stime);
    shown.rtime = cut<i32>(stat.rtime);
    shown.ctime = cut<i32>(stat.ctime);
    shown.cbytes = cut<u16>(stat.cbytes);
    shown.qnum = cut<u16>(stat.qnum);
    shown.qbytes = cut<u16>(stat.qbytes);
    shown.lspid = cut<u16>(stat.lspid);
    shown.lrpid = cut<u16>(stat.lrpid);
    return shown;
}

[[nodiscard]] constexpr SemSetStat current_version(const abi::SemSetStat& stat) noexcept
{
    SemSetStat shown;
    shown.perm = current_version(stat.perm);
    shown.otime = split(stat.otime);
    shown.ctime = split(stat.ctime);
    shown.nsems = cut<u32>(stat.nsems);
    return shown;
}

[[nodiscard]] constexpr OldSemSetStat old_version(const abi::SemSetStat& stat,
                                                  const LowIds& ids) noexcept
{
    OldSemSetStat shown;
    shown.perm = old_version(stat.perm, ids);
    shown.otime = cut<i32>(stat.otime);
    shown.ctime = cut<i32>(stat.ctime);
    shown.nsems = cut<u16>(stat.nsems);
    return shown;
}

[[nodiscard]] constexpr ShmSegmentStat current_version(const abi::ShmSegmentStat& stat) noexcept
{
    ShmSegmentStat shown;
    shown.perm = current_version(stat.perm);
    shown.segsz = cut<u32>(stat.segsz);
    shown.atime = split(stat.atime);
    shown.dtime = split(stat.dtime);
    shown.ctime = split(stat.ctime);
    shown.cpid = stat.cpid;
    shown.lpid = stat.lpid;
    shown.nattch = cut<u32>(stat.nattch);
    return shown;
}

[[nodiscard]] constexpr OldShmSegmentStat old_version(const abi::ShmSegmentStat& stat,
                                                      const LowIds& ids) noexcept
{
    OldShmSegmentStat shown;
    shown.perm = old_version(stat.perm, ids);
    shown.segsz = cut<i32>(stat.segsz);
    shown.atime = cut<i32>(stat.atime);
    shown.dtime = cut<i32>(stat.dtime);
    shown.ctime = cut<i32>(stat.ctime);
    shown.cpid = cut<u16>(stat.cpid);
    shown.lpid = cut<u16>(stat.lpid);
    shown.nattch = cut<u16>(stat.nattch);
    return shown;
}

/* The maximum segment size reported to such a program: at most INT_MAX. */
[[nodiscard]] constexpr u64 most_bytes_shown(u64 most) noexcept
{
    return min<u64>(most, INT32_MAX);
}

[[nodiscard]] constexpr ShmLimitInfo current_version(const abi::ShmLimitInfo& info) noexcept
{
    ShmLimitInfo shown;
    shown.shmmax = cut<u32>(most_bytes_shown(info.shmmax));
    shown.shmmin = cut<u32>(info.shmmin);
    shown.shmmni = cut<u32>(info.shmmni);
    shown.shmseg = cut<u32>(info.shmseg);
    shown.shmall = cut<u32>(info.shmall);
    return shown;
}

[[nodiscard]] constexpr OldShmLimitInfo old_version(const abi::ShmLimitInfo& info) noexcept
{
    return { cut<i32>(most_bytes_shown(info.shmmax)), cut<i32>(info.shmmin), cut<i32>(info.shmmni),
             cut<i32>(info.shmseg), cut<i32>(info.shmall) };
}

/* Both versions are the same. */
[[nodiscard]] constexpr ShmUsageInfo current_version(const abi::ShmUsageInfo& info) noexcept
{
    return { info.used_ids,          cut<u32>(info.shm_tot),       cut<u32>(info.shm_rss),
             cut<u32>(info.shm_swp), cut<u32>(info.swap_attempts), cut<u32>(info.swap_successes) };
}

/* The fields that IPC_SET uses; all others are 0. */
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
/* A 64-bit time from a 32-bit program, which leaves the upper half of the nanoseconds undefined. */
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
        stat.stime = 0x1'0000'0002;
        stat.qbytes = 0x1'0003'0004;
        stat.lspid = 0x5'0006;
        const MsgQueueStat current = current_version(stat);
        const OldMsgQueueStat old = old_version(stat, { 1, 2, 3, 4 });
        return current.perm.mode == 0640 && current.stime.high == 1 && current.qbytes == 0x3'0004
            && current.lspid == 0x5'0006 && old.perm.mode == 0640 && old.perm.cgid == 4
            && old.stime == 2 && old.qbytes == 4 && old.lspid == 6;
    }(),
    "what does not fit loses its upper bits");
static_assert(
    [] {
        abi::ShmLimitInfo info;
        info.shmmax = UINT64_MAX;
        info.shmall = UINT64_MAX;
        return current_version(info).shmmax == INT32_MAX && old_version(info).shmmax == INT32_MAX
            && current_version(info).shmall == UINT32_MAX && old_version(info).shmall == -1;
    }(),
    "but for the most bytes of a segment, which an int can hold");
static_assert(has_structure(abi::MsgCommand::IPC_SET) && !has_structure(abi::MsgCommand::IPC_RMID));
static_assert(has_structure(abi::SemCommand::SEM_INFO) && !has_structure(abi::SemCommand::GETALL));
static_assert(has_structure(abi::ShmCommand::SHM_STAT_ANY)
              && !has_structure(abi::ShmCommand::SHM_LOCK));
static_assert(request_of(OldIpcPerm { 1, 0xffff, 2, 3, 4, 0640, 5 }).uid == 0xffff,
              "of 16 bits, the highest id is an id like the others");

} // namespace sysvipc::compat
