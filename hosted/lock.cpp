// SPDX-License-Identifier: GPL-2.0
/*
 * kapi: spinlocks, mutexes and sequence counters (contracts: include/kapi/lock.h).
 *
 * A spinlock sleeps where the kernel's spins: no caller can observe this, as the holder never sleeps.
 */
#include "layout_types.h"
#include "machine.hpp"
#include "task.hpp"

#include <atomic>
#include <kapi/lock.h>

namespace {

using namespace hosted;

enum Word : unsigned { Free, Held, Awaited };

hosted_lock& lock_in(const void* storage)
{
    return *static_cast<hosted_lock*>(const_cast<void*>(storage));
}

void take(hosted_lock& lock)
{
    const std::atomic_ref word { lock.word };
    machine::may_switch(&lock);
    unsigned expected = Free;
    if (!word.compare_exchange_strong(expected, Held)) {
        while (word.exchange(Awaited) != Free)
            machine::wait_on(&lock.word, Awaited);
    }
    std::atomic_ref { lock.owner }.store(machine::current()->number, std::memory_order_relaxed);
    machine::enter(&lock);
}

void give_back(hosted_lock& lock)
{
    machine::leave(&lock);
    std::atomic_ref { lock.owner }.store(0, std::memory_order_relaxed);
    if (std::atomic_ref { lock.word }.exchange(Free) == Awaited)
        machine::wake_on(&lock.word);
}

std::atomic_ref<unsigned> count_in(const kapi_seqcount* seq)
{
    auto* counter = reinterpret_cast<hosted_sequence*>(const_cast<kapi_seqcount*>(seq));
    return std::atomic_ref { counter->count };
}

} // namespace

void kapi_spin_lock_init(kapi_spinlock* lock, const char*, kapi_lock_key*)
{
    lock_in(lock) = {};
}

void kapi_spin_lock(kapi_spinlock* lock)
{
    take(lock_in(lock));
    ++machine::current()->spinlocks;
}

void kapi_spin_unlock(kapi_spinlock* lock)
{
    --machine::current()->spinlocks;
    give_back(lock_in(lock));
}

bool kapi_spin_is_held(const kapi_spinlock* lock)
{
    return std::atomic_ref { lock_in(lock).owner }.load(std::memory_order_relaxed)
        == machine::current()->number;
}

void kapi_mutex_init(kapi_mutex* mutex, const char*, kapi_lock_key*)
{
    lock_in(mutex) = {};
}

void kapi_mutex_lock(kapi_mutex* mutex)
{
    take(lock_in(mutex));
}

void kapi_mutex_unlock(kapi_mutex* mutex)
{
    give_back(lock_in(mutex));
}

void kapi_seqcount_init(kapi_seqcount* seq, kapi_spinlock*, const char*, kapi_lock_key*)
{
    count_in(seq).store(0, std::memory_order_relaxed);
}

/* An odd count: a writer is at it. */
kapi_u32 kapi_seqcount_read_begin(const kapi_seqcount* seq)
{
    for (;;) {
        machine::may_switch(seq, false);
        const unsigned count = count_in(seq).load(std::memory_order_acquire);
        if ((count & 1) == 0) {
            machine::enter(seq);
            machine::doubtful_reads_begin();
            return count;
        }
        machine::give_way();
    }
}

bool kapi_seqcount_read_retry(const kapi_seqcount* seq, kapi_u32 start)
{
    machine::doubtful_reads_end();
    machine::may_switch(seq, false);
    std::atomic_thread_fence(std::memory_order_acquire);
    return count_in(seq).load(std::memory_order_relaxed) != start;
}

void kapi_seqcount_write_begin(kapi_seqcount* seq)
{
    machine::may_switch(seq);
    count_in(seq).fetch_add(1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
}

void kapi_seqcount_write_end(kapi_seqcount* seq)
{
    machine::may_switch(seq);
    machine::leave(seq);
    count_in(seq).fetch_add(1, std::memory_order_release);
}
