// SPDX-License-Identifier: GPL-2.0
/*
 * Thread: runs a callable once, on one CPU, concurrently with the case; its destructor waits for
 * the end.
 *
 * A thread records its findings in a Tally or an Atomic for the case: it must not use expectations.
 */
#pragma once

#include <base/atomic.hpp>
#include <base/types.hpp>
#include <host/kunit.h>
#include <os/task.hpp>

namespace sysvipc {

template <class Body>
class [[nodiscard]] Thread : Pinned {
public:
    Thread(u32 cpu, Body body) noexcept
        : body_(move(body)),
          thread_(host_kunit_thread_start(&enter, this, cpu))
    {
    }
    ~Thread() { join(); }

    [[nodiscard]] bool is_started() const noexcept { return thread_ != nullptr; }
    void signal() noexcept { host_kunit_thread_signal(thread_); }
    void join() noexcept
    {
        if (thread_)
            host_kunit_thread_join(exchange(thread_, nullptr));
    }

private:
    static void enter(void* self) noexcept { static_cast<Thread*>(self)->body_(); }

    Body body_;
    kapi_kunit_thread* thread_;
};

/* While it lives, the current thread can be signalled. */
class SignalsAllowed : Pinned {
public:
    SignalsAllowed() noexcept { host_kunit_signals_allow(); }
    ~SignalsAllowed() { host_kunit_signals_drop(); }
};

/* Returns when @condition holds; false: not even after a time that only a hang exceeds. */
template <class Condition>
[[nodiscard]] bool wait_until(Condition condition) noexcept
{
    constexpr u32 kEagerTries = 1'000;
    constexpr u32 kMilliseconds = 60'000;
    for (u32 tries = 0; !condition(); ++tries) {
        if (tries < kEagerTries)
            CurrentTask::give_way();
        else if (tries < kEagerTries + kMilliseconds)
            CurrentTask::sleep_ms(1);
        else
            return false;
    }
    return true;
}

/* The same in atomic context: false if @condition does not hold within @turns turns. */
template <class Condition>
[[nodiscard]] bool spin_until(Condition condition, u32 turns) noexcept
{
    for (u32 turn = 0; turn < turns; ++turn) {
        if (condition())
            return true;
        host_kunit_cpu_relax();
    }
    return false;
}

} // namespace sysvipc
