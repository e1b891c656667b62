// SPDX-License-Identifier: GPL-2.0
/* kapi: caches, heap and per-CPU memory (contracts: include/kapi/memory.h). */
#include "fault.hpp"
#include "machine.hpp"
#include "readers.hpp"
#include "task.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdint>
#include <cstdlib>
#include <host/kunit.h>
#include <host/percpu.h>
#include <kapi/memory.h>

struct kapi_cache {
    const char* name;
    kapi_size size;
    std::atomic<long> objects { 0 };
};

namespace hosted {

namespace {

struct Countdown {
    std::atomic<unsigned long> seen { 0 };
    std::atomic<unsigned long> failing { 0 };

    void start(unsigned long n) noexcept
    {
        seen.store(0);
        failing.store(n);
    }
    bool is_up() noexcept { return seen.fetch_add(1) + 1 == failing.load(); }
};

Countdown allocations;
Countdown copies;
std::atomic<long> living { 0 };

} // namespace

void fail_allocation(unsigned long n) noexcept
{
    allocations.start(n);
}

void fail_user_copy(unsigned long n) noexcept
{
    copies.start(n);
}

bool is_allocation_to_fail() noexcept
{
    return allocations.is_up();
}

bool is_copy_to_fail() noexcept
{
    return copies.is_up();
}

unsigned long allocations_seen() noexcept
{
    return allocations.seen.load();
}

long living_allocations() noexcept
{
    return living.load();
}

} // namespace hosted

using namespace hosted;

namespace {

/* Sizes beyond kmalloc() come from vmalloc(). */
constexpr kapi_size kMostKmalloc = 4UL << 20;
constexpr kapi_size kMostMemory = 1UL << 32;
/* In front of each allocation, and keeps it aligned as kmalloc() does. */
struct alignas(16) Header {
    kapi_size size;
};

Header* header_of(const void* memory)
{
    return static_cast<Header*>(const_cast<void*>(memory)) - 1;
}

void* allocate(kapi_size size)
{
    if (is_allocation_to_fail() || size > kMostMemory)
        return nullptr;
    auto* header = static_cast<Header*>(machine::allocate(sizeof(Header) + size));
    if (!header)
        return nullptr;
    header->size = size;
    living.fetch_add(1);
    return header + 1;
}

void release(void* memory)
{
    if (!memory)
        return;
    living.fetch_sub(1);
    machine::release(header_of(memory));
}

/* One long for each of so many CPUs. */
constexpr unsigned kCpus = 4;

std::atomic_ref<long> on_this_cpu(long* counter)
{
    return std::atomic_ref { counter[machine::current()->number % kCpus] };
}

} // namespace

kapi_cache* kapi_cache_create(const char* name, kapi_size size, kapi_size, kapi_size)
{
    if (is_allocation_to_fail())
        return nullptr;
    return new kapi_cache { name, size };
}

void kapi_cache_destroy(kapi_cache* cache)
{
    if (!cache)
        return;
    if (cache->objects.load() != 0)
        note_defect(cache->name);
    delete cache;
}

void* kapi_cache_alloc(kapi_cache* cache)
{
    void* object = allocate(cache->size);
    if (object)
        cache->objects.fetch_add(1);
    return object;
}

void kapi_cache_free(kapi_cache* cache, void* object)
{
    cache->objects.fetch_sub(1);
    release(object);
}

void* kapi_kvmalloc(kapi_size size)
{
    return allocate(size);
}

void* kapi_kmalloc_atomic(kapi_size size)
{
    return size <= kMostKmalloc ? allocate(size) : nullptr;
}

bool host_kunit_is_vmalloc(const void* memory)
{
    return header_of(memory)->size > kMostKmalloc;
}

void kapi_kvfree(void* memory)
{
    release(memory);
}

void kapi_kfree(void* memory)
{
    release(memory);
}

long* kapi_percpu_long_alloc()
{
    if (is_allocation_to_fail())
        return nullptr;
    auto* counter = static_cast<long*>(machine::allocate(kCpus * sizeof(long)));
    std::fill_n(counter, kCpus, 0);
    return counter;
}

void kapi_percpu_long_free(long* counter)
{
    machine::release(counter);
}

void kapi_percpu_long_add(long* counter, long delta)
{
    machine::may_switch(counter, false);
    machine::leave(counter);
    on_this_cpu(counter).fetch_add(delta, std::memory_order_relaxed);
}

long host_percpu_long_sum(const long* counter)
{
    long sum = 0;
    for (unsigned cpu = 0; cpu < kCpus; ++cpu) {
        machine::may_switch(counter);
        sum += std::atomic_ref { const_cast<long&>(counter[cpu]) }.load(std::memory_order_relaxed);
    }
    readers::note_sum(counter);
    return sum;
}
