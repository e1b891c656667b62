// SPDX-License-Identifier: GPL-2.0
/* TestObject: the smallest object for an IdTable; a census counts the existing ones. */
#pragma once

#include "security_hooks.hpp"
#include "tally.hpp"

#include <ids/ipc_object.hpp>

namespace sysvipc {

/* Stands where a facility's object lock would: inside the table's. */
struct TestObjectLock {
    static constexpr const char* kName = "sysvipc.kunit.object";
    static constinit inline kapi_lock_key key {};
};

struct TestObjectState {
    u64 changes { 0 };
};

class TestObject : public GuardedObject<TestObjectState, TestObjectLock, TestHooks> {
public:
    static constexpr int kKind = 0; /* of the trace events */

    /* Owned by the caller, mode 0600.  Errors: ENOMEM, that of TestHooks.  Sleeps. */
    [[nodiscard]] static Result<Ref<TestObject>> create(Key key, Census& census,
                                                        Mode mode = Mode::from_flags(0600)) noexcept
    {
        Ref<TestObject> object =
            TRY(Ref<TestObject>::create(0, key, Ownership::of_caller(mode), census));
        TRY(object->label());
        return object;
    }
    /* Whether the destructor has not run. */
    [[nodiscard]] bool is_alive() const noexcept { return mark_.load_relaxed() == kAlive; }

private:
    friend class Ref<TestObject>;
    template <class T, class... Args>
    friend T* construct_at(void* memory, Args&&... args) noexcept;
    template <class T>
    friend void destroy_at(T* object) noexcept;

    static constexpr u64 kAlive = 0xa11f'ea11'fea1'1fea;
    static constexpr u64 kDead = 0xdead'dead'dead'dead;

    TestObject(Key key, const Ownership& ownership, Census& census) noexcept
        : GuardedObject(key, ownership),
          counted_(census)
    {
    }
    ~TestObject() { mark_.store_relaxed(kDead); }

    Counted counted_;
    Atomic<u64> mark_ { kAlive };
};

} // namespace sysvipc
