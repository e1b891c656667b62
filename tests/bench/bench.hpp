// SPDX-License-Identifier: GPL-2.0
/*
 * Counting the instructions of system calls.
 *
 * Under "qemu -icount shift=0" one tick of the time stamp counter is one instruction, be it of the
 * program, the kernel or an interrupt: two readings around a loop count its cost.
 * scripts/bench runs the program in a guest of its own and makes a table of its output.
 */
#pragma once

#include <array>
#include <cerrno>
#include <concepts>
#include <string>
#include <system_error>
#include <type_traits>
#include <vector>

namespace bench {

template <class T>
[[gnu::always_inline]] inline long register_value(T value)
{
    if constexpr (std::is_null_pointer_v<T>)
        return 0;
    else if constexpr (std::is_pointer_v<T>)
        return reinterpret_cast<long>(value);
    else
        return static_cast<long>(value);
}

// A system call without a library in between: its result, or a negative errno.
template <class... Arguments>
[[gnu::always_inline]] inline long call(long number, Arguments... arguments)
{
    static_assert(sizeof...(arguments) <= 6);
    const std::array<long, 6> values { register_value(arguments)... };
    long result;
    if constexpr (sizeof...(arguments) == 0) {
        asm volatile("syscall" : "=a"(result) : "a"(number) : "rcx", "r11", "memory");
    } else if constexpr (sizeof...(arguments) <= 3) {
        asm volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(values[0]), "S"(values[1]), "d"(values[2])
                     : "rcx", "r11", "memory");
    } else {
        register const long fourth asm("r10") = values[3];
        register const long fifth asm("r8") = values[4];
        register const long sixth asm("r9") = values[5];
        asm volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(values[0]), "S"(values[1]), "d"(values[2]), "r"(fourth),
                       "r"(fifth), "r"(sixth)
                     : "rcx", "r11", "memory");
    }
    return result;
}

// For calls that must succeed.  ENOSYS makes the case an absent one.
inline long must(long result)
{
    if (result < 0)
        throw std::system_error { static_cast<int>(-result), std::generic_category() };
    return result;
}

// The number of instructions so far.
[[gnu::always_inline]] inline unsigned long instructions()
{
    unsigned int low;
    unsigned int high;
    asm volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return static_cast<unsigned long>(high) << 32 | low;
}

// No-ops that mark the counted section for plugins of QEMU.
[[gnu::always_inline]] inline void mark_start()
{
    asm volatile("nopl 0x53595356(%rax)");
}
[[gnu::always_inline]] inline void mark_stop()
{
    asm volatile("nopl 0x53595357(%rax)");
}

// For sharing_plugin.cpp: the next call begins.
[[gnu::always_inline]] inline void mark_call()
{
    asm volatile("nopl 0x53595358(%rax)");
}

[[gnu::always_inline]] inline void wait_busily(unsigned long count)
{
    asm volatile("1: subq $2, %0\n\tja 1b" : "+r"(count) : : "cc");
}

// How to repeat a call.  The kernel's clock ticks every four million instructions and takes some
// thousand: most short rounds have no tick in them, and the median is of one of those.  But what a
// call leaves to RCU and to work items is done between calls much later.  A round with `wait` ends
// only when that is done, so that its cost counts; the wait itself does not.
struct Plan {
    int iterations;
    int rounds;
    unsigned long wait = 0; // instructions
};
inline constexpr Plan kAtOnce { 200, 15 };
inline constexpr unsigned long kTenTicks = 40'000'000;
inline constexpr Plan kUntilFreed { 1000, 5, kTenTicks };

// Objects get their indices in a cycle, and the cost of a removal depends on whether another object
// has a higher index: make the next object get a low one.
template <std::invocable Create, std::invocable<long> Remove>
void begin_index_cycle(Create create, Remove remove)
{
    constexpr long kIndexMask = 0x7fff;
    long last = -1;
    for (;;) {
        const long id = must(create());
        must(remove(id));
        if ((id & kIndexMask) <= last)
            return;
        last = id & kIndexMask;
    }
}

class Meter {
public:
    // Counts for `body`, which makes `calls` system calls about `units` of something (a line of a
    // file, say) and gives a negative number if one failed.
    template <std::invocable Body>
    void count(Plan plan, double calls, Body body, double units = 1)
    {
        std::vector<unsigned long> rounds;
        long failed = body();
        for (int round = 0; round < plan.rounds; ++round) {
            mark_start();
            const unsigned long start = instructions();
            for (int i = plan.iterations; i > 0; --i)
                failed |= body();
            if (plan.wait)
                wait_busily(plan.wait);
            rounds.push_back(instructions() - start);
            mark_stop();
        }
        must(failed < 0 ? -EIO : 0);
        per_unit = cost(plan, rounds) / plan.iterations / units;
        calls_per_unit = calls / units;
        // Chance decides which memory RCU gives back when, and how memory lies for a copy.
        margin = per_unit / (plan.wait ? 100 : 1000);
        units_counted = units * plan.iterations * plan.rounds;
    }

    // Counts for a line of a file in /proc, which must have at least `lines` of them.
    void count_lines(const char* path, int lines);

    double per_unit = 0;
    double calls_per_unit = 0;
    double units_counted = 0;
    double margin = 0; // a difference up to this is not significant

private:
    static double cost(Plan plan, std::vector<unsigned long>& rounds);
};

struct Case {
    std::string name;
    const char* call; // the case is about the module where that provides this call; "-": nowhere
    void (*run)(Meter&);
    const char* floor = "getppid"; // the case whose cost is subtracted
};

extern const std::vector<Case> kMessageCases;
extern const std::vector<Case> kSemaphoreCases;
extern const std::vector<Case> kMemoryCases;

} // namespace bench
