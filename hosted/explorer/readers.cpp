// SPDX-License-Identifier: GPL-2.0
/* Readers of read-copy-update in the explorer (contracts: hosted/readers.hpp). */
#include "../readers.hpp"

#include "fiber.hpp"
#include "memory.hpp"

namespace hosted::readers {

using namespace explorer;

namespace {

unsigned ends_of_readers = 0; /* a futex */
char all_readers;
char grace_periods; /* a reader that starts after the start of one sees all that came before it */

} // namespace

void begin_thread() noexcept { }

void end_thread() noexcept { }

void begin() noexcept
{
    machine::may_switch(&all_readers, false);
    machine::enter(&grace_periods);
    ++mine->reading;
}

void end() noexcept
{
    if (--mine->reading != 0)
        return;
    machine::leave(&all_readers);
    ++mine->section;
    machine::wake_on(&ends_of_readers);
}

bool is_one() noexcept
{
    return mine->reading != 0;
}

/* A full barrier on each CPU at some moment: between earlier stores and later loads. */
void wait() noexcept
{
    struct Seen {
        const Fiber* fiber;
        unsigned section;
    };
    std::vector<Seen> inside;
    std::vector<unsigned> stored; /* by each task; later ones have stored nothing yet */
    machine::may_switch(&all_readers);
    machine::leave(&grace_periods);
    const Clock before = mine->sight;
    for (const auto& fiber : fibers) {
        stored.push_back(fiber->stores);
        if (fiber->reading != 0 && fiber.get() != mine)
            inside.push_back({ fiber.get(), fiber->section });
    }
    for (const Seen& seen : inside) {
        while (seen.fiber->reading != 0 && seen.fiber->section == seen.section)
            machine::wait_on(&ends_of_readers, ends_of_readers);
    }
    machine::enter(&all_readers);
    mine->clock.join(mine->summed);
    for (const auto& fiber : fibers) {
        fiber->sight.join(before);
        if (fiber->number < stored.size())
            mine->sight.raise(fiber->number, stored[fiber->number]);
    }
}

void note_sum(const void* counter) noexcept
{
    join_released(counter, mine->summed);
}

} // namespace hosted::readers
