// SPDX-License-Identifier: GPL-2.0
/*
 * PidRef: refers to a process even after its death.  ProcessMark: remembers a process.  PidNamespace: the
 * pid namespace for which pids are translated.
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
    /* The number of @pid in the namespace; 0: not visible. */
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

    /* Stores @pid.  Writes no shared counter if it is stored already, the usual case. */
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
    /* True if a process was stored and has not ended. */
    [[nodiscard]] bool lives() const noexcept { return host_pid_lives(pid_); }

private:
    /* Avoids the call if no pid was stored, the usual case. */
    static void put(kapi_pid* pid) noexcept
    {
        if (pid)
            kapi_pid_put(pid);
    }

    kapi_pid* pid_ { nullptr };
};

/*
 * Remembers the process of the task that constructs it.  Much cheaper than a PidRef, but after the process has
 * ended, its number is available in the initial pid namespace only.
 */
class ProcessMark {
public:
    ProcessMark() noexcept : mark_(host_process_mark()) { }

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
