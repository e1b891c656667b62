// SPDX-License-Identifier: GPL-2.0
/*
 * Shared<T>: a value that a test and its actors all see.  T must not own anything.
 */
#pragma once

#include "lib/harness.hpp"

#include <atomic>
#include <linux/futex.h>
#include <new>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <type_traits>
#include <unistd.h>

template <class T>
class Shared {
    static_assert(std::is_trivially_destructible_v<T>);

public:
    Shared()
    {
        void* memory =
            mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        REQUIRE(memory != MAP_FAILED);
        value_ = new (memory) T {};
    }
    ~Shared() { munmap(value_, sizeof(T)); }
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;

    T* operator->() const { return value_; }
    T& operator*() const { return *value_; }

private:
    T* value_;
};

// A starting line for actors: all leave it together, round after round.  Lives in a Shared, and
// sleeps on a futex: there may be more actors than CPUs.
class Rendezvous {
public:
    // Returns when `parties` callers have arrived.
    void meet(int parties)
    {
        const int round = round_;
        if (++arrived_ == parties) {
            arrived_ = 0;
            ++round_;
            syscall(SYS_futex, &round_, FUTEX_WAKE, parties, nullptr, nullptr, 0);
            return;
        }
        while (round_ == round)
            syscall(SYS_futex, &round_, FUTEX_WAIT, round, nullptr, nullptr, 0);
    }

private:
    static_assert(sizeof(std::atomic<int>) == sizeof(int)); // a futex is the integer itself

    std::atomic<int> arrived_ { 0 };
    std::atomic<int> round_ { 0 };
};
