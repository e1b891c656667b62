// SPDX-License-Identifier: GPL-2.0
/* Creating and removing a semaphore set (contracts: include/sem/sem_set.hpp). */
#include <sem/sem_set.hpp>

#include <ids/all_objects.hpp>
#include <mem/construct.hpp>
#include <os/clock.hpp>
#include <os/task.hpp>
#include <sem/sem_undo.hpp>
#include <sem/sem_wakeup.hpp>
#include <sync/rcu.hpp>
#include <base/poison.hpp>

namespace sysvipc {

constexpr usize SemSet::kHeaderSize = whole_cache_lines(sizeof(SemSet));

SemSet::SemSet(Key key, const Ownership& ownership, u32 count) noexcept
    : GuardedObject(key, ownership),
      count_(count)
{
    for (u32 number = 0; number < count; ++number)
        construct_at<Semaphore>(&semaphore(number));
    unreachable_state().ctime = real_seconds();
}

Result<Ref<SemSet>> SemSet::create_charged(Key key, Mode mode, u32 count) noexcept
{
    static_assert(is_perm_within<SemSet>());
    const usize extra = kHeaderSize - sizeof(SemSet) + usize { count } * kStride;
    Ref<SemSet> set = TRY(Ref<SemSet>::create(extra, key, Ownership::of_caller(mode), count));
    TRY(set->label());
    return set;
}

Result<Ref<SemSet>> SemSet::create(Key key, Mode mode, u32 count, LimitedSum& usage,
                                   u64 limit) noexcept
{
    if (!usage.charge(count, limit))
        return Errno::ENOSPC;
    Result<Ref<SemSet>> created = create_charged(key, mode, count);
    if (!created.ok())
        usage.uncharge(count);
    return created;
}

Result<Ref<SemSet>> SemSet::hold(IpcNamespace& ns, IpcId id) noexcept
{
    const RcuGuard guard;
    SemSet* set = find(ns, id);
    if (!set)
        return Errno::EINVAL;
    return Ref<SemSet>::try_get(*set);
}

Ref<SemSet> SemSet::withdraw(IdTable& table, LimitedSum& usage, SemLock& lock,
                             WakeList& wakes) noexcept
{
    /* Withdraw first: a waiter woken by the removal must find neither the set nor its charge. */
    Ref<SemSet> withdrawn = table.withdraw(*this, lock.proof());
    uncharge(usage);
    end_all_undo(lock);
    release_all_waiters(*this, lock, wakes);
    return withdrawn;
}

/* Not in the destructor: an RCU callback is not preempted, so it must not loop over many semaphores. */
void SemSet::retire() noexcept
{
    constexpr u32 kAtOnce = 1'000;

    for (u32 number = 0; number < count_; ++number) {
        semaphore(number).unreachable().last_changer.note(nullptr);
        if (number % kAtOnce == kAtOnce - 1)
            CurrentTask::give_way();
    }
}

i64 SemSet::otime() const noexcept
{
    i64 latest = 0;
    for (u32 number = 0; number < count_; ++number)
        latest = max(latest, semaphore(number).unlocked().otime.load_relaxed());
    return latest;
}

u32 SemSet::changed_last() const noexcept
{
    i64 latest = 0;
    u32 found = 0;
    for (u32 number = 0; number < count_; ++number) {
        const i64 otime = semaphore(number).unlocked().otime.load_relaxed();
        if (otime > latest) {
            latest = otime;
            found = number;
        }
    }
    return found;
}

namespace {

Ref<SemSet> take_out(IpcNamespace& ns, SemSet& set) noexcept
{
    WakeList wakes;
    SemLock lock { set, SemRange::all(set) };
    return set.withdraw(ns.table(Kind::Semaphores), ns.semaphores(), lock, wakes);
}

} // namespace

void remove_all_sets(IpcNamespace& ns) noexcept
{
    for_all_objects<SemSet>(ns.table(Kind::Semaphores), [&](SemSet& set) {
        const Ref<SemSet> removed = take_out(ns, set);
        if (Trace::ipc_removed()) [[unlikely]]
            trace_removed(*removed, Removal::Namespace);
        removed->retire();
    });
}

} // namespace sysvipc
