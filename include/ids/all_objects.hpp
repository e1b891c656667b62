// SPDX-License-Identifier: GPL-2.0
/* Doing something to every object of a table that nobody adds to any more. */
#pragma once

#include <ids/id_table.hpp>
#include <os/task.hpp>
#include <sync/rcu.hpp>

namespace sysvipc {

/* The first object at or above @index, which becomes its index.  Errors: ENOENT. */
template <class Object>
[[nodiscard]] Result<Ref<Object>> hold_from(const IdTable& table, i32& index) noexcept
{
    const RcuGuard guard;
    Object* object = table.find_from<Object>(index);
    if (!object)
        return Errno::NoEntry;
    return Ref<Object>::try_get(*object);
}

/* Calls @each(object), which may remove it.  Sleeps. */
template <class Object, class Each>
void for_all_objects(const IdTable& table, const Each& each) noexcept
{
    for (i32 index = 0;; ++index) {
        Result<Ref<Object>> held = hold_from<Object>(table, index);
        if (held.ok())
            each(*held.take());
        else if (held.error() == Errno::NoEntry)
            return;
        CurrentTask::give_way();
    }
}

} // namespace sysvipc
