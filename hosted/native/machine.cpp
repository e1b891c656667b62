// SPDX-License-Identifier: GPL-2.0
/* Tasks as threads that run at the same time (contracts: hosted/machine.hpp). */
#include "../machine.hpp"
#include "../readers.hpp"
#include "../task.hpp"

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <ctime>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ThreadSanitizer's, where the program has it. */
extern "C" {
void __tsan_acquire(void*) __attribute__((weak));
void __tsan_release(void*) __attribute__((weak));
void AnnotateIgnoreReadsBegin(const char* file, int line) __attribute__((weak));
void AnnotateIgnoreReadsEnd(const char* file, int line) __attribute__((weak));
}

namespace hosted::machine {

namespace {

struct Start {
    kapi_task* task;
    void (*run)(void*);
    void* data;
};

thread_local kapi_task* mine = nullptr;
std::atomic<std::int64_t> skipped { 0 };

void* run_thread(void* data)
{
    Start start = *static_cast<Start*>(data);
    delete static_cast<Start*>(data);
    mine = start.task;
    readers::begin_thread();
    start.run(start.data);
    readers::end_thread();
    return nullptr;
}

} // namespace

kapi_task* current() noexcept
{
    if (!mine) {
        if (!initial_process().pid)
            start_initial_process();
        mine = create_task(initial_process(), Identity {});
        readers::begin_thread();
    }
    return mine;
}

kapi_task* act_as(kapi_task* task) noexcept
{
    kapi_task* before = current();
    mine = task;
    return before;
}

bool start(kapi_task& task, void (*run)(void*), void* data) noexcept
{
    auto* thread = new pthread_t;
    auto* arguments = new Start { &task, run, data };
    task.machine = thread;
    if (pthread_create(thread, nullptr, run_thread, arguments) == 0)
        return true;
    delete arguments;
    delete thread;
    return false;
}

void join(kapi_task& task) noexcept
{
    auto* thread = static_cast<pthread_t*>(task.machine);
    pthread_join(*thread, nullptr);
    delete thread;
    task.machine = nullptr;
}

bool wait_on(unsigned* word, unsigned value, std::int64_t deadline) noexcept
{
    constexpr std::int64_t kSecond = 1'000'000'000;

    timespec left {};
    if (deadline != kNever) {
        const std::int64_t wait = deadline - now();
        if (wait <= 0)
            return false;
        left.tv_sec = wait / kSecond;
        left.tv_nsec = wait % kSecond;
    }
    const long status = syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value,
                                deadline == kNever ? nullptr : &left, nullptr, 0);
    return status == 0 || errno != ETIMEDOUT;
}

void wake_on(unsigned* word) noexcept
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

void may_switch(const void*, bool) noexcept { }

void give_way() noexcept
{
    sched_yield();
}

/* The real machine does it. */
void note_publication(const void*) noexcept { }

void note_publication_seen(const void*) noexcept { }

bool may_miss_publication(const void*) noexcept
{
    return false;
}

void full_barrier() noexcept { }

void leave(const void* object) noexcept
{
    if (__tsan_release)
        __tsan_release(const_cast<void*>(object));
}

void enter(const void* object) noexcept
{
    if (__tsan_acquire)
        __tsan_acquire(const_cast<void*>(object));
}

/* Sanitizers intercept memcpy(). */
void note_read(const void*, std::size_t) noexcept { }
void note_write(const void*, std::size_t) noexcept { }

void doubtful_reads_begin() noexcept
{
    if (AnnotateIgnoreReadsBegin)
        AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
}

void doubtful_reads_end() noexcept
{
    if (AnnotateIgnoreReadsEnd)
        AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
}

std::int64_t now() noexcept
{
    timespec time {};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1'000'000'000 + time.tv_nsec + skipped.load(std::memory_order_relaxed);
}

void sleep_until(std::int64_t deadline) noexcept
{
    unsigned never_woken = 0;
    while (wait_on(&never_woken, 0, deadline)) { }
}

void advance(std::int64_t nanoseconds) noexcept
{
    skipped.fetch_add(nanoseconds, std::memory_order_relaxed);
}

void* allocate(std::size_t size) noexcept
{
    return std::malloc(size);
}

void release(void* memory) noexcept
{
    std::free(memory);
}

} // namespace hosted::machine
