// SPDX-License-Identifier: GPL-2.0
/* Readers of read-copy-update by liburcu (contracts: hosted/readers.hpp). */
#include "../machine.hpp"
#include "../readers.hpp"

#include <urcu.h>

namespace hosted::readers {

namespace {

/* All that readers did before they left happened before the end of a wait for them. */
char all;
thread_local int depth = 0;

} // namespace

void begin_thread() noexcept
{
    rcu_register_thread();
}

void end_thread() noexcept
{
    rcu_unregister_thread();
}

void begin() noexcept
{
    machine::current();
    ++depth;
    rcu_read_lock();
}

void end() noexcept
{
    machine::leave(&all);
    rcu_read_unlock();
    --depth;
}

bool is_one() noexcept
{
    return depth > 0;
}

void wait() noexcept
{
    machine::current();
    synchronize_rcu();
    machine::enter(&all);
}

/* Reported to detectors of data races a little early. */
void note_sum(const void* counter) noexcept
{
    machine::enter(counter);
}

} // namespace hosted::readers
