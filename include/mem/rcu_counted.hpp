// SPDX-License-Identifier: GPL-2.0
/*
 * RcuCounted and Ref<T>: reference-counted objects that RCU readers may still access after the last
 * reference has been dropped.
 *
 * Lifetime: create<T>() returns the first Ref.  Under RCU, Ref<T>::try_get() takes another unless the
 *     count is already zero.  Dropping the last Ref queues an RCU callback, which runs ~T and frees the
 *     memory; ~T must not sleep.  Work that sleeps is done before, in T's retire().  If T has a trivial
 *     destructor, the kernel frees the memory, in batches, preemptible, and without code of the module.
 * Context: a Ref may be dropped anywhere.
 *
 * Memory comes from kmalloc, or from vmalloc if kmalloc cannot provide it.  The callback frees both with
 * kvfree(): bottom halves are disabled in RCU callbacks, and the kernel itself defers the part of vfree()
 * that must not run there, without needing the module.
 */
#pragma once

#include <base/assert.hpp>
#include <base/result.hpp>
#include <base/types.hpp>
#include <kapi/memory.h>
#include <kapi/rcu.h>
#include <kapi/refcount.h>
#include <mem/construct.hpp>

namespace sysvipc {

/*
 * Waits until every object dropped so far is destroyed, so that no RCU callback of the module is left.
 * Call before unloading ends, after the last object is dropped.  Context: process, sleeps.
 */
void wait_for_rcu_memory() noexcept;

class RcuCounted : Pinned {
public:
    RcuCounted() noexcept { kapi_refcount_set(&count_, 1); }

private:
    template <class T>
    friend class Ref;

    /* First member: the callback casts it to the object, and kapi_kvfree_rcu() frees from its address. */
    kapi_rcu_head head_;
    kapi_refcount count_;
};

template <class T>
class [[nodiscard]] Ref {
public:
    Ref(Ref&& other) noexcept : object_(exchange(other.object_, nullptr)) { }
    Ref& operator=(Ref&&) = delete;
    ~Ref() { put(object_); }

    /* Takes over a reference that was given away. */
    static Ref adopt(T& object) noexcept { return Ref { &object }; }
    /* Takes another reference, unless the last one is dropped.  Call under RCU.  Errors: EINVAL. */
    static Result<Ref> try_get(T& object) noexcept
    {
        if (!kapi_refcount_inc_not_zero(&counted(object).count_))
            return Errno::EINVAL;
        return Ref { &object };
    }
    T* operator->() const noexcept { return object_; }
    T& operator*() const noexcept { return *object_; }
    /* A structure that leads to the object owns the reference now, until adopt() or drop(). */
    T& give_away() noexcept { return *exchange(object_, nullptr); }
    static void drop(T& object) noexcept { put(&object); }

    /* Allocates @extra bytes after the object.  Errors: ENOMEM.  Sleeps. */
    template <class... Args>
    static Result<Ref> create(usize extra, Args&&... args) noexcept
    {
        return build(kapi_kvmalloc(sizeof(T) + extra), forward<Args>(args)...);
    }
    /* create() in atomic context, where ENOMEM is more likely. */
    template <class... Args>
    static Result<Ref> create_atomic(Args&&... args) noexcept
    {
        return build(kapi_kmalloc_atomic(sizeof(T)), forward<Args>(args)...);
    }

private:
    explicit Ref(T* object) noexcept : object_(object) { }
    template <class... Args>
    static Result<Ref> build(void* memory, Args&&... args) noexcept
    {
        if (!memory)
            return Errno::ENOMEM;
        T* object = construct_at<T>(memory, forward<Args>(args)...);
        (void)invariant(static_cast<void*>(&counted(*object)) == memory); /* compiles to nothing */
        return Ref { object };
    }
    static RcuCounted& counted(T& object) noexcept { return object; }

    static void put(T* object) noexcept
    {
        if (!object || !kapi_refcount_dec_and_test(&counted(*object).count_))
            return;
        kapi_rcu_head* head = &counted(*object).head_;
        if constexpr (std::is_trivially_destructible_v<T>)
            kapi_kvfree_rcu(head);
        else
            kapi_call_rcu(head, &destroy);
    }

    static void destroy(kapi_rcu_head* head) noexcept
    {
        /* SAFETY: head_ is the first member of RcuCounted, the first base class of T (build()). */
        T* object = static_cast<T*>(reinterpret_cast<RcuCounted*>(head));
        destroy_at(object);
        kapi_kvfree(object);
    }

    T* object_;
};

} // namespace sysvipc
