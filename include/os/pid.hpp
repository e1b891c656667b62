// SPDX-License-Identifier: GPL-2.0
/*
 * PidRef: refers to a process even after its death; ProcessMark: remembers one; PidNamespace: the viewer for whom
 * pids are translated.
 */
#pragma once

#include <base/types.hpp>
#include <host/process.h>
#include <kapi/task.h>

namespace sysvipc {

/* Owns a reference to a pid namespace. */
class PidNamespace {
public:
    static PidNamespace current() noexcept { return PidNamespace { kapi_pid_ns_get_current() }; }
    PidNamespace(PidNamespace&& other) noexcept : ns_(exchange(other.ns_, nullptr)) { }
    PidNamespace& operator=(PidNamespace&&) = delete;
    /* The number of @pid there; 0: not visible. */
    [[nodiscard]] i32 show(kapi_pid* pid) const noexcept { return kapi_pid_nr_in(pid, ns_); }
    ~PidNamespace()
    {
        if (ns_)
            kapi_pid_ns_put(ns_);
    }

private:
    friend class PidRef;
    friend class ProcessMark;
    explicit PidNamespace(kapi_pid_ns* ns) noexcept : ns_(ns) { }
    kapi_pid_ns* ns_;
};

class PidRef : Pinned {
public:
    constexpr PidRef() = default;
    ~PidRef() { put(pid_); }

    /* Stores @pid.  Usually it is stored already, and no shared count is written. */
    void note(kapi_pid* pid) noexcept
    {
        if (pid_ == pid)
            return;
        kapi_pid_get(pid);
        put(exchange(pid_, pid));
    }
    /* The number in the current task's pid namespace; 0: none, or not visible there. */
    [[nodiscard]] i32 show() const noexcept { return kapi_pid_vnr(pid_); }
    [[nodiscard]] i32 show(const PidNamespace& ns) const noexcept
    {
        return kapi_pid_nr_in(pid_, ns.ns_);
    }
    /* Whether the process has not ended; false: none was stored. */
    [[nodiscard]] bool lives() const noexcept { return host_pid_lives(pid_); }

private:
    /* Mostly there is none yet: spares the call. */
    static void put(kapi_pid* pid) noexcept
    {
        if (pid)
            kapi_pid_put(pid);
    }

    kapi_pid* pid_ { nullptr };
};

/*
 * Remembers the process of the task that makes it, for much less than a PidRef: when it has ended, its number is known
 * in the initial pid namespace only.
 */
class ProcessMark {
public:
    ProcessMark() noexcept : mark_(kapi_task_mark_process()) { }

    struct Shown {
        i32 number; /* 0: not visible */
        bool lives;
    };
    [[nodiscard]] Shown show(const PidNamespace& ns) const noexcept
    {
        bool lives = false;
        const i32 number = host_process_number(&mark_, ns.ns_, &lives);
        return { number, lives };
    }

private:
    kapi_process_mark mark_;
};

} // namespace sysvipc
