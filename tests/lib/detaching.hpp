// SPDX-License-Identifier: GPL-2.0
/*
 * Detaching while the mmap lock of the process is not available: one of its page faults holds the
 * lock, and waits as long as the test likes.
 */
#pragma once

#include "lib/actor.hpp"
#include "lib/stalled_page.hpp"
#include "lib/sysv_shm.hpp"

#include <atomic>
#include <sys/types.h>
#include <thread>

// Runs `call` in a thread of the calling process and stores its id in `thread`, while the caller's fault on
// `page`, from a file whose faults hold the mmap lock, keeps that.  Returns the result of `call`.
inline Outcome call_under_mmap_lock(const StalledPage& page, std::atomic<pid_t>& thread,
                                    const std::function<Outcome()>& call)
{
    auto outcome = Outcome::raw(0);
    // First: a thread takes memory.
    std::thread calling { [&] {
        thread = gettid();
        page.wait_until_waited_for();
        outcome = call();
    } };
    (void)*page.as<volatile std::byte>();
    calling.join();
    return outcome;
}

// Whether the thread sleeps in this system call, for a lock.
inline bool is_stuck_in(pid_t thread, long call)
{
    return thread && state_of(thread) == 'D' && sleeping_call_of(thread) == call;
}
inline bool is_stuck_in_shmdt(pid_t thread)
{
    return is_stuck_in(thread, SYS_shmdt);
}
