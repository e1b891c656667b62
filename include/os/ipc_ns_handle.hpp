// SPDX-License-Identifier: GPL-2.0
/*
 * IpcNsHandle: the kernel's IPC namespace, which defines members, owner and lifetime; its contents are
 * ours.  IpcNsHold: keeps a namespace from ending.
 */
#pragma once

#include <base/result.hpp>
#include <base/types.hpp>
#include <host/namespace.h>
#include <os/credentials.hpp>

namespace sysvipc {

/* Borrowed: a task in it, or a reference, keeps it alive. */
class IpcNsHandle {
public:
    explicit IpcNsHandle(kapi_ipc_ns* ns) noexcept : ns_(ns) { }
    static IpcNsHandle current() noexcept { return IpcNsHandle { host_ipc_ns_current() }; }
    static IpcNsHandle initial() noexcept { return IpcNsHandle { host_ipc_ns_initial() }; }

    /*
     * On a kernel without IPC namespaces, makes namespaces of another kind scope the IPC objects; "": none.
     * Call before all other functions.
     * Errors: EINVAL (no such kind), EOPNOTSUPP (the kernel has its own).
     */
    [[nodiscard]] static Result<void> stand_in(const char* kind) noexcept
    {
        return from_kernel(host_ipc_ns_stand_in(kind));
    }

    /* Distinguishes namespaces while they live. */
    [[nodiscard]] const void* identity() const noexcept { return host_ipc_ns_identity(ns_); }
    /* The identity of the ending namespace, from the argument of the function ending_symbol(). */
    [[nodiscard]] static const void* ending_identity(unsigned long argument) noexcept
    {
        return host_ipc_ns_ending_identity(argument);
    }
    /* Distinguishes namespaces that have the same identity one after the other; 0: not assigned yet. */
    [[nodiscard]] unsigned long mark() const noexcept { return host_ipc_ns_mark(ns_); }
    [[nodiscard]] unsigned long make_mark() const noexcept { return host_ipc_ns_make_mark(ns_); }
    /* Precondition: no further call can come.  Sleeps. */
    static void unmark_all() noexcept { host_ipc_ns_unmark_all(); }
    /* The namespace's number that lsns(8) shows. */
    [[nodiscard]] u32 number() const noexcept { return host_ipc_ns_number(ns_); }
    /* The user namespace whose capabilities count in it. */
    [[nodiscard]] UserNamespace owner() const noexcept
    {
        return UserNamespace { host_ipc_ns_owner(ns_) };
    }

    /* The places where the kernel stores the limits of the namespace, if any. */
    [[nodiscard]] kapi_ipc_settings settings() const noexcept
    {
        kapi_ipc_settings settings;
        host_ipc_ns_settings(ns_, &settings);
        return settings;
    }

    /* For use beyond the current scope: each hold() has its drop(), which may sleep (host_ipc_ns_put()). */
    void hold() const noexcept { host_ipc_ns_get(ns_); }
    void drop() const noexcept { host_ipc_ns_put(ns_); }

    /*
     * The use of the kernel's own System V IPC in all namespaces.  Changing: no objects, but a call is about
     * to create or remove one.
     */
    enum class BuiltinUse : u8 {
        None = KAPI_BUILTIN_UNUSED,
        Changing = KAPI_BUILTIN_CHANGING,
        Objects = KAPI_BUILTIN_OBJECTS,
    };
    [[nodiscard]] static BuiltinUse builtin_use() noexcept
    {
        return static_cast<BuiltinUse>(host_ipc_ns_builtin_use());
    }
    /* True if this kernel supports more than the initial namespace. */
    [[nodiscard]] static bool are_many() noexcept { return host_ipc_ns_supported(); }
    /* The kernel function that runs when a namespace ends, if are_many(). */
    [[nodiscard]] static const char* ending_symbol() noexcept
    {
        return host_ipc_ns_ending_symbol();
    }

private:
    friend class IpcNsHold;
    kapi_ipc_ns* ns_;
};

class IpcNsHold {
public:
    explicit IpcNsHold(IpcNsHandle handle) noexcept : ns_(handle.ns_) { handle.hold(); }
    IpcNsHold(IpcNsHold&& other) noexcept : ns_(exchange(other.ns_, nullptr)) { }
    IpcNsHold& operator=(IpcNsHold&&) = delete;
    ~IpcNsHold()
    {
        if (ns_)
            host_ipc_ns_put(ns_);
    }

private:
    kapi_ipc_ns* ns_;
};

} // namespace sysvipc
