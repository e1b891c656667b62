// SPDX-License-Identifier: GPL-2.0
/*
 * IpcNsHandle: the kernel's IPC namespace, which defines its members, owner and lifetime; its contents are
 * ours.  IpcNsHold: keeps one from ending.
 */
#pragma once

#include <base/result.hpp>
#include <base/types.hpp>
#include <host/namespace.h>
#include <os/credentials.hpp>

namespace sysvipc {

/* Borrowed: somebody who is in it, or holds it, keeps it alive. */
class IpcNsHandle {
public:
    explicit IpcNsHandle(kapi_ipc_ns* ns) noexcept : ns_(ns) { }
    static IpcNsHandle current() noexcept { return IpcNsHandle { host_ipc_ns_current() }; }
    static IpcNsHandle initial() noexcept { return IpcNsHandle { host_ipc_ns_initial() }; }

    /* Tells namespaces apart while they live. */
    [[nodiscard]] const void* identity() const noexcept { return ns_; }
    /* Tells one from those that had its identity before, or will have it; 0: nobody has asked for it yet. */
    [[nodiscard]] unsigned long mark() const noexcept { return host_ipc_ns_mark(ns_); }
    [[nodiscard]] unsigned long make_mark() const noexcept { return host_ipc_ns_make_mark(ns_); }
    /* When no call comes any more.  Sleeps. */
    static void unmark_all() noexcept { host_ipc_ns_unmark_all(); }
    /* Its number as lsns(8) shows it. */
    [[nodiscard]] u32 number() const noexcept { return host_ipc_ns_number(ns_); }
    /* The user namespace whose capabilities count in it. */
    [[nodiscard]] UserNamespace owner() const noexcept
    {
        return UserNamespace { host_ipc_ns_owner(ns_) };
    }

    /* Where the kernel keeps the limits of such a namespace, if it does. */
    [[nodiscard]] kapi_ipc_settings settings() const noexcept
    {
        kapi_ipc_settings settings;
        host_ipc_ns_settings(ns_, &settings);
        return settings;
    }

    /* For what outlives a scope: each hold() has its drop().  Neither sleeps. */
    void hold() const noexcept { host_ipc_ns_get(ns_); }
    void drop() const noexcept { host_ipc_ns_put(ns_); }

    /*
     * Whether the kernel has System V IPC of its own, with objects in some namespace.  Changing: with none
     * yet, perhaps, but somebody is about to make one, or to remove it.
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
    /* Whether this kernel has more than the initial one. */
    [[nodiscard]] static bool are_many() noexcept { return host_ipc_ns_supported(); }
    /* The function of the kernel that is called with one that ends, where there are many. */
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
