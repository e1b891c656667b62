// SPDX-License-Identifier: GPL-2.0
/*
 * IpcObject: the members that the table needs of every System V IPC object: key, id, is_removed().
 * GuardedObject<State, Class, Hooks> adds state under its own lock, ownership, which readers copy without a
 * lock, and permission checks.  Order of checks: audit record, owner and mode, security modules (the Hooks
 * of the kind, os/security.hpp).
 *
 * INVARIANT: the id never changes once the object is published; the key changes only to IPC_PRIVATE,
 *     once, under the table's and the object's lock.
 * Locks: "removed" is written under the table's and the object's lock, read under either.
 */
#pragma once

#include <base/assert.hpp>
#include <base/atomic.hpp>
#include <ids/id_layout.hpp>
#include <ids/ownership.hpp>
#include <mem/index_map.hpp>
#include <mem/rcu_counted.hpp>
#include <os/pid.hpp>
#include <os/trace.hpp>
#include <rules/ipc_id.hpp>
#include <sync/guarded.hpp>
#include <sync/sequence.hpp>

namespace sysvipc {

class IpcObject : public RcuCounted {
public:
    [[nodiscard]] Key key() const noexcept
    {
        return Key { __atomic_load_n(&keyed_.key, __ATOMIC_RELAXED) };
    }
    [[nodiscard]] IpcId id() const noexcept { return IpcId { perm_.id() }; }
    [[nodiscard]] bool is_removed() const noexcept { return is_removed_.load_relaxed(); }
    /* The process that created it. */
    [[nodiscard]] const ProcessMark& maker() const noexcept { return maker_; }

    /* Emits ipc_refused: @ownership denies the caller @wanted (0: an action reserved to owners). */
    COLD [[gnu::noinline]] void trace_refused(const Ownership& ownership, u32 wanted) const noexcept
    {
        Trace::ipc_refused(id(), key(), wanted, Caller::effective_uid().value(),
                           ownership.uid.value(), ownership.cuid.value(), ownership.mode.bits());
    }

    /* Adds this object to the system call's audit record, whatever the result. */
    void audit() noexcept { perm_.audit(); }

protected:
    IpcObject(Key key, const Ownership& ownership) noexcept : perm_(key.value(), ownership)
    {
        keyed_.key = key.value();
    }
    [[nodiscard]] KernelPerm& perm() noexcept { return perm_; }
    [[nodiscard]] const KernelPerm& perm() const noexcept { return perm_; }
    /*
     * Security modules get the address of a struct kern_ipc_perm: all of it must lie within the object,
     * whose own members occupy the fields that no hook reads (host/security.h).
     */
    template <class T>
    [[nodiscard]] static consteval bool is_perm_within() noexcept
    {
        return __builtin_offsetof(IpcObject, perm_) + KAPI_KERN_IPC_PERM_SIZE <= sizeof(T);
    }
    /* True if security modules have labelled it: the destructor must free the label. */
    bool is_labelled_ { false };

private:
    friend class IdTable;

    void set_id(IpcId id) noexcept { perm_.set_id(id.value(), id_layout.sequence_of(id)); }
    /* A concurrent walk of the key's old hash chain finds the old key or the new one. */
    void forget_key() noexcept
    {
        __atomic_store_n(&keyed_.key, kPrivateKey.value(), __ATOMIC_RELAXED);
        perm_.set_key(kPrivateKey.value());
    }

    /* Set last: until then, a lookup by key checks that the id leads to the object, too. */
    Atomic<bool> is_published_ { false };
    Atomic<bool> is_removed_ { false };
    kapi_keyed keyed_ {};
    const ProcessMark maker_;
    KernelPerm perm_;
};

template <class State, class Class, class Hooks>
class GuardedObject : public IpcObject {
public:
    using Lock = Guarded<State, Class>;
    using Locked = typename Lock::Locked;

    [[nodiscard]] Locked lock() noexcept ACQUIRE(state_) TRUSTED { return state_.lock(); }
    /* For assertions, as in Guarded: a view's type does not show which object it locks. */
    [[nodiscard]] bool is_locked() const noexcept { return state_.is_locked(); }

    /* A consistent copy, taken without a lock. */
    [[nodiscard, gnu::always_inline]] Ownership ownership() const noexcept
    {
        return Ownership { ownership_changes_.read([this] { return perm().owners(); }) };
    }
    [[nodiscard]] Ownership ownership(const Locked&) const noexcept
    {
        (void)invariant(is_locked());
        return Ownership { perm().owners() };
    }
    /* Sets the owner and the mode, not the creator. */
    void set_ownership(Locked& proof, const Ownership& ownership) noexcept
    {
        (void)invariant(is_locked());
        const auto writing = ownership_changes_.write(proof);
        perm().set_owners(ownership);
    }

