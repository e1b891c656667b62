// SPDX-License-Identifier: GPL-2.0
/*
 * The columns common to the module's own files about objects.  Not inlined: reads are rare, and the compiler's
 * inlining budget is for the calls.
 */
#pragma once

#include <ids/ipc_object.hpp>
#include <os/task.hpp>
#include <os/wait_totals.hpp>
#include <proc/columns.hpp>

namespace sysvipc {

inline constexpr usize kCountWidth = 10;

COLD [[gnu::noinline]] inline void add_key_and_id(TableLine& line, const IpcObject& object) noexcept
{
    line.signed_decimal(object.key().value(), 10)
        .string(" ")
        .signed_decimal(object.id().value(), 10);
}

COLD [[gnu::noinline]] inline void add_count(TableLine& line, u64 count) noexcept
{
    line.character(' ').decimal(count, kCountWidth);
}

/* A process, and its state: living or ended. */
COLD [[gnu::noinline]] inline void add_user(TableLine& line, const PidRef& process,
                                            const Viewer& viewer) noexcept
{
    line.character(' ')
        .decimal(static_cast<u32>(process.show(viewer.pids)), 8)
        .string(process.lives() ? "      1" : "      0");
}

/* The same columns for the process that created an object. */
COLD [[gnu::noinline]] inline void add_maker(TableLine& line, const IpcObject& object,
                                             const Viewer& viewer) noexcept
{
    const ProcessMark::Shown maker = object.maker().show(viewer.pids);
    line.character(' ')
        .decimal(static_cast<u32>(maker.number), 8)
        .string(maker.lives ? "      1" : "      0");
}

/* Refused, blocked, waiting now, most waiting, total and longest wait in microseconds. */
COLD [[gnu::noinline]] inline void add_waits(TableLine& line, const WaitTotals* waits) noexcept
{
    constexpr u64 kNanoseconds = 1'000;
    constexpr int kColumns = 6;

    if (!waits) {
        for (int i = 0; i < kColumns; ++i)
            add_count(line, 0);
        return;
    }
    add_count(line, waits->refused());
    add_count(line, waits->blocked());
    add_count(line, waits->waiting());
    add_count(line, waits->most_waiting());
    add_count(line, waits->total() / kNanoseconds);
    add_count(line, waits->longest() / kNanoseconds);
}

/* The duration of a task's wait in milliseconds. */
COLD [[gnu::noinline]] inline void add_age(TableLine& line, i64 since, i64 now) noexcept
{
    constexpr i64 kNanoseconds = 1'000'000;

    add_count(line, static_cast<u64>(max<i64>(now - since, 0) / kNanoseconds));
}

/* Reschedules: thousands of lines may follow each other.  No lock is held. */
COLD [[gnu::noinline]] inline void write_line(SeqFile& seq, TableLine& line) noexcept
{
    CurrentTask::give_way();
    line.character('\n');
    seq.write(line.text(), line.size());
}

} // namespace sysvipc
