// SPDX-License-Identifier: GPL-2.0
/*
 * TaskState: the module's data of one task, which Linux keeps in task_struct (sysvsem, sysvshm).  A kernel
 * without System V IPC lacks these fields, and a kernel with it uses them itself; so a map leads from tasks
 * to states.  Most tasks have none.
 *
 * A state has slots, each for one object of a facility: its part.  The facility owns the part; it takes
 * the part out of the slot before the state ends.
 *
 * Locks:   none.  Writers: the task itself, or its parent before it first runs.
 * Lifetime: from the first part until the task exits, or the module is unloaded.  The state holds a
 *     reference to the task.  Lookups for other tasks may read it under RCU.
 * INVARIANT: the exit of tasks is intercepted before the first state is added and until the last is
 *     removed (mem/address_map.hpp).
 */
#pragma once

#include <base/result.hpp>
#include <host/table.h>
#include <mem/rcu_counted.hpp>
#include <os/task.hpp>

namespace sysvipc {

/* A state has one slot of each kind.  T::kTaskSlot: the slot for parts of type T. */
enum class TaskSlot : u8 { UndoGroup, SegmentCreator, Count };

class TaskState : public RcuCounted, public kapi_addressed {
public:
    /* Errors: ENOMEM.  Sleeps. */
    [[nodiscard]] static Result<void> start() noexcept;
    /* Drops the remaining states.  Precondition: all slots are empty, task events are stopped.  Sleeps. */
    static void stop() noexcept;

    /* The current task's; nullptr: none.  Any context. */
    [[nodiscard]] static TaskState* current() noexcept;
    /* current(), if the caller is already under RCU. */
    [[nodiscard]] static TaskState* find_current() noexcept;
    /* The current task's, added if there is none.  Errors: ENOMEM.  Sleeps. */
    [[nodiscard]] static Result<TaskState*> current_or_new() noexcept;
    /* current_or_new() in atomic context. */
    [[nodiscard]] static Result<TaskState*> current_or_new_atomic() noexcept;
    /* Adds a state for @child, which does not run yet.  Errors: ENOMEM.  Does not sleep. */
    [[nodiscard]] static Result<TaskState*> add_for(kapi_task* child) noexcept;
    /* Call when the current task exits.  Precondition: @state is its own, all slots are empty. */
    static void remove(TaskState& state) noexcept;

    /* nullptr: none. */
    template <class T>
    [[nodiscard]] T* part() const noexcept
    {
        /* SAFETY: only put<T>() writes this slot. */
        return static_cast<T*>(parts_[index(T::kTaskSlot)]);
    }
    /* Precondition: the slot is empty. */
    template <class T>
    void put(T& part) noexcept
    {
        parts_[index(T::kTaskSlot)] = &part;
    }
    /* Empties the slot; nullptr: it was empty. */
    template <class T>
    T* take() noexcept
    {
        return static_cast<T*>(exchange(parts_[index(T::kTaskSlot)], nullptr));
    }
    /* Empties a slot of all states.  Precondition: task events are stopped.  @each must not sleep. */
    template <class T, void (*each)(T&) noexcept>
    static void take_all() noexcept
    {
        visit([](TaskState& state) noexcept {
            if (T* part = state.take<T>())
                each(*part);
        });
    }

private:
    friend class Ref<TaskState>;
    template <class T, class... Args>
    friend T* construct_at(void* memory, Args&&... args) noexcept;

    explicit TaskState(kapi_task* task) noexcept : kapi_addressed { {}, task }, task_(task) { }
    [[nodiscard]] static Result<TaskState*> add(Result<Ref<TaskState>> created) noexcept;
    static void visit(void (*each)(TaskState&) noexcept) noexcept;
    static constexpr usize kSlots = static_cast<usize>(TaskSlot::Count);
    static constexpr usize index(TaskSlot slot) noexcept { return static_cast<usize>(slot); }

    const TaskRef task_;
    void* parts_[kSlots] {};
};

} // namespace sysvipc