    /*
     * Checks that the caller has the permissions @wanted: bits in any of the three groups; a call's flags
     * may be passed unchanged.
     * @owner: the user namespace whose CAP_IPC_OWNER overrides the mode.  Errors: EACCES.
     */
    [[nodiscard, gnu::always_inline]] Result<void> check_access(u32 wanted,
                                                                UserNamespace owner) noexcept
    {
        audit();
        if (!ownership().lets_owner(wanted)) [[unlikely]]
            TRY(check_mode(wanted, owner));
        return perm().may_access(wanted);
    }
    [[nodiscard]] Result<void> check_access(const Locked& proof, u32 wanted,
                                            UserNamespace owner) noexcept
    {
        audit();
        if (!ownership(proof).lets_owner(wanted)) [[unlikely]]
            TRY(check_mode(wanted, owner));
        return perm().may_access(wanted);
    }
    /* Asks security modules if *get() may return the id; call after check_access().  Errors: theirs. */
    [[nodiscard]] Result<void> check_open(u32 flags) noexcept
    {
        return Hooks::may_open(perm(), flags);
    }
    /* Asks security modules if *ctl() may do @command; call after the mode check.  Errors: theirs. */
    template <class Command>
    [[nodiscard]] Result<void> check_command(Command command) noexcept
    {
        return Hooks::may_control(perm(), static_cast<i32>(command));
    }
    /* check_command() for a command that concerns no single object. */
    template <class Command>
    [[nodiscard]] static Result<void> check_command_for_all(Command command) noexcept
    {
        return Hooks::may_control_all(static_cast<i32>(command));
    }
    /* IPC_RMID.  @owner: the user namespace for CAP_SYS_ADMIN.  Errors: EPERM, a module's. */
    [[nodiscard]] Result<void> check_removal(const Locked& proof, UserNamespace owner) noexcept
    {
        audit();
        TRY(check_owner(ownership(proof), owner));
        return check_command(KAPI_IPC_RMID);
    }
    /* check_removal() without the lock. */
    [[nodiscard]] Result<void> check_removal(UserNamespace owner) noexcept
    {
        audit();
        TRY(check_owner(ownership(), owner));
        return check_command(KAPI_IPC_RMID);
    }
    /* IPC_SET.  @qbytes: the limit that the call sets for a queue.  Errors: as check_removal(). */
    [[nodiscard]] Result<void> check_change(const Locked& proof, const abi::IpcPerm& request,
                                            u64 qbytes, UserNamespace owner) noexcept
    {
        perm().audit_change(qbytes, request.uid, request.gid, request.mode);
        TRY(check_owner(ownership(proof), owner));
        return check_command(KAPI_IPC_SET);
    }

protected:
    template <class... Args>
    GuardedObject(Key key, const Ownership& ownership, Args&&... args) noexcept
        : IpcObject(key, ownership),
          state_(forward<Args>(args)...),
          ownership_changes_(state_)
    {
    }
    /* For a state that refers to the permissions which security modules check. */
    struct WithPerm { };
    template <class... Args>
    GuardedObject(WithPerm, Key key, const Ownership& ownership, Args&&... args) noexcept
        : IpcObject(key, ownership),
          state_(forward<Args>(args)..., perm()), /* the base class is already constructed */
          ownership_changes_(state_)
    {
    }
    ~GuardedObject()
    {
        if (is_labelled_)
            Hooks::unlabel(perm());
    }
    /* Security modules label it; call before publishing.  Errors: ENOMEM, a module's.  Sleeps. */
    [[nodiscard]] Result<void> label() noexcept
    {
        TRY(Hooks::label(perm()));
        is_labelled_ = true;
        return {};
    }
    /* For a destructor, or before publication. */
    [[nodiscard]] State& unreachable_state() noexcept { return state_.unreachable(); }

private:
    [[nodiscard, gnu::noinline]] Result<void> check_mode(u32 wanted,
                                                         UserNamespace owner) const noexcept
    {
        Result<void> permitted = ownership().check_mode(wanted, owner);
        if (!permitted.ok() && Trace::ipc_refused())
            trace_refusal(wanted);
        return permitted;
    }
    [[nodiscard]] Result<void> check_owner(const Ownership& checked,
                                           UserNamespace owner) const noexcept
    {
        Result<void> permitted = checked.check_owner(owner);
        if (!permitted.ok() && Trace::ipc_refused()) [[unlikely]]
            trace_refusal(0);
        return permitted;
    }
    /* Reads the ownership again, so that calls need not keep it for a refusal. */
    COLD [[gnu::noinline]] void trace_refusal(u32 wanted) const noexcept
    {
        trace_refused(ownership(), wanted);
    }

    [[no_unique_address]] Lock state_; /* the next member may use its tail padding */
    Sequence<Lock, PermissionSeq> ownership_changes_;
};

} // namespace sysvipc
