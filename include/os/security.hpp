// SPDX-License-Identifier: GPL-2.0
/*
 * The parts of our objects that security modules (SELinux, Smack, ...) and audit see, and their hooks.
 *
 * KernelPerm is the visible part of an object: its id, its owners, its mode; KernelMessage that of a
 * message.  The hooks of all kinds have the same names, for ids/ipc_object.hpp: label() and unlabel() when
 * an object is created and destroyed, may_open() when *get() finds it by key, may_control() for a command
 * of *ctl().  Linux calls them in the same places: ipc/util.c, msg.c, sem.c, shm.c.  On kernels without
 * security modules every hook is a no-op.
 *
 * Context: any, with or without locks, unless stated otherwise.
 * Errors: whatever the security module returns, most often EACCES; label() also ENOMEM.
 */
#pragma once

#include <base/result.hpp>
#include <base/types.hpp>
#include <host/security.h>
#include <os/credentials.hpp>
#include <rules/permission_bits.hpp>

namespace sysvipc {

/* The kernel functions for the hooks and audit, found while loading. */
struct SecurityFunctions {
    /* Errors: ENOMEM.  Sleeps. */
    [[nodiscard]] static Result<void> find() noexcept { return from_kernel(host_security_find()); }
    /*
     * Function @number (from 0) of those that the kernel has but that were not found; nullptr: no more.
     */
    [[nodiscard]] static const char* missing(u32 number) noexcept
    {
        return host_security_missing(number);
    }
    /* Enables all hooks.  Precondition: no function is missing.  Sleeps. */
    static void use() noexcept { host_security_use(); }
};

/* An object's owner, creator and mode. */
struct Owners {
    Uid uid;
    Gid gid;
    Uid cuid;
    Gid cgid;
    Mode mode;
};

class KernelPerm : Pinned {
public:
    KernelPerm(i32 key, const Owners& owners) noexcept
    {
        const kapi_ipc_owners all = to_kapi(owners);
        host_ipc_perm_init(&perm_, key, &all);
    }
    [[nodiscard]] Owners owners() const noexcept
    {
        const kapi_ipc_owners all = host_ipc_perm_owners(&perm_);
        return { Uid { all.uid }, Gid { all.gid }, Uid { all.creator_uid }, Gid { all.creator_gid },
                 Mode::from_flags(all.mode) };
    }
    [[nodiscard]] i32 id() const noexcept { return host_ipc_perm_id(&perm_); } /* -1 at first */
    void set_id(i32 id, i32 sequence) noexcept
    {
        host_ipc_perm_set_id(&perm_, id, static_cast<unsigned long>(sequence));
    }
    void set_key(i32 key) noexcept { host_ipc_perm_set_key(&perm_, key); }
    /* Sets uid, gid and the permission bits of the mode. */
    void set_owners(const Owners& owners) noexcept
    {
        const kapi_ipc_owners all = to_kapi(owners);
        host_ipc_perm_set_owners(&perm_, &all);
    }
    /* Bits of the mode other than permissions. */
    void add_marks(u32 bits) noexcept { host_ipc_perm_change_mode(&perm_, 0, bits); }
    void remove_marks(u32 bits) noexcept { host_ipc_perm_change_mode(&perm_, bits, 0); }

    /* Adds this object to the audit record, if audit records this call. */
    void audit() noexcept
    {
        if (host_audit_is_on()) [[unlikely]]
            host_audit_object(&perm_);
    }
    /* Adds the values that IPC_SET requests to the audit record; ids as the caller passed them. */
    void audit_change(u64 qbytes, u32 uid, u32 gid, u32 mode) noexcept
    {
        if (host_audit_is_on()) [[unlikely]] {
            host_audit_object(&perm_);
            host_audit_change(qbytes, uid, gid, mode);
        }
    }
    /*
     * Call after the mode has granted access.  Uses only the permission bits of @wanted.
     * Errors: EACCES only.
     */
    [[nodiscard]] Result<void> may_access(u32 wanted) noexcept
    {
        if (host_security_access(&perm_, wanted) != 0) [[unlikely]]
            return Errno::EACCES;
        return {};
    }

