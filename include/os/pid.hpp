// SPDX-License-Identifier: GPL-2.0
/* PidRef: refers to a process even after its death; PidNamespace: the viewer for whom its pid is translated. */
#pragma once

#include <base/types.hpp>
#include <kapi/task.h>

namespace sysvipc {

/* Owns a reference to a pid namespace. */
class PidNamespace {
public:
    static PidNamespace current() noexcept { return PidNamespace { kapi_pid_ns_get_current() }; }
    PidNamespace(PidNamespace&& other) noexcept : ns_(exchange(other.ns_, nullptr)) { }
    PidNamespace& operator=(PidNamespace&&) = delete;
    ~PidNamespace()
    {
        if (ns_)
            kapi_pid_ns_put(ns_);
    }

private:
    friend class PidRef;
    explicit PidNamespace(kapi_pid_ns* ns) noexcept : ns_(ns) { }
    kapi_pid_ns* ns_;
};

class PidRef : Pinned {
public:
    constexpr PidRef() = default;
    ~PidRef() { kapi_pid_put(pid_); }

    /* Stores @pid.  Usually it is stored already, and no shared count is written. */
    void note(kapi_pid* pid) noexcept
    {
        if (pid_ == pid)
            return;
        kapi_pid_get(pid);
        kapi_pid_put(exchange(pid_, pid));
    }
    /* The number in the current task's pid namespace; 0: none, or not visible there. */
    [[nodiscard]] i32 show() const noexcept { return kapi_pid_vnr(pid_); }
    [[nodiscard]] i32 show(const PidNamespace& ns) const noexcept
    {
        return kapi_pid_nr_in(pid_, ns.ns_);
    }

private:
    kapi_pid* pid_ { nullptr };
};

} // namespace sysvipc
