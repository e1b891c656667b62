// SPDX-License-Identifier: GPL-2.0
/* Locking one semaphore, some, or all (protocol: include/sem/sem_lock.hpp). */
#include <sem/sem_lock.hpp>

#include <base/assert.hpp>
#include <sem/sem_wakeup.hpp>
#include <base/poison.hpp>

namespace sysvipc {

SemLock::SemLock(SemSet& set, u32 number) noexcept : set_(set)
{
    take_one(number);
}

SemLock::SemLock(SemSet& set, const SemOperations& operations) noexcept : set_(set)
{
    if (operations.is_single()) {
        take_one(operations.first().sem_num);
        return;
    }
    take_set();
    if (close())
        pass(set, operations);
}

SemLock::~SemLock()
{
    if (!has_set() || state().complex_waiters != 0)
        return;
    give_back_changers(set_, *this);
    set_.is_closed_.store_release(false); /* BARRIER is_closed */
}

void SemLock::take_one(u32 number) noexcept
{
    Semaphore& semaphore = set_.semaphore(number);
    if (!set_.is_closed_.load_relaxed()) [[likely]] {
        one_.emplace([&]() TRUSTED { return semaphore.lock(); });
        if (!set_.is_closed_.load_acquire()) [[likely]] /* BARRIER is_closed */
            return;
        one_.reset();
    }
    take_one_inside_set(semaphore);
}

void SemLock::take_one_inside_set(Semaphore& semaphore) noexcept
{
    take_set();
    if (state().complex_waiters != 0)
        return;
    /* The last holder has reopened the set; a set left closed would send every operation here. */
    static_cast<void>(invariant(!set_.is_closed_.load_relaxed()));
    one_.emplace([&]() TRUSTED { return semaphore.lock(); });
    whole_.reset();
}

void SemLock::take_set() noexcept
{
    whole_.emplace([&]() TRUSTED { return set_.lock(); });
}

bool SemLock::close() noexcept
{
    if (state().complex_waiters != 0)
        return false;
    set_.is_closed_.store_relaxed(true); /* BARRIER is_closed */
    return true;
}

void SemLock::extend_to_all() noexcept
{
    pass(set_, SemRange::all(set_));
}

} // namespace sysvipc
