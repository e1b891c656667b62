// SPDX-License-Identifier: GPL-2.0
/*
 * The functions that code compiled with -fsanitize=thread calls for each access to memory.  Here they call
 * the explorer, so that the code under test needs no change.
 *
 * An atomic access is a point.  Its order decides what is acquired and released, whatever the machine
 * that runs this would order by itself.
 */
#include "memory.hpp"
#include "scheduler.hpp"

#include <cstring>
#include <unordered_map>

/* The counters of coverage measurement: no data of the code under test. */
extern "C" {
extern const char __start___llvm_prf_cnts[] __attribute__((weak));
extern const char __stop___llvm_prf_cnts[] __attribute__((weak));
}

namespace {

using namespace hosted::explorer;

void plain(const void* address, std::size_t size, bool is_write, const void* pc)
{
    if (address >= __start___llvm_prf_cnts && address < __stop___llvm_prf_cnts)
        return;
    note_access(reinterpret_cast<std::uintptr_t>(address), size, { is_write, false }, pc);
}

bool acquires(int order)
{
    return order != __ATOMIC_RELAXED && order != __ATOMIC_RELEASE;
}

bool releases(int order)
{
    return order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST;
}

void atomic(const volatile void* address, std::size_t size, bool is_write, const void* pc)
{
    const auto place = reinterpret_cast<std::uintptr_t>(address);
    reach_point(reinterpret_cast<const void*>(place), is_write);
    note_access(place, size, { is_write, true }, pc);
}

const void* object_at(const volatile void* address)
{
    return const_cast<const void*>(address);
}

/* The value that the last store to a place has overwritten: a task that misses the store sees it. */
std::unordered_map<const void*, unsigned long> overwritten;

template <class T>
void remember(volatile T* address, T value)
{
    overwritten[object_at(address)] = static_cast<unsigned long>(*address);
    *address = value;
    note_store(object_at(address));
}

template <class T>
T load(const volatile T* address, int order, const void* pc)
{
    atomic(address, sizeof(T), false, pc);
    if (is_store_missed(object_at(address))) {
        if (acquires(order))
            enter_former(object_at(address));
        return static_cast<T>(overwritten[object_at(address)]);
    }
    note_seen(object_at(address));
    if (acquires(order))
        enter(object_at(address));
    return *address;
}

/* A store without release order ends the release sequence of an earlier one. */
template <class T>
void store(volatile T* address, T value, int order, const void* pc)
{
    atomic(address, sizeof(T), true, pc);
    overwrite(object_at(address), false);
    remember(address, value);
    if (releases(order))
        leave(object_at(address));
}

/* One that also reads continues it. */
template <class T, class Change>
T change(volatile T* address, int order, const void* pc, const Change& changed)
{
    atomic(address, sizeof(T), true, pc);
    if (acquires(order))
        enter(object_at(address));
    const T before = *address;
    overwrite(object_at(address), true);
    remember(address, changed(before));
    if (releases(order))
        leave(object_at(address));
    if (order == __ATOMIC_SEQ_CST)
        pass_barrier();
    return before;
}

template <class T>
T compare_exchange(volatile T* address, T expected, T value, int order, int failed_order,
                   const void* pc)
{
    atomic(address, sizeof(T), true, pc);
    const T before = *address;
    const int actual = before == expected ? order : failed_order;
    if (acquires(actual))
        enter(object_at(address));
    if (before != expected)
        return before;
    overwrite(object_at(address), true);
    remember(address, value);
    if (releases(order))
        leave(object_at(address));
    if (order == __ATOMIC_SEQ_CST)
        pass_barrier();
    return before;
}

} // namespace

#define HERE __builtin_return_address(0)

extern "C" {

void __tsan_init() { }

#define ACCESS(size)                                                                               \
    void __tsan_read##size(void* address)                                                          \
    {                                                                                              \
        plain(address, size, false, HERE);                                                         \
    }                                                                                              \
    void __tsan_write##size(void* address)                                                         \
    {                                                                                              \
        plain(address, size, true, HERE);                                                          \
    }                                                                                              \
    void __tsan_unaligned_read##size(void* address)                                                \
    {                                                                                              \
        plain(address, size, false, HERE);                                                         \
    }                                                                                              \
    void __tsan_unaligned_write##size(void* address)                                               \
    {                                                                                              \
        plain(address, size, true, HERE);                                                          \
    }
ACCESS(1)
ACCESS(2)
ACCESS(4)
ACCESS(8)
ACCESS(16)
#undef ACCESS

void __tsan_read_range(void* address, unsigned long size)
{
    plain(address, size, false, HERE);
}
void __tsan_write_range(void* address, unsigned long size)
{
    plain(address, size, true, HERE);
}
void* __tsan_memcpy(void* to, const void* from, unsigned long size)
{
    plain(from, size, false, HERE);
    plain(to, size, true, HERE);
    return std::memcpy(to, from, size);
}
void* __tsan_memmove(void* to, const void* from, unsigned long size)
{
    plain(from, size, false, HERE);
    plain(to, size, true, HERE);
    return std::memmove(to, from, size);
}
void* __tsan_memset(void* to, int value, unsigned long size)
{
    plain(to, size, true, HERE);
    return std::memset(to, value, size);
}

#define ATOMIC(bits, T)                                                                            \
    T __tsan_atomic##bits##_load(const volatile T* address, int order)                             \
    {                                                                                              \
        return load(address, order, HERE);                                                         \
    }                                                                                              \
    void __tsan_atomic##bits##_store(volatile T* address, T value, int order)                      \
    {                                                                                              \
        store(address, value, order, HERE);                                                        \
    }                                                                                              \
    T __tsan_atomic##bits##_exchange(volatile T* address, T value, int order)                      \
    {                                                                                              \
        return change(address, order, HERE, [&](T) { return value; });                             \
    }                                                                                              \
    T __tsan_atomic##bits##_fetch_add(volatile T* address, T value, int order)                     \
    {                                                                                              \
        return change(address, order, HERE,                                                        \
                      [&](T before) { return static_cast<T>(before + value); });                   \
    }                                                                                              \
    T __tsan_atomic##bits##_fetch_sub(volatile T* address, T value, int order)                     \
    {                                                                                              \
        return change(address, order, HERE,                                                        \
                      [&](T before) { return static_cast<T>(before - value); });                   \
    }                                                                                              \
    T __tsan_atomic##bits##_compare_exchange_val(volatile T* address, T expected, T value,         \
                                                 int order, int failed_order)                      \
    {                                                                                              \
        return compare_exchange(address, expected, value, order, failed_order, HERE);              \
    }
ATOMIC(8, unsigned char)
ATOMIC(16, unsigned short)
ATOMIC(32, unsigned int)
ATOMIC(64, unsigned long)
#undef ATOMIC

/* As a full barrier, which is stronger than one of loads or of stores. */
void __tsan_atomic_thread_fence(int)
{
    pass_barrier();
}

} // extern "C"
