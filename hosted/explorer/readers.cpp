// SPDX-License-Identifier: GPL-2.0
/* Readers of read-copy-update in the explorer (contracts: hosted/readers.hpp). */
#include "../readers.hpp"

#include "fiber.hpp"

namespace hosted::readers {

using namespace explorer;

namespace {

unsigned ends_of_readers = 0; /* a futex */
char all_readers;
char grace_periods; /* who begins to read after one began sees what came before that */

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

void wait() noexcept
{
    struct Seen {
        const Fiber* fiber;
        unsigned section;
    };
    std::vector<Seen> inside;
    machine::may_switch(&all_readers);
    machine::leave(&grace_periods);
    for (const auto& fiber : fibers) {
        if (fiber->reading != 0 && fiber.get() != mine)
            inside.push_back({ fiber.get(), fiber->section });
    }
    for (const Seen& seen : inside) {
        while (seen.fiber->reading != 0 && seen.fiber->section == seen.section)
            machine::wait_on(&ends_of_readers, ends_of_readers);
    }
    machine::enter(&all_readers);
}

} // namespace hosted::readers