    /* For kapi and host functions. */
    [[nodiscard]] kapi_ipc_perm* raw() noexcept { return &perm_; }

private:
    static kapi_ipc_owners to_kapi(const Owners& owners) noexcept
    {
        return { owners.uid.value(), owners.gid.value(), owners.cuid.value(), owners.cgid.value(),
                 owners.mode.bits() };
    }

    kapi_ipc_perm perm_;
};

/* The part of a message that security modules see; the list links are stored before it. */
class KernelMessage : Pinned {
public:
    [[nodiscard]] i64 type() const noexcept { return message_.type; }
    [[nodiscard]] usize size() const noexcept { return message_.size; }
    /* For the message's owner; no hook reads it. */
    [[nodiscard]] void*& link() noexcept { return message_.link; }
    void set_type(i64 type) noexcept { message_.type = type; }

    explicit KernelMessage(usize size) noexcept : message_ { 0, size, nullptr, nullptr } { }
    /* Errors: as above.  Sleeps. */
    [[nodiscard]] Result<void> label() noexcept
    {
        return from_kernel(host_security_message_alloc(&message_));
    }
    /* The message need not be labelled. */
    void unlabel() noexcept { host_security_message_free(&message_); }

private:
    friend struct QueueHooks;
    kapi_msg message_;
};

/* The hooks that all kinds share. */
template <auto allocate, auto release, auto open, auto control>
struct ObjectHooks {
    [[nodiscard]] static Result<void> label(KernelPerm& perm) noexcept /* sleeps */
    {
        return from_kernel(allocate(perm.raw()));
    }
    static void unlabel(KernelPerm& perm) noexcept { release(perm.raw()); }
    [[nodiscard]] static Result<void> may_open(KernelPerm& perm, u32 flags) noexcept
    {
        return from_kernel(open(perm.raw(), static_cast<int>(flags)));
    }
    [[nodiscard]] static Result<void> may_control(KernelPerm& perm, i32 command) noexcept
    {
        return from_kernel(control(perm.raw(), command));
    }
    /* For a command that concerns all objects of the kind. */
    [[nodiscard]] static Result<void> may_control_all(i32 command) noexcept
    {
        return from_kernel(control(nullptr, command));
    }
};

struct QueueHooks : ObjectHooks<host_security_queue_alloc, host_security_queue_free,
                                host_security_queue_open, host_security_queue_control> {
    [[nodiscard]] static Result<void> may_send(KernelPerm& perm, KernelMessage& message,
                                               u32 flags) noexcept
    {
        return from_kernel(
            host_security_queue_send(perm.raw(), &message.message_, static_cast<int>(flags)));
    }
    /* True if @target, possibly asleep, may receive the message.  @rule, @wanted: host/security.h. */
    [[nodiscard]] static bool may_receive(KernelPerm& perm, KernelMessage& message,
                                          kapi_task* target, i64 wanted, i32 rule) noexcept
    {
        return host_security_queue_receive(perm.raw(), &message.message_, target, wanted, rule)
            == 0;
    }
};

struct SetHooks : ObjectHooks<host_security_set_alloc, host_security_set_free,
                              host_security_set_open, host_security_set_control> {
    /* @operations: @count of them, as for semop(2). */
    [[nodiscard]] static Result<void> may_operate(KernelPerm& perm, const void* operations,
                                                  u32 count, bool changes) noexcept
    {
        return from_kernel(host_security_set_operate(perm.raw(), operations, count, changes));
    }
};

struct SegmentHooks : ObjectHooks<host_security_segment_alloc, host_security_segment_free,
                                  host_security_segment_open, host_security_segment_control> {
    /* @address, @flags: as for shmat(2). */
    [[nodiscard]] static Result<void> may_attach(KernelPerm& perm, unsigned long address,
                                                 u32 flags) noexcept
    {
        return from_kernel(
            host_security_segment_attach(perm.raw(), address, static_cast<int>(flags)));
    }
};

} // namespace sysvipc
