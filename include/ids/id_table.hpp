// SPDX-License-Identifier: GPL-2.0
/*
 * IdTable: the System V IPC objects of one kind in one namespace, found by id, index or key.
 *
 * An object is complete before it is published.  Readers find it under RCU, check its sequence number,
 * take its own lock and check whether it has been removed in between; lookups never take the table's
 * lock.  docs/locking.md describes the model.
 *
 * BARRIER removed: remove() sets is_removed_, then removes the index, then the key.  A task that misses the id
 *     and then looks up the key finds nothing, or an object that is_removed().
 *
 * Locks:   publish(), withdraw() and hide() hold the table's lock briefly, however many objects there
 *     are; the last two nest it in the object's lock.  No object's lock is taken under it.
 * Lifetime: the table owns one reference to each published object.  While it contains any, it pins
 *     the module.
 */
#pragma once

#include <base/result.hpp>
#include <ids/id_layout.hpp>
#include <ids/ipc_object.hpp>
#include <mem/index_map.hpp>
#include <os/module.hpp>
#include <sync/guarded.hpp>
#include <sync/mutex.hpp>
#include <sync/rcu.hpp>
#include <user/user_memory.hpp>

namespace sysvipc {

class IdTable : Pinned {
    struct Counts {
        i32 in_use { 0 };
        i32 most { 0 }; /* highest in_use so far */
        /* No index above it is in use; only usage() lowers it. */
        i32 highest_bound { -1 };
        i32 last_index { -1 }; /* the index allocated last */
        i32 sequence { 0 };
        bool is_open { false };
    };
    using Lock = Guarded<Counts, IdTableLock>;

public:
    struct Usage {
        i32 in_use;
        i32 highest; /* index; -1: none */
        i32 most; /* highest number in use so far */
    };

    /* Errors: ENOMEM.  Sleeps. */
    [[nodiscard]] Result<void> start() noexcept { return keys_.start(); }
    /* Precondition: the table is empty.  Sleeps. */
    void stop() noexcept { keys_.stop(); }
    /* Before open(), publish() fails with ENOSYS, as if the module were not loaded. */
    void open() noexcept { counts_.lock()->is_open = true; }

    /* All lookups: call under RCU; nullptr: none. */
    template <class T>
    [[nodiscard, gnu::always_inline]] T* find(IpcId id) const noexcept
    {
        IpcObject* object = at_index(id);
        /* The index matches, so only the sequence numbers can differ. */
        if (!object || object->id() != id) [[unlikely]] {
            load_barrier(); /* BARRIER removed */
            return nullptr;
        }
        return static_cast<T*>(object);
    }
    /* Ignores the sequence number (the *_STAT commands). */
    template <class T>
    [[nodiscard, gnu::always_inline]] T* find_at_index_of(IpcId id) const noexcept
    {
        IpcObject* object = at_index(id);
        if (!object) [[unlikely]]
            load_barrier(); /* BARRIER removed */
        return static_cast<T*>(object);
    }
    template <class T>
    [[nodiscard]] T* find(Key key) const noexcept
    {
        (void)invariant(is_under_rcu());
        kapi_keyed* keyed = keys_.find(key.value());
        if (!keyed)
            return nullptr;
        IpcObject* object = from_keyed(keyed);
        /* An object's key is visible slightly before its index, which makes the object public. */
        if (!object->is_published_.load_acquire() && at_index(object->id()) != object) [[unlikely]]
            return nullptr;
        if (object->is_removed()) [[unlikely]]
            return nullptr;
        return static_cast<T*>(object);
    }
    /* The first object at or above @index; sets @index to its index. */
    template <class T>
    [[nodiscard]] T* find_from(i32& index) const noexcept
    {
        (void)invariant(is_under_rcu());
        IpcObject* object = static_cast<IpcObject*>(indexes_.find_from(index));
        load_barrier(); /* BARRIER removed: for the objects passed over */
        return static_cast<T*>(object);
    }

    [[nodiscard]] Usage usage() noexcept;

    /*
     * The id for the next object, used once (checkpoint/restore); negative: any.  If the index is taken,
     * the object gets the next free index above.  /proc/sys/kernel/msg_next_id, ...
     */
    [[nodiscard]] Atomic<i32>& next_id() noexcept { return *next_id_; }
    /* Stores next_id() at @place unless that is nullptr.  Call before the table is used. */
    void take_next_ids_from(int* place) noexcept
    {
        /* SAFETY: an Atomic has the layout of its value. */
        static_assert(sizeof(Atomic<i32>) == sizeof(int));
        if (place)
            next_id_ = reinterpret_cast<Atomic<i32>*>(place);
    }

    /* Held from the second lookup of a key until its object is published, or creation fails. */
    [[nodiscard]] Mutex<CreationLock>& creation() noexcept RETURNS_CAPABILITY(creation_)
    {
        return creation_;
    }

    /*
     * Makes a complete object visible.  On success, takes over its reference.
     * Errors: EEXIST (the key is taken); ENOSPC at @limit (msgget(2)); ENOMEM; ENOSYS (the module is
     * being loaded or unloaded); those of rhashtable_insert_fast().
     * Context: process, sleeps.
     */
    template <class T>
    [[nodiscard]] Result<IpcId> publish(Ref<T>& object, i32 limit) noexcept
    {
        const IpcId id = TRY(insert(*object, limit));
        object.give_away(); /* now the table's */
        return id;
    }

    /*
     * Unlinks @object: later lookups do not find it, and a task that found it earlier sees under its lock
     * that it is removed.  Precondition: not removed yet.  @proof: the view of the object's lock.  Returns
     * the table's reference.
     */
    template <class T>
    [[nodiscard]] Ref<T> withdraw(T& object, typename T::Locked& proof) noexcept
    {
        static_cast<void>(proof);
        remove(object);
        return Ref<T>::adopt(object);
    }
    /* Frees the key of @object, which keeps its id.  Otherwise as withdraw(). */
    template <class T>
    void hide(T& object, typename T::Locked& proof) noexcept
    {
        static_cast<void>(proof);
        hide_key(object);
    }

private:
    [[nodiscard]] IpcObject* at_index(IpcId id) const noexcept
    {
        (void)invariant(is_under_rcu());
        /* The index is some bits of the id, hence below slots(), also under speculation. */
        return static_cast<IpcObject*>(indexes_.find(id_layout.index_of(id)));
    }
    static IpcObject* from_keyed(kapi_keyed* keyed) noexcept
    {
        /* SAFETY: every kapi_keyed in a table is the member keyed_ of an IpcObject. */
        constexpr usize kOffset = offsetof(IpcObject, keyed_);
        return reinterpret_cast<IpcObject*>(reinterpret_cast<u8*>(keyed) - kOffset);
    }
    [[nodiscard]] Result<IpcId> insert(IpcObject& object, i32 limit) noexcept;
    [[nodiscard]] Result<IpcId> allocate_id(Counts& counts) noexcept;
    void remove(IpcObject& object) noexcept;
    void unlink_key(IpcObject& object) noexcept;
    void hide_key(IpcObject& object) noexcept;
    [[nodiscard]] i32 highest_up_to(i32 bound) const noexcept;

    static constexpr i32 kAnyId = -1;

    KeyMap keys_;
    Mutex<CreationLock> creation_;
    /* Adjacent: publishing and removing write the end of indexes_ and the start of counts_. */
    IndexMap indexes_;
    Lock counts_;
    Atomic<i32> own_next_id_ { kAnyId };
    Atomic<i32>* next_id_ { &own_next_id_ };
};

} // namespace sysvipc
