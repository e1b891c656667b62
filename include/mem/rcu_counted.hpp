// SPDX-License-Identifier: GPL-2.0
/*
 * RcuCounted and Ref<T>: reference-counted objects that RCU readers may still look at after the
 * last reference is gone.
 *
 * Lifetime: create<T>() gives the first Ref.  Under RCU, Ref<T>::try_get() takes another unless the
 *     count is already zero.  The last Ref to go queues an RCU callback; ~T and the freeing happen
 *     there, so ~T must not sleep.  What sleeps is done before, in a retire() of T's own.
 * Context: a Ref may be dropped anywhere.
 *
 * Memory comes from kmalloc or, where that fails or is too small, vmalloc.  The callback gives back either:
 * the kernel puts off by itself what of vfree() must not be done where bottom halves are disabled, as they
 * are in every RCU callback, and needs nothing of ours for the rest.
 */
#pragma once

#include <base/result.hpp>
#include <base/types.hpp>
#include <kapi/memory.h>
#include <kapi/rcu.h>
#include <kapi/refcount.h>
#include <mem/construct.hpp>

namespace sysvipc {

/*
 * Waits until every object dropped so far is destroyed and its memory given back, but for pages of
 * vmalloc.  Process context, sleeps.  Before the module goes, after the last object is dropped.
 */
void wait_for_rcu_memory() noexcept;

class RcuCounted : Pinned {
public:
    RcuCounted() noexcept { kapi_refcount_set(&count_, 1); }

private:
    template <class T>
    friend class Ref;

    /* First, so that the callback finds the object by a cast. */
    kapi_rcu_head head_;
    kapi_refcount count_;
};

template <class T>
class [[nodiscard]] Ref {
public:
    Ref(Ref&& other) noexcept : object_(exchange(other.object_, nullptr)) { }
    Ref& operator=(Ref&&) = delete;
    ~Ref() { put(object_); }

    /* Takes over the reference that create() made or release() gave up. */
    static Ref adopt(T& object) noexcept { return Ref { &object }; }
    /* Under RCU: another reference, unless the last one is gone.  Errors: EINVAL. */
    static Result<Ref> try_get(T& object) noexcept
    {
        if (!kapi_refcount_inc_not_zero(&counted(object).count_))
            return Errno::EINVAL;
        return Ref { &object };
    }
    T* operator->() const noexcept { return object_; }
    T& operator*() const noexcept { return *object_; }
    [[nodiscard]] T& release() noexcept { return *exchange(object_, nullptr); }

    /* @extra bytes follow the object.  Errors: ENOMEM.  Sleeps. */
    template <class... Args>
    static Result<Ref> create(usize extra, Args&&... args) noexcept
    {
        return build(kapi_kvmalloc(sizeof(T) + extra), forward<Args>(args)...);
    }
    /* The same where nothing may sleep, and memory may well be refused. */
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
        return Ref { construct_at<T>(memory, forward<Args>(args)...) };
    }
    static RcuCounted& counted(T& object) noexcept { return object; }

    static void put(T* object) noexcept
    {
        if (object && kapi_refcount_dec_and_test(&counted(*object).count_))
            kapi_call_rcu(&counted(*object).head_, &destroy);
    }

    static void destroy(kapi_rcu_head* head) noexcept
    {
        /* SAFETY: head_ is the first member of RcuCounted, which T derives from. */
        T* object = static_cast<T*>(reinterpret_cast<RcuCounted*>(head));
        destroy_at(object);
        kapi_kvfree(object);
    }

    T* object_;
};

} // namespace sysvipc
