// SPDX-License-Identifier: GPL-2.0
/*
 * IpcObject: what every System V IPC object has for the table's sake: a key, an id, whether it has
 * been removed.  GuardedObject<State, Class> adds its state under its own lock, and its ownership,
 * which readers copy without a lock.
 *
 * INVARIANT: the id never changes once the object is published, and the key only to the private one,
 *     for good, under the table's and the object's lock.
 * Locks: "removed" is written under the table's and the object's lock, read under either.
 */
#pragma once

#include <base/atomic.hpp>
#include <ids/ownership.hpp>
#include <mem/index_map.hpp>
#include <mem/rcu_counted.hpp>
#include <rules/ipc_id.hpp>
#include <sync/guarded.hpp>
#include <sync/seq_guarded.hpp>

namespace sysvipc {

class IpcObject : public RcuCounted {
public:
    [[nodiscard]] Key key() const noexcept
    {
        return Key { __atomic_load_n(&keyed_.key, __ATOMIC_RELAXED) };
    }
    [[nodiscard]] IpcId id() const noexcept { return id_; }
    [[nodiscard]] bool is_removed() const noexcept { return is_removed_.load_relaxed(); }

protected:
    explicit IpcObject(Key key) noexcept { keyed_.key = key.value(); }

private:
    friend class IdTable;

    kapi_keyed keyed_ {};
    IpcId id_;
    /* Set last of all: while it is not, a getter by key looks whether the id finds the object too. */
    Atomic<bool> is_published_ { false };
    Atomic<bool> is_removed_ { false };
};

template <class State, class Class>
class GuardedObject : public IpcObject {
public:
    using Lock = Guarded<State, Class>;
    using Locked = typename Lock::Locked;

    [[nodiscard]] Locked lock() noexcept ACQUIRE(state_) TRUSTED { return state_.lock(); }

    /* As of now, without a lock. */
    [[nodiscard]] Ownership ownership() const noexcept { return ownership_.read(); }
    [[nodiscard]] const Ownership& ownership(const Locked& proof) const noexcept
    {
        return ownership_.read(proof);
    }
    void set_ownership(Locked& proof, const Ownership& ownership) noexcept
    {
        ownership_.write(proof, ownership);
    }

protected:
    template <class... Args>
    GuardedObject(Key key, const Ownership& ownership, Args&&... args) noexcept
        : IpcObject(key),
          state_(forward<Args>(args)...),
          ownership_(state_, ownership)
    {
    }
    /* For a destructor, or before publication. */
    [[nodiscard]] State& exclusive_state() noexcept { return state_.exclusive(); }

private:
    Lock state_;
    SeqGuarded<Ownership, Lock, PermissionSeq> ownership_;
};

} // namespace sysvipc
