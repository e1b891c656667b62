// SPDX-License-Identifier: GPL-2.0
/*
 * Limits: the numbers in /proc/sys/kernel that limit the objects of a namespace, with the names, defaults and
 * ranges of proc(5); they may change at any time.  On a kernel with System V IPC, the files and numbers are
 * the kernel's; otherwise both are ours (sysctl/limit_files.hpp).
 */
#pragma once

#include <base/atomic.hpp>
#include <host/events.h>
#include <os/ipc_ns_handle.hpp>

namespace sysvipc {

/* The limits that a call can reach, in the order of /proc/sysvipc/limits. */
enum class Limit : u8 {
    MsgMax = HOST_EVENT_LIMIT_MSGMAX,
    MsgMnb = HOST_EVENT_LIMIT_MSGMNB,
    MsgMni = HOST_EVENT_LIMIT_MSGMNI,
    SemMsl = HOST_EVENT_LIMIT_SEMMSL,
    SemMns = HOST_EVENT_LIMIT_SEMMNS,
    SemOpm = HOST_EVENT_LIMIT_SEMOPM,
    SemMni = HOST_EVENT_LIMIT_SEMMNI,
    ShmMax = HOST_EVENT_LIMIT_SHMMAX,
    ShmAll = HOST_EVENT_LIMIT_SHMALL,
    ShmMni = HOST_EVENT_LIMIT_SHMMNI
};
inline constexpr usize kLimits = 10;

class Limits : Pinned {
    struct Defaults {
        Atomic<i32> msgmax { KAPI_MSGMAX };
        Atomic<i32> msgmnb { KAPI_MSGMNB };
        Atomic<i32> msgmni { KAPI_MSGMNI };
        Atomic<i32> sem[4] { Atomic<i32> { KAPI_SEMMSL }, Atomic<i32> { KAPI_SEMMNS },
                             Atomic<i32> { KAPI_SEMOPM }, Atomic<i32> { KAPI_SEMMNI } };
        Atomic<u64> shmmax { static_cast<u64>(KAPI_SHMMAX) };
        Atomic<u64> shmall { static_cast<u64>(KAPI_SHMALL) };
        Atomic<i32> shmmni { KAPI_SHMMNI };
        Atomic<i32> shm_rmid_forced { 0 };
    };
    Defaults own_;

public:
    /* For the kernel's namespace @handle, which must live at least as long. */
    explicit Limits(IpcNsHandle handle) noexcept : Limits(handle.settings()) { }

    Atomic<i32>& msgmax; /* bytes per message */
    Atomic<i32>& msgmnb; /* bytes of a new queue; more needs CAP_SYS_RESOURCE */
    Atomic<i32>& msgmni; /* queues */
    Atomic<i32>* const sem; /* the four numbers of the file "sem", named below */
    Atomic<u64>& shmmax; /* bytes per segment */
    Atomic<u64>& shmall; /* pages of all segments */
    Atomic<i32>& shmmni; /* segments */
    /* Not 0: a segment is removed with its last mapping, or, if it has none, with its creator. */
    Atomic<i32>& shm_rmid_forced;

    [[nodiscard]] i32 semmsl() const noexcept { return sem[0].load_relaxed(); } /* per set */
    [[nodiscard]] i32 semmns() const noexcept { return sem[1].load_relaxed(); } /* semaphores */
    [[nodiscard]] i32 semopm() const noexcept { return sem[2].load_relaxed(); } /* per semop() */
    [[nodiscard]] i32 semmni() const noexcept { return sem[3].load_relaxed(); } /* sets */

    /* The current value of @limit. */
    [[nodiscard]] u64 value(Limit limit) const noexcept;
    /* Call when a call fails or waits because of @limit: it requested @wanted in addition to @in_use. */
    COLD [[gnu::noinline]] void note_hit(Limit limit, u64 in_use, u64 wanted) noexcept;
    /* The number of note_hit() calls since the namespace was first used, modulo 2^32. */
    [[nodiscard]] u64 hits(Limit limit) const noexcept
    {
        return hits_[index_of(limit)].load_relaxed();
    }

private:
    [[nodiscard]] static usize index_of(Limit limit) noexcept { return static_cast<usize>(limit); }

    explicit Limits(const kapi_ipc_settings& kernel) noexcept
        : msgmax(*choose(kernel.msgmax, &own_.msgmax)),
          msgmnb(*choose(kernel.msgmnb, &own_.msgmnb)),
          msgmni(*choose(kernel.msgmni, &own_.msgmni)),
          sem(choose(kernel.sem, own_.sem)),
          shmmax(*choose(kernel.shmmax, &own_.shmmax)),
          shmall(*choose(kernel.shmall, &own_.shmall)),
          shmmni(*choose(kernel.shmmni, &own_.shmmni)),
          shm_rmid_forced(*choose(kernel.shm_rmid_forced, &own_.shm_rmid_forced))
    {
    }
    /* SAFETY: an Atomic has the layout of its value; the kernel reads and writes its numbers as a whole. */
    template <class Number, class Value>
    static Atomic<Value>* choose(Number* kernel, Atomic<Value>* own) noexcept
    {
        static_assert(sizeof(Atomic<Value>) == sizeof(Number));
        return kernel ? reinterpret_cast<Atomic<Value>*>(kernel) : own;
    }

    Atomic<u32> hits_[kLimits];
};

} // namespace sysvipc
