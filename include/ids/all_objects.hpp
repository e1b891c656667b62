// SPDX-License-Identifier: GPL-2.0
/*
 * Visits all objects of a table.  A user can create very many objects: these functions work in bounded
 * steps and let other tasks and RCU callbacks run in between.
 */
#pragma once

#include <ids/id_table.hpp>
#include <os/task.hpp>
#include <sync/rcu.hpp>

namespace sysvipc {

/* The first object at or above @index; sets @index to its index.  Errors: ENOENT. */
template <class Object>
[[nodiscard]] Result<Ref<Object>> hold_from(const IdTable& table, i32& index) noexcept
{
    const RcuGuard guard;
    Object* object = table.find_from<Object>(index);
    if (!object)
        return Errno::ENOENT;
    return Ref<Object>::try_get(*object);
}

/*
 * Calls @each(object) for some objects from @index on, and moves @index past the last; false: no more
 * objects.  Call under RCU, as find_from().
 */
template <class Object, class Each>
[[nodiscard]] bool for_some_objects(const IdTable& table, i32& index, const Each& each) noexcept
{
    constexpr i32 kAtOnce = 64;

    for (i32 i = 0; i < kAtOnce; ++i, ++index) {
        Object* object = table.find_from<Object>(index);
        if (!object)
            return false;
        each(*object);
    }
    return true;
}

/*
 * Calls @each(object) for all objects, under RCU; @each may remove the object, and must not sleep.  May
 * miss objects created or removed meanwhile.  Sleeps.
 */
template <class Object, class Each>
void for_all_objects_under_rcu(const IdTable& table, const Each& each) noexcept
{
    i32 index = 0;
    const auto step = [&]() noexcept {
        const RcuGuard guard;
        return for_some_objects<Object>(table, index, each);
    };
    while (step())
        CurrentTask::give_way();
}

/* Calls @each(object) for all; @each may remove the object.  Precondition: none is added.  Sleeps. */
template <class Object, class Each>
void for_all_objects(const IdTable& table, const Each& each) noexcept
{
    for (i32 index = 0;; ++index) {
        Result<Ref<Object>> held = hold_from<Object>(table, index);
        if (held.ok())
            each(*held.take());
        else if (held.error() == Errno::ENOENT)
            return;
        CurrentTask::give_way();
    }
}

} // namespace sysvipc
